package cluster_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/quantity"
	"github.com/daemonsim/daemonsim/taints"
)

// fullMeta is metadata with something behind every pointer, map and slice.
func fullMeta(name string) cluster.ObjectMeta {
	return cluster.ObjectMeta{
		Name: name, Labels: map[string]string{"a": "b"}, Annotations: map[string]string{"c": "d"},
		OwnerReferences: []cluster.OwnerReference{{
			APIVersion: "v1", Kind: "Gadget", Name: "g", UID: 5, Controller: new(bool), BlockOwnerDeletion: new(bool),
		}},
		Finalizers: []string{"example.com/x"},
	}
}

// scribbleMeta writes over all that metadata leads to.
func scribbleMeta(m *cluster.ObjectMeta) {
	m.Labels["a"], m.Labels["z"] = "scribble", "z"
	m.Annotations["c"] = "scribble"
	*m.OwnerReferences[0].Controller = !*m.OwnerReferences[0].Controller
	*m.OwnerReferences[0].BlockOwnerDeletion = true
	m.OwnerReferences[0].Name = "scribble"
	m.Finalizers[0] = "example.com/scribble"
	m.Name = "scribble"
	if m.DeletionTimestamp != nil {
		*m.DeletionTimestamp++
		*m.DeletionGracePeriodSeconds++
	}
}

func scribbleOver(obj cluster.Object) {
	scribbleMeta(obj.Meta())
	switch obj := obj.(type) {
	case *cluster.Node:
		obj.Spec.PodCIDRs[0] = "scribble"
		obj.Spec.Taints[0].Key = "scribble"
		obj.Status.Capacity["cpu"] = quantity.New(99)
		obj.Status.Allocatable["cpu"] = quantity.New(99)
		obj.Status.Conditions[0].Status = "scribble"
		obj.Status.Addresses[0].Address = "scribble"
		obj.Status.NodeInfo.KernelVersion = "scribble"
		obj.Status.Images[0].Names[0] = "scribble"
		obj.Status.Images[0].SizeBytes++
	case *cluster.PodDisruptionBudget:
		obj.Spec.MinAvailable.Str = "9%"
		obj.Spec.Selector.MatchLabels["app"] = "scribble"
		obj.Spec.Selector.MatchExpressions[0].Values[0] = "scribble"
		*obj.Spec.UnhealthyPodEvictionPolicy = "scribble"
		if len(obj.Status.Conditions) > 0 {
			obj.Status.Conditions[0].Reason = "scribble"
			obj.Status.DisruptedPods["p"]++
		}
	case *cluster.Pod:
		if obj.Status.Trouble != nil {
			obj.Status.Trouble.Reason = "scribble"
		}
	}
}

func fullNode() *cluster.Node {
	return &cluster.Node{
		ObjectMeta: fullMeta("full"),
		Spec: cluster.NodeSpec{
			PodCIDRs: []string{"10.0.0.0/24"},
			Taints:   []taints.Taint{{Key: "k", Effect: taints.EffectNoSchedule}},
		},
		Status: cluster.NodeStatus{
			Capacity:    cluster.ResourceList{"cpu": quantity.New(4)},
			Allocatable: cluster.ResourceList{"cpu": quantity.New(3)},
			Conditions:  []cluster.NodeCondition{{Type: "Ready", Status: "True"}},
			Addresses:   []cluster.NodeAddress{{Type: "Hostname", Address: "full"}},
			NodeInfo:    &cluster.NodeSystemInfo{KernelVersion: "6.1"},
			Images:      []cluster.ContainerImage{{Names: []string{"agent:v1"}, SizeBytes: 1 << 20}},
		},
	}
}

