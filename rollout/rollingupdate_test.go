package rollout_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/rollout"
)

func amount(text string) cluster.IntOrString {
	var n int32
	if _, err := fmt.Sscanf(text, "%d", &n); err == nil && fmt.Sprint(n) == text {
		return cluster.FromInt(n)
	}
	return cluster.FromString(text)
}

func rolling(unavailable, surge string) rollout.RollingUpdate {
	return rollout.RollingUpdate{MaxUnavailable: amount(unavailable), MaxSurge: amount(surge)}
}

// TestBudgetTable goes through the table of D-131; M and S are rounded alike.
func TestBudgetTable(t *testing.T) {
	percents := []int{1, 10, 25, 30, 50, 99, 100}
	table := map[int][]int{
		0:   {0, 0, 0, 0, 0, 0, 0},
		1:   {1, 1, 1, 1, 1, 1, 1},
		2:   {1, 1, 1, 1, 1, 2, 2},
		3:   {1, 1, 1, 1, 2, 3, 3},
		4:   {1, 1, 1, 2, 2, 4, 4},
		10:  {1, 1, 3, 3, 5, 10, 10},
		19:  {1, 2, 5, 6, 10, 19, 19},
		100: {1, 10, 25, 30, 50, 99, 100},
		101: {2, 11, 26, 31, 51, 100, 101},
	}
	for desired, want := range table {
		for i, percent := range percents {
			text := fmt.Sprintf("%d%%", percent)
			m, _, err := rolling(text, "0").Budget(desired)
			require.NoError(t, err)
			require.Equal(t, want[i], m, "maxUnavailable %s of %d", text, desired)
			_, s, err := rolling("0", text).Budget(desired)
			require.NoError(t, err)
			require.Equal(t, want[i], s, "maxSurge %s of %d", text, desired)
		}
	}
}

func TestBudget(t *testing.T) {
	tests := []struct {
		name               string
		unavailable, surge string
		desired            int
		wantM, wantS       int
		reason             string
	}{
		{"whole numbers", "3", "2", 10, 3, 2, "D-131: as they stand"},
		{"more than there are", "1000", "0", 5, 1000, 0, "D-17"},
		{"both zero", "0", "0", 5, 1, 0, "D-132: the rescue"},
		{"both zero, nothing desired", "0", "0", 0, 0, 0, "D-132: no rescue"},
		{"surge alone", "0", "2", 10, 0, 2, "D-132: the rescue is for both"},
		{"percent of nothing", "50%", "0", 0, 0, 0, "D-144"},
		{"surge of nothing", "0", "50%", 0, 0, 0, "D-133"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m, s, err := rolling(tt.unavailable, tt.surge).Budget(tt.desired)
			require.NoError(t, err)
			require.Equal(t, [2]int{tt.wantM, tt.wantS}, [2]int{m, s}, tt.reason)
		})
	}
	for _, r := range []rollout.RollingUpdate{rolling("abc", "0"), rolling("1", "abc")} {
		_, _, err := r.Budget(3)
		require.ErrorContains(t, err, `string is not a percentage`)
		plan := r.Plan(state("OOO"))
		require.True(t, plan.Empty())
		require.Error(t, plan.Err)
	}
}

// summary is what a plan does: how many it creates, and how many it deletes for each reason.
func summary(p rollout.Plan) string {
	counts := map[string]int{}
	for _, d := range p.Delete {
		counts["delete "+string(d.Reason)]++
	}
	for _, c := range p.Create {
		counts["create "+string(c.Reason)]++
	}
	var list []string
	for what, n := range counts {
		list = append(list, fmt.Sprintf("%d %s", n, what))
	}
	slices.SortFunc(list, func(a, b string) int {
		return strings.Compare(a[strings.IndexByte(a, ' '):], b[strings.IndexByte(b, ' '):])
	})
	return strings.Join(list, ", ")
}

func many(sign string, n int) string { return strings.Repeat(sign, n) }

