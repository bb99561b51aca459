package daemonsim

import (
	"errors"
	"time"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/daemonset/standstill"
)

// rolloutCourse is what becomes of a rollout if nothing is done.
type rolloutCourse struct {
	// sim is the simulation that was run, as it stands at the end.
	sim *Sim
	end standstill.Explanation
	// finish is when the rollout came to its end, if it did.
	finish time.Duration
	next   *RolloutStep

	set cluster.UID
	// gone is when a live pod last went, and progress when the status last showed another new pod.
	gone, progress time.Duration
	updated        int32
}

// rolloutPatience is for how long after its last new pod a rollout may still get on without a retry.
const rolloutPatience = 24 * time.Hour

// rolloutCourse runs the simulation, which is a fork, until the rollout gets no further by itself. A DaemonSet
// that is gone by then has nothing to do.
func (s *Sim) rolloutCourse(set *daemonset.DaemonSet) *rolloutCourse {
	c := &rolloutCourse{sim: s, set: set.UID, progress: s.Now(), gone: s.Now(), updated: updated(set)}
	s.OnChange(c.observe)
	looped := time.Duration(-1)
	for {
		// What does not settle has nothing but retries left, goes round in circles, which the rollout may come out of
		// as long as it gets on, or has been run for long enough.
		var loop *cluster.LoopError
		if errors.As(s.Settle(), &loop) {
			if looped == c.progress {
				break
			}
			looped = c.progress
		}
		at, ok := s.NextFirm()
		if !ok || at > c.progress+rolloutPatience+set.MinReady() || s.RunFor(at-s.Now()) != nil {
			break
		}
	}
	if now, ok := s.ByUID(c.set).(*daemonset.DaemonSet); ok {
		c.end = standstill.Explain(s.rolloutQuestion(now))
		c.finish = c.finished(now)
	}
	return c
}

// finished is when a rollout that has come to its end did: when its last old pod was asked to go and its last
// new pod was available. NB: its status may say so later, as it does not count a new pod while an old one is
// terminating beside it.
func (c *rolloutCourse) finished(set *daemonset.DaemonSet) time.Duration {
	at := c.gone
	for p := range c.sim.PodsOwnedBy(set.Namespace, set.UID) {
		if !p.Terminating() && p.Status.Ready {
			at = max(at, p.Status.ReadySince+set.MinReady())
		}
	}
	return at
}

func updated(set *daemonset.DaemonSet) int32 { return set.Status.UpdatedNumberScheduled }

// observe follows the status of the DaemonSet and its pods.
func (c *rolloutCourse) observe(ch *cluster.Change) {
	switch obj := ch.Object().(type) {
	case *daemonset.DaemonSet:
		if obj.UID == c.set {
			if updated(obj) > c.updated {
				c.progress = ch.Time
			}
			c.updated = updated(obj)
		}
	case *cluster.Pod:
		if ref := obj.Controller(); ref != nil && ref.UID == c.set {
			c.observePod(ch, obj)
		}
	}
}

func (c *rolloutCourse) observePod(ch *cluster.Change, p *cluster.Pod) {
	before, _ := ch.Before.(*cluster.Pod)
	what := stepOf(before, p, ch.Verb)
	if what != "" && c.next == nil {
		c.next = &RolloutStep{ch.Time, p.Name, p.TargetNode(), what}
	}
	if what == "deleted" || what == "gone" && !before.Terminating() {
		c.gone = ch.Time
	}
}

// stepOf says what a change of a pod is to a rollout; "" for one of no interest.
func stepOf(before, after *cluster.Pod, verb cluster.Verb) string {
	switch {
	case verb == cluster.Created:
		return "created"
	case verb == cluster.Deleted:
		return "gone"
	case after.Terminating() && !before.Terminating():
		return "deleted"
	case after.Bound() && !before.Bound():
		return "bound"
	case after.Status.Ready && !before.Status.Ready:
		return "ready"
	case !after.Status.Ready && before.Status.Ready:
		return "not ready"
	}
	return ""
}
