package cluster

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster/field"
)

// maxAnnotations is how many bytes the keys and values of an object's annotations may have together.
const maxAnnotations = 256 << 10

// ValidateMeta reports everything that is wrong with metadata: the syntax of the names, labels,
// annotations, finalizers and owners. The name must be a DNS subdomain; kinds with stricter names
// check theirs in addition.
func ValidateMeta(m *ObjectMeta, scope Scope, path *field.Path) field.ErrorList {
	if wellFormed(m, scope) {
		return nil
	}
	return validateMeta(m, scope, affinity.DNSSubdomainErrors, path)
}

// validateMeta is ValidateMeta for kinds whose names have a syntax of their own.
func validateMeta(m *ObjectMeta, scope Scope, syntax func(string) []string, path *field.Path) field.ErrorList {
	errs := validateName(m, syntax, path)
	errs = append(errs, validateNamespace(m.Namespace, scope, path.Child("namespace"))...)
	errs = append(errs, validateFreeMeta(m, path)...)
	finalizers := path.Child("finalizers")
	errs = append(errs, validateFinalizerNames(m.Finalizers, finalizers)...)
	return append(errs, validateStandardFinalizers(m.Finalizers, finalizers)...)
}

// ValidateMetaUpdate reports everything that is wrong with metadata as the next version of old: the
// name and the namespace are fixed, and an object that is being deleted gets no new finalizers. Of the
// syntax of the name only that is judged again which every kind must obey.
func ValidateMetaUpdate(m, old *ObjectMeta, path *field.Path) field.ErrorList {
	name, namespace, finalizers := path.Child("name"), path.Child("namespace"), path.Child("finalizers")
	errs := validateSegment(m.Name, name)
	errs = append(errs, validateNamespace(m.Namespace, Scope(old.Namespace != ""), namespace)...)
	errs = append(errs, validateFreeMeta(m, path)...)
	errs = append(errs, validateFinalizerNames(m.Finalizers, finalizers)...)
	if old.Terminating() {
		errs = append(errs, noNewFinalizers(m.Finalizers, old.Finalizers, finalizers)...)
	}
	errs = append(errs, immutable(m.Name, old.Name, name)...)
	errs = append(errs, immutable(m.Namespace, old.Namespace, namespace)...)
	return append(errs, validateStandardFinalizers(m.Finalizers, finalizers)...)
}

// validateSegment asks for a name that can stand in the path of a request.
func validateSegment(name string, path *field.Path) field.ErrorList {
	switch name {
	case "":
		return field.ErrorList{field.Required(path, "name or generateName is required")}
	case ".", "..":
		return field.ErrorList{field.Invalid(path, name, "may not be '"+name+"'")}
	}
	var errs field.ErrorList
	for _, bad := range [...]string{"/", "%"} {
		if strings.Contains(name, bad) {
			errs = append(errs, field.Invalid(path, name, "may not contain '"+bad+"'"))
		}
	}
	return errs
}

// validateFreeMeta judges what may change in the life of an object.
func validateFreeMeta(m *ObjectMeta, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	if m.Generation < 0 {
		errs = append(errs, field.Invalid(path.Child("generation"), m.Generation, notNegative))
	}
	errs = append(errs, validateLabels(m.Labels, path.Child("labels"))...)
	errs = append(errs, validateAnnotations(m.Annotations, path.Child("annotations"))...)
	return append(errs, validateOwners(m.OwnerReferences, path.Child("ownerReferences"))...)
}

func immutable(value, old string, path *field.Path) field.ErrorList {
	if value == old {
		return nil
	}
	return field.ErrorList{field.Invalid(path, value, fieldImmutable)}
}

func noNewFinalizers(finalizers, old []string, path *field.Path) field.ErrorList {
	var added []string
	for _, f := range finalizers {
		if !slices.Contains(old, f) && !slices.Contains(added, f) {
			added = append(added, f)
		}
	}
	if len(added) == 0 {
		return nil
	}
	slices.Sort(added)
	return field.ErrorList{field.Forbidden(path, fmt.Sprintf("no new finalizers can be added if the object "+
		"is being deleted, found new finalizers %#v", added))}
}

// wellFormed recognizes metadata without anything unusual and without mistakes, which is what nearly all
// of it is, and costs nothing.
func wellFormed(m *ObjectMeta, scope Scope) bool {
	if m.GenerateName != "" || m.Generation < 0 || len(m.Annotations)+len(m.OwnerReferences)+len(m.Finalizers) > 0 {
		return false
	}
	if len(affinity.DNSSubdomainErrors(m.Name)) > 0 || bool(scope) != (m.Namespace != "") ||
		scope == Namespaced && len(affinity.DNSLabelErrors(m.Namespace)) > 0 {
		return false
	}
	for k, v := range m.Labels { //house:ok every label has to be valid, in whatever order
		if len(affinity.KeyErrors(k)) > 0 || len(affinity.ValueErrors(v)) > 0 {
			return false
		}
	}
	return true
}

// Details that several fields have in common.
const (
	notNegative    = "must be greater than or equal to 0"
	notEmpty       = "must not be empty"
	fieldImmutable = "field is immutable"
)

