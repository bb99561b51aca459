package daemonsim_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/kubelet"
	"github.com/daemonsim/daemonsim/daemonset"
)

// TestPressNode has a DaemonSet whose pod is evicted, and whose next ones are judged by the pressure that lasts.
func TestPressNode(t *testing.T) {
	for _, row := range []struct {
		name, condition string
		failed          bool
	}{
		{"N-107 under disk pressure", cluster.NodeDiskPressure, true},
		{"N-107 under memory pressure", cluster.NodeMemoryPressure, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			sim := daemonsim.New(daemonsim.Config{})
			require.NoError(t, sim.AddNodes("a"))
			_, err := sim.Create(daemon("100m", nil))
			require.NoError(t, err)
			require.NoError(t, sim.Settle())
			require.NoError(t, sim.PressNode("a", row.condition, cluster.Shortage{End: sim.Now() + 15*time.Second}))
			evicted := func(r cluster.Reader) bool {
				for p := range r.Pods("default") {
					if p.Phase() == cluster.PodFailed {
						return true
					}
				}
				return false
			}
			require.NoError(t, sim.RunUntil(evicted, time.Minute))
			require.NoError(t, sim.RunFor(time.Minute))
			require.Equal(t, row.failed, evicted(sim.Reader), "only memory pressure is tolerated at the node")
			require.NoError(t, sim.RunFor(20*time.Minute))
			require.False(t, evicted(sim.Reader), "the pressure is over")
		})
	}
}

// TestSurgeUnderPressure makes one failed pod after the other, and time goes on.
func TestSurgeUnderPressure(t *testing.T) {
	sim := daemonsim.New(daemonsim.Config{})
	require.NoError(t, sim.AddNodes("a"))
	set := daemon("100m", nil)
	strategy(0, 1)(set)
	_, err := sim.Create(set)
	require.NoError(t, err)
	require.NoError(t, sim.Settle())
	require.NoError(t, sim.PressNode("a", cluster.NodeDiskPressure, cluster.Shortage{}))
	require.NoError(t, sim.RunFor(20*time.Second))
	pods := 0
	for range sim.Pods("default") {
		pods++
	}
	require.Greater(t, pods, 20)
	require.Less(t, pods, 200)
}

// TestShutDownNode has the errors, and a node that comes back with another pod.
func TestShutDownNode(t *testing.T) {
	sim := daemonsim.New(daemonsim.Config{Mode: daemonset.ViaScheduler})
	require.NoError(t, sim.AddNodes("a"))
	_, err := sim.Create(daemon("100m", nil))
	require.NoError(t, err)
	require.NoError(t, sim.Settle())
	require.ErrorIs(t, sim.ShutDownNode("b", cluster.Shutdown{}), cluster.ErrNotFound)
	require.ErrorIs(t, sim.RebootNode("b", 0), cluster.ErrNotFound)
	require.ErrorIs(t, sim.RebootNode("a", -1), cluster.ErrInvalid)
	require.ErrorIs(t, sim.PressNode("b", cluster.NodeDiskPressure, cluster.Shortage{}), cluster.ErrNotFound)
	require.ErrorIs(t, sim.RelieveNode("a", "Ready"), cluster.ErrInvalid)
	require.NoError(t, sim.ShutDownNode("a", cluster.Shutdown{Phases: kubelet.ShutdownPhases(time.Minute, time.Second)}))
	require.NoError(t, sim.RunFor(2*time.Minute))
	require.ErrorIs(t, sim.ShutDownNode("a", cluster.Shutdown{}), cluster.ErrConflict)
	require.NoError(t, sim.RecoverNode("a"))
	require.NoError(t, sim.RunFor(time.Minute))
	p := only(t, sim)
	require.True(t, p.Status.Ready)
	require.Zero(t, p.Status.Restarts)
	require.NoError(t, sim.RebootNode("a", 20*time.Second))
	require.NoError(t, sim.RunFor(time.Minute))
	require.NoError(t, sim.RestartKubelet("a"))
	require.NoError(t, sim.RunFor(time.Minute))
	after := only(t, sim)
	require.Equal(t, p.UID, after.UID)
	require.EqualValues(t, 1, after.Status.Restarts, "the node was off once")
	require.True(t, after.Status.Ready)
}

// only is the one pod that there is.
func only(t *testing.T, sim *daemonsim.Sim) *cluster.Pod {
	var all []*cluster.Pod
	for p := range sim.Pods("default") {
		all = append(all, p)
	}
	require.Len(t, all, 1)
	return all[0]
}

// TestNodeTroubleWithoutEnd lets what happens to a node take as long as a duration can be, when it is not t=0 any more.
func TestNodeTroubleWithoutEnd(t *testing.T) {
	const long = time.Duration(math.MaxInt64)
	for _, row := range []struct {
		name string
		do   func(*daemonsim.Sim) error
	}{
		{"fail", func(sim *daemonsim.Sim) error { return sim.FailNode("a", long) }},
		{"reboot", func(sim *daemonsim.Sim) error { return sim.RebootNode("a", long) }},
		{"shut down", func(sim *daemonsim.Sim) error { return sim.ShutDownNode("a", cluster.Shutdown{Off: long}) }},
	} {
		t.Run(row.name, func(t *testing.T) {
			sim := daemonsim.New(daemonsim.Config{})
			require.NoError(t, sim.AddNodes("a"))
			require.NoError(t, sim.RunFor(time.Second))
			require.NoError(t, row.do(sim))
			require.NoError(t, sim.RunFor(time.Minute))
			o, out := sim.Node("a").Outage()
			require.True(t, out)
			require.Equal(t, long, o.End)
			require.Nil(t, sim.Node("a").Shutdown())
		})
	}
}
