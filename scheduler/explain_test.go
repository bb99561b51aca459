package scheduler_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/quantity"
	"github.com/daemonsim/daemonsim/scheduler"
)

// TestExplain asks about a pod that is there already, on a node that has room for one of its kind.
func TestExplain(t *testing.T) {
	node := func(name string) *cluster.Node {
		return &cluster.Node{
			ObjectMeta: cluster.ObjectMeta{Name: name},
			Status: cluster.NodeStatus{Allocatable: cluster.ResourceList{
				cluster.ResourceCPU: quantity.MustParse("1"), cluster.ResourcePods: quantity.MustParse("2"),
			}},
		}
	}
	spec := cluster.PodSpec{Containers: []cluster.Container{{
		Name: "c", Image: "i", Resources: cluster.ResourceRequirements{
			Requests: cluster.ResourceList{cluster.ResourceCPU: quantity.MustParse("700m")},
		},
	}}}
	pod := &cluster.Pod{
		ObjectMeta: cluster.ObjectMeta{Namespace: "ns", Name: "p"},
		Template:   cluster.NewTemplate(cluster.PodTemplateSpec{Spec: spec}),
	}
	profile := scheduler.DefaultProfile()
	rejecters := func(p *cluster.Pod, objects ...cluster.Object) map[string]string {
		found := make(map[string]string)
		for _, r := range profile.Explain(p, objects...).Nodes {
			found[r.Node] = r.Plugin
		}
		return found
	}
	a, b := node("a"), node("b")
	require.Equal(t, map[string]string{"a": "", "b": ""}, rejecters(pod, a, b, pod))

	bound := pod.Clone().(*cluster.Pod)
	bound.NodeName = "a"
	require.Equal(t, map[string]string{"a": "", "b": "NodeName"}, rejecters(bound, a, b, bound), "it takes no room itself")
	require.Equal(t, "a", bound.NodeName)
	require.Equal(t, map[string]string{"a": "NodeResourcesFit", "b": ""}, rejecters(pod, a, b, bound), "but others do")

	pinned := pod.Clone().(*cluster.Pod)
	pinned.Target = "b"
	require.Equal(t, map[string]string{"a": "NodeAffinity", "b": ""}, rejecters(pinned, a, b, bound, pinned))
	pinned.NodeName = "b"
	require.Equal(t, "", rejecters(pinned, a, b, pinned)["b"], "bound to the node that it is pinned to")

	require.NotEmpty(t, profile.Explain(nil, a).Message)
	require.Empty(t, profile.Explain(pod).Nodes)
}
