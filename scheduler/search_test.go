package scheduler_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/scheduler"
)

// TestEnoughNodes is the table of S-101.
func TestEnoughNodes(t *testing.T) {
	for _, row := range []struct{ nodes, want int }{
		{0, 0}, {50, 50}, {99, 99}, {100, 100}, {200, 100}, {250, 120}, {1000, 420}, {2500, 750},
		{5000, 500}, {5625, 281}, {6000, 300}, {10000, 500},
	} {
		t.Run(fmt.Sprintf("S-101 nodes=%d", row.nodes), func(t *testing.T) {
			require.Equal(t, row.want, scheduler.EnoughNodes(row.nodes))
		})
	}
}

// TestHeapRoot is the table of S-108.
func TestHeapRoot(t *testing.T) {
	for _, row := range []struct {
		totals []int64
		want   int
	}{
		{[]int64{7}, 0},
		{[]int64{5, 5, 5}, 0},
		{[]int64{1, 5, 5}, 1},
		{[]int64{1, 1, 5}, 2},
		{[]int64{1, 1, 5, 5}, 3},
		{[]int64{1, 2, 3, 3, 3}, 3},
		{[]int64{1, 5, 5, 5, 5, 5, 5}, 1},
		{[]int64{1, 1, 5, 1, 1, 5}, 2},
	} {
		t.Run(fmt.Sprintf("S-108 %v", row.totals), func(t *testing.T) {
			require.Equal(t, row.want, scheduler.HeapRoot(row.totals))
		})
	}
}

// inZone puts a node into a zone.
func inZone(zone string) nodeChange { return labelled("topology.kubernetes.io/zone", zone) }

// placements binds plain pods one after the other and lists where they went.
func placements(t *testing.T, pods int, profile scheduler.Profile, prepare func(*cluster.Cluster)) []string {
	t.Helper()
	c := cluster.New(cluster.Config{}, scheduler.New(scheduler.Config{Profile: profile}))
	prepare(c)
	var nodes []string
	for i := range pods {
		_, err := c.Create(newPod(fmt.Sprint("p", i)))
		require.NoError(t, err)
		require.NoError(t, c.Settle())
		nodes = append(nodes, c.Pod("default", fmt.Sprint("p", i)).NodeName)
	}
	return nodes
}

func createAll(t *testing.T, c *cluster.Cluster, objects ...cluster.Object) {
	t.Helper()
	for _, obj := range objects {
		_, err := c.Create(obj)
		require.NoError(t, err)
	}
}

// unscored and narrowing hide a plugin's scores.
type (
	unscored  struct{ scheduler.FilterPlugin }
	narrowing struct{ filterAndPreFilter }
)

type filterAndPreFilter interface {
	scheduler.FilterPlugin
	PreFilter(*scheduler.Cycle) scheduler.PreFilterResult
}

// TestWalk lets pods go to the first node that fits, which makes the order of the walk visible.
func TestWalk(t *testing.T) {
	walk := scheduler.Profile{
		{Plugin: narrowing{scheduler.NodeAffinity{}}}, {Plugin: unscored{scheduler.NodeResourcesFit{}}},
	}
	for _, row := range []struct {
		rule, name string
		prepare    func(*cluster.Cluster)
		want       []string
	}{
		{"S-105", "nodes of three zones", func(c *cluster.Cluster) {
			createAll(t, c, newNode("a1", inZone("a")), newNode("a2", inZone("a")), newNode("a3", inZone("a")),
				newNode("b1", inZone("b")), newNode("c1", inZone("c")), newNode("c2", inZone("c")))
		}, []string{"a1", "b1", "c1", "a2", "c2", "a3"}},
		{"S-104", "in the order of their addition, not by name", func(c *cluster.Cluster) {
			createAll(t, c, newNode("z"), newNode("m"), newNode("a"))
		}, []string{"z", "m", "a", "z"}},
		{"S-104", "no zone is a zone of its own", func(c *cluster.Cluster) {
			createAll(t, c, newNode("x"), newNode("y"), newNode("a1", inZone("a")))
		}, []string{"x", "a1", "y"}},
		{"S-104", "a node that changes its zone is the last of the new one", func(c *cluster.Cluster) {
			createAll(t, c, newNode("a1", inZone("a")), newNode("a2", inZone("a")),
				newNode("b1", inZone("b")), newNode("b2", inZone("b")))
			node := c.Node("a1").Clone().(*cluster.Node)
			node.Labels["topology.kubernetes.io/zone"] = "b"
			_, err := c.Update(node)
			require.NoError(t, err)
			createAll(t, c, newNode("b3", inZone("b")))
		}, []string{"a2", "b1", "b2", "a1", "b3"}},
		{"S-104", "a zone that was empty comes last", func(c *cluster.Cluster) {
			createAll(t, c, newNode("a1", inZone("a")), newNode("b1", inZone("b")))
			require.NoError(t, c.Delete(cluster.KindNode, "", "a1", cluster.DeleteOptions{}))
			createAll(t, c, newNode("a2", inZone("a")))
		}, []string{"b1", "a2"}},
		{"S-104", "the old label wins", func(c *cluster.Cluster) {
			createAll(t, c, newNode("a1", inZone("a")),
				newNode("a2", inZone("b"), labelled("failure-domain.beta.kubernetes.io/zone", "a")),
				newNode("b1", inZone("b")))
		}, []string{"a1", "b1", "a2"}},
		{"S-102", "the next search begins behind the last node that was looked at", func(c *cluster.Cluster) {
			createAll(t, c, newNode("a"), newNode("b", allocating()), newNode("c"), newNode("d"))
		}, []string{"a", "c", "d", "a"}},
		{"S-102", "an attempt for a pinned pod goes one further", func(c *cluster.Cluster) {
			createAll(t, c, newNode("a"), newNode("b"), newNode("c"), pinned("c", newPod("pinned")))
			require.NoError(t, c.Settle())
		}, []string{"b", "c", "a"}},
		{"S-102", "but not when its node is gone", func(c *cluster.Cluster) {
			createAll(t, c, newNode("a"), newNode("b"), pinned("gone", newPod("pinned")))
			require.NoError(t, c.Settle())
		}, []string{"a", "b"}},
	} {
		t.Run(row.rule+" "+row.name, func(t *testing.T) {
			got := placements(t, len(row.want), walk, row.prepare)
			require.Empty(t, cmp.Diff(row.want, got), "(-want +got)")
		})
	}
}

