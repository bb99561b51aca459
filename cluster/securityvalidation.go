package cluster

import (
	"math"
	"slices"
	"strings"

	"github.com/daemonsim/daemonsim/cluster/field"
)

func validatePodSecurity(s *PodSpec, path *field.Path) field.ErrorList {
	c := s.SecurityContext
	if c == nil {
		return nil
	}
	errs := validateID(c.FSGroup, path.Child("fsGroup"))
	errs = append(errs, validateID(c.RunAsUser, path.Child("runAsUser"))...)
	errs = append(errs, validateID(c.RunAsGroup, path.Child("runAsGroup"))...)
	for i := range c.SupplementalGroups {
		errs = append(errs, validateID(&c.SupplementalGroups[i],
			path.Child("supplementalGroups").Index(i))...)
	}
	errs = append(errs, validateSysctls(s, path.Child("sysctls"))...)
	errs = append(errs, validateChoice(c.FSGroupChangePolicy, path.Child("fsGroupChangePolicy"),
		"Always", "OnRootMismatch")...)
	errs = append(errs, validateSeccomp(c.SeccompProfile, path.Child("seccompProfile"))...)
	errs = append(errs, validateWindowsOptions(c.WindowsOptions, path.Child("windowsOptions"))...)
	errs = append(errs, validateAppArmor(c.AppArmorProfile, path.Child("appArmorProfile"))...)
	errs = append(errs, validateChoice(c.SupplementalGroupsPolicy, path.Child("supplementalGroupsPolicy"),
		"Merge", "Strict")...)
	return append(errs, validateChoice(c.SELinuxChangePolicy, path.Child("seLinuxChangePolicy"),
		"MountOption", "Recursive")...)
}

// validateChoice judges a value that is one of some, if there is one. The empty text is none of them.
func validateChoice[T ~string](value *T, path *field.Path, supported ...T) field.ErrorList {
	if value == nil || slices.Contains(supported, *value) {
		return nil
	}
	return notSupported(path, *value, supported...)
}

// validateID judges the number of a user or group.
func validateID(id *int64, path *field.Path) field.ErrorList {
	if id == nil {
		return nil
	}
	return inRange(path, *id, 0, math.MaxInt32)
}

func validateSecurityContext(c *SecurityContext, s *PodSpec, path *field.Path) field.ErrorList {
	if c == nil {
		return nil
	}
	errs := validateID(c.RunAsUser, path.Child("runAsUser"))
	errs = append(errs, validateID(c.RunAsGroup, path.Child("runAsGroup"))...)
	errs = append(errs, validateProcMount(c.ProcMount, s, path.Child("procMount"))...)
	errs = append(errs, validateSeccomp(c.SeccompProfile, path.Child("seccompProfile"))...)
	errs = append(errs, validateEscalation(c, path)...)
	errs = append(errs, validateWindowsOptions(c.WindowsOptions, path.Child("windowsOptions"))...)
	return append(errs, validateAppArmor(c.AppArmorProfile, path.Child("appArmorProfile"))...)
}

// validateEscalation reports what makes a ban on more privileges pointless.
func validateEscalation(c *SecurityContext, path *field.Path) field.ErrorList {
	if c.AllowPrivilegeEscalation == nil || *c.AllowPrivilegeEscalation {
		return nil
	}
	var errs field.ErrorList
	if c.Privileged != nil && *c.Privileged {
		errs = append(errs, field.Invalid(path, field.Internal(c),
			"cannot set `allowPrivilegeEscalation` to false and `privileged` to true"))
	}
	if c.Capabilities == nil {
		return errs
	}
	for _, added := range c.Capabilities.Add {
		if added == "CAP_SYS_ADMIN" {
			errs = append(errs, field.Invalid(path, field.Internal(c),
				"cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN"))
		}
	}
	return errs
}

func validateProcMount(m *ProcMountType, s *PodSpec, path *field.Path) field.ErrorList {
	errs := validateChoice(m, path, DefaultProcMount, UnmaskedProcMount)
	if m != nil && *m == UnmaskedProcMount && (s.HostUsers == nil || *s.HostUsers) {
		errs = append(errs, field.Invalid(path, *m, "`hostUsers` must be false to use `Unmasked`"))
	}
	return errs
}

