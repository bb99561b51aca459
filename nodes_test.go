package daemonsim_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/daemonset"
)

// TestSilentNode_N28 is what a DaemonSet counts when one of its three nodes falls silent.
func TestSilentNode_N28(t *testing.T) {
	type counts struct{ desired, current, ready, available, misscheduled int32 }
	for _, row := range []struct {
		tolerations string
		want        counts
		reason      string
	}{
		{"", counts{2, 2, 2, 2, 1}, "the node is none that should run a pod, and still has one"},
		{"{operator: Exists, effect: NoSchedule}", counts{3, 3, 2, 2, 0}, "the node is tolerated, its pod not ready"},
	} {
		sim, _ := evictingSim(t, row.tolerations)
		require.NoError(t, sim.FailNode("n2", 0))
		require.NoError(t, sim.RunFor(2*time.Minute))
		// The taint alone makes nobody count again; any change of the DaemonSet does.
		require.NoError(t, sim.UpdateDaemonSet("default", "agent", func(d *daemonset.DaemonSet) {
			d.Labels = map[string]string{"counted": "again"}
		}))
		require.NoError(t, sim.RunFor(time.Second))
		s := sim.DaemonSet("default", "agent").Status
		got := counts{
			s.DesiredNumberScheduled, s.CurrentNumberScheduled, s.NumberReady, s.NumberAvailable, s.NumberMisscheduled,
		}
		require.Equal(t, row.want, got, row.reason)
	}
}
