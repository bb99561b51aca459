package scheduler

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/tidwall/btree"

	"github.com/daemonsim/daemonsim/cluster"
)

// index is what the scheduler keeps of the cluster beyond what a Reader finds: the order of the nodes,
// the pods that have terms of affinity, and those that are nominated to a node.
type index struct {
	// zones are in the order in which they came up. A zone is dropped with its last node.
	zones []zoneCount
	// moved are the nodes that have changed their zone, with their places among the others.
	moved *btree.Map[cluster.NodeID, addition]
	moves uint64
	// newest is the latest node.
	newest cluster.UID

	affine   *btree.BTreeG[place]
	nominees *btree.BTreeG[nominee]
	// assumed are the pods that have been bound and that the view does not show as such yet.
	assumed *btree.Map[cluster.UID, *cluster.Pod]

	// walk is the order of the nodes, nil when it has to be worked out again. Forks share it.
	walk []cluster.NodeID
	// infos are the nodes that have been loaded and have not changed since, by NodeID. They are not
	// handed on to forks.
	infos []*NodeInfo
}

type zoneCount struct {
	zone  zone
	nodes int
}

// addition is when a node came to its zone: with, or after, the node of that UID.
type addition struct {
	after cluster.UID
	move  uint64
}

// place is a pod at a node.
type place struct {
	node cluster.NodeID
	pod  cluster.UID
}

// nominee is a pod that waits for a node, which may be gone.
type nominee struct {
	node string
	pod  cluster.UID
}

func newIndex() index {
	options := btree.Options{NoLocks: true}
	return index{
		moved:   new(btree.Map[cluster.NodeID, addition]),
		assumed: new(btree.Map[cluster.UID, *cluster.Pod]),
		affine: btree.NewBTreeGOptions(func(a, b place) bool {
			return cmp.Or(cmp.Compare(a.node, b.node), cmp.Compare(a.pod, b.pod)) < 0
		}, options),
		nominees: btree.NewBTreeGOptions(func(a, b nominee) bool {
			return cmp.Or(cmp.Compare(a.node, b.node), cmp.Compare(a.pod, b.pod)) < 0
		}, options),
	}
}

func (x *index) fork() index {
	f := *x
	f.zones = slices.Clone(x.zones)
	f.moved, f.affine, f.nominees = x.moved.Copy(), x.affine.Copy(), x.nominees.Copy()
	f.assumed = x.assumed.Copy()
	f.infos = nil
	return f
}

// observeNode keeps the order of the nodes.
func (x *index) observeNode(before, n *cluster.Node, verb cluster.Verb) {
	x.forget(n.ID())
	z := zoneOf(n)
	switch verb {
	case cluster.Created:
		x.newest = n.UID
		x.countZone(z, +1)
	case cluster.Deleted:
		x.moved.Delete(n.ID())
		x.countZone(z, -1)
	case cluster.Updated:
		was := zoneOf(before)
		if was == z {
			return
		}
		x.moves++
		x.moved.Set(n.ID(), addition{x.newest, x.moves})
		x.countZone(was, -1)
		x.countZone(z, +1)
	}
	x.walk = nil
}

func (x *index) countZone(z zone, n int) {
	i := slices.IndexFunc(x.zones, func(c zoneCount) bool { return c.zone == z })
	if i < 0 {
		x.zones = append(x.zones, zoneCount{z, n})
		return
	}
	if x.zones[i].nodes += n; x.zones[i].nodes == 0 {
		x.zones = slices.Delete(x.zones, i, i+1)
	}
}

// observePod keeps the other indexes.
func (x *index) observePod(before, p *cluster.Pod, verb cluster.Verb) {
	if before != nil {
		x.forget(before.TargetID())
		x.strike(before)
	}
	x.forget(p.TargetID())
	if x.assumed.Len() > 0 && (verb == cluster.Deleted || p.Bound()) {
		x.assumed.Delete(p.UID)
	}
	if verb != cluster.Deleted {
		x.enter(p)
	}
}

func (x *index) enter(p *cluster.Pod) {
	switch {
	case p.Terminal():
	case !p.Bound():
		if node := p.NominatedNodeName(); node != "" {
			x.nominees.Set(nominee{node, p.UID})
		}
	case hasPodAffinity(p):
		x.affine.Set(place{p.TargetID(), p.UID})
	}
}

func (x *index) strike(p *cluster.Pod) {
	switch {
	case !p.Bound():
		if node := p.NominatedNodeName(); node != "" {
			x.nominees.Delete(nominee{node, p.UID})
		}
	case hasPodAffinity(p):
		x.affine.Delete(place{p.TargetID(), p.UID})
	}
}

// assume notes a pod that has just been bound, if the view does not show it yet: its node is not to be
// promised twice.
func (x *index) assume(r cluster.Reader, bound *cluster.Pod) {
	if p := r.PodByUID(bound.UID); p == nil || p.Bound() {
		return
	}
	x.assumed.Set(bound.UID, bound)
	x.forget(bound.TargetID())
}