// TestSearchStops is S-101 in action: with 250 nodes 120 are enough.
func TestSearchStops(t *testing.T) {
	t.Run("S-101 the search stops when there are enough", func(t *testing.T) {
		w := newWorld(t, manyNodes(250)...)
		w.create(newPod("p"))
		w.settle()
		require.Equal(t, 120, w.asked)
	})
}

// TestOneFeasible is S-106: nobody is asked to rank a single node.
func TestOneFeasible(t *testing.T) {
	t.Run("S-106 a single node is not scored", func(t *testing.T) {
		broken := scheduler.DefaultProfile().With(brokenScore{})
		c := cluster.New(cluster.Config{}, scheduler.New(scheduler.Config{Profile: broken}))
		createAll(t, c, newNode("a"), newNode("b", cordoned), newPod("p"))
		require.NoError(t, c.Settle())
		require.Equal(t, "a", c.Pod("default", "p").NodeName)
	})
}

// brokenScore is a plugin that cannot rank anything.
type brokenScore struct{}

func (brokenScore) Name() string { return "Broken" }

func (brokenScore) Score(*scheduler.Cycle, *scheduler.NodeInfo) (int64, error) { return 1000, nil }

// TestScoreOutOfRange is S-83: the attempt ends in an error and is made again after a while.
func TestScoreOutOfRange(t *testing.T) {
	t.Run("S-83 a score out of range is an error", func(t *testing.T) {
		broken := scheduler.DefaultProfile().With(brokenScore{})
		c := cluster.New(cluster.Config{}, scheduler.New(scheduler.Config{Profile: broken}))
		createAll(t, c, newNode("a"), newNode("b"), newPod("p"))
		require.NoError(t, c.RunFor(time.Second))
		p := c.Pod("default", "p")
		require.False(t, p.Bound())
		require.True(t, p.Status.Trouble.SchedulerError)
		require.Equal(t, `plugin "Broken" scores node "a" with 1000, which is not from 0 to 100`,
			p.Status.Trouble.Unschedulable)
		require.ErrorIs(t, c.Settle(), cluster.ErrUnsettled)
	})
}

// TestSeveralNames is S-56 and S-62 for a pod whose affinity names several nodes: each of them is looked at.
func TestSeveralNames(t *testing.T) {
	aOrB := requiring(named("a"), named("b"))
	for _, row := range []struct {
		rule string
		a, b nodeChange
		want string
	}{
		{rule: "S-62 the first fits", a: labelled("k", "v"), b: cordoned, want: "a"},
		{rule: "S-62 the second fits", a: cordoned, b: labelled("k", "v"), want: "b"},
	} {
		t.Run(row.rule, func(t *testing.T) {
			w := newWorld(t, newNode("a", row.a), newNode("b", row.b), newNode("c"), newPod("p", aOrB))
			w.settle()
			require.Equal(t, row.want, w.pod("p").NodeName)
			require.Equal(t, 2, w.asked)
		})
	}
}
