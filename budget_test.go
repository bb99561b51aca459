package daemonsim_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/kubelet"
	"github.com/daemonsim/daemonsim/rollout"
)

// TestBudgetPercent goes through all budgets: the percentage comes to it, and no smaller one does.
func TestBudgetPercent(t *testing.T) {
	for _, desired := range []int{1, 2, 3, 7, 10, 20, 33, 99, 100, 101, 150} {
		for size := 1; size <= desired; size++ {
			want := 0
			for p := int32(100); p > 0; p-- {
				limit := rollout.RollingUpdate{MaxUnavailable: cluster.FromString(cluster.FromInt(p).String() + "%")}
				if n, _, err := limit.Budget(desired); err == nil && n == size {
					want = int(p)
				}
			}
			require.Equal(t, want, daemonsim.Budget{MaxUnavailable: size}.Percent(desired), "%d of %d", size, desired)
			require.Equal(t, want, daemonsim.Budget{MaxSurge: size}.Percent(desired), "%d of %d", size, desired)
		}
	}
	require.Zero(t, daemonsim.Budget{}.Percent(10))
	require.Zero(t, daemonsim.Budget{MaxSurge: 1}.Percent(0))
	require.Zero(t, daemonsim.Budget{MaxSurge: 11}.Percent(10))
}

// TestSearchBudgetConstant can be worked out: ten nodes, ten seconds each and one more to stop in place.
func TestSearchBudgetConstant(t *testing.T) {
	sim := installed(t, 10, kubelet.Behaviour{Pull: 10 * time.Second})
	for _, row := range []struct {
		name               string
		target             daemonsim.Target
		unavailable, surge int
	}{
		{"one at a time will do", daemonsim.Target{Within: 110 * time.Second}, 1, 1},
		{"just too short for one", daemonsim.Target{Within: 109 * time.Second}, 2, 1},
		{"four rounds", daemonsim.Target{Within: 44 * time.Second}, 3, 3},
		{"three rounds", daemonsim.Target{Within: 33 * time.Second}, 4, 4},
		{"all at once", daemonsim.Target{Within: 11 * time.Second}, 10, 10},
		{"impossible", daemonsim.Target{Within: 9 * time.Second}, 0, 0},
		{"in time and available", daemonsim.Target{Within: 44 * time.Second, Available: daemonsim.Whole * 7 / 10}, 3, 3},
		{"in time or available", daemonsim.Target{Within: 44 * time.Second, Available: daemonsim.Whole * 8 / 10}, 0, 3},
		{"always all", daemonsim.Target{Available: daemonsim.Whole}, 0, 1},
	} {
		t.Run(row.name, func(t *testing.T) {
			s, err := sim.SearchBudget("default", "agent", daemonsim.ForecastConfig{
				Runs: 2, Change: toV2(5, 0), Target: row.target,
			})
			require.NoError(t, err)
			require.Equal(t, row.unavailable, size(s.Unavailable), "maxUnavailable\n%v", s)
			require.Equal(t, row.surge, size(s.Surge), "maxSurge\n%v", s)
			require.Equal(t, 2*len(s.Trials), s.Futures)
		})
	}
}

func size(b *daemonsim.Budget) int {
	if b == nil {
		return 0
	}
	return b.MaxUnavailable + b.MaxSurge
}

// TestSearchBudgetFindsTheSmallest compares with a look at every budget.
func TestSearchBudgetFindsTheSmallest(t *testing.T) {
	sim := installed(t, 9, lively())
	for _, target := range []daemonsim.Target{
		{Within: time.Minute}, {Within: 40 * time.Second, Available: daemonsim.Whole / 2}, {In: daemonsim.Whole},
		{Within: 90 * time.Second, In: daemonsim.Whole / 2},
	} {
		config := daemonsim.ForecastConfig{Runs: 40, Change: toV2(1, 0), Target: target}
		s, err := sim.SearchBudget("default", "agent", config)
		require.NoError(t, err)
		smallest := func(change func(int32) daemonsim.ForecastConfig) int {
			for n := int32(1); n <= 9; n++ {
				f, err := sim.Forecast("default", "agent", change(n))
				require.NoError(t, err)
				if float64(f.OnTarget) >= 40*float64(s.Target.In)/float64(daemonsim.Whole) {
					return int(n)
				}
			}
			return 0
		}
		require.Equal(t, smallest(func(n int32) daemonsim.ForecastConfig {
			config.Change = toV2(n, 0)
			return config
		}), size(s.Unavailable), "%v", target)
		require.Equal(t, smallest(func(n int32) daemonsim.ForecastConfig {
			config.Change = toV2(0, n)
			return config
		}), size(s.Surge), "%v", target)
	}
}
