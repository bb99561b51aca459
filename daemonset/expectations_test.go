package daemonset_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/kubelet"
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

var errQuota = errors.New("exceeded quota")

// TestExecution has a test for each rule about one execution.
func TestExecution(t *testing.T) {
	t.Run("D-96 the caps are separate", func(t *testing.T) {
		s := bare()
		s.config.BurstReplicas = 3
		w := newWorld(t, s)
		for i := range 5 {
			w.create(node(fmt.Sprintf("a%d", i), map[string]string{"side": "old"}))
			w.create(node(fmt.Sprintf("b%d", i), map[string]string{"side": "new"}))
		}
		w.create(agent(onDelete, spec(selector("side", "old"))))
		w.instant()
		w.take()
		w.change(spec(selector("side", "new")))
		w.instantUntilActed()
		require.Equal(t, []string{
			"0s create b0", "0s create b1", "0s create b2", "0s delete a0", "0s delete a1", "0s delete a2",
		}, w.take(), "the first of each list")
	})
	t.Run("D-97 the caps hold for the rolling update", func(t *testing.T) {
		s := bare()
		s.config.BurstReplicas = 2
		w := newWorld(t, s, "a", "b", "c")
		w.create(agent(unavailable("100%")))
		w.instant()
		w.take()
		w.image("agent:v2")
		w.instantUntilActed()
		require.Equal(t, []string{"0s delete a", "0s delete b"}, w.take())
	})
	for n, want := range map[int]string{
		0: "[]", 1: "[1]", 5: "[1 2 2]", 10: "[1 2 4 3]", 50: "[1 2 4 8 16 19]", 100: "[1 2 4 8 16 32 37]",
		250: "[1 2 4 8 16 32 64 123]",
	} {
		t.Run(fmt.Sprint("D-99 batches of ", n), func(t *testing.T) {
			// The calls that are still made after one has failed are those of its batch.
			sizes, done := []int{}, 0
			for done < n {
				calls, failing := 0, done
				daemonset.SlowStart(n, func(i int) error {
					require.Equal(t, calls, i)
					if calls++; i == failing {
						return errQuota
					}
					return nil
				})
				sizes, done = append(sizes, calls-done), calls
			}
			require.Equal(t, want, fmt.Sprint(sizes))
		})
	}
	t.Run("D-100 deletions are done all the same, and nothing that was skipped is expected", func(t *testing.T) {
		w := newWorld(t, bare(), "a", "b", "c", "d")
		w.create(agent(spec(selector(cluster.LabelHostname, "d"))))
		w.instant()
		w.take()
		w.change(spec(func(s *cluster.PodSpec) {
			s.NodeSelector = nil
			s.PriorityClassName = "later"
		}))
		w.taint("d", noExecute("out"))
		w.instantUntilActed()
		require.Equal(t, []string{"0s delete d"}, w.take())
		require.Equal(t, 1, attempts(w), "two nodes are skipped")
		w.create(&cluster.PriorityClass{ObjectMeta: cluster.ObjectMeta{Name: "later"}, Value: 10})
		w.run(sec(10))
		require.Equal(t, []int{1, 1, 1}, w.podsOn("a", "b", "c"), "long before five minutes are over")
	})
	t.Run("D-101 a quota of 10 for 100 nodes", func(t *testing.T) {
		calls, made := 0, 0
		errs := daemonset.SlowStart(100, func(int) error {
			if calls++; made == 10 {
				return errQuota
			}
			made++
			return nil
		})
		require.Equal(t, []int{15, 10, 5}, []int{calls, made, len(errs)})
	})
	t.Run("D-102 a failed creation is not expected and fails the sync", func(t *testing.T) {
		w := newWorld(t, bare(), "a")
		w.create(agent(spec(func(s *cluster.PodSpec) { s.PriorityClassName = "later" })))
		w.instant()
		require.True(t, strings.HasPrefix(last(w.events()), "Warning FailedCreate Error creating: "))
		w.run(5 * time.Millisecond)
		require.Equal(t, 2, attempts(w), "tried again after 5 ms, not after five minutes")
	})
	t.Run("D-104 what is gone cannot be deleted, and is not expected", func(t *testing.T) {
		w := newWorld(t, late(cluster.KindPod, time.Hour), "a", "b")
		w.create(agent())
		w.run(2 * time.Hour)
		before := w.events()
		w.remove(w.only("a"))
		w.remove(w.only("b"))
		w.taint("a", noExecute("out"))
		w.instant()
		if diff := cmp.Diff(before, w.events()); diff != "" {
			t.Errorf("events (-before +after):\n%s", diff)
		}
		w.join("c")
		w.instant()
		require.Len(t, w.on("c"), 1, "nothing is waited for")
		require.Equal(t, 3, w.Pending(), "no retry: two deletions and a creation are on their way")
	})
}

