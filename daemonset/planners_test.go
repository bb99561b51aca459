package daemonset_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/kubelet"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/rollout"
	"github.com/daemonsim/daemonsim/rollout/strategy"
)

// twoSets is a world with two DaemonSets, agent and other, that are about to get another template.
func twoSets(t *testing.T, config daemonset.Config) *world {
	w := newWorld(t, setup{config: config, pods: kubelet.Typical()}, "a", "b", "c")
	w.create(agent(unavailable("100%")))
	w.create(agent(unavailable("100%"), func(d *daemonset.DaemonSet) {
		labels := map[string]string{"app": "other"}
		d.Name, d.Spec.Selector.MatchLabels, d.Spec.Template.ObjectMeta.Labels = "other", labels, labels
	}))
	w.settle()
	return w
}

func (w *world) updated() [2]int32 {
	return [2]int32{
		w.set().Status.UpdatedNumberScheduled,
		daemonset.Get(w.Reader, "default", "other").Status.UpdatedNumberScheduled,
	}
}

func (w *world) bothImages(image string) {
	w.t.Helper()
	w.image(image)
	next := daemonset.Get(w.Reader, "default", "other").Clone().(*daemonset.DaemonSet)
	next.Spec.Template.Spec.Containers[0].Image = image
	w.update(next)
}

// TestPlannerPerDaemonSet gives one of two DaemonSets a strategy, at first and later.
func TestPlannerPerDaemonSet(t *testing.T) {
	one := strategy.Canary{Partition: cluster.FromInt(2)}
	w := twoSets(t, daemonset.Config{Planners: map[string]rollout.Planner{"default/agent": one}})
	w.bothImages("agent:v2")
	w.settle()
	require.Equal(t, [2]int32{1, 3}, w.updated())
	require.Equal(t, one, w.control.Planner(w.set()))

	require.NoError(t, w.control.SetPlanner(w.Cluster, "default", "agent", strategy.Canary{}))
	w.settle()
	require.Equal(t, [2]int32{3, 3}, w.updated(), "it goes on at once")

	w.bothImages("agent:v3")
	require.NoError(t, w.control.SetPlanner(w.Cluster, "default", "agent", rollout.OnDelete{}))
	w.settle()
	require.Equal(t, [2]int32{0, 3}, w.updated())
	require.NoError(t, w.control.SetPlanner(w.Cluster, "default", "agent", nil))
	w.settle()
	require.Equal(t, [2]int32{3, 3}, w.updated(), "back to the strategy of the spec")
}

// TestPlannerOverAll has a planner for all DaemonSets and one for one of them.
func TestPlannerOverAll(t *testing.T) {
	w := twoSets(t, daemonset.Config{
		Planner:  rollout.OnDelete{},
		Planners: map[string]rollout.Planner{"default/other": strategy.Strict{}},
	})
	w.bothImages("agent:v2")
	w.settle()
	require.Equal(t, [2]int32{0, 3}, w.updated())
}

// TestPlannerBeforeItsDaemonSet waits for a DaemonSet that is not there yet.
func TestPlannerBeforeItsDaemonSet(t *testing.T) {
	w := newWorld(t, setup{pods: kubelet.Typical()}, "a", "b")
	require.NoError(t, w.control.SetPlanner(w.Cluster, "default", "agent", rollout.OnDelete{}))
	w.create(agent())
	w.settle()
	w.image("agent:v2")
	w.settle()
	require.Zero(t, w.set().Status.UpdatedNumberScheduled)
}

// TestForkKeepsPlanners forks a world half-way through a canary: both go their own ways, and only the
// strategy tells them apart.
func TestForkKeepsPlanners(t *testing.T) {
	w := twoSets(t, daemonset.Config{})
	require.NoError(t, w.control.SetPlanner(
		w.Cluster, "default", "agent", strategy.Canary{Partition: cluster.FromInt(2)}))
	w.bothImages("agent:v2")
	f := w.fork()
	require.Equal(t, w.Hash(), f.Hash())
	require.NoError(t, f.control.SetPlanner(f.Cluster, "default", "agent", strategy.Canary{Partition: cluster.FromInt(1)}))
	require.NotEqual(t, w.Hash(), f.Hash())
	w.settle()
	f.settle()
	require.Equal(t, [2]int32{1, 3}, w.updated())
	require.Equal(t, [2]int32{2, 3}, f.updated())
	g := f.fork()
	g.settle()
	require.Equal(t, [2]int32{2, 3}, g.updated())
	require.Equal(t, f.Hash(), g.Hash())
	require.NoError(t, g.control.SetPlanner(g.Cluster, "default", "agent", strategy.Canary{
		Partition: cluster.FromInt(1), Base: strategy.Strict{},
	}))
	g.settle()
	require.NotEqual(t, f.Hash(), g.Hash(), "a setting that makes no difference yet")
}
