package scheduler_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/scheduler"
)

// TestBackoff is S-115 and the table of S-116.
func TestBackoff(t *testing.T) {
	for _, row := range []struct {
		rule             string
		rejected, failed uint32
		at, want         time.Duration
	}{
		{"S-116", 1, 0, 10 * time.Second, 12 * time.Second},
		{"S-116", 1, 0, 10300 * time.Millisecond, 12 * time.Second},
		{"S-116", 2, 0, 10900 * time.Millisecond, 13 * time.Second},
		{"S-116", 5, 0, 10 * time.Second, 21 * time.Second},
		{"S-115", 2, 0, 0, 3 * time.Second},
		{"S-115", 3, 0, 0, 5 * time.Second},
		{"S-115", 4, 0, 0, 9 * time.Second},
		{"S-115", 1000, 0, 0, 11 * time.Second},
		{"S-115", 4, 1, 0, 2 * time.Second},
	} {
		t.Run(fmt.Sprintf("%s rejected=%d failed=%d at=%v", row.rule, row.rejected, row.failed, row.at),
			func(t *testing.T) {
				require.Equal(t, row.want, scheduler.Release(row.rejected, row.failed, row.at))
			})
	}
}

// failures lists when attempts failed.
func failures(w *world, pod string, within time.Duration) []time.Duration {
	var times []time.Duration
	seen := 0
	end := w.Now() + within
	for w.Now() < end {
		for _, e := range slices.Collect(w.Events(w.pod(pod).UID)) {
			if e.Reason == "FailedScheduling" && e.Count > seen {
				seen = e.Count
				times = append(times, e.Last)
			}
		}
		if w.pod(pod).Bound() {
			break
		}
		if _, ok := w.Step(); !ok {
			break
		}
	}
	return times
}

// TestErrorsBackOff is S-113 and S-114: an attempt that ends in an error is made again after a while,
// whatever happens, and never early.
func TestErrorsBackOff(t *testing.T) {
	t.Run("S-114 errors wait for their time", func(t *testing.T) {
		profile := scheduler.DefaultProfile().With(brokenScore{})
		w := &world{t: t}
		w.Cluster = cluster.New(cluster.Config{}, scheduler.New(scheduler.Config{Profile: profile}))
		w.create(newNode("a"), newNode("b"), newPod("p"))
		second := time.Second
		want := []time.Duration{0, 2 * second, 5 * second, 10 * second, 19 * second, 30 * second}
		require.Equal(t, want, failures(w, "p", 31*second))
	})
}

// TestNoNodes is S-126.
func TestNoNodes(t *testing.T) {
	t.Run("S-126 without nodes a pod backs off, and a node does not wake it", func(t *testing.T) {
		w := newWorld(t, newPod("p"))
		w.settle()
		require.Zero(t, w.Pending(), "nothing happens while there is no node")
		require.Equal(t, "no nodes available to schedule pods", w.message("p"))
		require.False(t, w.pod("p").Status.Trouble.SchedulerError)
		require.NoError(t, w.RunFor(3500*time.Millisecond))
		w.create(newNode("a"))
		w.settle()
		// Attempts at 0, 2 s and 5 s.
		require.Equal(t, 5*time.Second, w.Now())
		require.Equal(t, []string{"p on a"}, w.bound)
	})
	t.Run("S-126 after a long time the rhythm is that of the longest back-off", func(t *testing.T) {
		w := newWorld(t, newPod("p"))
		w.settle()
		require.NoError(t, w.RunFor(time.Hour))
		w.create(newNode("a"))
		w.settle()
		// From the attempt at 19 s on there is one every 11 s.
		require.Equal(t, 19*time.Second+326*11*time.Second, w.Now())
		require.Equal(t, []string{"p on a"}, w.bound)
	})
}

// TestRejectedPodsComeEarly is S-117: nothing else is to be done, so the back-off does not count.
func TestRejectedPodsComeEarly(t *testing.T) {
	t.Run("S-117 a rejected pod does not wait out its back-off in an idle scheduler", func(t *testing.T) {
		w := newWorld(t, newNode("a", cordoned), newPod("p"))
		w.settle()
		w.editNode("a", func(n *cluster.Node) { n.Spec.Unschedulable = false })
		w.settle()
		require.Equal(t, "a", w.pod("p").NodeName)
		require.Zero(t, w.Now())
	})
	t.Run("S-117 but those that are not backing off come first", func(t *testing.T) {
		w := newWorld(t, newNode("a", cordoned),
			&cluster.PriorityClass{ObjectMeta: cluster.ObjectMeta{Name: "high"}, Value: 100},
			newPod("waited", prioritized("high")))
		w.settle()
		w.editNode("a", func(n *cluster.Node) { n.Spec.Unschedulable = false })
		w.create(newPod("fresh"))
		w.settle()
		require.Equal(t, []string{"fresh on a", "waited on a"}, w.bound)
	})
}