func fullBudget() *cluster.PodDisruptionBudget {
	half, policy := cluster.FromString("50%"), cluster.AlwaysAllow
	return &cluster.PodDisruptionBudget{
		ObjectMeta: fullMeta("full"),
		Spec: cluster.PodDisruptionBudgetSpec{
			MinAvailable: &half, UnhealthyPodEvictionPolicy: &policy,
			Selector: &affinity.LabelSelector{
				MatchLabels: map[string]string{"app": "agent"},
				MatchExpressions: []affinity.LabelSelectorRequirement{
					{Key: "k", Operator: affinity.LabelSelectorOpNotIn, Values: []string{"v"}},
				},
			},
		},
	}
}

func fullPod() *cluster.Pod {
	return &cluster.Pod{ObjectMeta: fullMeta("full"), Template: plain, NodeName: "a"}
}

// TestScribble writes over everything that was handed in, and over clones of what came out.
func TestScribble(t *testing.T) {
	for _, row := range []struct {
		name string
		obj  cluster.Object
	}{
		{"node", fullNode()},
		{"pod", fullPod()},
		{"namespace", &cluster.Namespace{ObjectMeta: fullMeta("full")}},
		{"priority class", &cluster.PriorityClass{ObjectMeta: fullMeta("full"), Value: 3}},
		{"budget", fullBudget()},
		{"kind of one's own", &widget{ObjectMeta: fullMeta("full")}},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := cluster.New(cluster.Config{})
			unchanged := func(what string, stored cluster.Object, write func()) {
				t.Helper()
				text, hash := string(cluster.JSON(stored, time.Time{})), c.Hash()
				write()
				require.Equal(t, text, string(cluster.JSON(stored, time.Time{})), what)
				require.Equal(t, hash, c.Hash(), what)
			}
			created := create(t, c, row.obj)
			unchanged("after Create", created, func() { scribbleOver(row.obj) })

			next := created.Clone()
			unchanged("a clone", created, func() { scribbleOver(next) })
			next = created.Clone()
			next.Meta().Annotations["c"] = "e"
			updated := update(t, c, next)
			unchanged("after Update", updated, func() { scribbleOver(next) })

			err := c.Delete(created.Kind(), created.Meta().Namespace, "full", cluster.DeleteOptions{})
			require.NoError(t, err)
			terminating := c.ByUID(created.Meta().UID)
			unchanged("a terminating clone", terminating, func() { scribbleOver(terminating.Clone()) })
		})
	}
}

func TestScribbleOnStatus(t *testing.T) {
	c := cluster.New(cluster.Config{})
	node, pod, budget := create(t, c, fullNode()), create(t, c, fullPod()), create(t, c, fullBudget())
	n := edited(node, func(n *cluster.Node) { n.Status.Conditions[0].Status = "False" })
	p := edited(pod, func(p *cluster.Pod) { p.Status.Trouble = &cluster.PodTrouble{Reason: "Evicted"} })
	b := edited(budget, func(b *cluster.PodDisruptionBudget) {
		b.Status.DisruptedPods = map[string]time.Duration{"p": time.Second}
		b.Status.Conditions = []cluster.Condition{{Type: "DisruptionAllowed"}}
	})
	for _, obj := range []cluster.Object{n, p, b} {
		_, err := c.UpdateStatus(obj)
		require.NoError(t, err)
	}
	hash := c.Hash()
	scribbleOver(n)
	scribbleOver(p)
	scribbleOver(b)
	require.Equal(t, hash, c.Hash())
	require.Equal(t, "Evicted", c.Pod("default", "full").Status.Trouble.Reason)
}

// TestScribbleOnConfig writes to the capacity that the cluster was configured with.
func TestScribbleOnConfig(t *testing.T) {
	capacity := cluster.ResourceList{"cpu": quantity.New(2), "pods": quantity.New(10)}
	c := cluster.New(cluster.Config{Capacity: capacity})
	a := create(t, c, newNode("a"))
	capacity["cpu"] = quantity.New(64)
	require.EqualValues(t, 2, a.Status.Allocatable["cpu"].Value())
	require.EqualValues(t, 2, create(t, c, newNode("b")).Status.Allocatable["cpu"].Value())
}