// TestReplaceInPlace goes through the worked examples of D-139, and the consequences D-140 to D-145.
func TestReplaceInPlace(t *testing.T) {
	const (
		down   = " delete old pod is not available"
		within = " delete within the budget"
	)
	tests := []struct {
		name, nodes, m string
		used           int
		want           string
		reason         string
	}{
		{"5 old available", "OOOOO", "2", 0, "2" + within, "D-139"},
		{"5 old unavailable", "ooooo", "3", 5, "5" + down, "D-139, D-145"},
		{"3 new unavailable, 2 old available", "nnnOO", "3", 3, "", "D-139"},
		{"second update after the first got stuck", "ooOOO", "2", 2, "2" + down, "D-139"},
		{"10 and 10", many("o", 10) + many("O", 10), "10", 10, "10" + down, "D-139"},
		{"the same", many("o", 10) + many("O", 10), "11", 10, "10" + down + ", 1" + within, "D-139"},
		{"100 nodes", many("n", 88) + "oo" + many("O", 10), "10", 90, "2" + down, "D-139"},
		{"one without pod", "OOO.", "1", 1, "", "D-139"},
		{"25%", many("O", 10), "25%", 0, "3" + within, "D-139"},
		{"dead node", "OO-o", "1", 1, "1" + down, "D-139"},
		{"dead node, next sync", "OO-l", "1", 1, "", "D-139, D-140: stuck"},
		{"dead node, M = 2", "OO-l", "2", 1, "1" + within, "D-139"},
		{"tainted node", "N-O", "1", 0, "1" + within, "D-141: it is a candidate like any other"},
		{"new pod of a missing node", "O-n", "1", 1, "", "D-142"},
		{"terminating", "Ol", "1", 1, "", "D-143"},
		{"percent of nothing desired", "-O-O", "50%", 0, "", "D-144"},
		{"integer of nothing desired", "-O-O", "1", 0, "1" + within, "D-144"},
		{"pairs and crowds", "cABDUO", "5", 5, "", "D-135: each uses budget, and nothing else"},
		{"pairs and crowds, M = 6", "cABDUO", "6", 5, "1" + within, "D-135"},
		{"all new", "NNN", "1", 0, "", "nothing left"},
		{"nothing at all", "", "1", 0, "", "no nodes"},
		{"both zero", "OOO", "0", 0, "1" + within, "D-132"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := state(tt.nodes)
			require.Equal(t, tt.used, rollout.Used(s), tt.reason)
			plan := rolling(tt.m, "0").Plan(s)
			if diff := cmp.Diff(tt.want, summary(plan)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tt.reason, diff)
			}
			require.Empty(t, plan.Create, "D-137: it only deletes")
			require.NoError(t, plan.Err)
		})
	}
}

// TestReplaceBySurge goes through the rows of D-147 and D-148 and the worked examples of D-158.
func TestReplaceBySurge(t *testing.T) {
	const (
		within  = " create within the budget"
		down    = " create old pod is not available"
		done    = " delete new pod is available"
		sunset  = " delete enough other pods are available"
		useless = " delete node should not run a pod"
	)
	tests := []struct {
		name, nodes, s string
		want           string
		reason         string
	}{
		{"5 old available", "OOOOO", "2", "2" + within, "D-158"},
		{"5 old unavailable", "ooooo", "3", "5" + down, "D-158, D-149: without limit"},
		{"2 pairs waiting, 3 old", "BBOOO", "2", "", "D-158"},
		{"2 pairs waiting, 2 old and 1 unavailable", "BUOOo", "3", "1" + down + ", 1" + within, "D-158"},
		{"a node that lost its toleration", "OOOO-O", "1", "1" + within + ", 1" + sunset, "D-158, D-152"},
		{"sunset waits", "OOOo-O", "1", "1" + down + ", 1" + within, "D-152: too few others"},
		{"pairs, new available", "AD", "1", "2" + done, "D-147 row 5"},
		{"a pair on an unfit node", "-A", "1", "1" + done, "D-147, with S = 1 whatever is desired"},
		{"unavailable and unwanted", "N-o", "1", "1" + useless, "D-147 row 2"},
		{"crowd", "cO", "1", "", "D-147: it counts in G"},
		{"only new ones", "NnO", "1", "1" + within, "D-147 row 1"},
		{"leaving", "lO", "1", "1" + within, "D-151: a terminating pod counts nowhere"},
		{"vacant", ".O", "1", "1" + within, "manage creates there"},
		{"percent", many("O", 10), "25%", "3" + within, "D-131"},
		{"percent of nothing desired", "-O", "50%", "", "D-133: without surge, M = 0"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			plan := rolling("0", tt.s).Plan(state(tt.nodes))
			if diff := cmp.Diff(tt.want, summary(plan)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tt.reason, diff)
			}
		})
	}
}

// TestNodeGone covers D-153.
func TestNodeGone(t *testing.T) {
	for _, sign := range []string{"o", "O"} {
		list := nodes("OO-" + sign)
		list[2].Exists = false
		s := rollout.NewState(list, nil)
		plan := rolling("0", "1").Plan(s)
		require.True(t, plan.Empty())
		require.ErrorIs(t, plan.Err, rollout.ErrNodeGone)
		require.EqualError(t, plan.Err, `couldn't get node for nodeName "n002": node "n002" not found`)
		require.NoError(t, rolling("1", "0").Plan(s).Err, "D-142: without surge it only uses budget")
	}
	list := nodes("OO-A")
	list[2].Exists = false
	require.NoError(t, rolling("0", "1").Plan(rollout.NewState(list, nil)).Err, "only old pods that are alone")
}

func TestOnDelete(t *testing.T) {
	require.True(t, rollout.OnDelete{}.Plan(state("OoABDUcln.")).Empty(), "D-167")
}

