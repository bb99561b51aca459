package daemonset_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/kubelet"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/rollout"
)

// TestDirectMode covers D-251 and D-254: without a scheduler every pod is born bound, whatever the
// resources and the cordon.
func TestDirectMode(t *testing.T) {
	w := newWorld(t, setup{config: daemonset.Config{Mode: daemonset.Direct}, noScheduler: true})
	cordoned := node("cordoned", nil)
	cordoned.Spec.Unschedulable = true
	w.create(cordoned)
	w.join("a")
	w.create(agent())
	w.settle()
	for _, n := range []string{"a", "cordoned"} {
		p := w.only(n)
		require.Equal(t, n, p.NodeName)
		got := p.FullSpec()
		_, pinned := cluster.PinnedNode(&got)
		require.False(t, pinned, "the node name stands for the affinity")
	}
	require.Equal(t, "2/2/0/2/2/2/0", counts(w.set().Status))
	w.image("agent:v2")
	w.settle()
	require.Equal(t, "2/2/0/2/2/2/0", counts(w.set().Status))
}

// TestDirectModeAsksNobody has a node without room for a pod, which only its kubelet minds.
func TestDirectModeAsksNobody(t *testing.T) {
	t.Run("N-86, N-88", func(t *testing.T) {
		w := newWorld(t, setup{config: daemonset.Config{Mode: daemonset.Direct}, noScheduler: true})
		full := node("full", nil)
		full.Status.Allocatable = cluster.ResourceList{}
		w.create(full)
		w.create(agent())
		require.NoError(t, w.RunFor(time.Minute))
		p := w.only("full")
		require.Equal(t, cluster.PodFailed, p.Phase())
		require.Equal(t, "OutOfpods", p.Status.Trouble.Reason)
		made := 0
		for _, action := range w.take() {
			if strings.Contains(action, "create") {
				made++
			}
		}
		require.Equal(t, 7, made, "at 0, 0, 1, 3, 7, 15 and 31 s")
	})
}

// batches counts the creations and the deletions of each sync.
func batches(w *world) (creations, deletions []int) {
	for w.Pending() > 0 {
		w.Step()
		c, d := 0, 0
		for _, action := range w.take() {
			if strings.Contains(action, "create") {
				c++
			} else {
				d++
			}
		}
		if c > 0 {
			creations = append(creations, c)
		}
		if d > 0 {
			deletions = append(deletions, d)
		}
	}
	return creations, deletions
}

// TestBurst covers D-96 to D-98: no sync creates or deletes more than 250 pods.
func TestBurst(t *testing.T) {
	w := newWorld(t, setup{noScheduler: true})
	for i := range 600 {
		w.create(node(fmt.Sprintf("n%03d", i), map[string]string{"half": fmt.Sprint(i % 2)}))
	}
	w.create(agent(unavailable("100%")))
	creations, deletions := batches(w)
	require.Equal(t, []int{250, 250, 100}, creations, "D-96, D-99: the last row")
	require.Empty(t, deletions)

	w.image("agent:v2")
	creations, deletions = batches(w)
	require.Equal(t, []int{250, 250, 100}, deletions, "D-97: the rolling update, too")
	require.Equal(t, []int{250, 250, 100}, creations)

	w.change(spec(selector("half", "0")))
	_, deletions = batches(w)
	require.Equal(t, 300, sum(deletions[:2]), "D-42: at once, but for the cap")
	require.Equal(t, 250, deletions[0])
}

// TestBurstsAreSeparate covers D-96: a sync that creates as much as it may deletes as well.
func TestBurstsAreSeparate(t *testing.T) {
	w := newWorld(t, setup{config: daemonset.Config{BurstReplicas: 3}, noScheduler: true})
	for i := range 10 {
		w.create(node(fmt.Sprintf("a%d", i), map[string]string{"side": "old"}))
		w.create(node(fmt.Sprintf("b%d", i), map[string]string{"side": "new"}))
	}
	w.create(agent(onDelete, spec(selector("side", "old"))))
	w.settle()
	w.change(spec(selector("side", "new")))
	w.take()
	w.instantUntilActed()
	require.Len(t, w.take(), 6)
}

// instantUntilActed runs until the controller has created or deleted a pod.
func (w *world) instantUntilActed() {
	for len(w.actions) == 0 && w.Pending() > 0 {
		w.Step()
	}
}

func sum(list []int) int {
	n := 0
	for _, k := range list {
		n += k
	}
	return n
}

