package podsecurity

import (
	"slices"
	"strconv"
	"strings"

	"github.com/daemonsim/daemonsim/cluster"
)

// baselineChecks are the checks of the level Baseline, by name.
func baselineChecks() []check {
	return []check{
		{id: "appArmorProfile", judge: appArmorProfile},
		{id: "capabilities_baseline", judge: addedCapabilities},
		{id: "hostNamespaces", judge: hostNamespaces},
		{id: "hostPathVolumes", judge: hostPathVolumes},
		{id: "hostPorts", judge: hostPorts},
		{id: "hostProbesAndHostLifecycle", since: 34, judge: probeHosts},
		{id: "privileged", judge: privileged},
		{id: "procMount", judge: procMount},
		{id: "seLinuxOptions", judge: seLinuxOptions},
		{id: "seccompProfile_baseline", judge: seccompProfile},
		{id: "sysctls", judge: sysctls},
		{id: "windowsHostProcess", judge: windowsHostProcess},
	}
}

func addedCapabilities(p *pod, _ Version) (reason, detail string) {
	bad := p.using(func(c *container) []string {
		return added(c, "AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD",
			capabilityNetBindService, "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT")
	})
	if bad.none() {
		return "", ""
	}
	return "non-default capabilities", bad.addingText()
}

// added returns the capabilities that a container adds and that are not among the allowed.
func added(c *container, allowed ...string) []string {
	if c.security.Capabilities == nil {
		return nil
	}
	var bad []string
	for _, name := range c.security.Capabilities.Add {
		if !slices.Contains(allowed, string(name)) {
			bad = append(bad, string(name))
		}
	}
	return bad
}

func (o offenders) addingText() string {
	return o.names() + " must not include " + quoted(o.distinct()) + " in securityContext.capabilities.add"
}

func hostNamespaces(p *pod, _ Version) (reason, detail string) {
	var used []string
	if p.spec.HostNetwork {
		used = append(used, "hostNetwork=true")
	}
	if p.spec.HostPID {
		used = append(used, "hostPID=true")
	}
	if p.spec.HostIPC {
		used = append(used, "hostIPC=true")
	}
	if used == nil {
		return "", ""
	}
	return "host namespaces", strings.Join(used, ", ")
}

func hostPorts(p *pod, _ Version) (reason, detail string) {
	bad := p.using(func(c *container) []string {
		var ports []string
		for _, port := range c.Ports {
			if port.HostPort != 0 {
				ports = append(ports, strconv.Itoa(int(port.HostPort)))
			}
		}
		return ports
	})
	if bad.none() {
		return "", ""
	}
	ports := bad.distinct()
	return "hostPort", strings.Join([]string{
		bad.names(), use(len(bad.containers)), counted(len(ports), "hostPort"), strings.Join(ports, ", "),
	}, " ")
}

func probeHosts(p *pod, _ Version) (reason, detail string) {
	bad := p.using(func(c *container) []string {
		var hosts []string
		for _, probe := range []*cluster.Probe{c.LivenessProbe, c.ReadinessProbe, c.StartupProbe} {
			if probe != nil {
				hosts = append(hosts, hostsOf(probe.HTTPGet, probe.TCPSocket)...)
			}
		}
		if c.Lifecycle != nil {
			for _, h := range []*cluster.LifecycleHandler{c.Lifecycle.PostStart, c.Lifecycle.PreStop} {
				if h != nil {
					hosts = append(hosts, hostsOf(h.HTTPGet, h.TCPSocket)...)
				}
			}
		}
		return hosts
	})
	if bad.none() {
		return "", ""
	}
	// Unlike elsewhere, the containers are sorted.
	bad.containers = distinct(bad.containers)
	hosts := bad.distinct()
	return "probe or lifecycle host", strings.Join([]string{
		bad.names(), use(len(bad.containers)), counted(len(hosts), "probe or lifecycle host"), quoted(hosts),
	}, " ")
}

// hostsOf returns the hosts, other than the pod itself, that are asked.
func hostsOf(get *cluster.HTTPGetAction, socket *cluster.TCPSocketAction) []string {
	var hosts []string
	if get != nil && get.Host != "" {
		hosts = append(hosts, get.Host)
	}
	if socket != nil && socket.Host != "" {
		hosts = append(hosts, socket.Host)
	}
	return hosts
}

func privileged(p *pod, _ Version) (reason, detail string) {
	bad := p.offending(func(c *container) bool { return isTrue(c.security.Privileged) })
	if bad.none() {
		return "", ""
	}
	return "privileged", bad.String() + " must not set securityContext.privileged=true"
}

func isTrue(b *bool) bool { return b != nil && *b }

func procMount(p *pod, v Version) (reason, detail string) {
	if v.has(35) && p.hasUserNamespace() {
		return "", ""
	}
	return procMountRestricted(p, v)
}

func procMountRestricted(p *pod, _ Version) (reason, detail string) {
	bad := p.using(func(c *container) []string {
		m := c.security.ProcMount
		if m == nil {
			return nil
		}
		return one(*m, *m != cluster.DefaultProcMount)
	})
	if bad.none() {
		return "", ""
	}
	return "procMount", bad.String() + " must not set securityContext.procMount to " + quoted(bad.distinct())
}

func sysctls(p *pod, v Version) (reason, detail string) {
	allowed := []string{
		"kernel.shm_rmid_forced",
		"net.ipv4.ip_local_port_range", "net.ipv4.ip_unprivileged_port_start",
		"net.ipv4.ping_group_range", "net.ipv4.tcp_syncookies",
	}
	for _, later := range []struct {
		since int
		names []string
	}{
		{27, []string{"net.ipv4.ip_local_reserved_ports"}},
		{29, []string{
			"net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes",
			"net.ipv4.tcp_keepalive_time",
		}},
		{32, []string{"net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem"}},
		{37, []string{"net.ipv4.tcp_notsent_lowat", "net.ipv4.tcp_slow_start_after_idle"}},
	} {
		if v.has(later.since) {
			allowed = append(allowed, later.names...)
		}
	}
	var bad []string
	for _, s := range p.security.Sysctls {
		if !slices.Contains(allowed, s.Name) {
			bad = append(bad, s.Name)
		}
	}
	if bad == nil {
		return "", ""
	}
	return "forbidden sysctls", strings.Join(bad, ", ")
}

func windowsHostProcess(p *pod, _ Version) (reason, detail string) {
	hostProcess := func(o *cluster.WindowsSecurityContextOptions) bool { return o != nil && isTrue(o.HostProcess) }
	bad := p.offending(func(c *container) bool { return hostProcess(c.security.WindowsOptions) })
	bad.pod = hostProcess(p.security.WindowsOptions)
	if bad.none() {
		return "", ""
	}
	return "hostProcess", bad.String() + " must not set securityContext.windowsOptions.hostProcess=true"
}
