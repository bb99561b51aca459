package cluster_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
)

// TestReseed has futures of one cluster: those with equal seeds are equal, and equal to what a cluster of
// that seed draws.
func TestReseed(t *testing.T) {
	name := func(c *cluster.Cluster) string {
		obj, err := c.Create(&cluster.PriorityClass{ObjectMeta: cluster.ObjectMeta{GenerateName: "a-"}})
		require.NoError(t, err)
		return obj.Meta().Name
	}
	c := cluster.New(cluster.Config{Seed: 7})
	before := name(c)
	future := func(seed uint64) *cluster.Cluster {
		f := c.Fork()
		f.Reseed(seed)
		return f
	}
	first, same, other := future(1), future(1), future(2)
	require.Equal(t, first.Hash(), same.Hash())
	require.NotEqual(t, first.Hash(), other.Hash())
	require.Equal(t, name(cluster.New(cluster.Config{Seed: 1})), name(first))
	require.NotEqual(t, name(same), name(other))
	require.NotNil(t, first.Object(cluster.KindPriorityClass, "", before), "what was drawn stays")

	late := cluster.New(cluster.Config{Seed: 3})
	late.Reseed(9)
	late.AddActor(quiet{})
	early := cluster.New(cluster.Config{Seed: 9}, quiet{})
	require.Equal(t, early.Hash(), late.Hash(), "an actor that comes later has a stream of the new seed")
}

// quiet is an actor that does nothing.
type quiet struct{}

func (quiet) Name() string                             { return "quiet" }
func (quiet) Observe(*cluster.Client, *cluster.Change) {}
func (quiet) Run(*cluster.Client, cluster.Task)        {}
func (quiet) Fork() cluster.Actor                      { return quiet{} }

func TestSetChooser(t *testing.T) {
	c := cluster.New(cluster.Config{})
	choice := cluster.Choice{Point: "test", N: 3}
	c.SetChooser(fixedChooser(2))
	require.Equal(t, 2, c.Choose(choice))
	fork := c.Fork()
	c.SetChooser(nil)
	require.Zero(t, c.Choose(choice))
	require.False(t, c.Chooses())
	require.Equal(t, 2, fork.Choose(choice), "a fork keeps its own")
	require.Nil(t, c.Chooser())
}
