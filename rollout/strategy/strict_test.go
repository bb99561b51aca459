package strategy_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/daemonsim/daemonsim/rollout"
	"github.com/daemonsim/daemonsim/rollout/strategy"
)

// TestStrict puts Strict beside RollingUpdate, in the same state under the same limits.
func TestStrict(t *testing.T) {
	for _, tt := range []struct {
		name          string
		nodes         string
		limits        rollout.RollingUpdate
		strict, plain string
		reason        string
	}{
		{"plain rollout", "OOOO", limits("2", "0"), "-n00 -n01", "-n00 -n01", "they agree where nothing is wrong"},
		{"KP-6: an update within minReadySeconds", "rrrrr", limits("1", "0"),
			"-n00", "-n00 -n01 -n02 -n03 -n04", "ready pods go one by one, whether they are available or not"},
		{"KP-5: nodes that flap", "oooOO", limits("2", "0"), "-n00 -n01", "-n00 -n01 -n02",
			"old pods that are not ready are within the budget"},
		{"a second update half-way", "NNrrOO", limits("2", "0"), "-n02 -n03", "-n02 -n03", "what was begun goes first"},
		{"new ones on the way", "nNoOO", limits("2", "0"), "-n02", "-n02", "one place is taken"},
		{"no place left", "nlooO", limits("2", "0"), "", "-n02 -n03", "not even for what is broken anyway"},
		{"not ready first, then ready, then available", "OroO", limits("3", "0"),
			"-n02 -n01 -n00", "-n01 -n02 -n00", "what serves goes last"},
		{"tainted node", "-OO", limits("1", "0"), "-n01", "-n00", "KP-13: no pod would follow on n00"},
		{"dead node", "-oOO", limits("1", "0"), "", "-n00", "KP-1: it holds the place, and its pod stays"},
		{"dead node, and room for one more", "-oOO", limits("2", "0"), "-n01", "-n00 -n01", "KP-1"},
		{"a node without a pod", ".OO", limits("1", "0"), "", "", "it takes a place"},
		{"a crowd", "cO", limits("1", "0"), "", "", "the controller will prune"},
		{"pairs without surge", "AO", limits("1", "0"), "", "", "the controller will prune"},
		{"surge", "OOO", limits("0", "2"), "+n00 +n01", "+n00 +n01", "they agree"},
		{"surge: unready pods", "oooO", limits("0", "1"), "+n00", "+n00 +n01 +n02 +n03",
			"KP-11: new pods beside unready ones are within the surge"},
		{"surge: unready new pods", "nBO", limits("0", "2"), "", "+n02",
			"a new pod that is not available takes a place though the old one is gone"},
		{"surge: successors", "ADUO", limits("0", "2"), "+n03 -n00 -n01", "+n03 -n00 -n01", "pairs that are done"},
		{"surge: a successor where no pod should run", "N-AO", limits("0", "1"),
			"+n02 -n01", "+n02 -n01", "done all the same"},
		{"surge: sunset", "NN-O", limits("0", "1"), "", "-n02", "no pod would follow on n02"},
		{"nothing desired", "-O-r", limits("1", "0"), "", "-n01", "D-144"},
		{"no limits", "OO", limits("0", "0"), "-n00", "-n00", "D-132: the rescue"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := state(tt.nodes, tt.limits)
			require.Equal(t, tt.strict, moves(strategy.Strict{}.Plan(s)), "Strict: %s", tt.reason)
			require.Equal(t, tt.plain, moves(tt.limits.Plan(s)), "RollingUpdate: %s", tt.reason)
		})
	}
	require.Error(t, strategy.Strict{}.Plan(state("O", limits("x", "0"))).Err)
}

// TestStateWithoutPods has states made by hand that show no pods: for Strict, an old one that is not available is
// not ready.
func TestStateWithoutPods(t *testing.T) {
	var list []rollout.Node
	for i := range rollout.Situation(rollout.Situations) {
		list = append(list, rollout.Node{Name: i.String(), ShouldRun: true, Situation: i})
	}
	for _, limits := range []rollout.RollingUpdate{limits("9", "0"), limits("0", "9")} {
		s := rollout.NewStateUnder(rollout.Terms{Budget: limits}, list, nil)
		for _, p := range []rollout.Planner{strategy.Strict{}, strategy.Canary{}, strategy.Zones{}} {
			plan := p.Plan(s)
			require.NoError(t, plan.Err)
			require.True(t, plan.Touched()["OldUnavailable"], "%s, %v", p.Name(), limits)
			require.Len(t, rollout.Waits(p, s, plan), len(list)-len(plan.Touched())-1, "%s, %v", p.Name(), limits)
		}
	}
}

func TestStrictWaits(t *testing.T) {
	for _, tt := range []struct {
		nodes  string
		limits rollout.RollingUpdate
		want   []string
	}{
		{"noO-O", limits("1", "0"), []string{
			"n00: new pod is not available",
			"n01: maxUnavailable is used up (n00)",
			"n02: maxUnavailable is used up (n00)",
			"n03: no new pod would follow on a node that should not run one",
		}},
		{"OO", limits("0", "1"), []string{"n01: maxSurge is used up (n00)"}},
		{"O", limits("x", "0"), []string{"string is not a percentage"}},
	} {
		s := state(tt.nodes, tt.limits)
		got := told(strategy.Strict{}, s)
		if len(got) == 1 && len(tt.want) == 1 {
			require.Contains(t, got[0], tt.want[0])
			continue
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.nodes, diff)
		}
	}
}

