// Package cluster is the simulated world: nodes, pods and other objects, virtual time, and the actors
// that work on them.
//
// A [Cluster] is a value that moves through virtual time. Objects are immutable: a write replaces one
// version by the next and tells the actors. What is going to happen is a list of tasks, which are plain
// data. So a cluster can be stepped, looked at, forked, hashed and replayed.
//
// Start with [New], write through the embedded [Client], and move time with [Cluster.Settle] or
// [Cluster.RunFor]. The packages below this one hold the agents of a real cluster, such as the
// kubelet; those above hold the scheduler and the DaemonSet engine. All of them are an [Actor], as is
// a controller of your own. Package daemonsim at the root wires them up.
//
// # Guarantees
//
//   - Equal configuration and equal calls give equal changes, byte by byte, on every platform.
//   - An object that was handed in is copied, one that comes out never changes. Do not write to it.
//   - A failed call leaves the cluster as it was, unless a [Fault] says otherwise, and no input panics. Writing
//     from within Observe or OnChange does: that is a mistake in the program.
//   - A write costs what it changes. Nothing here scans the cluster but [Cluster.Hash] and the
//     sequences that walk all objects of a kind.
//   - Every call that runs the cluster ends after a bounded number of steps.
//
// # Differences from Kubernetes
//
//   - A namespace comes into being when it is first named.
//   - A node that is created without conditions is Ready at once, and nothing taints it by itself.
//   - An actor sees a change as soon as it is written, unless it has a [Lag]. A lag is a fixed delay for each
//     kind of object. A watch neither breaks off nor skips a version of an object by itself: see
//     [Cluster.Relist]. Requests fail for no fault of their own when a [Fault] says so.
//   - An object that is deleted in the foreground is kept only when it has dependents to wait for, and a pod
//     never.
//   - For each object the latest 100 Events are kept, however old they are. Recorders forget none of the
//     series that they combine, and of a series that is full the first nine messages are known.
//   - Admission fills in a pod's priority, preemption policy and default namespace; other plugins are those of
//     the Config. The two priority classes that every cluster has are known by name; they are no objects
//     unless somebody stores them.
package cluster
