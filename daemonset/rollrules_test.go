package daemonset_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/kubelet"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/rollout"
)

// TestRolloutRules has the rules about rollouts that take more than one plan to show.
func TestRolloutRules(t *testing.T) {
	t.Run("D-125", checkRollAfterManage)
	t.Run("D-126", checkEntries)
	t.Run("D-127", TestIsNew)
	t.Run("D-128", checkOrphans)
	t.Run("D-129", TestAvailable)
	t.Run("D-134", checkBurstOfRoll)
	t.Run("D-146", TestTimelineInPlace)
	t.Run("D-157", checkSurgeOnHostNetwork)
	t.Run("D-159", TestSteps)
	t.Run("D-160", TestTimelineSurge)
	t.Run("D-161", checkMiddleRevision)
	t.Run("D-162", checkReplacedAgain)
	t.Run("D-163", TestTwoChangesInARow)
	t.Run("D-164", checkHarmIsBounded)
	t.Run("D-165", checkLimitsChange)
	t.Run("D-166", TestSwitchOfStrategy)
	t.Run("D-168", checkOnDeleteToRolling)
	t.Run("D-169", checkDeletedByHand)
}

// asked notes what it is shown, and plans as the DaemonSet's own strategy would.
type asked struct{ list *[]string }

func (asked) Name() string { return "Asked" }

func (a asked) Plan(s rollout.State) rollout.Plan {
	text := ""
	for n := range s.Nodes() {
		text += n.Name + " " + n.Situation.String() + " "
	}
	*a.list = append(*a.list, text)
	return s.Terms().Budget.Plan(s)
}

// checkRollAfterManage lets a node join just when an update begins. The strategy is asked when its pod is
// there, and not in the sync that creates it.
func checkRollAfterManage(t *testing.T) {
	var list []string
	w := newWorld(t, setup{config: daemonset.Config{Planner: asked{&list}}, noScheduler: true}, "a", "b")
	w.create(agent(unavailable("3")))
	w.settle()
	list = nil
	w.join("c")
	w.image("agent:v2")
	w.settle()
	require.NotEmpty(t, list)
	require.Contains(t, list[0], "c NewUnavailable", "not Vacant: manage comes first")
	for _, text := range list {
		require.NotContains(t, text, "Vacant")
	}

	w = newWorld(t, setup{}, "a", "b")
	w.create(agent(onDelete))
	w.settle()
	w.take()
	w.image("agent:v2")
	w.settle()
	require.Empty(t, w.take(), "it runs for the strategy RollingUpdate only")
}

// checkEntries has a node without a pod, a tainted one with, a tainted one without, and one that is gone.
func checkEntries(t *testing.T) {
	w := newWorld(t, setup{noKubelet: true}, "gone", "tainted", "vacant")
	w.create(agent(onDelete))
	w.settle()
	w.taint("tainted", noSchedule("x"))
	w.join("unwanted")
	w.taint("unwanted", noSchedule("x"))
	w.settle()
	w.remove(w.only("vacant"))
	w.removeNode("gone")
	w.image("agent:v2")
	var got []string
	for n := range daemonset.RolloutState(w.Reader, w.set(), w.Now()).Nodes() {
		got = append(got, fmt.Sprint(n.Name, " ", n.Situation, " ", n.ShouldRun, " ", n.Exists))
	}
	for _, want := range []string{
		"gone OldUnavailable false false", "tainted OldUnavailable false true", "vacant Vacant true true",
	} {
		require.Contains(t, got, want)
	}
	require.Len(t, got, 3, "a node that should not run a pod and has none is no entry")
}

func checkBurstOfRoll(t *testing.T) {
	w := newWorld(t, setup{config: daemonset.Config{BurstReplicas: 2}, noScheduler: true}, "a", "b", "c", "d", "e")
	w.create(agent(unavailable("100%")))
	w.settle()
	w.image("agent:v2")
	w.take()
	creations, deletions := batches(w)
	require.Equal(t, []int{2, 2, 1}, deletions)
	require.Equal(t, []int{2, 2, 1}, creations)

	s := setup{config: daemonset.Config{BurstReplicas: 2}, noKubelet: true}
	w = newWorld(t, s, "a", "b", "c", "d", "e")
	w.create(agent(surge("100%")))
	w.settle()
	w.image("agent:v2")
	w.take()
	creations, _ = batches(w)
	require.Equal(t, []int{2, 2, 1}, creations, "new pods beside old ones that are not available")
}

// checkSurgeOnHostNetwork declares a port under hostNetwork: it becomes a host port, and the new pod cannot
// be placed beside the old one.
func checkSurgeOnHostNetwork(t *testing.T) {
	w := newWorld(t, setup{pods: kubelet.Typical()}, "a", "b")
	w.create(agent(surge("1"), spec(func(s *cluster.PodSpec) {
		s.HostNetwork = true
		s.Containers[0].Ports = []cluster.ContainerPort{{ContainerPort: 80}}
	})))
	w.settle()
	w.image("agent:v2")
	w.settle()
	require.Len(t, w.on("a"), 2)
	unbound := slices.DeleteFunc(w.on("a"), (*cluster.Pod).Bound)
	require.Len(t, unbound, 1, "the new pod waits, and the old one stays")
	require.Len(t, w.on("b"), 1)
}

