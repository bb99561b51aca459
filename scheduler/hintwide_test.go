package scheduler_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/scheduler"
)

// TestWideHints makes a change with a pod that has been rejected for what is elsewhere in the cluster: the
// rows of the table S-121 about PodTopologySpread and InterPodAffinity. A pinned pod hears of them too.
func TestWideHints(t *testing.T) {
	x := func(name string, changes ...podChange) *cluster.Pod {
		return withLabels(newPod(name, changes...), "app", "x")
	}
	spread := x("p", spreading(1, "zone", hard), rule(func(c *cluster.TopologySpreadConstraint) {
		ignore := cluster.NodeInclusionPolicyIgnore
		c.LabelSelector, c.NodeAffinityPolicy = app("x"), &ignore
	}))
	nearY := x("p", near(term("zone", app("y"))))
	awayX := x("p", away(term("zone", app("x"))))
	relabel := func(pod, value string) func(*world) {
		return func(w *world) {
			next := w.pod(pod).Clone().(*cluster.Pod)
			next.Labels = map[string]string{"app": value}
			_, err := w.Update(next)
			require.NoError(w.t, err)
		}
	}
	for _, row := range []struct {
		name   string
		pod    *cluster.Pod
		change func(*world)
		woken  bool
	}{
		{"spread: a counted pod gone", spread, func(w *world) { w.force("x1") }, true},
		{"spread: another pod gone", spread, func(w *world) { w.force("z") }, false},
		{"spread: a counted pod comes", spread, func(w *world) { w.create(on("b", x("x3"))) }, true},
		{"spread: another pod comes", spread, func(w *world) { w.create(on("b", newPod("n"))) }, false},
		{"spread: a pod is counted no more", spread, relabel("x1", "other"), true},
		{"spread: an uncounted pod has other labels", spread, relabel("z", "other"), false},
		{"spread: a node with the key joins", spread, func(w *world) { w.create(newNode("c", labelled("zone", "c"), cordoned)) }, true},
		{"spread: a node without it joins", spread, func(w *world) { w.create(newNode("c", cordoned)) }, false},
		{"spread: a node with the key leaves", spread, func(w *world) { w.delete(cluster.KindNode, "", "b") }, true},
		{"spread: a node changes its domain", spread, func(w *world) { w.editNode("b", labelled("zone", "z")) }, true},
		{"spread: a node changes another label", spread, func(w *world) { w.editNode("b", labelled("q", "z")) }, false},

		{"affinity: a pod that matches comes", nearY, func(w *world) { w.create(on("b", withLabels(newPod("y"), "app", "y"))) }, true},
		{"affinity: another pod comes", nearY, func(w *world) { w.create(on("b", newPod("n"))) }, false},
		{"affinity: a pod begins to match", nearY, relabel("z", "y"), true},
		{"affinity: a pod goes", nearY, func(w *world) { w.force("z") }, false},
		{"affinity: a node with the key joins", nearY, func(w *world) { w.create(newNode("c", labelled("zone", "c"))) }, true},
		{"affinity: a node changes its place", nearY, func(w *world) { w.editNode("b", labelled("zone", "z")) }, true},
		{"affinity: a node loses the key", nearY, func(w *world) { w.editNode("b", func(n *cluster.Node) { delete(n.Labels, "zone") }) }, true},

		{"anti-affinity: a pod that matches goes", awayX, func(w *world) { w.force("x1") }, true},
		{"anti-affinity: another pod goes", awayX, func(w *world) { w.force("z") }, false},
		{"anti-affinity: a pod ceases to match", awayX, relabel("x1", "other"), true},
		{"anti-affinity: any node joins", awayX, func(w *world) { w.create(newNode("c", cordoned)) }, true},
		{"anti-affinity: a node loses the key", awayX, func(w *world) { w.editNode("a", func(n *cluster.Node) { delete(n.Labels, "zone") }) }, true},
	} {
		for _, target := range []string{"", "a"} {
			t.Run("S-121 "+row.name+"/target="+target, func(t *testing.T) {
				w := newWorld(t, newNode("a", labelled("zone", "a")), newNode("b", labelled("zone", "b"), cordoned))
				w.create(on("a", x("x1")), on("a", x("x2")), on("a", withLabels(newPod("z"), "app", "z")))
				w.create(pinned(target, row.pod.Clone().(*cluster.Pod)))
				w.settle()
				require.Empty(t, w.bound)
				w.asked = 0
				row.change(w)
				w.settle()
				require.Equal(t, row.woken, w.asked > 0)
			})
		}
	}
}

// TestUnwelcomePods is the row of S-121 about pods that did not want the pod near.
func TestUnwelcomePods(t *testing.T) {
	t.Run("S-121 whom it did not want near is helped when a pod goes", func(t *testing.T) {
		w := newWorld(t, newNode("a", labelled("zone", "a")), on("a", newPod("shy", awayFrom("x"))))
		w.create(withLabels(newPod("p"), "app", "x"))
		w.settle()
		require.Contains(t, w.message("p"), "existing pods anti-affinity rules")
		w.force("shy")
		w.settle()
		require.Equal(t, "a", w.pod("p").NodeName)
	})
}

// TestBindingFails is S-136: somebody else was faster, and the scheduler did not see it.
func TestBindingFails(t *testing.T) {
	t.Run("S-136 a binding that fails is an error, and the pod backs off", func(t *testing.T) {
		w := &world{t: t}
		w.Cluster = cluster.New(
			cluster.Config{Lags: map[string]cluster.Lag{scheduler.Name: {Delay: 1_000_000_000}}},
			scheduler.New(scheduler.Config{}))
		w.create(newNode("a"), newNode("b"), newPod("p"))
		require.NoError(t, w.RunFor(500_000_000))
		_, err := w.Bind(w.pod("p").UID, "b")
		require.NoError(t, err)
		require.NoError(t, w.RunFor(10_000_000_000))
		require.Equal(t, "b", w.pod("p").NodeName)
	})
}

// TestOverlookedHints are the events that Kubernetes catches five minutes later.
func TestOverlookedHints(t *testing.T) {
	for _, row := range []struct {
		name    string
		objects []cluster.Object
		pod     *cluster.Pod
		change  func(*world)
		want    string
	}{
		{"the last pod that it had to be near goes", []cluster.Object{
			newNode("a", labelled("zone", "a"), cordoned), newNode("b", labelled("zone", "b")),
			on("a", withLabels(newPod("x1"), "app", "x")),
		}, withLabels(newPod("p", near(term("zone", app("x")))), "app", "x"), func(w *world) { w.force("x1") }, "b"},
		{"a node joins for a pod that is unwelcome elsewhere", []cluster.Object{
			newNode("a", labelled("zone", "a")), on("a", newPod("shy", awayFrom("x"))),
		}, withLabels(newPod("p"), "app", "x"), func(w *world) { w.create(newNode("b")) }, "b"},
		{"a node leaves the place where the pod is unwelcome", []cluster.Object{
			newNode("a", labelled("zone", "a")), newNode("b", labelled("zone", "a")), on("a", newPod("shy", awayFrom("x"))),
		}, withLabels(newPod("p"), "app", "x"), func(w *world) { w.editNode("b", labelled("zone", "b")) }, "b"},
	} {
		t.Run(row.name, func(t *testing.T) {
			w := newWorld(t, row.objects...)
			w.create(row.pod)
			w.settle()
			require.False(t, w.pod("p").Bound())
			row.change(w)
			w.settle()
			require.Equal(t, row.want, w.pod("p").NodeName)
		})
	}
}