// TestOwnWrites has the guards of section 22.
func TestOwnWrites(t *testing.T) {
	checked := func(kind cluster.Kind) setup {
		s := late(kind, sec(2))
		s.config.NoOwnWritesCheck = false
		return s
	}
	t.Run("D-211 created pods", func(t *testing.T) {
		w := newWorld(t, checked(cluster.KindPod), "a")
		w.create(agent())
		w.instant()
		require.Equal(t, "1/0/0/0/0/0/1", counts(w.set().Status))
		w.join("b")
		w.run(sec(2) - 1)
		require.Equal(t, "1/0/0/0/0/0/1", counts(w.set().Status), "syncs fail before they count")
		w.run(1)
		require.Equal(t, "2/1/0/0/1/0/2", counts(w.set().Status))
		require.Equal(t, []string{"0s create a", "2s create b"}, w.take())
	})
	t.Run("D-211 the status", func(t *testing.T) {
		w := newWorld(t, checked(daemonset.Kind), "a")
		w.create(agent())
		w.run(sec(2))
		require.Equal(t, []string{"2s create a"}, w.take(), "the DaemonSet itself is seen late")
		w.run(sec(1))
		w.join("b")
		w.run(sec(1) - 1)
		require.Empty(t, w.on("b"), "the status has been written at 2s")
		w.run(sec(1))
		require.Len(t, w.on("b"), 1)
	})
	t.Run("D-211 adopted pods", func(t *testing.T) {
		w := newWorld(t, checked(cluster.KindPod), "a", "b")
		w.create(agent(onDelete))
		w.run(sec(10))
		w.create(orphan("stray", "c"))
		w.run(sec(2))
		w.join("d")
		w.run(sec(2) - 1)
		require.NotNil(t, w.Pod("default", "stray").Controller())
		require.Empty(t, w.on("d"))
		w.run(1)
		require.Len(t, w.on("d"), 1)
	})
	t.Run("D-211 tries again with back-off", func(t *testing.T) {
		w := newWorld(t, checked(cluster.KindPod), "a")
		w.create(agent())
		w.instant()
		w.touch()
		var requeued []time.Duration
		for w.Now() < sec(2) {
			if task, _ := w.Step(); strings.Contains(w.TaskString(task), "requeue DaemonSet") {
				requeued = append(requeued, task.At)
			}
		}
		ms := time.Millisecond
		require.Equal(t, []time.Duration{5 * ms, 15 * ms, 35 * ms, 75 * ms, 155 * ms, 315 * ms, 635 * ms, 1275 * ms},
			requeued)
	})
	t.Run("D-212 deletions are left to expectations", func(t *testing.T) {
		w := newWorld(t, checked(cluster.KindPod), "a")
		w.create(agent())
		w.run(sec(4))
		w.image("agent:v2")
		w.run(sec(1))
		require.True(t, w.only("a").Terminating())
		w.join("b")
		w.instant()
		require.Equal(t, "2/1/0/0/0/0/2", counts(w.set().Status), "a sync that waits counts")
		require.Empty(t, w.on("b"))
		w.run(sec(1))
		require.Len(t, w.on("b"), 1)
	})
	t.Run("D-213 KP-27 a restart forgets, and the second pod goes when it is seen", func(t *testing.T) {
		w := newWorld(t, checked(cluster.KindPod), "a")
		w.create(agent())
		w.instant()
		w.run(sec(1))
		w.control.Forget()
		w.touch()
		pods := w.on("a")
		require.Len(t, pods, 2)
		w.run(sec(10))
		survivor, second := w.PodByUID(min(pods[0].UID, pods[1].UID)), w.PodByUID(max(pods[0].UID, pods[1].UID))
		require.False(t, survivor.Terminating(), "D-76")
		require.True(t, second.Terminating())
	})
	t.Run("D-214 a stale view of nodes", func(t *testing.T) {
		s := late(cluster.KindNode, sec(5))
		s.config.Mode = daemonset.ViaScheduler
		w := newWorld(t, s, "a")
		w.create(agent())
		w.run(sec(4))
		require.Empty(t, w.on("a"), "the node has not been seen")
		w.removeNode("a")
		w.run(sec(4))
		require.Len(t, w.on("a"), 1, "a pod for a node that is gone")
		w.run(sec(1))
		w.touch()
		require.Empty(t, w.on("a"), "D-81")
	})
}

