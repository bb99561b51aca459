// Package conformance holds daemonsim against recorded answers of Kubernetes v1.37.2's own code. It has
// tests only.
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
//   - sync: one sync of any state.
//
// # Differences from Kubernetes
//
// DIFFERENCES.md has them all.
package conformance
