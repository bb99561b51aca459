package cluster

import (
	"iter"
	"strings"

	"github.com/daemonsim/daemonsim/affinity"
)

// Reader reads a cluster: the objects of one moment, by name, UID and index. Actors read through a
// Reader and never through the store itself, because their view may lag behind: see Lag.
//
// Objects are shared and frozen. The sequences must not be walked while the cluster is written to:
// collect first.
type Reader struct{ s *store }

// Object returns the object of that name, or nil. Kinds without namespaces have namespace "".
func (r Reader) Object(kind Kind, namespace, name string) Object {
	return r.s.get(kind, namespace, name)
}

// ByUID returns the object with the UID, or nil when it is gone.
func (r Reader) ByUID(uid UID) Object { return r.s.byUID(uid) }

// Objects walks the objects of a kind by namespace and name. An empty namespace means all.
func (r Reader) Objects(kind Kind, namespace string) iter.Seq[Object] {
	return r.s.all(kind, namespace)
}

// Kinds lists the kinds that the cluster has met, in that order: Node and Pod come first.
func (r Reader) Kinds() []Kind {
	kinds := make([]Kind, len(r.s.tables))
	for i := range r.s.tables {
		kinds[i] = r.s.tables[i].kind
	}
	return kinds
}

// Count is the number of objects of a kind.
func (r Reader) Count(kind Kind) int {
	if i := r.s.table(kind); i >= 0 {
		return r.s.tables[i].length
	}
	return 0
}

// Node returns the node of that name, or nil.
func (r Reader) Node(name string) *Node {
	id, _ := r.s.nodeIDs.Get(name)
	return r.NodeByID(id)
}

// NodeByID returns the node with the number, or nil while no such node exists.
func (r Reader) NodeByID(id NodeID) *Node { return r.s.nodes.At(int(id)).node }

// NodeName is the name behind a NodeID, also of a node that does not exist.
func (r Reader) NodeName(id NodeID) string { return r.s.nodes.At(int(id)).name }

// NodeIDs is the number of NodeIDs handed out: every NodeID is below it.
func (r Reader) NodeIDs() int { return r.s.nodes.Len() }

// Nodes walks the nodes by name.
func (r Reader) Nodes() iter.Seq[*Node] {
	return func(yield func(*Node) bool) {
		for obj := range r.s.all(KindNode, "") {
			if !yield(obj.(*Node)) {
				return
			}
		}
	}
}

// Pod returns the pod of that name, or nil.
func (r Reader) Pod(namespace, name string) *Pod {
	p, _ := r.s.get(KindPod, namespace, name).(*Pod)
	return p
}

// PodByUID returns the pod with the UID, or nil when it is gone.
func (r Reader) PodByUID(uid UID) *Pod { return r.s.pod(uid) }

// Pods walks the pods by namespace and name. An empty namespace means all.
func (r Reader) Pods(namespace string) iter.Seq[*Pod] {
	return func(yield func(*Pod) bool) {
		for obj := range r.s.all(KindPod, namespace) {
			if !yield(obj.(*Pod)) {
				return
			}
		}
	}
}

// PodDisruptionBudgets walks the budgets of a namespace by name. An empty namespace means all.
func (r Reader) PodDisruptionBudgets(namespace string) iter.Seq[*PodDisruptionBudget] {
	return func(yield func(*PodDisruptionBudget) bool) {
		for obj := range r.s.all(KindPodDisruptionBudget, namespace) {
			if !yield(obj.(*PodDisruptionBudget)) {
				return
			}
		}
	}
}

// PodsAt walks, in order of creation, the pods whose target is the node: those bound to it and
// those that are pinned to it and not yet bound. The node itself need not exist.
func (r Reader) PodsAt(id NodeID) iter.Seq[*Pod] {
	return func(yield func(*Pod) bool) {
		pods := r.s.nodes.At(int(id)).pods
		if pods.first == 0 || !yield(r.s.pod(pods.first)) {
			return
		}
		for _, uid := range pods.more {
			if !yield(r.s.pod(uid)) {
				return
			}
		}
	}
}

// PodsOn walks, in order of creation, the pods that are bound to the node of that name.
func (r Reader) PodsOn(node string) iter.Seq[*Pod] {
	return func(yield func(*Pod) bool) {
		id, _ := r.s.nodeIDs.Get(node)
		for p := range r.PodsAt(id) {
			if p.Bound() && !yield(p) {
				return
			}
		}
	}
}

// PodsOwnedBy walks the pods of a namespace whose controller is the object with that UID. Owner 0
// stands for the pods without a controller.
func (r Reader) PodsOwnedBy(namespace string, owner UID) iter.Seq[*Pod] {
	return r.s.podsOf(ownerPrefix(namespace, owner), anyLabels)
}

// LabelSetsOwnedBy walks the different sets of labels among the pods that PodsOwnedBy walks. There are far
// fewer of them than pods: one for each revision, usually.
func (r Reader) LabelSetsOwnedBy(namespace string, owner UID) iter.Seq[map[string]string] {
	return func(yield func(map[string]string) bool) {
		prefix := ownerPrefix(namespace, owner)
		r.s.groups.byKey.Ascend(prefix, func(key string, id uint32) bool {
			return strings.HasPrefix(key, prefix) && yield(r.s.groups.list.At(int(id)).labels)
		})
	}
}

// OrphansMatching walks the pods of a namespace that match the selector and have no controller.
func (r Reader) OrphansMatching(namespace string, sel affinity.Selector) iter.Seq[*Pod] {
	return r.s.podsOf(ownerPrefix(namespace, 0), sel.Matches)
}

// PodsMatching walks the pods of a namespace whose labels match the selector. An empty namespace
// means all.
func (r Reader) PodsMatching(namespace string, sel affinity.Selector) iter.Seq[*Pod] {
	return r.s.podsMatching(namespace, sel)
}

// OwnedBy walks the objects other than pods that list the UID among their owners.
func (r Reader) OwnedBy(owner UID) iter.Seq[Object] {
	return func(yield func(Object) bool) {
		r.s.dependents.Ascend(dependent{owner: owner}, func(d dependent) bool {
			if d.owner != owner {
				return false
			}
			obj := r.s.byUID(d.object)
			_, isPod := obj.(*Pod)
			return isPod || yield(obj)
		})
	}
}

// PriorityOf resolves the name of a priority class; false when there is no such class.
func (r Reader) PriorityOf(class string) (int32, bool) {
	priority, _, ok := r.s.priorityOf(class)
	return priority, ok
}

// Version is the number of the latest change that the reader has seen.
func (r Reader) Version() uint64 { return r.s.version }

// KindVersion is the number of the latest change of an object of a kind that the reader has seen; 0 when it
// has seen none.
func (r Reader) KindVersion(kind Kind) uint64 {
	if i := r.s.table(kind); i >= 0 {
		return r.s.tables[i].version
	}
	return 0
}
