package daemonset_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/kubelet"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/rollout"
)

// scripted is a planner that answers with whatever the test says.
type scripted struct{ plan *rollout.Plan }

func (scripted) Name() string { return "Scripted" }

func (s scripted) Plan(rollout.State) rollout.Plan { return *s.plan }

// TestRefusedPlans gives the controller plans that make no sense: nothing of them is carried out.
func TestRefusedPlans(t *testing.T) {
	node := func(id cluster.NodeID, name string) rollout.Creation {
		return rollout.Creation{Node: rollout.Node{ID: id, Name: name}}
	}
	for _, tt := range []struct {
		name string
		plan func(w *world) rollout.Plan
		want string
	}{
		{"nil pod", func(*world) rollout.Plan {
			return rollout.Plan{Delete: []rollout.Deletion{{}}}
		}, "deletion 0: no pod"},
		{"pod of somebody else", func(w *world) rollout.Plan {
			return rollout.Plan{Delete: []rollout.Deletion{
				{Pod: w.only("a")}, {Pod: w.Pod("default", "foreign")},
			}}
		}, "deletion 1: default/foreign: not a pod of the DaemonSet"},
		{"pod that is not there", func(*world) rollout.Plan {
			return rollout.Plan{Delete: []rollout.Deletion{{Pod: pod("ghost", "x")}}}
		}, "deletion 0: default/ghost: no pod"},
		{"pod twice", func(w *world) rollout.Plan {
			return rollout.Plan{Delete: []rollout.Deletion{{Pod: w.only("a")}, {Pod: w.only("a")}}}
		}, "it is in the plan already"},
		{"no node", func(*world) rollout.Plan {
			return rollout.Plan{Create: []rollout.Creation{{}}}
		}, `creation 0 on node "": no such node`},
		{"unknown number", func(*world) rollout.Plan {
			return rollout.Plan{Create: []rollout.Creation{node(99, "")}}
		}, `creation 0 on node "": no such node`},
		{"unknown name", func(*world) rollout.Plan {
			return rollout.Plan{Create: []rollout.Creation{node(0, "x")}}
		}, `creation 0 on node "x": no such node`},
		{"number and name differ", func(w *world) rollout.Plan {
			return rollout.Plan{Create: []rollout.Creation{node(w.Node("a").ID(), "b")}}
		}, `creation 0 on node "b": the node has another name`},
		{"node twice", func(w *world) rollout.Plan {
			return rollout.Plan{Create: []rollout.Creation{node(0, "a"), node(w.Node("a").ID(), "")}}
		}, `creation 1 on node "": it is in the plan already`},
		{"pod that is going", func(w *world) rollout.Plan {
			p := w.only("a")
			require.NoError(w.t, w.DeletePod(p.UID, cluster.DeleteOptions{}))
			return rollout.Plan{Delete: []rollout.Deletion{{Pod: p}}}
		}, "it is terminating"},
		{"no surge", func(*world) rollout.Plan {
			return rollout.Plan{Create: []rollout.Creation{node(0, "a")}}
		}, `creation 0 on node "a": there is a pod, and the DaemonSet has no surge`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			plan := new(rollout.Plan)
			w := newWorld(t, setup{
				config: daemonset.Config{Planner: scripted{plan}}, pods: kubelet.Behaviour{Stop: time.Minute},
			}, "a", "b")
			foreign := w.create(&cluster.Pod{
				ObjectMeta: cluster.ObjectMeta{Name: "foreign"}, NodeName: "b",
				Template: cluster.NewTemplate(*template(nil)),
			})
			w.create(agent(onDelete, func(d *daemonset.DaemonSet) {
				d.Spec.Selector.MatchLabels = map[string]string{"app": "other"}
				d.Spec.Template.ObjectMeta.Labels = map[string]string{"app": "other"}
			}))
			w.settle()
			pods := w.Count(cluster.KindPod)
			w.take()
			*plan = tt.plan(w)
			w.take()
			w.touch()
			require.Empty(t, w.take())
			require.Equal(t, pods, w.Count(cluster.KindPod))
			require.Equal(t, foreign.Meta().UID, w.Pod("default", "foreign").UID)
			events := slices.Collect(w.Events(w.set().UID))
			last := events[len(events)-1]
			require.Equal(t, "PlanRefused", last.Reason)
			require.Contains(t, last.Message, `planner "Scripted": `)
			require.Contains(t, last.Message, tt.want)
			var refused *daemonset.PlanError
			require.ErrorAs(t, w.control.Pause(w.set().UID, w.Now()).Err, &refused)
			require.Equal(t, "Scripted", refused.Planner)
			require.ErrorContains(t, refused.Err, tt.want)
		})
	}
}

// TestPlanByName creates on a node that is known by its name alone.
func TestPlanByName(t *testing.T) {
	plan := new(rollout.Plan)
	w := newWorld(t, setup{config: daemonset.Config{Planner: scripted{plan}}}, "a", "b")
	w.create(agent(surge("1")))
	w.settle()
	w.take()
	plan.Create = []rollout.Creation{{Node: rollout.Node{Name: "b"}}}
	w.change(func(d *daemonset.DaemonSet) { d.Labels = map[string]string{"touched": "x"} })
	w.instantUntilActed()
	require.Equal(t, []string{"0s create b"}, w.take()[:1])
	require.Zero(t, plan.Create[0].Node.ID, "the planner's own list is left alone")
}

// grumpy is a planner that has no plan, and counts how often it was asked.
type grumpy struct{ asked *int }

func (grumpy) Name() string { return "Grumpy" }

func (g grumpy) Plan(rollout.State) rollout.Plan {
	*g.asked++
	return rollout.Plan{Err: rollout.ErrNodeGone}
}

// TestRetryAtTheEndOfTime puts a sync off beyond the end of time, which is then.
func TestRetryAtTheEndOfTime(t *testing.T) {
	asked := 0
	w := newWorld(t, setup{config: daemonset.Config{Planner: grumpy{&asked}}}, "a")
	w.run(math.MaxInt64 - time.Millisecond)
	w.create(agent())
	w.instant()
	before := asked
	require.NotZero(t, before)
	w.run(time.Millisecond)
	require.Greater(t, asked, before)
}
