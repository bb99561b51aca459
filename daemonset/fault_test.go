package daemonset_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/rollout"
)

// fault lets requests of the controller fail.
func (w *world) fault(verb cluster.Verb, kind cluster.Kind, times int, edits ...func(*cluster.Fault)) {
	w.t.Helper()
	f := cluster.Fault{Actor: daemonset.Name, Verb: verb, Kind: kind, Times: times}
	for _, edit := range edits {
		edit(&f)
	}
	require.NoError(w.t, w.AddFault(f))
}

func applied(f *cluster.Fault) { f.Applied = true }

const timeout = "Timeout: request did not complete within requested timeout - context deadline exceeded"

// TestFaults lets requests of the controller fail for no fault of their own.
func TestFaults(t *testing.T) {
	t.Run("D-100 a timeout ends the batches, and what was skipped is not expected", func(t *testing.T) {
		w := newWorld(t, late(cluster.KindPod, time.Hour), "a", "b", "c", "d")
		w.fault(cluster.Created, cluster.KindPod, 1)
		w.create(agent())
		w.instant()
		require.Equal(t, []string{"0s create a", "0s create b", "0s create c", "0s create d"}, w.take(),
			"the sync that follows on the status creates all of them, as nothing is waited for")
		require.Equal(t, 1, attempts(w), "one call was made before")
		require.Equal(t, "Warning FailedCreate Error creating: "+timeout, w.events()[0])
	})
	t.Run("D-102 a creation that fails is tried again, later and later", func(t *testing.T) {
		w := newWorld(t, bare(), "a")
		w.create(agent())
		w.settle()
		w.take()
		w.fault(cluster.Created, cluster.KindPod, 4)
		w.remove(w.only("a"))
		w.run(sec(1))
		require.Equal(t, 4, attempts(w))
		require.Equal(t, []string{"65ms create a"}, w.take(),
			"the status woke it once, then the first delay of 5 ms was over, then one of 20 and one of 40")
	})
	t.Run("D-102 a creation that has worked all the same is seen", func(t *testing.T) {
		w := newWorld(t, bare(), "a")
		w.fault(cluster.Created, cluster.KindPod, 1, applied)
		w.create(agent())
		w.instant()
		require.Equal(t, []string{"0s create a"}, w.take())
		require.Equal(t, []string{"Warning FailedCreate Error creating: " + timeout}, w.events())
		w.join("b")
		w.instant()
		require.Equal(t, []int{1, 1}, w.podsOn("a", "b"), "it was not expected, but that does no harm")
		w.settle()
	})
	t.Run("D-102 a creation that has worked all the same and is not seen is made twice", func(t *testing.T) {
		w := newWorld(t, late(cluster.KindPod, sec(2)), "a")
		w.fault(cluster.Created, cluster.KindPod, 1, applied)
		w.create(agent())
		w.run(sec(1))
		require.Equal(t, []int{2}, w.podsOn("a"))
		w.run(sec(1))
		require.Equal(t, []string{"0s create a", "0s create a", "2s delete a"}, w.take(),
			"D-76: one of them goes when both are seen")
	})
	t.Run("D-104 a deletion that fails is not expected and fails the sync", func(t *testing.T) {
		w := newWorld(t, bare(), "a")
		w.create(agent())
		w.settle()
		w.take()
		w.fault(cluster.Deleted, cluster.KindPod, 2, func(f *cluster.Fault) {
			f.Reason = cluster.FaultInternalError
		})
		w.taint("a", noExecute("out"))
		w.run(sec(1))
		require.Equal(t, []string{"5ms delete a"}, w.take(), "the status woke it once")
		require.Equal(t, "Warning FailedDelete Error deleting: Internal error occurred: etcdserver: leader changed",
			w.events()[1])
	})
	t.Run("D-104 a deletion that has worked all the same is asked for again", func(t *testing.T) {
		w := newWorld(t, late(cluster.KindPod, sec(2)), "a", "b")
		w.create(agent())
		w.run(sec(10))
		w.take()
		w.fault(cluster.Deleted, cluster.KindPod, 1, applied)
		w.taint("a", noExecute("out"))
		w.run(sec(1))
		require.Equal(t, []string{"10s delete a"}, w.take(), "once")
		require.Equal(t, []string{
			"Warning FailedDelete Error deleting: " + timeout,
			"Normal SuccessfulDelete Deleted pod: " + w.only("a").Name,
		}, w.events()[2:])
		w.join("c")
		w.run(sec(1) - 1)
		require.Empty(t, w.on("c"), "the second one is expected to be seen")
		w.run(1)
		require.Len(t, w.on("c"), 1)
	})
	t.Run("D-192 a status is written twice at most", func(t *testing.T) {
		w := newWorld(t, bare(), "a")
		w.fault(cluster.Updated, daemonset.Kind, 1)
		w.create(agent())
		w.instant()
		require.Equal(t, "1/1/0/0/1/0/1", counts(w.set().Status), "the second attempt")
		require.Zero(t, w.Pending())

		w.fault(cluster.Updated, daemonset.Kind, 4)
		w.join("b")
		w.instant()
		require.Equal(t, "1/1/0/0/1/0/1", counts(w.set().Status))
		require.Equal(t, []int{1, 1}, w.podsOn("a", "b"), "what was to be done has been done")
		require.Empty(t, w.Faults(), "by that sync and the one that followed on the pod")
		w.run(5 * time.Millisecond)
		require.Equal(t, "2/2/0/0/2/0/2", counts(w.set().Status), "both have failed, and there is another")
	})
	t.Run("D-194 without a revision there is neither a pod nor a status", func(t *testing.T) {
		w := newWorld(t, bare(), "a")
		w.fault(cluster.Created, rollout.KindControllerRevision, 2)
		w.create(agent())
		w.instant()
		require.Empty(t, w.on("a"))
		require.Equal(t, "0/0/0/0/0/0/0", counts(w.set().Status))
		w.run(15 * time.Millisecond)
		require.Equal(t, []string{"15ms create a"}, w.take())
	})
	t.Run("D-178 a revision that has been made all the same is used", func(t *testing.T) {
		w := newWorld(t, late(rollout.KindControllerRevision, sec(9)), "a")
		w.fault(cluster.Created, rollout.KindControllerRevision, 1, applied)
		w.create(agent())
		w.run(sec(1))
		require.Equal(t, []string{"5ms create a"}, w.take())
		require.Equal(t, []string{"1"}, w.revisions())
		require.Nil(t, w.set().Status.CollisionCount, "its name is taken, by itself")
	})
}

