package cluster

import (
	"iter"
	"slices"
)

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

// Observe schedules the deletion of what the deleted object owned, and of what was in a namespace.
func (collector) Observe(cl *Client, ch *Change) {
	if ch.Verb != Deleted {
		return
	}
	if ns, ok := ch.Before.(*Namespace); ok {
		for _, kind := range cl.Kinds() {
			for obj := range cl.Objects(kind, ns.Name) {
				cl.collect(obj, collect)
			}
		}
	}
	for obj := range cl.c.store.dependentsOf(ch.Before.Meta()) {
		cl.collect(obj, collectOrphan)
	}
}

// dependentsOf walks all objects that list one among their owners, each once: first the pods that their
// groups find.
func (s *store) dependentsOf(owner *ObjectMeta) iter.Seq[Object] {
	return func(yield func(Object) bool) {
		if s.ownsGroups(owner.UID.kind()) {
			for p := range s.podsOf(ownerPrefix(owner.Namespace, owner.UID), anyLabels) {
				if !p.linked && !yield(p) {
					return
				}
			}
		}
		s.dependents.Ascend(dependent{owner: owner.UID}, func(d dependent) bool {
			return d.owner == owner.UID && yield(s.byUID(d.object))
		})
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
