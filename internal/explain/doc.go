// Package explain prints why nodes run pods and why rollouts stand still, for the verb of lessons and the
// command of the same name.
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
// Asked about a rollout, it says why the rollout stands where it does and which single changes would let it go
// on. That takes a simulation, of which forks are run. The JSON is one object; times are in seconds since the
// start:
//
//	daemonSet, namespace, state   which rollout it is, and whether it is Done, Moving or Stuck
//	now, end                      how it stands, and how it will when it gets no further by itself
//	next, finish                  what happens first to one of its pods, and when it will be done
//	roots                         what is to blame: where its causes begin, on which nodes, and who waits for
//	                              those by way of which cause
//	waits                         the nodes that have not moved, and the first cause of each
//	causes                        the links of all chains; because is the place of the next one, and by names
//	                              the nodes with whose causes the chain goes on
//	offers                        changes that help, what each leads to, and its command
//	untried                       how many have not been tried, as they are like others that have not helped
//
// # Guarantees
//
// The objects are taken as they are: nothing is filled in and nothing is run but forks. An error prints nothing.
package explain
