package cluster

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// UID identifies one incarnation of one object for the whole run: an object that is deleted and
// created again under its old name has another UID. UIDs are counters, so that equal runs give equal
// UIDs. The zero UID belongs to no object.
//
// The upper bits tell the kind and the lower ones are a serial number within the kind, which lets the
// store find an object by its UID without a search.
type UID uint64

const serialBits = 40

func newUID(kind int, serial int) UID { return UID(kind+1)<<serialBits | UID(serial) }

func (u UID) kind() int { return int(u>>serialBits) - 1 }

// serial is wider than an int may be, because anybody can make up a UID.
func (u UID) serial() uint64 { return uint64(u & (1<<serialBits - 1)) }

// String has the shape of the UIDs that people know from Kubernetes.
func (u UID) String() string {
	return fmt.Sprintf("%08x-0000-4000-8000-%012x", uint64(u>>serialBits), uint64(u&(1<<serialBits-1)))
}

// ObjectMeta is the metadata that all objects have. The fields from UID to DeletionGracePeriodSeconds are
// the cluster's: what an object has there that is handed in is not taken over. Creation ignores them;
// an update compares UID and ResourceVersion with those that are stored, unless they are zero.
type ObjectMeta struct {
	// Name is unique among the objects of one kind and namespace.
	Name string `json:"name,omitempty"`
	// GenerateName is the prefix of a generated name, used on creation when Name is empty. Five
	// characters of Kubernetes' alphabet are drawn from the creator's random stream.
	GenerateName string `json:"generateName,omitempty"`
	// Namespace is empty for kinds that have none, such as Node.
	Namespace string `json:"namespace,omitempty"`
	// UID identifies this incarnation of the object.
	UID UID `json:"uid,omitempty"`
	// ResourceVersion is the number of the change that wrote this version of the object. An
	// update that carries an outdated one is refused with ErrConflict; zero is not compared.
	ResourceVersion uint64 `json:"resourceVersion,omitempty"`
	// Generation counts the changes of the spec, for the kinds that keep one.
	Generation int64 `json:"generation,omitempty"`
	// CreationTimestamp is the virtual time of creation.
	CreationTimestamp time.Duration `json:"creationTimestamp,omitempty"`
	// DeletionTimestamp is the virtual time at which a terminating object is to be gone; nil for a
	// live one.
	DeletionTimestamp *time.Duration `json:"deletionTimestamp,omitempty"`
	// DeletionGracePeriodSeconds is the grace that a terminating object was given.
	DeletionGracePeriodSeconds *int64 `json:"deletionGracePeriodSeconds,omitempty"`
	// Labels are what selectors look at.
	Labels map[string]string `json:"labels,omitempty"`
	// Annotations are free text.
	Annotations map[string]string `json:"annotations,omitempty"`
	// OwnerReferences lists the owners, at most one of them the controller.
	OwnerReferences []OwnerReference `json:"ownerReferences,omitempty"`
	// Finalizers keep a deleted object in the store, terminating, until the list is empty.
	Finalizers []string `json:"finalizers,omitempty"`
}

// OwnerReference points from an object to one that owns it. When the owner is deleted its
// dependents are deleted too.
type OwnerReference struct {
	APIVersion         string `json:"apiVersion"`
	Kind               Kind   `json:"kind"`
	Name               string `json:"name"`
	UID                UID    `json:"uid"`
	Controller         *bool  `json:"controller,omitempty"`
	BlockOwnerDeletion *bool  `json:"blockOwnerDeletion,omitempty"`
}

// Meta returns m itself; it makes every type that embeds ObjectMeta satisfy that part of Object.
func (m *ObjectMeta) Meta() *ObjectMeta { return m }

// Key is "namespace/name", or the bare name when there is no namespace.
func (m *ObjectMeta) Key() string {
	if m.Namespace == "" {
		return m.Name
	}
	return m.Namespace + "/" + m.Name
}

// Terminating reports whether the object has been deleted and is still there.
func (m *ObjectMeta) Terminating() bool { return m.DeletionTimestamp != nil }

// Controller returns the owner that is marked as the controller, or nil.
func (m *ObjectMeta) Controller() *OwnerReference {
	for i := range m.OwnerReferences {
		if ref := &m.OwnerReferences[i]; ref.Controller != nil && *ref.Controller {
			return ref
		}
	}
	return nil
}

// CloneMeta returns a deep copy of m.
func (m *ObjectMeta) CloneMeta() ObjectMeta {
	c := *m
	c.DeletionTimestamp = clonePointer(m.DeletionTimestamp)
	c.DeletionGracePeriodSeconds = clonePointer(m.DeletionGracePeriodSeconds)
	c.Labels = maps.Clone(m.Labels)
	c.Annotations = maps.Clone(m.Annotations)
	c.OwnerReferences = cloneOwners(m.OwnerReferences)
	c.Finalizers = slices.Clone(m.Finalizers)
	return c
}

func cloneOwners(refs []OwnerReference) []OwnerReference {
	refs = slices.Clone(refs)
	for i := range refs {
		refs[i].Controller = clonePointer(refs[i].Controller)
		refs[i].BlockOwnerDeletion = clonePointer(refs[i].BlockOwnerDeletion)
	}
	return refs
}

func clonePointer[T any](p *T) *T {
	if p == nil {
		return nil
	}
	v := *p
	return &v
}
