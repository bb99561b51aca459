package cluster

import "github.com/daemonsim/daemonsim/affinity"

// FullSpec puts together the spec as the API server would show it: the template's, with the pod's
// own node name, priority and pinned node affinity. The caller owns the result.
func (p *Pod) FullSpec() PodSpec {
	spec := p.sharedSpec()
	return spec.Clone()
}

// sharedSpec is FullSpec without the copy.
func (p *Pod) sharedSpec() PodSpec {
	spec := *p.Spec()
	policy := p.PreemptionPolicy()
	spec.NodeName, spec.PriorityClassName = p.NodeName, p.PriorityClassName()
	spec.Priority, spec.PreemptionPolicy = &p.Priority, &policy
	if p.Target == "" {
		return spec
	}
	var a affinity.Affinity
	if spec.Affinity != nil {
		a = *spec.Affinity
	}
	a.NodeAffinity = clonePointer(a.NodeAffinity)
	spec.Affinity = pin(&a, p.Target)
	return spec
}

// PriorityClassName is the name of the pod's priority class: the one that its template names, or else
// the global default's of the time when the pod was created; empty without either.
func (p *Pod) PriorityClassName() string {
	if p.class != nil {
		return p.class.Name
	}
	return p.Spec().PriorityClassName
}

// PreemptionPolicy says whether the pod may displace others of lower priority. It is that of the pod's
// priority class, as the class was when the pod was created, or else what the template says, or else
// PreemptLowerPriority.
func (p *Pod) PreemptionPolicy() PreemptionPolicy {
	if p.class != nil {
		return PreemptionPolicy(p.class.PreemptionPolicy)
	}
	if said := p.Spec().PreemptionPolicy; said != nil {
		return *said
	}
	return PreemptLowerPriority
}

// pin replaces the required node affinity by the one term that names the node.
func pin(a *affinity.Affinity, node string) *affinity.Affinity {
	if a == nil {
		a = &affinity.Affinity{}
	}
	if a.NodeAffinity == nil {
		a.NodeAffinity = &affinity.NodeAffinity{}
	}
	a.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution = &affinity.NodeSelector{
		NodeSelectorTerms: []affinity.NodeSelectorTerm{{
			MatchFields: []affinity.NodeSelectorRequirement{{
				Key: "metadata.name", Operator: affinity.NodeSelectorOpIn, Values: []string{node},
			}},
		}},
	}
	return a
}

// PinnedNode reads back from a spec the node that its required affinity names, as the DaemonSet
// controller does: the value of the first matchFields entry for metadata.name with operator In and
// exactly one value.
func PinnedNode(spec *PodSpec) (name string, ok bool) {
	if spec.Affinity == nil || spec.Affinity.NodeAffinity == nil {
		return "", false
	}
	required := spec.Affinity.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution
	if required == nil {
		return "", false
	}
	for _, term := range required.NodeSelectorTerms {
		for _, f := range term.MatchFields {
			if f.Key == "metadata.name" && f.Operator == affinity.NodeSelectorOpIn {
				return only(f.Values)
			}
		}
	}
	return "", false
}

func only(values []string) (string, bool) {
	if len(values) != 1 {
		return "", false
	}
	return values[0], true
}
