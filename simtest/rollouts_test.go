package simtest_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/rollout"
	"github.com/daemonsim/daemonsim/rollout/strategy"
	"github.com/daemonsim/daemonsim/simtest"
)

// judge looks at every pod that the controller deletes for a rollout: one that is alone on a node where it
// could have stayed, and has not come to its end. What it counts it counts after the deletion, from the
// objects, so that a sync which deletes many pods is judged once for each.
//
// Kubernetes' own strategy promises this, and no more:
//
//   - Only old pods go. OnDelete takes none.
//   - Without surge an available pod goes only if then no more nodes than max(0, M) are without exactly one
//     live pod that is available; M is resolved for the nodes desired at that moment. Others go without limit.
//   - With surge a pod goes only from a node that should run none; an available one only if as many nodes as
//     are desired keep an available pod.
//
// Strict promises what its documentation says: see floor, turn and surge.
type judge struct {
	sim    *daemonsim.Sim
	strict bool
	wrong  []string
	// judged counts the deletions.
	judged int
}

func watchRollouts(sim *daemonsim.Sim, strict bool) *judge {
	j := &judge{sim: sim, strict: strict}
	sim.OnChange(j.observe)
	return j
}

func (j *judge) observe(ch *cluster.Change) {
	if ch.Actor != daemonset.Name {
		return
	}
	if p, ok := ch.After.(*cluster.Pod); ok && ch.Verb == cluster.Created && j.strict {
		j.surge(ch, p)
	}
	p, ok := ch.Before.(*cluster.Pod)
	if !ok || p.Terminating() || p.Terminal() || ch.After != nil && !ch.After.Meta().Terminating() {
		return
	}
	set := j.sim.DaemonSet("default", "one")
	node := j.sim.Node(p.TargetNode())
	if set == nil || node == nil {
		return
	}
	run, stay := daemonset.NewPlacement(&set.Spec.Template).Verdict(node)
	s := daemonset.RolloutState(j.sim.Reader, set, ch.Time)
	if !stay || hasLive(s, node.Name) {
		return
	}
	j.judged++
	if s.Terms().Current != nil && rollout.RevisionOf(p) == s.Terms().Current.Hash() {
		j.fail(ch, "it is new")
	}
	unavailable, surge, err := s.Terms().Budget.Budget(s.Desired())
	if err != nil {
		j.fail(ch, err.Error())
	}
	switch available := p.Available(ch.Time, set.MinReady()); {
	case set.Spec.UpdateStrategy.Type != daemonset.RollingUpdate && !j.strict:
		j.fail(ch, "by the strategy OnDelete")
	case surge > 0 && (run || j.strict):
		j.fail(ch, "without a successor")
	case surge > 0:
		if left := total(s, hasAvailable); available && left < s.Desired() {
			j.fail(ch, fmt.Sprintf("which leaves %d available", left))
		}
	case j.strict:
		j.floor(ch, s, unavailable, available, run)
		j.turn(ch, s, available)
	case available:
		if n := total(s, func(n rollout.Node) bool { return !settled(n) }); n > unavailable {
			j.fail(ch, fmt.Sprintf("it was available, and %d nodes are without a pod by now", n))
		}
	}
}

// floor is the promise of Strict without surge.
func (j *judge) floor(ch *cluster.Change, s rollout.State, allowed int, available, run bool) {
	p := ch.Before.(*cluster.Pod)
	if !run {
		j.fail(ch, "no pod will follow")
	}
	works := total(s, func(n rollout.Node) bool { return !settled(n) && !canBegin(n) })
	if works > allowed {
		j.fail(ch, fmt.Sprintf("%d nodes are in the works", works))
	}
	if n := total(s, func(n rollout.Node) bool { return !hasAvailable(n) }); available && n > allowed {
		j.fail(ch, fmt.Sprintf("it was available, and %d nodes are without such a pod", n))
	}
	if n := total(s, func(n rollout.Node) bool { return !hasReady(n) }); p.Status.Ready && n > allowed {
		j.fail(ch, fmt.Sprintf("it was ready, and %d nodes are without such a pod", n))
	}
}

// turn is the order that Strict promises without surge: what does not serve goes before what does.
func (j *judge) turn(ch *cluster.Change, s rollout.State, available bool) {
	ready := ch.Before.(*cluster.Pod).Status.Ready
	before := total(s, func(n rollout.Node) bool {
		return canBegin(n) && (ready && !n.Old.Status.Ready || available && n.Situation == rollout.OldUnavailable)
	})
	if before > 0 {
		j.fail(ch, fmt.Sprintf("it was not its turn, but that of %d others", before))
	}
}

