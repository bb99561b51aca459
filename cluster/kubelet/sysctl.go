package kubelet

import (
	"fmt"
	"slices"
	"strings"
)

// safeSysctls are the kernel parameters that pods may set unless a kubelet is told otherwise.
func safeSysctls() []string {
	return []string{
		"kernel.shm_rmid_forced",
		"net.ipv4.ip_local_port_range",
		"net.ipv4.ip_local_reserved_ports",
		"net.ipv4.ip_unprivileged_port_start",
		"net.ipv4.ping_group_range",
		"net.ipv4.tcp_fin_timeout",
		"net.ipv4.tcp_keepalive_intvl",
		"net.ipv4.tcp_keepalive_probes",
		"net.ipv4.tcp_keepalive_time",
		"net.ipv4.tcp_notsent_lowat",
		"net.ipv4.tcp_rmem",
		"net.ipv4.tcp_slow_start_after_idle",
		"net.ipv4.tcp_syncookies",
		"net.ipv4.tcp_wmem",
	}
}

// sysctls turns away pods that set a kernel parameter which is not safe. Those that are the host's where the pod
// shares its network or its processes have been refused before, when the pod was made.
func (r *room) sysctls() (Rejection, bool) {
	c := r.pod.Spec().SecurityContext
	if c == nil || len(c.Sysctls) == 0 {
		return Rejection{}, false
	}
	safe := safeSysctls()
	for i := range c.Sysctls {
		if name := dotted(c.Sysctls[i].Name); !slices.Contains(safe, name) {
			return Rejection{"SysctlForbidden", fmt.Sprintf("forbidden sysctl: %q not allowlisted", name)}, true
		}
	}
	return Rejection{}, false
}

// dotted is the name of a kernel parameter with dots between its parts. Where the first separator is a slash,
// dots and slashes stand for each other.
func dotted(name string) string {
	i := strings.IndexAny(name, "./")
	if i < 0 || name[i] == '.' {
		return name
	}
	return strings.Map(func(r rune) rune {
		switch r {
		case '.':
			return '/'
		case '/':
			return '.'
		}
		return r
	}, name)
}
