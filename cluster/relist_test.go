package cluster_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/daemonsim/daemonsim/cluster"
)

// TestRelist breaks a watch off: of what was on its way the follower is told the difference.
func TestRelist(t *testing.T) {
	c, f := lagging(cluster.Config{}, nil)
	for _, name := range []string{"a", "b", "c"} {
		create(t, c, newNode(name))
	}
	require.NoError(t, c.Settle())
	f.told = nil

	update(t, c, edited(c.Node("b"), func(n *cluster.Node) { n.Labels["x"] = "1" }))
	update(t, c, edited(c.Node("b"), func(n *cluster.Node) { n.Labels["x"] = "2" }))
	require.NoError(t, c.Delete(cluster.KindNode, "", "c", cluster.DeleteOptions{}))
	create(t, c, newNode("c"))
	create(t, c, newNode("passing"))
	require.NoError(t, c.Delete(cluster.KindNode, "", "passing", cluster.DeleteOptions{}))
	create(t, c, newPodOn("p", "a"))
	grace := 20 * time.Second
	require.NoError(t, c.Delete(cluster.KindPod, "default", "p", cluster.DeleteOptions{GracePeriod: &grace}))
	require.Empty(t, f.told)

	fork := c.Fork()
	require.NoError(t, c.Relist("follower", cluster.KindNode))
	require.Equal(t, []string{"1s: delete c", "1s: update b", "1s: create c"}, f.told,
		"what is gone first; nothing of a, which is as it was, or of what came and went")
	view := c.ViewOf("follower")
	require.Equal(t, "2", view.Node("b").Labels["x"])
	require.Same(t, c.Node("c"), view.Node("c"))
	require.Equal(t, c.KindVersion(cluster.KindNode), view.KindVersion(cluster.KindNode))
	require.Nil(t, view.Pod("default", "p"), "pods have a watch of their own")

	f.told = nil
	require.NoError(t, c.Relist("follower", cluster.KindPod))
	require.Equal(t, []string{"1s: create p"}, f.told)
	require.True(t, view.Pod("default", "p").Terminating(), "it is terminating when it is first seen")
	require.NoError(t, c.RunFor(5*time.Second))
	require.Equal(t, []string{"1s: create p", "2s: create default"}, f.told, "the rest is not told twice")
	require.NotEqual(t, c.Hash(), fork.Hash())

	require.NoError(t, c.Relist("garbage-collector", cluster.KindPod), "who does not lag has missed nothing")
	require.EqualError(t, c.Relist("nobody", cluster.KindPod), `let actor "nobody" list anew: not found`)
	require.EqualError(t, c.Relist("user", cluster.KindPod), `let actor "user" list anew: not found`)
	require.EqualError(t, c.Relist("follower", "Gadget"),
		`list "Gadget" anew: not found: there has been no such object`)
}

// TestRelistEndsTheLag compares what a follower knows after a relist with what there is, whatever has happened, and
// then goes on.
func TestRelistEndsTheLag(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := newFollower()
		c := cluster.New(drawLags(t), f)
		names := []string{"a", "b", "c"}
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			name := rapid.SampledFrom(names).Draw(t, "name")
			switch old := c.Node(name); rapid.IntRange(0, 4).Draw(t, "what") {
			case 0:
				_ = c.RunFor(time.Duration(rapid.IntRange(1, 3).Draw(t, "s")) * time.Second)
			case 1:
				_, _ = c.Create(newNode(name))
			case 2:
				_ = c.Delete(cluster.KindNode, "", name, cluster.DeleteOptions{})
			case 3:
				if old != nil {
					next := old.Clone().(*cluster.Node)
					next.Labels["x"] += "i"
					_, _ = c.Update(next)
				}
			case 4:
				if c.Relist("follower", cluster.KindNode) != nil {
					t.Fatal("the follower is there")
				}
				sameNodes(t, c, f)
			}
		}
		_ = c.Settle()
		sameNodes(t, c, f)
	})
}

func sameNodes(t *rapid.T, c *cluster.Cluster, f *follower) {
	view, known := c.ViewOf("follower"), 0
	for _, obj := range f.objects {
		if obj.Kind() == cluster.KindNode {
			known++
		}
	}
	if got, want := known, c.Count(cluster.KindNode); got != want || view.Count(cluster.KindNode) != want {
		t.Fatalf("the follower knows %d nodes and sees %d, there are %d", got, view.Count(cluster.KindNode), want)
	}
	for n := range c.Nodes() {
		if f.objects[n.UID] != n || view.Node(n.Name) != n {
			t.Fatalf("node %s is not known as it is", n.Name)
		}
	}
	if view.KindVersion(cluster.KindNode) != c.KindVersion(cluster.KindNode) {
		t.Fatalf("version %d of the nodes, want %d",
			view.KindVersion(cluster.KindNode), c.KindVersion(cluster.KindNode))
	}
}
