package daemonsim_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
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
	sim.SetMode(0)
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
