package simtest_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/kubelet"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/rollout"
	"github.com/daemonsim/daemonsim/simtest"
)

// latest is a chooser that always takes the last candidate.
type latest struct{}

func (latest) Choose(c cluster.Choice) int { return c.N - 1 }

func (latest) Fork() cluster.Chooser { return latest{} }

func smallSet(name string) *daemonset.DaemonSet {
	labels := map[string]string{"app": name}
	return &daemonset.DaemonSet{
		ObjectMeta: cluster.ObjectMeta{Name: name, Namespace: "default"},
		Spec: daemonset.Spec{
			Selector: &affinity.LabelSelector{MatchLabels: labels},
			Template: cluster.PodTemplateSpec{
				ObjectMeta: cluster.TemplateMeta{Labels: labels},
				Spec:       cluster.PodSpec{Containers: []cluster.Container{{Name: "main", Image: "agent:v1"}}},
			},
		},
	}
}

// TestRevisionOfNamesake deletes a DaemonSet and creates it again before the garbage collector has come
// to its revision. The new one uses that revision (D-178), and has to make its own when it is gone.
func TestRevisionOfNamesake(t *testing.T) {
	sim := daemonsim.New(daemonsim.Config{Chooser: latest{}})
	checker := simtest.Watch(sim)
	require.NoError(t, sim.AddNodes("a"))
	_, err := sim.Create(smallSet("one"))
	require.NoError(t, err)
	require.NoError(t, sim.Settle())
	require.NoError(t, sim.Delete(daemonset.Kind, "default", "one", cluster.DeleteOptions{}))
	_, err = sim.Create(smallSet("one"))
	require.NoError(t, err)
	require.NoError(t, sim.Settle())
	require.NoError(t, simtest.Converged(sim))
	require.NoError(t, checker.Err())
}

// TestSettlesAfterNodeGone removes the node of an old pod just before a rollout with surge begins. The
// first sync cannot go on (D-153); the next one can, so the cluster settles.
func TestSettlesAfterNodeGone(t *testing.T) {
	sim := daemonsim.New(daemonsim.Config{Pods: &kubelet.Behaviour{}})
	require.NoError(t, sim.AddNodes("a", "b"))
	set, zero, one := smallSet("one"), cluster.FromInt(0), cluster.FromInt(1)
	set.Spec.UpdateStrategy.RollingUpdate = &daemonset.RollingUpdateSpec{MaxUnavailable: &zero, MaxSurge: &one}
	_, err := sim.Create(set)
	require.NoError(t, err)
	require.NoError(t, sim.Settle())
	require.NoError(t, sim.SetImage("default", "one", "*", "agent:v2"))
	require.NoError(t, sim.RemoveNode("a"))
	require.NoError(t, sim.Settle())
	require.NoError(t, simtest.Converged(sim))
}

// TestLagSetWhileStopped lets the controller fall behind while it does not run. It lists what there is when it starts,
// so it must not make a pod for a DaemonSet that it does not see yet.
func TestLagSetWhileStopped(t *testing.T) {
	sim := daemonsim.New(daemonsim.Config{})
	checker := simtest.Watch(sim)
	require.NoError(t, sim.AddNodes("a"))
	require.NoError(t, sim.Stop(daemonsim.ControllerManager))
	require.NoError(t, sim.SetLag(daemonset.Name, cluster.Lag{Delay: time.Second}))
	_, err := sim.Create(smallSet("one"))
	require.NoError(t, err)
	require.NoError(t, sim.Start(daemonsim.ControllerManager))
	require.NoError(t, sim.Settle())
	require.NoError(t, checker.Err())
	require.NoError(t, simtest.Converged(sim))
}

