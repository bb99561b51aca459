package rollout_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/rollout"
)

// step is one plan: what RollingUpdate does in a state under its limits.
type step struct{ nodes, unavailable, surge, want string }

const (
	goesDown   = " delete old pod is not available"
	goesWithin = " delete within the budget"
	comes      = " create within the budget"
	comesDown  = " create old pod is not available"
	isDone     = " delete new pod is available"
	isUseless  = " delete node should not run a pod"
	isSpare    = " delete enough other pods are available"
)

// TestRollingUpdateRules has the rules about a rolling update that show in a single plan.
func TestRollingUpdateRules(t *testing.T) {
	for _, tt := range []struct {
		rule, reason string
		steps        []step
	}{
		{"D-130", "phases do not matter: what is not available is replaced", []step{{"o", "1", "0", "1" + goesDown}}},
		{"D-131", "percents are rounded up, M and S alike", []step{
			{many("O", 19), "10%", "0", "2" + goesWithin}, {many("O", 19), "0", "10%", "2" + comes},
			{many("O", 101), "1%", "0", "2" + goesWithin}, {many("O", 3), "2", "0", "2" + goesWithin},
			{many("O", 10) + many("-N", 90), "10%", "0", "1" + goesWithin},
		}},
		{"D-132", "both zero is one, unless nothing is desired", []step{
			{"OO", "0", "0", "1" + goesWithin}, {"OO", "0%", "0%", "1" + goesWithin}, {"-O-O", "0", "0", ""},
		}},
		{"D-133", "the resolved surge decides", []step{
			{"OO", "1", "1%", "1" + comes}, {"-O", "1", "50%", "1" + goesWithin}, {"-O", "0", "50%", ""},
			{"-O", "0", "1", "1" + isSpare},
		}},
		{"D-135", "each row, with a candidate that the budget just lets go or not", []step{
			{"cO", "1", "0", ""}, {"cO", "2", "0", "1" + goesWithin},
			{".O", "1", "0", ""}, {".O", "2", "0", "1" + goesWithin},
			{"lO", "1", "0", ""}, {"lO", "2", "0", "1" + goesWithin},
			{"AO", "1", "0", ""}, {"AO", "2", "0", "1" + goesWithin},
			{"NO", "1", "0", "1" + goesWithin},
			{"nO", "1", "0", ""}, {"nO", "2", "0", "1" + goesWithin},
			{"oO", "1", "0", "1" + goesDown}, {"oO", "2", "0", "1" + goesDown + ", 1" + goesWithin},
		}},
		{"D-136", "all unavailable ones, and M - U candidates", []step{
			{"oooOOO", "5", "0", "3" + goesDown + ", 2" + goesWithin}, {"oooOOO", "1", "0", "3" + goesDown},
			{"OOOooo", "5", "0", "3" + goesDown + ", 2" + goesWithin},
		}},
		{"D-137", "nothing is created", []step{{".lOo", "9", "0", "1" + goesDown + ", 1" + goesWithin}}},
		{"D-139", "worked examples", []step{
			{"OOOOO", "2", "0", "2" + goesWithin}, {"ooooo", "3", "0", "5" + goesDown}, {"nnnOO", "3", "0", ""},
			{"ooOOO", "2", "0", "2" + goesDown}, {many("o", 10) + many("O", 10), "10", "0", "10" + goesDown},
			{many("o", 10) + many("O", 10), "11", "0", "10" + goesDown + ", 1" + goesWithin},
			{many("n", 88) + "oo" + many("O", 10), "10", "0", "2" + goesDown}, {"OOO.", "1", "0", ""},
			{many("O", 10), "25%", "0", "3" + goesWithin}, {"OO-o", "1", "0", "1" + goesDown},
			{"OO-l", "1", "0", ""}, {"OO-l", "2", "0", "1" + goesWithin},
		}},
		{"D-140", "a dead node holds the budget, whatever became of its pod", []step{
			{"OO-l", "1", "0", ""}, {"OO-n", "1", "0", ""}, {"OO-o", "1", "0", "1" + goesDown},
			{"OO-l", "2", "0", "1" + goesWithin}, {"OO", "1", "0", "1" + goesWithin},
		}},
		{"D-141", "a tainted node's pod is a candidate", []step{{"-ON", "1", "0", "1" + goesWithin}}},
		{"D-142", "a new pod of a node that is gone", []step{{"O-n", "1", "0", ""}, {"O", "1", "0", "1" + goesWithin}}},
		{"D-143", "a terminating pod", []step{{"Ol", "1", "0", ""}}},
		{"D-144", "nothing desired", []step{{"-O-O", "50%", "0", ""}, {"-O-O", "1", "0", "1" + goesWithin}}},
		{"D-145", "no floor", []step{{many("o", 100), "1", "0", "100" + goesDown}}},
		{"D-147", "each row", []step{
			{"cO", "0", "1", ""}, {"N.nO", "0", "1", "1" + comes}, {"o", "0", "1", "1" + comesDown},
			{"-o", "0", "1", "1" + isUseless}, {"-O", "0", "1", "1" + isSpare}, {"O", "0", "1", "1" + comes},
			{"BO", "0", "1", ""}, {"UO", "0", "1", ""}, {"A", "0", "1", "1" + isDone}, {"D", "0", "1", "1" + isDone},
		}},
		{"D-148", "S - G candidates, A - desired sunset pods", []step{
			{"BOOO", "0", "3", "2" + comes}, {"NN-O-O", "0", "1", "2" + isSpare}, {"N.-O-O", "0", "1", "1" + isSpare},
			{"..-O-O", "0", "1", ""}, {"D-O", "0", "1", "1" + isDone},
		}},
		{"D-149", "no limit for unavailable ones, and no part for maxUnavailable", []step{
			{"oooO", "0", "1", "3" + comesDown + ", 1" + comes}, {"OOOO", "3", "1", "1" + comes},
		}},
		{"D-150", "the old pod goes once more", []step{{"AAD", "0", "1", "3" + isDone}}},
		{"D-151", "terminating pods count nowhere", []step{{"lNO", "0", "1", "1" + comes}}},
		{"D-152", "sunset pods wait for others", []step{
			{"NNN.-O", "0", "1", ""}, {"NNNN-O", "0", "1", "1" + isSpare}, {"NNNA-O", "0", "1", "1" + isSpare + ", 1" + isDone},
		}},
		{"D-154", "a dead node does not stop a surge", []step{
			{"OO-o", "0", "1", "1" + comes + ", 1" + isUseless}, {"OO-l", "0", "1", "1" + comes},
		}},
		{"D-155", "a surge pod that stays pending holds its place", []step{{"BBO", "0", "2", ""}}},
		{"D-156", "a failed new pod counts until it is gone", []step{{"BO", "0", "1", ""}, {"OO", "0", "1", "1" + comes}}},
		{"D-158", "worked examples", []step{
			{"OOOOO", "0", "2", "2" + comes}, {"ooooo", "0", "3", "5" + comesDown}, {"BBOOO", "0", "2", ""},
			{"BUOOo", "0", "3", "1" + comesDown + ", 1" + comes}, {"OOOO-O", "0", "1", "1" + comes + ", 1" + isSpare},
		}},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			for _, s := range tt.steps {
				plan := rolling(s.unavailable, s.surge).Plan(state(s.nodes))
				require.NoError(t, plan.Err)
				require.Equal(t, s.want, summary(plan), "%s: %s with %s/%s", tt.reason, s.nodes, s.unavailable, s.surge)
			}
		})
	}
	t.Run("D-153", TestNodeGone)
	t.Run("D-167", TestOnDelete)
}

// TestOrderOfCandidates has the rules about identities: which pods go is open, how many is not.
func TestOrderOfCandidates(t *testing.T) {
	t.Run("D-138", TestCandidatesByChooser)
	t.Run("D-259", func(t *testing.T) {
		// All orders of three candidates, two of which may go.
		gone := map[string]int{}
		for first := range 3 {
			for second := range 2 {
				c := &chooser{answers: []int{first, second}}
				plan := rolling("3", "0").Plan(rollout.NewState(nodes("oOOO"), c))
				require.Equal(t, "1"+goesDown+", 2"+goesWithin, summary(plan), "counts are equal")
				require.Equal(t, "n000", plan.Delete[0].Node.Name, "unavailable ones come first")
				gone[plan.Delete[1].Node.Name+plan.Delete[2].Node.Name]++
			}
		}
		require.Len(t, gone, 6, "identities differ")
	})
}
