// Package podgc collects pods that nobody else will: those of nodes that are gone, those that cannot end on
// nodes that are out of service, those that are to go and never had a node, and the oldest of too many that
// have ended.
//
// [Collector] is the actor. [Surplus] says which of the pods that have ended are too many.
//
// # Guarantees
//
//   - A pass costs nothing as long as there is nothing to collect: it takes place only at moments at which
//     a pod is to be looked at, which are those at which the passes of Kubernetes come.
//   - What there is to do at one pass is done in the order of Kubernetes, whatever the order in which it came up.
//   - A pod that is collected comes to the phase Failed first, unless it has ended. Finalizers still hold it.
//
// # Differences from Kubernetes
//
//   - Passes come at the multiples of their period since the start of the simulation, and see what is written at
//     that very moment. So the pods of a node that vanishes are gone 40 to 60 seconds later.
//   - What a finalizer holds that has come to its end and is terminating is left alone, as nothing would come of
//     another deletion.
package podgc