// surge is the promise of Strict about a new pod beside an old one that has not come to its end.
func (j *judge) surge(ch *cluster.Change, p *cluster.Pod) {
	set := j.sim.DaemonSet("default", "one")
	s := daemonset.RolloutState(j.sim.Reader, set, ch.Time)
	beside := total(s, func(n rollout.Node) bool {
		return n.Name == p.TargetNode() && n.Old != nil && !n.Old.Terminal()
	})
	works := total(s, func(n rollout.Node) bool {
		return !settled(n) && !canBegin(n) && n.Situation != rollout.BothAvailable && n.Situation != rollout.BothNewAvailable
	})
	if _, allowed, _ := s.Terms().Budget.Budget(s.Desired()); beside > 0 && works > allowed {
		j.wrong = append(j.wrong, fmt.Sprintf("t=%v %s on %s is created: %d nodes are in the works",
			ch.Time, p.Name, p.TargetNode(), works))
	}
}

func (j *judge) fail(ch *cluster.Change, why string) {
	j.wrong = append(j.wrong, fmt.Sprintf("t=%v %s on %s is deleted: %s",
		ch.Time, ch.Before.Meta().Name, ch.Before.(*cluster.Pod).TargetNode(), why))
}

func total(s rollout.State, condition func(rollout.Node) bool) int {
	count := 0
	for n := range s.Nodes() {
		if condition(n) {
			count++
		}
	}
	return count
}

func hasLive(s rollout.State, node string) bool {
	return total(s, func(n rollout.Node) bool {
		return n.Name == node && n.Situation != rollout.Vacant && n.Situation != rollout.Leaving
	}) > 0
}

// canBegin reports whether a rollout may begin on a node whose old pod is not available, and would go on there.
func canBegin(n rollout.Node) bool { return n.Situation == rollout.OldUnavailable && n.ShouldRun }

func settled(n rollout.Node) bool {
	return n.Situation == rollout.NewAvailable || n.Situation == rollout.OldAvailable
}

func hasAvailable(n rollout.Node) bool {
	return settled(n) || n.Situation == rollout.BothAvailable ||
		n.Situation == rollout.BothOldAvailable || n.Situation == rollout.BothNewAvailable
}

func hasReady(n rollout.Node) bool {
	return n.Old != nil && n.Old.Status.Ready || n.New != nil && n.New.Status.Ready
}

// TestRolloutsInTrouble holds both strategies to their promises, in rollouts with all kinds of trouble. When all
// is well again the rollout comes to its end. Then there is a rollout that is sure to be under way when trouble
// begins once more, so that there is something to judge every time.
func TestRolloutsInTrouble(t *testing.T) {
	for _, tt := range []struct {
		name   string
		strict bool
	}{{"Kubernetes' own", false}, {"Strict", true}} {
		t.Run(tt.name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				r := newTroubled(t, tt.strict)
				t.Repeat(rapid.StateMachineActions(r))
				r.m.finish(t)
				r.underWay(t)
				t.Repeat(rapid.StateMachineActions(r))
				r.m.finish(t)
				r.Check(t)
			})
		})
	}
}

// TestWhereTheyDiffer updates before the pods are available. Held to the promise of Strict, Kubernetes' own
// strategy breaks it: the judge is not blind.
func TestWhereTheyDiffer(t *testing.T) {
	broken := func(config daemonsim.Config) []string {
		sim := daemonsim.New(config)
		j := watchRollouts(sim, true /* strict */)
		require.NoError(t, sim.AddNodes("a", "b", "c"))
		set := smallSet("one")
		set.Spec.MinReadySeconds = 60
		_, err := sim.Create(set)
		require.NoError(t, err)
		require.NoError(t, sim.RunFor(10*time.Second))
		require.NoError(t, sim.SetImage("default", "one", "*", "agent:v2"))
		require.NoError(t, sim.Settle())
		require.NoError(t, simtest.Converged(sim))
		require.NotZero(t, j.judged)
		return j.wrong
	}
	own := broken(daemonsim.Config{})
	require.True(t, slices.ContainsFunc(own, func(text string) bool {
		return text[len(text)-len("2 nodes are without such a pod"):] == "2 nodes are without such a pod"
	}), "%v", own)
	require.Empty(t, broken(daemonsim.Config{Planner: strategy.Strict{}}))
}
