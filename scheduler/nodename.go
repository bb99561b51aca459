package scheduler

import "github.com/daemonsim/daemonsim/cluster"

const reasonNodeName = "node(s) didn't match the requested node name"

// NodeName lets a pod that names a node onto that node alone.
type NodeName struct{}

// Name is "NodeName".
func (NodeName) Name() string { return "NodeName" }

// PreFilter leaves the node that the pod names.
func (NodeName) PreFilter(c *Cycle) PreFilterResult {
	name := c.Pod.Spec().NodeName
	if name == "" {
		return PreFilterResult{Skip: true}
	}
	return PreFilterResult{Narrowed: true, Nodes: []string{name}}
}

// Filter rejects all other nodes.
func (NodeName) Filter(c *Cycle, node *NodeInfo) Status {
	if name := c.Pod.Spec().NodeName; name != "" && name != node.Node.Name {
		return reject(UnschedulableAndUnresolvable, reasonNodeName)
	}
	return Status{}
}

// QueueingHint says that only a node that joins can help.
func (NodeName) QueueingHint(_ *cluster.Pod, e Event) bool { return e.Kind == NodeAdded }
