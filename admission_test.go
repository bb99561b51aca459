package daemonsim_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/cluster"
)

// podQuota lets only so many pods into the cluster.
type podQuota int

func (podQuota) Name() string { return "ResourceQuota" }

func (q podQuota) Admit(w cluster.Write) ([]string, error) {
	if w.Before != nil || w.After.Kind() != cluster.KindPod {
		return nil, nil
	}
	if used := w.Reader.Count(cluster.KindPod); used >= int(q) {
		return nil, fmt.Errorf("%w: exceeded quota: pods, requested: pods=1, used: pods=%d, limited: pods=%d",
			cluster.ErrForbidden, used, int(q))
	}
	return nil, nil
}

// What an admission plugin refuses is not there, and the controller goes on trying.
func ExampleConfig_admission() {
	sim := daemonsim.New(daemonsim.Config{Admission: []cluster.Admission{podQuota(2)}})
	must(sim.AddNodes("node-1", "node-2", "node-3"))
	must(sim.ApplyYAML("agent.yaml", agent))
	must(sim.RunFor(10 * time.Second))
	set := sim.DaemonSet("default", "agent")
	fmt.Println(set.Status.NumberReady, "of", set.Status.DesiredNumberScheduled, "ready")
	// Output:
	// 2 of 3 ready
}

// TestQuotaStopsABatch is the example of the rule: of a hundred pods ten are allowed.
func TestQuotaStopsABatch(t *testing.T) {
	t.Run("D-101", func(t *testing.T) {
		sim := daemonsim.New(daemonsim.Config{Admission: []cluster.Admission{podQuota(10)}})
		for i := range 100 {
			require.NoError(t, sim.AddNodes(fmt.Sprintf("node-%03d", i)))
		}
		require.NoError(t, sim.Settle())
		calls := map[string]int{}
		sim.OnEvent(func(e *cluster.Event) { calls[e.Reason]++ })
		require.NoError(t, sim.ApplyYAML("agent.yaml", agent))
		for len(calls) == 0 {
			sim.Step()
		}
		require.Equal(t, map[string]int{"SuccessfulCreate": 10, "FailedCreate": 5}, calls,
			"batches of 1, 2 and 4, and 3 of 8")
	})
}
