package scheduler_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/scheduler"
	"github.com/daemonsim/daemonsim/taints"
)

// counter is a filter that rejects nothing and counts how often it is asked.
type counter struct{ asked *int }

func (counter) Name() string { return "Counter" }

func (c counter) Filter(*scheduler.Cycle, *scheduler.NodeInfo) scheduler.Status {
	*c.asked++
	return scheduler.Status{}
}

// world is a cluster with a scheduler, the bindings that it makes, and how many looks it takes at nodes.
type world struct {
	*cluster.Cluster
	t     *testing.T
	asked int
	bound []string
}

func newWorld(t *testing.T, objects ...cluster.Object) *world {
	w := &world{t: t}
	profile := append(scheduler.Profile{{Plugin: counter{&w.asked}}}, scheduler.DefaultProfile()...)
	w.Cluster = cluster.New(cluster.Config{}, scheduler.New(scheduler.Config{Profile: profile}))
	w.OnChange(func(ch *cluster.Change) {
		p, ok := ch.After.(*cluster.Pod)
		if before, _ := ch.Before.(*cluster.Pod); ok && before != nil && !before.Bound() && p.Bound() {
			w.bound = append(w.bound, p.Name+" on "+p.NodeName)
		}
	})
	w.create(objects...)
	return w
}

func (w *world) create(objects ...cluster.Object) {
	w.t.Helper()
	for _, obj := range objects {
		_, err := w.Create(obj)
		require.NoError(w.t, err)
	}
}

func (w *world) settle() { require.NoError(w.t, w.Settle()) }

func (w *world) pod(name string) *cluster.Pod { return w.Pod("default", name) }

// editNode changes a node, its status included.
func (w *world) editNode(name string, changes ...nodeChange) {
	w.t.Helper()
	next := w.Node(name).Clone().(*cluster.Node)
	for _, change := range changes {
		change(next)
	}
	next.ResourceVersion = 0
	_, err := w.Update(next)
	require.NoError(w.t, err)
	_, err = w.UpdateStatus(next)
	require.NoError(w.t, err)
}

func (w *world) setPhase(name string, phase cluster.PodPhase) {
	_, err := w.SetPodStatus(w.pod(name).UID, cluster.PodStatus{Phase: phase})
	require.NoError(w.t, err)
}

func (w *world) delete(kind cluster.Kind, namespace, name string) {
	w.t.Helper()
	require.NoError(w.t, w.Delete(kind, namespace, name, cluster.DeleteOptions{}))
}

func (w *world) force(name string) {
	w.t.Helper()
	none := time.Duration(0)
	require.NoError(w.t, w.DeletePod(w.pod(name).UID, cluster.DeleteOptions{GracePeriod: &none}))
}

// message is why a pod has no node.
func (w *world) message(name string) string {
	if t := w.pod(name).Status.Trouble; t != nil {
		return t.Unschedulable
	}
	return ""
}

func on(node string, p *cluster.Pod) *cluster.Pod {
	p.NodeName = node
	return p
}

func pinned(node string, p *cluster.Pod) *cluster.Pod {
	p.Target = node
	return p
}

