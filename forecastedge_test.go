package daemonsim_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/field"
	"github.com/daemonsim/daemonsim/cluster/kubelet"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/daemonset/standstill"
	"github.com/daemonsim/daemonsim/rollout"
	strategies "github.com/daemonsim/daemonsim/rollout/strategy"
)

// TestForecastRefused has settings that make no sense: all mistakes are named, by their paths.
func TestForecastRefused(t *testing.T) {
	sim := installed(t, 2, kubelet.Typical())
	bad := daemonsim.ForecastConfig{
		Change: toV2(1, 0), Runs: -1, Limit: -1, Workers: -1,
		Target: daemonsim.Target{Within: -1, Available: daemonsim.Whole + 1, In: math.MaxUint32},
	}
	_, err := sim.Forecast("default", "agent", bad)
	require.ErrorIs(t, err, cluster.ErrInvalid)
	var list field.ErrorList
	require.ErrorAs(t, err, &list)
	var paths []string
	for _, e := range list {
		paths = append(paths, e.Field)
	}
	require.Equal(t, []string{
		"runs", "target.within", "target.available", "target.in", "limit", "workers",
	}, paths)
	_, err = sim.SearchBudget("default", "agent", bad)
	require.ErrorAs(t, err, &list)
	_, err = sim.Forecast("default", "agent", daemonsim.ForecastConfig{Runs: math.MaxInt, Change: toV2(1, 0)})
	require.ErrorIs(t, err, cluster.ErrInvalid)
	_, err = sim.Forecast("default", "nobody", daemonsim.ForecastConfig{})
	require.ErrorIs(t, err, cluster.ErrNotFound)
}

// TestForecastEdges has forecasts of next to nothing.
func TestForecastEdges(t *testing.T) {
	t.Run("no nodes", func(t *testing.T) {
		f, err := installed(t, 0, kubelet.Typical()).Forecast("default", "agent",
			daemonsim.ForecastConfig{Runs: 2, Change: toV2(1, 0)})
		require.NoError(t, err)
		require.Zero(t, f.Desired)
		require.Equal(t, daemonsim.Spread[daemonsim.Share]{
			P50: daemonsim.Whole, P90: daemonsim.Whole, P99: daemonsim.Whole, All: daemonsim.Whole,
		}, f.Lowest)
		require.Contains(t, f.String(), "2 futures of the rollout of daemonset/agent: 0 pods, ")
		_, err = installed(t, 0, kubelet.Typical()).SearchBudget("default", "agent",
			daemonsim.ForecastConfig{Runs: 2, Change: toV2(1, 0)})
		require.NoError(t, err)
	})
	t.Run("one future, and that is stuck", func(t *testing.T) {
		f, err := installed(t, 1, kubelet.Behaviour{NeverReady: true}).Forecast("default", "agent",
			daemonsim.ForecastConfig{Runs: 1, Change: toV2(1, 0), Target: daemonsim.Target{Within: time.Hour}})
		require.NoError(t, err)
		require.Equal(t, `1 future of the rollout of daemonset/agent: 1 pod, maxUnavailable 1, maxSurge 0

OF THE FUTURES       50%     90%     99%     ALL
done within          never   never   never   never
available at least   0%      0%      0%      0%

most unavailable at a time: 1; most replaced: 1
1 of 1 (100%) gets stuck:
  1   a pod does not become ready
0 of 1 (0%) are on target: done within 1h0m0s
`, f.String())
		root := f.Futures[0].Root
		require.Equal(t, standstill.PodNotReady, root.Kind)
		require.Contains(t, root.String(), "has been running and not ready since t=")
	})
	t.Run("the longest limit", func(t *testing.T) {
		f, err := installed(t, 2, kubelet.Behaviour{}).Forecast("default", "agent",
			daemonsim.ForecastConfig{Runs: 1, Change: toV2(1, 0), Limit: math.MaxInt64})
		require.NoError(t, err)
		require.Zero(t, f.Stuck())
	})
}

// TestForecastNodeNotReady has a node whose kubelet does not answer.
func TestForecastNodeNotReady(t *testing.T) {
	sim := installed(t, 3, kubelet.Behaviour{})
	require.NoError(t, sim.FailNode("node-001", 0))
	require.NoError(t, sim.RunFor(2*time.Minute))
	f, err := sim.Forecast("default", "agent", daemonsim.ForecastConfig{Runs: 2, Change: toV2(1, 0)})
	require.NoError(t, err)
	require.Equal(t, []daemonsim.CauseCount{{Cause: because(standstill.NodeNotReady), Count: 2}}, f.Causes)
	require.Equal(t, "node-001", f.Futures[0].Root.Node)
}

// spinner never comes to rest once pods are created.
type spinner struct{ vandal }

func (spinner) Fork() cluster.Actor                    { return spinner{} }
func (spinner) Run(cl *cluster.Client, t cluster.Task) { cl.After(0, t) }

// TestForecastSteps has a cluster that does more than it may at one time.
func TestForecastSteps(t *testing.T) {
	sim := daemonsim.New(daemonsim.Config{MaxSteps: 10_000})
	require.NoError(t, sim.AddNodes("a", "b"))
	require.NoError(t, sim.ApplyYAML("agent.yaml", agent))
	require.NoError(t, sim.Settle())
	sim.AddActor(spinner{})
	f, err := sim.Forecast("default", "agent", daemonsim.ForecastConfig{Runs: 1, Change: toV2(1, 0)})
	require.NoError(t, err)
	require.Equal(t, []daemonsim.CauseCount{{Cause: daemonsim.CauseSteps, Count: 1}}, f.Causes)
}

// allAtOnce is a strategy that makes nothing of the budget.
type allAtOnce struct{}

func (allAtOnce) Name() string { return "AllAtOnce" }
func (allAtOnce) Plan(s rollout.State) rollout.Plan {
	return rollout.RollingUpdate{MaxUnavailable: cluster.FromString("100%")}.Plan(s)
}

// TestForecastOwnStrategy forecasts strategies of somebody's own, of which some heed the budget.
func TestForecastOwnStrategy(t *testing.T) {
	sim := installed(t, 6, kubelet.Behaviour{Pull: 10 * time.Second})
	config := daemonsim.ForecastConfig{Runs: 2, Change: toV2(1, 0), Target: daemonsim.Target{Within: time.Hour}}
	require.NoError(t, sim.SetPlanner("default", "agent", allAtOnce{}))
	f, err := sim.Forecast("default", "agent", config)
	require.NoError(t, err)
	require.Equal(t, 6, f.Unavailable)
	require.Contains(t, f.String(), ": 6 pods, strategy AllAtOnce, maxUnavailable 1, maxSurge 0\n")
	_, err = sim.SearchBudget("default", "agent", config)
	require.ErrorIs(t, err, daemonsim.ErrBudgetIgnored)
	require.ErrorContains(t, err, "strategy AllAtOnce")

	// It stands in for any strategy of the spec.
	config.Change = func(d *daemonset.DaemonSet) {
		toV2(1, 0)(d)
		d.Spec.UpdateStrategy = daemonset.UpdateStrategy{Type: daemonset.OnDelete}
	}
	f, err = sim.Forecast("default", "agent", config)
	require.NoError(t, err)
	require.Zero(t, f.Stuck())

	config.Change, config.Target.Within = toV2(1, 0), 40*time.Second
	require.NoError(t, sim.SetPlanner("default", "agent", strategies.Strict{}))
	search, err := sim.SearchBudget("default", "agent", config)
	require.NoError(t, err)
	require.Equal(t, 2, size(search.Unavailable), "%s", search)
}
