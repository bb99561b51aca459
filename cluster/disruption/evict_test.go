package disruption_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/disruption"
)

func isError(err, target error) bool { return errors.Is(err, target) }

// evict evicts a pod and says what came of it.
func (w *world) evict(name string, opts disruption.EvictOptions) error {
	_, err := disruption.Evict(w.Client, "ns", name, opts)
	return err
}

// TestEvict goes through the evictions of the pods of a budget.
func TestEvict(t *testing.T) {
	t.Run("N-60 N-61", func(t *testing.T) {
		w := newWorld(t)
		w.pod("p", "a")
		w.pod("q", "a")
		w.pod("r", "a")
		w.budget("b", "a", spec{MinAvailable: number(2)})
		require.ErrorIs(t, w.evict("p", disruption.EvictOptions{}), cluster.ErrTooManyRequests, "nobody has looked at the budget yet")
		require.NoError(t, w.RunFor(10*time.Second))
		require.Equal(t, "allowed 1, 3/2 of 3, SufficientPods", w.line("b"))

		var changes []string
		w.OnChange(func(ch *cluster.Change) { changes = append(changes, ch.String()) })
		require.NoError(t, w.evict("p", disruption.EvictOptions{}))
		want := []string{
			"t=10s user update PodDisruptionBudget ns/b", "t=10s user update Pod ns/p", "t=10s user update Pod ns/p",
		}
		if diff := cmp.Diff(want, changes); diff != "" {
			t.Errorf("first the budget, then the condition, then the deletion (-want +got):\n%s", diff)
		}
		require.Equal(t, "allowed 0, 3/2 of 3, InsufficientPods", w.line("b"), "until the controller counts anew")
		require.Equal(t, map[string]time.Duration{"p": 10 * time.Second}, w.stored("b").Status.DisruptedPods)
		p := w.Pod("ns", "p")
		require.True(t, p.Terminating())
		require.Equal(t, int64(30), *p.DeletionGracePeriodSeconds)
		last := p.Conditions()[len(p.Conditions())-1]
		require.Equal(t, cluster.PodCondition{
			Type: cluster.DisruptionTarget, Status: "True", LastTransitionTime: new(10 * time.Second),
			Reason: "EvictionByEvictionAPI", Message: "Eviction API: evicting",
		}, last)

		err := w.evict("q", disruption.EvictOptions{})
		require.EqualError(t, err, `evict Pod "ns/q": Cannot evict pod as it would violate the pod's disruption budget.`)
		require.ErrorIs(t, err, cluster.ErrTooManyRequests)
		var refused *disruption.RefusedError
		require.ErrorAs(t, err, &refused)
		require.Equal(t, "The disruption budget b does not allow evicting pods currently", refused.Verdict.Cause)

		require.Equal(t, "allowed 0, 2/2 of 3, InsufficientPods", w.settle().line("b"))
		require.Empty(t, w.stored("b").Status.DisruptedPods, "it is terminating")
		w.pod("s", "a")
		require.Equal(t, "allowed 1, 3/2 of 4, SufficientPods", w.settle().line("b"))
		require.NoError(t, w.evict("q", disruption.EvictOptions{}), "another pod has taken its place")
	})
	t.Run("N-59", func(t *testing.T) {
		w := newWorld(t)
		p := w.pod("p", "a")
		w.pod("q", "a")
		w.budget("b", "a", spec{MinAvailable: number(2)})
		w.settle()
		_, err := w.SetPodStatus(p.UID, cluster.PodStatus{Phase: cluster.PodFailed})
		require.NoError(t, err)
		require.NoError(t, w.evict("p", disruption.EvictOptions{}))
		require.Nil(t, w.Pod("ns", "p"), "one that has ended goes at once")
		w.budget("c", "a", spec{MinAvailable: number(0)})
		hash := w.settle().Hash()
		require.ErrorIs(t, w.evict("q", disruption.EvictOptions{}), disruption.ErrSeveralBudgets)
		require.Equal(t, hash, w.Hash(), "nothing has changed")
		require.ErrorIs(t, w.evict("nobody", disruption.EvictOptions{}), cluster.ErrNotFound)
	})
	t.Run("N-60 not ready", func(t *testing.T) {
		w := newWorld(t)
		p := w.pod("p", "a")
		w.pod("q", "a")
		w.budget("b", "a", spec{MinAvailable: number(1)})
		w.ready(p.UID, false)
		require.Equal(t, "allowed 0, 1/1 of 2, InsufficientPods", w.settle().line("b"))
		require.NoError(t, w.evict("p", disruption.EvictOptions{}))
		require.Equal(t, "allowed 0, 1/1 of 2, InsufficientPods", w.line("b"), "at no expense")
		require.Empty(t, w.stored("b").Status.DisruptedPods)
	})
	t.Run("N-61 delete options", func(t *testing.T) {
		for _, row := range []struct {
			grace *time.Duration
			want  string
		}{
			{nil, "30 s"}, {new(5 * time.Second), "5 s"}, {new(-time.Second), "1 s"}, {new(time.Duration), "gone"},
		} {
			w := newWorld(t)
			w.pod("p", "a")
			require.NoError(t, w.evict("p", disruption.EvictOptions{Delete: cluster.DeleteOptions{GracePeriod: row.grace}}))
			got := "gone"
			if p := w.Pod("ns", "p"); p != nil {
				got = fmt.Sprintf("%d s", *p.DeletionGracePeriodSeconds)
			}
			require.Equal(t, row.want, got)
		}
	})
	t.Run("N-61 marked before", func(t *testing.T) {
		w := newWorld(t)
		p := w.pod("p", "a")
		_, err := w.SetPodStatus(p.UID, p.Status.WithDisruption("Other", "another", 0))
		require.NoError(t, err)
		require.NoError(t, w.RunFor(time.Minute))
		require.NoError(t, w.evict("p", disruption.EvictOptions{}))
		d, _ := w.Pod("ns", "p").Disruption()
		require.Equal(t, cluster.Disruption{Reason: "EvictionByEvictionAPI", Message: "Eviction API: evicting"}, d)
	})
	t.Run("N-60 dry run", func(t *testing.T) {
		w := newWorld(t)
		w.pod("p", "a")
		w.pod("q", "a")
		w.budget("b", "a", spec{MinAvailable: number(1)})
		hash := w.settle().Hash()
		for _, name := range []string{"p", "q"} {
			require.NoError(t, w.evict(name, disruption.EvictOptions{DryRun: true}), "each for itself")
		}
		require.Equal(t, hash, w.Hash())
	})
}

