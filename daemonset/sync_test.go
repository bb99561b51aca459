package daemonset_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
)

// retries reports whether the controller has put off a sync.
func (w *world) retries() bool {
	f := w.Fork()
	for f.Pending() > 0 {
		task, _ := f.Step()
		if strings.Contains(w.TaskString(task), daemonset.Name+" requeue") {
			return true
		}
	}
	return false
}

func (w *world) lag(lag cluster.Lag) {
	w.t.Helper()
	require.NoError(w.t, w.SetLag(daemonset.Name, lag))
}

// TestSync goes through the steps of one sync, and where it ends early.
func TestSync(t *testing.T) {
	t.Run("D-60", checkLiveReadBeforeAdoption)
	t.Run("D-61", checkAdoptionOfWhatIsGone)
	t.Run("D-66 step 2: it is gone", func(t *testing.T) {
		w := newWorld(t, setup{}, "n")
		w.create(agent())
		require.NoError(t, w.Delete(daemonset.Kind, "default", "agent", cluster.DeleteOptions{}))
		w.settle()
		require.Empty(t, w.take(), "a sync that was queued before does nothing")
	})
	t.Run("D-66 step 5: it is being deleted", func(t *testing.T) {
		w := newWorld(t, setup{}, "n")
		w.create(agent(func(d *daemonset.DaemonSet) { d.Finalizers = []string{"example.com/hold"} }))
		w.settle()
		w.take()
		require.NoError(t, w.Delete(daemonset.Kind, "default", "agent", cluster.DeleteOptions{}))
		w.join("o")
		w.taint("n", noExecute("k"))
		w.settle()
		require.Empty(t, w.take(), "nothing is created or deleted")
		require.Equal(t, "1/1/0/1/1/1/0", counts(w.set().Status), "nor counted")
	})
	t.Run("D-66 step 6: no history", func(t *testing.T) {
		w := newWorld(t, setup{}, "n")
		long := strings.Repeat("a", 250)
		w.create(agent(func(d *daemonset.DaemonSet) { d.Name = long }))
		w.instant()
		require.Empty(t, w.on("n"))
		require.Equal(t, daemonset.Status{}, daemonset.Get(w.Reader, "default", long).Status, "no status")
		require.True(t, w.retries())
	})
	t.Run("D-66 step 7: expectations", func(t *testing.T) {
		w := newWorld(t, setup{config: daemonset.Config{NoOwnWritesCheck: true}, noScheduler: true}, "n")
		w.lag(cluster.Lag{Kinds: map[cluster.Kind]time.Duration{cluster.KindPod: time.Minute}})
		w.create(agent())
		w.instant()
		w.join("o")
		w.change(minReady(1))
		w.run(time.Second)
		require.Empty(t, w.on("o"), "nothing is created before the first pod has been seen")
		require.EqualValues(t, 2, w.set().Status.DesiredNumberScheduled, "the status is written")
		require.EqualValues(t, 1, w.set().Status.ObservedGeneration, "but not the generation")
		w.run(2 * time.Minute)
		require.Len(t, w.on("o"), 1)
		require.EqualValues(t, 2, w.set().Status.ObservedGeneration)
	})
	t.Run("D-66 step 8: manage fails", func(t *testing.T) {
		w := newWorld(t, setup{}, "m", "n")
		w.create(agent())
		w.settle()
		w.change(spec(func(s *cluster.PodSpec) { s.PriorityClassName = "later" }))
		w.join("o")
		w.take()
		w.Step()
		w.Step()
		require.Empty(t, w.take(), "the rolling update is skipped")
		require.Contains(t, w.events()[len(w.events())-1], "FailedCreate")
		require.Equal(t, "3/2/0/2/0/2/1", counts(w.set().Status))
		require.EqualValues(t, 2, w.set().Status.ObservedGeneration, "the generation is raised all the same")
		require.True(t, w.retries(), "the error is returned")
	})
	t.Run("D-66 step 9: OnDelete", func(t *testing.T) {
		w := newWorld(t, setup{}, "n")
		w.create(agent(onDelete))
		w.settle()
		w.take()
		w.image("agent:v2")
		w.settle()
		require.Empty(t, w.take(), "no rolling update")
	})
	t.Run("D-67", checkManageAndRollInDifferentSyncs)
}

// checkLiveReadBeforeAdoption lets an orphan turn up when the controller still sees a DaemonSet that is gone, or
// is being deleted, or has been replaced.
func checkLiveReadBeforeAdoption(t *testing.T) {
	remove := func(w *world) {
		require.NoError(w.t, w.Delete(daemonset.Kind, "default", "agent",
			cluster.DeleteOptions{Propagation: cluster.Orphan}))
	}
	for _, tt := range []struct {
		name     string
		finalize bool
		change   func(*world)
		adopted  bool
	}{
		{"as it is", false, func(*world) {}, true},
		{"gone", false, remove, false},
		{"being deleted", true, remove, false},
		{"replaced", false, func(w *world) { remove(w); w.create(agent(onDelete)) }, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, setup{noKubelet: true}, "n")
			w.lag(cluster.Lag{Kinds: map[cluster.Kind]time.Duration{daemonset.Kind: time.Minute}})
			w.create(agent(onDelete, func(d *daemonset.DaemonSet) {
				if tt.finalize {
					d.Finalizers = []string{"example.com/hold"}
				}
			}))
			w.settle()
			uid := w.set().UID
			tt.change(w)
			w.create(orphan("stray", "n"))
			w.run(time.Millisecond)
			require.Equal(t, tt.adopted, w.Pod("default", "stray").Controller() != nil)
			if tt.adopted {
				require.Equal(t, uid, w.owner("stray"))
			} else {
				require.True(t, w.retries(), "the sync fails")
			}
		})
	}
}

