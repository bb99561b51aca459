package scheduler

import (
	"slices"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/taints"
)

const reasonTaint = "node(s) had untolerated taint(s)"

// TaintToleration keeps pods off nodes with a taint that they do not tolerate, and prefers nodes that do
// not ask to be avoided.
type TaintToleration struct{}

// Name is "TaintToleration".
func (TaintToleration) Name() string { return "TaintToleration" }

// Filter rejects a node with a taint NoSchedule or NoExecute that the pod does not tolerate.
func (TaintToleration) Filter(c *Cycle, node *NodeInfo) Status {
	if toleratesNode(c.Pod, node.Node) {
		return Status{}
	}
	return reject(UnschedulableAndUnresolvable, reasonTaint)
}

func toleratesNode(p *cluster.Pod, n *cluster.Node) bool {
	_, found := taints.FirstUntolerated(n.Spec.Taints, p.Spec().Tolerations,
		taints.EffectNoSchedule, taints.EffectNoExecute)
	return !found
}

// PreScore keeps the tolerations that have a say about preferences.
func (TaintToleration) PreScore(c *Cycle, _ []*NodeInfo) (bool, error) {
	c.SetState(slices.DeleteFunc(slices.Clone(c.Pod.Spec().Tolerations), func(t taints.Toleration) bool {
		return t.Effect != "" && t.Effect != taints.EffectPreferNoSchedule
	}))
	return false, nil
}

// Score counts the taints PreferNoSchedule that the pod does not tolerate.
func (TaintToleration) Score(c *Cycle, node *NodeInfo) (int64, error) {
	tolerations, _ := c.State().([]taints.Toleration)
	var count int64
	for _, taint := range node.Node.Spec.Taints {
		tolerated := slices.ContainsFunc(tolerations, func(t taints.Toleration) bool { return t.Tolerates(taint) })
		if taint.Effect == taints.EffectPreferNoSchedule && !tolerated {
			count++
		}
	}
	return count, nil
}

// NormalizeScore gives the most to the nodes with the fewest such taints.
func (TaintToleration) NormalizeScore(_ *Cycle, _ []*NodeInfo, scores []int64) {
	normalize(scores, mostIsWorst)
}

// QueueingHint says that a node helps whose taints the pod tolerates, if it is new or its taints were
// in the way before, and so does any change of the pod's tolerations.
func (TaintToleration) QueueingHint(pod *cluster.Pod, e Event) bool {
	switch e.Kind {
	case NodeAdded:
		return toleratesNode(pod, e.Node)
	case NodeUpdated:
		return toleratesNode(pod, e.Node) && !toleratesNode(pod, e.NodeBefore)
	case TargetPodUpdated:
		return e.tolerationsChanged()
	}
	return false
}
