package daemonset_test

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/kubelet"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/rollout"
)

// mirror is the DaemonSet's own strategy, which holds the state that it is shown against the one that is
// worked out from the objects.
type mirror struct {
	w    *world
	seen *int
}

func (mirror) Name() string { return "Mirror" }

func (m mirror) Plan(s rollout.State) rollout.Plan {
	*m.seen++
	t, set := m.w.t, m.w.set()
	want := daemonset.RolloutState(m.w.Reader, set, m.w.Now())
	require.Equal(t, want.Terms(), s.Terms())
	require.Equal(t, want.Desired(), s.Desired())
	require.Equal(t, slices.Collect(want.Nodes()), slices.Collect(s.Nodes()))
	for sit := range rollout.Situation(rollout.Situations) {
		for _, run := range [2]bool{true, false} {
			require.Equal(t, want.Count(sit, run), s.Count(sit, run), "%v %v", sit, run)
			if sit.HasOld() {
				require.Equal(t, slices.Collect(want.In(sit, run)), slices.Collect(s.In(sit, run)))
			}
		}
	}
	for _, none := range [2]rollout.Situation{rollout.Situations, math.MaxUint8} {
		require.Zero(t, s.Count(none, true)+s.Count(none, false))
		require.Empty(t, slices.Collect(s.In(none, true)))
	}
	return set.Planner().Plan(s)
}

// TestRolloutStateIsTheControllers compares what the controller keeps with what follows from the objects,
// whenever it asks its strategy during a few random rollouts.
func TestRolloutStateIsTheControllers(t *testing.T) {
	seen := 0
	rapid.Check(t, func(rt *rapid.T) {
		planner := &later{}
		w := newWorld(t, setup{config: daemonset.Config{Planner: planner}, pods: kubelet.Typical()})
		planner.Planner = mirror{w, &seen}
		for i := range rapid.IntRange(1, 6).Draw(rt, "nodes") {
			w.join(fmt.Sprintf("n%d", i))
		}
		strategy := rapid.SampledFrom([]func(*daemonset.DaemonSet){
			unavailable("1"), unavailable("2"), surge("1"), onDelete,
		}).Draw(rt, "strategy")
		w.create(agent(strategy, minReady(rapid.Int32Range(0, 3).Draw(rt, "minReady"))))
		for range rapid.IntRange(1, 12).Draw(rt, "steps") {
			trouble(rt, w)
			w.run(time.Duration(rapid.IntRange(0, 40).Draw(rt, "time")) * 100 * time.Millisecond)
		}
	})
	require.NotZero(t, seen)
}

// later is a planner that is given later.
type later struct{ rollout.Planner }

// trouble does something to a world.
func trouble(t *rapid.T, w *world) {
	nodes := slices.Collect(w.Nodes())
	n := nodes[rapid.IntRange(0, len(nodes)-1).Draw(t, "node")].Name
	var pod *cluster.Pod
	for p := range w.Pods("") {
		if p.TargetNode() == n {
			pod = p
		}
	}
	switch rapid.SampledFrom([]string{"image", "taint", "untaint", "leave", "ready", "fail", "delete"}).Draw(t, "what") {
	case "image":
		w.image(fmt.Sprintf("agent:v%d", rapid.IntRange(1, 3).Draw(t, "image")))
	case "taint":
		w.taint(n, noSchedule("a"))
	case "untaint":
		w.taint(n)
	case "leave":
		if len(nodes) > 1 {
			w.removeNode(n)
		}
	case "ready":
		if pod != nil && pod.Bound() && !pod.Terminating() {
			w.ready(pod, rapid.Bool().Draw(t, "ready"))
		}
	case "fail":
		if pod != nil && pod.Bound() && !pod.Terminating() {
			w.fail(pod)
		}
	case "delete":
		if pod != nil {
			w.remove(pod)
		}
	}
}

// TestRolloutState reads a rollout off the objects, without a controller's help.
func TestRolloutState(t *testing.T) {
	w := newWorld(t, setup{pods: kubelet.Typical()}, "a", "b", "c")
	w.create(agent(unavailable("1"), minReady(5)))
	w.settle()
	w.image("agent:v2")
	w.run(1500 * time.Millisecond)
	w.taint("b", noSchedule("x"))
	s := daemonset.RolloutState(w.Reader, w.set(), w.Now())
	require.Equal(t, 2, s.Desired())
	var got []string
	for n := range s.Nodes() {
		got = append(got, fmt.Sprint(n.Name, " ", n.Situation, " ", n.ShouldRun))
	}
	require.Equal(t, []string{"a NewUnavailable true", "b OldAvailable false", "c OldAvailable true"}, got)
	terms := s.Terms()
	require.Equal(t, "agent", terms.Set.Name)
	require.Equal(t, w.Now(), terms.Now)
	require.Equal(t, rollout.RollingUpdate{MaxUnavailable: cluster.FromInt(1)}, terms.Budget)
	require.Len(t, terms.Old, 1)
	for n := range s.In(rollout.OldAvailable, true) {
		require.Equal(t, terms.Old[0].Hash(), rollout.RevisionOf(n.Old))
		require.Same(t, w.Node(n.Name), n.Object)
	}

	// Before the controller has seen another template, its revision is the one that it will get.
	w.image("agent:v3")
	s = daemonset.RolloutState(w.Reader, w.set(), w.Now())
	require.Nil(t, s.Terms().Current)
	require.Len(t, s.Terms().Old, 2)
	require.Equal(t, 3, s.Count(rollout.OldAvailable, true)+s.Count(rollout.OldAvailable, false)+
		s.Count(rollout.OldUnavailable, true))
}
