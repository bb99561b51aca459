package daemonset_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
)

// hiding is a controller that is not told what a change was, as when a watch has broken off: it sees what there
// is.
type hiding struct {
	*daemonset.Controller
	hide func(*cluster.Change) *cluster.Change
}

func (h *hiding) Observe(cl *cluster.Client, ch *cluster.Change) {
	h.Controller.Observe(cl, h.hide(ch))
}

// look is a change that says no more than that the controller should look at a pod.
func look(obj cluster.Object) *cluster.Change {
	return &cluster.Change{Verb: cluster.Updated, Before: obj, After: obj}
}

// unseen keeps from the controller that the first pod for a node has been created.
func unseen(node string) func(*cluster.Change) *cluster.Change {
	var first cluster.UID
	return func(ch *cluster.Change) *cluster.Change {
		if p, ok := ch.After.(*cluster.Pod); ok && p.TargetNode() == node && ch.Verb == cluster.Created &&
			(first == 0 || first == p.UID) {
			first = p.UID
			return look(p)
		}
		return ch
	}
}

// bare is a world whose pods are bound when they are created and stay as they are. The controller relies on its
// expectations alone.
func bare() setup {
	return setup{
		config:      daemonset.Config{Mode: daemonset.Direct, NoOwnWritesCheck: true},
		noScheduler: true, noKubelet: true,
	}
}

// late is a bare world in which the controller sees the objects of a kind that much later.
func late(kind cluster.Kind, delay time.Duration) setup {
	s := bare()
	s.lags = map[string]cluster.Lag{daemonset.Name: {Kinds: map[cluster.Kind]time.Duration{kind: delay}}}
	return s
}

// sec is a number of seconds.
func sec(n int) time.Duration { return time.Duration(n) * time.Second }

// podsOn is how many pods are at each of the nodes.
func (w *world) podsOn(nodes ...string) []int {
	list := make([]int, len(nodes))
	for i, n := range nodes {
		list[i] = len(w.on(n))
	}
	return list
}