func validateSeccomp(p *SeccompProfile, path *field.Path) field.ErrorList {
	if p == nil {
		return nil
	}
	var errs field.ErrorList
	if p.Type == "" {
		errs = append(errs, field.Required(path.Child("type"), "type is required when seccompProfile is set"))
	} else {
		errs = append(errs, oneOf(path.Child("type"), p.Type, SeccompProfileTypeLocalhost,
			SeccompProfileTypeRuntimeDefault, SeccompProfileTypeUnconfined)...)
	}
	at, local := path.Child("localhostProfile"), p.Type == SeccompProfileTypeLocalhost
	switch {
	case local && p.LocalhostProfile == nil:
		errs = append(errs, field.Required(at, "must be set when seccomp type is Localhost"))
	case local:
		errs = append(errs, localPath(*p.LocalhostProfile, at)...)
	case p.LocalhostProfile != nil:
		errs = append(errs, field.Invalid(at, field.Internal(p),
			"can only be set when seccomp type is Localhost"))
	}
	return errs
}

// maxProfilePath is the length of the longest path.
const maxProfilePath = 4095

func validateAppArmor(p *AppArmorProfile, path *field.Path) field.ErrorList {
	if p == nil {
		return nil
	}
	at := path.Child("localhostProfile")
	switch p.Type {
	case AppArmorProfileTypeLocalhost:
		return validateLocalProfile(p.LocalhostProfile, at)
	case AppArmorProfileTypeRuntimeDefault, AppArmorProfileTypeUnconfined:
		if p.LocalhostProfile == nil {
			return nil
		}
		return field.ErrorList{field.Invalid(at, *p.LocalhostProfile,
			"can only be set when AppArmor type is Localhost")}
	case "":
		return field.ErrorList{field.Required(path.Child("type"),
			"type is required when appArmorProfile is set")}
	}
	return notSupported(path.Child("type"), p.Type, AppArmorProfileTypeLocalhost,
		AppArmorProfileTypeRuntimeDefault, AppArmorProfileTypeUnconfined)
}

func validateLocalProfile(profile *string, path *field.Path) field.ErrorList {
	const missing = "must be set when AppArmor type is Localhost"
	var errs field.ErrorList
	switch {
	case profile == nil || *profile == "":
		return field.ErrorList{field.Required(path, missing)}
	case *profile != strings.TrimSpace(*profile):
		errs = append(errs, field.Invalid(path, *profile, "must not be padded with whitespace"))
	}
	if len(*profile) > maxProfilePath {
		errs = append(errs, field.TooLong(path, "", maxProfilePath))
	}
	return errs
}

const (
	maxSysctlLength = 253
	sysctlPattern   = "^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$"
)

func validateSysctls(spec *PodSpec, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	seen := make(map[string]bool)
	for i, s := range spec.SecurityContext.Sysctls {
		at := path.Index(i).Child("name")
		switch {
		case s.Name == "":
			errs = append(errs, field.Required(at, ""))
		case !isSysctl(s.Name):
			errs = append(errs, field.Invalid(at, s.Name,
				"must have at most 253 characters and match regex "+sysctlPattern))
		case seen[s.Name]:
			errs = append(errs, field.Duplicate(at, s.Name))
		}
		dotted := strings.ReplaceAll(s.Name, "/", ".")
		switch {
		case spec.HostNetwork && strings.HasPrefix(dotted, "net."):
			errs = append(errs, field.Invalid(at, s.Name, "may not be specified when 'hostNetwork' is true"))
		case spec.HostIPC && isIPCSysctl(dotted):
			errs = append(errs, field.Invalid(at, s.Name, "may not be specified when 'hostIPC' is true"))
		}
		seen[s.Name] = true
	}
	return errs
}

// isIPCSysctl reports whether a kernel parameter belongs to what processes share to communicate.
func isIPCSysctl(name string) bool {
	switch name {
	case "kernel.sem", "kernel.shm", "kernel.shmall", "kernel.shmmax", "kernel.shmmni",
		"kernel.shm_rmid_forced",
		"kernel.msg", "kernel.msgmax", "kernel.msgmnb", "kernel.msgmni":
		return true
	}
	return strings.HasPrefix(name, "fs.mqueue.")
}

func isSysctl(name string) bool {
	if len(name) > maxSysctlLength {
		return false
	}
	for label := range strings.SplitSeq(strings.ReplaceAll(name, "/", "."), ".") {
		if !isLabelWith(label, "-_") {
			return false
		}
	}
	return true
}