// TestMessages is the worked table of S-139 to S-142, as far as it is not about victims.
func TestMessages(t *testing.T) {
	full := func(node string) *cluster.Pod { return on(node, newPod("full-"+node, fourCores)) }
	oneCore := requesting("cpu", "1")
	for _, row := range []struct {
		name    string
		objects []cluster.Object
		pod     *cluster.Pod
		want    string
		reason  string
	}{
		{
			name: "five nodes, five reasons",
			objects: []cluster.Object{
				newNode("small", allocating("cpu", "500m", "pods", "10")),
				newNode("tainted", tainted("k", taints.EffectNoSchedule)), newNode("cordoned", cordoned),
				newNode("port"), on("port", newPod("there", takingPort("", "TCP", 80))),
				newNode("full"), full("full"),
			},
			pod: newPod("p", oneCore, takingPort("", "TCP", 80)),
			want: "0/5 nodes are available: 1 node(s) didn't have free ports for the requested pod ports, " +
				"1 node(s) had untolerated taint(s), 1 node(s) were unschedulable, 2 Insufficient cpu. " +
				"preemption: 0/5 nodes are available: 2 No preemption victims found for incoming pod, " +
				"3 Preemption is not helpful for scheduling.",
			reason: "S-139: a histogram, sorted as texts",
		}, {
			name:    "pinned, its node full",
			objects: []cluster.Object{newNode("a"), newNode("b"), newNode("c"), full("b")},
			pod:     pinned("b", newPod("p", oneCore)),
			want: "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) didn't satisfy plugin(s) [NodeAffinity]. " +
				"preemption: 0/3 nodes are available: 1 No preemption victims found for incoming pod, " +
				"2 Preemption is not helpful for scheduling.",
			reason: "S-141, S-142",
		}, {
			name: "pinned, larger than its node", objects: []cluster.Object{newNode("a"), newNode("b")},
			pod: pinned("a", newPod("p", requesting("cpu", "5"))),
			want: "0/2 nodes are available: 1 Insufficient cpu, 1 node(s) didn't satisfy plugin(s) [NodeAffinity]. " +
				"preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.",
			reason: "S-67, S-145",
		}, {
			name: "pinned, its node gone", objects: []cluster.Object{newNode("a"), newNode("b")},
			pod: pinned("gone", newPod("p", oneCore)),
			want: "0/2 nodes are available: 2 node(s) didn't satisfy plugin(s) [NodeAffinity]. " +
				"preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.",
			reason: "S-172",
		}, {
			name: "pinned, its node not ready",
			objects: []cluster.Object{
				newNode("a"), newNode("b", tainted(taints.KeyNotReady, taints.EffectNoSchedule)),
			},
			pod: pinned("b", newPod("p")),
			want: "0/2 nodes are available: 1 node(s) didn't satisfy plugin(s) [NodeAffinity], " +
				"1 node(s) had untolerated taint(s). " +
				"preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.",
			reason: "S-60: the taint is not named",
		}, {
			name: "several reasons on one node",
			objects: []cluster.Object{
				newNode("a", allocating("cpu", "2", "memory", "16Gi", "pods", "10", "nvidia.com/gpu", "1")),
				newNode("b", allocating("cpu", "8", "memory", "16Gi", "pods", "10")),
				newNode("c", allocating("cpu", "2", "memory", "4Gi")),
			},
			pod: newPod("p", requesting("cpu", "4", "memory", "8Gi", "nvidia.com/gpu", "1")),
			want: "0/3 nodes are available: 1 Insufficient memory, 1 Too many pods, 2 Insufficient cpu, " +
				"2 Insufficient nvidia.com/gpu. " +
				"preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.",
			reason: "S-139: a node contributes each of its reasons",
		}, {
			name: "no nodes", pod: newPod("p"), want: "no nodes available to schedule pods", reason: "S-126",
		}, {
			name: "no nodes for a pinned pod", pod: pinned("a", newPod("p")),
			want: "no nodes available to schedule pods", reason: "S-126",
		}, {
			name:    "ten of one, two of another",
			objects: slices.Concat(manyNodes(10), []cluster.Object{newNode("x", cordoned), newNode("y", cordoned)}),
			pod:     newPod("p", requesting("cpu", "5")),
			want: "0/12 nodes are available: 10 Insufficient cpu, 2 node(s) were unschedulable. " +
				"preemption: 0/12 nodes are available: 12 Preemption is not helpful for scheduling.",
			reason: "S-140: sorted as texts, not as numbers",
		},
	} {
		rules, _, _ := strings.Cut(row.reason, ":")
		t.Run(rules+" "+row.name, func(t *testing.T) {
			w := newWorld(t, row.objects...)
			w.create(row.pod)
			w.settle()
			require.Empty(t, cmp.Diff(row.want, w.message("p")), row.reason)
			events := slices.Collect(w.Events(w.pod("p").UID))
			require.Len(t, events, 1)
			require.Equal(t, row.want, events[0].Message, "S-143: the event has the same text")
			require.Equal(t, "FailedScheduling", events[0].Reason)
			require.Equal(t, cluster.EventWarning, events[0].Type)
			require.Equal(t, scheduler.Name, events[0].Source)
		})
	}
}

