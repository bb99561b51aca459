package kubectl

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/daemonsim/daemonsim/cluster"
)

// running is the pod that containers belong to; nil for those of a template.
type running = *cluster.Pod

// containers writes a list of containers. In a pod they stand one level further out than in a template.
func (d *describer) containers(title string, list []cluster.Container, pod running) {
	indent, name := "  ", "   "
	if pod != nil {
		indent, name = "", "  "
	}
	var statuses []cluster.ContainerStatus
	if pod != nil {
		statuses = append(pod.InitContainerStatuses(), pod.ContainerStatuses()...)
	}
	d.line(0, "%s%s:", indent, title)
	for i := range list {
		c := &list[i]
		k := slices.IndexFunc(statuses, func(s cluster.ContainerStatus) bool { return s.Name == c.Name })
		d.line(0, "%s%s:", name, c.Name)
		d.containerImage(c, k >= 0)
		d.words("Command", c.Command)
		d.words("Args", c.Args)
		if k >= 0 {
			d.containerState(&statuses[k])
		}
		d.amounts("Limits", c.Resources.Limits)
		d.amounts("Requests", c.Resources.Requests)
		d.probes(c)
		d.environment(c, pod)
		d.mounts(c)
	}
}

func (d *describer) containerImage(c *cluster.Container, reported bool) {
	if reported {
		d.line(2, "Container ID:\t")
	}
	d.line(2, "Image:\t%s", c.Image)
	if reported {
		d.line(2, "Image ID:\t")
	}
	d.ports("Port", c.Ports, func(p *cluster.ContainerPort) int32 { return p.ContainerPort })
	d.ports("Host Port", c.Ports, func(p *cluster.ContainerPort) int32 { return p.HostPort })
	if s := c.SecurityContext; s != nil && s.SeccompProfile != nil {
		d.line(2, "SeccompProfile:\t%s", s.SeccompProfile.Type)
		if p := s.SeccompProfile.LocalhostProfile; p != nil {
			d.line(3, "LocalhostProfile:\t%s", *p)
		}
	}
}

// ports writes one number of every port; the title is plural from two on.
func (d *describer) ports(title string, list []cluster.ContainerPort, of func(*cluster.ContainerPort) int32) {
	texts := make([]string, len(list))
	for i := range list {
		texts[i] = fmt.Sprintf("%d/%s", of(&list[i]), list[i].Protocol)
	}
	if len(list) > 1 {
		title += "s"
	}
	d.line(2, "%s:\t%s", title, orNone(strings.Join(texts, ", ")))
}

// words writes a command or its arguments, one on a line.
func (d *describer) words(title string, list []string) {
	if len(list) == 0 {
		return
	}
	d.line(2, "%s:", title)
	for _, word := range list {
		for line := range strings.SplitSeq(word, "\n") {
			d.line(3, "%s", line)
		}
	}
}

func (d *describer) amounts(title string, list cluster.ResourceList) {
	if len(list) == 0 {
		return
	}
	d.line(2, "%s:", title)
	for _, name := range sortedResources(list) {
		amount := list[name]
		d.line(3, "%s:\t%s", name, amount.String())
	}
}

func (d *describer) probes(c *cluster.Container) {
	for _, p := range [...]struct {
		title string
		probe *cluster.Probe
	}{{"Liveness", c.LivenessProbe}, {"Readiness", c.ReadinessProbe}, {"Startup", c.StartupProbe}} {
		if p.probe != nil {
			d.line(2, "%s:\t%s", p.title, probeText(p.probe))
		}
	}
}

func probeText(p *cluster.Probe) string {
	times := fmt.Sprintf("delay=%ds timeout=%ds period=%ds #success=%d #failure=%d",
		p.InitialDelaySeconds, p.TimeoutSeconds, p.PeriodSeconds, p.SuccessThreshold, p.FailureThreshold)
	switch {
	case p.Exec != nil:
		return fmt.Sprintf("exec %v %s", p.Exec.Command, times)
	case p.HTTPGet != nil:
		g := p.HTTPGet
		host := g.Host
		if port := g.Port.String(); port != "" {
			host += ":" + port
		}
		path := g.Path
		if path != "" && !strings.HasPrefix(path, "/") {
			path = "/" + path
		}
		return fmt.Sprintf("http-get %s://%s%s %s", strings.ToLower(string(g.Scheme)), host, path, times)
	case p.TCPSocket != nil:
		return fmt.Sprintf("tcp-socket %s:%s %s", p.TCPSocket.Host, p.TCPSocket.Port, times)
	case p.GRPC != nil:
		service := ""
		if p.GRPC.Service != nil {
			service = *p.GRPC.Service
		}
		return fmt.Sprintf("grpc <pod>:%d %s %s", p.GRPC.Port, service, times)
	}
	return "unknown " + times
}

// mounts writes the volumes that a container sees, by the path at which it sees them.
func (d *describer) mounts(c *cluster.Container) {
	if len(c.VolumeMounts) == 0 {
		d.line(2, "Mounts:\t%s", none)
	} else {
		d.line(2, "Mounts:")
	}
	list := slices.Clone(c.VolumeMounts)
	slices.SortStableFunc(list, func(a, b cluster.VolumeMount) int { return cmp.Compare(a.MountPath, b.MountPath) })
	for _, m := range list {
		flags := "rw"
		if m.ReadOnly {
			flags = "ro"
		}
		if m.SubPath != "" {
			flags += fmt.Sprintf(",path=%q", m.SubPath)
		}
		d.line(3, "%s from %s (%s)", m.MountPath, m.Name, flags)
	}
	if len(c.VolumeDevices) == 0 {
		return
	}
	d.line(2, "Devices:")
	devices := slices.Clone(c.VolumeDevices)
	slices.SortStableFunc(devices, func(a, b cluster.VolumeDevice) int {
		return cmp.Compare(a.DevicePath, b.DevicePath)
	})
	for _, v := range devices {
		d.line(3, "%s from %s", v.DevicePath, v.Name)
	}
}

func sortedResources(list cluster.ResourceList) []cluster.ResourceName {
	names := make([]cluster.ResourceName, 0, len(list))
	for name := range list {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
