package cluster

import (
	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster/field"
)

// DefaultNamespace is where namespaced objects live that name no namespace.
const DefaultNamespace = "default"

// Namespace is a scope for names. A namespace comes into being when it is first named.
type Namespace struct {
	ObjectMeta
}

// Kind is KindNamespace.
func (n *Namespace) Kind() Kind { return KindNamespace }

// APIVersion is "v1".
func (n *Namespace) APIVersion() string { return "v1" }

// Scope is ClusterScoped.
func (n *Namespace) Scope() Scope { return ClusterScoped }

// Clone returns a deep copy.
func (n *Namespace) Clone() Object { return &Namespace{n.CloneMeta()} }

// Default sets the label that carries the namespace's own name.
func (n *Namespace) Default() {
	const label = "kubernetes.io/metadata.name"
	if n.Labels == nil {
		n.Labels = make(map[string]string, 1)
	}
	// Of a name that is refused one mistake is told, and not that it is no label either.
	if len(affinity.ValueErrors(n.Name)) == 0 {
		n.Labels[label] = n.Name
	}
}

// Validate reports everything that is wrong with the namespace, whose name has no dots.
func (n *Namespace) Validate() field.ErrorList {
	return validateMeta(&n.ObjectMeta, ClusterScoped, affinity.DNSLabelErrors, field.NewPath("metadata"))
}

// PrepareUpdate changes nothing.
func (n *Namespace) PrepareUpdate(Object) {}

// ValidateUpdate reports everything that is wrong with the namespace as the next version of old.
func (n *Namespace) ValidateUpdate(old Object) field.ErrorList {
	return ValidateMetaUpdate(&n.ObjectMeta, old.Meta(), field.NewPath("metadata"))
}
