package simtest_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestStateMachine does random things to a cluster and holds every change against the properties. At the
// end everything is healed, and the cluster must come to rest with all rollouts done.
func TestStateMachine(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := newMachine(t)
		t.Repeat(rapid.StateMachineActions(m))
		m.finish(t)
	})
}

// TestFork forks a cluster in the middle of random things. The same further things must make the same
// changes to both, and what is then done to one must leave the other as it is.
func TestFork(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := newMachine(t)
		t.Repeat(rapid.StateMachineActions(m))

		sim, fork := m.sim(), m.sim().Fork()
		require.Equal(t, sim.Hash(), fork.Hash(), "right after the fork")
		both := m.with(newRun(sim), newRun(fork))
		t.Repeat(rapid.StateMachineActions(both))
		changes := string(both.runs[0].changes(t))
		require.Equal(t, changes, string(both.runs[1].changes(t)))
		require.Equal(t, sim.Hash(), fork.Hash(), "after the same things")

		hash, version := sim.Hash(), sim.Version()
		alone := both.with(both.runs[1:]...)
		t.Repeat(rapid.StateMachineActions(alone))
		alone.finish(t)
		require.Equal(t, hash, sim.Hash(), "after other things were done to the fork")
		require.Equal(t, version, sim.Version())
		require.Equal(t, changes, string(both.runs[0].changes(t)))

		rest := both.with(both.runs[:1]...)
		t.Repeat(rapid.StateMachineActions(rest))
		rest.finish(t)
	})
}
