package cluster_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
)

// TestRestore takes objects out of one cluster and puts them into another, as they are.
func TestRestore(t *testing.T) {
	at := 3 * time.Hour
	grace := int64(30)
	yes := true
	found := &cluster.Pod{
		ObjectMeta: cluster.ObjectMeta{
			Name: "p", UID: 99, ResourceVersion: 40, Generation: 7, CreationTimestamp: time.Hour,
			DeletionTimestamp: &at, DeletionGracePeriodSeconds: &grace,
			Labels: map[string]string{"no label": "at all"},
			OwnerReferences: []cluster.OwnerReference{
				{APIVersion: "v1", Kind: "Thing", Name: "t", UID: 1 << 60, Controller: &yes},
			},
		},
		Template: cluster.NewTemplate(cluster.PodTemplateSpec{}), NodeName: "gone",
		Status: cluster.PodStatus{Phase: cluster.PodFailed, ScheduledAt: 2 * time.Hour},
	}
	c := cluster.New(cluster.Config{})
	require.NoError(t, c.RunFor(2*time.Hour))
	var told []cluster.Verb
	c.OnChange(func(ch *cluster.Change) { told = append(told, ch.Verb) })
	obj, err := c.Restore(found)
	require.NoError(t, err)
	stored := obj.(*cluster.Pod)
	require.Equal(t, []cluster.Verb{cluster.Created, cluster.Created}, told, "the namespace, and the pod")
	require.NotEqual(t, found.UID, stored.UID)
	require.Equal(t, "default", stored.Namespace)
	want := found.Clone().(*cluster.Pod)
	want.UID, want.Namespace = stored.UID, "default"
	require.Equal(t, want.ObjectMeta, stored.ObjectMeta)
	require.Equal(t, found.Status, stored.Status)
	require.Equal(t, []*cluster.Pod{stored}, slices.Collect(c.PodsOn("gone")))
	require.Equal(t, []*cluster.Pod{stored}, slices.Collect(c.PodsOwnedBy("default", 1<<60)))
	found.Labels["no label"] = "changed"
	require.Equal(t, "at all", c.Pod("default", "p").Labels["no label"], "it is a copy")

	n, err := c.Restore(&cluster.Node{ObjectMeta: cluster.ObjectMeta{Name: "n"}})
	require.NoError(t, err)
	require.Empty(t, n.Meta().Labels, "nothing is filled in")
	require.Zero(t, n.Meta().ResourceVersion)
	next := n.Clone().(*cluster.Node)
	next.Labels = map[string]string{"a": "b"}
	first, err := c.Update(next)
	require.NoError(t, err)
	require.Greater(t, first.Meta().ResourceVersion, uint64(40), "versions go on after those that are known")
	next.Labels = map[string]string{"a": "c"}
	_, err = c.Update(next)
	require.NoError(t, err, "what is based on no version is never outdated")
	require.Equal(t, "c", c.Node("n").Labels["a"])

	_, err = c.Restore(found)
	require.ErrorIs(t, err, cluster.ErrAlreadyExists)
	for _, obj := range []cluster.Object{
		nil, (*cluster.Pod)(nil), &cluster.Node{}, &cluster.Pod{ObjectMeta: cluster.ObjectMeta{Name: "q"}},
		&cluster.Pod{
			ObjectMeta: cluster.ObjectMeta{Name: "q", Namespace: "no namespace"}, Template: found.Template,
		},
	} {
		_, err := c.Restore(obj)
		require.ErrorIs(t, err, cluster.ErrInvalid, "%v", obj)
	}
}
