package cluster

import "github.com/daemonsim/daemonsim/cluster/field"

// Kind is the name of a kind of object, spelled as in a manifest.
type Kind string

// The kinds that this package defines. Rooms above define more: a kind is known to the store as
// soon as an object of it is created.
const (
	KindNode                Kind = "Node"
	KindPod                 Kind = "Pod"
	KindNamespace           Kind = "Namespace"
	KindPriorityClass       Kind = "PriorityClass"
	KindPodDisruptionBudget Kind = "PodDisruptionBudget"
)

// Object is what the store holds. An object that came out of the store is shared and frozen: read
// it, clone it, but never write to it. Rules about a kind live with its type, so that every way into
// the cluster meets the same ones.
type Object interface {
	// Kind names the object's kind.
	Kind() Kind
	// APIVersion is the group and version under which manifests write the kind.
	APIVersion() string
	// Scope says whether objects of the kind live in namespaces.
	Scope() Scope
	// Meta returns the object's metadata, for reading.
	Meta() *ObjectMeta
	// Clone returns a deep copy.
	Clone() Object
	// Default fills in what the API server would, on the store's own copy.
	Default()
	// Validate judges the object as a whole and reports everything that is wrong with it, in
	// the order of the fields.
	Validate() field.ErrorList
}

// Creatable is an object that is prepared when it is first stored.
type Creatable interface {
	Object
	// PrepareCreate is called on the store's copy, after defaulting and before validation.
	PrepareCreate()
}

// Updatable is an object with rules about how it may change.
type Updatable interface {
	Object
	// PrepareUpdate is called on the new version with the stored one, after defaulting and before
	// validation: it puts back what a write may not touch and raises the generation where due.
	PrepareUpdate(old Object)
	// ValidateUpdate judges the object as the next version of old: it reports changes that are not
	// allowed and then everything that is wrong with the object as such. An update calls it in
	// place of Validate.
	ValidateUpdate(old Object) field.ErrorList
}

// WithStatus is an object whose status is written separately from the rest.
type WithStatus interface {
	Object
	// CopyStatus returns a copy of the receiver that has the status of from, an object of the
	// same type, and shares everything else with the receiver. When the status is the same
	// already it returns the receiver itself.
	CopyStatus(from Object) Object
}

// StatusJudge is an object whose status has rules of its own.
type StatusJudge interface {
	WithStatus
	// ValidateStatusUpdate judges the status of the object as the next version of old.
	ValidateStatusUpdate(old Object) field.ErrorList
}

// Scope says whether the objects of a kind live in namespaces.
type Scope bool

// The scopes.
const (
	Namespaced    Scope = true
	ClusterScoped Scope = false
)