// TestCandidatesByName covers D-136: unavailable ones first, then candidates in the order of their
// nodes, whether these should run a pod or not.
func TestCandidatesByName(t *testing.T) {
	plan := rolling("4", "0").Plan(state("OoO-OO"))
	var got []string
	for _, d := range plan.Delete {
		got = append(got, d.Pod.Name)
		require.Equal(t, "old-"+d.Node.Name, d.Pod.Name)
	}
	require.Equal(t, []string{"old-n001", "old-n000", "old-n002", "old-n003"}, got)
}

// chooser answers from a list and remembers what it was asked.
type chooser struct {
	answers []int
	asked   []string
}

func (c *chooser) Choose(ch cluster.Choice) int {
	var list []string
	for i := range ch.N {
		list = append(list, ch.Describe(i))
	}
	c.asked = append(c.asked, ch.Point+" "+strings.Join(list, " "))
	answer := c.answers[0]
	c.answers = c.answers[1:]
	return answer
}

func (c *chooser) Fork() cluster.Chooser { return c }

// TestCandidatesByChooser covers D-138 and D-259.
func TestCandidatesByChooser(t *testing.T) {
	c := &chooser{answers: []int{2, 9}}
	plan := rolling("2", "0").Plan(rollout.NewState(nodes("OO-OO"), c))
	require.Equal(t, []string{
		"rollout-candidate n000 n001 n002 n003", "rollout-candidate n000 n001 n003",
	}, c.asked)
	require.Equal(t, "old-n002", plan.Delete[0].Pod.Name)
	require.Equal(t, "old-n000", plan.Delete[1].Pod.Name, "an answer out of range counts as 0")

	c = &chooser{answers: []int{1}}
	plan = rolling("0", "1").Plan(rollout.NewState(nodes("OO"), c))
	require.Equal(t, "n001", plan.Create[0].Node.Name)
}

// TestPlanAgainstTheRules compares with the rules as they are written, for any state and budget.
func TestPlanAgainstTheRules(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := ""
		for range rapid.IntRange(0, 12).Draw(t, "nodes") {
			text += rapid.SampledFrom([]string{
				".", "l", "-l", "c", "-c", "N", "-N", "n", "-n", "O", "-O", "o", "-o",
				"A", "-A", "B", "-B", "D", "-D", "U", "-U",
			}).Draw(t, "node")
		}
		s := state(text)
		m, k := rapid.IntRange(0, 5).Draw(t, "maxUnavailable"), rapid.IntRange(0, 3).Draw(t, "maxSurge")
		plan := rolling(fmt.Sprint(m), fmt.Sprint(k)).Plan(s)
		wantCreate, wantDelete := inPlace(s, m)
		if k > 0 {
			wantCreate, wantDelete = bySurge(s, k)
		} else if m == 0 && s.Desired() > 0 {
			wantCreate, wantDelete = inPlace(s, 1)
		}
		require.Equal(t, [2]int{wantCreate, wantDelete}, [2]int{len(plan.Create), len(plan.Delete)}, text)
		seen := map[string]bool{}
		for _, d := range plan.Delete {
			require.Same(t, d.Node.Old, d.Pod)
			require.False(t, seen[d.Pod.Name], "no pod twice")
			seen[d.Pod.Name] = true
		}
		for _, c := range plan.Create {
			require.True(t, c.Node.ShouldRun)
			require.Nil(t, c.Node.New)
		}
	})
}

// inPlace is D-135 and D-136.
func inPlace(s rollout.State, m int) (creations, deletions int) {
	used, down, candidates := 0, 0, 0
	for n := range s.Nodes() {
		switch n.Situation {
		case rollout.NewAvailable:
		case rollout.OldAvailable:
			candidates++
		case rollout.OldUnavailable:
			down++
			used++
		default:
			used++
		}
	}
	return 0, down + min(candidates, max(0, m-used))
}

// bySurge is D-147 and D-148.
func bySurge(s rollout.State, limit int) (creations, deletions int) {
	surging, available, candidates, sunset := 0, 0, 0, 0
	for n := range s.Nodes() {
		switch n.Situation {
		case rollout.Crowded, rollout.BothUnavailable:
			surging++
		case rollout.BothOldAvailable:
			surging++
			available++
		case rollout.NewAvailable:
			available++
		case rollout.BothAvailable:
			available++
			deletions++
		case rollout.BothNewAvailable:
			deletions++
		case rollout.OldUnavailable:
			if n.ShouldRun {
				creations++
			} else {
				deletions++
			}
		case rollout.OldAvailable:
			available++
			if n.ShouldRun {
				candidates++
			} else {
				sunset++
			}
		}
	}
	creations += min(candidates, max(0, limit-surging))
	return creations, deletions + min(sunset, max(0, available-s.Desired()))
}
