package cluster_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
)

// TestStop ends an actor half-way through its work, and begins it anew.
func TestStop(t *testing.T) {
	c := cluster.New(cluster.Config{}, &ticker{})
	create(t, c, ticking("a", "iiii"))
	require.NoError(t, c.RunFor(2*time.Second))
	require.NoError(t, c.Stop("ticker"))
	require.True(t, c.Stopped("ticker"))
	require.Zero(t, c.Pending(), "what it had planned is dropped")
	create(t, c, ticking("b", "i"))
	require.NoError(t, c.RunFor(time.Minute))
	require.Equal(t, "ii", c.Node("a").Labels["ticks"], "nothing is done")
	require.Empty(t, c.Node("b").Labels["ticks"])

	fork := c.Fork()
	require.True(t, fork.Stopped("ticker"))
	fresh := &ticker{}
	require.NoError(t, c.Start(fresh))
	require.False(t, c.Stopped("ticker"))
	require.NoError(t, c.Settle())
	require.Equal(t, "iiii", c.Node("a").Labels["ticks"], "it is told of what is there")
	require.Equal(t, "i", c.Node("b").Labels["ticks"], "and of what came meanwhile")
	require.Equal(t, 5, fresh.ticks, "and knows nothing of what went before")
	require.Equal(t, "ii", fork.Node("a").Labels["ticks"])
}

// TestStopDropsWhatIsOnItsWay stops an actor that lags.
func TestStopDropsWhatIsOnItsWay(t *testing.T) {
	c := cluster.New(cluster.Config{Lags: map[string]cluster.Lag{"ticker": {Delay: time.Minute}}}, &ticker{})
	create(t, c, ticking("a", ""))
	require.Equal(t, 1, c.Pending())
	require.NoError(t, c.Stop("ticker"))
	require.Zero(t, c.Pending())
	fresh := &ticker{}
	require.NoError(t, c.Start(fresh))
	require.Equal(t, time.Minute, c.LagOf("ticker").Delay)
	create(t, c, ticking("b", ""))
	require.NoError(t, c.RunFor(2*time.Second))
	require.Equal(t, 1, fresh.ticks, "a new process lists what there is")
	require.NoError(t, c.RunFor(time.Minute))
	require.Equal(t, 2, fresh.ticks, "what comes then takes its time")
}

// TestLagOfStopped has an actor fall behind that does not run: it reads a list when it starts, and lags from then on.
func TestLagOfStopped(t *testing.T) {
	c := cluster.New(cluster.Config{}, &ticker{})
	require.NoError(t, c.Stop("ticker"))
	fork := c.Fork()
	require.NoError(t, c.SetLag("ticker", cluster.Lag{Delay: time.Minute}))
	require.Equal(t, time.Minute, c.LagOf("ticker").Delay)
	require.Zero(t, fork.LagOf("ticker"))
	require.NotEqual(t, c.Hash(), fork.Hash())

	create(t, c, ticking("a", ""))
	require.Zero(t, c.Pending(), "nobody is told")
	fresh := &ticker{}
	require.NoError(t, c.Start(fresh))
	require.NotNil(t, c.ViewOf("ticker").Node("a"), "what it is told of it sees")
	create(t, c, ticking("b", ""))
	require.Nil(t, c.ViewOf("ticker").Node("b"))
	require.NoError(t, c.RunFor(2*time.Second))
	require.Equal(t, 1, fresh.ticks)
	require.NoError(t, c.RunFor(time.Minute))
	require.Equal(t, 2, fresh.ticks)
}

// TestStaleList starts an actor with a list that is as old as what a watch would have brought.
func TestStaleList(t *testing.T) {
	stale := cluster.Lag{Delay: time.Minute, StaleList: true}
	c := cluster.New(cluster.Config{Lags: map[string]cluster.Lag{"ticker": stale}}, &ticker{})
	create(t, c, ticking("a", ""))
	require.NoError(t, c.RunFor(30*time.Second))
	create(t, c, ticking("b", ""))
	require.NoError(t, c.Stop("ticker"))
	require.Equal(t, stale, c.LagOf("ticker"))
	require.Equal(t, 2, c.Pending(), "what is on its way goes on")
	require.NoError(t, c.RunFor(30*time.Second))
	fork := c.Fork()
	fresh := &ticker{}
	require.NoError(t, c.Start(fresh))
	require.NotNil(t, c.ViewOf("ticker").Node("a"))
	require.Nil(t, c.ViewOf("ticker").Node("b"), "it is not that old yet")
	require.NoError(t, c.RunFor(2*time.Second))
	require.Equal(t, 1, fresh.ticks)
	require.NoError(t, c.RunFor(time.Minute))
	require.Equal(t, 2, fresh.ticks, "the other comes in its time")

	require.NoError(t, fork.SetLag("ticker", cluster.Lag{Delay: time.Minute}), "another lag is decided on meanwhile")
	require.Zero(t, fork.Pending())
	other := &ticker{}
	require.NoError(t, fork.Start(other))
	require.NotNil(t, fork.ViewOf("ticker").Node("b"))
	require.NoError(t, fork.RunFor(2*time.Second))
	require.Equal(t, 2, other.ticks)

	require.NoError(t, fork.Stop("ticker"))
	hash := fork.Hash()
	require.NoError(t, fork.SetLag("ticker", stale))
	require.NotEqual(t, hash, fork.Hash())
	create(t, fork, ticking("c", ""))
	require.NoError(t, fork.Start(&ticker{}))
	require.Nil(t, fork.ViewOf("ticker").Node("c"), "from the moment on in which the list has become stale")
}

func TestStopErrors(t *testing.T) {
	c := cluster.New(cluster.Config{}, &ticker{})
	require.ErrorIs(t, c.Stop("nobody"), cluster.ErrNotFound)
	require.ErrorIs(t, c.Stop("user"), cluster.ErrNotFound)
	require.ErrorIs(t, c.Start(nil), cluster.ErrInvalid)
	require.EqualError(t, c.Start(&ticker{}), `start actor "ticker": not found among those that are stopped`)
	require.NoError(t, c.Stop("ticker"))
	require.EqualError(t, c.Stop("ticker"), `stop actor "ticker": not found`)
	require.NoError(t, c.Start(&ticker{}))
}

// TestStopChangesTheHash compares two clusters that differ in nothing but a stopped actor.
func TestStopChangesTheHash(t *testing.T) {
	c := cluster.New(cluster.Config{}, &ticker{})
	fork := c.Fork()
	require.NoError(t, fork.Stop("ticker"))
	require.NotEqual(t, c.Hash(), fork.Hash())
}

// TestStopCollector keeps what a deleted namespace leaves behind until the garbage collector runs again.
func TestStopCollector(t *testing.T) {
	c := cluster.New(cluster.Config{})
	require.NoError(t, c.Stop("garbage-collector"))
	require.NoError(t, c.Start(cluster.NewCollector()))
	require.False(t, c.Stopped("garbage-collector"))
}