// checkAdoptionOfWhatIsGone lets the controller see orphans that are gone: that is no failure.
func checkAdoptionOfWhatIsGone(t *testing.T) {
	w := newWorld(t, setup{noKubelet: true})
	w.create(orphan("stray", "n"))
	w.lag(cluster.Lag{Kinds: map[cluster.Kind]time.Duration{cluster.KindPod: time.Minute}})
	w.remove(w.Pod("default", "stray"))
	w.create(agent(onDelete))
	w.run(time.Millisecond)
	require.NotNil(t, w.ViewOf(daemonset.Name).Pod("default", "stray"), "the controller sees it")
	require.Nil(t, w.Pod("default", "stray"))
	require.EqualValues(t, 1, w.set().Status.ObservedGeneration)
	require.False(t, w.retries(), "the sync does not fail")
}

// TestManageInOneSync goes through what manage does for several nodes.
func TestManageInOneSync(t *testing.T) {
	t.Run("D-70", func(t *testing.T) {
		w := newWorld(t, setup{noScheduler: true, noKubelet: true}, "a", "b", "gone")
		w.create(agent(onDelete))
		w.settle()
		w.removeNode("gone")
		w.taint("b", noExecute("k"))
		w.join("c")
		w.take()
		w.instantUntilActed()
		require.Equal(t, []string{"0s create c", "0s delete b", "0s delete gone"}, w.take(),
			"the missing pod, the unfit one, and the one of the missing node")
	})
	t.Run("D-73", func(t *testing.T) {
		for _, phase := range []cluster.PodPhase{cluster.PodRunning, cluster.PodFailed, cluster.PodSucceeded} {
			w := newWorld(t, setup{noKubelet: true}, "n")
			w.create(agent(func(d *daemonset.DaemonSet) {
				d.Spec.Template.ObjectMeta.Finalizers = []string{"example.com/hold"}
			}))
			w.instant()
			require.NoError(t, w.DeletePod(w.only("n").UID, cluster.DeleteOptions{}))
			w.status(w.only("n"), func(s *cluster.PodStatus) { s.Phase = phase })
			w.take()
			w.instant()
			require.Equal(t, phase != cluster.PodRunning, len(w.take()) == 1, "%s", phase)
		}
	})
	t.Run("D-77", checkWhatSurgeMeans)
	t.Run("D-84", checkGraceOfDeletion)
}

// checkWhatSurgeMeans looks at whether a node with a terminating pod gets another.
func checkWhatSurgeMeans(t *testing.T) {
	for _, tt := range []struct {
		name string
		edit func(*daemonset.DaemonSet)
		want bool
	}{
		{"integer", surge("1"), true},
		{"percent", surge("1%"), true},
		{"all", surge("100%"), true},
		{"zero", unavailable("1"), false},
		{"OnDelete with a stanza", func(d *daemonset.DaemonSet) { surge("1")(d); onDelete(d) }, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, setup{noKubelet: true}, "n")
			w.create(agent(tt.edit))
			w.instant()
			w.take()
			require.NoError(t, w.DeletePod(w.only("n").UID, cluster.DeleteOptions{}))
			w.instant()
			require.Equal(t, tt.want, len(w.take()) == 1)
		})
	}
}

// checkGraceOfDeletion makes pods unfit for their nodes in different phases.
func checkGraceOfDeletion(t *testing.T) {
	w := newWorld(t, setup{noKubelet: true}, "bound", "failed", "room")
	full := node("unbound", nil)
	full.Status.Allocatable = cluster.ResourceList{}
	w.create(full)
	grace := int64(7)
	w.create(agent(onDelete, spec(func(s *cluster.PodSpec) { s.TerminationGracePeriodSeconds = &grace })))
	w.instant()
	w.ready(w.only("bound"), true)
	require.False(t, w.only("unbound").Bound())
	for _, name := range []string{"bound", "failed", "unbound"} {
		w.taint(name, noExecute("k"))
	}
	w.fail(w.only("failed"))
	w.instant()
	p := w.only("bound")
	require.Equal(t, w.Now()+7*time.Second, *p.DeletionTimestamp, "the pod's own grace period")
	require.Equal(t, grace, *p.DeletionGracePeriodSeconds)
	require.Empty(t, w.on("failed"), "none for a terminal pod")
	w.touch()
	require.Empty(t, w.on("unbound"), "none for an unbound one")
}
