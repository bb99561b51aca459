package cluster

import (
	"fmt"
	"strings"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster/field"
)

// validateOS judges the operating system and what cannot be set for it.
func validateOS(s *PodSpec, path *field.Path) field.ErrorList {
	if s.OS == nil {
		return nil
	}
	at := path.Child("os")
	switch s.OS.Name {
	case Linux:
		return notOnLinux(s, path)
	case Windows:
		return notOnWindows(s, path)
	case "":
		return field.ErrorList{field.Required(at.Child("name"), "")}
	}
	return notSupported(at, s.OS.Name, Linux, Windows)
}

func notOnLinux(s *PodSpec, path *field.Path) field.ErrorList {
	const detail = "windows options cannot be set for a linux pod"
	var errs field.ErrorList
	if c := s.SecurityContext; c != nil && c.WindowsOptions != nil {
		errs = append(errs, field.Forbidden(path.Child("securityContext", "windowsOptions"), detail))
	}
	for at, c := range s.containersIn(path) {
		if c.SecurityContext != nil && c.SecurityContext.WindowsOptions != nil {
			errs = append(errs, field.Forbidden(at.Child("securityContext", "windowsOptions"), detail))
		}
	}
	return errs
}

// setField is a field and whether it is set.
type setField struct {
	name string
	set  bool
}

func forbidSet(fields []setField, path *field.Path, detail string) field.ErrorList {
	var errs field.ErrorList
	for _, f := range fields {
		if f.set {
			errs = append(errs, field.Forbidden(path.Child(f.name), detail))
		}
	}
	return errs
}

func notOnWindows(s *PodSpec, path *field.Path) field.ErrorList {
	const detail = "cannot be set for a windows pod"
	var errs field.ErrorList
	if c := s.SecurityContext; c != nil {
		errs = forbidSet([]setField{
			{"appArmorProfile", c.AppArmorProfile != nil}, {"seLinuxOptions", c.SELinuxOptions != nil},
			{"seccompProfile", c.SeccompProfile != nil}, {"fsGroup", c.FSGroup != nil},
			{"fsGroupChangePolicy", c.FSGroupChangePolicy != nil}, {"sysctls", len(c.Sysctls) > 0},
			{"runAsUser", c.RunAsUser != nil}, {"runAsGroup", c.RunAsGroup != nil},
			{"supplementalGroups", c.SupplementalGroups != nil},
			{"supplementalGroupsPolicy", c.SupplementalGroupsPolicy != nil},
			{"seLinuxChangePolicy", c.SELinuxChangePolicy != nil},
		}, path.Child("securityContext"), detail)
	}
	errs = append(errs, forbidSet([]setField{
		{"hostUsers", s.HostUsers != nil}, {"hostPID", s.HostPID}, {"hostIPC", s.HostIPC},
		{"shareProcessNamespace", s.ShareProcessNamespace != nil},
	}, path, detail)...)
	for at, container := range s.containersIn(path) {
		c := container.SecurityContext
		if c == nil {
			continue
		}
		errs = append(errs, forbidSet([]setField{
			{"appArmorProfile", c.AppArmorProfile != nil}, {"seLinuxOptions", c.SELinuxOptions != nil},
			{"seccompProfile", c.SeccompProfile != nil}, {"capabilities", c.Capabilities != nil},
			{"readOnlyRootFilesystem", c.ReadOnlyRootFilesystem != nil}, {"privileged", c.Privileged != nil},
			{"allowPrivilegeEscalation", c.AllowPrivilegeEscalation != nil},
			{"procMount", c.ProcMount != nil}, {"runAsUser", c.RunAsUser != nil},
			{"runAsGroup", c.RunAsGroup != nil},
		}, at.Child("securityContext"), detail)...)
	}
	return errs
}

// hostProcess is what Windows options say about running as a process of the node.
func (o *WindowsSecurityContextOptions) hostProcess() *bool {
	if o == nil {
		return nil
	}
	return o.HostProcess
}

