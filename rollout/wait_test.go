package rollout_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/rollout"
)

// told is what waits say: "node: reason (the nodes it is about)".
func told(list []rollout.Wait) []string {
	var texts []string
	for _, w := range list {
		text := w.Node.Name + ": " + string(w.Reason)
		if len(w.For) > 0 {
			text += " (" + strings.Join(names(w.For), " ") + ")"
		}
		texts = append(texts, text)
	}
	return texts
}

// TestWaits asks the strategies of Kubernetes why nodes wait.
func TestWaits(t *testing.T) {
	for _, tt := range []struct {
		name    string
		planner rollout.Planner
		nodes   string
		want    []string
		reason  string
	}{
		{"budget used up by the plan itself", rolling("1", "0"), "OO", []string{
			"n001: maxUnavailable is used up (n000)",
		}, "n000 goes now"},
		{"budget used up by the others", rolling("2", "0"), "OnlN-O", []string{
			"n000: maxUnavailable is used up (n001 n002)",
			"n001: new pod is not available",
			"n002: pod is terminating",
			"n004: maxUnavailable is used up (n001 n002)",
		}, "a node that is done does not wait"},
		{"unavailable ones go at once", rolling("1", "0"), "oO.", []string{
			"n001: maxUnavailable is used up (n000 n002)",
			"n002: new pod has not been created",
		}, "what the plan deletes does not wait, and uses up the budget"},
		{"pairs without surge", rolling("9", "0"), "cAU", []string{
			"n000: node has too many pods",
			"n001: node has too many pods",
			"n002: new pod is not available",
		}, "they are for the DaemonSet controller"},
		{"no budget at all", rolling("50%", "0"), "-O", []string{
			"n000: maxUnavailable is used up",
		}, "D-144: a percent of nothing desired"},
		{"surge used up", rolling("0", "2"), "BOO-Oo", []string{
			"n000: new pod is not available",
			"n002: maxSurge is used up (n000 n001)",
			"n003: too few other pods are available (n004)",
		}, "n001 surges now, and n004 without limit"},
		{"on delete", rollout.OnDelete{}, "oO-ON", []string{
			"n000: somebody has to delete the old pod",
			"n001: somebody has to delete the old pod",
			"n002: somebody has to delete the old pod",
		}, "all with an old pod"},
		{"a planner that does not say", silent{}, "oOn", []string{
			"n000: the strategy has not chosen it",
			"n001: the strategy has not chosen it",
			"n002: new pod is not available",
		}, "the situation is all there is"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := state(tt.nodes)
			plan := tt.planner.Plan(s)
			got := told(rollout.Waits(tt.planner, s, plan))
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tt.reason, diff)
			}
		})
	}
}

// silent is a planner that does nothing and does not say why.
type silent struct{}

func (silent) Name() string { return "Silent" }

func (silent) Plan(rollout.State) rollout.Plan { return rollout.Plan{} }

// TestWaitsForNodeGone says for which node everything waits when a surge cannot go on.
func TestWaitsForNodeGone(t *testing.T) {
	list := nodes("OoN-O")
	list[3].Exists = false
	s, p := rollout.NewState(list, nil), rolling("0", "1")
	require.Equal(t, []string{
		`n000: couldn't get node for nodeName "n003": node "n003" not found (n003)`,
		`n001: couldn't get node for nodeName "n003": node "n003" not found (n003)`,
		`n003: couldn't get node for nodeName "n003": node "n003" not found (n003)`,
	}, told(rollout.Waits(p, s, p.Plan(s))))
}

// TestEveryNodeMovesOrWaits holds for any state: a node of the state is done, is part of the plan, or waits,
// and never two of these.
func TestEveryNodeMovesOrWaits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := drawNodes(t, "nodes")
		s := rollout.NewState(list, nil)
		p := rapid.SampledFrom([]rollout.Planner{
			rolling("1", "0"), rolling("2", "0"), rolling("0", "1"), rolling("0", "34%"),
			rollout.OnDelete{}, silent{},
		}).Draw(t, "planner")
		plan := p.Plan(s)
		seen := map[string]int{}
		for _, d := range plan.Delete {
			seen[d.Node.Name]++
		}
		for _, c := range plan.Create {
			seen[c.Node.Name]++
		}
		waits := rollout.Waits(p, s, plan)
		require.True(t, slices.IsSortedFunc(waits, func(a, b rollout.Wait) int {
			return strings.Compare(a.Node.Name, b.Node.Name)
		}))
		for _, w := range waits {
			require.NotEmpty(t, w.Reason)
			seen[w.Node.Name]++
		}
		for n := range s.Nodes() {
			want := 1
			if n.Situation == rollout.NewAvailable {
				want = 0
			}
			require.Equal(t, want, seen[n.Name], n.Name)
		}
	})
}

// drawNodes draws the nodes of a state.
func drawNodes(t *rapid.T, label string) []rollout.Node {
	text := ""
	for range rapid.IntRange(0, 12).Draw(t, label) {
		text += rapid.SampledFrom([]string{
			".", "l", "-l", "c", "-c", "N", "-N", "n", "-n", "O", "-O", "o", "-o",
			"A", "-A", "B", "-B", "D", "-D", "U", "-U",
		}).Draw(t, "node")
	}
	return nodes(text)
}

func TestTerms(t *testing.T) {
	terms := rollout.Terms{Now: 70 * time.Second, MinReady: 30 * time.Second}
	p := &cluster.Pod{ObjectMeta: cluster.ObjectMeta{Labels: map[string]string{rollout.HashLabel: "77"}}}
	_, ready := terms.AvailableIn(p)
	require.False(t, ready)
	p.Status.Ready, p.Status.ReadySince = true, 50*time.Second
	left, ready := terms.AvailableIn(p)
	require.True(t, ready)
	require.Equal(t, 10*time.Second, left)
	require.Equal(t, "77", rollout.RevisionOf(p))
	require.Equal(t, terms, rollout.NewStateUnder(terms, nil, nil).Terms())
}

func TestNode(t *testing.T) {
	require.Empty(t, rollout.Node{}.Label("zone"), "a node that is gone has no labels")
	n := rollout.Node{Object: &cluster.Node{ObjectMeta: cluster.ObjectMeta{Labels: map[string]string{"zone": "a"}}}}
	require.Equal(t, "a", n.Label("zone"))
	require.False(t, n.Terminating())
	require.True(t, rollout.Node{Situation: rollout.Leaving}.Terminating())
	n.Others = []*cluster.Pod{{ObjectMeta: cluster.ObjectMeta{DeletionTimestamp: new(time.Duration)}}}
	require.True(t, n.Terminating())
}

// TestWaitsOnError is the reason in the words of any error, whether the planner says why it holds nodes back or
// not. Whatever else is in such a plan is not done.
func TestWaitsOnError(t *testing.T) {
	s := state("Oon")
	plan := rollout.Plan{Err: errors.New("no idea")}
	for n := range s.Nodes() {
		plan.Create = append(plan.Create, rollout.Creation{Node: n})
		plan.Delete = append(plan.Delete, rollout.Deletion{Node: n, Pod: n.Old})
	}
	require.Empty(t, plan.Touched())
	for _, p := range []rollout.Planner{rolling("1", "0"), rolling("0", "1"), silent{}} {
		require.Equal(t, []string{"n000: no idea", "n001: no idea", "n002: new pod is not available"},
			told(rollout.Waits(p, s, plan)), rollout.Describe(p))
	}
}
