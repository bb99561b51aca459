// Package kubelet simulates the kubelets of all nodes: what becomes of a pod once it is bound.
//
// A bound pod waits for its image, runs, becomes ready, perhaps crashes and is restarted, and stops
// when it is deleted. How long each of these takes is given as data: a [Behaviour] per image. Start
// with [New] and pass the result to cluster.New.
//
// Each container of a pod goes its own way. Init containers run one after the other until they have ended well, and
// sidecars until their startup probes have succeeded; then the regular ones are pulled and started in their order. A
// node pulls one image at a time, in the order in which its pods ask. A pod with readiness gates gets ready when
// somebody opens them: see cluster.Client.SetPodCondition.
//
// A bound pod has to be admitted first. One that does not fit its node after all ends in the phase Failed: see
// [Rejection].
//
// An image that cannot be pulled has a PullError. Its pod stays Pending, and the kubelet tries again after
// delays that double, as it does when it restarts a container that keeps crashing.
//
// Where the network of nodes is an agent's to set up, as Behaviour.NetworkAgent says, nodes join without network
// and not ready. The kubelet starts only pods with hostNetwork there, until a pod of the agent runs.
//
// A node may run short of memory, disk or process numbers, see cluster.Client.SetShortage, shut down in order, see
// cluster.Client.SetShutdown, or be off, see cluster.Outage. A shortage is a fact that is given; which pods are
// ended for it follows from what they take of the node, see [Usage] and [RankForEviction].
//
// A behaviour may leave delays and mishaps to chance: see [Random], [Distribution] and [SlowNodes]. What is
// drawn then follows from the actor's random stream, the node, and which pod of the node and which start of
// it this is, not from the order in which things happen. So a fork draws what the cluster would have drawn,
// and two runs that differ in the order of a rollout can be compared node by node.
//
// A kubelet does not answer during an outage of its node, see cluster.Client.SetOutage. What it does for its
// pods shows when it answers again; what it has not heard of meanwhile it begins then. [Flapping] has nodes fall
// silent and answer again by themselves.
//
// On some nodes, or in some pods, an image may behave otherwise than elsewhere: see [Exception]. Only what an
// exception changes differs there; all else is as it is for the image.
//
// A kubelet writes times by the clock of its node, which may be off: see [ClockSkew].
//
// # Guarantees
//
//   - A pod is running and ready at exactly the times that its behaviour says.
//   - A deleted pod is gone after its preStop hook and its behaviour's Stop, or when its grace period is over,
//     whichever comes first.
//   - A behaviour that leaves nothing to chance draws nothing. What is drawn is the same on every platform.
//   - The work for a pod does not depend on how many nodes there are, nor on the pods of other nodes.
//
// # Differences from Kubernetes
//
//   - An attempt to get the image of a container, or to start it anew, does not wait for one of another container of
//     the pod that is under way. Containers that stop together all show the exit code of the worst.
//   - Every pod pulls its images anew, unless its node lists them and its containers say IfNotPresent. With the
//     policy Never an image that could be pulled is taken to be there.
//   - Events tell of trouble alone, and once for each wait: BackOff comes a second after a failed attempt. The
//     next attempt comes when the delay has passed, without jitter.
//   - A network that has been set up stays when the agent goes.
//   - The terminal phase of a deleted pod shows only where a finalizer holds it: any other is gone in the same
//     moment.
//   - Probes are made as often as they say, from the start of the container, and find what ReadyAfter, NeverReady
//     and HangAfter say of all of them alike; a container without a readiness probe is ready after ReadyAfter, too.
//     Of attempts that fail in a row one Event tells.
//   - An outage is that of the kubelet, or of its network, unless it says more: what runs on the node runs on.
//   - A kubelet that answers again reports its node ready at once, as it does whenever it is told that its node
//     is given up. Kubernetes' takes up to 10 seconds for that.
//   - A kubelet whose Node is deleted works on for the pods that are bound to the name.
//   - Leases are renewed every 10 seconds since the creation of the Node, without jitter, and by nobody: see
//     [LastHeartbeat].
//   - A kubelet admits what Kubernetes' admits, by pressure, kernel parameters, operating system, resources, node
//     affinity, host ports and taints NoExecute. It knows no devices, no topology of CPUs and memory, no AppArmor
//     and no features that a node may lack. While it makes room for a critical pod it goes on with others. It turns
//     away at most ten pods a second.
//   - There are no static pods. Their mirrors, which can be made by their annotation, are critical and need no
//     tolerations; one that is deleted stays away.
//   - A kubelet under pressure looks at its node every 10 seconds since the creation of the Node, reports what it
//     finds at once, and tells of EvictionThresholdMet only when it ends a pod. It frees no images and no
//     containers that have ended, knows hard thresholds alone, and counts inodes with the disk. Limits of local
//     storage end no pods.
//   - A pod that is evicted or preempted is Failed, with whatever exit code its containers stop.
//   - A clock that is off stays so by the same amount. Once it is set, by Kubelet.SetClocks, a container that has
//     crashed before waits by what the clock says of its last wait. Conditions of a node that are given, rather than
//     reported by its kubelet, are by the time of the cluster, and LastHeartbeatTime is as it was given.
//   - A node that is switched on again is ready at once, and pods that were pulling images begin anew.
package kubelet
