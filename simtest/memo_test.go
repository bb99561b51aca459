package simtest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/rollout"
	"github.com/daemonsim/daemonsim/taints"
)

// TestMemo holds what is remembered against what is worked out anew, after every change of anything and for both
// readers, and counts how often the memo had to work it out.
func TestMemo(t *testing.T) {
	sim := daemonsim.New(daemonsim.Config{Lags: map[string]cluster.Lag{daemonset.Name: {Delay: time.Second}}})
	var m memo
	asked, worked := 0, 0
	sim.OnChange(func(*cluster.Change) {
		for _, set := range daemonset.All(sim.Reader, "") {
			asked++
			if a := m.about(sim.Reader, set); !a.counted || !a.found {
				worked++
			}
			require.Equal(t, desired(sim.Reader, set), m.desired(sim.Reader, set))
			require.Same(t, currentRevision(sim.Reader, set), m.currentRevision(sim.Reader, set))
		}
	})
	labels, all := map[string]string{"app": "agent"}, cluster.FromString("100%")
	set := &daemonset.DaemonSet{
		ObjectMeta: cluster.ObjectMeta{Name: "agent"},
		Spec: daemonset.Spec{
			Selector: &affinity.LabelSelector{MatchLabels: labels},
			Template: cluster.PodTemplateSpec{
				ObjectMeta: cluster.TemplateMeta{Labels: labels},
				Spec:       cluster.PodSpec{Containers: []cluster.Container{{Name: "main", Image: "agent:v1"}}},
			},
			UpdateStrategy: daemonset.UpdateStrategy{RollingUpdate: &daemonset.RollingUpdateSpec{MaxUnavailable: &all}},
		},
	}
	for range 2 {
		require.NoError(t, sim.AddNodes("a", "b", "c", "d", "e", "f", "g", "h"))
		_, err := sim.Create(set)
		require.NoError(t, err)
		require.NoError(t, sim.Settle())
		require.NoError(t, sim.UpdateNode("b", func(n *cluster.Node) {
			n.Spec.Taints = []taints.Taint{{Key: "gpu", Effect: taints.EffectNoExecute}}
		}))
		require.NoError(t, sim.SetImage("default", "agent", "main", "agent:v2"))
		require.NoError(t, sim.Settle())
		for _, r := range daemonset.Revisions(sim.Reader, sim.DaemonSet("default", "agent")) {
			require.NoError(t, sim.Delete(rollout.KindControllerRevision, "default", r.Name, cluster.DeleteOptions{}))
		}
		require.NoError(t, sim.RemoveNode("a"))
		require.NoError(t, sim.Settle())
		before := sim.ViewOf(daemonset.Name)
		set := sim.DaemonSet("default", "agent")
		require.NoError(t, sim.RemoveNode("c"))
		require.Equal(t, m.desired(before, set), m.desired(sim.Reader, set)+1, "a view that is behind")
		require.NoError(t, sim.Delete(daemonset.Kind, "default", "agent", cluster.DeleteOptions{}))
		require.NoError(t, sim.Settle())
		for _, name := range []string{"b", "d", "e", "f", "g", "h"} {
			require.NoError(t, sim.RemoveNode(name))
		}
	}
	require.Greater(t, asked, 3*worked)
}
