package simtest_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/kubelet"
	"github.com/daemonsim/daemonsim/rollout"
	"github.com/daemonsim/daemonsim/simtest"
)

// The tests in this file break a property on purpose, and expect the check to say so.

// small returns a watched simulation of one DaemonSet on three nodes, before anything has run.
func small(t *testing.T, config daemonsim.Config, skip ...simtest.Check) (*daemonsim.Sim, *simtest.Checker) {
	t.Helper()
	sim := daemonsim.New(config)
	checker := simtest.Watch(sim, skip...)
	require.NoError(t, sim.AddNodes("a", "b", "c"))
	_, err := sim.Create(smallSet("one"))
	require.NoError(t, err)
	return sim, checker
}

// broken expects the first violation of an error to be of that check, about that object.
func broken(t *testing.T, err error, check simtest.Check, object, text string) {
	t.Helper()
	var v *simtest.Violation
	require.ErrorAs(t, err, &v)
	assert.Equal(t, check, v.Check)
	assert.Equal(t, object, v.Object)
	assert.Contains(t, v.Text, text)
}

func TestFrozenFindsWrites(t *testing.T) {
	sim, checker := small(t, daemonsim.Config{})
	require.NoError(t, checker.Err())
	sim.Node("b").Labels["zone"] = "x"
	broken(t, checker.Err(), simtest.Frozen, "Node b", "map[string]string")

	sim, checker = small(t, daemonsim.Config{}, simtest.Frozen)
	sim.Node("b").Labels["zone"] = "x"
	require.NoError(t, checker.Err(), "skipped")
}

// impatient is a planner that replaces all pods at once.
type impatient struct{}

func (impatient) Name() string { return "Impatient" }

func (impatient) Plan(s rollout.State) rollout.Plan {
	var plan rollout.Plan
	for n := range s.In(rollout.OldAvailable, true) {
		plan.Delete = append(plan.Delete, rollout.Deletion{Pod: n.Old, Node: n})
	}
	return plan
}

func TestBudgetFindsImpatience(t *testing.T) {
	config := daemonsim.Config{Planner: impatient{}}
	sim, checker := small(t, config)
	require.NoError(t, sim.Settle())
	require.NoError(t, sim.SetImage("default", "one", "*", "agent:v2"))
	require.NoError(t, checker.Err())
	require.NoError(t, sim.Settle())
	require.True(t, checker.Violated())
	var v *simtest.Violation
	require.ErrorAs(t, checker.Err(), &v)
	assert.Equal(t, simtest.Budget, v.Check)
	assert.Equal(t, 2*time.Second, v.Time)
	assert.Contains(t, v.Text, "2 nodes without an available pod; 1 are allowed")

	sim, checker = small(t, config, simtest.Budget)
	require.NoError(t, sim.SetImage("default", "one", "*", "agent:v2"))
	require.NoError(t, sim.Settle())
	require.NoError(t, checker.Err(), "skipped")
}

func TestRestChecksBeforeRest(t *testing.T) {
	sim, _ := small(t, daemonsim.Config{})
	for sim.Node("c").Spec.Taints != nil {
		sim.Step()
	}
	broken(t, simtest.History(sim), "history", "DaemonSet default/one", "no revision")
	broken(t, simtest.Placed(sim), "placed", "DaemonSet default/one", `no pod on node "a"`)
	broken(t, simtest.Counted(sim), "counted", "DaemonSet default/one", "DesiredNumberScheduled:3")
	for sim.Count(cluster.KindPod) == 0 {
		sim.Step()
	}
	for p := range sim.Pods("") {
		broken(t, simtest.Scheduled(sim), "scheduled", "Pod "+p.Key(), "which would take it")
		break
	}
	require.NoError(t, simtest.Converged(sim), "it looks at a fork that has come to rest")
	require.Zero(t, sim.Now())

	stray := &cluster.Pod{ObjectMeta: cluster.ObjectMeta{Name: "stray"}, Template: strayTemplate("a")}
	_, err := sim.Create(stray)
	require.NoError(t, err)
	broken(t, simtest.Claimed(sim), "claimed", "Pod default/stray", "controlled by nobody")
}

func strayTemplate(node string) *cluster.Template {
	return cluster.NewTemplate(cluster.PodTemplateSpec{
		ObjectMeta: cluster.TemplateMeta{Labels: map[string]string{"app": "one"}},
		Spec: cluster.PodSpec{
			NodeName: node, Containers: []cluster.Container{{Name: "main", Image: "agent:v1"}},
		},
	})
}

func TestQuietWithoutRest(t *testing.T) {
	sim, checker := small(t, daemonsim.Config{
		Images: map[string]kubelet.Behaviour{"agent:v1": {CrashAfter: time.Second}},
	})
	require.True(t, errors.Is(simtest.Quiet(sim), cluster.ErrUnsettled))
	require.NoError(t, checker.Err())
}

func TestConvergedFindsStuckRollout(t *testing.T) {
	sim, checker := small(t, daemonsim.Config{
		Images: map[string]kubelet.Behaviour{"agent:v2": {NeverReady: true}},
	})
	require.NoError(t, sim.Settle())
	require.NoError(t, sim.SetImage("default", "one", "*", "agent:v2"))
	require.NoError(t, sim.Settle())
	require.NoError(t, simtest.Quiet(sim), "a rollout that is stuck is in order")
	var v *simtest.Violation
	require.ErrorAs(t, simtest.Converged(sim), &v)
	assert.Equal(t, simtest.Check("rolled-out"), v.Check)
	require.NoError(t, checker.Err())
}
