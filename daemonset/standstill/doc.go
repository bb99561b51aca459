// Package standstill says why a rollout of a DaemonSet does not get on: for each node that has not moved what
// it waits for, the whole chain down to what is to blame, and which single changes might help.
//
// [Explain] answers a [Question] with an [Explanation]. A [Wait] is a node that has not moved, with its
// [Cause]; a Cause leads to the next one by Because, which is about the same node, or by By, which names
// the nodes that the causes go on with. A [Root] is where chains end, with all nodes that wait for it.
// [Remedies] lists changes that are worth trying. Whether one helps only a fork of the cluster can tell:
// daemonsim.Sim.ExplainRollout tries them all, and also finds out whether the rollout gets on by itself.
//
// # Guarantees
//
//   - Every chain ends in a root, which is never a node that waits for another of the same rollout. A node on
//     which the old and the new pod wait for each other is a root, marked as Own, and so are nodes that a
//     strategy of somebody's own makes wait for each other.
//   - The answer depends on the question alone, and nothing is written.
//   - Thousands of nodes that wait for the same share one Cause. The scheduler is asked once for each
//     different thing that it has said about the DaemonSet's pods.
//
// # Differences from Kubernetes
//
// Kubernetes has nothing like it: kubectl rollout status prints what is missing, not why.
package standstill
