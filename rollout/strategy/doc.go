// Package strategy has rollout strategies that Kubernetes does not have. Each is a rollout.Planner that is
// written against the public interface of package rollout, as one of your own would be.
//
//   - [Strict] rolls as RollingUpdate does, but keeps everything within the budget: pods that are not
//     available, and those that a second update finds half-way.
//   - [Canary] stops after some of the nodes, or looks at some of them only, as OpenKruise's Advanced
//     DaemonSet does with partition, selector and paused.
//   - [Zones] goes from one zone to the next when the last is done and healthy.
//
// Canary and Zones hold nodes back and leave the rest to another planner, their Base: by default to
// RollingUpdate within the limits of the DaemonSet's spec. [Holding] is how they do it, and how a strategy
// of your own can: it shows a planner a state in which some nodes look as if they were done.
//
//	sim.SetPlanner("default", "agent", strategy.Canary{
//		Partition: cluster.FromString("90%"), Base: strategy.Strict{},
//	})
//
// # Guarantees
//
//   - A plan depends on the state alone, and on the chooser where the order is open.
//   - None of them is stuck by waiting for itself: an empty plan while nodes are old has a reason that
//     rollout.Waits tells.
//   - Strict costs what it returns and as many nodes as have an old pod that is not available. Canary and
//     Zones cost as many as there are.
//
// # Differences from OpenKruise
//
//   - A pod is always replaced, never changed in place.
//   - The nodes that Canary takes first are those that its Base takes first. OpenKruise goes through the
//     names backwards.
//   - A partition in percent is one of the desired pods, rounded up, so that as many stay old at least.
//   - Nodes that are held back use up the budget of the rest when their pods are not available. To
//     OpenKruise they do not exist.
package strategy
