package scheduler

import (
	"slices"

	"github.com/daemonsim/daemonsim/cluster"
)

// NodeInfo is a node and the pods that take room on it: those that are bound and have not come to
// their end.
type NodeInfo struct {
	Node *cluster.Node
	// Pods are in order of creation.
	Pods []*cluster.Pod
}

// Load fills info with the node and its pods, keeping the memory of its list.
func (info *NodeInfo) Load(r cluster.Reader, node *cluster.Node) {
	info.Node = node
	info.Pods = info.Pods[:0]
	for p := range r.PodsAt(node.ID()) {
		if p.Bound() && !p.Terminal() {
			info.Pods = append(info.Pods, p)
		}
	}
}

// with is the node with one more pod.
func (info *NodeInfo) with(p *cluster.Pod) *NodeInfo {
	return &NodeInfo{Node: info.Node, Pods: append(slices.Clip(info.Pods), p)}
}

// samePod reports whether two pods are the same one, perhaps at different times. Pods that no store has given
// a UID go by their names.
func samePod(a, b *cluster.Pod) bool {
	if a.UID == 0 && b.UID == 0 {
		return a.Namespace == b.Namespace && a.Name == b.Name
	}
	return a.UID == b.UID
}

// without is the node without a pod.
func (info *NodeInfo) without(p *cluster.Pod) *NodeInfo {
	pods := slices.Clone(info.Pods)
	return &NodeInfo{
		Node: info.Node,
		Pods: slices.DeleteFunc(pods, func(q *cluster.Pod) bool { return samePod(q, p) }),
	}
}

// requested is what the node's pods request together.
func (info *NodeInfo) requested() cluster.Resources {
	var sum cluster.Resources
	for _, p := range info.Pods {
		sum = sum.Plus(p.Template.Requests())
	}
	return sum
}

// nonZeroRequested is what the pods request together in the eyes of a ranking, where a container that
// says nothing of cpu or memory counts as if it asked for a little.
func (info *NodeInfo) nonZeroRequested() cluster.Resources {
	sum := info.requested()
	sum.MilliCPU, sum.Memory = 0, 0
	for _, p := range info.Pods {
		r := p.Template.NonZeroRequests()
		sum.MilliCPU += r.MilliCPU
		sum.Memory += r.Memory
	}
	return sum
}