// TestWatchBreaks begins the controller's watch of pods anew.
func TestWatchBreaks(t *testing.T) {
	t.Run("D-112 a pod that is terminating when it is first seen", func(t *testing.T) {
		w := newWorld(t, late(cluster.KindPod, sec(30)), "a", "b")
		w.create(agent())
		w.instant()
		p := w.only("a")
		require.NoError(t, w.DeletePod(p.UID, cluster.DeleteOptions{}))
		require.NoError(t, w.Relist(daemonset.Name, cluster.KindPod))
		require.NoError(t, w.SetLag(daemonset.Name, cluster.Lag{}))
		w.remove(p)
		w.run(4 * time.Minute)
		w.touch()
		require.Equal(t, []int{0, 1}, w.podsOn("a", "b"), "its creation is still expected")
		w.run(time.Hour)
		require.Empty(t, w.on("a"), "D-113: nothing wakes the controller")
		w.touch()
		require.Equal(t, []int{1, 1}, w.podsOn("a", "b"))
	})
	t.Run("D-113 a pod that has come and gone is never seen", func(t *testing.T) {
		w := newWorld(t, late(cluster.KindPod, sec(30)), "a")
		w.create(agent())
		w.instant()
		w.remove(w.only("a"))
		require.NoError(t, w.Relist(daemonset.Name, cluster.KindPod))
		w.run(5 * time.Minute)
		w.touch()
		require.Empty(t, w.on("a"))
		w.run(1)
		w.touch()
		require.Len(t, w.on("a"), 1)
	})
}
