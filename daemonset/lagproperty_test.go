package daemonset_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/rollout"
	"github.com/daemonsim/daemonsim/simtest"
)

// churn is a random story of a cluster whose actors lag, as data.
type churn struct {
	config daemonsim.Config
	surge  bool
	events []churnEvent
}

// churnEvent is what is done, to which node or with which image, and how long it takes until the next.
type churnEvent struct {
	what, which int
	wait        time.Duration
}

var churnActors = []string{daemonset.Name, "garbage-collector", "default-scheduler", "kubelet"}

func drawDelay(t *rapid.T, label string) time.Duration {
	return time.Duration(rapid.IntRange(0, 30).Draw(t, label)) * 100 * time.Millisecond
}

// churns draws stories. A scheduler and kubelets that lag come with nodes that stay: a pod that is bound to a node
// which is gone would wait for the pod garbage collector.
var churns = rapid.Custom(func(t *rapid.T) churn {
	c := churn{surge: rapid.Bool().Draw(t, "surge")}
	c.config.Seed = uint64(rapid.IntRange(0, 99).Draw(t, "seed"))
	if rapid.Bool().Draw(t, "chooser") {
		c.config.Chooser = cluster.NewRandomChooser(c.config.Seed)
	}
	c.config.Lags = make(map[string]cluster.Lag)
	lagging, kinds := rapid.SampledFrom([]int{2, len(churnActors)}).Draw(t, "actors"), []string{"stay"}
	if lagging == 2 {
		kinds = []string{"leave"}
	}
	for _, actor := range churnActors[:lagging] {
		c.config.Lags[actor] = cluster.Lag{
			Delay: drawDelay(t, actor),
			Kinds: map[cluster.Kind]time.Duration{cluster.KindNode: drawDelay(t, "nodes of "+actor)},
		}
	}
	for range rapid.IntRange(1, 25).Draw(t, "events") {
		what := rapid.IntRange(0, 6).Draw(t, "what")
		if what == 6 && kinds[0] == "stay" {
			what = 0
		}
		c.events = append(c.events, churnEvent{
			what: what, which: rapid.IntRange(0, 3).Draw(t, "which"), wait: drawDelay(t, "wait"),
		})
	}
	return c
})

// play makes a story happen, with before each step what before does, and reports a second pod on a node that
// only the controller's not knowing of the first explains.
func (c churn) play(before func(*daemonsim.Sim)) (*daemonsim.Sim, error) {
	sim := daemonsim.New(c.config)
	made := make(map[cluster.UID]bool)
	var second error
	sim.OnChange(func(ch *cluster.Change) {
		if p, ok := ch.After.(*cluster.Pod); ok && ch.Verb == cluster.Created && ch.Actor == daemonset.Name {
			made[p.UID] = true
			second = errors.Join(second, secondPod(sim, p, made))
		}
	})
	for _, event := range c.events {
		if err := c.happen(sim, event); err != nil {
			return sim, err
		}
		for end := sim.Now() + event.wait; len(sim.Next()) > 0 && sim.Next()[0].At <= end; {
			before(sim)
			sim.Step()
		}
	}
	return sim, second
}

// secondPod reports a pod beside a live one that the controller has made, unless one of them is the old and the
// other the new one of a surge.
func secondPod(sim *daemonsim.Sim, p *cluster.Pod, made map[cluster.UID]bool) error {
	set := daemonset.Get(sim.ViewOf(daemonset.Name), p.Namespace, "agent")
	beside := 0
	for other := range sim.PodsAt(p.TargetID()) {
		if other == p || !made[other.UID] || other.Terminating() || other.Terminal() ||
			other.Controller() == nil || other.Controller().UID != p.Controller().UID {
			continue
		}
		beside++
		surges := set.Spec.UpdateStrategy.RollingUpdate.MaxSurge.String() != "0"
		if !surges || beside > 1 || other.Labels[rollout.HashLabel] == p.Labels[rollout.HashLabel] {
			return fmt.Errorf("t=%v %s was created beside %s on %s", sim.Now(), p.Name, other.Name, p.TargetNode())
		}
	}
	return nil
}

// happen does one thing. Things that make no sense at the moment are left out.
func (c churn) happen(sim *daemonsim.Sim, e churnEvent) error {
	node := fmt.Sprint("n", e.which)
	set := sim.DaemonSet("default", "agent")
	switch {
	case set == nil:
		strategy := unavailable("50%")
		if c.surge {
			strategy = surge("50%")
		}
		_, err := sim.Create(agent(strategy, spec(func(s *cluster.PodSpec) {
			s.NodeSelector = map[string]string{"off": ""}
		})))
		return err
	case sim.Node(node) == nil:
		if err := sim.AddNodes(node); err != nil {
			return err
		}
		return sim.LabelNode(node, map[string]string{"off": ""})
	case e.what == 1:
		off := map[string]string{"": "yes", "yes": ""}[sim.Node(node).Labels["off"]]
		return sim.LabelNode(node, map[string]string{"off": off})
	case e.what <= 3:
		return sim.SetImage("default", "agent", "*", fmt.Sprint("agent:v", e.which))
	case e.what == 4:
		for p := range sim.PodsAt(sim.Node(node).ID()) {
			return sim.DeletePod(p.UID, cluster.DeleteOptions{})
		}
	case e.what == 5 && e.which == 0:
		return sim.Delete(daemonset.Kind, "default", "agent", cluster.DeleteOptions{})
	case e.what == 6:
		return sim.RemoveNode(node)
	}
	return nil
}

// TestLagProperty lets clusters churn while their actors lag by up to three seconds. The controller never makes a
// second pod because it does not know of the first, be it with the check of own writes or by its expectations
// alone; and when nothing more happens, exactly the nodes that should have a pod have one.
func TestLagProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := churns.Draw(t, "churn")
		c.config.NoOwnWritesCheck = rapid.Bool().Draw(t, "no check of own writes")
		sim, err := c.play(func(*daemonsim.Sim) {})
		if err == nil {
			err = simtest.Converged(sim)
		}
		if err != nil {
			t.Fatal(err)
		}
	})
}

// TestLagPropertyCatches breaks the controller: before each step it forgets what it expects. The stories of the
// property find that out.
func TestLagPropertyCatches(t *testing.T) {
	const stories = 100
	count := func(noCheck bool, before func(*daemonsim.Sim)) int {
		found := 0
		for seed := range stories {
			c := churns.Example(seed)
			c.config.NoOwnWritesCheck = noCheck
			if _, err := c.play(before); err != nil {
				require.ErrorContains(t, err, "was created beside")
				found++
			}
		}
		return found
	}
	forget := func(sim *daemonsim.Sim) { sim.Controller().Forget() }
	require.Zero(t, count(true, func(*daemonsim.Sim) {}), "expectations alone prevent it")
	require.Zero(t, count(false, func(*daemonsim.Sim) {}))
	caught := count(true, forget)
	t.Logf("caught in %d of %d", caught, stories)
	require.Greater(t, caught, stories/5, "a controller that forgets is caught")
}
