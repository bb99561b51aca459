// Package conformance holds daemonsim against recorded answers of Kubernetes v1.37.2's own code, and against
// recorded trajectories of a real control plane. It has tests only.
//
// A recording is one gzip'd file of JSON lines per kind of question, KIND.jsonl.gz, each line with an
// id, a case and the answer. About a thousand recorded cases of each kind lie in testdata and are
// replayed by every test run. Where the full recordings are at hand they are replayed instead: in the
// directory cases below the one that the variable DAEMONSIM_SHARED names, or else below ../../shared.
// Others can be given by flag; kinds that are not there are skipped:
//
//	go test ./conformance -v -cases DIR
//
// Each kind prints one line, such as "placement: 5000 cases, 0 differ, 0 listed". A case differs when a
// part of its answer is not the recorded one. Such a part is printed as small as it can be made: the
// path within the answer, what Kubernetes and daemonsim say there, and the piece of the case that it is
// about, such as one node of many. Where daemonsim gives a reason for its part, the piece is made
// smaller for as long as the reason stays the same.
//
// A case is listed when all that differs in it is covered by the table of deliberate differences, which
// DIFFERENCES.md beside this file shows. With -update the tests rewrite that page and, where the full
// recordings are at hand, the cases in testdata.
//
// # Kinds
//
//   - match: selectors, tolerations, percentages, quantities and the syntax of names, one at a time.
//   - defaults: a manifest with its defaults, and as it is stored.
//   - validate: what is wrong with a manifest, and whether it is accepted.
//   - update: the same for one manifest that replaces another, and whether generations go up.
//   - filter: what the scheduler makes of a pod and each node, each plugin alone, and all scores.
//   - placement: whether a pod should run on a node, and whether one may go on there.
//   - tolerations: tolerations, affinity and labels of the pod for one node.
//   - revision: the history after each change of a template.
//   - rollout: creations, deletions and status of many syncs in a row.
//   - sync: one sync of any state, also of one that no API server lets come about.
//
// # Ground truth
//
// A trajectory is what a real control plane did: a folder with the objects that a fresh cluster began with, the
// steps that were taken, and after each of them the state, what kubectl printed, and a trace of what had
// happened in which order. The test replays it and compares after each step: nodes, pods by node and revision,
// DaemonSets with their status, revisions, Events, what the commands printed, the texts of kubectl, and the
// order of what happened. It stops at the first step that differs, and prints one line for each
// trajectory and a sum:
//
//	go test ./conformance -v -run GroundTruth -ground-truth DIR
//	ground truth: 55 scenarios, 0 differ, 10 not yet expressible
//
// A chooser leads the replay: where Kubernetes leaves open what comes next, the candidate is taken that
// the trace says came next, if there is such a candidate. The order is compared as far as causes make it one:
// at one place, which is a DaemonSet's pods on one node, all of it; of one DaemonSet, its deletions and new
// revisions; and every deletion has to come after what it had to wait for, and not long after. The kubelets are
// simulated in the recordings, too, and an actor of the test plays them.
//
// Times, random names, UIDs and addresses are not compared, nor how often an Event was counted. A
// trajectory is not yet expressible when it has objects, commands or parts of the control plane that
// the simulation lacks; the line names them.
//
// # Differences from Kubernetes
//
// DIFFERENCES.md has them all.
package conformance
