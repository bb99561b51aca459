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
	errs := validateID(c.RunAsUser, path.Child("runAsUser"))
	errs = append(errs, validateID(c.RunAsGroup, path.Child("runAsGroup"))...)
	errs = append(errs, validateID(c.FSGroup, path.Child("fsGroup"))...)
	for i := range c.SupplementalGroups {
		errs = append(errs, validateID(&c.SupplementalGroups[i], path.Child("supplementalGroups").Index(i))...)
	}
	errs = append(errs, validateSysctls(c.Sysctls, path.Child("sysctls"))...)
	errs = append(errs, validateSeccomp(c.SeccompProfile, path.Child("seccompProfile"))...)
	return append(errs, validateAppArmor(c.AppArmorProfile, path.Child("appArmorProfile"))...)
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
	errs = append(errs, validateAppArmor(c.AppArmorProfile, path.Child("appArmorProfile"))...)
	if c.AllowPrivilegeEscalation == nil || *c.AllowPrivilegeEscalation {
		return errs
	}
	if c.Privileged != nil && *c.Privileged {
		errs = append(errs, field.Invalid(path, field.Internal(c),
			"cannot set `allowPrivilegeEscalation` to false and `privileged` to true"))
	}
	if c.Capabilities != nil && slices.Contains(c.Capabilities.Add, "CAP_SYS_ADMIN") {
		errs = append(errs, field.Invalid(path, field.Internal(c),
			"cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN"))
	}
	return errs
}

func validateProcMount(m *ProcMountType, s *PodSpec, path *field.Path) field.ErrorList {
	if m == nil {
		return nil
	}
	if errs := oneOf(path, *m, DefaultProcMount, UnmaskedProcMount); len(errs) > 0 {
		return errs
	}
	if *m == UnmaskedProcMount && (s.HostUsers == nil || *s.HostUsers) {
		return field.ErrorList{field.Invalid(path, *m, "`hostUsers` must be false to use `Unmasked`")}
	}
	return nil
}

func validateSeccomp(p *SeccompProfile, path *field.Path) field.ErrorList {
	if p == nil {
		return nil
	}
	errs := validateProfile("seccomp", p.Type == SeccompProfileTypeLocalhost, p.LocalhostProfile, path)
	if p.Type == "" {
		return append(errs, field.Required(path.Child("type"), "type is required when seccompProfile is set"))
	}
	return append(errs, oneOf(path.Child("type"), p.Type, SeccompProfileTypeLocalhost,
		SeccompProfileTypeRuntimeDefault, SeccompProfileTypeUnconfined)...)
}

func validateAppArmor(p *AppArmorProfile, path *field.Path) field.ErrorList {
	if p == nil {
		return nil
	}
	errs := validateProfile("AppArmor", p.Type == AppArmorProfileTypeLocalhost, p.LocalhostProfile, path)
	if p.Type == "" {
		return append(errs, field.Required(path.Child("type"), "type is required when appArmorProfile is set"))
	}
	return append(errs, oneOf(path.Child("type"), p.Type, AppArmorProfileTypeLocalhost,
		AppArmorProfileTypeRuntimeDefault, AppArmorProfileTypeUnconfined)...)
}

// validateProfile asks for the name of a profile of the node exactly if that kind of profile is used.
func validateProfile(kind string, local bool, profile *string, path *field.Path) field.ErrorList {
	at := path.Child("localhostProfile")
	switch {
	case local && (profile == nil || *profile == ""):
		return field.ErrorList{field.Required(at, "must be set when "+kind+" type is Localhost")}
	case !local && profile != nil:
		return field.ErrorList{field.Invalid(at, *profile, "can only be set when "+kind+" type is Localhost")}
	}
	return nil
}

const (
	maxSysctlLength = 253
	sysctlPattern   = "^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$"
)

func validateSysctls(sysctls []Sysctl, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	seen := make(map[string]bool, len(sysctls))
	for i, s := range sysctls {
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
		seen[s.Name] = true
	}
	return errs
}

func isSysctl(name string) bool {
	if len(name) > maxSysctlLength {
		return false
	}
	const ends = letters + digits
	for label := range strings.SplitSeq(strings.ReplaceAll(name, "/", "."), ".") {
		if label == "" || strings.Trim(label, ends+"-_") != "" ||
			!strings.Contains(ends, label[:1]) || !strings.Contains(ends, label[len(label)-1:]) {
			return false
		}
	}
	return true
}
