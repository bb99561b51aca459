// Package daemonset holds the DaemonSet and the controller that keeps one pod of it on every node that
// it fits: places pods, clears away those that no longer belong, and rolls changes of the template.
//
// A [DaemonSet] is an object of the cluster. [Placement] answers, for a template and a node, whether a
// pod should run there and whether one that is there may stay; [Explain] says why, and what would have to
// change for the answers to be others. What a node needs is [View.Manage], a pure function of the pods
// there. The update strategy is a planner of package rollout. [Controller] is the actor that carries all
// of it out: pass [New] to cluster.New, beside a scheduler and the kubelets, or let daemonsim.New do it.
// [Reconcile] is one sync of the same controller as a function: a state in, and out what would be done in
// it and why. [Controller.Find] takes the state from a running cluster.
//
// # Guarantees
//
//   - A node that joins, leaves or changes costs the same however many nodes there are: for each
//     DaemonSet no evaluation when another node looks alike, one when none does, and one more when the
//     DaemonSet looks at names. See [Controller.Evaluations].
//   - A DaemonSet that is new or has changed costs one evaluation for all nodes that look alike, and
//     looks at no nodes but those that it fits and those that have its pods.
//   - A sync looks at the nodes that have changed and at those that need something, at no others.
//   - A sync that creates or deletes pods to repair the placement does not roll: what it did must be seen
//     first.
//   - A controller whose view lags behind the cluster does not act twice: it waits until it has seen the
//     pods that it has created and deleted, for up to five minutes.
//
// # Differences from Kubernetes
//
//   - Nodes are taken in the order of their names, where Kubernetes has no order; those with pods that have
//     failed or succeeded come first when pods are deleted. With a chooser, they are the choice points
//     "manage-node" and "rollout-candidate".
//   - Four more places have no order in Kubernetes and no choice point here. The pods of one node are taken in
//     survivor order, creations and deletions are carried out in the order in which they were decided, and
//     of equal revisions the last by name stays: each changes names at most. The DaemonSets that one node
//     queues are queued in the order of their creation; which of them syncs first is "next-task".
//   - A namespace goes at once, so creation is never refused because its namespace is terminating.
//   - The resyncs that repair what was missed are left out unless [Config] asks for them.
//   - Availability counts from the very moment at which a pod became ready, not from the whole second.
//   - The hash of a template is stable but not the one that Kubernetes computes. Config.Hash replaces it.
//   - All syncs share one queue and one worker, where Kubernetes has two, and there is no rate limit of ten
//     retries a second for all DaemonSets together.
//   - A template that says the same with its quantities written in another way, as 1024Mi for 1Gi, is stored as it
//     was. Kubernetes stores the new spelling and, under another hash, a revision with it; nothing is rolled out in
//     either.
//   - An undo replaces the template by that of the revision, where kubectl merges the data of the revision into the
//     DaemonSet. It makes a difference only for data written by hand: without "$patch": "replace", or with more
//     than a template.
//   - Mode Direct asks neither for resources nor for host ports.
package daemonset
