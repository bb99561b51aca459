package daemonsim_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/kubelet"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/daemonset/standstill"
)

// installed is a settled cluster of n nodes that runs agent:v1, with behaviours for agent:v2.
func installed(t require.TestingT, n int, v2 kubelet.Behaviour) *daemonsim.Sim {
	sim := daemonsim.New(daemonsim.Config{Images: map[string]kubelet.Behaviour{"agent:v2": v2}})
	for i := range n {
		require.NoError(t, sim.AddNodes(fmt.Sprintf("node-%03d", i)))
	}
	require.NoError(t, sim.ApplyYAML("agent.yaml", agent))
	require.NoError(t, sim.Settle())
	return sim
}

// toV2 rolls out agent:v2 with a budget.
func toV2(unavailable, surge int32) func(*daemonset.DaemonSet) {
	return func(d *daemonset.DaemonSet) {
		d.Spec.Template.Spec.Containers[0].Image = "agent:v2"
		u, s := cluster.FromInt(unavailable), cluster.FromInt(surge)
		d.Spec.UpdateStrategy.RollingUpdate = &daemonset.RollingUpdateSpec{MaxUnavailable: &u, MaxSurge: &s}
	}
}

// lively is a behaviour with a bit of everything.
func lively() kubelet.Behaviour {
	return kubelet.Behaviour{Random: kubelet.Random{
		Pull: kubelet.Skewed(4*time.Second, 30*time.Second), Start: kubelet.Uniform(time.Second, 3*time.Second),
		NeverReady: 1000,
	}}
}

// TestForecastConstant leaves nothing to chance: all futures are one, which can be worked out.
func TestForecastConstant(t *testing.T) {
	sim := installed(t, 10, kubelet.Behaviour{Pull: 7 * time.Second, Start: 2 * time.Second})
	f, err := sim.Forecast("default", "agent", daemonsim.ForecastConfig{
		Runs: 20, Change: toV2(2, 0),
		Target: daemonsim.Target{Within: 50 * time.Second, Available: daemonsim.Whole * 8 / 10},
	})
	require.NoError(t, err)
	// One second to stop, seven to pull, two to start, five times.
	all := 50 * time.Second
	require.Equal(t, daemonsim.Spread[time.Duration]{P50: all, P90: all, P99: all, All: all}, f.Duration)
	require.Equal(t, 2, f.Unavailable)
	require.Equal(t, 10, f.Replaced)
	require.Equal(t, 20, f.OnTarget)
	require.Zero(t, f.Stuck())
}

// TestForecastWorkers has the same forecast whoever works on it, and leaves the simulation as it was.
func TestForecastWorkers(t *testing.T) {
	sim := installed(t, 12, lively())
	hash := sim.Hash()
	config := daemonsim.ForecastConfig{Runs: 50, Seed: 3, Change: toV2(2, 0), Workers: 1}
	want, err := sim.Forecast("default", "agent", config)
	require.NoError(t, err)
	for _, config.Workers = range []int{2, 3, 8, 0, 100} {
		got, err := sim.Forecast("default", "agent", config)
		require.NoError(t, err)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%d workers (-one +many):\n%s", config.Workers, diff)
		}
	}
	require.Equal(t, hash, sim.Hash())
}

func because(kind standstill.Kind) daemonsim.Cause { return daemonsim.Cause(kind.Summary()) }

// TestForecastCauses has every reason why a rollout may not come to its end.
func TestForecastCauses(t *testing.T) {
	const s = time.Second
	for _, row := range []struct {
		want  daemonsim.Cause
		v2    kubelet.Behaviour
		setup func(*daemonsim.Sim) error
		limit time.Duration
	}{
		{want: because(standstill.PodNotReady), v2: kubelet.Behaviour{NeverReady: true}},
		{want: because(standstill.PodCrashing), v2: kubelet.Behaviour{ReadyAfter: 2 * s, CrashAfter: s}},
		{want: because(standstill.PodStarting), v2: kubelet.Behaviour{Pull: 1000 * time.Hour}},
		{want: daemonsim.CauseSlow, v2: kubelet.Behaviour{Pull: 5 * s}, limit: 9 * s},
		{want: because(standstill.NoRoom), setup: func(sim *daemonsim.Sim) error {
			return sim.UpdateNode("node-001", func(n *cluster.Node) {
				n.Status.Allocatable = cluster.ResourceList{}
			})
		}},
		{want: because(standstill.PodTerminating), setup: func(sim *daemonsim.Sim) error {
			grace := 1000 * time.Hour
			for p := range sim.PodsOn("node-001") {
				if err := sim.SetImageBehaviour("agent:v1", kubelet.Behaviour{Stop: grace}); err != nil {
					return err
				}
				return sim.Delete(cluster.KindPod, p.Namespace, p.Name, cluster.DeleteOptions{GracePeriod: &grace})
			}
			return nil
		}},
		{want: because(standstill.SetDeleted), setup: func(sim *daemonsim.Sim) error {
			err := sim.UpdateDaemonSet("default", "agent", func(d *daemonset.DaemonSet) {
				d.Finalizers = []string{"example.com/hold"}
			})
			if err != nil {
				return err
			}
			return sim.Delete(daemonset.Kind, "default", "agent", cluster.DeleteOptions{})
		}},
		{want: daemonsim.CauseGone, setup: func(sim *daemonsim.Sim) error {
			sim.AddActor(vandal{})
			return nil
		}},
	} {
		t.Run(string(row.want), func(t *testing.T) {
			sim := installed(t, 3, row.v2)
			require.NoError(t, sim.SetImage("default", "agent", "main", "agent:v2"))
			if row.setup != nil {
				require.NoError(t, row.setup(sim))
			}
			f, err := sim.Forecast("default", "agent", daemonsim.ForecastConfig{Runs: 2, Limit: row.limit})
			require.NoError(t, err)
			require.Equal(t, []daemonsim.CauseCount{{Cause: row.want, Count: 2}}, f.Causes)
			require.Equal(t, daemonsim.Never, f.Duration.P50)
			require.Zero(t, f.OnTarget)
		})
	}
}

