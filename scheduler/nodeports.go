package scheduler

import "github.com/daemonsim/daemonsim/cluster"

const reasonPorts = "node(s) didn't have free ports for the requested pod ports"

// NodePorts keeps two pods from taking the same host port of a node.
type NodePorts struct{}

// Name is "NodePorts".
func (NodePorts) Name() string { return "NodePorts" }

// PreFilter skips pods that take no ports.
func (NodePorts) PreFilter(c *Cycle) PreFilterResult {
	return PreFilterResult{Skip: len(c.Pod.Template.HostPorts()) == 0}
}

// Filter rejects a node where another pod has one of the ports.
func (NodePorts) Filter(c *Cycle, node *NodeInfo) Status {
	wanted := c.Pod.Template.HostPorts()
	if len(wanted) == 0 {
		return Status{}
	}
	for _, there := range node.Pods {
		if conflict(wanted, there.Template.HostPorts()) {
			return reject(Unschedulable, reasonPorts)
		}
	}
	return Status{}
}

func conflict(wanted, taken []cluster.HostPort) bool {
	for _, w := range wanted {
		for _, t := range taken {
			if w.Conflicts(t) {
				return true
			}
		}
	}
	return false
}

// QueueingHint says that a node that joins helps, and a pod that gives one of the ports back.
func (NodePorts) QueueingHint(pod *cluster.Pod, e Event) bool {
	switch e.Kind {
	case NodeAdded:
		return true
	case AssignedPodDeleted:
		return conflict(pod.Template.HostPorts(), e.Pod.Template.HostPorts())
	}
	return false
}
