package daemonset_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/kubelet"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/taints"
)

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
	t.Run("D-68 a rollout looks at the pods after manage has", func(t *testing.T) {
		w := newWorld(t, late(cluster.KindPod, 500*time.Millisecond), "a", "b")
		stray := w.create(orphan("stray", "a")).(*cluster.Pod)
		w.create(agent(spec(func(s *cluster.PodSpec) { s.NodeName = "b" })))
		w.run(300 * time.Millisecond)
		w.removeNode("b")
		w.remove(w.only("b"))
		w.run(200 * time.Millisecond)
		require.True(t, w.PodByUID(stray.UID).Terminating(), "adopted, and deleted by manage")
		w.remove(stray)
		w.run(300 * time.Millisecond)
		require.Equal(t, "0/0/0/0/0/0/0", counts(w.set().Status), "there is no old pod left to replace")
		w.run(sec(1))
		require.Empty(t, w.on("a"))
	})
	t.Run("D-126 an adopted pod counts as it is seen, before its adoption is", func(t *testing.T) {
		w := newWorld(t, late(cluster.KindPod, sec(1)), "a", "b")
		w.taint("a", taints.Taint{Key: "k", Effect: taints.EffectNoSchedule})
		stray := w.create(orphan("stray", "a")).(*cluster.Pod)
		w.run(100 * time.Millisecond)
		require.NoError(t, w.DeletePod(stray.UID, cluster.DeleteOptions{}))
		w.run(100 * time.Millisecond)
		w.create(agent(surge("1")))
		w.run(900 * time.Millisecond)
		require.NotNil(t, w.PodByUID(stray.UID).Controller(), "adopted as if it were not terminating")
		w.run(200 * time.Millisecond)
		require.Equal(t, "1/1/1/0/1/0/1", counts(w.set().Status))
		require.NotContains(t, w.events(), "Normal SuccessfulDelete Deleted pod: stray")
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
