package podsecurity

import (
	"fmt"
	"slices"

	"github.com/daemonsim/daemonsim/cluster"
)

// Name is the name of the admission plugin.
const Name = "PodSecurity"

// Config configures the admission. The zero Config is Kubernetes' own: what a namespace's labels do not say is
// unrestricted, and nothing is exempt.
type Config struct {
	// Defaults are what counts for what a namespace's labels do not say.
	Defaults Policy
	// Exempt is what is not judged.
	Exempt Exemptions
}

// Exemptions name what is not judged, exactly.
type Exemptions struct {
	// Users are actors by their names. The user of a DaemonSet's pods is its controller.
	Users []string
	// Namespaces and RuntimeClasses are names.
	Namespaces, RuntimeClasses []string
}

// Admission refuses pods that violate what their namespace enforces, and warns of workloads whose pods would.
// It never changes, so clusters and forks can share one.
type Admission struct{ config Config }

// New returns the admission.
func New(config Config) *Admission {
	e := &config.Exempt
	e.Users, e.Namespaces = slices.Clone(e.Users), slices.Clone(e.Namespaces)
	e.RuntimeClasses = slices.Clone(e.RuntimeClasses)
	return &Admission{config}
}

// Name is "PodSecurity".
func (a *Admission) Name() string { return Name }

// Admit judges what is about to be written. Pods are judged when they are created, and when their containers
// get another image; workloads, by their pod template, whenever they are written. What runs already is left
// alone, whatever becomes of its namespace.
//
// The error wraps cluster.ErrForbidden for a pod, and cluster.ErrInvalid for labels of a namespace that cannot
// be read.
func (a *Admission) Admit(w cluster.Write) (warnings []string, err error) {
	switch obj := w.After.(type) {
	case *cluster.Namespace:
		return a.namespace(w, obj)
	case *cluster.Pod:
		return a.pod(w, obj)
	case Workload:
		return a.workload(w, obj.TemplateSpec()), nil
	}
	return nil, nil
}

// Workload is an object with a pod template.
type Workload interface {
	TemplateSpec() *cluster.PodTemplateSpec
}

func (a *Admission) pod(w cluster.Write, p *cluster.Pod) (warnings []string, err error) {
	policy, ok := a.policyFor(w)
	spec := p.Spec()
	if !ok || policy.unrestricted() || a.exemptsClass(spec) {
		return nil, nil
	}
	if before, ok := w.Before.(*cluster.Pod); ok && !significant(before.Spec(), spec) {
		return nil, nil
	}
	v := policy.JudgePod(p.Annotations, spec)
	if v.Forbidden != "" {
		return nil, fmt.Errorf("%w: %s", cluster.ErrForbidden, v.Forbidden)
	}
	return v.warnings(), nil
}

func (a *Admission) workload(w cluster.Write, t *cluster.PodTemplateSpec) []string {
	policy, ok := a.policyFor(w)
	if !ok || policy.Warn.unrestricted() || a.exemptsClass(&t.Spec) {
		return nil
	}
	return policy.JudgeTemplate(t.ObjectMeta.Annotations, &t.Spec).warnings()
}

func (v Verdict) warnings() []string {
	if v.Warning == "" {
		return nil
	}
	return []string{v.Warning}
}

// policyFor is what the object's namespace demands; ok is false if that or who writes is exempt.
func (a *Admission) policyFor(w cluster.Write) (p Policy, ok bool) {
	name := w.After.Meta().Namespace
	if a.exempts(name) || slices.Contains(a.config.Exempt.Users, w.Actor) {
		return Policy{}, false
	}
	var labels map[string]string
	if ns := w.Reader.Object(cluster.KindNamespace, "", name); ns != nil {
		labels = ns.Meta().Labels
	}
	// Labels that cannot be read have a meaning too.
	p, _ = PolicyOf(labels, a.config.Defaults)
	return p, true
}

func (a *Admission) exempts(namespace string) bool {
	return slices.Contains(a.config.Exempt.Namespaces, namespace)
}

func (a *Admission) exemptsClass(spec *cluster.PodSpec) bool {
	class := spec.RuntimeClassName
	return class != nil && slices.Contains(a.config.Exempt.RuntimeClasses, *class)
}

// significant reports whether an update of a pod is one that is judged: other containers, or other images.
func significant(before, after *cluster.PodSpec) bool {
	same := func(a, b cluster.Container) bool { return a.Image == b.Image }
	if !slices.EqualFunc(before.Containers, after.Containers, same) ||
		!slices.EqualFunc(before.InitContainers, after.InitContainers, same) {
		return true
	}
	for _, c := range after.EphemeralContainers {
		known := func(b cluster.EphemeralContainer) bool { return b.Name == c.Name && b.Image == c.Image }
		if !slices.ContainsFunc(before.EphemeralContainers, known) {
			return true
		}
	}
	return false
}
