// Package nodelifecycle watches over nodes: it gives up those that do not answer, and turns the conditions of
// nodes into taints.
//
// [Controller] is the actor. What it decides is in functions from values to values. [NoScheduleTaints] are the
// taints that follow from a node's conditions and its cordon, at once. Every few seconds the controller looks
// at all nodes: [Config.GivenUpAt] says in which of these passes a node is given up that does not answer, [GiveUp]
// what its conditions are then, and [NoExecuteTaints] the taints that follow from being given up, or from
// reporting that it is not ready.
//
// # Guarantees
//
//   - A node that is well costs nothing: heartbeats are no events, and a pass takes place only for the
//     nodes on which it finds something to do, at the moments at which the passes of Kubernetes come.
//   - The controller keeps nothing. What it does follows from the node as it is.
//
// # Differences from Kubernetes
//
//   - Passes come at the multiples of the monitor period since the start of the simulation, and see what is
//     written at that very moment.
//   - NoExecute taints are added in the pass that finds them missing. There are no zones yet, so neither
//     a limit on how many nodes are tainted in a while nor a stop when all nodes fail.
//   - The lease is not read again before a node is given up: there is no cache that could be older.
//   - The labels of operating system and architecture have no beta twins.
//   - Nodes that come and go are not announced by an Event.
//   - Taints carry no time.
package nodelifecycle
