package daemonsim_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/rollout"
	strategies "github.com/daemonsim/daemonsim/rollout/strategy"
)

// TestStopScheduler installs a DaemonSet while the scheduler is stopped.
func TestStopScheduler(t *testing.T) {
	sim := daemonsim.New(daemonsim.Config{})
	require.NoError(t, sim.AddNodes("a", "b"))
	require.NoError(t, sim.Stop(daemonsim.Scheduler))
	require.NoError(t, sim.ApplyYAML("agent.yaml", agent))
	require.NoError(t, sim.Settle())
	status := sim.DaemonSet("default", "agent").Status
	require.EqualValues(t, 2, status.CurrentNumberScheduled, "the pods are there")
	require.Zero(t, status.NumberReady, "and Pending")
	require.NoError(t, sim.Start(daemonsim.Scheduler))
	require.NoError(t, sim.Settle())
	require.EqualValues(t, 2, sim.DaemonSet("default", "agent").Status.NumberReady)
}

// TestStopControllerManager changes and deletes while no controller runs.
func TestStopControllerManager(t *testing.T) {
	sim := daemonsim.New(daemonsim.Config{})
	require.NoError(t, sim.AddNodes("a", "b"))
	require.NoError(t, sim.ApplyYAML("agent.yaml", agent))
	require.NoError(t, sim.Settle())
	require.NoError(t, sim.Stop(daemonsim.ControllerManager))
	require.Nil(t, sim.Controller())
	require.NoError(t, sim.SetImage("default", "agent", "*", "agent:v2"))
	require.NoError(t, sim.AddNodes("c"))
	require.NoError(t, sim.Settle())
	set := sim.DaemonSet("default", "agent")
	require.EqualValues(t, 1, set.Status.ObservedGeneration)
	require.EqualValues(t, 2, set.Status.DesiredNumberScheduled)

	gone := sim.Fork()
	require.NoError(t, gone.Delete(set.Kind(), "default", "agent", cluster.DeleteOptions{}))
	require.NoError(t, gone.Settle())
	require.Equal(t, 2, gone.Count(cluster.KindPod), "nobody collects what it leaves")

	require.NoError(t, sim.Start(daemonsim.ControllerManager))
	require.NoError(t, sim.Settle())
	status := sim.DaemonSet("default", "agent").Status
	require.EqualValues(t, 3, status.UpdatedNumberScheduled)
	require.EqualValues(t, 3, status.NumberAvailable)
}

func TestStopErrors(t *testing.T) {
	sim := daemonsim.New(daemonsim.Config{})
	require.ErrorIs(t, sim.Stop("etcd"), cluster.ErrNotFound)
	require.ErrorIs(t, sim.Start("etcd"), cluster.ErrNotFound)
	require.ErrorIs(t, sim.Start(daemonsim.Scheduler), daemonsim.ErrRunning)
	require.NoError(t, sim.Stop(daemonsim.Scheduler))
	require.ErrorIs(t, sim.Stop(daemonsim.Scheduler), daemonsim.ErrNotRunning)
	require.NoError(t, sim.Cluster.Stop(daemonset.Name))
	require.NoError(t, sim.Stop(daemonsim.ControllerManager), "the other actors run")
	require.ErrorIs(t, sim.Stop(daemonsim.ControllerManager), daemonsim.ErrNotRunning)
	require.NoError(t, sim.Start(daemonsim.ControllerManager))
	require.NotNil(t, sim.Controller())
	require.NoError(t, sim.Cluster.Stop(daemonset.Name))
	require.NoError(t, sim.Start(daemonsim.ControllerManager), "only one was stopped")
	require.NotNil(t, sim.Controller())
}

// TestStartKeepsSettings starts a controller that has been told of a strategy and of a placement: while it ran, and
// while it was stopped.
func TestStartKeepsSettings(t *testing.T) {
	sim := daemonsim.New(daemonsim.Config{})
	require.NoError(t, sim.AddNodes("a", "b"))
	require.NoError(t, sim.ApplyYAML("agent.yaml", agent))
	require.NoError(t, sim.Settle())
	updated := func(s *daemonsim.Sim) int32 {
		return s.DaemonSet("default", "agent").Status.UpdatedNumberScheduled
	}
	restart := func(s *daemonsim.Sim, meanwhile func()) {
		t.Helper()
		require.NoError(t, s.Stop(daemonsim.ControllerManager))
		meanwhile()
		require.NoError(t, s.Start(daemonsim.ControllerManager))
		require.NoError(t, s.Settle())
	}
	paused := strategies.Canary{Paused: true}
	require.NoError(t, sim.SetPlanner("default", "agent", paused))
	sim.SetMode(daemonset.Direct)
	require.NoError(t, sim.SetImage("default", "agent", "*", "agent:v2"))
	restart(sim, func() {
		require.Equal(t, paused, sim.Planner(sim.DaemonSet("default", "agent")))
		require.NoError(t, sim.AddNodes("c"))
	})
	require.EqualValues(t, 1, updated(sim), "the pod of the new node alone")
	for p := range sim.Pods("default") {
		require.Equal(t, p.TargetNode() != "c", p.Target != "", "%s is placed as it was asked", p.Name)
	}

	fork := sim.Fork()
	restart(fork, func() {
		require.NoError(t, fork.SetPlanner("default", "agent", nil))
		fork.SetMode(daemonset.ViaScheduler)
	})
	require.EqualValues(t, 3, updated(fork), "back to the strategy of the spec")
	for p := range fork.Pods("default") {
		require.Equal(t, p.TargetNode() != "c", p.Target != "", p.Name)
	}
	restart(sim, func() {})
	require.EqualValues(t, 1, updated(sim), "a fork's settings are its own")
}

// TestSetPlannerForNobody names what cannot be a DaemonSet.
func TestSetPlannerForNobody(t *testing.T) {
	sim := daemonsim.New(daemonsim.Config{})
	err := sim.SetPlanner("", "default/agent", rollout.OnDelete{})
	require.ErrorIs(t, err, cluster.ErrInvalid)
	require.ErrorContains(t, err, `metadata.name: Invalid value: "default/agent"`)
	require.NoError(t, sim.SetPlanner("default", "agent", rollout.OnDelete{}), "it need not be there")
}

// TestHashOfConfig has every template collide with the next.
func TestHashOfConfig(t *testing.T) {
	sim := daemonsim.New(daemonsim.Config{
		BurstReplicas: 1,
		Resync:        30 * 24 * time.Hour,
		Hash: func(_ json.RawMessage, collisions *int32) string {
			if collisions == nil {
				return "first"
			}
			return fmt.Sprintf("collision-%d", *collisions)
		},
	})
	require.NoError(t, sim.AddNodes("a", "b"))
	require.NoError(t, sim.ApplyYAML("agent.yaml", agent))
	for sim.Count(cluster.KindPod) == 0 {
		sim.Step()
	}
	require.Equal(t, 1, sim.Count(cluster.KindPod), "a sync creates one pod")
	require.NoError(t, sim.Settle())
	for i, want := range []string{"agent-first", "agent-collision-1", "agent-collision-2"} {
		require.NotNil(t, sim.Object(rollout.KindControllerRevision, "default", want))
		require.NoError(t, sim.SetImage("default", "agent", "*", fmt.Sprint("next:", i)))
		require.NoError(t, sim.Settle())
	}
	require.EqualValues(t, 3, *sim.DaemonSet("default", "agent").Status.CollisionCount)
}
