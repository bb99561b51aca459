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

// The collector's tasks, each about an object: most delete it.
const (
	// collect deletes it in any case.
	collect TaskKind = iota + 1
	// collectOrphan deletes it unless another owner is left.
	collectOrphan
	// release lets go what is deleted in the foreground, when no dependent is left that it waits for.
	release
)

func (collector) Name() string { return "garbage-collector" }

func (collector) Fork() Actor { return collector{} }

// Observe schedules the deletion of what the deleted object owned, and of what was in a namespace; also of
// an object that gets an owner which is gone already, as happens when a controller has not seen that yet.
// It looks again at what is deleted in the foreground whenever a dependent of it is gone or not one any more.
func (collector) Observe(cl *Client, ch *Change) {
	if ch.Before != nil {
		cl.releaseOwners(ch)
	}
	if ch.Verb != Deleted {
		if waits(ch.After) && (ch.Before == nil || !waits(ch.Before)) {
			cl.collectDependents(ch.After)
			cl.After(0, Task{Kind: release, Object: ch.After.Meta().UID})
		}
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
	cl.collectDependents(ch.Before)
}

func (cl *Client) collectDependents(owner Object) {
	for obj := range cl.Reader.s.dependentsOf(owner.Meta()) {
		cl.collect(obj, collectOrphan, 0)
	}
}

// lostOwnerDelay is how long the collector takes to find out that an owner is gone for good. If it took no
// time at all, a controller that has not seen its object go would make a dependent again at the same moment,
// and that without end.
const lostOwnerDelay = time.Second

// hasLostOwner reports whether a change has given an object an owner that was there once and is gone, or is
// deleted in the foreground. What never was says nothing: it may live outside of the cluster.
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
		owner := cl.ByUID(ref.UID)
		return owner == nil && cl.c.store.knew(ref.UID) || owner != nil && waits(owner)
	})
}

// waits reports whether an object is deleted in the foreground.
func waits(obj Object) bool {
	m := obj.Meta()
	return m.Terminating() && slices.Contains(m.Finalizers, foregroundFinalizer)
}

// releaseOwners looks again at the owners that a change has taken from an object.
func (cl *Client) releaseOwners(ch *Change) {
	lost := ch.Before.Meta().OwnerReferences
	if len(lost) == 0 {
		return
	}
	if ch.After != nil {
		left := ch.After.Meta().OwnerReferences
		if len(left) == len(lost) && &left[0] == &lost[0] {
			return
		}
		lost = slices.DeleteFunc(slices.Clone(lost), func(ref OwnerReference) bool {
			return slices.ContainsFunc(left, func(l OwnerReference) bool { return l.UID == ref.UID })
		})
	}
	for _, ref := range lost {
		if owner := cl.ByUID(ref.UID); owner != nil && waits(owner) {
			cl.After(0, Task{Kind: release, Object: ref.UID})
		}
	}
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
// and forgets those that are gone, or on their way in the foreground. Like Kubernetes' collector it looks at the
// cluster itself before it deletes.
func (collector) Run(cl *Client, t Task) {
	live := cl.Live()
	obj := live.ByUID(t.Object)
	if obj == nil {
		return
	}
	if t.Kind == release {
		cl.release(obj)
		return
	}
	m := obj.Meta()
	opts := DeleteOptions{}
	living := slices.DeleteFunc(slices.Clone(m.OwnerReferences), func(ref OwnerReference) bool {
		owner := live.ByUID(ref.UID)
		if owner != nil && waits(owner) {
			opts.Propagation = Foreground
			return true
		}
		return owner == nil
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
	_ = cl.Delete(obj.Kind(), m.Namespace, m.Name, opts)
}

// release lets an object go that is deleted in the foreground, unless it still has to wait.
func (cl *Client) release(owner Object) {
	if m := owner.Meta(); waits(owner) && !cl.c.store.blocked(m) {
		cl.replace(owner, withFinalizers(owner, withoutFinalizer(m.Finalizers)))
	}
}
