package simtest_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/tainteviction"
	"github.com/daemonsim/daemonsim/simtest"
	"github.com/daemonsim/daemonsim/taints"
)

// impostor is an actor that does one thing to a pod under the name of another, as soon as the node "now" joins.
type impostor struct {
	as string
	do func(*cluster.Client, *cluster.Pod)
}

func (i impostor) Name() string                           { return i.as }
func (i impostor) Fork() cluster.Actor                    { return i }
func (i impostor) AppendState(b []byte) []byte            { return b }
func (i impostor) Run(cl *cluster.Client, t cluster.Task) { i.do(cl, cl.PodByUID(t.Object)) }
func (i impostor) Observe(cl *cluster.Client, ch *cluster.Change) {
	if n, ok := ch.After.(*cluster.Node); !ok || n.Name != "now" || ch.Verb != cluster.Created {
		return
	}
	for p := range cl.PodsOn("a") {
		cl.After(0, cluster.Task{Kind: 1, Object: p.UID})
	}
}

// status is an impostor that edits the status of the pod on node a.
func status(edit func(*cluster.PodStatus)) impostor {
	return impostor{"kubelet", func(cl *cluster.Client, p *cluster.Pod) {
		next := p.Status
		edit(&next)
		_, _ = cl.SetPodStatus(p.UID, next)
	}}
}

// podOn is the first pod on a node.
func podOn(sim *daemonsim.Sim, node string) *cluster.Pod {
	for p := range sim.PodsOn(node) {
		return p
	}
	return nil
}

// TestLifeFinds has actors do what cannot be.
func TestLifeFinds(t *testing.T) {
	evict := impostor{tainteviction.Name, func(cl *cluster.Client, p *cluster.Pod) {
		_ = cl.DeletePod(p.UID, cluster.DeleteOptions{})
	}}
	failed := func(s *cluster.PodStatus) { s.Phase, s.Started, s.Ready = cluster.PodFailed, false, false }
	for _, row := range []struct {
		name   string
		before func(*daemonsim.Sim, *cluster.Pod) error
		actor  impostor
		want   string
	}{
		{"back to Pending", nil, status(func(s *cluster.PodStatus) { s.Phase = cluster.PodPending }),
			"went from Running to Pending"},
		{"out of Failed", func(sim *daemonsim.Sim, p *cluster.Pod) error {
			// Held, so that the controller cannot delete it first.
			if err := hold(sim, p, []string{"example.com/hold"}); err != nil {
				return err
			}
			next := p.Status
			failed(&next)
			_, err := sim.SetPodStatus(p.UID, next)
			return err
		}, status(func(s *cluster.PodStatus) { s.Phase = cluster.PodRunning }), "went from Failed to Running"},
		{"restarts at once", nil, status(func(s *cluster.PodStatus) { s.Restarts = 2 }), "went from 0 restarts to 2"},
		{"ready at its end", func(sim *daemonsim.Sim, p *cluster.Pod) error {
			next := p.Status
			next.Ready = false
			_, err := sim.SetPodStatus(p.UID, next)
			return err
		}, status(func(s *cluster.PodStatus) { failed(s); s.Ready = true }), `got ready on node "a" though it does not run`},
		{"a silent kubelet", func(sim *daemonsim.Sim, _ *cluster.Pod) error { return sim.FailNode("a", 0) },
			status(func(s *cluster.PodStatus) { s.Restarts++ }), `the kubelet of node "a", which does not answer`},
		{"evicted without a taint", nil, evict, `evicted from node "a", whose taints it tolerates for ever`},
	} {
		t.Run(row.name, func(t *testing.T) {
			sim, checker := small(t, daemonsim.Config{})
			require.NoError(t, sim.Settle())
			p := podOn(sim, "a")
			if row.before != nil {
				require.NoError(t, row.before(sim, p))
			}
			sim.AddActor(row.actor)
			require.NoError(t, sim.AddNodes("now"))
			require.NoError(t, checker.Err())
			require.NoError(t, sim.RunFor(time.Millisecond))
			broken(t, checker.Err(), simtest.Life, "Pod "+p.Key(), row.want)
		})
	}
}

// TestEvictedFindsStay has nobody evict a pod that was put on a node past all checks.
func TestEvictedFindsStay(t *testing.T) {
	sim, checker := small(t, daemonsim.Config{})
	require.NoError(t, sim.Settle())
	require.NoError(t, sim.Stop(daemonsim.ControllerManager))
	require.NoError(t, sim.UpdateNode("a", func(n *cluster.Node) {
		n.Spec.Taints = []taints.Taint{{Key: "gone", Effect: taints.EffectNoExecute}}
	}))
	require.NoError(t, simtest.Evicted(sim), "nobody is there to evict it")
	p := podOn(sim, "a")
	require.NoError(t, sim.Start(daemonsim.ControllerManager))
	broken(t, simtest.Evicted(sim), "evicted", "Pod "+p.Key(), `on node "a", whose taints it does not tolerate`)
	require.NoError(t, sim.Settle())
	require.NoError(t, simtest.Evicted(sim))
	require.NoError(t, checker.Err())
}
