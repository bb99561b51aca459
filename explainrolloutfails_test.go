package daemonsim_test

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/daemonset/standstill"
	"github.com/daemonsim/daemonsim/rollout"
)

// planOf is a strategy of somebody's own that does not say why it holds nodes back.
type planOf func(rollout.State) rollout.Plan

func (planOf) Name() string { return "Own" }

func (p planOf) Plan(s rollout.State) rollout.Plan { return p(s) }

// stuckWith is a cluster whose DaemonSet rolls by a strategy of somebody's own, after two minutes.
func stuckWith(t *testing.T, planner rollout.Planner) *daemonsim.Sim {
	t.Helper()
	sim := rolling(t, 2)
	require.NoError(t, sim.SetPlanner("default", "agent", planner))
	image(t, sim, "agent:v2")
	require.NoError(t, sim.RunFor(2*time.Minute))
	return sim
}

// onlyRoot is the one thing that is to blame, on these nodes.
func onlyRoot(
	t *testing.T, sim *daemonsim.Sim, nodes ...string,
) (daemonsim.RolloutExplanation, *standstill.Cause) {
	t.Helper()
	e, err := sim.ExplainRollout("default", "agent")
	require.NoError(t, err)
	require.Equal(t, daemonsim.RolloutStuck, e.State)
	require.Len(t, e.Blame(), 1, "%s", e)
	require.Equal(t, nodes, e.Blame()[0].Nodes)
	return e, e.Blame()[0].Cause
}

// TestExplainRolloutOfFailedPlan has a strategy that cannot plan a step, and nothing to say but why.
func TestExplainRolloutOfFailedPlan(t *testing.T) {
	sim := stuckWith(t, planOf(func(rollout.State) rollout.Plan {
		return rollout.Plan{Err: errors.New("the oracle is asleep")}
	}))
	e, root := onlyRoot(t, sim, "a", "b")
	require.Equal(t, standstill.PlanFails, root.Kind)
	require.Contains(t, e.String(), "the strategy cannot plan a step: the oracle is asleep\n")
	_, waits, err := sim.Plan("default", "agent")
	require.NoError(t, err)
	require.Len(t, waits, 2)
	require.Equal(t, rollout.Reason("the oracle is asleep"), waits[0].Reason)
}

// TestExplainRolloutOfRefusedPlan has strategies whose plans the controller refuses as a whole.
func TestExplainRolloutOfRefusedPlan(t *testing.T) {
	creations := func(nodes ...rollout.Node) planOf {
		return func(rollout.State) rollout.Plan {
			var plan rollout.Plan
			for _, n := range nodes {
				plan.Create = append(plan.Create, rollout.Creation{Node: n})
			}
			return plan
		}
	}
	for _, tt := range []struct {
		name    string
		planner planOf
		want    string
	}{
		{"a pod that is not there", func(rollout.State) rollout.Plan {
			ghost := &cluster.Pod{ObjectMeta: cluster.ObjectMeta{Namespace: "default", Name: "ghost", UID: 1 << 40}}
			return rollout.Plan{Delete: []rollout.Deletion{{Pod: ghost}}}
		}, "deletion 0: default/ghost: no pod"},
		{"a pod twice", func(s rollout.State) rollout.Plan {
			var plan rollout.Plan
			for n := range s.Nodes() {
				d := rollout.Deletion{Pod: n.Old, Node: n}
				return rollout.Plan{Delete: []rollout.Deletion{d, d}}
			}
			return plan
		}, "it is in the plan already"},
		{"a node of an unknown name", creations(rollout.Node{Name: "z"}), `creation 0 on node "z": no such node`},
		{"the zero node", creations(rollout.Node{}), `creation 0 on node "": no such node`},
		{"a node of a huge number", creations(rollout.Node{ID: math.MaxInt32}), "no such node"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, root := onlyRoot(t, stuckWith(t, tt.planner), "a", "b")
			require.Equal(t, standstill.ControllerFails, root.Kind)
			require.Contains(t, root.Message, tt.want)
			require.True(t, strings.HasPrefix(root.Message, `planner "Own": `), root.Message)
			require.Greater(t, root.Restarts, 10)
		})
	}
}

// TestExplainRolloutNamesTheError has a warning about something else, long ago.
func TestExplainRolloutNamesTheError(t *testing.T) {
	sim := rolling(t, 2)
	for p := range sim.Pods("default") {
		status := p.Status
		status.Phase, status.Ready, status.Started = cluster.PodFailed, false, false
		_, err := sim.SetPodStatus(p.UID, status)
		require.NoError(t, err)
		break
	}
	require.NoError(t, sim.RunFor(10*time.Minute))
	set := sim.DaemonSet("default", "agent")
	warned := false
	for event := range sim.Events(set.UID) {
		warned = warned || event.Reason == "FailedDaemonPod"
	}
	require.True(t, warned)

	// A number beyond the highest does not exist.
	first := daemonset.Revisions(sim.Reader, set)[0].Clone().(*rollout.ControllerRevision)
	first.Revision = math.MaxInt64
	_, err := sim.Update(first)
	require.NoError(t, err)
	image(t, sim, "agent:v2")
	require.NoError(t, sim.RunFor(2*time.Minute))
	_, root := onlyRoot(t, sim, "a")
	require.Equal(t, standstill.ControllerFails, root.Kind)
	pause := sim.Controller().Pause(set.UID, sim.Now())
	require.ErrorIs(t, pause.Err, cluster.ErrInvalid)
	require.Equal(t, pause.Err.Error(), root.Message)
	require.Contains(t, root.Message, "failed to construct revisions of DaemonSet")
	require.Contains(t, root.Message, "revision: Invalid value: -9223372036854775808")

	require.NoError(t, sim.Delete(first.Kind(), "default", first.Name, cluster.DeleteOptions{}))
	require.NoError(t, sim.RunFor(20*time.Minute))
	require.Zero(t, sim.Controller().Pause(set.UID, sim.Now()), "it is over")
}
