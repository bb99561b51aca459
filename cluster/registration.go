package cluster

// Registrar is an actor that plays the kubelets, and so knows what the kubelet of a new node reports of it first.
type Registrar interface {
	Actor
	// Register returns the conditions of a Node that is created without any; nil stands for those of a node
	// that is ready. The number is the one that the node's name has already, else NoNode. It changes nothing:
	// that the node is there the actor learns as others do.
	Register(id NodeID) []NodeCondition
}

// register fills in what the kubelet of a new node reports, if somebody knows.
func (cl *Client) register(n *Node) {
	if n.Status.Conditions != nil {
		return
	}
	for _, a := range cl.c.actors {
		if r, ok := a.(Registrar); ok {
			id, _ := cl.c.store.nodeIDs.Get(n.Name)
			n.Status.Conditions = r.Register(id)
			return
		}
	}
}
