package simtest_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/podgc"
	"github.com/daemonsim/daemonsim/simtest"
)

// TestMissingNodeCountsFromTheStart removes a node while the collector is stopped. It has as long as ever from its
// start.
func TestMissingNodeCountsFromTheStart(t *testing.T) {
	sim, checker := small(t, daemonsim.Config{})
	require.NoError(t, sim.RunFor(time.Minute))
	require.NoError(t, sim.Stop(daemonsim.ControllerManager))
	require.NoError(t, sim.RemoveNode("b"))
	require.NoError(t, sim.RunFor(85*time.Second))
	require.NoError(t, sim.Start(daemonsim.ControllerManager))
	require.NoError(t, checker.Err())
	require.NoError(t, sim.RunFor(50*time.Second))
	require.Equal(t, 3, sim.Count(cluster.KindPod), "the pod is still there")
	require.NoError(t, checker.Err())
	require.NoError(t, sim.RunFor(30*time.Second))
	require.Equal(t, 2, sim.Count(cluster.KindPod))
	require.NoError(t, checker.Err())
}

// TestMissingNodeFindsALateCollector has a collector that hears of everything five minutes late, from the beginning
// or from when it is started.
func TestMissingNodeFindsALateCollector(t *testing.T) {
	for _, restart := range []bool{false, true} {
		sim, checker := small(t, daemonsim.Config{
			Lags: map[string]cluster.Lag{podgc.Name: {Delay: 5 * time.Minute}},
		})
		require.NoError(t, sim.RunFor(10*time.Minute))
		if restart {
			require.NoError(t, sim.Stop(daemonsim.ControllerManager))
			require.NoError(t, sim.RunFor(10*time.Minute))
			require.NoError(t, sim.Start(daemonsim.ControllerManager))
		}
		require.NoError(t, sim.RemoveNode("b"))
		removed := sim.Now()
		require.NoError(t, sim.RunFor(time.Minute))
		require.NoError(t, checker.Err())
		require.NoError(t, sim.RunFor(time.Minute))
		var v *simtest.Violation
		require.ErrorAs(t, checker.Err(), &v)
		assert.Equal(t, simtest.MissingNode, v.Check)
		assert.Contains(t, v.Text, `the node "b", which has not been there since t=`+removed.String())
	}
}
