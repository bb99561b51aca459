package cluster_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/taints"
)

// looks groups the nodes that a reader sees by a description of labels and taints: the slow, obvious way.
func looks(c cluster.Reader) map[string][]string {
	groups := make(map[string][]string)
	for n := range c.Nodes() {
		labels := maps.Clone(n.Labels)
		delete(labels, cluster.LabelHostname)
		key := fmt.Sprint(labels, n.Spec.Taints)
		groups[key] = append(groups[key], n.Name)
	}
	return groups
}

// checkLikenesses compares the index with looks, and the numbers with those of earlier looks.
func checkLikenesses(t *rapid.T, c cluster.Reader, seen map[cluster.Likeness]string) {
	want := looks(c)
	got := make(map[string][]string)
	for likeness, first := range c.Likenesses() {
		var key string
		var names []string
		for n := range c.NodesLike(likeness) {
			labels := maps.Clone(n.Labels)
			delete(labels, cluster.LabelHostname)
			key = fmt.Sprint(labels, n.Spec.Taints)
			names = append(names, n.Name)
			if n.Likeness() != likeness {
				t.Fatalf("node %s has likeness %d among those of %d", n.Name, n.Likeness(), likeness)
			}
			if n != c.Node(n.Name) {
				t.Fatalf("node %s is not the stored version", n.Name)
			}
		}
		if len(names) == 0 || first.Name != names[0] {
			t.Fatalf("the first of likeness %d is %s, not of %v", likeness, first.Name, names)
		}
		if was, ok := seen[likeness]; ok && was != key {
			t.Fatalf("likeness %d was %s and is %s", likeness, was, key)
		}
		seen[likeness] = key
		slices.Sort(names)
		got[key] = names
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("nodes that look alike (-want +got):\n%s", diff)
	}
}

// late is an actor that only looks.
type late struct{}

func (late) Name() string                             { return "late" }
func (late) Observe(*cluster.Client, *cluster.Change) {}
func (late) Run(*cluster.Client, cluster.Task)        {}
func (late) Fork() cluster.Actor                      { return late{} }

// TestLikenesses lets nodes of a family of forks come, go and change, and compares the index with what the
// nodes say, also in a view that lags. No number ever stands for two looks.
func TestLikenesses(t *testing.T) {
	type fork struct {
		c    *cluster.Cluster
		seen map[cluster.Likeness]string
	}
	rapid.Check(t, func(t *rapid.T) {
		family := []*fork{{cluster.New(cluster.Config{}, late{}), map[cluster.Likeness]string{}}}
		require.NoError(t, family[0].c.SetLag("late", cluster.Lag{Delay: 2 * time.Second}))
		name := rapid.SampledFrom([]string{"a", "b", "c", "d", "e"})
		member := func(t *rapid.T) *fork { return rapid.SampledFrom(family).Draw(t, "member") }
		dress := func(t *rapid.T, n *cluster.Node) {
			n.Labels = map[string]string{cluster.LabelHostname: name.Draw(t, "hostname")}
			if rapid.Bool().Draw(t, "bare") {
				delete(n.Labels, cluster.LabelHostname)
			}
			if zone := rapid.SampledFrom([]string{"", "x", "y"}).Draw(t, "zone"); zone != "" {
				n.Labels["zone"] = zone
			}
			n.Spec.Taints = nil
			for range rapid.IntRange(0, 1).Draw(t, "taints") {
				n.Spec.Taints = append(n.Spec.Taints, taints.Taint{Key: "k", Effect: taints.EffectNoExecute,
					Value: rapid.SampledFrom([]string{"", "v"}).Draw(t, "value")})
			}
		}
		t.Repeat(map[string]func(*rapid.T){
			"join or change": func(t *rapid.T) {
				c, n := member(t).c, newNode(name.Draw(t, "name"))
				dress(t, n)
				if c.Node(n.Name) == nil {
					create(t, c, n)
					return
				}
				update(t, c, n)
			},
			"status": func(t *rapid.T) {
				c := member(t).c
				n := c.Node(name.Draw(t, "name"))
				if n == nil {
					t.Skip("no such node")
				}
				next := n.Clone().(*cluster.Node)
				next.Labels, next.Status.Conditions = nil, nil
				_, err := c.UpdateStatus(next)
				require.NoError(t, err)
			},
			"leave": func(t *rapid.T) {
				c, name := member(t).c, name.Draw(t, "name")
				if c.Node(name) == nil {
					t.Skip("no such node")
				}
				require.NoError(t, c.Delete(cluster.KindNode, "", name, cluster.DeleteOptions{}))
			},
			"time": func(t *rapid.T) { require.NoError(t, member(t).c.RunFor(time.Second)) },
			"fork": func(t *rapid.T) {
				if len(family) == 4 {
					t.Skip("large enough")
				}
				m := member(t)
				family = append(family, &fork{m.c.Fork(), maps.Clone(m.seen)})
			},
			"": func(t *rapid.T) {
				for _, m := range family {
					checkLikenesses(t, m.c.Reader, m.seen)
					checkLikenesses(t, m.c.ViewOf("late"), m.seen)
				}
			},
		})
	})
}

func TestLikenessOfUnstoredNodes(t *testing.T) {
	c := cluster.New(cluster.Config{})
	require.Zero(t, newNode("a").Likeness())
	require.Zero(t, newNode("a").Clone().(*cluster.Node).Likeness())
	require.Empty(t, slices.Collect(c.NodesLike(0)))
	a := create(t, c, newNode("a"))
	require.NotZero(t, a.Likeness())
	require.Zero(t, a.Clone().(*cluster.Node).Likeness(), "a copy may come to look different")
	require.Equal(t, a.Likeness(), create(t, c, newNode("b")).Likeness(), "only the host names differ")
}
