// Package disruption is about PodDisruptionBudgets: how many of a budget's pods are healthy, how many must be, and
// so how many may be disturbed now; and about who asks them, which is the eviction of a pod.
//
// [Controller] is the actor that keeps their status. What it decides is in two functions: [Expect] says how many
// pods there should be and how many of them must be healthy, and [Status] makes a status of that and of a
// [Tally], which is what the budget's pods come to.
//
// [Evict] is the eviction API, by which kubectl drain and others ask for a pod to go. What it decides is in
// [Judge]: whether the pod may go, and why. All of these can be asked without a cluster, but for Evict.
// Preemption asks budgets in a way of its own, and nobody else does: deletions, rollouts of DaemonSets and
// evictions because of taints go past them.
//
// # Guarantees
//
// A change of a pod costs a look at the budgets of its namespace, not at the pods that they select. No
// budget costs nothing.
//
// # Differences from Kubernetes
//
//   - A pod that several budgets select counts for all of them at once. Kubernetes hears of the pod on
//     behalf of one of them, which it picks at random, and of the others when something else happens.
//   - Of several controllers without a scale, the one with the lowest UID is named.
//   - Events have the controller's own name as their source, not that of the controller manager.
//   - The budget of an evicted pod and the pod are read and written in one moment, so that the eviction API has no
//     conflicts to retry, and a pod cannot become ready between the two.
//   - A DisruptionTarget condition that nothing came of is not reset after two minutes.
package disruption
