package cluster

import (
	"bytes"
	"time"
)

// respec returns the template of the next version of a stored pod, of which t says what the spec is to be.
// What the creation of the pod has resolved (its priority, and labels folded into selectors) stays as it
// is when t does not mention it, or mentions it as it is. When nothing is different the result is the
// stored pod's template. Admission sees an update, too: see DefaultTolerations.
func (t *Template) respec(was *Pod) *Template {
	if t == nil || t == was.Template {
		return t
	}
	spec, stored := t.spec.Clone(), &was.Template.spec
	keepPriority(&spec, was)
	if o := was.Template.origin; o != nil {
		if sameText(spec.Affinity, o.spec.Affinity) {
			spec.Affinity = stored.Affinity
		}
		if sameText(spec.TopologySpreadConstraints, o.spec.TopologySpreadConstraints) {
			spec.TopologySpreadConstraints = stored.TopologySpreadConstraints
		}
	}
	if spec.NodeName == "" {
		spec.NodeName = stored.NodeName
	}
	spec.Tolerations = DefaultTolerations(spec.Tolerations)
	if sameText(&spec, stored) {
		return was.Template
	}
	next := newTemplate(PodTemplateSpec{was.Template.meta, spec}, was.Template.owners)
	next.origin = was.Template.origin
	return next
}

// keepPriority puts back what a spec says of its priority as the stored pod's template has it, unless
// it says something else than the pod has.
func keepPriority(spec *PodSpec, was *Pod) {
	stored := &was.Template.spec
	if spec.Priority == nil || *spec.Priority == was.Priority {
		spec.Priority = stored.Priority
	}
	if spec.PreemptionPolicy == nil || *spec.PreemptionPolicy == was.PreemptionPolicy() {
		spec.PreemptionPolicy = stored.PreemptionPolicy
	}
	if spec.PriorityClassName == "" || spec.PriorityClassName == was.PriorityClassName() {
		spec.PriorityClassName = stored.PriorityClassName
	}
}

// sameText reports whether two values are written in the same way.
func sameText(a, b any) bool { return bytes.Equal(JSON(a, time.Time{}), JSON(b, time.Time{})) }
