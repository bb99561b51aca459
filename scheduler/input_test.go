package scheduler_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/scheduler"
)

// TestUnusualSnapshots is about what a caller may hand in that no cluster would.
func TestUnusualSnapshots(t *testing.T) {
	t.Run("the zero Snapshot is an empty cluster", func(t *testing.T) {
		require.Equal(t, "no nodes available to schedule pods",
			scheduler.DefaultProfile().Evaluate(newPod("p"), new(scheduler.Snapshot)).Message)
	})
	t.Run("a pod without a template is passed over", func(t *testing.T) {
		there := on("a", &cluster.Pod{ObjectMeta: cluster.ObjectMeta{Name: "there"}})
		require.Empty(t, asked(newPod("p"), newNode("a"), there))
	})
	t.Run("S-149 pods without UIDs are told apart by name", func(t *testing.T) {
		require.Equal(t, "0/1 nodes are available: 1 Insufficient cpu. preemption: found a potential placement "+
			"for pod on node a, preempting 1 victims",
			asked(prior(100, newPod("p", cpu2)), newNode("a"),
				on("a", prior(200, newPod("keep", cpu2))), on("a", newPod("victim", cpu2))))
	})
	t.Run("S-129 a nominated pod without a UID counts", func(t *testing.T) {
		nominated := newPod("nominated", fourCores)
		nominated.Status.Trouble = &cluster.PodTrouble{NominatedNodeName: "a"}
		require.NotEmpty(t, asked(newPod("p", cpu1), newNode("a"), nominated))
	})
}

// later rejects every pod for the time being.
type later struct{}

func (later) Name() string { return "Later" }

func (later) PreFilter(*scheduler.Cycle) scheduler.PreFilterResult {
	return scheduler.PreFilterResult{
		Status: scheduler.Status{Code: scheduler.Unschedulable, Reasons: []string{"not now"}},
	}
}

// TestRejectedForTheTimeBeing is S-55 and S-145: a pod that PreFilter rejects in a way that can be resolved
// may displace others on any node.
func TestRejectedForTheTimeBeing(t *testing.T) {
	t.Run("S-145 after PreFilter", func(t *testing.T) {
		profile := append(scheduler.Profile{{Plugin: later{}}}, scheduler.DefaultProfile()...)
		snapshot := scheduler.NewSnapshot(newNode("a"), newNode("b"))
		require.Equal(t, "0/2 nodes are available: not now. preemption: 0/2 nodes are available: "+
			"2 No preemption victims found for incoming pod.", profile.Evaluate(newPod("p"), snapshot).Message)
	})
}

// TestPodsThatEndUnbound is about pods that fail before they have a node: they take no room.
func TestPodsThatEndUnbound(t *testing.T) {
	w := newWorld(t, newPod("p"))
	w.settle()
	w.setPhase("p", cluster.PodFailed)
	w.create(newNode("a"))
	w.settle()
	require.Empty(t, w.bound)
}

func laggingWorld(t *testing.T, delay time.Duration, objects ...cluster.Object) *world {
	w := &world{t: t}
	w.Cluster = cluster.New(
		cluster.Config{Lags: map[string]cluster.Lag{scheduler.Name: {Delay: delay}}}, scheduler.New(scheduler.Config{}))
	w.create(objects...)
	return w
}

// TestLateViews is about a scheduler that sees the cluster late.
func TestLateViews(t *testing.T) {
	t.Run("S-143 its word about a pod leaves the rest of the status alone", func(t *testing.T) {
		w := laggingWorld(t, 5*time.Second, newNode("a", allocating("pods", "0")), newPod("p"))
		require.NoError(t, w.RunFor(3*time.Second))
		w.setPhase("p", cluster.PodFailed)
		require.NoError(t, w.RunFor(3*time.Second))
		require.NotEmpty(t, w.message("p"))
		require.Equal(t, cluster.PodFailed, w.pod("p").Status.Phase)
	})
	t.Run("S-129 a nominated pod that has been bound counts once", func(t *testing.T) {
		w := laggingWorld(t, time.Second, newNode("a"),
			&cluster.PriorityClass{ObjectMeta: cluster.ObjectMeta{Name: "low"}, Value: -100},
			on("a", newPod("victim", fourCores, prioritized("low"))))
		require.NoError(t, w.RunFor(10*time.Second))
		w.create(newPod("nominated", cpu2))
		require.NoError(t, w.RunFor(10*time.Second))
		require.Equal(t, "a", w.pod("nominated").NominatedNodeName())
		w.force("victim")
		w.create(newPod("p", cpu2))
		require.NoError(t, w.RunFor(10*time.Second))
		require.Equal(t, "a", w.pod("nominated").NodeName)
		require.Equal(t, "a", w.pod("p").NodeName)
	})
}

