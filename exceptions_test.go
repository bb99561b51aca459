package daemonsim_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/kubelet"
	"github.com/daemonsim/daemonsim/daemonset"
)

func inZone(zone string) affinity.Selector {
	return affinity.SelectorFromSet(map[string]string{"topology.kubernetes.io/zone": zone})
}

// zoned is a cluster of two zones with a DaemonSet that is up to date.
func zoned(t testing.TB, changes ...func(*daemonset.DaemonSet)) *daemonsim.Sim {
	t.Helper()
	sim := daemonsim.New(daemonsim.Config{})
	for _, name := range [...]string{"a-1", "a-2", "b-1", "b-2"} {
		_, err := sim.Create(&cluster.Node{ObjectMeta: cluster.ObjectMeta{
			Name: name, Labels: map[string]string{"topology.kubernetes.io/zone": name[:1]},
		}})
		require.NoError(t, err)
	}
	set := daemon("1", nil)
	for _, change := range changes {
		change(set)
	}
	_, err := sim.Create(set)
	require.NoError(t, err)
	require.NoError(t, sim.Settle())
	return sim
}

// TestExceptionStallsRollout asks which nodes stall a rollout, and whether it would get through without them.
func TestExceptionStallsRollout(t *testing.T) {
	sim := zoned(t)
	require.NoError(t, sim.SetExceptions(kubelet.Exception{
		Image: "agent:v2", Nodes: inZone("b"), Change: kubelet.Change{NeverReady: new(true)},
	}))
	change := func(d *daemonset.DaemonSet) { d.Spec.Template.Spec.Containers[0].Image = "agent:v2" }
	forecast, err := sim.Forecast("default", "agent", daemonsim.ForecastConfig{Runs: 3, Change: change})
	require.NoError(t, err)
	require.Contains(t, forecast.String(), "most replaced: 2\n3 of 3 (100%) get stuck")

	image(t, sim, "agent:v2")
	require.NoError(t, sim.RunFor(time.Minute))
	stuck, err := sim.ExplainRollout("default", "agent")
	require.NoError(t, err)
	require.Equal(t, daemonsim.RolloutStuck, stuck.State)
	require.Len(t, stuck.Blame(), 1)
	require.Equal(t, []string{"b-1"}, stuck.Blame()[0].Nodes)

	require.NoError(t, sim.SetExceptions())
	for p := range sim.Pods("default") {
		if !p.Status.Ready {
			require.NoError(t, sim.Delete(cluster.KindPod, "default", p.Name, cluster.DeleteOptions{}))
		}
	}
	require.NoError(t, sim.Settle())
	done, err := sim.ExplainRollout("default", "agent")
	require.NoError(t, err)
	require.Equal(t, daemonsim.RolloutDone, done.State, "without the exception it gets through")
}

// TestExceptionsReplacedKubelets refuses what nobody would go by.
func TestExceptionsReplacedKubelets(t *testing.T) {
	sim := daemonsim.New(daemonsim.Config{Without: []string{"kubelet"}})
	require.ErrorIs(t, sim.SetExceptions(), cluster.ErrInvalid)
	require.ErrorIs(t, sim.SetClocks(), cluster.ErrInvalid)
	require.Empty(t, sim.Exceptions())
	require.Empty(t, sim.Clocks())
}

// TestClockSkew has a pod whose kubelet's clock is off, and when it counts as available.
func TestClockSkew(t *testing.T) {
	for _, row := range []struct {
		ahead     time.Duration
		available time.Duration
		why       string
	}{
		{0, 62 * time.Second, "ready at 2 s, and looked at again after the 60 of minReadySeconds"},
		{30 * time.Second, 122 * time.Second, "available at 92 s, but looked at only after another 60"},
		{-45 * time.Second, 62 * time.Second, "available at 17 s, but nobody looks before"},
		{-time.Minute, 2 * time.Second, "has been ready for long enough before it was created"},
	} {
		t.Run("KP-8 "+row.ahead.String(), func(t *testing.T) {
			sim := daemonsim.New(daemonsim.Config{Clocks: []kubelet.ClockSkew{{Ahead: row.ahead}}})
			require.NoError(t, sim.AddNodes("a"))
			set := daemon("1", nil)
			set.Spec.MinReadySeconds = 60
			_, err := sim.Create(set)
			require.NoError(t, err)
			var available time.Duration
			sim.OnChange(func(ch *cluster.Change) {
				if d, ok := ch.After.(*daemonset.DaemonSet); ok && d.Status.NumberAvailable == 1 && available == 0 {
					available = ch.Time
				}
			})
			require.NoError(t, sim.Settle())
			require.Equal(t, row.available, available, row.why)
		})
	}
}

// An image may behave otherwise on some nodes: here a rollout is stalled by those of one zone.
func ExampleSim_SetExceptions() {
	sim := daemonsim.New(daemonsim.Config{})
	must(sim.ApplyYAML("agent.yaml", agent))
	must(sim.AddNodes("node-1", "node-2", "node-3"))
	must(sim.UpdateNode("node-2", func(n *cluster.Node) {
		n.Labels["topology.kubernetes.io/zone"] = "b"
	}))
	must(sim.Settle())
	must(sim.SetExceptions(kubelet.Exception{
		Image:  "agent:v2",
		Nodes:  affinity.SelectorFromSet(map[string]string{"topology.kubernetes.io/zone": "b"}),
		Change: kubelet.Change{NeverReady: new(true)},
	}))
	must(sim.SetImage("default", "agent", "main", "agent:v2"))
	must(sim.Settle())

	rollout, err := sim.ExplainRollout("default", "agent")
	must(err)
	for _, root := range rollout.Blame() {
		fmt.Println(rollout.State, root.Nodes, root.Chain[0].Kind)
	}
	// Output: Stuck [node-2] PodNotReady
}
