package daemonset_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/rollout"
)

// TestDeletion deletes a DaemonSet in the ways that there are.
func TestDeletion(t *testing.T) {
	t.Run("D-194", checkStatusOfTerminatingSet)
	t.Run("D-195", checkBackground)
	t.Run("D-196", checkForeground)
	t.Run("D-197", checkOrphans)
	t.Run("D-198", checkRecreation)
}

// checkStatusOfTerminatingSet has a DaemonSet that something else holds.
func checkStatusOfTerminatingSet(t *testing.T) {
	w := newWorld(t, setup{}, "a", "b")
	w.create(agent(func(d *daemonset.DaemonSet) { d.Finalizers = []string{"example.com/hold"} }))
	w.settle()
	require.NoError(t, w.Delete(daemonset.Kind, "default", "agent", cluster.DeleteOptions{}))
	w.take()
	w.remove(w.only("a"))
	w.join("c")
	w.settle()
	require.Empty(t, w.take(), "nothing is created")
	require.Equal(t, "2/2/0/2/2/2/0", counts(w.set().Status), "and status freezes")
}

// checkBackground deletes as kubectl does: the DaemonSet goes first, its pods in their own time.
func checkBackground(t *testing.T) {
	w := newWorld(t, setup{pods: slow}, "a", "b")
	w.create(agent())
	w.settle()
	w.take()
	require.NoError(t, w.Delete(daemonset.Kind, "default", "agent", cluster.DeleteOptions{}))
	require.Nil(t, w.set(), "at once")
	require.Equal(t, 1, w.Count(rollout.KindControllerRevision))
	require.False(t, w.only("a").Terminating(), "its own go after it")
	w.instant()
	require.Zero(t, w.Count(rollout.KindControllerRevision))
	for _, n := range []string{"a", "b"} {
		require.True(t, w.only(n).Terminating())
		require.EqualValues(t, 30, *w.only(n).DeletionGracePeriodSeconds, "their own grace period")
	}
	w.settle()
	require.Empty(t, w.on("a"))
	require.Empty(t, w.take(), "it is not the controller who deletes")
}

// checkForeground deletes a DaemonSet that goes after its pods.
func checkForeground(t *testing.T) {
	w := newWorld(t, setup{pods: slow}, "a", "b")
	w.create(agent())
	w.settle()
	w.take()
	status := w.set().Status
	require.NoError(t, w.Delete(daemonset.Kind, "default", "agent",
		cluster.DeleteOptions{Propagation: cluster.Foreground}))
	require.Equal(t, []string{"foregroundDeletion"}, w.set().Finalizers)
	require.EqualValues(t, 2, w.set().Generation)
	w.remove(w.only("a"))
	w.join("c")
	w.touch()
	require.True(t, w.set().Terminating())
	require.True(t, w.only("b").Terminating())
	require.Empty(t, w.take(), "what is lost meanwhile is not replaced")
	require.Equal(t, status, w.set().Status, "and status freezes")
	w.settle()
	require.Nil(t, w.set(), "it goes with the last of its own")
	require.Empty(t, w.on("b"))
	require.Zero(t, w.Count(rollout.KindControllerRevision))
	require.Empty(t, w.take())
}

// checkOrphans covers D-128, too.
func checkOrphans(t *testing.T) {
	for _, tt := range []struct {
		name, image string
		revisions   int
		updated     int32
	}{
		{"same template", "agent:v1", 1, 2},
		{"other template", "agent:v2", 2, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, setup{}, "a", "b")
			w.create(agent())
			w.settle()
			names := []string{w.only("a").Name, w.only("b").Name}
			require.NoError(t, w.Delete(daemonset.Kind, "default", "agent",
				cluster.DeleteOptions{Propagation: cluster.Orphan}))
			w.settle()
			require.Equal(t, 1, w.Count(rollout.KindControllerRevision), "pods and revisions stay")
			var stayed cluster.Object
			for stayed = range w.Objects(rollout.KindControllerRevision, "default") {
				require.Nil(t, stayed.Meta().Controller())
			}
			require.Zero(t, w.owner(names[0]))
			w.take()

			w.create(agent(spec(func(s *cluster.PodSpec) { s.Containers[0].Image = tt.image })))
			w.settle()
			require.Empty(t, w.take(), "both are adopted")
			require.Equal(t, names, []string{w.only("a").Name, w.only("b").Name})
			revisions := daemonset.Revisions(w.Reader, w.set())
			require.Len(t, revisions, tt.revisions)
			require.Equal(t, stayed.Meta().UID, revisions[0].UID, "the one that was there is adopted")
			require.Equal(t, w.set().UID, revisions[0].Controller().UID)
			require.EqualValues(t, tt.revisions, revisions[len(revisions)-1].Revision, "and current, if its bytes are")
			require.Equal(t, tt.updated, w.set().Status.UpdatedNumberScheduled,
				"KP-17: by their template generation they count as new, whatever they run")
		})
	}
}

// checkRecreation makes a DaemonSet of the same name, which ignores the old one's pods.
func checkRecreation(t *testing.T) {
	w := newWorld(t, setup{pods: slow}, "n")
	w.create(agent())
	w.settle()
	uid := w.set().UID
	require.NoError(t, w.Delete(daemonset.Kind, "default", "agent", cluster.DeleteOptions{}))
	w.create(agent())
	w.instant()
	require.NotEqual(t, uid, w.set().UID)
	require.Len(t, w.on("n"), 2, "for a while there are two")
	require.Equal(t, "1/1/0/0/1/0/1", counts(w.set().Status), "the other one is not counted")
	w.settle()
	require.Equal(t, w.set().UID, w.only("n").Controller().UID)
}
