package cluster

import (
	"slices"
	"strings"

	"github.com/daemonsim/daemonsim/cluster/field"
)

// validateMounts judges what a container mounts, and asks for its volumes. NB: of what is wrong with the
// way of mounting the API server does not say with which mount.
func validateMounts(c *Container, volumes map[string]*Volume, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	places := make(map[string]bool, len(c.VolumeMounts))
	devices := c.devicePaths()
	for i := range c.VolumeMounts {
		m, at := &c.VolumeMounts[i], path.Index(i)
		name, place := at.Child("name"), at.Child("mountPath")
		errs = append(errs, required(name, m.Name)...)
		if volumes[m.Name] == nil {
			errs = append(errs, field.NotFound(name, m.Name))
		}
		errs = append(errs, required(place, m.MountPath)...)
		if places[m.MountPath] {
			errs = append(errs, field.Invalid(place, m.MountPath, "must be unique"))
		}
		places[m.MountPath] = true
		if _, ok := devices[m.Name]; ok {
			errs = append(errs, field.Invalid(name, m.Name, "must not already exist in volumeDevices"))
		}
		if hasValue(devices, m.MountPath) {
			errs = append(errs, field.Invalid(place, m.MountPath,
				"must not already exist as a path in volumeDevices"))
		}
		errs = append(errs, validateSubPaths(m, path, at)...)
		errs = append(errs, validatePropagation(m.MountPropagation, c, path.Child("mountPropagation"))...)
		errs = append(errs, validateRecursion(m, path.Child("recursiveReadOnly"))...)
	}
	return errs
}

func validateSubPaths(m *VolumeMount, path, at *field.Path) field.ErrorList {
	var errs field.ErrorList
	if m.SubPath != "" {
		errs = append(errs, localPath(m.SubPath, path.Child("subPath"))...)
	}
	if m.SubPathExpr == "" {
		return errs
	}
	if m.SubPath != "" {
		errs = append(errs, field.Invalid(at.Child("subPathExpr"), m.SubPathExpr,
			"subPathExpr and subPath are mutually exclusive"))
	}
	return append(errs, localPath(m.SubPathExpr, path.Child("subPathExpr"))...)
}

func validatePropagation(mode *MountPropagationMode, c *Container, path *field.Path) field.ErrorList {
	if mode == nil {
		return nil
	}
	var errs field.ErrorList
	all := []MountPropagationMode{
		MountPropagationBidirectional, MountPropagationHostToContainer, MountPropagationNone,
	}
	if !slices.Contains(all, *mode) {
		errs = notSupported(path, *mode, all...)
	}
	s := c.SecurityContext
	privileged := s != nil && s.Privileged != nil && *s.Privileged
	if *mode == MountPropagationBidirectional && !privileged {
		errs = append(errs, field.Forbidden(path,
			"Bidirectional mount propagation is available only to privileged containers"))
	}
	return errs
}

// validateRecursion judges whether what is mounted below can be read-only as well.
func validateRecursion(m *VolumeMount, path *field.Path) field.ErrorList {
	if m.RecursiveReadOnly == nil || *m.RecursiveReadOnly == "Disabled" {
		return nil
	}
	if mode := *m.RecursiveReadOnly; mode != "Enabled" && mode != "IfPossible" {
		return notSupported(path, mode, "Disabled", "Enabled", "IfPossible")
	}
	var errs field.ErrorList
	if !m.ReadOnly {
		errs = append(errs, field.Forbidden(path, "may only be specified when readOnly is true"))
	}
	if p := m.MountPropagation; p != nil && *p != MountPropagationNone {
		errs = append(errs, field.Forbidden(path,
			"may only be specified when mountPropagation is None or not specified"))
	}
	return errs
}

// validateDevices judges the volumes that a container sees as devices.
func validateDevices(c *Container, volumes map[string]*Volume, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	names, places := make(map[string]bool), make(map[string]bool)
	mounts := c.mountPaths()
	for i := range c.VolumeDevices {
		d, at := &c.VolumeDevices[i], path.Index(i)
		errs = append(errs, validateDeviceName(d.Name, volumes[d.Name], names, at.Child("name"))...)
		place := at.Child("devicePath")
		errs = append(errs, required(place, d.DevicePath)...)
		if places[d.DevicePath] {
			errs = append(errs, field.Invalid(place, d.DevicePath, "must be unique"))
		}
		if slices.Contains(strings.Split(d.DevicePath, "/"), "..") {
			errs = append(errs, field.Invalid(place, d.DevicePath, "can not contain backsteps ('..')"))
		} else {
			places[d.DevicePath] = true
		}
		if _, ok := mounts[d.Name]; ok {
			errs = append(errs, field.Invalid(at.Child("name"), d.Name,
				"must not already exist in volumeMounts"))
		}
		if hasValue(mounts, d.DevicePath) {
			errs = append(errs, field.Invalid(place, d.DevicePath,
				"must not already exist as a path in volumeMounts"))
		}
	}
	return errs
}

func validateDeviceName(name string, volume *Volume, names map[string]bool, path *field.Path) field.ErrorList {
	errs := required(path, name)
	if names[name] {
		errs = append(errs, field.Invalid(path, name, "must be unique"))
	}
	switch {
	case volume == nil:
		errs = append(errs, field.NotFound(path, name))
	case volume.PersistentVolumeClaim == nil && volume.Ephemeral == nil:
		errs = append(errs, field.Invalid(path, name,
			"can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode"))
	}
	names[name] = name != ""
	return errs
}

// devicePaths and mountPaths give for each volume where it appears, the last place if there are several.
func (c *Container) devicePaths() map[string]string {
	paths := make(map[string]string, len(c.VolumeDevices))
	for _, d := range c.VolumeDevices {
		paths[d.Name] = d.DevicePath
	}
	return paths
}

func (c *Container) mountPaths() map[string]string {
	paths := make(map[string]string, len(c.VolumeMounts))
	for _, m := range c.VolumeMounts {
		paths[m.Name] = m.MountPath
	}
	return paths
}

func hasValue(m map[string]string, value string) bool {
	return slices.ContainsFunc(sortedKeys(m), func(key string) bool { return m[key] == value })
}