// TestLateClaims has the rules about pods and status that somebody else has changed meanwhile.
func TestLateClaims(t *testing.T) {
	t.Run("D-60 nothing is adopted for a DaemonSet that is gone", func(t *testing.T) {
		w := newWorld(t, late(daemonset.Kind, sec(5)), "a")
		w.create(agent())
		w.run(sec(20))
		require.NoError(t, w.Delete(daemonset.Kind, "default", "agent", cluster.DeleteOptions{
			Propagation: cluster.Orphan,
		}))
		w.run(sec(1))
		require.Nil(t, w.only("a").Controller(), "the controller tries, and has to leave it")
		w.run(sec(20))
		require.Nil(t, w.only("a").Controller())
	})
	t.Run("D-61 a patch does not mind what has changed, or gone", func(t *testing.T) {
		w := newWorld(t, late(cluster.KindPod, sec(5)), "a", "b")
		w.create(agent())
		w.run(sec(20))
		relabel := func(node, app string) {
			next := w.only(node).Clone().(*cluster.Pod)
			next.Labels["app"] = app
			w.update(next)
		}
		b := w.only("b")
		relabel("a", "other")
		relabel("b", "other")
		w.run(sec(4))
		a := w.only("a")
		w.status(a, func(s *cluster.PodStatus) { s.Started = true })
		w.remove(b)
		w.run(sec(1))
		require.Nil(t, w.PodByUID(a.UID).Controller(), "released, though the version is not the one that was seen")
		require.Len(t, w.on("a"), 2, "D-63: in the same sync")
		require.True(t, w.PodByUID(a.UID).Status.Started)
		require.Len(t, w.on("b"), 1)
	})
	t.Run("D-62 an adopted pod counts in the sync that adopts it", func(t *testing.T) {
		for _, check := range []bool{true, false} {
			s := late(cluster.KindPod, sec(5))
			s.config.NoOwnWritesCheck = check
			w := newWorld(t, s)
			w.create(orphan("stray", "a"))
			w.run(sec(10))
			w.create(agent(onDelete))
			w.join("a")
			for range 10 {
				w.run(sec(1))
				w.touch()
			}
			require.NotNil(t, w.only("a").Controller())
			require.Equal(t, "1/1/0/0/0/0/1", counts(w.set().Status))
		}
	})
	t.Run("D-192 a status is written once more to the DaemonSet as it is", func(t *testing.T) {
		w := newWorld(t, late(daemonset.Kind, sec(5)), "a")
		w.create(agent())
		w.run(sec(4))
		w.change(minReady(7))
		w.run(sec(1))
		set := w.set()
		require.Equal(t, "1/1/0/0/1/0/1", counts(set.Status))
		require.Equal(t, []int64{2, 1}, []int64{set.Generation, set.Status.ObservedGeneration})
		require.Equal(t, int32(7), set.Spec.MinReadySeconds)
		w.run(sec(20))
		require.Equal(t, int64(2), w.set().Status.ObservedGeneration)
	})
	t.Run("D-173 a revision that is not seen yet is found by its name", func(t *testing.T) {
		w := newWorld(t, late("ControllerRevision", sec(5)), "a")
		w.create(agent())
		w.instant()
		w.image("agent:v2")
		w.instant()
		w.image("agent:v3")
		w.instant()
		w.image("agent:v2")
		w.run(sec(60))
		require.Equal(t, []string{"1", "1", "1"}, w.revisions(), "each looked like the first")
		require.Nil(t, w.set().Status.CollisionCount)
		w.touch()
		require.Equal(t, []string{"1", "1", "2"}, w.revisions())
		last := daemonset.Revisions(w.Reader, w.set())[2]
		require.Contains(t, string(last.Data), "agent:v2")
	})
}

// TestLagConverges lets everything lag, by a kubelet and a scheduler too.
func TestLagConverges(t *testing.T) {
	lag := cluster.Lag{Delay: 1700 * time.Millisecond}
	w := newWorld(t, setup{
		pods: kubelet.Typical(),
		lags: map[string]cluster.Lag{daemonset.Name: lag, "default-scheduler": lag, "kubelet": lag},
	}, "a", "b", "c")
	w.create(agent())
	w.settle()
	require.Equal(t, "3/3/0/3/3/3/0", counts(w.set().Status))
	w.image("agent:v2")
	w.settle()
	require.Equal(t, "3/3/0/3/3/3/0", counts(w.set().Status))
	for _, n := range []string{"a", "b", "c"} {
		w.only(n)
	}
}
