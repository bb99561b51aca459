package strategy_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/rollout"
	"github.com/daemonsim/daemonsim/rollout/strategy"
)

func selector(t require.TestingT, text string) affinity.Selector {
	s, err := affinity.ParseSelector(text)
	require.NoError(t, err)
	return s
}

func TestCanary(t *testing.T) {
	inA := selector(t, strategy.ZoneLabel+"=a")
	for _, tt := range []struct {
		name   string
		nodes  string
		limits rollout.RollingUpdate
		canary strategy.Canary
		want   string
		reason string
	}{
		{"zero", "OOO", limits("2", "0"), strategy.Canary{}, "-n00 -n01", "its base"},
		{"partition", "OOO", limits("100%", "0"), strategy.Canary{Partition: cluster.FromInt(2)}, "-n00", "two stay old"},
		{"partition reached", "NOO", limits("100%", "0"), strategy.Canary{Partition: cluster.FromInt(2)}, "", ""},
		{"partition beyond all", "OO", limits("100%", "0"), strategy.Canary{Partition: cluster.FromInt(9)}, "", ""},
		{"partition and budget", "OOOOO", limits("1", "0"), strategy.Canary{Partition: cluster.FromInt(2)}, "-n00", ""},
		{"percent", "OOOOOOOOOO", limits("100%", "0"), strategy.Canary{Partition: cluster.FromString("75%")},
			"-n00 -n01", "7.5 is 8 that stay"},
		{"percent of all", "OO", limits("100%", "0"), strategy.Canary{Partition: cluster.FromString("100%")}, "", ""},
		{"unavailable ones", "Ooo", limits("1", "0"), strategy.Canary{Partition: cluster.FromInt(2)}, "-n01",
			"they go first, but within the partition"},
		{"paused", "oOO", limits("1", "0"), strategy.Canary{Paused: true}, "", ""},
		{"selector", "a/Oob/Oo", limits("100%", "0"), strategy.Canary{Selector: inA}, "-n01 -n00", ""},
		{"selector and budget", "a/OOb/o", limits("1", "0"), strategy.Canary{Selector: inA}, "",
			"what is held back uses up the budget"},
		{"selector and partition", "a/OOb/OO", limits("100%", "0"),
			strategy.Canary{Selector: inA, Partition: cluster.FromInt(3)}, "-n00",
			"the nodes that are left out count as old"},
		{"selector that matches none", "OO", limits("1", "0"), strategy.Canary{Selector: inA}, "", ""},
		{"surge", "OOO", limits("0", "100%"), strategy.Canary{Partition: cluster.FromInt(1)}, "+n00 +n01", ""},
		{"surge, successors", "AOO", limits("0", "1"), strategy.Canary{Partition: cluster.FromInt(2)}, "-n00",
			"what has begun goes on"},
		{"of strict", "rrr", limits("2", "0"),
			strategy.Canary{Partition: cluster.FromInt(1), Base: strategy.Strict{}}, "-n00 -n01", ""},
		{"of on delete", "OOO", limits("2", "0"), strategy.Canary{Base: rollout.OnDelete{}}, "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			plan := tt.canary.Plan(state(tt.nodes, tt.limits))
			require.NoError(t, plan.Err)
			require.Equal(t, tt.want, moves(plan), tt.reason)
		})
	}
	odd := strategy.Canary{Partition: cluster.FromString("some")}
	require.ErrorContains(t, odd.Plan(state("O", limits("1", "0"))).Err, "partition: ")
	require.Error(t, strategy.Canary{}.Plan(state("O", limits("x", "0"))).Err, "the base's error")
}

