package podsecurity

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/daemonsim/daemonsim/cluster"
)

// appArmorProfile judges the fields, and the annotations that were there before them.
func appArmorProfile(p *pod, _ Version) (reason, detail string) {
	forbidden := func(a *cluster.AppArmorProfile) []string {
		if a == nil {
			return nil
		}
		known := a.Type == cluster.AppArmorProfileTypeRuntimeDefault || a.Type == cluster.AppArmorProfileTypeLocalhost
		return one(a.Type, !known)
	}
	bad := p.using(func(c *container) []string { return forbidden(c.security.AppArmorProfile) })
	bad.add(forbidden(p.security.AppArmorProfile))
	who, values := []string{}, bad.distinct()
	if !bad.none() {
		who = append(who, bad.String())
	}
	if annotations := appArmorAnnotations(p.annotations); len(annotations) > 0 {
		who = append(who, counted(len(annotations), "annotation"))
		values = append(values, annotations...)
	}
	if len(who) == 0 {
		return "", ""
	}
	return "forbidden AppArmor " + counted(len(values), "profile"),
		strings.Join(who, " and ") + " must not set AppArmor profile type to " + quoted(values)
}

// appArmorAnnotations returns the annotations with forbidden profiles, sorted, as key="value".
func appArmorAnnotations(annotations map[string]string) []string {
	var bad []string
	for _, key := range slices.Sorted(maps.Keys(annotations)) {
		value := annotations[key]
		known := value == "" || value == "runtime/default" || strings.HasPrefix(value, "localhost/")
		if strings.HasPrefix(key, "container.apparmor.security.beta.kubernetes.io/") && !known {
			bad = append(bad, key+"="+strconv.Quote(value))
		}
	}
	return bad
}

func seLinuxOptions(p *pod, v Version) (reason, detail string) {
	allowed := []string{"", "container_t", "container_init_t", "container_kvm_t"}
	if v.has(31) {
		allowed = append(allowed, "container_engine_t")
	}
	var types []string
	user, role := false, false
	isBad := func(o *cluster.SELinuxOptions) bool {
		if o == nil {
			return false
		}
		badType := !slices.Contains(allowed, o.Type)
		if badType {
			types = append(types, o.Type)
		}
		user, role = user || o.User != "", role || o.Role != ""
		return badType || o.User != "" || o.Role != ""
	}
	bad := p.offending(func(c *container) bool { return isBad(c.security.SELinuxOptions) })
	bad.pod = isBad(p.security.SELinuxOptions)
	if bad.none() {
		return "", ""
	}
	var what []string
	if types = distinct(types); len(types) > 0 {
		what = append(what, counted(len(types), "type")+" "+quoted(types))
	}
	if user {
		what = append(what, "user may not be set")
	}
	if role {
		what = append(what, "role may not be set")
	}
	return "seLinuxOptions",
		bad.String() + " set forbidden securityContext.seLinuxOptions: " + strings.Join(what, "; ")
}

// seccompProfile judges the fields; before v1.19 there were annotations.
func seccompProfile(p *pod, v Version) (reason, detail string) {
	if !v.has(19) {
		return seccompAnnotations(p)
	}
	bad := p.unconfined()
	if bad.none() {
		return "", ""
	}
	return "seccompProfile", bad.unconfinedText()
}

// seccompRestricted demands a profile besides, from the pod or from each container.
func seccompRestricted(p *pod, v Version) (reason, detail string) {
	if v.has(25) && p.isWindows() {
		return "", ""
	}
	if bad := p.unconfined(); !bad.none() {
		return "seccompProfile", bad.unconfinedText()
	}
	if p.security.SeccompProfile != nil {
		return "", ""
	}
	bad := p.offending(func(c *container) bool { return c.security.SeccompProfile == nil })
	if bad.none() {
		return "", ""
	}
	return "seccompProfile", "pod or " + bad.names() +
		` must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`
}

// unconfined returns who sets another profile than those that confine.
func (p *pod) unconfined() offenders {
	forbidden := func(s *cluster.SeccompProfile) []string {
		if s == nil {
			return nil
		}
		known := s.Type == cluster.SeccompProfileTypeRuntimeDefault || s.Type == cluster.SeccompProfileTypeLocalhost
		return one(s.Type, !known)
	}
	bad := p.using(func(c *container) []string { return forbidden(c.security.SeccompProfile) })
	bad.add(forbidden(p.security.SeccompProfile))
	return bad
}

func (o offenders) unconfinedText() string {
	return o.String() + " must not set securityContext.seccompProfile.type to " + quoted(o.distinct())
}

func seccompAnnotations(p *pod) (reason, detail string) {
	keys := []string{"seccomp.security.alpha.kubernetes.io/pod"}
	for i := range p.containers {
		keys = append(keys, "container.seccomp.security.alpha.kubernetes.io/"+p.containers[i].Name)
	}
	var bad []string
	for _, key := range keys {
		value, ok := p.annotations[key]
		known := value == "runtime/default" || value == "docker/default" || strings.HasPrefix(value, "localhost/")
		if ok && !known {
			bad = append(bad, key+"="+strconv.Quote(value))
		}
	}
	if bad = distinct(bad); len(bad) == 0 {
		return "", ""
	}
	return "seccompProfile", "forbidden " + counted(len(bad), "annotation") + " " + strings.Join(bad, ", ")
}
