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
// Strict promises what its documentation says: see floor.
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
	p, ok := ch.Before.(*cluster.Pod)
	if !ok || ch.Actor != daemonset.Name || p.Terminating() || p.Terminal() ||
		ch.After != nil && !ch.After.Meta().Terminating() {
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
	works := total(s, func(n rollout.Node) bool {
		return !settled(n) && (n.Situation != rollout.OldUnavailable || !n.ShouldRun)
	})
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

// troubled is a machine with one DaemonSet that is being rolled out while nodes and pods are in trouble. It
// does less than the machine for everything, so that more of it is rollouts.
type troubled struct {
	m      *machine
	judges []*judge
}

func (r *troubled) Check(t *rapid.T) {
	r.m.Check(t)
	for _, j := range r.judges {
		if len(j.wrong) > 0 {
			t.Fatal(j.wrong[0])
		}
	}
}

func (r *troubled) SetImage(t *rapid.T)      { r.m.SetImage(t) }
func (r *troubled) SetImageAgain(t *rapid.T) { r.m.SetImage(t) }
func (r *troubled) SetUndone(t *rapid.T)     { r.m.SetUndone(t) }
func (r *troubled) SetRestarted(t *rapid.T)  { r.m.SetRestarted(t) }
func (r *troubled) SetStrategy(t *rapid.T)   { r.m.SetStrategy(t) }
func (r *troubled) SetNumbers(t *rapid.T)    { r.m.SetNumbers(t) }
func (r *troubled) ImageBehaves(t *rapid.T)  { r.m.ImageBehaves(t) }
func (r *troubled) NodeJoins(t *rapid.T)     { r.m.NodeJoins(t) }
func (r *troubled) NodeLeaves(t *rapid.T)    { r.m.NodeLeaves(t) }
func (r *troubled) NodeTainted(t *rapid.T)   { r.m.NodeTainted(t) }
func (r *troubled) NodeUntainted(t *rapid.T) { r.m.NodeUntainted(t) }
func (r *troubled) NodeCordoned(t *rapid.T)  { r.m.NodeCordoned(t) }
func (r *troubled) NodeRelabel(t *rapid.T)   { r.m.NodeRelabelled(t) }
func (r *troubled) PodDeleted(t *rapid.T)    { r.m.PodDeleted(t) }
func (r *troubled) PodEnds(t *rapid.T)       { r.m.PodEnds(t) }
func (r *troubled) Steps(t *rapid.T)         { r.m.Steps(t) }
func (r *troubled) TimePasses(t *rapid.T)    { r.m.TimePasses(t) }
func (r *troubled) TimePassesOn(t *rapid.T)  { r.m.TimePasses(t) }

// PodFlaps makes a pod unready, or ready again, without its kubelet's doing.
func (r *troubled) PodFlaps(t *rapid.T) {
	var bound []*cluster.Pod
	for p := range r.m.sim().Pods("") {
		if p.Bound() && !p.Terminating() && !p.Terminal() {
			bound = append(bound, p)
		}
	}
	p := pick(t, bound, "pod")
	r.m.do(t, fmt.Sprintf("pod %s ready %v", p.Name, !p.Status.Ready), func(sim *daemonsim.Sim) error {
		status := sim.PodByUID(p.UID).Status
		status.Phase, status.Started, status.Ready = cluster.PodRunning, true, !status.Ready
		status.ReadySince = sim.Now()
		_, err := sim.SetPodStatus(p.UID, status)
		return err
	})
}

// newTroubled installs the DaemonSet on a few nodes, and gives it its strategy.
func newTroubled(t *rapid.T, strict bool) *troubled {
	config := daemonsim.Config{Seed: rapid.Uint64Range(0, 9).Draw(t, "seed")}
	if rapid.Bool().Draw(t, "chooser") {
		config.Chooser = cluster.NewRandomChooser(config.Seed)
	}
	var skip []simtest.Check
	if strict {
		// It replaces the strategy OnDelete, too.
		skip = append(skip, simtest.Budget)
		config.Planners = map[string]rollout.Planner{"default/one": strategy.Strict{}}
	}
	sim := daemonsim.New(config)
	r := &troubled{m: &machine{[]*run{newRun(sim, skip...)}}, judges: []*judge{watchRollouts(sim, strict)}}
	for i := range rapid.IntRange(3, 6).Draw(t, "nodes") {
		require.NoError(t, sim.AddNodes(fmt.Sprintf("n%d", i)))
	}
	set := smallSet("one")
	set.Spec.UpdateStrategy = drawStrategy(t)
	set.Spec.MinReadySeconds = rapid.SampledFrom([]int32{0, 3, 20}).Draw(t, "minReadySeconds")
	_, err := sim.Create(set)
	require.NoError(t, err)
	require.NoError(t, sim.RunFor(rapid.SampledFrom([]time.Duration{
		3 * time.Second, time.Minute,
	}).Draw(t, "install")))
	return r
}

// TestRolloutsInTrouble holds both strategies to their promises, in rollouts with all kinds of trouble. At
// the end all is well again, and the rollout comes to its end.
func TestRolloutsInTrouble(t *testing.T) {
	for _, tt := range []struct {
		name   string
		strict bool
	}{{"Kubernetes' own", false}, {"Strict", true}} {
		t.Run(tt.name, func(t *testing.T) {
			judged := 0
			rapid.Check(t, func(t *rapid.T) {
				r := newTroubled(t, tt.strict)
				t.Repeat(rapid.StateMachineActions(r))
				if !tt.strict {
					r.m.finish(t)
				}
				r.Check(t)
				judged += r.judges[0].judged
			})
			require.NotZero(t, judged)
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
