package simtest_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/rollout"
	"github.com/daemonsim/daemonsim/simtest"
)

// surging is a watched DaemonSet on three nodes, up to date, that surges on one node at a time.
func surging(t *testing.T, config daemonsim.Config) (*daemonsim.Sim, *simtest.Checker) {
	t.Helper()
	sim, checker := small(t, config)
	zero, one := cluster.FromInt(0), cluster.FromInt(1)
	require.NoError(t, sim.UpdateDaemonSet("default", "one", func(d *daemonset.DaemonSet) {
		d.Spec.UpdateStrategy.RollingUpdate = &daemonset.RollingUpdateSpec{MaxUnavailable: &zero, MaxSurge: &one}
	}))
	require.NoError(t, sim.RunFor(time.Minute))
	require.Equal(t, 3, sim.Count(cluster.KindPod))
	return sim, checker
}

// TestCreationJudgesLabelsAsTheyWereSeen edits the hashes of old pods to the one that new pods get, before a
// controller that lags sees that. It is right to put a new pod beside one of them.
func TestCreationJudgesLabelsAsTheyWereSeen(t *testing.T) {
	sim, checker := surging(t, daemonsim.Config{Lags: map[string]cluster.Lag{
		daemonset.Name: {Kinds: map[cluster.Kind]time.Duration{cluster.KindPod: 3 * time.Second}},
	}})
	require.NoError(t, sim.SetImage("default", "one", "*", "agent:v2"))
	hash := rollout.Hash(rollout.Encode(&sim.DaemonSet("default", "one").Spec.Template), nil)
	for _, p := range slices.Collect(sim.Pods("default")) {
		next := p.Clone().(*cluster.Pod)
		next.Labels = relabelled(next.Labels, rollout.HashLabel, hash)
		_, err := sim.Update(next)
		require.NoError(t, err)
	}
	require.NoError(t, sim.RunFor(time.Second))
	require.Equal(t, 4, sim.Count(cluster.KindPod), "it has created one")
	require.NoError(t, checker.Err())
}

// TestBudgetLeavesOutPodsThatHaveEnded ends the pods of two nodes, which say all the same that they are ready. Both
// get another at once, whatever the surge (D-78).
func TestBudgetLeavesOutPodsThatHaveEnded(t *testing.T) {
	sim, checker := surging(t, daemonsim.Config{})
	require.NoError(t, sim.SetImage("default", "one", "*", "agent:v2"))
	for _, p := range slices.Collect(sim.Pods("default"))[:2] {
		status := p.Status
		status.Phase = cluster.PodSucceeded
		require.True(t, status.Ready)
		_, err := sim.SetPodStatus(p.UID, status)
		require.NoError(t, err)
	}
	created := 0
	sim.OnChange(func(ch *cluster.Change) {
		if _, ok := ch.After.(*cluster.Pod); ok && ch.Verb == cluster.Created {
			created++
		}
	})
	require.NoError(t, sim.RunFor(500*time.Millisecond))
	require.Equal(t, 3, created, "two in the place of those, and one beside the third")
	require.NoError(t, checker.Err())
	require.NoError(t, sim.RunFor(time.Minute))
	require.NoError(t, checker.Err())
}