// TestEqualPods is S-110: who is tried first of pods that are equally due is left open.
func TestEqualPods(t *testing.T) {
	t.Run("S-110 full ties are a choice", func(t *testing.T) {
		c := cluster.New(cluster.Config{Chooser: lastOf("scheduler-pod")}, scheduler.New(scheduler.Config{}))
		var bound []string
		c.OnChange(func(ch *cluster.Change) {
			if p, ok := ch.After.(*cluster.Pod); ok && p.Bound() {
				bound = append(bound, p.Name)
			}
		})
		createAll(t, c, newNode("a"), newPod("first"), newPod("second"),
			newPod("critical", prioritized("system-node-critical")))
		require.NoError(t, c.Settle())
		require.Equal(t, []string{"critical", "second", "first"}, bound)
	})
}

// TestUpdatedPods is S-119 and S-120 for changes of the waiting pod itself.
func TestUpdatedPods(t *testing.T) {
	gate := func(s *cluster.PodSpec) { s.SchedulingGates = []cluster.PodSchedulingGate{{Name: "wait"}} }
	t.Run("S-112 a pod whose gates are gone is tried", func(t *testing.T) {
		w := newWorld(t, newNode("a"), newPod("p", gate))
		w.settle()
		require.Empty(t, w.bound)
		next := w.pod("p").Clone().(*cluster.Pod)
		next.Template = newTemplate()
		_, err := w.Update(next)
		require.NoError(t, err)
		w.settle()
		require.Equal(t, []string{"p on a"}, w.bound)
	})
	t.Run("S-119 labels matter to those that look at them", func(t *testing.T) {
		for _, row := range []struct {
			name  string
			node  nodeChange
			pod   []podChange
			woken bool
		}{
			{"not to room", allocating("cpu", "1", "pods", "9"), []podChange{requesting("cpu", "2")}, false},
			{"to spreading", labelled("zone", "a"), []podChange{spreading(1, "zone", hard)}, true},
		} {
			t.Run(row.name, func(t *testing.T) {
				w := newWorld(t, newNode("a", row.node), newNode("b", labelled("zone", "b"), cordoned))
				w.create(several(2, "a")...)
				w.create(withLabels(newPod("p", row.pod...), "app", "a"))
				w.settle()
				require.False(t, w.pod("p").Bound())
				w.asked = 0
				next := w.pod("p").Clone().(*cluster.Pod)
				next.Labels = map[string]string{"app": "b"}
				_, err := w.Update(next)
				require.NoError(t, err)
				w.settle()
				require.Equal(t, row.woken, w.asked > 0)
			})
		}
	})
}

// TestDeletingPods is S-125.
func TestDeletingPods(t *testing.T) {
	t.Run("S-125 a terminating pod is skipped, with an event", func(t *testing.T) {
		p := newPod("p")
		p.Finalizers = []string{"example.com/hold"}
		w := newWorld(t, newNode("a"), p)
		w.delete(cluster.KindPod, "default", "p")
		w.settle()
		require.Empty(t, w.bound)
		events := slices.Collect(w.Events(w.pod("p").UID))
		require.Len(t, events, 1)
		require.Equal(t, "skip schedule deleting pod: default/p", events[0].Message)
	})
}

// TestLongMessages is S-143.
func TestLongMessages(t *testing.T) {
	t.Run("S-143 the message of an event is cut", func(t *testing.T) {
		require.Equal(t, strings.Repeat("x", 1024), scheduler.Shorten(strings.Repeat("x", 1024)))
		require.Equal(t, strings.Repeat("x", 1020)+" ...", scheduler.Shorten(strings.Repeat("x", 1025)))
	})
}

// TestLaggingScheduler is S-130: what has been bound counts at once, though the view does not show it.
func TestLaggingScheduler(t *testing.T) {
	t.Run("S-130 room is not promised twice while the view lags", func(t *testing.T) {
		w := &world{t: t}
		w.Cluster = cluster.New(
			cluster.Config{Lags: map[string]cluster.Lag{scheduler.Name: {Delay: 5 * time.Second}}},
			scheduler.New(scheduler.Config{}))
		w.create(newNode("a"))
		for i := range 3 {
			w.create(newPod(fmt.Sprint("p", i), requesting("cpu", "2")))
		}
		require.NoError(t, w.RunFor(time.Minute))
		require.Equal(t, "a", w.pod("p0").NodeName)
		require.Equal(t, "a", w.pod("p1").NodeName)
		require.False(t, w.pod("p2").Bound())
	})
}

// TestNominationEndsElsewhere is about a pod that finds another node than the one that was to become free
// for it: those wait no longer that it kept off there.
func TestNominationEndsElsewhere(t *testing.T) {
	w := newWorld(t, newNode("a"),
		&cluster.PriorityClass{ObjectMeta: cluster.ObjectMeta{Name: "low"}, Value: -100},
		on("a", newPod("victim", requesting("cpu", "3"), prioritized("low"))))
	w.settle()
	w.create(newPod("nominated", fourCores))
	w.settle()
	require.Equal(t, "a", w.pod("nominated").NominatedNodeName())
	w.create(pinned("a", newPod("p", requesting("cpu", "1"))))
	w.settle()
	require.False(t, w.pod("p").Bound(), "the node is not promised twice")
	w.create(newNode("b"))
	w.settle()
	require.Equal(t, "b", w.pod("nominated").NodeName)
	require.Equal(t, "a", w.pod("p").NodeName)
}