// TestStrictKeepsItsPromise holds Strict to its documentation, word by word, in any state. The counts are
// made node by node from what the pods say.
func TestStrictKeepsItsPromise(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text, budget := drawText(t), drawLimits(t)
		s := state(text, budget)
		unavailable, surge, err := budget.Budget(s.Desired())
		require.NoError(t, err)
		plan := strategy.Strict{}.Plan(s)
		require.NoError(t, plan.Err)
		allowed := unavailable
		if surge > 0 {
			allowed = surge
			judgeSurge(t, s, plan)
		} else {
			require.Empty(t, plan.Create)
			judgeDeletions(t, s, plan, allowed)
		}
		judgeTurns(t, s, plan)
		begun := 0
		for _, c := range plan.Create {
			require.True(t, c.Node.ShouldRun)
			begun++
		}
		for _, d := range plan.Delete {
			require.Same(t, d.Node.Old, d.Pod)
			if d.Node.New == nil {
				require.True(t, d.Node.ShouldRun, "a pod that is alone where none should run")
				begun++
			}
		}
		works := 0
		for n := range s.Nodes() {
			if unsettled(n, surge) {
				works++
			}
		}
		if begun > 0 {
			require.LessOrEqual(t, works+begun, allowed, "nodes in the works after the plan")
		}
		// And no less: a place that is free is used.
		waiting := 0
		for n := range s.Nodes() {
			if n.ShouldRun && n.Old != nil && n.New == nil {
				waiting++
			}
		}
		require.Equal(t, min(waiting, max(0, allowed-works)), begun)
	})
}

// unsettled reports whether a node is in the works.
func unsettled(n rollout.Node, surge int) bool {
	old, fresh := n.Old != nil, n.New != nil
	switch {
	case n.Situation == rollout.Crowded, !old && !fresh:
		return true
	case old && fresh:
		return surge == 0 || !n.New.Status.Ready
	case fresh:
		return !n.New.Status.Ready
	}
	return !n.ShouldRun && n.Situation == rollout.OldUnavailable
}

// judgeSurge expects that old pods go where a new one is available beside them, everywhere and nowhere else.
func judgeSurge(t *rapid.T, s rollout.State, plan rollout.Plan) {
	done := 0
	for n := range s.Nodes() {
		if n.Situation == rollout.BothAvailable || n.Situation == rollout.BothNewAvailable {
			done++
		}
	}
	for _, d := range plan.Delete {
		require.NotNil(t, d.Node.New)
		require.True(t, d.Node.New.Status.Ready, "without a successor")
	}
	require.Len(t, plan.Delete, done)
}

// judgeTurns expects that what does not serve comes before what does: in the plan, and in what it leaves out.
func judgeTurns(t *rapid.T, s rollout.State, plan rollout.Plan) {
	turn := func(n rollout.Node) int {
		switch {
		case !n.Old.Status.Ready:
			return 0
		case n.Situation == rollout.OldUnavailable:
			return 1
		}
		return 2
	}
	last := 0
	begins := func(n rollout.Node, why rollout.Reason) {
		require.GreaterOrEqual(t, turn(n), last, "%s comes too late", n.Name)
		last = turn(n)
		require.Equal(t, last < 2, why == rollout.ReasonOldUnavailable, "%s: %s", n.Name, why)
	}
	for _, c := range plan.Create {
		begins(c.Node, c.Reason)
	}
	for _, d := range plan.Delete {
		if d.Node.New == nil {
			begins(d.Node, d.Reason)
		}
	}
	moves := plan.Touched()
	for n := range s.Nodes() {
		if n.ShouldRun && n.Old != nil && n.New == nil && !moves[n.Name] {
			require.GreaterOrEqual(t, turn(n), last, "it was the turn of %s", n.Name)
		}
	}
}

// judgeDeletions counts who is without an available, and who without a ready pod afterwards.
func judgeDeletions(t *rapid.T, s rollout.State, plan rollout.Plan, allowed int) {
	gone := plan.Touched()
	takesAvailable, takesReady := false, false
	for _, d := range plan.Delete {
		takesAvailable = takesAvailable || d.Node.Situation == rollout.OldAvailable
		takesReady = takesReady || d.Pod.Status.Ready
	}
	withoutAvailable, withoutReady := 0, 0
	for n := range s.Nodes() {
		available := n.Situation == rollout.NewAvailable || n.Situation == rollout.OldAvailable ||
			n.Situation == rollout.BothAvailable || n.Situation == rollout.BothOldAvailable ||
			n.Situation == rollout.BothNewAvailable
		ready := n.Old != nil && n.Old.Status.Ready || n.New != nil && n.New.Status.Ready
		if gone[n.Name] || !available {
			withoutAvailable++
		}
		if gone[n.Name] || !ready {
			withoutReady++
		}
	}
	if takesAvailable {
		require.LessOrEqual(t, withoutAvailable, allowed, "an available pod was taken")
	}
	if takesReady {
		require.LessOrEqual(t, withoutReady, allowed, "a ready pod was taken")
	}
}
