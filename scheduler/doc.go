// Package scheduler finds a node for each pod that has none, and binds it.
//
// Whether a pod fits a node is a pure function, [Filters.Run], from a pod and what is known of a node
// to a [Verdict] that lists the reasons. [Scheduler] is the actor that carries it out: a queue ordered by
// priority, the filters, and binding. A pod that fits nowhere waits until something changes on a node
// that could help it.
//
// # Guarantees
//
//   - A pod that is pinned to a node, as the pods of a DaemonSet are, costs one look at that node.
//   - Pods are tried in order of priority, then in the order in which they came up.
//   - A node's resources and host ports are never promised twice.
//
// # Differences from Kubernetes
//
//   - There is no scoring yet: among the nodes that fit, the chooser takes one, by default the
//     first by name.
//   - There is no preemption yet, and no volumes, topology spread or pod affinity.
//   - A pod that waits is tried again as soon as something happens that can change the mind of a filter
//     that rejected it, without back-off; a node that joins always counts. What helps a filter of one's
//     own is not known, so such a pod is tried again at every change of its node and whenever a pod
//     there is gone.
//   - Events of the reason Scheduled are not recorded.
package scheduler
