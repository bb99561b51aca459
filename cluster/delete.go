package cluster

import (
	"slices"
	"time"
)

// Propagation says what happens to the dependents of a deleted object.
type Propagation uint8

// The propagation policies.
const (
	// Background deletes the object at once and its dependents after it.
	Background Propagation = iota
	// Orphan leaves the dependents behind, without the owner.
	Orphan
)

// DeleteOptions say how to delete. The zero value is what kubectl delete does.
type DeleteOptions struct {
	// GracePeriod is how long a pod may take to stop, in whole seconds: a fraction is dropped. Nil
	// means what the pod itself says; zero removes it at once; a negative one counts as a second.
	GracePeriod *time.Duration
	// Propagation is about dependents; the zero value is Background.
	Propagation Propagation
}

// Delete asks for an object to go. A bound pod becomes terminating and goes when its kubelet has
// stopped it; everything else goes at once, or when its last finalizer does. It fails with ErrNotFound
// when there is no such object.
func (cl *Client) Delete(kind Kind, namespace, name string, opts DeleteOptions) error {
	cl.c.mustNotTell("delete an object")
	obj := cl.c.store.get(kind, namespace, name)
	if obj == nil {
		key := (&ObjectMeta{Namespace: namespace, Name: name}).Key()
		return &ObjectError{"delete", kind, key, ErrNotFound}
	}
	if opts.Propagation == Orphan {
		cl.orphanDependents(obj)
		// It may have owned itself.
		obj = cl.c.store.byUID(obj.Meta().UID)
	}
	if p, ok := obj.(*Pod); ok {
		cl.deletePod(p, opts)
		return nil
	}
	if m := obj.Meta(); len(m.Finalizers) > 0 {
		if !m.Terminating() {
			next := obj.Clone()
			now := cl.c.now
			next.Meta().DeletionTimestamp, next.Meta().DeletionGracePeriodSeconds = &now, new(int64)
			cl.replace(obj, next)
		}
		return nil
	}
	cl.remove(obj)
	return nil
}

// orphanDependents takes the owner out of its dependents, as the garbage collector does.
func (cl *Client) orphanDependents(owner Object) {
	m := owner.Meta()
	for _, obj := range slices.Collect(cl.c.store.dependentsOf(m)) {
		var next Object
		if p, ok := obj.(*Pod); ok {
			own := *p
			own.asTemplate = false
			next = &own
		} else {
			next = obj.Clone()
		}
		next.Meta().OwnerReferences = withoutOwner(obj.Meta().OwnerReferences, m.UID)
		cl.replace(obj, next)
	}
}

func withoutOwner(refs []OwnerReference, owner UID) []OwnerReference {
	return slices.DeleteFunc(slices.Clone(refs), func(r OwnerReference) bool { return r.UID == owner })
}
