package daemonsim_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/quantity"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/taints"
)

// smallNode has four cores and room for ten pods.
func smallNode(name string, change func(*cluster.Node)) *cluster.Node {
	n := &cluster.Node{ObjectMeta: cluster.ObjectMeta{Name: name}}
	n.Status.Allocatable = cluster.ResourceList{"cpu": quantity.MustParse("4"), "pods": quantity.MustParse("10")}
	if change != nil {
		change(n)
	}
	return n
}

// daemon is a DaemonSet whose pods ask for so many cores.
func daemon(cores string, change func(*cluster.PodSpec)) *daemonset.DaemonSet {
	labels := map[string]string{"app": "agent"}
	set := &daemonset.DaemonSet{ObjectMeta: cluster.ObjectMeta{Name: "agent"}}
	set.Spec.Selector = &affinity.LabelSelector{MatchLabels: labels}
	set.Spec.Template.ObjectMeta.Labels = labels
	set.Spec.Template.Spec.Containers = []cluster.Container{{Name: "main", Image: "agent:v1",
		Resources: cluster.ResourceRequirements{Requests: cluster.ResourceList{"cpu": quantity.MustParse(cores)}}}}
	if change != nil {
		change(&set.Spec.Template.Spec)
	}
	return set
}

func plainPod(name, node, cores, class string) *cluster.Pod {
	return &cluster.Pod{
		ObjectMeta: cluster.ObjectMeta{Name: name}, NodeName: node,
		Template: cluster.NewTemplate(cluster.PodTemplateSpec{Spec: cluster.PodSpec{
			PriorityClassName: class,
			Containers: []cluster.Container{{Name: "main", Image: "web:v1",
				Resources: cluster.ResourceRequirements{Requests: cluster.ResourceList{"cpu": quantity.MustParse(cores)}}}},
		}}),
	}
}

func settled(t *testing.T, objects ...cluster.Object) *daemonsim.Sim {
	t.Helper()
	sim := daemonsim.New(daemonsim.Config{})
	for _, obj := range objects {
		_, err := sim.Create(obj)
		require.NoError(t, err)
	}
	require.NoError(t, sim.Settle())
	return sim
}

// numbers are desired, current and ready.
func numbers(sim *daemonsim.Sim) [3]int32 {
	s := sim.DaemonSet("default", "agent").Status
	return [3]int32{s.DesiredNumberScheduled, s.CurrentNumberScheduled, s.NumberReady}
}

// TestDaemonPodsInTheScheduler is about what the controller leaves to the scheduler, and what not.
func TestDaemonPodsInTheScheduler(t *testing.T) {
	t.Run("S-166 the tolerations that every daemon pod gets", func(t *testing.T) {
		for _, hostNetwork := range []bool{false, true} {
			sim := settled(t, smallNode("a", nil), daemon("1", func(s *cluster.PodSpec) { s.HostNetwork = hostNetwork }))
			want := []string{
				"node.kubernetes.io/not-ready:NoExecute", "node.kubernetes.io/unreachable:NoExecute",
				"node.kubernetes.io/disk-pressure:NoSchedule", "node.kubernetes.io/memory-pressure:NoSchedule",
				"node.kubernetes.io/pid-pressure:NoSchedule", "node.kubernetes.io/unschedulable:NoSchedule",
			}
			if hostNetwork {
				want = append(want, "node.kubernetes.io/network-unavailable:NoSchedule")
			}
			var got []string
			for p := range sim.PodsOn("a") {
				for _, toleration := range p.Spec().Tolerations {
					require.Equal(t, taints.OperatorExists, toleration.Operator)
					require.Nil(t, toleration.TolerationSeconds)
					got = append(got, toleration.Key+":"+string(toleration.Effect))
				}
			}
			require.Empty(t, cmp.Diff(want, got), "(-want +got)")
		}
	})
	notReady := func(n *cluster.Node) {
		n.Status.Conditions = []cluster.NodeCondition{{Type: cluster.NodeReady, Status: cluster.ConditionFalse}}
	}
	t.Run("S-167 a node that is not ready gets no pod", func(t *testing.T) {
		require.Equal(t, [3]int32{1, 1, 1}, numbers(settled(t, smallNode("a", nil), smallNode("b", notReady), daemon("1", nil))))
	})
	t.Run("S-167 unless the template tolerates it", func(t *testing.T) {
		all := func(s *cluster.PodSpec) { s.Tolerations = []taints.Toleration{{Operator: taints.OperatorExists}} }
		require.Equal(t, [3]int32{2, 2, 2}, numbers(settled(t, smallNode("a", nil), smallNode("b", notReady), daemon("1", all))))
	})
	t.Run("S-171 a pod is created on a full node, and waits", func(t *testing.T) {
		sim := settled(t, smallNode("a", nil), smallNode("b", nil), plainPod("there", "b", "4", ""), daemon("1", nil))
		require.Equal(t, [3]int32{2, 2, 1}, numbers(sim))
	})
	t.Run("S-173 a daemon pod that is displaced is created again, and waits", func(t *testing.T) {
		sim := settled(t, smallNode("a", nil), daemon("2", nil))
		require.Equal(t, [3]int32{1, 1, 1}, numbers(sim))
		_, err := sim.Create(plainPod("critical", "", "3", "system-cluster-critical"))
		require.NoError(t, err)
		require.NoError(t, sim.Settle())
		require.Equal(t, "a", sim.Pod("default", "critical").NodeName)
		require.Equal(t, [3]int32{1, 1, 0}, numbers(sim))
		for p := range sim.PodsMatching("default", affinity.SelectorFromSet(map[string]string{"app": "agent"})) {
			require.False(t, p.Bound())
			require.Contains(t, p.Status.Trouble.Unschedulable, "Insufficient cpu")
		}
	})
}