// TestUnusualProfiles is about profiles that Validate reports, and that are asked all the same.
func TestUnusualProfiles(t *testing.T) {
	hole := scheduler.Profile{{}, {Plugin: scheduler.NodePorts{}}}
	require.Len(t, hole.With(nil, scheduler.NodePorts{}, scheduler.NodeName{}), 3)
	require.Len(t, hole.Without("NodePorts"), 1)
	require.Empty(t, hole.Evaluate(newPod("p"), scheduler.NewSnapshot(newNode("a"))).Message)
	heavy := scheduler.Profile{
		{Plugin: scheduler.ImageLocality{}}, {Plugin: scheduler.NodeAffinity{}, Weight: math.MaxInt64 / 100},
	}
	require.EqualError(t, heavy.Validate(), `profile[1]: with the weight 92233720368547758 of plugin `+
		`"NodeAffinity" a total of scores could overflow`)
	require.NoError(t, heavy[1:].Validate())
}

// stutter narrows to nodes that it names twice, or that there are not.
type stutter struct{}

func (stutter) Name() string { return "Stutter" }

func (stutter) PreFilter(*scheduler.Cycle) scheduler.PreFilterResult {
	return scheduler.PreFilterResult{Narrowed: true, Nodes: []string{"a", "gone", "a"}}
}

// TestNamesTwice is S-56: the nodes in question are a set, and those that do not exist are dropped.
func TestNamesTwice(t *testing.T) {
	t.Run("S-56 a node that is named twice counts once", func(t *testing.T) {
		profile := append(scheduler.Profile{{Plugin: stutter{}}}, scheduler.DefaultProfile()...)
		w := &world{t: t}
		w.Cluster = cluster.New(cluster.Config{}, scheduler.New(scheduler.Config{Profile: profile}))
		w.create(newNode("a", cordoned), newNode("b"), newPod("p"))
		w.settle()
		require.Equal(t, "0/2 nodes are available: 1 node(s) didn't satisfy plugin(s) [Stutter], "+
			"1 node(s) were unschedulable. preemption: 0/2 nodes are available: "+
			"2 Preemption is not helpful for scheduling.", w.message("p"))
	})
}

// TestErrorsEndNominations is S-126 for a pod that waited for room on a node that is gone.
func TestErrorsEndNominations(t *testing.T) {
	t.Run("S-126 a pod without nodes loses its nomination", func(t *testing.T) {
		w := preemptionWorld(t)
		require.NoError(t, w.Delete(cluster.KindNode, "", "a", cluster.DeleteOptions{}))
		w.force("victim")
		w.settle()
		require.Equal(t, "no nodes available to schedule pods", w.message("critical"))
		require.Empty(t, w.pod("critical").NominatedNodeName())
	})
}

// countingChooser counts the candidates of a choice point and takes the first.
type countingChooser struct{ most *int }

func (c countingChooser) Fork() cluster.Chooser { return c }

func (c countingChooser) Choose(ch cluster.Choice) int {
	if ch.Point == "scheduler-pod" {
		*c.most = max(*c.most, ch.N)
	}
	return 0
}

// TestDeadPodsAreNoChoice is about pods that are deleted while they are queued.
func TestDeadPodsAreNoChoice(t *testing.T) {
	most := 0
	w := &world{t: t}
	w.Cluster = cluster.New(cluster.Config{Chooser: countingChooser{&most}}, scheduler.New(scheduler.Config{}))
	w.create(newNode("a"), newPod("p"), newPod("q"), newPod("r"))
	w.force("p")
	w.settle()
	require.Equal(t, 2, most)
	require.Equal(t, "a", w.pod("r").NodeName)
}