// vandal deletes the DaemonSet as soon as anything happens.
type vandal struct{}

func (vandal) Name() string        { return "vandal" }
func (vandal) Fork() cluster.Actor { return vandal{} }
func (vandal) Observe(cl *cluster.Client, ch *cluster.Change) {
	if ch.Verb == cluster.Created {
		cl.After(time.Second, cluster.Task{})
	}
}
func (vandal) Run(cl *cluster.Client, _ cluster.Task) {
	if cl.Object(daemonset.Kind, "default", "agent") != nil {
		_ = cl.Delete(daemonset.Kind, "default", "agent", cluster.DeleteOptions{})
	}
}

// TestForecastNothing asks where nothing is rolled out.
func TestForecastNothing(t *testing.T) {
	sim := installed(t, 3, kubelet.Typical())
	for _, change := range []func(*daemonset.DaemonSet){
		nil,
		func(*daemonset.DaemonSet) {},
		func(d *daemonset.DaemonSet) {
			toV2(1, 0)(d)
			d.Spec.UpdateStrategy = daemonset.UpdateStrategy{Type: daemonset.OnDelete}
		},
	} {
		_, err := sim.Forecast("default", "agent", daemonsim.ForecastConfig{Runs: 1, Change: change})
		require.ErrorIs(t, err, daemonsim.ErrNothingToRoll)
		_, err = sim.SearchBudget("default", "agent", daemonsim.ForecastConfig{Runs: 1, Change: change})
		require.ErrorIs(t, err, daemonsim.ErrNothingToRoll)
	}
	_, err := sim.Forecast("default", "agent", daemonsim.ForecastConfig{Change: func(d *daemonset.DaemonSet) {
		d.Spec.MinReadySeconds = -1
	}})
	require.ErrorIs(t, err, cluster.ErrInvalid)
}

// TestForecastReplays plays a future of a forecast step by step.
func TestForecastReplays(t *testing.T) {
	sim := installed(t, 6, lively())
	f, err := sim.Forecast("default", "agent", daemonsim.ForecastConfig{Runs: 3, Change: toV2(1, 0)})
	require.NoError(t, err)
	for _, future := range f.Futures {
		fork := sim.Fork()
		require.NoError(t, fork.UpdateDaemonSet("default", "agent", toV2(1, 0)))
		fork.Reseed(future.Seed)
		fork.SetChooser(daemonsim.NewRolloutOrder(future.Seed))
		begun := fork.Now()
		done := func(cluster.Reader) bool { return fork.DaemonSet("default", "agent").RolledOut() }
		require.NoError(t, fork.RunUntil(done, time.Hour))
		require.Equal(t, future.Duration, fork.Now()-begun)
	}
	require.NotEqual(t, f.Futures[0].Duration, f.Futures[1].Duration)
}

// TestForecastProperties tries rollouts at random.
func TestForecastProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 8).Draw(t, "nodes")
		delay := func(name string) time.Duration {
			return time.Duration(rapid.IntRange(0, 20).Draw(t, name)) * time.Second
		}
		constant := kubelet.Behaviour{Pull: delay("pull"), ReadyAfter: delay("readyAfter"), Stop: delay("stop")}
		sim := installed(t, n, constant)
		surge := rapid.Bool().Draw(t, "surge")
		change := func(budget int32) func(*daemonset.DaemonSet) {
			if surge {
				return toV2(0, budget)
			}
			return toV2(budget, 0)
		}
		forecast := func(c daemonsim.ForecastConfig) *daemonsim.Forecast {
			f, err := sim.Forecast("default", "agent", c)
			require.NoError(t, err)
			return f
		}
		// More budget never hurts where nothing is left to chance.
		last := daemonsim.Never
		for budget := range int32(n) {
			f := forecast(daemonsim.ForecastConfig{Runs: 1, Change: change(budget + 1)})
			require.LessOrEqual(t, f.Duration.All, last, "budget %d", budget+1)
			last = f.Duration.All
		}
		// Nor where each node draws what it does, if the order of the nodes is the same.
		require.NoError(t, sim.SetImageBehaviour("agent:v2", lively()))
		hash := sim.Hash()
		config := daemonsim.ForecastConfig{
			Runs: 4, Seed: rapid.Uint64().Draw(t, "seed"), NameOrder: true, Limit: time.Hour,
		}
		var before []daemonsim.Future
		for budget := range int32(n) {
			config.Change = change(budget + 1)
			f := forecast(config)
			for i := range before {
				require.LessOrEqual(t, f.Futures[i].Duration, before[i].Duration, "budget %d, future %d", budget+1, i)
			}
			before = f.Futures
		}
		// The same seed gives the same forecast, whoever works on it, and nothing is changed.
		config.NameOrder = false
		first := forecast(config)
		config.Workers = rapid.IntRange(1, 5).Draw(t, "workers")
		require.Equal(t, first, forecast(config))
		require.Equal(t, hash, sim.Hash())
	})
}
