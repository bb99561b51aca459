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
// apply, create, get, describe, delete, patch, label, annotate, taint, cordon, uncordon, drain, set image, scale, and
// rollout status, history, undo, restart, pause and resume. A [table of resources] says which types they
// know: nodes, pods, daemonsets, controllerrevisions, namespaces, events, poddisruptionbudgets and
// priorityclasses, and those of the definitions that a simulation is made with. Flags may stand anywhere; --help
// lists those of a verb.
//
// # Output
//
// get prints tables, wide ones too, and custom-columns, and knows -o name, yaml, json, jsonpath, go-template and
// their kin with -as-json and -file. So do the verbs that change something, but for tables and columns: with -o
// they show the object in place of saying what became of it. delete has -o name alone, and cordon, uncordon and
// drain have none, as in kubectl. A client's dry run shows what a client knows: what a file says, or the object as
// it was with the change in it.
//
// get --watch goes on to print what changes. A watch ends once the cluster is at rest but for far-off timers and
// a few restarts of what crashes for ever, when somebody who watches would turn away, or when --request-timeout is
// over.
//
// # Guarantees
//
//   - No command line panics. Equal simulations and equal command lines give equal bytes.
//   - Only rollout status, drain and get --watch move the time. Every other verb acts at the present moment, and
//     what the cluster makes of it happens when the cluster runs.
//   - With --dry-run nothing changes: the verb works on a fork.
//
// # Differences from kubectl
//
//   - Mistakes in the form of manifests, but for unknown fields, are reported all at once, with file and
//     line, and nothing is applied then. An object of a kind that is not simulated is called "not simulated".
//   - Commands take no time, so no controller acts between two of them. On a real cluster a controller
//     sees the first before the second is typed: let time pass to get that.
//   - A watch ends by itself, with exit code 0; kubectl would wait for the next change. A change that comes in two
//     writes on a real cluster may come in one here, and is one line then. There is no --output-watch-events.
//   - Go templates that go on for too long or make too much text are stopped. There is no -o kyaml.
//   - delete does not wait for what it deletes to be gone.
//   - What is not known, a command or a type, is followed by a line that lists what is.
//   - apply and create make no difference between the validation of the client and that of the server, and
//     patches that cannot be read as an object are refused in other words than those of Go's decoder.
//   - rollout status moves the time until the rollout is finished or --timeout is over. A rollout that
//     waits for nothing that will happen within ten minutes is an error without --timeout, where kubectl
//     would wait forever.
//   - So does drain, until the pods are gone. What it does with several pods at the same moment comes in the order
//     of their names, and its errors and warnings in that of the pods which they are about first.
//   - The addresses of pods are made up, for the column IP and for describe alone. A node that does not
//     say which kubelet it has shows [KubeletVersion].
//   - Events are listed by object and time.
//   - describe shows of an object of a defined kind its metadata and Events alone. scale sets spec.replicas of one
//     that has a scale.
//
// [table of resources]: https://kubernetes.io/docs/reference/kubectl/#resource-types
package kubectl
