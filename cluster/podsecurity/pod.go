package podsecurity

import (
	"slices"
	"strings"

	"github.com/daemonsim/daemonsim/cluster"
)

// pod is what is judged, with its containers in the order in which they are named: init containers,
// containers, ephemeral containers. None of the security contexts is nil.
type pod struct {
	annotations map[string]string
	spec        *cluster.PodSpec
	security    *cluster.PodSecurityContext
	containers  []container
}

type container struct {
	*cluster.Container
	security *cluster.SecurityContext
}

func newPod(annotations map[string]string, spec *cluster.PodSpec) *pod {
	p := &pod{annotations: annotations, spec: spec, security: spec.SecurityContext}
	if p.security == nil {
		p.security = new(cluster.PodSecurityContext)
	}
	for i := range spec.InitContainers {
		p.add(&spec.InitContainers[i])
	}
	for i := range spec.Containers {
		p.add(&spec.Containers[i])
	}
	for i := range spec.EphemeralContainers {
		p.add(&spec.EphemeralContainers[i].Container)
	}
	return p
}

func (p *pod) add(c *cluster.Container) {
	security := c.SecurityContext
	if security == nil {
		security = new(cluster.SecurityContext)
	}
	p.containers = append(p.containers, container{c, security})
}

// isWindows reports whether the pod says that it runs on Windows.
func (p *pod) isWindows() bool { return p.spec.OS != nil && p.spec.OS.Name == cluster.Windows }

// hasUserNamespace reports whether root in the pod is not root on the node.
func (p *pod) hasUserNamespace() bool { return p.spec.HostUsers != nil && !*p.spec.HostUsers }

// offenders collects who in a pod does something, and the values that they do it with.
type offenders struct {
	// pod is set if the pod's own security context is among them.
	pod        bool
	containers []string
	values     []string
}

// offending returns the containers of which a condition holds.
func (p *pod) offending(bad func(*container) bool) offenders {
	var o offenders
	for i := range p.containers {
		if c := &p.containers[i]; bad(c) {
			o.containers = append(o.containers, c.Name)
		}
	}
	return o
}

// using returns the containers that use forbidden values, and those.
func (p *pod) using(forbidden func(*container) []string) offenders {
	var o offenders
	for i := range p.containers {
		c := &p.containers[i]
		if values := forbidden(c); len(values) > 0 {
			o.containers = append(o.containers, c.Name)
			o.values = append(o.values, values...)
		}
	}
	return o
}

// add adds the pod itself if it uses forbidden values.
func (o *offenders) add(forbidden []string) {
	if len(forbidden) > 0 {
		o.pod = true
		o.values = append(o.values, forbidden...)
	}
}

// none reports whether nobody does it.
func (o offenders) none() bool { return !o.pod && len(o.containers) == 0 }

// String names the pod and the containers.
func (o offenders) String() string {
	var who []string
	if o.pod {
		who = append(who, "pod")
	}
	if len(o.containers) > 0 {
		who = append(who, o.names())
	}
	return strings.Join(who, " and ")
}

// names names the containers.
func (o offenders) names() string {
	return counted(len(o.containers), "container") + " " + quoted(o.containers)
}

// distinct is the values sorted, each once.
func (o offenders) distinct() []string { return distinct(o.values) }

func distinct(values []string) []string { return slices.Compact(slices.Sorted(slices.Values(values))) }

// counted is a noun, in the plural unless there is one of it.
func counted(n int, noun string) string {
	if n == 1 {
		return noun
	}
	return noun + "s"
}

// use is the verb for n who do.
func use(n int) string {
	if n == 1 {
		return "uses"
	}
	return "use"
}

// quoted joins texts, each in quotes. They are printed as they are.
func quoted(texts []string) string { return `"` + strings.Join(texts, `", "`) + `"` }

// one is the value of which something holds as a list, for those who use at most one.
func one[T ~string](value T, bad bool) []string {
	if !bad {
		return nil
	}
	return []string{string(value)}
}
