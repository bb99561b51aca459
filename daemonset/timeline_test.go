package daemonset_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/kubelet"
)

// slow pods are ready five seconds after they are bound and stop within two.
var slow = kubelet.Behaviour{Pull: 2 * time.Second, Start: 3 * time.Second, Stop: 2 * time.Second}

// logStatus appends every different status of the agent to a list, with its time.
func (w *world) logStatus(list *[]string) {
	last := ""
	w.OnChange(func(ch *cluster.Change) {
		if set := w.set(); set != nil && ch.Object().Kind() == set.Kind() {
			if text := counts(set.Status); text != last {
				*list = append(*list, fmt.Sprintf("%v %s", ch.Time, text))
				last = text
			}
		}
	})
}

// TestTimelineInPlace is the timeline of D-146: three nodes, one unavailable pod at a time.
func TestTimelineInPlace(t *testing.T) {
	w := newWorld(t, setup{pods: slow}, "a", "b", "c")
	w.create(agent())
	w.settle()
	w.run(100*time.Second - w.Now())
	w.take()
	var statuses []string
	w.logStatus(&statuses)
	w.image("agent:v2")
	w.settle()
	want := []string{
		"1m40s delete a", "1m42s create a",
		"1m47s delete b", "1m49s create b",
		"1m54s delete c", "1m56s create c",
	}
	if diff := cmp.Diff(want, w.take()); diff != "" {
		t.Errorf("D-146 (-want +got):\n%s", diff)
	}
	want = []string{
		"1m40s 3/3/0/3/3/3/0",
		"1m40s 3/3/0/3/0/3/0",
		"1m42s 3/2/0/2/0/2/1", "1m42s 3/3/0/2/1/2/1", "1m47s 3/3/0/3/1/3/0",
		"1m49s 3/2/0/2/1/2/1", "1m49s 3/3/0/2/2/2/1", "1m54s 3/3/0/3/2/3/0",
		"1m56s 3/2/0/2/2/2/1", "1m56s 3/3/0/2/3/2/1", "2m1s 3/3/0/3/3/3/0",
	}
	if diff := cmp.Diff(want, statuses); diff != "" {
		t.Errorf("D-146: desired/current/misscheduled/ready/updated/available/unavailable (-want +got):\n%s", diff)
	}
}

// steps runs a rollout over five nodes whose pods stop and start at once, and counts the pods that each
// sync creates and deletes.
func steps(t *testing.T, w *world) []string {
	t.Helper()
	w.join("a", "b", "c", "d", "e")
	w.settle()
	w.take()
	w.image("agent:v2")
	var list []string
	for w.Pending() > 0 {
		w.Step()
		creations, deletions := 0, 0
		for _, action := range w.take() {
			var at, verb, node string
			_, err := fmt.Sscanf(action, "%s %s %s", &at, &verb, &node)
			require.NoError(t, err)
			if verb == "create" {
				creations++
			} else {
				deletions++
			}
		}
		if creations > 0 {
			list = append(list, fmt.Sprintf("create %d", creations))
		}
		if deletions > 0 {
			list = append(list, fmt.Sprintf("delete %d", deletions))
		}
	}
	return list
}

// TestSteps covers D-159.
func TestSteps(t *testing.T) {
	pods := kubelet.Behaviour{Start: time.Second, Stop: time.Second}
	t.Run("surge", func(t *testing.T) {
		w := newWorld(t, setup{pods: pods})
		w.create(agent(surge("2")))
		want := []string{"create 2", "delete 2", "create 2", "delete 2", "create 1", "delete 1"}
		require.Equal(t, want, steps(t, w))
	})
	t.Run("in place", func(t *testing.T) {
		w := newWorld(t, setup{pods: pods})
		w.create(agent(unavailable("2")))
		want := []string{"delete 2", "create 2", "delete 2", "create 2", "delete 1", "create 1"}
		require.Equal(t, want, steps(t, w))
	})
}

// TestTimelineSurge is the timeline of D-160: five nodes, surge 3, minReadySeconds 15. The test plays
// the kubelet; each step ends when nothing is left to do at its time.
func TestTimelineSurge(t *testing.T) {
	w := newWorld(t, setup{pods: kubelet.Behaviour{NeverReady: true}}, "a", "b", "c", "d", "e")
	at := func(second int) { w.run(time.Duration(second)*time.Second - w.Now()) }
	newest := func(node string) *cluster.Pod {
		list := w.on(node)
		for _, p := range list {
			if p.Labels["pod-template-generation"] == "2" {
				return p
			}
		}
		return nil
	}
	w.create(agent(surge("3"), minReady(15)))
	w.instant()
	for _, n := range []string{"a", "b", "c", "d", "e"} {
		w.ready(w.only(n), true)
	}
	at(300)
	w.take()
	w.image("agent:v2")
	w.instant()
	require.Equal(t, []string{"5m0s create a", "5m0s create b", "5m0s create c"}, w.take(), "S = 3 candidates")
	w.ready(newest("a"), true)
	w.ready(newest("b"), true)

	at(310)
	w.ready(w.only("d"), false)
	w.instant()
	require.Equal(t, []string{"5m10s create d", "5m10s delete d"}, w.take(),
		"the unready old node is outside the limit; manage then deletes its old pod, D-80")

	at(320)
	require.Equal(t, []string{"5m16s delete a", "5m16s delete b", "5m16s create e"}, w.take(),
		"two new pods are available 15 s after they were ready, which is seen a second later, D-117; "+
			"G is 2 then, so the last node surges")
	for _, n := range []string{"c", "d", "e"} {
		w.ready(newest(n), true)
	}
	at(340)
	require.Equal(t, []string{"5m35s delete c", "5m35s delete e"}, w.take(), "the last two old ones go")
	require.Equal(t, "5/5/0/5/5/5/0", counts(w.set().Status))
}

// TestStuckRollout covers D-72 and D-140, KP-1: a pod that never goes uses up the budget.
func TestStuckRollout(t *testing.T) {
	w := newWorld(t, setup{noKubelet: true}, "a", "b", "c")
	w.create(agent())
	w.settle()
	for _, n := range []string{"a", "b", "c"} {
		w.ready(w.only(n), true)
	}
	held := w.only("a").Clone().(*cluster.Pod)
	held.Finalizers = []string{"example.com/hold"}
	w.update(held)
	w.image("agent:v2")
	w.settle()
	w.touch()
	require.Equal(t, []string{"0s create a", "0s create b", "0s create c", "0s delete a"}, w.take())
	require.True(t, w.only("a").Terminating())
	require.Equal(t, "3/3/0/3/0/3/0", counts(w.set().Status), "D-187: it still counts as available")

	w.change(unavailable("2"))
	w.settle()
	require.Equal(t, []string{"0s delete b"}, w.take(), "D-139: the last row")
	w.remove(w.only("b"))
	w.settle()
	require.Equal(t, []string{"0s create b"}, w.take())
	w.ready(w.only("b"), true)
	w.settle()
	require.Equal(t, []string{"0s delete c"}, w.take(), "D-140: it goes on, one node at a time")

	w.fail(w.only("a"))
	w.settle()
	require.Equal(t, []string{"0s create a"}, w.take(), "D-73: a terminal and terminating pod does not block")
}
