// Package rollout decides how a change of a DaemonSet's template moves through the nodes, and keeps the
// history of templates.
//
// A strategy is a [Planner]: a pure function from a [State], who runs what where, to a [Plan], the pods
// to delete and the nodes to create on, each with its reason. [RollingUpdate] and [OnDelete] are
// Kubernetes' two; one of your own has the same standing. A State can be had from a running cluster or
// put together by hand with [NewState].
//
// History is a list of [ControllerRevision] objects. [Reconcile] says which of them is current and what
// has to be written; [Surplus] says which have outlived the limit.
//
// # Guarantees
//
//   - A plan depends on the state alone, and on the chooser where Kubernetes leaves the order open.
//   - RollingUpdate costs what it returns, not the number of nodes.
//
// # Differences from Kubernetes
//
//   - The hash of a template is stable but not the one that Kubernetes computes.
//   - Candidates are taken in the order of their nodes' names; Kubernetes has no order. With a
//     chooser they are the choice point "rollout-candidate".
package rollout
