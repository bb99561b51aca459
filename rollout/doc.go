// Package rollout decides how a change of a DaemonSet's template moves through the nodes, and keeps the
// history of templates.
//
// A strategy is a [Planner]: a pure function from a [State], who runs what where, to a [Plan], the pods
// to delete and the nodes to create on, each with its [Reason]. [RollingUpdate] and [OnDelete] are
// Kubernetes' two; one of your own has the same standing. A State can be had from a running cluster, with
// daemonset.RolloutState, or put together by hand with [NewState].
//
// What a State tells of a [Node] is its old and its new pod, the [Situation] that these come to, the pods
// that are terminating, and the node itself with its labels. Its [Terms] are the limits in the DaemonSet's
// spec, the clock and the revisions.
//
// The nodes that a plan leaves alone wait. [Waits] says what for, with the nodes that use up a budget; a
// planner that is a [Waiter] has its own word in it.
//
// History is a list of [ControllerRevision] objects. [Reconcile] says which of them is current and what
// has to be written; [Surplus] says which have outlived the limit.
//
// # Guarantees
//
//   - A plan depends on the state alone, and on the chooser where Kubernetes leaves the order open. What
//     is equal in all that a State tells gets equal plans.
//   - RollingUpdate costs what it returns, not the number of nodes.
//
// # Differences from Kubernetes
//
//   - The hash of a template is stable but not the one that Kubernetes computes.
//   - Candidates are taken in the order of their nodes' names; Kubernetes has no order. With a
//     chooser they are the choice point "rollout-candidate".
package rollout