// TestScribbleOnTemplate writes to the spec and the owners that a template was made of.
func TestScribbleOnTemplate(t *testing.T) {
	spec := plainSpec()
	c := cluster.New(cluster.Config{})
	owner := ownedBy(create(t, c, newWidget("w")), true)
	tmpl := cluster.NewTemplate(spec, owner)
	p := create(t, c, &cluster.Pod{ObjectMeta: named("p"), Template: tmpl})
	hash := c.Hash()
	spec.ObjectMeta.Labels["app"] = "scribble"
	spec.Spec.Containers[0].Image = "scribble"
	*owner.Controller = false
	full := p.FullSpec()
	full.Containers[0].Image = "scribble"
	require.Equal(t, hash, c.Hash())
	require.Equal(t, "agent:v1", p.Spec().Containers[0].Image)
	require.NotNil(t, p.Controller())
}

// TestUpdateReplaces keeps old versions: a reader may hold on to what it has read.
func TestUpdateReplaces(t *testing.T) {
	c := cluster.New(cluster.Config{})
	first := create(t, c, newNode("a"))
	second := update(t, c, edited(first, func(n *cluster.Node) { n.Spec.Unschedulable = true }))
	require.NotSame(t, first, second)
	require.False(t, first.Spec.Unschedulable)
	require.Same(t, second, c.Node("a"))
	require.Same(t, second, c.NodeByID(first.ID()))
	require.Equal(t, first.UID, second.UID)
	require.Greater(t, second.ResourceVersion, first.ResourceVersion)
	require.Equal(t, c.Version(), second.ResourceVersion)

	w := create(t, c, newWidget("w"))
	require.EqualValues(t, 1, w.Generation)
	w = update(t, c, edited(w, func(w *widget) { w.Spec.Size = 4; w.Status.Done = 9 }))
	require.EqualValues(t, 2, w.Generation, "the spec has changed")
	require.Zero(t, w.Status.Done, "the status has not")
	w = update(t, c, edited(w, func(w *widget) { w.Labels = map[string]string{"a": "b"} }))
	require.EqualValues(t, 2, w.Generation, "labels are not spec")
}

// TestHashFollowsState makes one difference at a time.
func TestHashFollowsState(t *testing.T) {
	base := func() *cluster.Cluster {
		c := cluster.New(cluster.Config{Seed: 1}, &ticker{})
		create(t, c, newNode("a"))
		create(t, c, newPod("p"))
		return c
	}
	want := base().Hash()
	require.Equal(t, want, base().Hash(), "equal histories have equal hashes")
	same := base()
	require.Equal(t, want, same.Fork().Hash(), "a fork is in the same state")
	require.Equal(t, want, same.Hash(), "and looking changes nothing")

	seen := map[uint64]string{want: "base"}
	for _, row := range []struct {
		name   string
		differ func(*cluster.Cluster)
	}{
		{"time", func(c *cluster.Cluster) { require.NoError(t, c.RunFor(time.Nanosecond)) }},
		{"object", func(c *cluster.Cluster) { create(t, c, newNode("b")) }},
		{"label", func(c *cluster.Cluster) {
			update(t, c, edited(c.Node("a"), func(n *cluster.Node) { n.Labels["x"] = "y" }))
		}},
		{"status of a pod", func(c *cluster.Cluster) {
			_, err := c.SetPodStatus(storedPod(c, "p").UID, cluster.PodStatus{Phase: cluster.PodRunning})
			require.NoError(t, err)
		}},
		{"task", func(c *cluster.Cluster) { c.After(time.Second, cluster.Task{}) }},
		{"event", func(c *cluster.Cluster) { c.Event(c.Node("a"), cluster.EventNormal, "R", "m") }},
		{"random stream", func(c *cluster.Cluster) { c.Rand().Uint32() }},
		{"state of an actor", func(c *cluster.Cluster) { c.Actor("ticker").(*ticker).ticks++ }},
	} {
		c := base()
		row.differ(c)
		hash := c.Hash()
		require.Empty(t, seen[hash], "%s is not part of the hash", row.name)
		seen[hash] = row.name
	}
}
