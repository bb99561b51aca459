package strategy_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/daemonsim/daemonsim/rollout"
	"github.com/daemonsim/daemonsim/rollout/strategy"
)

func TestZones(t *testing.T) {
	for _, tt := range []struct {
		name   string
		nodes  string
		limits rollout.RollingUpdate
		zones  strategy.Zones
		want   string
		reason string
	}{
		{"the first zone", "b/OOa/OO", limits("100%", "0"), strategy.Zones{}, "-n02 -n03", "by the zones' names"},
		{"within the budget", "b/OOa/OO", limits("1", "0"), strategy.Zones{}, "-n02", ""},
		{"not all available", "b/OOa/Nn", limits("100%", "0"), strategy.Zones{}, "", "a is not healthy"},
		{"terminating", "b/OOa/Nl", limits("100%", "0"), strategy.Zones{}, "", "a is not done"},
		{"vacant", "b/OOa/N.", limits("100%", "0"), strategy.Zones{}, "", "a is not done"},
		{"the next zone", "b/OOa/NN", limits("100%", "0"), strategy.Zones{}, "-n00 -n01", ""},
		{"trouble where it was done", "b/NOa/Nn", limits("3", "0"), strategy.Zones{}, "", "b waits"},
		{"unavailable ones elsewhere", "b/oOa/OO", limits("1", "0"), strategy.Zones{}, "",
			"n00 uses up the budget, and its turn has not come"},
		{"the same with more budget", "b/oOa/OO", limits("2", "0"), strategy.Zones{}, "-n02", ""},
		{"no zone comes last", "|OOa/O", limits("100%", "0"), strategy.Zones{}, "-n02", ""},
		{"no zone", "|OOa/N", limits("100%", "0"), strategy.Zones{}, "-n00 -n01", ""},
		{"order", "a/Ob/Oc/O", limits("100%", "0"), strategy.Zones{Order: []string{"c", "a"}}, "-n02", ""},
		{"order, then names", "a/Ob/Oc/N", limits("100%", "0"), strategy.Zones{Order: []string{"c"}}, "-n00", ""},
		{"another label", "a/Ob/O", limits("100%", "0"), strategy.Zones{Key: "rack"}, "-n00 -n01", "all in none"},
		{"tainted node", "a/N-Ob/O", limits("1", "0"), strategy.Zones{}, "-n01", "RollingUpdate takes it"},
		{"tainted node, strict", "a/N-Ob/O", limits("1", "0"), strategy.Zones{Base: strategy.Strict{}}, "-n02",
			"Strict leaves it, and it is available"},
		{"dead node", "a/N-lb/OO", limits("2", "0"), strategy.Zones{}, "", "it failed with the new version"},
		{"surge", "a/OOb/O", limits("0", "1"), strategy.Zones{}, "+n00", ""},
		{"surge, the next zone", "a/Nb/O", limits("0", "1"), strategy.Zones{}, "+n01", ""},
		{"surge, successors", "a/Nb/BAc/O", limits("0", "3"), strategy.Zones{}, "-n02", "c waits for n01"},
		{"all done", "a/Nb/N", limits("1", "0"), strategy.Zones{}, "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			plan := tt.zones.Plan(state(tt.nodes, tt.limits))
			require.NoError(t, plan.Err)
			require.Equal(t, tt.want, moves(plan), tt.reason)
		})
	}
	require.Error(t, strategy.Zones{}.Plan(state("a/O", limits("x", "0"))).Err)
}

func TestZonesWaits(t *testing.T) {
	for _, tt := range []struct {
		nodes string
		want  []string
	}{
		{"a/OOb/O", []string{
			"n01: maxUnavailable is used up (n00)",
			"n02: it is the turn of zone a (n00 n01)",
		}},
		{"a/Nnb/O|O", []string{
			"n01: new pod is not available",
			"n02: it is the turn of zone a (n01)",
			"n03: it is the turn of zone a (n01)",
		}},
		{"a/N|OO", []string{"n02: maxUnavailable is used up (n01)"}},
		{"a/N", nil},
	} {
		require.Equal(t, tt.want, told(strategy.Zones{}, state(tt.nodes, limits("1", "0"))), tt.nodes)
	}
	strict := strategy.Zones{Base: strategy.Strict{}}
	for _, tt := range []struct {
		nodes  string
		limits rollout.RollingUpdate
		zones  strategy.Zones
		want   []string
		reason string
	}{
		{"-O", limits("1", "0"), strict,
			[]string{"n00: no new pod would follow on a node that should not run one"}, "nothing else is to do"},
		{"-O", limits("34%", "0"), strategy.Zones{}, []string{"n00: maxUnavailable is used up"},
			"34% of no desired pods are none"},
		{"a/-Ob/-O", limits("34%", "0"), strategy.Zones{},
			[]string{"n00: maxUnavailable is used up", "n01: maxUnavailable is used up"}, "both zones are done"},
		{"a/N-Ob/OOc/O", limits("1", "0"), strict, []string{
			"n01: no new pod would follow on a node that should not run one",
			"n03: maxUnavailable is used up (n02)",
			"n04: it is the turn of zone b (n02 n03)",
		}, "a is left behind: it does not wait for b"},
	} {
		got := told(tt.zones, state(tt.nodes, tt.limits))
		require.Equal(t, tt.want, got, "%s: %s", tt.nodes, tt.reason)
	}
	require.EqualValues(t, "it is the turn of the nodes without a zone", strategy.ReasonOtherZone(""))
}

// TestZonesKeepsItsPromise holds for any state: all that begins is in one zone, and those before it are done
// and healthy. What has begun in another zone goes on.
func TestZonesKeepsItsPromise(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := state(drawText(t), drawLimits(t))
		z := strategy.Zones{Base: rapid.SampledFrom([]rollout.Planner{nil, strategy.Strict{}}).Draw(t, "base")}
		plan := z.Plan(s)
		require.NoError(t, plan.Err)
		gone := plan.Touched()
		var at []string
		for n := range s.Nodes() {
			if gone[n.Name] && n.Old != nil && n.New == nil {
				at = append(at, n.Label(strategy.ZoneLabel))
			}
		}
		for _, zone := range at {
			require.Equal(t, at[0], zone, "one zone at a time")
		}
		if len(at) > 0 {
			before := func(zone string) bool { return zone != "" && (at[0] == "" || zone < at[0]) }
			for n := range s.Nodes() {
				if !before(n.Label(strategy.ZoneLabel)) {
					continue
				}
				done := n.New != nil && n.Old == nil && n.New.Status.Ready ||
					!n.ShouldRun && n.Situation == rollout.OldAvailable
				require.True(t, done, "%s is not done, and %s has begun", n.Name, at[0])
			}
		}
		everyNodeMovesOrWaits(t, z, s, plan)
	})
}