// validateHostProcess keeps pods from running in part as processes of a Windows node.
func validateHostProcess(s *PodSpec, path *field.Path) field.ErrorList {
	var pod *bool
	if s.SecurityContext != nil {
		pod = s.SecurityContext.WindowsOptions.hostProcess()
	}
	var errs field.ErrorList
	all, those := 0, 0
	for at, c := range s.containersIn(path) {
		own := (*bool)(nil)
		if c.SecurityContext != nil {
			own = c.SecurityContext.WindowsOptions.hostProcess()
		}
		if pod != nil && own != nil && *pod != *own {
			errs = append(errs, field.Invalid(at.Child("securityContext", "windowsOptions",
				"hostProcess"), *own,
				fmt.Sprintf("pod hostProcess value must be identical if both are specified, was %v", *pod)))
		}
		if own == nil {
			own = pod
		}
		if all++; own != nil && *own {
			those++
		}
	}
	if those > 0 && those < all {
		errs = append(errs, field.Invalid(path, "",
			"If pod contains any hostProcess containers then all containers must be HostProcess containers"))
	}
	if those > 0 && !s.HostNetwork {
		errs = append(errs, field.Invalid(path.Child("hostNetwork"), false,
			"hostNetwork must be true if pod contains any hostProcess containers"))
	}
	return errs
}

// The bounds of what Windows takes.
const (
	maxCredentialSpec = 64 << 10
	maxUserDomain     = 256
	maxUserName       = 104
)

func validateWindowsOptions(o *WindowsSecurityContextOptions, path *field.Path) field.ErrorList {
	if o == nil {
		return nil
	}
	var errs field.ErrorList
	if n := o.GMSACredentialSpecName; n != nil {
		errs = append(errs, invalids(path.Child("gmsaCredentialSpecName"), *n,
			affinity.DNSSubdomainErrors(*n))...)
	}
	if c, at := o.GMSACredentialSpec, path.Child("gmsaCredentialSpec"); c != nil {
		switch {
		case *c == "":
			errs = append(errs, field.Invalid(at, *c, "gmsaCredentialSpec cannot be an empty string"))
		case len(*c) > maxCredentialSpec:
			errs = append(errs, field.Invalid(at, *c, "gmsaCredentialSpec size must be under 64 KiB"))
		}
	}
	if u := o.RunAsUserName; u != nil {
		for _, msg := range userNameErrors(*u) {
			errs = append(errs, field.Invalid(path.Child("runAsUserName"), *u, msg))
		}
	}
	return errs
}

// userNameErrors judges the name of a Windows user, with or without a domain before a backslash.
func userNameErrors(name string) []string {
	isControl := func(r rune) bool { return r < ' ' || r >= 0x7f && r < 0xa0 }
	switch {
	case name == "":
		return []string{"runAsUserName cannot be an empty string"}
	case strings.ContainsFunc(name, isControl):
		return []string{"runAsUserName cannot contain control characters"}
	case strings.Count(name, "\\") > 1:
		return []string{"runAsUserName cannot contain more than one backslash"}
	}
	domain, user, hasDomain := strings.Cut(name, "\\")
	if !hasDomain {
		domain, user = "", name
	}
	var errs []string
	if len(domain) >= maxUserDomain {
		errs = append(errs, fmt.Sprintf("runAsUserName's Domain length must be under %d characters",
			maxUserDomain))
	}
	if hasDomain && !isNetBIOS(domain) && !isUserDomain(domain) {
		errs = append(errs, "runAsUserName's Domain doesn't match the NetBios nor the DNS format")
	}
	switch {
	case user == "":
		errs = append(errs, "runAsUserName's User cannot be empty")
	case len(user) > maxUserName:
		errs = append(errs,
			fmt.Sprintf("runAsUserName's User length must not be longer than %d characters", maxUserName))
	}
	if user != "" && strings.Trim(user, ". \t\n\f\r") == "" {
		errs = append(errs, "runAsUserName's User cannot contain only periods or spaces")
	}
	if strings.ContainsAny(user, notInUser) {
		errs = append(errs, "runAsUserName's User cannot contain the following characters: "+notInUser)
	}
	return errs
}

const notInUser = `"/\:;|=,+*?<>@[]`

func isNetBIOS(domain string) bool {
	const most = 15
	return len(domain) > 0 && len(domain) <= most && domain[0] != '.' && !strings.ContainsAny(domain, `\/:*?"<>|`)
}

// isUserDomain reports whether a domain is made of labels of letters, digits and dashes in between.
func isUserDomain(domain string) bool {
	for label := range strings.SplitSeq(domain, ".") {
		if !consistsOf(label, alphanumeric+"-") || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
	}
	return true
}
