package cluster

import (
	"iter"
	"maps"
	"slices"

	"github.com/tidwall/btree"

	"github.com/daemonsim/daemonsim/cluster/cow"
	"github.com/daemonsim/daemonsim/taints"
)

// Likeness is a number for how nodes look: those with equal labels, apart from LabelHostname, and with
// equal taints have the same. What depends on nothing else has to be asked only once for all of them. A
// number belongs to one look for the life of the cluster and its forks, also after the last such node
// is gone; zero is a node that is not stored.
type Likeness uint32

// Likeness is how the node looks; zero for a node that is not stored.
func (n *Node) Likeness() Likeness { return n.likeness }

// likenessIndex finds nodes by how they look. There are far fewer looks than nodes, as a rule.
type likenessIndex struct {
	// list is indexed by Likeness; place 0 stays empty.
	list cow.Vector[look]
	// byKey has the looks of which there is a node.
	byKey *btree.Map[string, Likeness]
	// latest is where the latest node went: nodes come in flocks.
	latest Likeness
}

// look is what the nodes of one likeness have in common, and the first of them. The others follow in a
// ring of links in their nodeEntries. Invariant: first == NoNode means that there are none, and then
// the rest of the look is empty.
type look struct {
	key    string
	labels []labelPair
	taints []taints.Taint
	first  NodeID
}

type labelPair struct{ key, value string }

func newLikenessIndex() likenessIndex {
	x := likenessIndex{byKey: new(btree.Map[string, Likeness])}
	x.list.Append(look{})
	return x
}

func (x *likenessIndex) fork() likenessIndex {
	return likenessIndex{list: x.list.Fork(), byKey: x.byKey.Copy(), latest: x.latest}
}

// assign gives a node that is about to be stored its number.
func (x *likenessIndex) assign(n *Node) {
	if x.latest != 0 && x.list.At(int(x.latest)).fits(n) {
		n.likeness = x.latest
		return
	}
	l, known := x.byKey.Get(newLook(n).key)
	if !known {
		l = Likeness(x.list.Append(look{}))
	}
	n.likeness, x.latest = l, l
}

// fits reports whether a node looks like this.
func (l look) fits(n *Node) bool {
	labels := len(n.Labels)
	if _, ok := n.Labels[LabelHostname]; ok {
		labels--
	}
	if l.first == NoNode || labels != len(l.labels) || !slices.Equal(n.Spec.Taints, l.taints) {
		return false
	}
	for _, p := range l.labels {
		if value, ok := n.Labels[p.key]; !ok || value != p.value {
			return false
		}
	}
	return true
}

// newLook describes a node. Neither labels nor taints have control characters, so the key is unambiguous.
func newLook(n *Node) look {
	l := look{taints: n.Spec.Taints}
	var b []byte
	for _, key := range sortedKeys(n.Labels) {
		if key != LabelHostname {
			l.labels = append(l.labels, labelPair{key, n.Labels[key]})
			b = append(append(append(append(b, key...), '='), n.Labels[key]...), '\n')
		}
	}
	for _, t := range n.Spec.Taints {
		b = append(append(append(append(b, '\n'), t.Key...), '='), t.Value...)
		b = append(append(b, ':'), t.Effect...)
	}
	l.key = string(b)
	return l
}

// looksLike reports whether two versions of a node have equal labels and taints.
func (n *Node) looksLike(other *Node) bool {
	return slices.Equal(n.Spec.Taints, other.Spec.Taints) && maps.Equal(n.Labels, other.Labels)
}

// linkLike enters a node among those that look like it, as the last of them.
func (s *store) linkLike(n *Node) {
	l := s.likenesses.list.Ref(int(n.likeness))
	own := s.nodes.Ref(int(n.id))
	if l.first == NoNode {
		*l = newLook(n)
		l.first, own.next, own.last = n.id, n.id, n.id
		s.likenesses.byKey.Set(l.key, n.likeness)
		return
	}
	first := s.nodes.Ref(int(l.first))
	own.next, own.last = l.first, first.last
	s.nodes.Ref(int(first.last)).next = n.id
	first.last = n.id
}

// unlinkLike takes a node out of those that look like it.
func (s *store) unlinkLike(n *Node) {
	l := s.likenesses.list.Ref(int(n.likeness))
	own := s.nodes.Ref(int(n.id))
	if own.next == n.id {
		s.likenesses.byKey.Delete(l.key)
		s.likenesses.list.Clear(int(n.likeness))
	} else {
		if l.first == n.id {
			l.first = own.next
		}
		s.nodes.Ref(int(own.next)).last = own.last
		s.nodes.Ref(int(own.last)).next = own.next
	}
	own.next, own.last = NoNode, NoNode
}

// Likenesses walks the likenesses of which there is a node, each with its first one. Their order is
// the same in every run and means nothing.
func (r Reader) Likenesses() iter.Seq2[Likeness, *Node] {
	return func(yield func(Likeness, *Node) bool) {
		r.s.likenesses.byKey.Scan(func(_ string, l Likeness) bool {
			return yield(l, r.NodeByID(r.s.likenesses.list.At(int(l)).first))
		})
	}
}

// NodesLike walks the nodes of a likeness, in the order in which they came to look like that.
func (r Reader) NodesLike(l Likeness) iter.Seq[*Node] {
	return func(yield func(*Node) bool) {
		first := r.s.likenesses.list.At(int(l)).first
		if first == NoNode {
			return
		}
		for id := first; ; {
			e := r.s.nodes.At(int(id))
			if !yield(e.node) || e.next == first {
				return
			}
			id = e.next
		}
	}
}