func validateName(m *ObjectMeta, syntax func(string) []string, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	if m.GenerateName != "" {
		for _, msg := range syntax(maskDash(m.GenerateName)) {
			errs = append(errs, field.Invalid(path.Child("generateName"), m.GenerateName, msg))
		}
	}
	name := path.Child("name")
	if m.Name == "" {
		if m.GenerateName != "" {
			return errs
		}
		return append(errs, field.Required(name, "name or generateName is required"))
	}
	return append(errs, invalids(name, m.Name, syntax(m.Name))...)
}

func validateNamespace(namespace string, scope Scope, path *field.Path) field.ErrorList {
	switch {
	case scope == ClusterScoped && namespace != "":
		return field.ErrorList{field.Forbidden(path, "not allowed on this type")}
	case scope == ClusterScoped:
		return nil
	case namespace == "":
		return field.ErrorList{field.Required(path, "")}
	}
	return invalids(path, namespace, affinity.DNSLabelErrors(namespace))
}

// invalids makes an error of every message about a value.
func invalids(path *field.Path, value string, messages []string) field.ErrorList {
	var errs field.ErrorList
	for _, msg := range messages {
		errs = append(errs, field.Invalid(path, value, msg))
	}
	return errs
}

func validateLabels(labels map[string]string, path *field.Path) field.ErrorList {
	return SelectorErrors(path, affinity.ValidateLabels("", labels))
}

// validateAnnotations checks keys and the total size. NB: the API server judges keys in lower case, so
// that capitals in the prefix are allowed.
func validateAnnotations(annotations map[string]string, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	size := 0
	for _, key := range sortedKeys(annotations) {
		size += len(key) + len(annotations[key])
		for _, msg := range affinity.KeyErrors(strings.ToLower(key)) {
			errs = append(errs, field.Invalid(path, key, msg))
		}
	}
	if size > maxAnnotations {
		errs = append(errs, field.TooLong(path, "", maxAnnotations))
	}
	return errs
}

func validateOwners(owners []OwnerReference, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	controller := ""
	for i := range owners {
		o := &owners[i]
		errs = append(errs, validateOwner(o, path.Index(i))...)
		if o.Controller == nil || !*o.Controller {
			continue
		}
		name := string(o.Kind) + "/" + o.Name
		if controller == "" {
			controller = name
			continue
		}
		errs = append(errs, field.Invalid(path, shownOwners(owners...),
			"Only one reference can have Controller set to true."+
				" Found \"true\" in references for "+controller+" and "+name))
	}
	return errs
}

func validateOwner(o *OwnerReference, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	_, version, grouped := strings.Cut(o.APIVersion, "/")
	switch {
	case o.APIVersion == "":
		errs = append(errs, field.Required(path.Child("apiVersion"), notEmpty))
	case strings.Count(o.APIVersion, "/") > 1 || grouped && version == "":
		errs = append(errs, field.Invalid(path.Child("apiVersion"), o.APIVersion,
			"must be <group>/<version> or <version>"))
	}
	for _, f := range [...]struct {
		name    string
		missing bool
	}{{"kind", o.Kind == ""}, {"name", o.Name == ""}, {"uid", o.UID == 0}} {
		if f.missing {
			errs = append(errs, field.Required(path.Child(f.name), notEmpty))
		}
	}
	if strings.TrimPrefix(o.APIVersion, "/") == "v1" && o.Kind == "Event" {
		errs = append(errs, field.Invalid(path, shownOwners(*o)[0],
			"/v1, Kind=Event is disallowed from being an owner"))
	}
	return errs
}

// shownOwner is an owner as a message repeats it.
type shownOwner struct {
	APIVersion         string `json:"apiVersion"`
	Kind               Kind   `json:"kind"`
	Name               string `json:"name"`
	UID                string `json:"uid"`
	Controller         *bool  `json:"controller,omitempty"`
	BlockOwnerDeletion *bool  `json:"blockOwnerDeletion,omitempty"`
}

func shownOwners(owners ...OwnerReference) []shownOwner {
	shown := make([]shownOwner, len(owners))
	for i, o := range owners {
		shown[i] = shownOwner{o.APIVersion, o.Kind, o.Name, "", o.Controller, o.BlockOwnerDeletion}
		if o.UID != 0 {
			shown[i].UID = o.UID.String()
		}
	}
	return shown
}

// validateFinalizerNames judges the syntax. NB: the path does not say which one it is about.
func validateFinalizerNames(finalizers []string, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	for _, f := range finalizers {
		errs = append(errs, invalids(path, f, affinity.KeyErrors(f))...)
	}
	if slices.Contains(finalizers, "orphan") && slices.Contains(finalizers, "foregroundDeletion") {
		errs = append(errs, field.Invalid(path, finalizers,
			"finalizer orphan and foregroundDeletion cannot be both set"))
	}
	return errs
}

// validateStandardFinalizers asks for names with a prefix, or those that Kubernetes itself uses.
func validateStandardFinalizers(finalizers []string, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	for i, f := range finalizers {
		if !strings.Contains(f, "/") && !isStandardFinalizer(f) {
			errs = append(errs, field.Invalid(path.Index(i), f,
				"name is neither a standard finalizer name nor is it fully qualified"))
		}
	}
	return errs
}

func isStandardFinalizer(name string) bool {
	return name == "kubernetes" || name == "foregroundDeletion" || name == "orphan"
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K {
	if len(m) == 0 {
		return nil
	}
	return slices.Sorted(maps.Keys(m))
}

func validateDNSLabel(name string, path *field.Path) field.ErrorList {
	return invalids(path, name, affinity.DNSLabelErrors(name))
}
