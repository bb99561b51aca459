package cluster

import (
	"slices"
	"strings"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster/field"
	"github.com/daemonsim/daemonsim/cluster/quantity"
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

// Details about fields of which one must be set.
const (
	oneAtATime = "may not have more than one field specified at a time"
	noSource   = "must specify one of: `configMapRef` or `secretRef`"
)

// validateEnvFrom judges what brings many variables at once. NB: that a source is missing is reported of
// the whole list.
func validateEnvFrom(sources []EnvFromSource, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	for i := range sources {
		s, at := &sources[i], path.Index(i)
		errs = append(errs, invalids(at.Child("prefix"), s.Prefix, envNameErrors(s.Prefix))...)
		if r := s.ConfigMapRef; r != nil {
			errs = append(errs, requiredName(at.Child("configMapRef", "name"), r.Name, prefixErrors)...)
		}
		if r := s.SecretRef; r != nil {
			errs = append(errs, requiredName(at.Child("secretRef", "name"), r.Name, prefixErrors)...)
		}
		switch {
		case s.ConfigMapRef == nil && s.SecretRef == nil:
			errs = append(errs, field.Invalid(path, "", noSource))
		case s.ConfigMapRef != nil && s.SecretRef != nil:
			errs = append(errs, field.Invalid(path, "", oneAtATime))
		}
	}
	return errs
}

func validateValueFrom(v *EnvVar, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	sources := 0
	add := func(found field.ErrorList) { sources, errs = sources+1, append(errs, found...) }
	if f := v.ValueFrom.FieldRef; f != nil {
		add(validateFieldRef(f, envFieldPaths(), path.Child("fieldRef")))
	}
	if f := v.ValueFrom.ResourceFieldRef; f != nil {
		add(validateResourceRef(f, false, path.Child("resourceFieldRef")))
	}
	if f := v.ValueFrom.ConfigMapKeyRef; f != nil {
		add(validateEntryRef(f.Name, f.Key, path.Child("configMapKeyRef")))
	}
	if f := v.ValueFrom.SecretKeyRef; f != nil {
		add(validateEntryRef(f.Name, f.Key, path.Child("secretKeyRef")))
	}
	if f := v.ValueFrom.FileKeyRef; f != nil {
		add(validateFileRef(f, path.Child("fileKeyRef")))
	}
	switch {
	case sources == 0:
		errs = append(errs, field.Invalid(path, "", "must specify one of: `fieldRef`, "+
			"`resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`"))
	case v.Value != "":
		errs = append(errs, field.Invalid(path, "", "may not be specified when `value` is not empty"))
	case sources > 1:
		errs = append(errs, field.Invalid(path, "", oneAtATime))
	}
	return errs
}

func validateEntryRef(name, key string, path *field.Path) field.ErrorList {
	errs := invalids(path.Child("name"), name, affinity.DNSSubdomainErrors(name))
	return append(errs, requiredName(path.Child("key"), key, affinity.ConfigMapKeyErrors)...)
}

func validateFileRef(f *FileKeySelector, path *field.Path) field.ErrorList {
	errs := requiredName(path.Child("key"), f.Key, envNameErrors)
	errs = append(errs, requiredName(path.Child("volumeName"), f.VolumeName, affinity.DNSLabelErrors)...)
	if f.Path == "" {
		return append(errs, field.Required(path.Child("path"), ""))
	}
	return append(errs, noBacksteps(f.Path, path.Child("path"))...)
}

// validateFileVolumes asks of the files that variables come from that they lie in volumes of the pod's own.
func validateFileVolumes(s *PodSpec, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	for at, c := range s.containersIn(path) {
		for i := range c.Env {
			from := c.Env[i].ValueFrom
			if from == nil || from.FileKeyRef == nil {
				continue
			}
			name := from.FileKeyRef.VolumeName
			at := at.Child("env").Index(i).Child("valueFrom", "fileKeyRef", "volumeName")
			volume := slices.IndexFunc(s.Volumes, func(v Volume) bool { return v.Name == name })
			if volume < 0 {
				errs = append(errs, field.NotFound(at, name))
			} else if s.Volumes[volume].EmptyDir == nil {
				errs = append(errs, field.Invalid(at, name, "referenced volume must be of type emptyDir"))
			}
		}
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
		"metadata.annotations", "metadata.labels", "spec.restartPolicy", "spec.schedulerName", "status.phase",
	}
}

func validateFieldRef(f *ObjectFieldSelector, supported []string, path *field.Path) field.ErrorList {
	at, name := path.Child("fieldPath"), f.FieldPath
	switch {
	case f.APIVersion == "":
		return field.ErrorList{field.Required(path.Child("apiVersion"), "")}
	case name == "":
		return field.ErrorList{field.Required(at, "")}
	case f.APIVersion != "v1":
		return field.ErrorList{field.Invalid(at, name,
			"error converting fieldPath: unsupported pod version: "+f.APIVersion)}
	}
	if of, key, ok := subscript(name); ok {
		switch of {
		case "metadata.annotations":
			key = strings.ToLower(key)
		case "metadata.labels":
		default:
			return field.ErrorList{field.Invalid(at, name,
				"error converting fieldPath: field label does not support subscript: "+name)}
		}
		return invalids(path, key, affinity.KeyErrors(key))
	}
	if name == "spec.host" {
		// The old name of the field.
		name = "spec.nodeName"
	}
	switch {
	case slices.Contains(supported, name):
		return nil
	case slices.Contains(otherFieldPaths(), name) || slices.Contains(envFieldPaths(), name):
		return notSupported(at, name, supported...)
	}
	return field.ErrorList{field.Invalid(at, name,
		"error converting fieldPath: field label not supported: "+name)}
}

// subscript takes a path apart that names one label or annotation, as in metadata.labels['key'].
func subscript(path string) (of, key string, ok bool) {
	inner, closed := strings.CutSuffix(path, "']")
	of, key, opened := strings.Cut(inner, "['")
	return of, key, opened && closed && of != ""
}

// validateResourceRef judges a resource of a container; in a volume it must be said of which.
func validateResourceRef(f *ResourceFieldSelector, inVolume bool, path *field.Path) field.ErrorList {
	supported := []string{
		"limits.cpu", "limits.ephemeral-storage", "limits.memory",
		"requests.cpu", "requests.ephemeral-storage", "requests.memory",
	}
	var errs field.ErrorList
	switch {
	case inVolume && f.ContainerName == "":
		errs = append(errs, field.Required(path.Child("containerName"), ""))
	case f.Resource == "":
		errs = append(errs, field.Required(path.Child("resource"), ""))
	case !slices.Contains(supported, f.Resource) && !isPagesRef(f.Resource):
		errs = append(errs, notSupported(path.Child("resource"), f.Resource, supported...)...)
	}
	return append(errs, validateDivisor(f.Resource, f.Divisor, path.Child("divisor"))...)
}

func isPagesRef(resource string) bool {
	return strings.HasPrefix(resource, "limits."+hugePagesPrefix) ||
		strings.HasPrefix(resource, requestsPrefix+hugePagesPrefix)
}

// validateDivisor judges in which unit an amount is given. NB: the error shows the resource.
func validateDivisor(resource string, divisor quantity.Quantity, path *field.Path) field.ErrorList {
	if divisor.Sign() == 0 {
		return nil
	}
	const bytes = "1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei"
	units, kind := strings.Split(bytes, ", "), ""
	_, name, _ := strings.Cut(resource, ".")
	switch {
	case resource == "limits.cpu" || resource == "requests.cpu":
		if divisor.String() == "1m" || divisor.String() == "1" {
			return nil
		}
		return field.ErrorList{field.Invalid(path, resource,
			"only divisor's values 1m and 1 are supported with the cpu resource")}
	case resource == "limits.memory" || resource == "requests.memory":
		kind = name
	case resource == "limits.ephemeral-storage" || resource == "requests.ephemeral-storage":
		kind = "local ephemeral storage"
	case isPagesRef(resource):
		kind = "hugepages"
	default:
		return nil
	}
	if slices.Contains(units, divisor.String()) {
		return nil
	}
	return field.ErrorList{field.Invalid(path, resource,
		"only divisor's values "+bytes+" are supported with the "+kind+" resource")}
}