// images counts the live pods by image.
func (w *world) images() map[string]int {
	list := make(map[string]int)
	for p := range w.Pods("") {
		if !p.Terminating() {
			list[p.Spec().Containers[0].Image]++
		}
	}
	return list
}

// checkMiddleRevision stops half-way with an available and an unavailable pod of the middle revision.
func checkMiddleRevision(t *testing.T) {
	w := newWorld(t, setup{}, "a", "b", "c", "d")
	w.create(agent(unavailable("1")))
	w.settle()
	require.NoError(t, w.pods.SetImage("agent:v2", kubelet.Behaviour{NeverReady: true}))
	w.image("agent:v2")
	w.settle()
	w.ready(w.only("a"), true)
	w.settle()
	require.Equal(t, map[string]int{"agent:v1": 2, "agent:v2": 2}, w.images(), "a is available, b is not")
	w.take()
	w.image("agent:v3")
	w.instantUntilActed()
	require.Equal(t, []string{"0s delete b"}, w.take(), "the unavailable one at once, and it uses up the budget")
	w.settle()
	got := w.take()
	require.Equal(t, []string{"0s create b", "0s delete a", "0s create a", "0s delete c"}, got[:4],
		"available ones of either revision are candidates alike")
	require.Equal(t, map[string]int{"agent:v3": 4}, w.images())
}

// checkReplacedAgain counts what two updates in a row replace.
func checkReplacedAgain(t *testing.T) {
	w := newWorld(t, setup{pods: kubelet.Typical()}, "a", "b", "c")
	w.create(agent())
	w.settle()
	w.image("agent:v2")
	require.NoError(t, w.RunUntil(func(cluster.Reader) bool { return w.images()["agent:v2"] == 2 }, time.Minute))
	w.take()
	w.image("agent:v3")
	w.settle()
	deletions := 0
	for _, action := range w.take() {
		if slices.Contains([]string{"delete a", "delete b", "delete c"}, action[len(action)-8:]) {
			deletions++
		}
	}
	require.Equal(t, 3, deletions, "a and b, which had been updated, are updated again")
}

// checkHarmIsBounded rolls out a version that crashes, and takes it back.
func checkHarmIsBounded(t *testing.T) {
	w := newWorld(t, setup{pods: kubelet.Typical()}, "a", "b", "c", "d", "e")
	require.NoError(t, w.pods.SetImage("agent:v2", kubelet.Behaviour{NeverReady: true, CrashAfter: time.Second}))
	w.create(agent(unavailable("2")))
	w.settle()
	w.image("agent:v2")
	w.run(time.Hour)
	require.Equal(t, map[string]int{"agent:v1": 3, "agent:v2": 2}, w.images(), "M nodes, however long it goes on")
	w.take()
	w.image("agent:v1")
	w.instantUntilActed()
	require.Len(t, w.take(), 2, "undone in one round")
	w.settle()
	require.Len(t, w.take(), 2, "their successors, and nothing else")
	require.Equal(t, map[string]int{"agent:v1": 5}, w.images())
}

// checkLimitsChange changes M, S and minReadySeconds in the middle.
func checkLimitsChange(t *testing.T) {
	w := newWorld(t, setup{}, "a", "b", "c", "d")
	require.NoError(t, w.pods.SetImage("agent:v2", kubelet.Behaviour{NeverReady: true}))
	w.create(agent(unavailable("1")))
	w.settle()
	w.image("agent:v2")
	w.settle()
	require.Equal(t, map[string]int{"agent:v1": 3, "agent:v2": 1}, w.images())
	w.change(unavailable("2"))
	w.settle()
	require.Equal(t, map[string]int{"agent:v1": 2, "agent:v2": 2}, w.images())
	w.change(surge("1"))
	w.settle()
	require.Len(t, w.on("c"), 2, "the pod that is alone and not ready does not count against S")
	w.change(unavailable("2"))
	w.settle()
	require.Len(t, w.on("c"), 1)

	// What was available is not any more, and so it may go.
	w.run(time.Minute)
	w.change(minReady(3600))
	w.settle()
	require.Equal(t, map[string]int{"agent:v2": 4}, w.images())
}

func checkOnDeleteToRolling(t *testing.T) {
	w := newWorld(t, setup{}, "a", "b")
	w.create(agent(onDelete))
	w.settle()
	w.image("agent:v2")
	w.settle()
	require.Equal(t, map[string]int{"agent:v1": 2}, w.images())
	w.take()
	w.change(unavailable("2"))
	w.instantUntilActed()
	require.Equal(t, []string{"0s delete a", "0s delete b"}, w.take(), "in the next sync")
}

func checkDeletedByHand(t *testing.T) {
	for _, strategy := range []func(*daemonset.DaemonSet){onDelete, unavailable("1")} {
		w := newWorld(t, setup{}, "a", "b", "c")
		w.create(agent(strategy))
		w.settle()
		require.NoError(t, w.pods.SetImage("agent:v2", kubelet.Behaviour{NeverReady: true}))
		w.image("agent:v2")
		w.settle()
		w.remove(w.only("c"))
		w.settle()
		require.Equal(t, "agent:v2", w.only("c").Spec().Containers[0].Image)
	}
}
