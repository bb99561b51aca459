package cluster

import (
	"fmt"
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
	// Foreground keeps the object, terminating, until those of its dependents are gone whose reference to it
	// has BlockOwnerDeletion. A pod is not kept: for it this is Background.
	Foreground
)

// foregroundFinalizer keeps an object until the garbage collector has deleted its dependents.
const foregroundFinalizer = "foregroundDeletion"

// DeleteOptions say how to delete. The zero value is what kubectl delete does.
type DeleteOptions struct {
	// GracePeriod is how long a pod may take to stop, in whole seconds: a fraction is dropped. Nil
	// means what the pod itself says; zero removes it at once; a negative one counts as a second.
	GracePeriod *time.Duration
	// Propagation is about dependents; the zero value is Background.
	Propagation Propagation
	// Preconditions say which object is meant. Another one of its name is left alone.
	Preconditions Preconditions
}

// Preconditions are what an object has to be for an operation on it to go on; the zero value asks for nothing.
type Preconditions struct {
	// UID is the UID of the object, and ResourceVersion its latest version.
	UID             UID
	ResourceVersion uint64
}

// Check compares an object with the preconditions. The error wraps ErrConflict.
func (p Preconditions) Check(m *ObjectMeta) error {
	switch {
	case p.UID != 0 && p.UID != m.UID:
		return fmt.Errorf("%w: the precondition is UID %v, and it has %v", ErrConflict, p.UID, m.UID)
	case p.ResourceVersion != 0 && p.ResourceVersion != m.ResourceVersion:
		return fmt.Errorf("%w: the precondition is version %d, and it has %d",
			ErrConflict, p.ResourceVersion, m.ResourceVersion)
	}
	return nil
}

// Delete asks for an object to go. A bound pod becomes terminating and goes when its kubelet has
// stopped it; everything else goes at once, or when its last finalizer does. It fails with ErrNotFound
// when there is no such object, and with ErrConflict when that is not as the preconditions say.
func (cl *Client) Delete(kind Kind, namespace, name string, opts DeleteOptions) error {
	cl.c.mustNotTell("delete an object")
	if f := cl.fault(Deleted, kind); f != nil {
		what := ObjectError{Kind: kind, Key: (&ObjectMeta{Namespace: namespace, Name: name}).Key()}
		return cl.failed(f, what, func() { _ = cl.delete(kind, namespace, name, opts) })
	}
	return cl.delete(kind, namespace, name, opts)
}

func (cl *Client) delete(kind Kind, namespace, name string, opts DeleteOptions) error {
	obj := cl.c.store.get(kind, namespace, name)
	if obj == nil {
		key := (&ObjectMeta{Namespace: namespace, Name: name}).Key()
		return &ObjectError{"delete", kind, key, ErrNotFound}
	}
	if err := opts.Preconditions.Check(obj.Meta()); err != nil {
		return opError("delete", obj, err)
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
	m := obj.Meta()
	finalizers := cl.finalizersFor(m, opts.Propagation)
	switch {
	case len(finalizers) == 0 && len(m.Finalizers) > 0 && m.Terminating():
		// It goes with its last finalizer.
		cl.replace(obj, withFinalizers(obj, finalizers))
	case len(finalizers) == 0:
		cl.remove(obj)
	case !m.Terminating():
		next := withFinalizers(obj, finalizers)
		now := cl.c.now
		next.Meta().DeletionTimestamp, next.Meta().DeletionGracePeriodSeconds = &now, new(int64)
		if m.Generation > 0 {
			// To be deleted is a wish like those of a spec.
			next.Meta().Generation++
		}
		cl.replace(obj, next)
	case !slices.Equal(finalizers, m.Finalizers):
		cl.replace(obj, withFinalizers(obj, finalizers))
	}
	return nil
}

// finalizersFor are the finalizers of an object that is deleted: the policy of the latest call is the one that
// counts.
func (cl *Client) finalizersFor(m *ObjectMeta, policy Propagation) []string {
	others := withoutFinalizer(m.Finalizers)
	if policy == Foreground && cl.c.store.blocked(m) {
		others = append(others, foregroundFinalizer)
	}
	return others
}

func withoutFinalizer(finalizers []string) []string {
	return slices.DeleteFunc(slices.Clone(finalizers), func(f string) bool { return f == foregroundFinalizer })
}

func withFinalizers(obj Object, finalizers []string) Object {
	next := obj.Clone()
	next.Meta().Finalizers = finalizers
	return next
}

// blocked reports whether an object has dependents that a deletion in the foreground waits for.
func (s *store) blocked(owner *ObjectMeta) bool {
	for obj := range s.dependentsOf(owner) {
		for _, ref := range obj.Meta().OwnerReferences {
			if ref.UID == owner.UID && ref.BlockOwnerDeletion != nil && *ref.BlockOwnerDeletion {
				return true
			}
		}
	}
	return false
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