func (x *index) forget(id cluster.NodeID) {
	if int(id) < len(x.infos) {
		x.infos[id] = nil
	}
}

// view is a source that reads the cluster as far as it is asked to.
type view struct {
	r     cluster.Reader
	index *index
	// only is scratch space for the first node that is looked at by name: for most pods there is no other.
	only NodeInfo
}

func (v *view) count() int { return v.r.Count(cluster.KindNode) }

func (v *view) node(name string) *NodeInfo {
	n := v.r.Node(name)
	switch {
	case n == nil:
		return nil
	case v.only.Node == n:
		return &v.only
	case v.only.Node != nil || len(v.index.infos) > 0:
		return v.load(n)
	}
	v.fill(&v.only, n)
	return &v.only
}

// fill loads a node with its pods, those included that are about to be there.
func (v *view) fill(info *NodeInfo, n *cluster.Node) {
	info.Load(v.r, n)
	if v.index.assumed.Len() == 0 {
		return
	}
	v.index.assumed.Scan(func(_ cluster.UID, p *cluster.Pod) bool {
		if p.NodeName == n.Name {
			info.Pods = append(info.Pods, p)
		}
		return true
	})
}

// load returns a node with its pods, from memory if nothing has changed there.
func (v *view) load(n *cluster.Node) *NodeInfo {
	x := v.index
	id := int(n.ID())
	if id >= len(x.infos) {
		x.infos = append(x.infos, make([]*NodeInfo, v.r.NodeIDs()-len(x.infos))...)
	}
	if x.infos[id] == nil {
		info := new(NodeInfo)
		v.fill(info, n)
		x.infos[id] = info
	}
	return x.infos[id]
}

func (v *view) nodes() []*NodeInfo {
	if v.index.walk == nil {
		v.index.walk = v.order()
	}
	list := make([]*NodeInfo, 0, len(v.index.walk))
	for _, id := range v.index.walk {
		list = append(list, v.load(v.r.NodeByID(id)))
	}
	return list
}

// order works out the order in which the nodes are walked.
func (v *view) order() []cluster.NodeID {
	type entry struct {
		id   cluster.NodeID
		came addition
	}
	var list []entry
	for n := range v.r.Nodes() {
		came, ok := v.index.moved.Get(n.ID())
		if !ok {
			came = addition{after: n.UID}
		}
		list = append(list, entry{n.ID(), came})
	}
	slices.SortFunc(list, func(a, b entry) int {
		return cmp.Or(cmp.Compare(a.came.after, b.came.after), cmp.Compare(a.came.move, b.came.move))
	})
	byZone := make(map[zone][]cluster.NodeID)
	for _, e := range list {
		z := zoneOf(v.r.NodeByID(e.id))
		byZone[z] = append(byZone[z], e.id)
	}
	zones := make([][]cluster.NodeID, 0, len(v.index.zones))
	for _, z := range v.index.zones {
		zones = append(zones, byZone[z.zone])
	}
	return interleave(zones)
}

func (v *view) affine() []*NodeInfo {
	var list []*NodeInfo
	last := cluster.NoNode
	v.index.affine.Scan(func(p place) bool {
		if n := v.r.NodeByID(p.node); n != nil && p.node != last {
			list = append(list, v.load(n))
		}
		last = p.node
		return true
	})
	return list
}

func (v *view) namespaceLabels(name string) map[string]string {
	if ns, ok := v.r.Object(cluster.KindNamespace, "", name).(*cluster.Namespace); ok {
		return ns.Labels
	}
	return nil
}

func (v *view) nominated(node string) []*cluster.Pod {
	if v.index.nominees.Len() == 0 {
		return nil
	}
	var pods []*cluster.Pod
	v.index.nominees.Ascend(nominee{node: node}, func(p nominee) bool {
		if p.node != node {
			return false
		}
		if _, assumed := v.index.assumed.Get(p.pod); !assumed {
			pods = append(pods, v.r.PodByUID(p.pod))
		}
		return true
	})
	return pods
}

func (v *view) budgets(namespace string) []*cluster.PodDisruptionBudget {
	var list []*cluster.PodDisruptionBudget
	for obj := range v.r.Objects(cluster.KindPodDisruptionBudget, namespace) {
		list = append(list, obj.(*cluster.PodDisruptionBudget))
	}
	return list
}

// appendState writes the order of the nodes, and which pods count though the view does not show them on
// their nodes: the rest of the index follows from the view.
func (x *index) appendState(b []byte) []byte {
	for _, z := range x.zones {
		b = fmt.Appendf(b, "%q%q%d", z.zone.region, z.zone.zone, z.nodes)
	}
	x.moved.Scan(func(id cluster.NodeID, came addition) bool {
		b = fmt.Appendf(b, "|%d:%d:%d", id, came.after, came.move)
		return true
	})
	x.assumed.Scan(func(uid cluster.UID, _ *cluster.Pod) bool {
		b = fmt.Appendf(b, "+%d", uid)
		return true
	})
	return b
}
