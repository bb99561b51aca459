// Package disruption keeps the status of PodDisruptionBudgets: how many of a budget's pods are healthy, how
// many must be, and so how many may be disturbed now.
//
// [Controller] is the actor. What it decides is in two functions: [Expect] says how many pods there
// should be and how many of them must be healthy, and [Status] makes a status of that and of a [Tally],
// which is what the budget's pods come to. Both can be asked without a cluster.
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
//   - A DisruptionTarget condition that nothing came of is not reset after two minutes.
package disruption
