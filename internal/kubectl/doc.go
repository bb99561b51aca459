// Package kubectl is a kubectl for a simulation: its verbs, its columns and its words, over the public
// API of package daemonsim.
//
// [Run] runs one command line and returns what a terminal would show:
//
//	output, code := kubectl.Run(sim, files, []string{"get", "daemonset", "agent", "-o", "wide"})
//
// [Execute] does the same and tells standard output and standard error apart.
// It reads no disk, no environment and no clock. Files are what the caller's function finds, and ages
// count in virtual time.
//
// # Verbs
//
// apply, create, get, describe, delete, patch, label, annotate, taint, cordon, uncordon, set image, scale, and
// rollout status, history, undo, restart, pause and resume. A [table of resources] says which types they
// know: nodes, pods, daemonsets, controllerrevisions, namespaces, events, poddisruptionbudgets and
// priorityclasses. Flags may stand anywhere; one that is not known is an error that lists those that are.
//
// # Guarantees
//
//   - No command line panics. Equal simulations and equal command lines give equal bytes.
//   - Only rollout status moves the time. Every other verb acts at the present moment, and what the
//     cluster makes of it happens when the cluster runs.
//   - With --dry-run nothing changes: the verb works on a fork.
//
// # Differences from kubectl
//
//   - Mistakes in the form of manifests, but for unknown fields, are reported all at once, with file and
//     line, and nothing is applied then. An object of a kind that is not simulated is called "not simulated".
//   - Commands take no time, so no controller acts between two of them. On a real cluster a controller
//     sees the first before the second is typed: let time pass to get that.
//   - get does not watch, and knows no Go templates.
//   - delete does not wait for what it deletes to be gone, and foreground deletion is an error.
//   - apply and create make no difference between the validation of the client and that of the server, and
//     patches that cannot be read as an object are refused in other words than those of Go's decoder.
//   - rollout status moves the time until the rollout is finished or --timeout is over. A rollout that
//     waits for nothing that will happen within ten minutes is an error without --timeout, where kubectl
//     would wait forever.
//   - The addresses of pods are made up, for the column IP and for describe alone. A node that does not
//     say which kubelet it has shows [KubeletVersion].
//   - Events are listed by object and time.
//
// [table of resources]: https://kubernetes.io/docs/reference/kubectl/#resource-types
package kubectl
