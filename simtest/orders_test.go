package simtest_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/simtest"
)

// path is a chooser that goes through all answers to some choice points, one run after the other: it repeats
// those that it was given, takes the first from then on, and notes how many candidates there were.
type path struct {
	points  []string
	answers []int
	sizes   []int
}

func (p *path) Choose(c cluster.Choice) int {
	if !slices.Contains(p.points, c.Point) {
		return 0
	}
	i := len(p.sizes)
	p.sizes = append(p.sizes, c.N)
	if i < len(p.answers) {
		return p.answers[i]
	}
	p.answers = append(p.answers, 0)
	return 0
}

// Fork returns the same: the run that it belongs to is a fork of the cluster that it was given to.
func (p *path) Fork() cluster.Chooser { return p }

// next is the path after this one, depth first; nil when there is none.
func (p *path) next() *path {
	for i := len(p.answers) - 1; i >= 0; i-- {
		if p.answers[i]+1 < p.sizes[i] {
			answers := slices.Clone(p.answers[:i+1])
			answers[i]++
			return &path{points: p.points, answers: answers}
		}
	}
	return nil
}

// TestEveryOrder has the rules about what Kubernetes leaves open, and goes through all orders there are.
func TestEveryOrder(t *testing.T) {
	t.Run("D-259", checkEveryOrder)
}

// checkEveryOrder rolls three nodes in all orders in which nodes may be managed and candidates taken. How
// many pods go and come when is the same in all, and which is not.
func checkEveryOrder(t *testing.T) {
	moves, counts, runs := map[string]bool{}, map[string]bool{}, 0
	for p := (&path{points: []string{"rollout-candidate", "manage-node"}}); p != nil; p = p.next() {
		move, count := rolled(t, p)
		moves[move], counts[count] = true, true
		runs++
	}
	require.Len(t, counts, 1, "counts are equal")
	require.Len(t, moves, runs, "and no two orders are")
	// Installed in 3! orders, then rolled two at a time: 3·2 ways to begin, 2 in which to create.
	require.Equal(t, 6*6*2, runs)
}

// rolled installs and rolls one DaemonSet, and returns which pods the controller created and deleted when, and
// how many.
func rolled(t *testing.T, p *path) (moves, counts string) {
	sim := daemonsim.New(daemonsim.Config{Chooser: p})
	checker := simtest.Watch(sim)
	var what, many strings.Builder
	sim.OnChange(func(ch *cluster.Change) {
		pod, ok := ch.Object().(*cluster.Pod)
		if !ok || ch.Actor != daemonset.Name {
			return
		}
		what.WriteString(ch.Time.String() + " " + string(ch.Verb) + " " + pod.TargetNode() + "\n")
		many.WriteString(ch.Time.String() + " " + string(ch.Verb) + "\n")
	})
	require.NoError(t, sim.AddNodes("a", "b", "c"))
	set, two := smallSet("agent"), cluster.FromInt(2)
	set.Spec.UpdateStrategy.RollingUpdate = &daemonset.RollingUpdateSpec{MaxUnavailable: &two}
	_, err := sim.Create(set)
	require.NoError(t, err)
	require.NoError(t, sim.Settle())
	require.NoError(t, sim.SetImage("default", "agent", "*", "agent:v2"))
	require.NoError(t, sim.Settle())
	require.NoError(t, simtest.Converged(sim))
	require.NoError(t, checker.Err())
	return what.String(), many.String()
}
