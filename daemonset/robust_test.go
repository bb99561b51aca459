package daemonset_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/kubelet"
	"github.com/daemonsim/daemonsim/cluster/quantity"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/taints"
)

// TestPendingPodOnRelabelledNode is KP-26 and a row of D-122: nothing tells anybody that the pod is
// misplaced.
func TestPendingPodOnRelabelledNode(t *testing.T) {
	w := newWorld(t, setup{pods: kubelet.Typical()})
	w.create(&cluster.Node{
		ObjectMeta: cluster.ObjectMeta{Name: "n1", Labels: map[string]string{"a": "1"}},
		Status: cluster.NodeStatus{Allocatable: cluster.ResourceList{
			"cpu": quantity.MustParse("1"), "pods": quantity.MustParse("10"),
		}},
	})
	w.create(agent(func(d *daemonset.DaemonSet) {
		spec := &d.Spec.Template.Spec
		spec.NodeSelector = map[string]string{"a": "1"}
		spec.Containers[0].Resources.Requests = cluster.ResourceList{"cpu": quantity.MustParse("2")}
	}))
	w.settle()
	pending := w.only("n1")
	require.False(t, pending.Bound())
	w.node("n1", func(n *cluster.Node) { n.Labels = nil })
	w.settle()
	require.Same(t, pending, w.only("n1"), "the pod is not even written")
	require.Equal(t, int32(1), w.set().Status.DesiredNumberScheduled)
	w.touch()
	w.settle()
	require.Empty(t, w.on("n1"), "any other sync clears it away")
	require.Zero(t, w.set().Status.DesiredNumberScheduled)
}

// TestViewKeepsNothing changes the generation of a view that has been asked before.
func TestViewKeepsNothing(t *testing.T) {
	view := daemonset.View{Hash: "new", TemplateGeneration: 2}
	p := pod("a", "old", generation(3))
	require.False(t, view.IsNew(p))
	view.TemplateGeneration = 3
	require.True(t, view.IsNew(p))
	p.Labels[daemonset.TemplateGenerationLabel] = "+3"
	require.False(t, view.IsNew(p), "D-127: texts are compared")
}

// TestReasonsAreCopies writes to what Explain returns.
func TestReasonsAreCopies(t *testing.T) {
	seconds := int64(7)
	spec := template(nil)
	spec.Spec.Tolerations = []taints.Toleration{{
		Key: "k", Operator: taints.OperatorExists, Effect: taints.EffectNoExecute, TolerationSeconds: &seconds,
	}}
	placement := daemonset.NewPlacement(spec)
	node := &cluster.Node{}
	node.Spec.Taints = []taints.Taint{{Key: "k", Effect: taints.EffectNoExecute}}
	reasons := placement.Explain(node).Reasons
	last := reasons[len(reasons)-1]
	last.Taint.Key, last.Toleration.Key, *last.Toleration.TolerationSeconds = "x", "x", 0
	require.Equal(t, "k", node.Spec.Taints[0].Key)
	require.Equal(t, int64(7), seconds)
	require.True(t, placement.Explain(node).ShouldRun)
}

// TestNothing asks about templates and nodes that are not there.
func TestNothing(t *testing.T) {
	run, goOn := daemonset.NewPlacement(nil).Verdict(&cluster.Node{})
	require.True(t, run)
	require.True(t, goOn)
	run, goOn = daemonset.NewPlacement(nil).Verdict(nil)
	require.False(t, run)
	require.False(t, goOn)
	require.Equal(t, daemonset.Decision{}, daemonset.NewPlacement(nil).Explain(nil))
	require.Equal(t, "DeletionReason(200)", daemonset.DeletionReason(200).String())
	control := daemonset.New(daemonset.Config{})
	require.Equal(t, "resync", control.TaskName(4))
	require.Empty(t, control.TaskName(200))
}
