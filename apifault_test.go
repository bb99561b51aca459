package daemonsim_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/podgc"
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

// TestFaultsOfOwnActors refuses faults of requests that are not made again.
func TestFaultsOfOwnActors(t *testing.T) {
	sim := daemonsim.New(daemonsim.Config{})
	hash := sim.Hash()
	f := cluster.Fault{Verb: cluster.Deleted, Kind: cluster.KindPod}
	for name, rest := range map[string]string{
		scheduler.Name:      `"default-scheduler" can fail; those that can are "create" "Binding"`,
		"kubelet":           `"kubelet" can fail; none of its requests can`,
		"garbage-collector": `"garbage-collector" can fail; none of its requests can`,
	} {
		f.Actor = name
		err := sim.AddFault(f)
		require.ErrorIs(t, err, cluster.ErrInvalid)
		require.EqualError(t, err, `add a fault: invalid: no request "delete" "Pod" of `+rest)
	}
	f.Actor = "nobody"
	require.ErrorIs(t, sim.AddFault(f), cluster.ErrNotFound)
	require.Equal(t, hash, sim.Hash())
	f.Actor = podgc.Name
	require.NoError(t, sim.AddFault(f))
	f.Actor = ""
	require.NoError(t, sim.AddFault(f))
	require.Equal(t, "daemonset-controller", sim.Faults()[1].Actor)
}

// TestFaultOfBinding has bindings fail: the pod goes back to the queue and says so, or is bound after all.
func TestFaultOfBinding(t *testing.T) {
	for _, row := range []struct {
		name    string
		applied bool
		ready   time.Duration
	}{
		{"S-136 refused twice: back-offs of 2 s and 3 s", false, 7 * time.Second},
		{"S-136 the answer is lost", true, 2 * time.Second},
	} {
		t.Run(row.name, func(t *testing.T) {
			sim := daemonsim.New(daemonsim.Config{})
			require.NoError(t, sim.AddNodes("node-1"))
			require.NoError(t, sim.Settle())
			require.NoError(t, sim.AddFault(cluster.Fault{
				Actor: scheduler.Name, Verb: cluster.Created, Kind: cluster.KindBinding, Times: 2, Applied: row.applied,
			}))
			begin := sim.Now()
			require.NoError(t, sim.ApplyYAML("agent.yaml", agent))
			require.NoError(t, sim.RunFor(500*time.Millisecond))
			for p := range sim.Pods("") {
				require.Equal(t, row.applied, p.Bound())
				if !row.applied {
					require.True(t, p.Status.Trouble.SchedulerError)
					require.Contains(t, p.Status.Trouble.Unschedulable, "context deadline exceeded")
				}
			}
			require.NoError(t, sim.RunFor(time.Minute))
			require.Equal(t, 1, sim.Count(cluster.KindPod))
			for p := range sim.Pods("") {
				require.True(t, p.Status.Ready)
				require.Equal(t, row.ready, p.Status.ReadySince-begin)
				require.Nil(t, p.Status.Trouble)
			}
		})
	}
}
