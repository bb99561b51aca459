package daemonsim_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/kubelet"
	"github.com/daemonsim/daemonsim/rollout"
)

// TestPlan asks for the next step of a rollout that is stuck, and for what the others wait.
func TestPlan(t *testing.T) {
	sim := daemonsim.New(daemonsim.Config{
		Images: map[string]kubelet.Behaviour{"agent:v2": {NeverReady: true}},
	})
	require.NoError(t, sim.AddNodes("a", "b", "c"))
	require.NoError(t, sim.ApplyYAML("agent.yaml", agent))
	require.NoError(t, sim.Settle())
	plan, waits, err := sim.Plan("default", "agent")
	require.NoError(t, err)
	require.True(t, plan.Empty(), "there is nothing to roll out")
	require.Empty(t, waits)

	require.NoError(t, sim.SetImage("default", "agent", "main", "agent:v2"))
	hash := sim.Hash()
	plan, waits, err = sim.Plan("default", "agent")
	require.NoError(t, err)
	require.Len(t, plan.Delete, 1)
	require.Equal(t, "a", plan.Delete[0].Node.Name)
	require.Equal(t, rollout.ReasonWithinBudget, plan.Delete[0].Reason)
	require.Len(t, waits, 2)
	require.Equal(t, hash, sim.Hash(), "asking changes nothing")

	require.NoError(t, sim.Settle())
	plan, waits, err = sim.Plan("default", "agent")
	require.NoError(t, err)
	require.True(t, plan.Empty())
	require.Len(t, waits, 3)
	require.Equal(t, rollout.ReasonNewUnavailable, waits[0].Reason)
	require.Equal(t, rollout.ReasonBudgetUsed, waits[1].Reason)
	require.Len(t, waits[1].For, 1)
	require.Equal(t, "a", waits[1].For[0].Name)

	_, _, err = sim.Plan("default", "nobody")
	require.ErrorIs(t, err, cluster.ErrNotFound)
}
