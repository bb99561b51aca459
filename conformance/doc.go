// Package conformance holds daemonsim against recorded answers of Kubernetes v1.37.2's own code. It has
// tests only.
//
// A recording is one gzip'd file of JSON lines per kind of question, KIND.jsonl.gz, each line with an
// id, a case and the answer. A tenth of the recorded cases lies in testdata and is replayed by every
// test run. Where the full recordings are at hand they are replayed instead: in the directory cases
// below the one that the variable DAEMONSIM_SHARED names, or else below ../../shared. Others can be
// given by flag:
//
//	go test ./conformance -v -cases DIR
//
// Each kind prints one line, such as "placement: 5000 cases, 0 differ", and fails with the first few
// cases that differ.
//
// # Kinds
//
//   - placement: whether a pod should run on a node, and whether one may go on there.
//   - tolerations: tolerations, affinity and labels of the pod for one node.
//   - revision: the history after each change of a template.
//   - rollout: creations, deletions and status of many syncs in a row.
//   - sync: one sync of any state. Left out are states that the door refuses, those with a back-off,
//     which cannot be given from outside, and those of the next heading.
//
// # Differences from Kubernetes
//
// In the kinds rollout and sync the recorded controller does not see its own writes until the next
// sync, the simulated one does. A test lets it do one sync at a time, so that the difference rarely
// shows: only when pods are relabelled for the sake of a duplicate revision, or when an orphaned
// revision or pod is adopted and written again in the same sync.
package conformance