// TestSlowStart covers D-99 to D-102: creations go in batches that double, and stop after one that
// failed. A priority class that does not exist fails every creation; the events count the attempts.
func TestSlowStart(t *testing.T) {
	w := newWorld(t, setup{}, "a", "b", "c", "d")
	w.create(agent(spec(func(s *cluster.PodSpec) { s.PriorityClassName = "later" })))
	w.instant()
	require.Empty(t, w.on("a"))
	require.Equal(t, "4/0/0/0/0/0/4", counts(w.set().Status), "D-66: the status is written all the same")
	require.Equal(t, int64(1), w.set().Status.ObservedGeneration, "D-31")
	first := w.events()
	require.Len(t, first, 2, "D-100: the batch of one failed, the rest is skipped, in this sync and in the one that "+
		"the written status brings")
	require.NotEqual(t, first[0], first[1], "P-46: each attempt has another name")
	require.True(t, strings.HasPrefix(first[0], "Warning FailedCreate Error creating: "), first[0])
	require.Contains(t, first[0], "no PriorityClass with name later was found")
	require.Error(t, w.Settle(), "nothing but retries is left")

	w.create(&cluster.PriorityClass{ObjectMeta: cluster.ObjectMeta{Name: "later"}, Value: 10})
	w.run(1000 * time.Second)
	require.Equal(t, "4/4/0/4/4/4/0", counts(w.set().Status))
	require.Equal(t, int32(10), w.only("a").Priority)
	require.NoError(t, w.Settle())
}

// TestFailedSyncs is about what comes after an error.
func TestFailedSyncs(t *testing.T) {
	t.Run("D-69", checkRetries)
	t.Run("D-209", checkRetries)
}

// checkRetries covers D-209: failed syncs are tried again after 5 ms, doubling to 1000 s. The status that the
// first of them writes queues the second at once; that one's wish to wait for 10 ms comes after the first
// one's, and the earlier counts.
func checkRetries(t *testing.T) {
	w := newWorld(t, setup{}, "a")
	w.create(agent(spec(func(s *cluster.PodSpec) { s.PriorityClassName = "later" })))
	var times []time.Duration
	for len(times) < 21 {
		before := attempts(w)
		w.Step()
		if attempts(w) > before {
			times = append(times, w.Now())
		}
	}
	require.Equal(t, []time.Duration{0, 0, 5 * time.Millisecond}, times[:3])
	want := 20 * time.Millisecond
	for i := 3; i < len(times); i++ {
		require.Equal(t, want, times[i]-times[i-1], "attempt %d", i)
		want = min(2*want, 1000*time.Second)
	}
	require.Equal(t, 1000*time.Second, want)

	w.create(&cluster.PriorityClass{ObjectMeta: cluster.ObjectMeta{Name: "later"}, Value: 10})
	w.settleWithin(1000 * time.Second)
	w.change(spec(func(s *cluster.PodSpec) { s.PriorityClassName = "never" }))
	w.instant()
	before, start := attempts(w), w.Now()
	for attempts(w) == before {
		w.Step()
	}
	require.Equal(t, 5*time.Millisecond, w.Now()-start, "success resets the count")
}

func (w *world) settleWithin(d time.Duration) {
	w.t.Helper()
	w.run(d)
	w.settle()
}

// attempts counts the creations that failed.
func attempts(w *world) int {
	n := 0
	for e := range w.Events(w.set().UID) {
		if e.Reason == "FailedCreate" {
			n += e.Count
		}
	}
	return n
}

// TestEvents has the rules about events.
func TestEvents(t *testing.T) {
	t.Run("D-201", checkEvents)
	t.Run("D-201 a pod that is refused", checkEventOfRefusal)
	t.Run("D-202", checkNoOtherEvents)
}

func checkEventOfRefusal(t *testing.T) {
	w := newWorld(t, setup{}, "n")
	w.create(agent(spec(func(s *cluster.PodSpec) { s.PriorityClassName = "later" })))
	w.instant()
	require.NotEmpty(t, w.events())
	for _, e := range w.events() {
		require.Regexp(t, `^Warning FailedCreate Error creating: pods "agent-[a-z0-9]+" is forbidden: `, e)
	}
}

// checkNoOtherEvents has a rollout, an adoption, a release, new revisions and a node that is skipped.
func checkNoOtherEvents(t *testing.T) {
	w := newWorld(t, setup{}, "a", "b", "skipped")
	w.taint("skipped", noSchedule("x"))
	w.create(orphan("orphan", "a"))
	w.create(agent(onDelete))
	w.settle()
	require.Equal(t, w.set().UID, w.Pod("default", "orphan").Controller().UID)
	released := w.only("b").Clone().(*cluster.Pod)
	released.Labels["app"] = "other"
	w.update(released)
	w.settle()
	require.Len(t, w.on("b"), 2)
	w.change(unavailable("1"))
	w.image("agent:v2")
	w.settle()
	require.Len(t, daemonset.Revisions(w.Reader, w.set()), 2)
	for _, e := range w.events() {
		require.Regexp(t, "^Normal Successful(Create Created|Delete Deleted) pod: ", e)
	}
}

