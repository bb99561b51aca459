package daemonsim_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/kubelet"
	"github.com/daemonsim/daemonsim/cluster/quantity"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/daemonset/standstill"
	"github.com/daemonsim/daemonsim/taints"
)

// troubled draws a cluster in the middle of a rollout that has one trouble or another.
func troubled(t *rapid.T, tb testing.TB) *daemonsim.Sim {
	nodes := rapid.IntRange(1, 5).Draw(t, "nodes")
	kinds := []func(*daemonset.DaemonSet){
		strategy(1, 0), strategy(2, 0), strategy(0, 1), strategy(0, 2), onDelete,
	}
	changes := []func(*daemonset.DaemonSet){rapid.SampledFrom(kinds).Draw(t, "strategy")}
	for _, c := range []struct {
		name   string
		change func(*daemonset.DaemonSet)
	}{
		{"hostPort", hostPort}, {"longGoodbye", longGoodbye},
		{"minReady", func(d *daemonset.DaemonSet) { d.Spec.MinReadySeconds = 4 }},
	} {
		if rapid.IntRange(0, 3).Draw(t, c.name) == 0 {
			changes = append(changes, c.change)
		}
	}
	sim := rolling(tb, nodes, changes...)
	require.NoError(t, sim.RunFor(10*time.Second))
	for range rapid.IntRange(1, 6).Draw(t, "steps") {
		trouble(t, sim, string(rune('a'+rapid.IntRange(0, nodes-1).Draw(t, "node"))))
		require.NoError(t, sim.RunFor(time.Duration(rapid.IntRange(0, 12).Draw(t, "halfSeconds"))*500*time.Millisecond))
	}
	return sim
}

// trouble does something to a rollout, or starts one.
func trouble(t *rapid.T, sim *daemonsim.Sim, node string) {
	change := func(f func(*daemonset.DaemonSet)) {
		require.NoError(t, sim.UpdateDaemonSet("default", "agent", f))
	}
	switch rapid.SampledFrom([]string{
		"image", "image", "bad", "crash", "taint", "untaint", "web", "cores", "slow", "leave", "condition",
	}).Draw(t, "trouble") {
	case "image":
		change(func(d *daemonset.DaemonSet) {
			d.Spec.Template.Spec.Containers[0].Image = rapid.SampledFrom([]string{"agent:v1", "agent:v2"}).Draw(t, "image")
		})
	case "bad":
		change(func(d *daemonset.DaemonSet) { d.Spec.Template.Spec.Containers[0].Image = "agent:bad" })
	case "crash":
		change(func(d *daemonset.DaemonSet) { d.Spec.Template.Spec.Containers[0].Image = "agent:crash" })
	case "cores":
		change(func(d *daemonset.DaemonSet) {
			d.Spec.Template.Spec.Containers[0].Resources.Requests["cpu"] = quantity.New(3)
		})
	case "slow":
		require.NoError(t, sim.SetImageBehaviour("agent:v1", kubelet.Behaviour{Stop: 1 << 30 * time.Second}))
	case "taint", "untaint", "condition":
		if sim.Node(node) == nil {
			return
		}
		require.NoError(t, sim.UpdateNode(node, func(n *cluster.Node) {
			n.Spec.Taints = nil
			if rapid.Bool().Draw(t, "tainted") {
				n.Spec.Taints = []taints.Taint{{Key: "gpu", Effect: taints.EffectNoSchedule}}
			}
			if rapid.Bool().Draw(t, "unready") {
				n.Status.Conditions = []cluster.NodeCondition{{Type: "Ready", Status: "Unknown"}}
			}
		}))
	case "web":
		if sim.Node(node) != nil && sim.Pod("default", "web-"+node) == nil {
			_, err := sim.Create(plainPod("web-"+node, node, "2500m", ""))
			require.NoError(t, err)
		}
	case "leave":
		if sim.Count(cluster.KindNode) > 1 && sim.Node(node) != nil {
			require.NoError(t, sim.RemoveNode(node))
		}
	}
}

// TestExplainRolloutProperty holds explanations of random rollouts in random trouble against what happens: chains
// end, what is stuck stays so, what moves gets where it was said to get, and every change that is offered does
// what was said.
func TestExplainRolloutProperty(t *testing.T) {
	states := make(map[daemonsim.RolloutState]int)
	roots, remedies := make(map[standstill.Kind]int), make(map[standstill.RemedyKind]int)
	rapid.Check(t, func(rt *rapid.T) {
		sim := troubled(rt, t)
		before := sim.Hash()
		e, err := sim.ExplainRollout("default", "agent")
		require.NoError(rt, err)
		require.Equal(rt, before, sim.Hash(), "nothing is changed")
		states[e.State]++
		for _, standing := range []*standstill.Explanation{&e.Now, &e.End} {
			chainsEnd(rt, standing)
		}
		for _, r := range e.Blame() {
			roots[r.Cause.Kind]++
		}
		foretold(rt, sim, &e)
		for _, offer := range e.Offers {
			remedies[offer.Kind]++
			hold(rt, sim, &e, &offer)
		}
	})
	t.Log(states, roots, remedies)
	require.NotZero(t, states[daemonsim.RolloutStuck])
	require.NotZero(t, states[daemonsim.RolloutMoving])
}

// chainsEnd checks that every node that waits is at the end of a chain or waits for one that is.
func chainsEnd(t require.TestingT, e *standstill.Explanation) {
	require.Equal(t, e.Done(), e.Distance == 0)
	told := make(map[string]bool)
	for _, r := range e.Roots {
		require.Empty(t, r.Cause.By, "a root waits for no other node")
		require.NotEmpty(t, r.Cause.String())
		require.NotEmpty(t, r.Nodes)
		for _, name := range slices.Concat(r.Nodes, r.Waiting) {
			told[name] = true
		}
		for _, name := range r.Waiting {
			require.NotContains(t, r.Nodes, name)
		}
	}
	for _, w := range e.Waits {
		require.True(t, told[w.Node], "%s has no root: %s", w.Node, w)
		chain := e.Chain(w.Node)
		require.NotEmpty(t, chain)
		require.Empty(t, chain[len(chain)-1].Cause.By, "the chain of %s ends", w.Node)
	}
}

// foretold checks what was said of the time to come if nothing is done.
func foretold(t require.TestingT, sim *daemonsim.Sim, e *daemonsim.RolloutExplanation) {
	real := sim.Fork()
	switch {
	case e.State == daemonsim.RolloutMoving && e.End.Done():
		require.NoError(t, real.RunFor(e.Finish-real.Now()))
		after, err := real.ExplainRollout("default", "agent")
		require.NoError(t, err)
		require.Equal(t, daemonsim.RolloutDone, after.State)
	case e.State == daemonsim.RolloutStuck:
		_ = real.Settle()
		after, err := real.ExplainRollout("default", "agent")
		require.NoError(t, err)
		require.NotEqual(t, daemonsim.RolloutDone, after.State)
		require.GreaterOrEqual(t, after.Now.Distance, e.Now.Distance)
	}
}
