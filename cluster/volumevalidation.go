package cluster

import (
	"reflect"
	"strings"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster/field"
)

// validateVolumes judges the volumes and returns those without a mistake by name, for the mounts.
func validateVolumes(volumes []Volume, path *field.Path) (map[string]*Volume, field.ErrorList) {
	valid := make(map[string]*Volume, len(volumes))
	var errs field.ErrorList
	for i := range volumes {
		v, at := &volumes[i], path.Index(i)
		wrong := validateVolumeSource(&v.VolumeSource, at)
		wrong = append(wrong, requiredName(at.Child("name"), v.Name, affinity.DNSLabelErrors)...)
		if valid[v.Name] != nil {
			wrong = append(wrong, field.Duplicate(at.Child("name"), v.Name))
		}
		if len(wrong) == 0 {
			valid[v.Name] = v
		}
		errs = append(errs, wrong...)
	}
	return valid, errs
}

// validateVolumeSource asks for one source and judges the common ones. An empty directory counts
// as the first of several; otherwise they count in the order of their fields.
func validateVolumeSource(s *VolumeSource, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	first := ""
	if s.EmptyDir != nil {
		first = "emptyDir"
	}
	v := reflect.ValueOf(s).Elem()
	for i := range v.NumField() {
		if v.Field(i).IsNil() {
			continue
		}
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		switch first {
		case "":
			first = name
		case name:
		default:
			errs = append(errs, field.Forbidden(path.Child(name), "may not specify more than 1 volume type"))
		}
	}
	if first == "" {
		return field.ErrorList{field.Required(path, "must specify a volume type")}
	}
	return append(errs, s.validate(first, path.Child(first))...)
}

// validate judges the source with the given name.
func (s *VolumeSource) validate(name string, path *field.Path) field.ErrorList {
	switch name {
	case "emptyDir":
		if limit := s.EmptyDir.SizeLimit; limit != nil && limit.Sign() < 0 {
			return field.ErrorList{field.Forbidden(path.Child("sizeLimit"),
				"SizeLimit field must be a valid resource quantity")}
		}
	case "hostPath":
		return s.HostPath.validate(path)
	case "secret":
		return append(required(path.Child("secretName"), s.Secret.SecretName),
			validateItems(s.Secret.Items, s.Secret.DefaultMode, path)...)
	case "configMap":
		return append(required(path.Child("name"), s.ConfigMap.Name),
			validateItems(s.ConfigMap.Items, s.ConfigMap.DefaultMode, path)...)
	case "persistentVolumeClaim":
		return required(path.Child("claimName"), s.PersistentVolumeClaim.ClaimName)
	case "nfs":
		return append(required(path.Child("server"), s.NFS.Server),
			required(path.Child("path"), s.NFS.Path)...)
	case "csi":
		return required(path.Child("driver"), s.CSI.Driver)
	}
	return nil
}

func (s *HostPathVolumeSource) validate(path *field.Path) field.ErrorList {
	at := path.Child("path")
	errs := required(at, s.Path)
	errs = append(errs, noBacksteps(s.Path, at)...)
	if s.Type == nil {
		return errs
	}
	return append(errs, oneOf(path.Child("type"), *s.Type, HostPathUnset, HostPathBlockDev,
		HostPathCharDev, HostPathDirectory, HostPathDirectoryOrCreate, HostPathFile,
		HostPathFileOrCreate, HostPathSocket)...)
}

// noBacksteps keeps a path from leaving what it is relative to.
func noBacksteps(p string, path *field.Path) field.ErrorList {
	for step := range strings.SplitSeq(p, "/") {
		if step == ".." {
			return field.ErrorList{field.Invalid(path, p, "must not contain '..'")}
		}
	}
	return nil
}

// validateItems judges the entries that a source shows as files.
func validateItems(items []KeyToPath, mode *int32, path *field.Path) field.ErrorList {
	errs := validateMode(mode, path.Child("defaultMode"))
	for i := range items {
		item, at := &items[i], path.Child("items").Index(i)
		errs = append(errs, required(at.Child("key"), item.Key)...)
		errs = append(errs, required(at.Child("path"), item.Path)...)
		errs = append(errs, localPath(item.Path, at.Child("path"))...)
		errs = append(errs, validateMode(item.Mode, at.Child("mode"))...)
	}
	return errs
}

func localPath(p string, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	if strings.HasPrefix(p, "/") {
		errs = append(errs, field.Invalid(path, p, "must be a relative path"))
	}
	return append(errs, noBacksteps(p, path)...)
}

const maxFileMode = 0o777

func validateMode(mode *int32, path *field.Path) field.ErrorList {
	if mode == nil || *mode >= 0 && *mode <= maxFileMode {
		return nil
	}
	return field.ErrorList{field.Invalid(path, *mode,
		"must be a number between 0 and 0777 (octal), both inclusive")}
}

// validateMounts judges what a container mounts, and asks for its volumes.
func validateMounts(c *Container, volumes map[string]*Volume, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	places := make(map[string]bool, len(c.VolumeMounts))
	for i := range c.VolumeMounts {
		m, at := &c.VolumeMounts[i], path.Index(i)
		switch {
		case m.Name == "":
			errs = append(errs, field.Required(at.Child("name"), ""))
		case volumes[m.Name] == nil:
			errs = append(errs, field.NotFound(at.Child("name"), m.Name))
		}
		errs = append(errs, required(at.Child("mountPath"), m.MountPath)...)
		if places[m.MountPath] {
			errs = append(errs, field.Invalid(at.Child("mountPath"), m.MountPath, "must be unique"))
		}
		places[m.MountPath] = true
		errs = append(errs, localPath(m.SubPath, at.Child("subPath"))...)
		errs = append(errs, validatePropagation(m.MountPropagation, c, at.Child("mountPropagation"))...)
	}
	return errs
}

func validatePropagation(mode *MountPropagationMode, c *Container, path *field.Path) field.ErrorList {
	if mode == nil {
		return nil
	}
	s := c.SecurityContext
	privileged := s != nil && s.Privileged != nil && *s.Privileged
	if *mode == MountPropagationBidirectional && !privileged {
		return field.ErrorList{field.Forbidden(path,
			"Bidirectional mount propagation is available only to privileged containers")}
	}
	return oneOf(path, *mode, MountPropagationBidirectional, MountPropagationHostToContainer,
		MountPropagationNone)
}
