package cluster

import (
	"slices"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster/field"
)

func (s *DownwardAPIVolumeSource) validate(path *field.Path) field.ErrorList {
	errs := validateMode(s.DefaultMode, path.Child("defaultMode"))
	for i := range s.Items {
		errs = append(errs, s.Items[i].validate(path)...)
	}
	return errs
}

// validate judges a file that shows a field of the pod. NB: the path does not say which file it is.
func (f *DownwardAPIVolumeFile) validate(path *field.Path) field.ErrorList {
	errs := required(path.Child("path"), f.Path)
	errs = append(errs, filePath(f.Path, path.Child("path"))...)
	switch {
	case f.FieldRef != nil:
		errs = append(errs, validateFieldRef(f.FieldRef, fileFieldPaths(), path.Child("fieldRef"))...)
		if f.ResourceFieldRef != nil {
			errs = append(errs, field.Invalid(path, "resource",
				"fieldRef and resourceFieldRef can not be specified simultaneously"))
		}
	case f.ResourceFieldRef != nil:
		errs = append(errs, validateResourceRef(f.ResourceFieldRef, true, /* in a volume */
			path.Child("resourceFieldRef"))...)
	default:
		errs = append(errs, field.Required(path, "one of fieldRef and resourceFieldRef is required"))
	}
	return append(errs, validateMode(f.Mode, path.Child("mode"))...)
}

// fileFieldPaths are the fields of a pod that can be shown as files.
func fileFieldPaths() []string {
	return []string{
		"metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid",
	}
}

func (s *ProjectedVolumeSource) validate(path *field.Path) field.ErrorList {
	errs := validateMode(s.DefaultMode, path.Child("defaultMode"))
	places := make(map[string]bool)
	// take reports a place that has been taken. NB: the path is that of the volume.
	take := func(place, value string) {
		if place != "" && places[place] {
			errs = append(errs, field.Invalid(path, value, "conflicting duplicate paths"))
		}
		places[place] = true
	}
	for i := range s.Sources {
		p, at := &s.Sources[i], path.Child("sources").Index(i)
		sources := 0
		for _, set := range [...]bool{
			p.Secret != nil, p.ConfigMap != nil, p.DownwardAPI != nil, p.ServiceAccountToken != nil,
			p.ClusterTrustBundle != nil, p.PodCertificate != nil,
		} {
			if set {
				sources++
			}
		}
		if p.Secret != nil {
			errs = append(errs, validateEntries(p.Secret.Name, p.Secret.Items, at.Child("secret"), take)...)
		}
		if p.ConfigMap != nil {
			errs = append(errs, validateEntries(p.ConfigMap.Name, p.ConfigMap.Items,
				at.Child("configMap"), take)...)
		}
		if p.DownwardAPI != nil {
			for j := range p.DownwardAPI.Items {
				file := &p.DownwardAPI.Items[j]
				errs = append(errs, file.validate(at.Child("downwardAPI"))...)
				take(file.Path, file.Path)
			}
		}
		if t := p.ServiceAccountToken; t != nil {
			errs = append(errs, t.validate(path, at.Child("serviceAccountToken"))...)
		}
		if sources > 1 {
			errs = append(errs, field.Forbidden(at, "may not specify more than 1 volume type per source"))
		}
	}
	return errs
}

func validateEntries(
	name string, items []KeyToPath, path *field.Path, take func(place, value string),
) field.ErrorList {
	errs := required(path.Child("name"), name)
	errs = append(errs, validateItems(items, path.Child("items"))...)
	for _, item := range items {
		take(item.Path, name)
	}
	return errs
}

// How long a token may be good for, in seconds.
const (
	minTokenSeconds = 10 * 60
	maxTokenSeconds = 1 << 32
)

// validate judges a token. NB: its place is reported of the volume.
func (t *ServiceAccountTokenProjection) validate(volume, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	at := path.Child("expirationSeconds")
	switch s := t.ExpirationSeconds; {
	case s == nil:
		errs = append(errs, field.Required(at, ""))
	case *s < minTokenSeconds:
		errs = append(errs, field.Invalid(at, *s, "may not specify a duration less than 10 minutes"))
	case *s > maxTokenSeconds:
		errs = append(errs, field.Invalid(at, *s, "may not specify a duration larger than 2^32 seconds"))
	}
	if t.Path == "" {
		return append(errs, field.Required(volume.Child("path"), ""))
	}
	return append(errs, filePath(t.Path, volume.Child("path"))...)
}

func (s *EphemeralVolumeSource) validate(path *field.Path) field.ErrorList {
	t, at := s.VolumeClaimTemplate, path.Child("volumeClaimTemplate")
	if t == nil {
		return field.ErrorList{field.Required(at, "")}
	}
	errs := validateAnnotations(t.ObjectMeta.Annotations, at.Child("metadata", "annotations"))
	errs = append(errs, validateLabels(t.ObjectMeta.Labels, at.Child("metadata", "labels"))...)
	errs = append(errs, forbidSet([]setField{
		{"name", t.ObjectMeta.Name != ""}, {"generateName", t.ObjectMeta.GenerateName != ""},
		{"namespace", t.ObjectMeta.Namespace != ""}, {"finalizers", t.ObjectMeta.Finalizers != nil},
	}, at.Child("metadata"), "cannot be set")...)
	return append(errs, t.Spec.validate(at.Child("spec"))...)
}

func (s *PersistentVolumeClaimSpec) validate(path *field.Path) field.ErrorList {
	errs := s.validateAccess(path.Child("accessModes"))
	if s.Selector != nil {
		errs = append(errs, SelectorErrors(path.Child("selector"),
			affinity.ValidateLabelSelector(s.Selector))...)
	}
	at := path.Child("resources").Key(string(ResourceStorage))
	if storage, ok := s.Resources.Requests[ResourceStorage]; !ok {
		errs = append(errs, field.Required(at, ""))
	} else if storage.Sign() <= 0 {
		errs = append(errs, field.Invalid(at, storage.String(), "must be greater than zero"))
	}
	if class := s.StorageClassName; class != nil && *class != "" {
		errs = append(errs, invalids(path.Child("storageClassName"), *class,
			affinity.DNSSubdomainErrors(*class))...)
	}
	return append(errs, validateChoice(s.VolumeMode, path.Child("volumeMode"), "Block", "Filesystem")...)
}

func (s *PersistentVolumeClaimSpec) validateAccess(path *field.Path) field.ErrorList {
	const alone = "ReadWriteOncePod"
	all := []PersistentVolumeAccessMode{"ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", alone}
	if len(s.AccessModes) == 0 {
		return field.ErrorList{field.Required(path, "at least 1 access mode is required")}
	}
	var errs field.ErrorList
	others := false
	for _, mode := range s.AccessModes {
		if !slices.Contains(all, mode) {
			errs = append(errs, notSupported(path, mode, all...)...)
		}
		others = others || mode != alone
	}
	if others && slices.Contains(s.AccessModes, alone) {
		errs = append(errs, field.Forbidden(path, "may not use ReadWriteOncePod with other access modes"))
	}
	return errs
}
