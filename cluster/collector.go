package cluster

import (
	"iter"
	"slices"
	"time"
)

// collector is the garbage collector: it deletes what a deleted owner leaves behind, and everything
// in a namespace that is deleted.
type collector struct{}

// NewCollector returns the garbage collector, which every cluster has from the beginning: it is for Start,
// after Stop has taken it out.
func NewCollector() Actor { return collector{} }

// The collector's tasks: delete the object that the task is about.
const (
	// collect deletes it in any case.
	collect TaskKind = iota + 1
	// collectOrphan deletes it unless another owner is left.
	collectOrphan
)

func (collector) Name() string { return "garbage-collector" }

func (collector) Fork() Actor { return collector{} }

// Observe schedules the deletion of what the deleted object owned, and of what was in a namespace; also of
// an object that gets an owner which is gone already, as happens when a controller has not seen that yet.
func (collector) Observe(cl *Client, ch *Change) {
	if ch.Verb != Deleted {
		if cl.hasLostOwner(ch) {
			cl.collect(ch.After, collectOrphan, lostOwnerDelay)
		}
		return
	}
	if ns, ok := ch.Before.(*Namespace); ok {
		for _, kind := range cl.Kinds() {
			for obj := range cl.Objects(kind, ns.Name) {
				cl.collect(obj, collect, 0)
			}
		}
	}
	for obj := range cl.Reader.s.dependentsOf(ch.Before.Meta()) {
		cl.collect(obj, collectOrphan, 0)
	}
}

// lostOwnerDelay is how long the collector takes to find out that an owner is gone for good. If it took no
// time at all, a controller that has not seen its object go would make a dependent again at the same moment,
// and that without end.
const lostOwnerDelay = time.Second

// hasLostOwner reports whether a change has given an object an owner that was there once and is gone. What
// never was says nothing: it may live outside of the cluster.
func (cl *Client) hasLostOwner(ch *Change) bool {
	owners := ch.After.Meta().OwnerReferences
	if len(owners) == 0 {
		return false
	}
	if ch.Before != nil {
		if was := ch.Before.Meta().OwnerReferences; len(was) == len(owners) && &was[0] == &owners[0] {
			return false
		}
	}
	return slices.ContainsFunc(owners, func(ref OwnerReference) bool {
		return cl.c.store.knew(ref.UID) && cl.ByUID(ref.UID) == nil
	})
}

// knew reports whether there is or was an object with the UID.
func (s *store) knew(uid UID) bool {
	i := uid.kind()
	return i >= 0 && i < len(s.tables) && uid.serial() > 0 && uid.serial() < uint64(s.tables[i].objects.Len())
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

func (cl *Client) collect(obj Object, kind TaskKind, delay time.Duration) {
	if m := obj.Meta(); !m.Terminating() {
		cl.After(delay, Task{Kind: kind, Object: m.UID})
	}
}

// Run deletes one dependent. It may be gone by now, which is as good. One that has another owner stays
// and forgets those that are gone. Like Kubernetes' collector it looks at the cluster itself before it
// deletes.
func (collector) Run(cl *Client, t Task) {
	live := cl.Live()
	obj := live.ByUID(t.Object)
	if obj == nil {
		return
	}
	m := obj.Meta()
	living := slices.DeleteFunc(slices.Clone(m.OwnerReferences), func(ref OwnerReference) bool {
		return live.ByUID(ref.UID) == nil
	})
	if t.Kind == collectOrphan && len(living) == len(m.OwnerReferences) {
		return
	}
	if t.Kind == collectOrphan && len(living) > 0 {
		next := obj.Clone()
		next.Meta().OwnerReferences = living
		_, _ = cl.Update(next)
		return
	}
	_ = cl.Delete(obj.Kind(), m.Namespace, m.Name, DeleteOptions{})
}
