// Package nodelifecycle watches over nodes: it gives up those that do not answer, and turns the conditions of
// nodes into taints.
//
// [Controller] is the actor. What it decides is in functions from values to values. [NoScheduleTaints] are the
// taints that follow from a node's conditions and its cordon, and [BetaLabels] the labels that follow others, both
// at once. Every few seconds the controller looks at all nodes: [Config.GivenUpAt] says in which of these passes a
// node is given up that does not answer, [GiveUp] what its conditions are then, and [NoExecuteTaints] the taints
// that follow from being given up, or from reporting that it is not ready.
//
// Nodes get these taints one after the other, zone by zone. At the end of a pass every zone is found to be in a
// [ZoneState] by [Config.State], and [Config.Interval] is how much time passes from one of its nodes to the next. Where
// no node is ready at all, nobody is to be evicted: then the taints are taken off again everywhere.
//
// # Guarantees
//
//   - A node that is well costs nothing: heartbeats are no events, and a pass takes place only for the
//     nodes on which it finds something to do, at the moments at which the passes of Kubernetes come.
//   - Of single nodes the controller keeps nothing but the names of those that wait for a taint. Of a zone it keeps
//     how many of its nodes are ready, which costs a node nothing but a look at its labels.
//
// # Differences from Kubernetes
//
//   - Passes come at the multiples of the monitor period since the start of the simulation, and see what is
//     written at that very moment.
//   - What waits for a taint of effect NoExecute is served at the end of the pass, and then whenever there is a
//     token again, to the next tenth of a second. Of the nodes that wait the first one by name is next, unless the
//     cluster's Chooser takes another; Kubernetes takes them in the order of a map.
//   - A zone of which all nodes are left out keeps its bucket; in Kubernetes it has a new one in every pass.
//   - The lease is not read again before a node is given up: there is no cache that could be older.
//   - Taints carry no time.
package nodelifecycle
