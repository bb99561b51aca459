// Package explain prints why nodes run pods, for the verb of lessons and the command of the same name.
//
// [Parse] reads what is asked for, and [Query.Answer] answers it about the objects of a [World]: a story
// for one object and one node, and else a table, or JSON. The decisions and their words are those of
// packages daemonset and scheduler.
//
// # The JSON
//
// It is an array with an object for each pair of a DaemonSet and a node, by namespace, name and node:
//
//	daemonSet, namespace, node    which pair it is
//	shouldRun                     whether a pod is to be created
//	shouldContinueRunning         whether a pod that is there may stay
//	reasons                       every check in words, in the order in which they are made
//	decidedBy                     for each answer of no, the label, taint or field that decided
//	checks                        the checks again, as data
//	flips                         what would have to change for one of the answers to be another
//
// Asked about a pod, the package says what the scheduler would make of it and each node. The JSON then has an
// object for each node, by name:
//
//	pod, namespace, node          which pair it is
//	plugin, code, reasons         the first plugin to reject the node, as what, and why; plugin is empty for
//	                              a node that fits
//	byPreFilter                   set when the node was ruled out before it was looked at
//	scores, rawScores, total      what each plugin gives to a node that fits, weighted and as it says it, and
//	                              the sum of the weighted scores
//	best                          whether it is one of the nodes that the scheduler would choose from
//
// # Guarantees
//
// The objects are taken as they are: nothing is filled in and nothing is run. An error prints nothing.
package explain