// TestHeldPodOfMissingNode holds a pod that is collected until its node has come back: who releases it then collects
// nothing.
func TestHeldPodOfMissingNode(t *testing.T) {
	sim := daemonsim.New(daemonsim.Config{})
	checker := simtest.Watch(sim)
	require.NoError(t, sim.AddNodes("a"))
	_, err := sim.Create(smallSet("one"))
	require.NoError(t, err)
	require.NoError(t, sim.Settle())
	var uid cluster.UID
	for p := range sim.Pods("") {
		uid = p.UID
	}
	require.NoError(t, hold(sim, sim.PodByUID(uid), []string{"example.com/hold"}))
	require.NoError(t, sim.RemoveNode("a"))
	require.NoError(t, sim.RunFor(2*time.Minute))
	require.True(t, sim.PodByUID(uid).Terminating())
	require.NoError(t, sim.AddNodes("a"))
	require.NoError(t, hold(sim, sim.PodByUID(uid), nil))
	require.Nil(t, sim.PodByUID(uid))
	require.NoError(t, sim.Settle())
	require.NoError(t, checker.Err())
	require.NoError(t, simtest.Converged(sim))
}

// TestFailedStaysUnready ends a pod by hand in the moment between its node's return and its kubelet's report of it.
// What has ended does not get ready any more.
func TestFailedStaysUnready(t *testing.T) {
	sim, checker := small(t, daemonsim.Config{})
	require.NoError(t, sim.Settle())
	require.NoError(t, sim.FailNode("a", 0))
	require.NoError(t, sim.RunFor(2*time.Minute))
	p := podOn(sim, "a")
	require.False(t, p.Status.Ready)
	require.NoError(t, sim.RecoverNode("a"))
	status := sim.PodByUID(p.UID).Status
	status.Phase, status.Started = cluster.PodFailed, false
	_, err := sim.SetPodStatus(p.UID, status)
	require.NoError(t, err)
	require.NoError(t, sim.Settle())
	require.NoError(t, checker.Err())
	require.NoError(t, simtest.Converged(sim))
}

// TestHashKnowsBehaviours gives an image another behaviour in a fork: what will happen differs from then
// on, so the hash does, too.
func TestHashKnowsBehaviours(t *testing.T) {
	sim := daemonsim.New(daemonsim.Config{})
	fork := sim.Fork()
	require.NoError(t, fork.SetImageBehaviour("agent:v1", kubelet.Behaviour{NeverReady: true}))
	require.NotEqual(t, sim.Hash(), fork.Hash())
	fork = sim.Fork()
	require.NoError(t, fork.SetExceptions(kubelet.Exception{Change: kubelet.Change{NeverReady: new(true)}}))
	require.NotEqual(t, sim.Hash(), fork.Hash(), "or somewhere alone")
	fork = sim.Fork()
	require.NoError(t, fork.SetClocks(kubelet.ClockSkew{Ahead: 1}))
	require.NotEqual(t, sim.Hash(), fork.Hash(), "or a clock that is off")
}

// TestSecondPodOfLostAnswer has a controller create a second pod because it cannot know of the first: the answer to
// its request was lost, or it was started anew with a list that is behind.
func TestSecondPodOfLostAnswer(t *testing.T) {
	for _, tt := range []struct {
		name  string
		after func(sim *daemonsim.Sim) error
	}{
		{"answer", func(*daemonsim.Sim) error { return nil }},
		{"restart", func(sim *daemonsim.Sim) error {
			return errors.Join(sim.Stop(daemonsim.ControllerManager), sim.Start(daemonsim.ControllerManager))
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			sim := daemonsim.New(daemonsim.Config{Lags: map[string]cluster.Lag{daemonset.Name: {
				Kinds: map[cluster.Kind]time.Duration{cluster.KindPod: 2 * time.Second}, StaleList: true,
			}}})
			checker := simtest.Watch(sim)
			require.NoError(t, sim.AddNodes("a"))
			if tt.name == "answer" {
				require.NoError(t, sim.AddFault(cluster.Fault{
					Verb: cluster.Created, Kind: cluster.KindPod, Applied: true,
				}))
			}
			_, err := sim.Create(smallSet("one"))
			require.NoError(t, err)
			require.NoError(t, sim.RunFor(time.Second))
			require.NoError(t, tt.after(sim))
			require.NoError(t, sim.RunFor(500*time.Millisecond))
			require.Equal(t, 2, sim.Count(cluster.KindPod))
			require.NoError(t, sim.Settle())
			require.Equal(t, 1, sim.Count(cluster.KindPod))
			require.NoError(t, checker.Err())
			require.NoError(t, simtest.Converged(sim))
		})
	}
}

