// Package daemonsim simulates a Kubernetes cluster in memory, for what DaemonSets do on it: nodes with
// labels and taints, a scheduler, kubelets, and a controller that places, garbage-collects and rolls one
// pod per node. Time is virtual and everything is deterministic.
//
// A [Sim] is one cluster with its control plane. Make one with [New], give it nodes and manifests, let
// it [Sim.Settle], and look:
//
//	sim := daemonsim.New(daemonsim.Config{Seed: 7})
//	if err := sim.ApplyYAML("agent.yaml", agent); err != nil {
//		t.Fatal(err)
//	}
//	if err := sim.AddNodes("node-1", "node-2"); err != nil {
//		t.Fatal(err)
//	}
//	if err := sim.Settle(); err != nil {
//		t.Fatal(err)
//	}
//	ready := sim.DaemonSet("default", "agent").Status.NumberReady
//
// [Sim.Forecast] plays a rollout many times, each time with other draws, and tells how long it takes and how
// bad it gets; [Sim.SearchBudget] looks for the maxUnavailable and the maxSurge that it needs.
//
// The Sim embeds the cluster, which is where reading, writing, stepping and hashing are documented: see
// package cluster. What the controllers decide can also be asked without a cluster: see packages
// daemonset, rollout, scheduler, taints and affinity. Package simtest has the invariants to check after
// every change in a property test.
//
// # Guarantees
//
//   - The change log of a run depends on its Config and the calls alone, byte by byte.
//   - A failed call leaves the cluster as it was. No input panics.
//   - A Fork shares what does not change, and neither side sees the other's changes.
//   - A Sim belongs to one goroutine. It and its forks may go on side by side, each in its own; only Fork
//     itself writes to what it forks. A forecast depends on its config and seed, not on its workers.
//
// # Differences from Kubernetes
//
// Each package lists its own. The whole: there is no network, no real container, no API server with
// users and quotas; delays are those that the Config says.
package daemonsim
