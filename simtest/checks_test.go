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
	"github.com/daemonsim/daemonsim/daemonset"
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

// taker is a planner that takes any pod that it fancies.
type taker func(rollout.Node) *cluster.Pod

func (taker) Name() string { return "Taker" }

func (f taker) Plan(s rollout.State) rollout.Plan {
	var plan rollout.Plan
	for n := range s.Nodes() {
		if p := f(n); p != nil {
			plan.Delete = append(plan.Delete, rollout.Deletion{Pod: p, Node: n})
		}
	}
	return plan
}

// TestFindsPodsTaken takes pods that no strategy of Kubernetes takes, available or not.
func TestFindsPodsTaken(t *testing.T) {
	oldOf := func(n rollout.Node) *cluster.Pod { return n.Old }
	newOf := func(n rollout.Node) *cluster.Pod {
		if n.New == nil || !n.New.Status.Started {
			return nil
		}
		return n.New
	}
	alone := func(n rollout.Node) *cluster.Pod {
		if n.New != nil {
			return nil
		}
		return n.Old
	}
	zero, one := cluster.FromInt(0), cluster.FromInt(1)
	surge := daemonset.UpdateStrategy{
		Type:          daemonset.RollingUpdate,
		RollingUpdate: &daemonset.RollingUpdateSpec{MaxUnavailable: &zero, MaxSurge: &one},
	}
	onDelete := daemonset.UpdateStrategy{Type: daemonset.OnDelete}
	const (
		isNew       = "though it is of the current revision"
		byOnDelete  = "by the strategy OnDelete"
		noSuccessor = "without an available successor"
		noneStays   = "where nothing stays in its place"
	)
	for _, tt := range []struct {
		name       string
		takes      taker
		strategy   daemonset.UpdateStrategy
		neverReady string
		upToDate   bool
		check      simtest.Check
		text       string
	}{
		{"available new pod", newOf, onDelete, "", true, simtest.Budget, isNew},
		{"unavailable new pod", newOf, onDelete, "agent:v1", true, simtest.Budget, isNew},
		{"unavailable new pod of a surge", newOf, surge, "agent:v2", false, simtest.Deletion, noneStays},
		{"available old pod under OnDelete", oldOf, onDelete, "", false, simtest.Budget, byOnDelete},
		{"unavailable old pod under OnDelete", oldOf, onDelete, "agent:v1", false, simtest.Budget, byOnDelete},
		{"available old pod of a surge", alone, surge, "", false, simtest.Budget, noSuccessor},
		{"unavailable old pod of a surge", alone, surge, "agent:v1", false, simtest.Budget, noSuccessor},
		{"old pod before its successor", oldOf, surge, "agent:v2", false, simtest.Deletion, noneStays},
	} {
		t.Run(tt.name, func(t *testing.T) {
			// The check that is asked for comes first by leaving out the other.
			skip := simtest.Deletion
			if tt.check == skip {
				skip = simtest.Budget
			}
			stuck := kubelet.Behaviour{NeverReady: true, Stop: time.Second}
			sim, checker := small(t, daemonsim.Config{}, skip)
			require.NoError(t, sim.UpdateDaemonSet("default", "one", func(d *daemonset.DaemonSet) {
				d.Spec.UpdateStrategy = tt.strategy
			}))
			if tt.neverReady != "" {
				require.NoError(t, sim.SetImageBehaviour(tt.neverReady, stuck))
			}
			require.NoError(t, sim.RunFor(time.Minute))
			if !tt.upToDate {
				require.NoError(t, sim.SetImage("default", "one", "*", "agent:v2"))
			}
			if tt.check == simtest.Deletion {
				// Kubernetes' own strategy puts a new pod beside an old one.
				require.NoError(t, sim.RunFor(10*time.Second))
			}
			require.NoError(t, checker.Err())
			require.NoError(t, sim.SetPlanner("default", "one", tt.takes))
			require.NoError(t, sim.RunFor(10*time.Second))
			var v *simtest.Violation
			require.ErrorAs(t, checker.Err(), &v)
			assert.Equal(t, tt.check, v.Check)
			assert.Contains(t, v.Text, tt.text)
		})
	}
}

// TestBudgetKnowsThatTimeHasPassed has two deletions in a row, between which a pod becomes available by itself.
func TestBudgetKnowsThatTimeHasPassed(t *testing.T) {
	sim, checker := small(t, daemonsim.Config{})
	two, zero := cluster.FromInt(2), cluster.FromInt(0)
	require.NoError(t, sim.UpdateDaemonSet("default", "one", func(d *daemonset.DaemonSet) {
		d.Spec.MinReadySeconds = 20
		d.Spec.UpdateStrategy = daemonset.UpdateStrategy{
			Type:          daemonset.RollingUpdate,
			RollingUpdate: &daemonset.RollingUpdateSpec{MaxUnavailable: &two, MaxSurge: &zero},
		}
	}))
	require.NoError(t, sim.SetImageBehaviour("agent:v1", kubelet.Behaviour{Stop: time.Minute}))
	require.NoError(t, sim.RunFor(time.Minute))
	for p := range sim.PodsOn("a") {
		for _, ready := range []bool{false, true} {
			status := sim.PodByUID(p.UID).Status
			status.Ready, status.ReadySince = ready, sim.Now()
			_, err := sim.SetPodStatus(p.UID, status)
			require.NoError(t, err)
		}
		break
	}
	available := sim.Now() + 20*time.Second
	nothing := taker(func(rollout.Node) *cluster.Pod { return nil })
	require.NoError(t, sim.SetPlanner("default", "one", nothing))
	require.NoError(t, sim.SetImage("default", "one", "*", "agent:v2"))
	require.NoError(t, sim.RunFor(10*time.Second))
	var taken []string
	require.NoError(t, sim.SetPlanner("default", "one", taker(func(n rollout.Node) *cluster.Pod {
		if turn := sim.Now() < available; n.Old == nil || n.Name != "b" && turn || n.Name != "c" && !turn {
			return nil
		}
		taken = append(taken, n.Name)
		return n.Old
	})))
	require.NoError(t, sim.RunFor(15*time.Second))
	require.Equal(t, []string{"b", "c"}, taken)
	require.NoError(t, checker.Err())
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
