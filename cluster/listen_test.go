package cluster_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
)

// meddler is an actor that does when it is told what it may not do then.
type meddler struct{ do func(*cluster.Client) }

func (m *meddler) Name() string                                   { return "meddler" }
func (m *meddler) Run(*cluster.Client, cluster.Task)              {}
func (m *meddler) Fork() cluster.Actor                            { return &meddler{m.do} }
func (m *meddler) Observe(cl *cluster.Client, ch *cluster.Change) { m.do(cl) }

// TestForkInOnChange forks at every change: what the fork does then is what the original does.
func TestForkInOnChange(t *testing.T) {
	c := cluster.New(cluster.Config{}, &ticker{})
	var forks []*cluster.Cluster
	c.OnChange(func(*cluster.Change) { forks = append(forks, c.Fork()) })
	create(t, c, ticking("a", "ii"))
	created := forks[0]
	changes, same := history(c), history(created)
	require.NoError(t, c.Settle())
	require.NoError(t, created.Settle())
	require.Len(t, *changes, 2)
	require.Equal(t, *changes, *same, "the actors of the fork know of the node")
	require.Equal(t, c.Hash(), created.Hash())
}

// twice is a level-triggered actor that makes two widgets for each node, in one run.
type twice struct{}

func (twice) Name() string        { return "twice" }
func (twice) Fork() cluster.Actor { return twice{} }

func (twice) Observe(cl *cluster.Client, ch *cluster.Change) {
	if _, ok := ch.After.(*cluster.Node); ok {
		cl.After(time.Second, cluster.Task{Kind: 1})
	}
}

func (twice) Run(cl *cluster.Client, _ cluster.Task) {
	for n := range cl.Nodes() {
		for _, name := range []string{n.Name + "-1", n.Name + "-2"} {
			if cl.Object(kindWidget, "default", name) == nil {
				_, _ = cl.Create(newWidget(name))
			}
		}
	}
}

// TestForkInTheMiddleOfARun forks between the changes that one run of an actor makes.
func TestForkInTheMiddleOfARun(t *testing.T) {
	c := cluster.New(cluster.Config{}, twice{})
	create(t, c, newNode("a"))
	var forks []*cluster.Cluster
	c.OnChange(func(*cluster.Change) { forks = append(forks, c.Fork()) })
	require.NoError(t, c.Settle())
	require.Len(t, forks, 3, "the namespace and two widgets")
	for _, fork := range forks {
		require.NoError(t, fork.Settle())
		require.Equal(t, c.Hash(), fork.Hash(), "the fork does what was left to do")
	}
	require.Zero(t, c.Pending())
}

// TestNoWritesWhileListening writes, runs and forks where that is a mistake.
func TestNoWritesWhileListening(t *testing.T) {
	for name, do := range map[string]func(*cluster.Cluster){
		"create": func(c *cluster.Cluster) { _, _ = c.Create(newNode("b")) },
		"update": func(c *cluster.Cluster) { _, _ = c.Update(newNode("a")) },
		"delete": func(c *cluster.Cluster) { _ = c.Delete(cluster.KindNode, "", "a", cluster.DeleteOptions{}) },
		"step":   func(c *cluster.Cluster) { c.Step() },
		"run":    func(c *cluster.Cluster) { _ = c.RunFor(time.Second) },
		"fork":   func(c *cluster.Cluster) { c.Fork() },
	} {
		t.Run(name, func(t *testing.T) {
			observed := cluster.New(cluster.Config{})
			observed.AddActor(&meddler{func(*cluster.Client) { do(observed) }})
			require.Panics(t, func() { create(t, observed, newNode("a")) }, "in Observe")

			c := cluster.New(cluster.Config{})
			c.OnChange(func(*cluster.Change) { do(c) })
			if name == "fork" {
				require.NotPanics(t, func() { create(t, c, newNode("a")) }, "a fork in OnChange is fine")
				return
			}
			require.Panics(t, func() { create(t, c, newNode("a")) }, "in OnChange")
		})
	}
}

func TestWriteInObserveSaysWhatToDo(t *testing.T) {
	c := cluster.New(cluster.Config{}, &meddler{func(cl *cluster.Client) { _, _ = cl.Create(newNode("b")) }})
	require.PanicsWithValue(t, "cluster: cannot create an object in Observe, while actors are told of a change "+
		"(t=0s user create Node a); schedule a task with Client.After and do it in Run",
		func() { create(t, c, newNode("a")) })
}