func manyNodes(n int) []cluster.Object {
	nodes := make([]cluster.Object, n)
	for i := range nodes {
		nodes[i] = newNode(fmt.Sprintf("node-%05d", i))
	}
	return nodes
}

// TestQueueOrder is S-110: priority first, then who came up first.
func TestQueueOrder(t *testing.T) {
	w := newWorld(t, newNode("a"),
		&cluster.PriorityClass{ObjectMeta: cluster.ObjectMeta{Name: "high"}, Value: 100},
		&cluster.PriorityClass{ObjectMeta: cluster.ObjectMeta{Name: "low"}, Value: -100},
		newPod("low", prioritized("low")), newPod("first"), newPod("second"),
		newPod("high", prioritized("high")), newPod("critical", prioritized("system-node-critical")),
		newPod("third"),
	)
	w.settle()
	want := []string{
		"critical on a", "high on a", "first on a", "second on a", "third on a", "low on a",
	}
	require.Equal(t, want, w.bound)
	require.Zero(t, w.Now(), "scheduling takes no time")
}

// TestQueueOrderAfterWaiting is S-110 for pods that were woken: the order of waking counts, within a
// priority.
func TestQueueOrderAfterWaiting(t *testing.T) {
	w := newWorld(t, newNode("a", cordoned),
		&cluster.PriorityClass{ObjectMeta: cluster.ObjectMeta{Name: "high"}, Value: 100},
		newPod("first"), newPod("second"), newPod("high", prioritized("high")),
	)
	w.settle()
	require.Empty(t, w.bound)
	w.editNode("a", func(n *cluster.Node) { n.Spec.Unschedulable = false })
	w.settle()
	require.Equal(t, []string{"high on a", "first on a", "second on a"}, w.bound)
}

// TestPinnedPodCostsOneLook counts filter runs, of a success and of a failure.
func TestPinnedPodCostsOneLook(t *testing.T) {
	for _, n := range []int{10, 10_000} {
		t.Run(fmt.Sprintf("nodes=%d", n), func(t *testing.T) {
			w := newWorld(t, manyNodes(n)...)
			w.create(pinned("node-00007", newPod("p")))
			w.settle()
			require.Equal(t, []string{"p on node-00007"}, w.bound)
			require.Equal(t, 1, w.asked, "S-164: one node is evaluated")

			w.create(pinned("node-00003", newPod("q", requesting("cpu", "5"))), pinned("gone", newPod("r")))
			w.settle()
			require.Equal(t, 2, w.asked, "S-164: none when the node does not exist")
			w.editNode("node-00004", labelled("x", "y"))
			w.settle()
			require.Equal(t, 2, w.asked, "S-122: another node's events do not matter")
		})
	}
}

// wakeRow is one change, and whether a pod that waits is tried again because of it. The pod does not fit
// node "a"; "there" is a pod on it.
type wakeRow struct {
	name   string
	change func(*world)
	pinned bool // whether a pod pinned to "a" is woken
	free   bool // whether one that may go anywhere is
	reason string
}

