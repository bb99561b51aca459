package daemonsim

import (
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

	set      cluster.UID
	complete bool
	updated  int32
	progress time.Duration
}

// rolloutPatience is for how long after its last new pod a rollout may still get on without a retry.
const rolloutPatience = 24 * time.Hour

// rolloutCourse runs the simulation, which is a fork, until the rollout gets no further by itself. A DaemonSet
// that is gone by then has nothing to do.
func (s *Sim) rolloutCourse(set *daemonset.DaemonSet) *rolloutCourse {
	c := &rolloutCourse{sim: s, set: set.UID, progress: s.Now(), finish: s.Now()}
	c.note(set)
	s.OnChange(c.observe)
	for {
		// What does not settle has nothing but retries left, or has been run for long enough.
		_ = s.Settle()
		at, ok := s.NextFirm()
		if !ok || at > c.progress+rolloutPatience+set.MinReady() || s.RunFor(at-s.Now()) != nil {
			break
		}
	}
	if now, ok := s.ByUID(c.set).(*daemonset.DaemonSet); ok {
		c.end = standstill.Explain(s.rolloutQuestion(now))
	}
	return c
}

// observe follows the status of the DaemonSet, and notes the first thing that happens to a pod.
func (c *rolloutCourse) observe(ch *cluster.Change) {
	switch obj := ch.Object().(type) {
	case *daemonset.DaemonSet:
		if obj.UID == c.set && ch.Verb != cluster.Deleted {
			c.note(obj)
		}
	case *cluster.Pod:
		if ref := obj.Controller(); c.next == nil && ref != nil && ref.UID == c.set {
			before, _ := ch.Before.(*cluster.Pod)
			if what := stepOf(before, obj, ch.Verb); what != "" {
				c.next = &RolloutStep{ch.Time, obj.Name, obj.TargetNode(), what}
			}
		}
	}
}

// note takes notice of when the status shows a rollout at its end, by the rules of kubectl rollout status, and
// of when it last shows a new pod.
func (c *rolloutCourse) note(set *daemonset.DaemonSet) {
	st := &set.Status
	complete := st.ObservedGeneration >= set.Generation &&
		st.UpdatedNumberScheduled >= st.DesiredNumberScheduled && st.NumberAvailable >= st.DesiredNumberScheduled
	if complete && !c.complete {
		c.finish = c.sim.Now()
	}
	c.complete = complete
	if st.UpdatedNumberScheduled > c.updated {
		c.progress = c.sim.Now()
	}
	c.updated = st.UpdatedNumberScheduled
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
