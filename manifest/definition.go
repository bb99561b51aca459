package manifest

import (
	"reflect"
	"strings"

	"github.com/daemonsim/daemonsim/cluster"
)

// Definition makes a kind of one's own known to manifests and to kubectl, as a CustomResourceDefinition does. Its
// objects are read and written by the JSON tags of their Go type.
type Definition struct {
	// Object is an object of the kind, such as an empty one: a pointer to a struct. A definition without an
	// object defines nothing.
	Object cluster.Object
	// Plural is the name of the kind's resource. Empty means the kind in small letters with an s.
	Plural string
	// ShortName is another name of the resource, such as "rs"; empty for none.
	ShortName string
	// Columns are those that kubectl get shows, between NAME and AGE.
	Columns []PrinterColumn
}

// PrinterColumn is a column of the tables of kubectl get.
type PrinterColumn struct {
	// Name is the header, and JSONPath says where the value is, as in ".spec.replicas".
	Name, JSONPath string
}

// Kind is the kind that is defined.
func (d *Definition) Kind() cluster.Kind { return d.Object.Kind() }

// Group is the API group of the kind; empty for the core group.
func (d *Definition) Group() string {
	group, _, ok := strings.Cut(d.Object.APIVersion(), "/")
	if !ok {
		return ""
	}
	return group
}

// Singular is the kind in small letters.
func (d *Definition) Singular() string { return strings.ToLower(string(d.Kind())) }

// PluralName is Plural, or what it means when it is empty.
func (d *Definition) PluralName() string {
	if d.Plural != "" {
		return d.Plural
	}
	return d.Singular() + "s"
}

// alloc returns a new object for the decoder to fill.
func (d *Definition) alloc() any { return reflect.New(reflect.TypeOf(d.Object).Elem()).Interface() }

// defined finds the definition of a kind under exactly this version.
func (o *Options) defined(h header) (k kind, ok bool) {
	for i := range o.Definitions {
		d := &o.Definitions[i]
		if d.Object != nil && string(d.Kind()) == h.kind && d.Object.APIVersion() == h.apiVersion {
			return kind{h.kind, h.apiVersion, d.alloc}, true
		}
	}
	return kind{}, false
}
