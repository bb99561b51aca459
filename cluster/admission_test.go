package cluster_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
)

// TestCreateFillsIn looks at what the server adds to new objects.
func TestCreateFillsIn(t *testing.T) {
	c := cluster.New(cluster.Config{})
	require.NoError(t, c.RunFor(7*time.Second))
	p := newPod("p")
	p.UID, p.ResourceVersion, p.Generation, p.CreationTimestamp = 99, 99, 99, 99
	p.DeletionTimestamp, p.Status.Phase = &atOnce, cluster.PodRunning
	pod := create(t, c, p)
	require.EqualValues(t, 2, pod.ResourceVersion, "the namespace was change 1")
	require.Equal(t, 7*time.Second, pod.CreationTimestamp)
	require.Nil(t, pod.DeletionTimestamp, "a new object is not terminating")
	require.Equal(t, cluster.PodPending, pod.Phase(), "nor is it running")
	require.Equal(t, map[string]string{"app": "agent"}, pod.Labels, "the template's")
	require.NotEqual(t, cluster.UID(99), pod.UID)

	ns := stored[*cluster.Namespace](c, cluster.KindNamespace, "", "default")
	require.Equal(t, map[string]string{"kubernetes.io/metadata.name": "default"}, ns.Labels)

	n := create(t, c, newNode("a"))
	require.True(t, n.Ready(), "a node without conditions is Ready")
	require.Equal(t, map[string]string{
		"kubernetes.io/hostname": "a", "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64",
	}, n.Labels, "N-6")
	require.EqualValues(t, 110, n.Status.Allocatable["pods"].Value())
	require.Equal(t, n.Status.Capacity, n.Status.Allocatable)

	small := newNode("b")
	small.Status.Capacity = cluster.ResourceList{"cpu": n.Status.Capacity["pods"]}
	small.Status.Conditions = []cluster.NodeCondition{{Type: "MemoryPressure", Status: "False"}}
	small.Labels = map[string]string{"kubernetes.io/os": "windows"}
	small = create(t, c, small)
	require.Equal(t, small.Status.Capacity, small.Status.Allocatable, "allocatable follows capacity")
	require.False(t, small.Ready(), "no condition Ready, though there are conditions")
	require.Equal(t, "windows", small.Labels["kubernetes.io/os"], "what is said stays")
}

// TestPriorities is S-159: the classes that are built in, and the global default.
func TestPriorities(t *testing.T) {
	c := cluster.New(cluster.Config{})
	priority := func(name, class string) int32 {
		p := withPriority(class, nil)
		p.Name = name
		return create(t, c, p).Priority
	}
	require.EqualValues(t, 2_000_001_000, priority("node", "system-node-critical"))
	require.EqualValues(t, 2_000_000_000, priority("cluster", "system-cluster-critical"))
	require.Zero(t, priority("none", ""))

	class := create(t, c, &cluster.PriorityClass{ObjectMeta: named("usual"), Value: 50, GlobalDefault: true})
	require.Equal(t, "PreemptLowerPriority", class.PreemptionPolicy)
	require.EqualValues(t, 50, priority("default", ""))
	require.NoError(t, c.Delete(cluster.KindPriorityClass, "", "usual", cluster.DeleteOptions{}))
	require.EqualValues(t, 50, storedPod(c, "default").Priority, "S-162: existing pods keep theirs")
	value, ok := c.PriorityOf("usual")
	require.False(t, ok)
	require.Zero(t, value)
}

// TestBind looks at what binding leaves in the pod.
func TestBind(t *testing.T) {
	c := doorWorld(t)
	p := storedPod(c, "loose")
	status := p.Status
	status.Trouble = &cluster.PodTrouble{Unschedulable: "no room"}
	p, err := c.SetPodStatus(p.UID, status)
	require.NoError(t, err)
	p, err = c.Bind(p.UID, "a")
	require.NoError(t, err)
	require.Equal(t, "a", p.NodeName)
	require.Equal(t, c.Node("a").ID(), p.TargetID())
	require.Equal(t, 5*time.Second, p.Status.ScheduledAt)
	require.Nil(t, p.Status.Trouble, "the trouble is over")
	require.Same(t, p, storedPod(c, "loose"))
}

// TestBindingAddsTopology is S-134.
func TestBindingAddsTopology(t *testing.T) {
	const zone, region = "topology.kubernetes.io/zone", "topology.kubernetes.io/region"
	placed := func(labels map[string]string) *cluster.Pod {
		p := newPodOn("p", "z")
		p.Labels = labels
		return p
	}
	for _, row := range []struct {
		name   string
		pod    *cluster.Pod
		want   map[string]string
		reason string
	}{
		{"template's labels", placed(nil), map[string]string{"app": "agent", zone: "z1", region: "r1"}, "both are added"},
		{"no labels", placed(map[string]string{}), map[string]string{zone: "z1", region: "r1"}, "both are added"},
		{
			"another zone", placed(map[string]string{zone: "z9", "a": "b"}),
			map[string]string{zone: "z1", region: "r1", "a": "b"}, "the node's zone overwrites",
		},
	} {
		for _, bound := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, bound=%v", row.name, bound), func(t *testing.T) {
				c := cluster.New(cluster.Config{})
				n := newNode("z")
				n.Labels = map[string]string{zone: "z1", region: "r1", "other": "x"}
				create(t, c, n)
				p := edited(row.pod, func(p *cluster.Pod) {
					if bound {
						p.NodeName = ""
					}
				})
				p = create(t, c, p)
				if bound {
					var err error
					p, err = c.Bind(p.UID, "z")
					require.NoError(t, err)
				}
				require.Equal(t, row.want, p.Labels, row.reason)
				require.Len(t, collectPods(c, zone, "z1"), 1, "and the index knows")
				require.Empty(t, collectPods(c, zone, "z9"))
				require.Equal(t, map[string]string{"app": "agent"}, plain.Meta().Labels, "the template is as it was")
			})
		}
	}
}
