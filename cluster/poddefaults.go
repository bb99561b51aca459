package cluster

import (
	"cmp"

	"github.com/daemonsim/daemonsim/cluster/quantity"
)

// DefaultPodTemplate fills in what the API server does when a workload is stored. It becomes part of
// the template, and so of its revision.
func DefaultPodTemplate(t *PodTemplateSpec) {
	s := &t.Spec
	defaultPodFields(s)
	for i := range s.Volumes {
		s.Volumes[i].setDefaults()
	}
	for i := range s.InitContainers {
		s.InitContainers[i].setDefaults()
	}
	for i := range s.Containers {
		s.Containers[i].setDefaults()
	}
	for i := range s.EphemeralContainers {
		s.EphemeralContainers[i].setDefaults()
	}
	s.Overhead.roundUp()
	if r := s.Resources; r != nil {
		r.Limits.roundUp()
		r.Requests.roundUp()
	}
}

func defaultPodFields(s *PodSpec) {
	setDefault(&s.RestartPolicy, RestartPolicyAlways)
	setDefault(&s.DNSPolicy, DNSClusterFirst)
	setDefault(&s.SchedulerName, "default-scheduler")
	setDefaultPointer(&s.TerminationGracePeriodSeconds, 30)
	setDefaultPointer(&s.SecurityContext, PodSecurityContext{})
	name := cmp.Or(s.ServiceAccountName, s.DeprecatedServiceAccount)
	s.ServiceAccountName, s.DeprecatedServiceAccount = name, name
}

// DefaultPod fills in what the API server does when a pod is stored: what it does for a template, and
// what it leaves open there. Requests follow from limits, the ports of a pod in its node's network
// become host ports, and a negative grace period is one second.
func DefaultPod(t *PodTemplateSpec) {
	DefaultPodTemplate(t)
	s := &t.Spec
	for i := range s.InitContainers {
		s.InitContainers[i].setPodDefaults(s.HostNetwork)
	}
	for i := range s.Containers {
		s.Containers[i].setPodDefaults(s.HostNetwork)
	}
	if s.Resources != nil {
		s.Resources.Requests = podLevelRequests(s, containerRequests(s))
	}
	setDefaultPointer(&s.EnableServiceLinks, true)
	if *s.TerminationGracePeriodSeconds < 0 {
		*s.TerminationGracePeriodSeconds = 1
	}
}

func (c *Container) setPodDefaults(hostNetwork bool) {
	c.Resources.Requests = c.Resources.impliedRequests()
	for i := range c.Ports {
		if p := &c.Ports[i]; hostNetwork && p.HostPort == 0 {
			p.HostPort = p.ContainerPort
		}
	}
}

func setDefault[T comparable](p *T, value T) {
	var zero T
	if *p == zero {
		*p = value
	}
}

func setDefaultPointer[T any](p **T, value T) {
	if *p == nil {
		*p = &value
	}
}

// roundUp rounds amounts up to thousandths, the finest that the API server stores.
func (l ResourceList) roundUp() {
	for _, name := range l.names() {
		l[name] = roundUp(l[name])
	}
}

// roundUp leaves amounts alone that are too large to be counted in thousandths.
func roundUp(q quantity.Quantity) quantity.Quantity {
	n := q.MilliValue()
	above, below := quantity.NewMilli(n+1), quantity.NewMilli(n-1)
	if milli := quantity.NewMilli(n); !milli.Equal(q) && below.Cmp(q) < 0 && q.Cmp(above) < 0 {
		return milli
	}
	return q
}