// checkEvents goes through the rows of the table that can happen here.
func checkEvents(t *testing.T) {
	w := newWorld(t, setup{}, "n")
	w.create(agent(onDelete))
	w.settle()
	var want []string
	names := func() string { return w.only("n").Name }
	first := names()
	want = append(want, "Normal SuccessfulCreate Created pod: "+first)
	w.fail(w.only("n"))
	w.settle()
	second := names()
	want = append(want,
		"Warning FailedDaemonPod Found failed daemon pod default/"+first+" on node n, will try to kill it",
		"Normal SuccessfulDelete Deleted pod: "+first,
		"Normal SuccessfulCreate Created pod: "+second)
	w.status(w.only("n"), func(s *cluster.PodStatus) { s.Phase, s.Ready = cluster.PodSucceeded, false })
	w.settle()
	want = append(want,
		"Normal SucceededDaemonPod Found succeeded daemon pod default/"+second+" on node n, will try to delete it",
		"Normal SuccessfulDelete Deleted pod: "+second,
		"Normal SuccessfulCreate Created pod: "+names())
	if diff := cmp.Diff(want, w.events()); diff != "" {
		t.Errorf("D-201 (-want +got):\n%s", diff)
	}
	for e := range w.Events(w.set().UID) {
		require.Equal(t, "daemonset-controller", e.Source)
	}
}

func checkManageAndRollInDifferentSyncs(t *testing.T) {
	w := newWorld(t, setup{noScheduler: true}, "a", "b")
	w.create(agent(unavailable("2")))
	w.settle()
	w.join("c")
	w.image("agent:v2")
	w.take()
	creations, deletions := batches(w)
	require.Equal(t, []int{1, 2}, creations, "the new node's pod, then those of the rollout")
	require.Equal(t, []int{2}, deletions)
}

// TestSurgeAndMissingNode covers D-153 and KP-12: the rollout waits until the pod is collected.
func TestSurgeAndMissingNode(t *testing.T) {
	w := newWorld(t, setup{noKubelet: true}, "a", "b", "c")
	w.create(agent(surge("1")))
	w.settle()
	for _, n := range []string{"a", "b", "c"} {
		w.ready(w.only(n), true)
	}
	w.removeNode("c")
	w.image("agent:v2")
	w.take()
	w.run(time.Second)
	require.Empty(t, w.take(), "nothing surges")
	require.Equal(t, "2/2/0/2/0/2/0", counts(w.set().Status), "D-66: the status is written")
	require.ErrorIs(t, w.Settle(), cluster.ErrUnsettled)
	w.remove(w.only("c"))
	w.instant()
	require.Len(t, w.take(), 1)
}

// TestPlacementIsAlwaysUpToDate covers D-42 and KP-15.
func TestPlacementIsAlwaysUpToDate(t *testing.T) {
	w := newWorld(t, setup{})
	for i := range 10 {
		w.create(node(fmt.Sprintf("n%d", i), map[string]string{"a": "1"}))
	}
	w.create(agent(onDelete, spec(selector("a", "1"))))
	w.settle()
	w.take()
	w.change(spec(selector("b", "1")))
	w.settle()
	require.Len(t, w.take(), 10)
	require.Equal(t, "0/0/0/0/0/0/0", counts(w.set().Status))
}

// TestRollingUpdateLeavesTaintedNodes covers D-141 and KP-13.
func TestRollingUpdateLeavesTaintedNodes(t *testing.T) {
	w := newWorld(t, setup{}, "a", "b")
	w.create(agent())
	w.settle()
	w.taint("b", noSchedule("k"))
	w.image("agent:v2")
	w.settle()
	require.Empty(t, w.on("b"))
	require.Equal(t, "1/1/0/1/1/1/0", counts(w.set().Status))
}

