package daemonsim_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/cluster"
)

// TestReplayFromToken runs a rollout with random choices, and once more from the token of the first run.
// A Config is a value: using it changes nothing about it.
func TestReplayFromToken(t *testing.T) {
	run := func(chooser cluster.Chooser) *daemonsim.Sim {
		sim := daemonsim.New(daemonsim.Config{Seed: 7, Chooser: chooser})
		require.NoError(t, sim.AddNodes("a", "b", "c", "d"))
		require.NoError(t, sim.ApplyYAML("agent.yaml", agent))
		require.NoError(t, sim.Settle())
		require.NoError(t, sim.SetImage("default", "agent", "main", "agent:v2"))
		require.NoError(t, sim.Settle())
		return sim
	}
	recorder := cluster.NewRecorder(cluster.NewRandomChooser(3))
	first, again := run(recorder), run(recorder)
	require.Equal(t, first.Hash(), again.Hash(), "one Config, equal runs")

	token := first.Chooser().(*cluster.Recorder).Token()
	require.NotEqual(t, recorder.Token(), token)
	replay, err := cluster.NewReplay(token)
	require.NoError(t, err)
	require.Equal(t, first.Hash(), run(replay).Hash(), "token %s", token)
	require.NotEqual(t, first.Hash(), run(nil).Hash(), "the choices made a difference")
}