// TestLateNewsOfLostAnswer has a controller without the check of its own writes that sees pods whose creation only
// seemed to fail. It takes them for those that it waits for, so that it creates one more before it sees the last.
func TestLateNewsOfLostAnswer(t *testing.T) {
	sim := daemonsim.New(daemonsim.Config{NoOwnWritesCheck: true})
	checker := simtest.Watch(sim)
	require.NoError(t, sim.AddNodes("a", "b"))
	require.NoError(t, sim.SetLag(daemonset.Name, cluster.Lag{Kinds: map[cluster.Kind]time.Duration{
		cluster.KindPod: 500 * time.Millisecond,
	}}))
	require.NoError(t, sim.AddFault(cluster.Fault{
		Verb: cluster.Created, Kind: cluster.KindPod, Times: 2, Applied: true,
	}))
	onB := 0
	sim.OnChange(func(ch *cluster.Change) {
		if p, ok := ch.After.(*cluster.Pod); ok && ch.Verb == cluster.Created && p.TargetNode() == "b" {
			onB++
		}
	})
	_, err := sim.Create(smallSet("one"))
	require.NoError(t, err)
	require.NoError(t, sim.Settle())
	require.Equal(t, 2, onB, "the second before the first was seen")
	require.NoError(t, checker.Err())
	require.NoError(t, simtest.Converged(sim))
}

// TestScheduledKnowsFullNodes has a pod wait for a node that has as many pods as it may.
func TestScheduledKnowsFullNodes(t *testing.T) {
	sim := daemonsim.New(daemonsim.Config{})
	require.NoError(t, sim.AddNodes("n0"))
	require.NoError(t, sim.UpdateNode("n0", room(0)))
	_, err := sim.Create(smallSet("one"))
	require.NoError(t, err)
	require.NoError(t, sim.Settle())
	require.NoError(t, simtest.Scheduled(sim))
	require.NoError(t, sim.UpdateNode("n0", room(1)))
	require.Error(t, simtest.Scheduled(sim), "there is room, and nobody has looked yet")
	require.NoError(t, sim.Settle())
	require.NoError(t, simtest.Scheduled(sim))
}

// TestRevisionThatNobodySaw deletes the revision that a lagging controller has just made, and begins its watch anew: it
// hears neither of the one nor of the other, and has to look again when it next comes by.
func TestRevisionThatNobodySaw(t *testing.T) {
	sim := daemonsim.New(daemonsim.Config{
		Pods: &kubelet.Behaviour{}, Lags: map[string]cluster.Lag{daemonset.Name: {Delay: time.Second}},
	})
	require.NoError(t, sim.AddNodes("a"))
	_, err := sim.Create(smallSet("one"))
	require.NoError(t, err)
	made := func(r cluster.Reader) bool { return r.Count(rollout.KindControllerRevision) > 0 }
	require.NoError(t, sim.RunUntil(made, time.Minute))
	for r := range sim.Objects(rollout.KindControllerRevision, "") {
		require.NoError(t, sim.Delete(r.Kind(), r.Meta().Namespace, r.Meta().Name, cluster.DeleteOptions{}))
		break
	}
	require.NoError(t, sim.Relist(daemonset.Name, rollout.KindControllerRevision))
	require.NoError(t, sim.Settle())
	require.NoError(t, simtest.Converged(sim))
}
