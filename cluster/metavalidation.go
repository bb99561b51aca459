package cluster

import (
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
	errs := validateName(m, path)
	errs = append(errs, validateNamespace(m.Namespace, scope, path.Child("namespace"))...)
	if m.Generation < 0 {
		errs = append(errs, field.Invalid(path.Child("generation"), m.Generation, notNegative))
	}
	errs = append(errs, validateLabels(m.Labels, path.Child("labels"))...)
	errs = append(errs, validateAnnotations(m.Annotations, path.Child("annotations"))...)
	errs = append(errs, validateOwners(m.OwnerReferences, path.Child("ownerReferences"))...)
	return append(errs, validateFinalizers(m.Finalizers, path.Child("finalizers"))...)
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
const notNegative = "must be greater than or equal to 0"

func validateName(m *ObjectMeta, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	if m.GenerateName != "" {
		// A prefix may end in a dash: the random characters come after it.
		prefix := strings.TrimSuffix(m.GenerateName, "-")
		if prefix != m.GenerateName {
			prefix += "a"
		}
		for _, msg := range affinity.DNSSubdomainErrors(prefix) {
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
	return append(errs, invalids(name, m.Name, affinity.DNSSubdomainErrors(m.Name))...)
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
		o, at := &owners[i], path.Index(i)
		if o.APIVersion == "" {
			errs = append(errs, field.Invalid(at.Child("apiVersion"), o.APIVersion, "must not be empty"))
		}
		if o.Kind == "" {
			errs = append(errs, field.Invalid(at.Child("kind"), o.Kind, "must not be empty"))
		}
		if o.Name == "" {
			errs = append(errs, field.Invalid(at.Child("name"), o.Name, "must not be empty"))
		}
		if o.Controller == nil || !*o.Controller {
			continue
		}
		if controller != "" {
			errs = append(errs, field.Invalid(path, owners, "Only one reference can have Controller set to true."+
				" Found \"true\" in references for "+controller+" and "+o.Name))
		}
		controller = o.Name
	}
	return errs
}

// validateFinalizers asks for names with a prefix, or those that Kubernetes itself uses.
func validateFinalizers(finalizers []string, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	for i, f := range finalizers {
		at := path.Index(i)
		bad := invalids(at, f, affinity.KeyErrors(f))
		errs = append(errs, bad...)
		if len(bad) == 0 && !strings.Contains(f, "/") && !isStandardFinalizer(f) {
			errs = append(errs, field.Invalid(at, f,
				"name is neither a standard finalizer name nor is it fully qualified"))
		}
	}
	return errs
}

func isStandardFinalizer(name string) bool {
	return name == "kubernetes" || name == "foregroundDeletion" || name == "orphan"
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

func validateDNSLabel(name string, path *field.Path) field.ErrorList {
	return invalids(path, name, affinity.DNSLabelErrors(name))
}