var wakeRows = []wakeRow{
	{"uncordon", func(w *world) { w.editNode("cordoned", func(n *cluster.Node) { n.Spec.Unschedulable = false }) },
		false, true, "S-121: it counts as a change of taints"},
	{"allocatable", func(w *world) { w.editNode("a", allocating("cpu", "200", "pods", "10")) }, true, true, "S-121"},
	{"pod gone", func(w *world) { w.force("there") }, true, true, "S-47: its room is free"},
	{"pod Failed", func(w *world) { w.setPhase("there", cluster.PodFailed) }, true, true, "S-47: its room is free"},
	{"pod Succeeded", func(w *world) { w.setPhase("there", cluster.PodSucceeded) }, true, true, "S-47: its room is free"},
	{"node joins", func(w *world) { w.create(newNode("new", allocating("cpu", "1", "pods", "1"))) },
		false, true, "S-122: a pinned pod ignores other nodes"},

	{"label", func(w *world) { w.editNode("a", labelled("x", "y")) }, false, false, "S-121: the pod matched before"},
	{"taint", func(w *world) { w.editNode("a", tainted("k", taints.EffectNoSchedule)) }, false, false, "S-121: no help"},
	{"allocatable, still too little", func(w *world) { w.editNode("a", allocating("cpu", "6", "pods", "10")) },
		false, false, "S-121: it would not fit the empty node"},
	{"label of another node", func(w *world) { w.editNode("b", labelled("x", "y")) }, false, false, "S-122"},
	{"cordon", func(w *world) { w.editNode("a", cordoned) }, false, false, "S-121: no event by itself"},
	{"condition", func(w *world) {
		w.editNode("a", func(n *cluster.Node) { n.Status.Conditions = []cluster.NodeCondition{{Type: "Ready", Status: "False"}} })
	}, false, false, "S-50: filters do not see conditions"},
	{"annotation", func(w *world) {
		w.editNode("a", func(n *cluster.Node) { n.Annotations = map[string]string{"x": "y"} })
	}, false, false, "S-50: filters do not see annotations"},
	{"capacity", func(w *world) {
		w.editNode("a", func(n *cluster.Node) { n.Status.Capacity = amounts("cpu", "64") })
	}, false, false, "S-48: filters do not see capacity"},
	{"node removed", func(w *world) { w.delete(cluster.KindNode, "", "b") }, false, false, "no room is won"},
	{"pod Running", func(w *world) { w.setPhase("there", cluster.PodRunning) }, false, false, "no room is won"},
	{"pod terminating", func(w *world) { w.delete(cluster.KindPod, "default", "there") }, false, false, "S-47: it still counts"},
	{"pod without a node gone", func(w *world) { w.delete(cluster.KindPod, "default", "foreign") }, false, false, "it had no room"},
	{"terminal pod gone", func(w *world) { w.force("done") }, false, false, "S-47: its room was free before"},
	{"pod bound", func(w *world) { w.create(on("b", newPod("q"))) }, false, false, "no room is won"},
	{"namespace", func(w *world) { w.create(&cluster.Namespace{ObjectMeta: cluster.ObjectMeta{Name: "x"}}) }, false, false, "it is no part of any filter"},
}

// TestWaking makes each change with a pinned pod that waits, and with one that may go anywhere.
func TestWaking(t *testing.T) {
	for _, row := range wakeRows {
		for name, woken := range map[string]bool{"a": row.pinned, "": row.free} {
			rules, _, _ := strings.Cut(row.reason, ":")
			t.Run(rules+" "+row.name+"/target="+name, func(t *testing.T) {
				w := newWorld(t,
					newNode("a"), newNode("b"), newNode("cordoned", cordoned),
					on("a", newPod("there", fourCores)), on("a", newPod("done", fourCores)),
					newPod("foreign", handledBy("other")),
				)
				w.setPhase("done", cluster.PodFailed)
				w.create(pinned(name, newPod("p", requesting("cpu", "100"))))
				w.settle()
				require.Empty(t, w.bound)
				w.asked = 0
				row.change(w)
				w.settle()
				require.Equal(t, woken, w.asked > 0, row.reason)
			})
		}
	}
}

// TestWaitingPodsAreBound is the other half: a change that helps leads to the binding.
func TestWaitingPodsAreBound(t *testing.T) {
	w := newWorld(t, newNode("a"), on("a", newPod("there", fourCores)))
	w.create(newPod("p", fourCores))
	w.settle()
	require.NotEmpty(t, w.message("p"))
	w.force("there")
	w.settle()
	require.Equal(t, []string{"p on a"}, w.bound)
	require.Empty(t, w.message("p"), "S-133: the trouble is over")
	require.Nil(t, w.pod("p").Status.Trouble)
}

// TestRoomIsNotPromisedTwice has more pods than room.
func TestRoomIsNotPromisedTwice(t *testing.T) {
	twoCores := requesting("cpu", "2")
	w := newWorld(t, newNode("a"), newNode("b"))
	for i := range 6 {
		w.create(newPod(fmt.Sprint("p", i), twoCores))
	}
	w.settle()
	require.Equal(t, []string{"p0 on a", "p1 on b", "p2 on a", "p3 on b"}, w.bound, "S-84: the emptier node")
	w.delete(cluster.KindPod, "default", "p0")
	w.settle()
	require.Len(t, w.bound, 4, "S-47: a terminating pod still takes its room")
	w.force("p0")
	w.settle()
	require.Equal(t, "p4 on a", w.bound[4])
	require.Len(t, w.bound, 5)
}

