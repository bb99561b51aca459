package cluster_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
)

// TestGracePeriods is N-63 and N-64.
func TestGracePeriods(t *testing.T) {
	const never = -1
	grace := func(seconds time.Duration) *time.Duration {
		d := seconds * time.Second
		return &d
	}
	type deletion struct {
		at    time.Duration
		grace *time.Duration
	}
	for _, row := range []struct {
		name      string
		spec      int64
		deletions []deletion
		want      time.Duration // in seconds; never if the pod is gone at once
		seconds   int64
		reason    string
	}{
		{"the pod's own", 30, []deletion{{0, nil}}, 30, 30, "N-63: the default is 30 s"},
		{"another in the spec", 90, []deletion{{0, nil}}, 90, 90, "N-63"},
		{"none in the spec", 0, []deletion{{0, nil}}, never, 0, "N-63: a grace of 0 is at once"},
		{"of the call", 30, []deletion{{0, grace(5)}}, 5, 5, "N-63: the option wins"},
		{"longer by the call", 30, []deletion{{0, grace(300)}}, 300, 300, "N-63: the option wins"},
		{"zero", 30, []deletion{{0, grace(0)}}, never, 0, "N-64: force"},
		{"negative", 30, []deletion{{0, grace(-7)}}, 1, 1, "N-64: it counts as 1"},
		{"shortened", 30, []deletion{{0, nil}, {10, grace(15)}}, 15, 15, "N-64: from the original start"},
		{"shortened into the past", 30, []deletion{{0, nil}, {20, grace(5)}}, 5, 5, "N-64: from the original start"},
		{"not prolonged", 30, []deletion{{0, nil}, {10, grace(60)}}, 30, 30, "N-64: only shorter"},
		{"the same again", 30, []deletion{{0, nil}, {10, grace(30)}}, 30, 30, "N-64: only shorter"},
		{"asked again plainly", 30, []deletion{{0, grace(300)}, {10, nil}}, 300, 300, "N-64: it is on its way"},
		{"forced at last", 30, []deletion{{0, nil}, {10, grace(0)}}, never, 0, "N-64: force"},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := cluster.New(cluster.Config{})
			p := newPodOn("p", "a")
			p.Template = templateWith(func(s *cluster.PodTemplateSpec) {
				s.Spec.TerminationGracePeriodSeconds = &row.spec
			})
			create(t, c, p)
			for _, d := range row.deletions {
				require.NoError(t, c.RunFor(d.at*time.Second-c.Now()))
				err := c.Delete(cluster.KindPod, "default", "p", cluster.DeleteOptions{GracePeriod: d.grace})
				require.NoError(t, err)
			}
			got := storedPod(c, "p")
			if row.want == never {
				require.Nil(t, got, row.reason)
				return
			}
			require.NotNil(t, got, row.reason)
			require.Equal(t, row.want*time.Second, *got.DeletionTimestamp, row.reason)
			require.Equal(t, row.seconds, *got.DeletionGracePeriodSeconds, row.reason)
		})
	}
}

func TestDeleteTerminalPod(t *testing.T) {
	c := doorWorld(t)
	p := storedPod(c, "bound")
	_, err := c.SetPodStatus(p.UID, cluster.PodStatus{Phase: cluster.PodFailed})
	require.NoError(t, err)
	require.NoError(t, c.Delete(cluster.KindPod, "default", "bound", cluster.DeleteOptions{}))
	require.Nil(t, storedPod(c, "bound"), "N-63: a terminal pod goes at once")
}

// TestPreconditions deletes nothing but what was meant.
func TestPreconditions(t *testing.T) {
	c := doorWorld(t)
	p := storedPod(c, "bound")
	for _, meant := range []cluster.Preconditions{{UID: p.UID + 1}, {ResourceVersion: p.ResourceVersion + 1}} {
		opts := cluster.DeleteOptions{Preconditions: meant, Propagation: cluster.Orphan}
		require.ErrorIs(t, c.Delete(cluster.KindPod, "default", "bound", opts), cluster.ErrConflict)
		require.ErrorIs(t, c.DeletePod(p.UID, opts), cluster.ErrConflict)
	}
	require.Same(t, p, storedPod(c, "bound"))
	meant := cluster.Preconditions{UID: p.UID, ResourceVersion: p.ResourceVersion}
	require.NoError(t, c.Delete(cluster.KindPod, "default", "bound", cluster.DeleteOptions{Preconditions: meant}))
	require.True(t, storedPod(c, "bound").Terminating())
}

