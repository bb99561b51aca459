package cluster_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
)

// TestCreateFillsIn_N6 looks at what the server adds to new objects.
func TestCreateFillsIn_N6(t *testing.T) {
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
		"beta.kubernetes.io/os": "linux", "beta.kubernetes.io/arch": "amd64",
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
	require.Equal(t, "windows", small.Labels["beta.kubernetes.io/os"])
}

// TestBind_S133 looks at what binding leaves in the pod.
func TestBind_S133(t *testing.T) {
	c := doorWorld(t)
	p := storedPod(c, "loose")
	status := p.Status
	status.Trouble = &cluster.PodTrouble{
		Unschedulable: "no room", SchedulerError: true, NominatedNodeName: "b",
	}
	p, err := c.SetPodStatus(p.UID, status)
	require.NoError(t, err)
	require.Equal(t, "b", p.NominatedNodeName())
	p, err = c.Bind(p.UID, "a")
	require.NoError(t, err)
	require.Empty(t, p.NominatedNodeName(), "S-133: binding clears the nomination")
	require.Equal(t, "a", p.NodeName)
	require.Equal(t, c.Node("a").ID(), p.TargetID())
	require.Equal(t, 5*time.Second, p.Status.ScheduledAt)
	require.Nil(t, p.Status.Trouble, "the trouble is over")
	require.Same(t, p, storedPod(c, "loose"))
}

// TestBindKeepsOtherTrouble binds a pod that somebody is about to remove.
func TestBindKeepsOtherTrouble(t *testing.T) {
	c := cluster.New(cluster.Config{})
	d := cluster.Disruption{Reason: "EvictionByEvictionAPI", Message: "Eviction API: evicting"}
	p := create(t, c, newPod("p"))
	p, err := c.SetPodStatus(p.UID, p.Status.WithTrouble(func(t *cluster.PodTrouble) {
		t.Unschedulable, t.NominatedNodeName, t.Disruption = "no room", "b", d
	}))
	require.NoError(t, err)
	p, err = c.Bind(p.UID, "a")
	require.NoError(t, err)
	require.Equal(t, &cluster.PodTrouble{Disruption: d}, p.Status.Trouble)
}

func TestBindRefuses_S132(t *testing.T) {
	c := cluster.New(cluster.Config{})
	gated := newPod("gated")
	gated.Template = templateWith(func(s *cluster.PodTemplateSpec) {
		s.Spec.SchedulingGates = []cluster.PodSchedulingGate{{Name: "example.com/quota"}}
	})
	_, err := c.Bind(create(t, c, gated).UID, "a")
	require.ErrorIs(t, err, cluster.ErrConflict)
	require.ErrorContains(t, err, `pod waits for scheduling gate "example.com/quota"`)
}

// TestBindingAddsTopology_S134 looks at the labels that a pod gets from its node.
func TestBindingAddsTopology_S134(t *testing.T) {
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

// TestRelabelledNodeKeepsItsPods_S22: affinity is ignored during execution.
func TestRelabelledNodeKeepsItsPods_S22(t *testing.T) {
	c := cluster.New(cluster.Config{})
	n := newNode("a")
	n.Labels = map[string]string{"disk": "ssd"}
	create(t, c, n)
	p := newPodOn("p", "a")
	p.Template = templateWith(func(s *cluster.PodTemplateSpec) {
		s.Spec.NodeSelector = map[string]string{"disk": "ssd"}
	})
	p = create(t, c, p)
	update(t, c, edited(c.Node("a"), func(n *cluster.Node) { delete(n.Labels, "disk") }))
	require.NoError(t, c.Settle())
	require.Same(t, p, storedPod(c, "p"), "nothing happens to it")
}
