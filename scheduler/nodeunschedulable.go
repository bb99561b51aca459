package scheduler

import (
	"slices"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/taints"
)

const reasonUnschedulable = "node(s) were unschedulable"

// NodeUnschedulable keeps pods off cordoned nodes. It looks at the field, not at the taint that goes with
// it.
type NodeUnschedulable struct{}

// Name is "NodeUnschedulable".
func (NodeUnschedulable) Name() string { return "NodeUnschedulable" }

// Filter rejects a cordoned node unless the pod tolerates the taint that cordoning stands for.
func (NodeUnschedulable) Filter(c *Cycle, node *NodeInfo) Status {
	if !node.Node.Spec.Unschedulable || toleratesCordon(c.Pod) {
		return Status{}
	}
	return reject(UnschedulableAndUnresolvable, reasonUnschedulable)
}

func toleratesCordon(p *cluster.Pod) bool {
	cordon := taints.Taint{Key: taints.KeyUnschedulable, Effect: taints.EffectNoSchedule}
	return slices.ContainsFunc(p.Spec().Tolerations, func(t taints.Toleration) bool {
		return t.Tolerates(cordon)
	})
}

// QueueingHint says that a node helps that is not cordoned and is new or was cordoned before, and so do
// tolerations that let the pod onto cordoned nodes.
func (NodeUnschedulable) QueueingHint(pod *cluster.Pod, e Event) bool {
	switch e.Kind {
	case NodeAdded:
		return !e.Node.Spec.Unschedulable
	case NodeUpdated:
		return !e.Node.Spec.Unschedulable && e.NodeBefore.Spec.Unschedulable
	case TargetPodUpdated:
		return e.tolerationsChanged() && toleratesCordon(pod)
	}
	return false
}