// TestFinalizers holds objects of three kinds in the store.
func TestFinalizers(t *testing.T) {
	c := doorWorld(t)
	changes := history(c)

	require.NoError(t, deleting(cluster.KindPod, "default", "held")(c))
	require.NoError(t, c.RunFor(30*time.Second))
	require.NotNil(t, storedPod(c, "held"), "no kubelet has stopped it")
	update(t, c, edited(storedPod(c, "held"), func(p *cluster.Pod) { p.Finalizers = nil }))
	require.Nil(t, storedPod(c, "held"), "its grace is over, and nothing holds it any more")

	w := newWidget("held")
	w.Finalizers = []string{"example.com/a", "example.com/b"}
	create(t, c, w)
	require.NoError(t, deleting(kindWidget, "default", "held")(c))
	terminating := stored[*widget](c, kindWidget, "default", "held")
	require.Equal(t, 35*time.Second, *terminating.DeletionTimestamp)
	require.NoError(t, deleting(kindWidget, "default", "held")(c), "asking again is no mistake")
	update(t, c, edited(terminating, func(w *widget) { w.Finalizers = w.Finalizers[1:] }))
	held := stored[*widget](c, kindWidget, "default", "held")
	require.True(t, held.Terminating(), "one finalizer is left")
	update(t, c, edited(held, func(w *widget) { w.Finalizers = nil }))
	require.Nil(t, c.Object(kindWidget, "default", "held"))

	want := []string{
		"t=5s user update Pod default/held",
		"t=35s user update Pod default/held",
		"t=35s user delete Pod default/held",
		"t=35s user create Widget default/held",
		"t=35s user update Widget default/held",
		"t=35s user update Widget default/held",
		"t=35s user update Widget default/held",
		"t=35s user delete Widget default/held",
	}
	if diff := cmp.Diff(want, *changes); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
}

// TestFinalizersBeforeTheGraceIsOver gives a bound pod free while its containers may still run.
func TestFinalizersBeforeTheGraceIsOver(t *testing.T) {
	c := doorWorld(t)
	require.NoError(t, deleting(cluster.KindPod, "default", "held")(c))
	update(t, c, edited(storedPod(c, "held"), func(p *cluster.Pod) { p.Finalizers = nil }))
	require.NotNil(t, storedPod(c, "held"), "N-63: the object remains until the kubelet confirms")
	require.NoError(t, c.DeletePod(storedPod(c, "held").UID, cluster.DeleteOptions{GracePeriod: &atOnce}))
	require.Nil(t, storedPod(c, "held"))
}

// TestFinalizersOfTheTemplate takes away finalizers, labels and owners that came from the template.
func TestFinalizersOfTheTemplate(t *testing.T) {
	c := cluster.New(cluster.Config{})
	p := newPod("p")
	p.Template = templateWith(func(s *cluster.PodTemplateSpec) {
		s.ObjectMeta.Finalizers = []string{"example.com/hold"}
	})
	created := create(t, c, p)
	require.Equal(t, []string{"example.com/hold"}, created.Finalizers)
	after := update(t, c, edited(created, func(p *cluster.Pod) { p.Finalizers, p.Labels = nil, nil }))
	require.Empty(t, after.Finalizers, "an update that leaves them out takes them away")
	require.Empty(t, after.Labels)
	require.Empty(t, keys(collectPods(c, "app", "agent")), "and the index knows")
}

func collectPods(c *cluster.Cluster, key, value string) []*cluster.Pod {
	var list []*cluster.Pod
	for p := range c.PodsMatching("default", affinity.SelectorFromSet(map[string]string{key: value})) {
		list = append(list, p)
	}
	return list
}
