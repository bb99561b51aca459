package cluster

import (
	"cmp"
	"fmt"
	"iter"
	"strings"

	"github.com/tidwall/btree"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster/cow"
)

// groupIndex finds pods by owner and by label selector. Pods with the same namespace, controller and
// labels form a group, and there are far fewer groups than pods: a selector is asked once a group.
type groupIndex struct {
	list cow.Vector[group]
	// byKey orders the groups that have pods by namespace, owner and labels.
	byKey   *btree.Map[string, uint32]
	members *btree.BTreeG[member]
	latest  latestGroup
}

type group struct {
	key    string
	labels map[string]string
	size   int
}

type member struct {
	group uint32
	pod   UID
}

// latestGroup remembers where the latest pod went: a controller makes many alike in a row.
type latestGroup struct {
	template  *Template
	namespace string
	id        uint32
}

func newGroupIndex() groupIndex {
	return groupIndex{
		byKey: new(btree.Map[string, uint32]),
		members: newTree(func(a, b member) bool {
			return cmp.Or(cmp.Compare(a.group, b.group), cmp.Compare(a.pod, b.pod)) < 0
		}),
	}
}

func (g *groupIndex) fork() groupIndex {
	return groupIndex{
		list:    g.list.Fork(),
		byKey:   g.byKey.Copy(),
		members: g.members.Copy(),
		latest:  g.latest,
	}
}

// ownerPrefix is the beginning of the keys of the groups of one owner; the namespace is part of it
// because an owner and its dependents share theirs.
func ownerPrefix(namespace string, owner UID) string {
	return fmt.Sprintf("%s\n%016x\n", namespace, uint64(owner))
}

// assign puts the number of the pod's group into the pod. asTemplate says that the pod has the labels
// and owners of its template.
func (g *groupIndex) assign(p *Pod, asTemplate bool) {
	l := &g.latest
	if asTemplate && p.Template == l.template && p.Namespace == l.namespace {
		p.group = l.id
		return
	}
	p.group = g.find(p)
	if labels := g.list.At(int(p.group)).labels; len(labels) > 0 {
		// Equal labels are kept once.
		p.Labels = labels
	}
	if asTemplate {
		*l = latestGroup{p.Template, p.Namespace, p.group}
	}
}

// groupKey is the key of the pod's group.
func groupKey(p *Pod) string {
	var owner UID
	if ref := p.Controller(); ref != nil {
		owner = ref.UID
	}
	return ownerPrefix(p.Namespace, owner) + labelKey(p.Labels)
}

func (g *groupIndex) find(p *Pod) uint32 {
	key := groupKey(p)
	if id, ok := g.byKey.Get(key); ok {
		return id
	}
	id := uint32(g.list.Append(group{key: key, labels: p.Labels}))
	g.byKey.Set(key, id)
	return id
}

func (g *groupIndex) insert(p *Pod) {
	g.list.Ref(int(p.group)).size++
	g.members.Set(member{p.group, p.UID})
}

func (g *groupIndex) remove(p *Pod) {
	g.members.Delete(member{p.group, p.UID})
	gr := g.list.Ref(int(p.group))
	gr.size--
	if gr.size > 0 {
		return
	}
	g.byKey.Delete(gr.key)
	*gr = group{}
	if g.latest.id == p.group {
		g.latest = latestGroup{}
	}
}

// podsOf walks the pods of the groups whose keys begin with prefix and whose labels keep says yes
// to: group by group, the pods of a group in order of creation.
func (s *store) podsOf(prefix string, keep func(map[string]string) bool) iter.Seq[*Pod] {
	return func(yield func(*Pod) bool) {
		s.groups.byKey.Ascend(prefix, func(key string, id uint32) bool {
			if !strings.HasPrefix(key, prefix) {
				return false
			}
			return !keep(s.groups.list.At(int(id)).labels) || s.walkGroup(id, yield)
		})
	}
}

func (s *store) walkGroup(id uint32, yield func(*Pod) bool) (more bool) {
	more = true
	s.groups.members.Ascend(member{group: id}, func(m member) bool {
		if m.group != id {
			return false
		}
		more = yield(s.pod(m.pod))
		return more
	})
	return more
}

func anyLabels(map[string]string) bool { return true }

func (s *store) podsMatching(namespace string, sel affinity.Selector) iter.Seq[*Pod] {
	if namespace == "" {
		return s.podsOf("", sel.Matches)
	}
	return s.podsOf(namespace+"\n", sel.Matches)
}
