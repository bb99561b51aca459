// Package simcmd is the shell of lessons: the commands of `sim`, which move a simulation as kubectl
// cannot, beside those of kubectl.
//
// [NewShell] returns a [Shell] with a simulation of its own, for lesson.Play, lesson.Check and
// lesson.Update. What the verbs of sim do is done through the public methods of daemonsim.Sim, a file
// for each:
//
//	sim nodes 3                         node-1, node-2 and node-3 join
//	sim nodes a b                       nodes join by name
//	sim node add NAME... [flags]        nodes join with labels, taints, cpu and memory of their own
//	sim node remove NAME...             nodes leave
//	sim fail NODE... [--for 10m]        the kubelets of nodes fall silent, for a time or for good
//	sim recover NODE...                 they answer again, and their nodes are ready
//	sim partition NODE... [--for 10m]   nodes are cut off from the control plane, which is what a kubelet that falls
//	                                    silent looks like: what runs there runs on
//	sim heal [NODE...]                  nodes answer again that do not; all of them when none is named
//	sim flap [NODE...] [flags]          nodes fall silent and answer again, over and over, as in sim flap --chance 1%
//	                                    --up mean=1h --down 2m..5m; sim flap off ends it
//	sim not-ready NODE... [--message M] the kubelets of nodes report that the nodes are not ready
//	sim report NODE TYPE=STATUS...      the kubelet of a node reports conditions, such as MemoryPressure=True
//	sim pressure NODE... memory         nodes run short of memory, disk or pid, for a time or for good
//	sim relieve NODE... memory          they do not any more
//	sim shutdown NODE... [--grace 30s]  nodes shut down and are off, for a time or until they are recovered
//	sim reboot NODE... [--for 2m]       nodes are switched off and on again
//	sim restart kubelet NODE...         the kubelets of nodes start anew
//	sim run 30s                         virtual time goes on for that long
//	sim settle                          virtual time goes on until nothing is left to do
//	sim image IMAGE [flags]             how an image behaves from now on, such as --pull 5s, --cannot-pull or
//	                                    --network-agent; with --node, --zone, --pods, --daemonset and so on some of
//	                                    its containers do, and --as-usual takes that back
//	sim slow CHANCE FACTOR              some of the nodes are slow from now on
//	sim clock [NODE...] --ahead DELAY   the clocks of nodes are off from now on, or --behind 30s, or --within 2s;
//	                                    sim clock right ends it
//	sim pod unready POD...              running pods stop being ready, and sim pod ready takes it back;
//	                                    sim pod fail ends them; --on NODE means those on a node
//	sim placement direct                pods of DaemonSets are put on their nodes without the scheduler
//	                                    from now on; sim placement scheduler takes it back
//	sim strategy daemonset/NAME STRATEGY  how a DaemonSet is rolled out from now on: canary, zones or
//	                                    strict, with flags, or spec for what its spec says; without a
//	                                    STRATEGY how it is now
//	sim lag ACTOR [DELAY] [KIND=DELAY]  how far behind an actor's view is from now on
//	sim relist ACTOR KIND               an actor's watch breaks off, and it lists how things are
//	sim api-fault VERB RESOURCE [flags] the next such request of the DaemonSet controller fails, as in
//	                                    sim api-fault create pods --times 2; with --applied the answer alone
//	sim stop COMPONENT                  kube-scheduler or kube-controller-manager is away from now on
//	sim start COMPONENT                 it is back, and knows nothing of what it did before
//	sim explain daemonset/NAME NODE     why a node runs a pod of a DaemonSet, or does not, and what
//	                                    would change that; without NODE or NAME a table
//	sim explain pod/NAME [NODE]         what the scheduler would make of a pod and each node, or one
//	sim explain rollout/NAME [NODE]     why a rollout stands where it does, and what would let it go on;
//	                                    with NODE what that node waits for
//	sim forecast daemonset/NAME         how long a rollout will take and how bad it will be, by many
//	                                    futures; with --within or --available the budget it needs
//	sim time                            how late it is
//	sim changes                         every write since the last time they were asked for
//	sim reset                           an empty cluster at t=0 takes the place of this one
//
// For the NODE... of fail, recover, partition, heal, not-ready, flap and clock may stand -l SELECTOR or --zone ZONE.
//
// run and settle tell what happens meanwhile, one line for each event that a student would point at;
// writes that only keep books are passed over. The namespace is part of a line only when the lines of
// one answer are about several. Verbs that set the scene say nothing.
//
// # Guarantees
//
//   - A verb that fails says why and what to write instead, and leaves the simulation as it was.
//   - Equal commands on equal simulations give equal text.
package simcmd
