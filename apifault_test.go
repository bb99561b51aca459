package daemonsim_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/scheduler"
)

// A creation that seems to fail and has worked: a controller that does not see the pod yet makes another.
func ExampleSim_AddFault() {
	late := cluster.Lag{Kinds: map[cluster.Kind]time.Duration{cluster.KindPod: time.Second}}
	sim := daemonsim.New(daemonsim.Config{Lags: map[string]cluster.Lag{"daemonset-controller": late}})
	must(sim.AddFault(cluster.Fault{Verb: cluster.Created, Kind: cluster.KindPod, Applied: true}))
	must(sim.AddNodes("node-1"))
	must(sim.ApplyYAML("agent.yaml", agent))
	must(sim.RunFor(500 * time.Millisecond))
	fmt.Println(sim.Count(cluster.KindPod), "pods")
	must(sim.Settle())
	fmt.Println(sim.Count(cluster.KindPod), "pod in the end")
	// Output:
	// 2 pods
	// 1 pod in the end
}

// TestFaultsAreOfTheController refuses faults of actors that do not try again.
func TestFaultsAreOfTheController(t *testing.T) {
	sim := daemonsim.New(daemonsim.Config{})
	hash := sim.Hash()
	f := cluster.Fault{Actor: scheduler.Name, Verb: cluster.Deleted, Kind: cluster.KindPod}
	for _, name := range []string{scheduler.Name, "kubelet", "garbage-collector", "pod-garbage-collector"} {
		f.Actor = name
		require.EqualError(t, sim.AddFault(f), fmt.Sprintf(
			"add a fault: invalid: requests of %q do not fail; those of \"daemonset-controller\" can", name))
	}
	f.Actor = "nobody"
	require.ErrorIs(t, sim.AddFault(f), cluster.ErrNotFound)
	require.Equal(t, hash, sim.Hash())
	f.Actor = ""
	require.NoError(t, sim.AddFault(f))
	require.Equal(t, "daemonset-controller", sim.Faults()[0].Actor)
}
