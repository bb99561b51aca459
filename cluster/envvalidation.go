package cluster

import (
	"slices"
	"strings"

	"github.com/daemonsim/daemonsim/cluster/field"
)

func validateEnv(env []EnvVar, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	for i := range env {
		v, at := &env[i], path.Index(i)
		errs = append(errs, requiredName(at.Child("name"), v.Name, envNameErrors)...)
		if v.ValueFrom != nil {
			errs = append(errs, validateValueFrom(v, at.Child("valueFrom"))...)
		}
	}
	return errs
}

// envNameErrors applies the relaxed rule about names, which has been the default since Kubernetes 1.34.
func envNameErrors(name string) []string {
	for i := range len(name) {
		if name[i] < ' ' || name[i] > '~' || name[i] == '=' {
			return []string{"a valid environment variable name must consist only of " +
				"printable ASCII characters other than '='"}
		}
	}
	return nil
}

func validateValueFrom(v *EnvVar, path *field.Path) field.ErrorList {
	sources := 0
	for _, set := range [...]bool{
		v.ValueFrom.FieldRef != nil, v.ValueFrom.ResourceFieldRef != nil,
		v.ValueFrom.ConfigMapKeyRef != nil, v.ValueFrom.SecretKeyRef != nil,
		v.ValueFrom.FileKeyRef != nil,
	} {
		if set {
			sources++
		}
	}
	var errs field.ErrorList
	if f := v.ValueFrom.FieldRef; f != nil {
		errs = validateFieldRef(f, envFieldPaths(), path.Child("fieldRef"))
	}
	switch {
	case sources == 0:
		errs = append(errs, field.Invalid(path, "", "must specify one of: `fieldRef`, "+
			"`resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`"))
	case v.Value != "":
		errs = append(errs, field.Invalid(path, "", "may not be specified when `value` is not empty"))
	case sources > 1:
		errs = append(errs, field.Invalid(path, "", "may not have more than one field specified at a time"))
	}
	return errs
}

// envFieldPaths are the fields of a pod that can be the value of an environment variable.
func envFieldPaths() []string {
	return []string{
		"metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName",
		"spec.serviceAccountName", "status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs",
	}
}

// otherFieldPaths are the fields of a pod that have a name and cannot be the value of a variable.
func otherFieldPaths() []string {
	return []string{
		"metadata.annotations", "metadata.labels", "spec.host", "spec.restartPolicy",
		"spec.schedulerName", "status.phase",
	}
}

func validateFieldRef(f *ObjectFieldSelector, supported []string, path *field.Path) field.ErrorList {
	at := path.Child("fieldPath")
	switch {
	case f.APIVersion == "":
		return field.ErrorList{field.Required(path.Child("apiVersion"), "")}
	case f.FieldPath == "":
		return field.ErrorList{field.Required(at, "")}
	case hasSubscript(f.FieldPath) || slices.Contains(supported, f.FieldPath):
		return nil
	case slices.Contains(otherFieldPaths(), f.FieldPath):
		return notSupported(at, f.FieldPath, supported...)
	}
	return field.ErrorList{field.Invalid(at, f.FieldPath,
		"error converting fieldPath: field label not supported: "+f.FieldPath)}
}

// hasSubscript reports whether a path names one label or annotation, as in metadata.labels['key'].
func hasSubscript(path string) bool {
	name, key, found := strings.Cut(path, "['")
	return found && strings.HasSuffix(key, "']") &&
		(name == "metadata.labels" || name == "metadata.annotations")
}