// TestCanaryNodeGone leaves a node out that has no labels any more, which would stop a surge otherwise.
func TestCanaryNodeGone(t *testing.T) {
	list := nodes("a/O-O")
	list[1].Exists, list[1].Object = false, nil
	s := rollout.NewStateUnder(rollout.Terms{Budget: limits("0", "1")}, list, nil)
	require.ErrorIs(t, strategy.Canary{}.Plan(s).Err, rollout.ErrNodeGone)
	inA := strategy.Canary{Selector: selector(t, strategy.ZoneLabel+"=a")}
	require.Equal(t, "+n00", moves(inA.Plan(s)))
}

func TestCanaryWaits(t *testing.T) {
	inA := selector(t, strategy.ZoneLabel+"=a")
	for _, tt := range []struct {
		nodes  string
		canary strategy.Canary
		want   []string
	}{
		{"OO", strategy.Canary{Paused: true}, []string{"n00: the rollout is paused", "n01: the rollout is paused"}},
		{"a/OOb/O", strategy.Canary{Selector: inA}, []string{
			"n01: maxUnavailable is used up (n00)",
			"n02: the selector leaves the node out",
		}},
		{"OO", strategy.Canary{Partition: cluster.FromInt(1)}, []string{"n01: the partition keeps it old"}},
		{"nOO", strategy.Canary{Partition: cluster.FromInt(1)}, []string{
			"n00: new pod is not available",
			"n01: maxUnavailable is used up (n00)",
			"n02: maxUnavailable is used up (n00)",
		}},
		{"O", strategy.Canary{Base: rollout.OnDelete{}}, []string{"n00: somebody has to delete the old pod"}},
	} {
		require.Equal(t, tt.want, told(tt.canary, state(tt.nodes, limits("1", "0"))), tt.nodes)
	}
	odd := strategy.Canary{Partition: cluster.FromString("some")}
	require.Len(t, told(odd, state("OO", limits("1", "0"))), 2)
}

// TestCanaryKeepsItsPromise holds for any state: so many pods stay old, no node begins that is left out, and
// what happens is part of what the base would do.
func TestCanaryKeepsItsPromise(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := state(drawText(t), drawLimits(t))
		c := strategy.Canary{
			Partition: cluster.FromInt(rapid.Int32Range(0, 5).Draw(t, "partition")),
			Base: rapid.SampledFrom([]rollout.Planner{
				nil, strategy.Strict{}, strategy.Zones{},
			}).Draw(t, "base"),
		}
		if rapid.Bool().Draw(t, "selects") {
			c.Selector = selector(t, strategy.ZoneLabel+"=a")
		}
		plan := c.Plan(s)
		require.NoError(t, plan.Err)
		gone, before, after := plan.Touched(), 0, 0
		for n := range s.Nodes() {
			if n.Old == nil || n.New != nil {
				continue
			}
			before++
			if !gone[n.Name] {
				after++
				continue
			}
			if !c.Selector.Empty() {
				require.Equal(t, "a", n.Label(strategy.ZoneLabel))
			}
		}
		if after < before {
			require.GreaterOrEqual(t, after, int(c.Partition.Int))
		}
		if c.Selector.Empty() && c.Base == nil {
			base := s.Terms().Budget.Plan(s)
			require.Equal(t, min(before-after, max(0, before-int(c.Partition.Int))), before-after)
			require.Subset(t, base.Touched(), gone)
		}
		everyNodeMovesOrWaits(t, c, s, plan)
	})
}

// everyNodeMovesOrWaits holds for any strategy and state.
func everyNodeMovesOrWaits(t *rapid.T, p rollout.Planner, s rollout.State, plan rollout.Plan) {
	seen := make(map[string]int)
	for name := range plan.Touched() {
		seen[name]++
	}
	for _, w := range rollout.Waits(p, s, plan) {
		require.NotEmpty(t, w.Reason)
		require.NotEqual(t, rollout.ReasonNotChosen, w.Reason, w.Node.Name)
		seen[w.Node.Name]++
	}
	for n := range s.Nodes() {
		want := 1
		if n.Situation == rollout.NewAvailable {
			want = 0
		}
		require.Equal(t, want, seen[n.Name], n.Name)
	}
}