// TestEvictPreconditions evicts what is not what was meant. The budget pays for it, for two minutes.
func TestEvictPreconditions(t *testing.T) {
	w := newWorld(t)
	p, q := w.pod("p", "a"), w.pod("q", "a")
	w.budget("b", "a", spec{MinAvailable: number(1)})
	w.settle()
	meant := func(uid cluster.UID, version uint64) disruption.EvictOptions {
		return disruption.EvictOptions{Delete: cluster.DeleteOptions{
			Preconditions: cluster.Preconditions{UID: uid, ResourceVersion: version},
		}}
	}
	require.ErrorIs(t, w.evict("p", meant(q.UID, 0)), cluster.ErrConflict)
	require.False(t, w.Pod("ns", "p").Terminating())
	require.Equal(t, "allowed 0, 1/1 of 2, InsufficientPods", runFor(w, time.Second).line("b"), "p is as good as gone")
	require.ErrorIs(t, w.evict("q", disruption.EvictOptions{}), cluster.ErrTooManyRequests)
	require.Equal(t, "allowed 1, 2/1 of 2, SufficientPods", runFor(w, 2*time.Minute).line("b"), "p is there after all")

	require.ErrorIs(t, w.evict("p", meant(p.UID, p.ResourceVersion+1000)), cluster.ErrConflict)
	require.NoError(t, runFor(w, 3*time.Minute).evict("p", meant(p.UID, w.Pod("ns", "p").ResourceVersion)))
	require.True(t, w.Pod("ns", "p").Terminating())
}

func runFor(w *world, d time.Duration) *world {
	require.NoError(w.t, w.RunFor(d))
	return w
}
