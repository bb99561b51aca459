package cluster_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
)

// binder binds every pod to node a, a second after it has come.
type binder struct{}

func (binder) Name() string        { return "binder" }
func (binder) Fork() cluster.Actor { return binder{} }

func (binder) Observe(cl *cluster.Client, ch *cluster.Change) {
	if p, ok := ch.Object().(*cluster.Pod); ok && ch.Verb == cluster.Created {
		cl.After(time.Second, cluster.Task{Object: p.UID})
	}
}

func (binder) Run(cl *cluster.Client, t cluster.Task) {
	p := cl.PodByUID(t.Object)
	cl.Event(p, cluster.EventWarning, "Before", "")
	if _, err := cl.Bind(t.Object, "a"); err != nil {
		panic(err)
	}
	cl.Event(p, cluster.EventNormal, "After", "")
}

func eventTexts(c *cluster.Cluster, about cluster.UID) []string {
	var list []string
	for e := range c.Events(about) {
		list = append(list, fmt.Sprint(e.Last, " ", e.Source, " ", e.Name, " ", e.Reason, " ", e.Message))
	}
	return list
}

// TestScheduledEvent follows the Event that a pod has been bound, which nobody keeps as long as the pod says it.
func TestScheduledEvent(t *testing.T) {
	c := cluster.New(cluster.Config{}, binder{})
	create(t, c, newNode("a"))
	spec := cluster.PodTemplateSpec{}
	spec.Spec.Containers = []cluster.Container{{Name: "main", Image: "agent"}}
	pod := &cluster.Pod{ObjectMeta: cluster.ObjectMeta{Name: "p"}, Template: cluster.NewTemplate(spec)}
	p := create(t, c, pod)
	c.Event(p, cluster.EventNormal, "Early", "")
	require.NoError(t, c.Settle())
	require.NoError(t, c.RunFor(time.Second))
	c.Event(p, cluster.EventNormal, "Late", "")
	want := []string{
		"0s user p Early ", "1s binder p Before ", "1s binder p After ",
		"1s binder p Scheduled Successfully assigned default/p to a", "2s user p Late ",
	}
	t.Run("S-135 in its place among the others", func(t *testing.T) {
		require.Empty(t, cmp.Diff(want, eventTexts(c, p.Meta().UID)), "(-want +got)")
		require.Empty(t, cmp.Diff(want, eventTexts(c, 0)), "(-want +got)")
	})
	t.Run("kept when the pod is gone, for an hour", func(t *testing.T) {
		c := c.Fork()
		now := time.Duration(0)
		require.NoError(t, c.DeletePod(p.Meta().UID, cluster.DeleteOptions{GracePeriod: &now}))
		require.Empty(t, cmp.Diff(want, eventTexts(c, p.Meta().UID)), "(-want +got)")
		require.NoError(t, c.RunFor(2*time.Hour))
		require.NoError(t, c.Delete(cluster.KindNode, "", "a", cluster.DeleteOptions{}))
		require.Empty(t, eventTexts(c, 0))
	})
	t.Run("not of a pod that comes with its node", func(t *testing.T) {
		c := cluster.New(cluster.Config{})
		again := pod.Clone().(*cluster.Pod)
		again.NodeName = "a"
		create(t, c, again)
		require.Empty(t, eventTexts(c, 0))
	})
	t.Run("gone with the namespace", func(t *testing.T) {
		c := c.Fork()
		require.NoError(t, c.Delete(cluster.KindNamespace, "", "default", cluster.DeleteOptions{}))
		require.NoError(t, c.Settle())
		require.Empty(t, eventTexts(c, 0))
	})
}
