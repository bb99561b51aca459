package scheduler

import "github.com/daemonsim/daemonsim/cluster"

// Explain asks what would become of a pod among objects, as [Profile.Evaluate] does: Nodes, Pods,
// Namespaces and PodDisruptionBudgets. If the pod is one of them, it takes no room itself. One that is bound
// already asks for its node, as its spec does, and so fits no other.
func (p Profile) Explain(pod *cluster.Pod, objects ...cluster.Object) Evaluation {
	others := make([]cluster.Object, 0, len(objects))
	for _, obj := range objects {
		if obj != cluster.Object(pod) {
			others = append(others, obj)
		}
	}
	return p.Evaluate(unbound(pod), NewSnapshot(others...))
}

// unbound returns a pod that names in its spec the node that it is bound to.
func unbound(p *cluster.Pod) *cluster.Pod {
	if p == nil || p.Template == nil || !p.Bound() {
		return p
	}
	asks := p.Clone().(*cluster.Pod)
	asks.NodeName, asks.Target = "", ""
	asks.Template = cluster.NewTemplate(cluster.PodTemplateSpec{
		ObjectMeta: cluster.TemplateMeta{Labels: p.Labels}, Spec: p.FullSpec(),
	})
	return asks
}
