// Package kubelet simulates the kubelets of all nodes: what becomes of a pod once it is bound.
//
// A bound pod waits for its image, runs, becomes ready, perhaps crashes and is restarted, and stops
// when it is deleted. How long each of these takes is given as data: a [Behaviour] per image. Start
// with [New] and pass the result to cluster.New.
//
// A behaviour may leave delays and mishaps to chance: see [Random], [Distribution] and [SlowNodes]. What is
// drawn then follows from the actor's random stream, the node, and which pod of the node and which start of
// it this is, not from the order in which things happen. So a fork draws what the cluster would have drawn,
// and two runs that differ in the order of a rollout can be compared node by node.
//
// # Guarantees
//
//   - A pod is running and ready at exactly the times that its behaviour says.
//   - A deleted pod is gone after its behaviour's Stop or its grace period, whichever is shorter.
//   - A behaviour that leaves nothing to chance draws nothing. What is drawn is the same on every platform.
//   - The work for a pod does not depend on how many pods or nodes there are.
//
// # Differences from Kubernetes
//
//   - The containers of a pod are pulled and started together; the slowest decides.
//   - Every pod pulls its images anew.
//   - Probes are not interpreted: ReadyAfter and NeverReady stand for them.
//   - The pods of a node that is removed go with it, at once.
//   - There is no admission at the node: what is bound starts.
package kubelet
