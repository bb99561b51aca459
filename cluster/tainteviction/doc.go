// Package tainteviction evicts pods from nodes with taints of effect NoExecute that they do not tolerate, or
// have tolerated for long enough.
//
// [Controller] is the actor. What it decides is in functions from values to values: [StayOf] is how long a pod may
// stay on a node and which taint and which toleration decide that, and [Reconsider] what becomes of an eviction
// that is planned already when the answer is another one.
//
// Every pod that is created through the cluster tolerates not-ready and unreachable for 300 s unless it says
// something itself: see [cluster.DefaultTolerations]. Pods of DaemonSets tolerate both for ever, which is why they
// stay on nodes that do not answer.
//
// # Guarantees
//
//   - Only pods of nodes with a taint of effect NoExecute are ever looked at, and only when such a taint, the
//     pod's node or its tolerations change. Where no pod is to be evicted, nothing is kept of any.
//   - An eviction is an ordinary deletion, with the pod's own grace period. It asks no PodDisruptionBudget.
//   - The time counts from the moment at which the controller learns of the taint, not from a time in the taint.
//     A controller that starts anew counts from its start.
//
// # Differences from Kubernetes
//
//   - A pod that the controller has deleted and that is still terminating is left alone, whatever becomes of
//     the taints. Kubernetes may record the Event once more and delete it again, which changes nothing.
//   - An eviction that is reconsidered at the very moment at which it was planned, and stays due at the same
//     time, is kept without an Event. In Kubernetes some time has always passed.
//   - Evictions belong to pods, not to names of pods: a new pod of the same name begins anew.
//   - A pod that vanishes before its eviction is due has it cancelled at once, also while its node is missing.
//   - Deletions do not fail, so there are no further attempts.
package tainteviction