// TestExpectations has a test for each rule about what the controller waits for.
func TestExpectations(t *testing.T) {
	t.Run("D-66 an unsatisfied sync stops at step 7", func(t *testing.T) {
		w := newWorld(t, late(cluster.KindPod, sec(2)), "a")
		w.create(agent())
		w.instant()
		require.Equal(t, []string{"0s create a"}, w.take())
		require.Equal(t, "1/0/0/0/0/0/1", counts(w.set().Status), "D-193: counted from the view")
		require.Equal(t, int64(1), w.set().Status.ObservedGeneration)
		w.image("agent:v2")
		w.run(sec(1))
		require.Empty(t, w.take())
		require.Len(t, w.revisions(), 2, "step 6: history is constructed")
		require.Equal(t, int64(1), w.set().Status.ObservedGeneration, "step 7: but not acted upon")
		w.run(sec(1))
		require.Equal(t, []string{"2s delete a"}, w.take(), "step 10, when the pod is seen")
		require.Equal(t, int64(2), w.set().Status.ObservedGeneration)
	})
	t.Run("D-67 placing and rolling are different syncs", func(t *testing.T) {
		w := newWorld(t, bare(), "a", "b")
		w.create(agent(unavailable("100%")))
		w.instant()
		w.image("agent:v2")
		w.join("c")
		w.take()
		w.instantUntilActed()
		require.Equal(t, []string{"0s create c"}, w.take())
		w.instantUntilActed()
		require.Equal(t, []string{"0s delete a", "0s delete b"}, w.take())
	})
	t.Run("D-98 each execution overwrites them", func(t *testing.T) {
		s := bare()
		s.hide = unseen("a")
		w := newWorld(t, s, "a", "b")
		w.create(agent())
		w.run(5*time.Minute + 1)
		w.taint("b", noExecute("out"))
		w.instant()
		require.True(t, w.only("b").Terminating(), "the creation that was not seen is not waited for any longer")
		w.remove(w.only("b"))
		w.taint("b")
		w.instant()
		require.False(t, w.only("b").Terminating(), "it was forgotten when the deletion was expected")
	})
	t.Run("D-109 they hold for five minutes", func(t *testing.T) {
		w := newWorld(t, late(cluster.KindPod, time.Hour), "a")
		w.create(agent())
		w.instant()
		w.run(time.Minute)
		w.join("b")
		w.run(4 * time.Minute)
		w.touch()
		require.Equal(t, []int{1, 0}, w.podsOn("a", "b"), "exactly five minutes are not enough")
		w.run(1)
		w.touch()
		require.Equal(t, []int{2, 1}, w.podsOn("a", "b"), "and what is not seen then is made once more")
	})
	t.Run("D-110 nothing is done twice", func(t *testing.T) {
		w := newWorld(t, late(cluster.KindPod, sec(2)), "a", "b", "c")
		w.create(agent())
		for range 4 {
			w.run(500 * time.Millisecond)
			w.touch()
		}
		require.Equal(t, []int{1, 1, 1}, w.podsOn("a", "b", "c"))
		w.taint("b", noExecute("out"))
		for range 4 {
			w.touch()
			w.run(500 * time.Millisecond)
		}
		require.Equal(t, "Normal SuccessfulDelete Deleted pod: "+w.only("b").Name, last(w.events()))
		require.Equal(t, []string{
			"0s create a", "0s create b", "0s create c", "2s delete b",
		}, w.take())
	})
	t.Run("D-111 creations are seen by the pods that are added", func(t *testing.T) {
		s := bare()
		s.hide = unseen("a")
		w := newWorld(t, s, "a")
		set := w.create(agent()).(*daemonset.DaemonSet)
		w.instant()
		w.join("b", "c")
		w.instant()
		require.Equal(t, []int{1, 0, 0}, w.podsOn("a", "b", "c"))
		w.create(orphan("foreign", "z", func(p *cluster.Pod) {
			yes := true
			p.OwnerReferences = []cluster.OwnerReference{{
				APIVersion: "apps/v1", Kind: daemonset.Kind, Name: "other", UID: set.UID + 1, Controller: &yes,
			}}
		}))
		w.touch()
		require.Equal(t, []int{1, 0, 0}, w.podsOn("a", "b", "c"), "a pod of another DaemonSet")
		p := *w.only("a")
		p.ObjectMeta = cluster.ObjectMeta{Name: "own", OwnerReferences: p.OwnerReferences, Labels: p.Labels}
		p.NodeName = "z"
		w.create(&p)
		w.instant()
		require.Equal(t, []int{1, 1, 1}, w.podsOn("a", "b", "c"), "any pod of this one")
	})
	t.Run("D-111 deletions are seen by every change of a terminating pod", func(t *testing.T) {
		s := bare()
		s.hide = func(ch *cluster.Change) *cluster.Change {
			if p, ok := ch.After.(*cluster.Pod); ok && p.TargetNode() == "b" && p.Terminating() {
				return look(ch.Before)
			}
			return ch
		}
		w := newWorld(t, s, "a", "b")
		w.create(agent(unavailable("100%")))
		w.instant()
		w.image("agent:v2")
		w.instant()
		w.join("c")
		w.instant()
		require.Equal(t, []int{1, 1, 0}, w.podsOn("a", "b", "c"), "one of two deletions is seen")
		w.status(w.only("a"), func(s *cluster.PodStatus) { s.Started = true })
		w.instant()
		require.Equal(t, []int{1, 1, 1}, w.podsOn("a", "b", "c"), "a second change of the same pod counts, too")
	})
	t.Run("D-112 a pod that is terminating when it is first seen", func(t *testing.T) {
		hide := unseen("a")
		s := bare()
		s.hide = func(ch *cluster.Change) *cluster.Change {
			told := hide(ch)
			if p, ok := ch.After.(*cluster.Pod); ok && p.Terminating() {
				told = &cluster.Change{Time: ch.Time, Verb: cluster.Created, After: ch.After}
			}
			return told
		}
		w := newWorld(t, s, "a")
		w.create(agent())
		w.instant()
		p := w.only("a")
		require.NoError(t, w.DeletePod(p.UID, cluster.DeleteOptions{}))
		w.instant()
		w.remove(p)
		w.touch()
		require.Empty(t, w.on("a"), "it counts as one that goes, so the creation is still expected")
		w.run(5*time.Minute + 1)
		w.touch()
		require.Len(t, w.on("a"), 1)
	})
	t.Run("D-113 nothing wakes the controller", func(t *testing.T) {
		w := newWorld(t, late(cluster.KindPod, 2*time.Hour), "a")
		w.create(agent())
		w.instant()
		w.join("b")
		w.run(time.Hour)
		require.Empty(t, w.on("b"))
		w.touch()
		require.Len(t, w.on("b"), 1)
	})
	t.Run("D-114 they go with the DaemonSet", func(t *testing.T) {
		w := newWorld(t, late(cluster.KindPod, time.Hour), "a")
		w.create(agent())
		w.instant()
		first := w.only("a")
		require.NoError(t, w.Delete(daemonset.Kind, "default", "agent", cluster.DeleteOptions{}))
		w.create(agent())
		w.instant()
		require.Len(t, w.on("a"), 2)
		require.NotEqual(t, first.Controller().UID, w.on("a")[1].Controller().UID)
	})
	t.Run("D-115 only books are kept meanwhile", func(t *testing.T) {
		w := newWorld(t, late(cluster.KindPod, sec(9)), "a")
		w.create(agent())
		w.instant()
		w.join("b")
		w.change(minReady(5))
		w.image("agent:v2")
		w.run(sec(8))
		require.Equal(t, []string{"0s create a"}, w.take())
		require.Equal(t, "2/0/0/0/0/0/2", counts(w.set().Status), "the node that has joined is counted")
		require.Equal(t, int64(1), w.set().Status.ObservedGeneration)
		require.Equal(t, int64(3), w.set().Generation)
		require.Len(t, w.revisions(), 2)
	})
}

func last(list []string) string { return list[len(list)-1] }

func (w *world) revisions() []string {
	var list []string
	for _, r := range daemonset.Revisions(w.Reader, w.set()) {
		list = append(list, fmt.Sprint(r.Revision))
	}
	return list
}