// TestSwitchOfStrategy covers D-165 to D-169.
func TestSwitchOfStrategy(t *testing.T) {
	w := newWorld(t, setup{pods: kubelet.Behaviour{Stop: time.Second}}, "a", "b", "c")
	w.create(agent(onDelete))
	w.settle()
	w.image("agent:v2")
	w.settle()
	require.Equal(t, "3/3/0/3/0/3/0", counts(w.set().Status), "D-167: nothing old is deleted")
	require.NoError(t, w.DeletePod(w.only("a").UID, cluster.DeleteOptions{}))
	w.settle()
	require.Equal(t, "3/3/0/3/1/3/0", counts(w.set().Status), "D-169: by hand, a new one comes")
	w.change(unavailable("1"))
	w.settle()
	require.Equal(t, "3/3/0/3/3/3/0", counts(w.set().Status), "D-168")

	require.NoError(t, w.pods.SetImage("agent:v3", kubelet.Behaviour{NeverReady: true}))
	w.change(surge("1"))
	w.run(2 * time.Second)
	w.image("agent:v3")
	w.settle()
	require.Len(t, w.on("a"), 2, "D-155: the new pod never gets ready, so both stay")
	w.take()
	w.change(unavailable("1"))
	w.instantUntilActed()
	for _, p := range w.on("a") {
		newer := p.Spec().Containers[0].Image == "agent:v3"
		require.Equal(t, newer, p.Terminating(), "D-166: the older, old pod stays")
	}
	w.settle()
	require.Equal(t, "agent:v3", w.only("a").Spec().Containers[0].Image, "and then it is a candidate")
}

// TestTwoChangesInARow covers D-161 to D-163.
func TestTwoChangesInARow(t *testing.T) {
	w := newWorld(t, setup{pods: slow}, "a", "b", "c", "d")
	w.create(agent(unavailable("2")))
	w.settle()
	w.image("agent:v2")
	w.run(4 * time.Second)
	revision := func() map[string]int {
		list := map[string]int{}
		for p := range w.Pods("") {
			if !p.Terminating() {
				list[p.Spec().Containers[0].Image]++
			}
		}
		return list
	}
	require.Equal(t, map[string]int{"agent:v1": 2, "agent:v2": 2}, revision())
	w.image("agent:v3")
	w.instant()
	require.Equal(t, map[string]int{"agent:v1": 2, "agent:v3": 2}, revision(),
		"D-161: the unavailable middle ones go at once")
	w.image("agent:v1")
	w.settle()
	require.Equal(t, map[string]int{"agent:v1": 4}, revision())
	kept := 0
	for p := range w.Pods("") {
		if p.CreationTimestamp == 0 {
			kept++
		}
	}
	require.Equal(t, 2, kept, "D-163: pods of the first revision are new again and stay")
}

// TestForkGoesItsOwnWay forks in the middle of a rollout: both sides end alike, and neither sees what
// the other does.
func TestForkGoesItsOwnWay(t *testing.T) {
	w := newWorld(t, setup{pods: slow}, "a", "b", "c")
	w.create(agent())
	w.settle()
	w.image("agent:v2")
	w.run(8 * time.Second)
	fork := w.Fork()
	before := w.Hash()
	require.Equal(t, before, fork.Hash())
	require.NoError(t, fork.Settle())
	require.Equal(t, before, w.Hash(), "the fork's rollout is its own")
	w.settle()
	require.Equal(t, fork.Hash(), w.Hash())
	require.Equal(t, "3/3/0/3/3/3/0", counts(daemonset.Get(fork.Reader, "default", "agent").Status))
}

// TestEveryOrderEndsAlike lets a random chooser decide the order of everything.
func TestEveryOrderEndsAlike(t *testing.T) {
	for seed := range uint64(20) {
		w := newWorld(t, setup{pods: slow, chooser: cluster.NewRandomChooser(seed)}, "a", "b", "c", "d", "e")
		w.create(agent(surge("2")))
		w.settle()
		w.image("agent:v2")
		w.settle()
		require.Equal(t, "5/5/0/5/5/5/0", counts(w.set().Status))
		require.Equal(t, 5, w.Count(cluster.KindPod))
	}
}

// everything replaces all old pods at once.
type everything struct{}

func (everything) Name() string { return "Everything" }

func (everything) Plan(s rollout.State) rollout.Plan {
	var plan rollout.Plan
	for n := range s.Nodes() {
		if n.Old != nil {
			plan.Delete = append(plan.Delete, rollout.Deletion{Pod: n.Old, Node: n})
		}
	}
	return plan
}

// TestPlanner replaces the update strategy.
func TestPlanner(t *testing.T) {
	w := newWorld(t, setup{config: daemonset.Config{Planner: everything{}}}, "a", "b", "c")
	w.create(agent(onDelete))
	w.settle()
	w.take()
	w.image("agent:v2")
	w.instantUntilActed()
	require.Equal(t, []string{"0s delete a", "0s delete b", "0s delete c"}, w.take())
	w.settle()
	require.Equal(t, "3/3/0/3/3/3/0", counts(w.set().Status))
}
