package cluster

import "slices"

// collector is the garbage collector: it deletes what a deleted owner leaves behind, and everything
// in a namespace that is deleted.
type collector struct{}

// The collector's tasks: delete the object that the task is about.
const (
	// collect deletes it in any case.
	collect TaskKind = iota + 1
	// collectOrphan deletes it unless another owner is left.
	collectOrphan
)

func (collector) Name() string { return "garbage-collector" }

func (collector) Fork() Actor { return collector{} }

// Observe schedules the deletion of what the deleted object owned. Pods and nodes own nothing here,
// and they are what is deleted most.
func (collector) Observe(cl *Client, ch *Change) {
	if ch.Verb != Deleted {
		return
	}
	m := ch.Before.Meta()
	switch ch.Before.(type) {
	case *Pod, *Node:
	case *Namespace:
		for _, kind := range cl.Kinds() {
			for obj := range cl.Objects(kind, m.Name) {
				cl.collect(obj, collect)
			}
		}
	default:
		for p := range cl.PodsOwnedBy(m.Namespace, m.UID) {
			cl.collect(p, collectOrphan)
		}
		for obj := range cl.OwnedBy(m.UID) {
			cl.collect(obj, collectOrphan)
		}
	}
}

func (cl *Client) collect(obj Object, kind TaskKind) {
	if m := obj.Meta(); !m.Terminating() {
		cl.After(0, Task{Kind: kind, Object: m.UID})
	}
}

// Run deletes one dependent. It may be gone by now, which is as good. One that has another owner stays
// and forgets those that are gone.
func (collector) Run(cl *Client, t Task) {
	obj := cl.ByUID(t.Object)
	if obj == nil {
		return
	}
	m := obj.Meta()
	living := slices.DeleteFunc(slices.Clone(m.OwnerReferences), func(ref OwnerReference) bool {
		return cl.ByUID(ref.UID) == nil
	})
	if t.Kind == collectOrphan && len(living) > 0 {
		next := obj.Clone()
		next.Meta().OwnerReferences = living
		_, _ = cl.Update(next)
		return
	}
	_ = cl.Delete(obj.Kind(), m.Namespace, m.Name, DeleteOptions{})
}
