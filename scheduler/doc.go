// Package scheduler finds a node for each pod that has none, and binds it.
//
// What becomes of a pod is decided by a [Profile], a list of plugins with the names, the order and the
// weights of Kubernetes' own. [Profile.Evaluate] asks it, as a pure function of a pod and a [Snapshot]:
// which nodes fit, which plugin rejected the others and why, and what each plugin thinks of those that
// fit. [Scheduler] is the actor that carries it out: a queue ordered by priority, the plugins, preemption
// and binding. A pod that fits nowhere waits until something happens that may help it.
//
// A plugin of one's own implements [Plugin] and as many of the other interfaces as it takes part in, for
// most a [FilterPlugin] or a [ScorePlugin], and stands beside the others: DefaultProfile().With(mine).
//
// # Guarantees
//
//   - A pod that is pinned to a node, as the pods of a DaemonSet are, costs one look at that node.
//   - Pods are tried in order of priority, then of who has waited longer.
//   - A node's resources and host ports are never promised twice.
//   - Where Kubernetes leaves the outcome to chance a choice point is asked: "scheduler-pod" for pods that
//     are equally due, "scheduler-node" for nodes that are equally good, "preemption-offset" for the
//     first candidate that preemption looks at when there are many, and "preemption-node" for candidates
//     that cost the same. Filters run in the order of the walk over the nodes, where Kubernetes runs
//     sixteen at a time.
//
// # Differences from Kubernetes
//
//   - Volumes, claims for devices, scheduler extenders and pod groups are not simulated. The plugins
//     VolumeBinding and DynamicResources only appear in scores.
//   - There are no Services, so pods without spread constraints of their own get no default ones.
//   - An attempt takes no virtual time, so nothing happens while one is in flight, and a binding cannot
//     fail but for a pod that is gone or a view that lags.
//   - A pod that is pinned to a node and was rejected for what is on that node is not tried again for
//     events elsewhere, which in Kubernetes can wake it in vain.
//   - Pods are not tried again merely because they have waited for five minutes. What Kubernetes catches
//     in that way, because a hint of InterPodAffinity overlooks it, wakes a pod at once: a node that joins
//     or moves far from pods that do not want the pod near, and the end of the last pod that it had to be
//     near.
//   - A pod that is bound elsewhere than where it was nominated tells the pods that it kept off there at
//     once; in Kubernetes they are tried again after those five minutes.
//   - While there is no node at all, the attempts that fail for that reason are not made one by one.
//   - What helps a plugin of one's own that is no QueueingHinter is not known, so a pod that it has
//     rejected is tried again at every event.
package scheduler