func TestWhoIsScheduled(t *testing.T) {
	w := newWorld(t, newNode("a"), newNode("b"),
		newPod("mine"), newPod("named", handledBy(scheduler.Name)), newPod("foreign", handledBy("other")),
		on("b", newPod("placed")), on("nowhere", newPod("misplaced")),
	)
	deleted := newPod("deleted")
	deleted.Finalizers = []string{"example.com/hold"}
	w.create(deleted)
	w.delete(cluster.KindPod, "default", "deleted")
	w.create(newPod("gone"))
	w.delete(cluster.KindPod, "default", "gone")
	w.settle()
	require.Equal(t, []string{"mine on a", "named on a"}, w.bound)
	require.False(t, w.pod("foreign").Bound(), "S-138: ignored")
	require.Empty(t, slices.Collect(w.Events(w.pod("foreign").UID)), "S-138: no event")
	require.Equal(t, "b", w.pod("placed").NodeName, "S-137: never enters the queue")
	require.False(t, w.pod("deleted").Bound(), "S-125: a terminating pod is skipped")
}

// TestDeletedPodsLeaveTheQueue is S-119: what waited and is gone is no part of the state any more.
func TestDeletedPodsLeaveTheQueue(t *testing.T) {
	w := newWorld(t, newNode("a", cordoned))
	state := func() []byte { return w.Actor(scheduler.Name).(*scheduler.Scheduler).AppendState(nil) }
	before := state()
	w.create(newPod("p"), pinned("a", newPod("q")))
	w.settle()
	require.NotEqual(t, before, state())
	w.delete(cluster.KindPod, "default", "p")
	w.delete(cluster.KindPod, "default", "q")
	// The next search begins elsewhere, which is all that is left of them.
	require.Len(t, state(), len(before))
}

// TestRepeatedFailure counts one event and writes the condition once (S-143).
func TestRepeatedFailure(t *testing.T) {
	w := newWorld(t, newNode("a"))
	w.create(newPod("p", requesting("cpu", "100")))
	w.settle()
	version := w.pod("p").ResourceVersion
	for range 3 {
		w.create(on("a", newPod("there")))
		w.force("there")
		w.settle()
	}
	require.Equal(t, version, w.pod("p").ResourceVersion, "S-143: written only when it changes")
	require.Equal(t, 4, slices.Collect(w.Events(w.pod("p").UID))[0].Count)
}

// TestForkedQueue lets a fork and its original go on with the same waiting pods.
func TestForkedQueue(t *testing.T) {
	w := newWorld(t, newNode("a", cordoned), newPod("p"))
	w.settle()
	fork := w.Fork()
	w.delete(cluster.KindPod, "default", "p")
	node := fork.Node("a").Clone().(*cluster.Node)
	node.Spec.Unschedulable = false
	_, err := fork.Update(node)
	require.NoError(t, err)
	require.NoError(t, fork.Settle())
	require.Equal(t, "a", fork.Pod("default", "p").NodeName)
	require.Nil(t, w.pod("p"))
}

// lastOf is a chooser that takes the last candidate of one point.
type lastOf string

func (l lastOf) Fork() cluster.Chooser { return l }
func (l lastOf) Choose(c cluster.Choice) int {
	if c.Point == string(l) {
		return c.N - 1
	}
	return 0
}

// TestChooserTakesTheNode offers the nodes that are equally good, the first of the heap first (S-107).
func TestChooserTakesTheNode(t *testing.T) {
	c := cluster.New(cluster.Config{Chooser: lastOf("scheduler-node")}, scheduler.New(scheduler.Config{}))
	for _, obj := range []cluster.Object{
		newNode("c", cordoned), newNode("b"), newNode("a"), newPod("p"), pinned("b", newPod("q")),
	} {
		_, err := c.Create(obj)
		require.NoError(t, err)
	}
	require.NoError(t, c.Settle())
	require.Equal(t, "a", c.Pod("default", "p").NodeName, "the last that fits")
	require.Equal(t, "b", c.Pod("default", "q").NodeName, "a pinned pod leaves no choice")
}
