package daemonsim

import (
	"time"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/daemonset/standstill"
)

// Cause is why a future did not come to an end, in words: one of the causes below or, of a rollout that is
// stuck, the summary of what is to blame, such as that of standstill.PodNotReady.
type Cause string

// The causes that are no standstill.
const (
	// CauseGone is that of a DaemonSet that was deleted.
	CauseGone Cause = "the DaemonSet is gone"
	// CauseSteps is that of a cluster that does more than it may at one time: see Config.MaxSteps.
	CauseSteps Cause = "the cluster does not come to rest"
	// CauseSlow is that of a rollout which was going on when the time was up.
	CauseSlow Cause = "it takes longer than the limit"
)

// blame says why a rollout is not done when the time is up.
func (o *observer) blame(sim *Sim, steps bool) {
	set, here := sim.ByUID(o.uid).(*daemonset.DaemonSet)
	switch {
	case !here:
		o.future.Cause = CauseGone
	case steps:
		o.future.Cause = CauseSteps
	default:
		o.future.Cause, o.future.Root = standing(sim, set, o.moved)
	}
}

// standing is why a rollout stands whose status last moved at a time, and what is to blame, if anything is. What
// does not pass by itself is to blame before anything that may, and that only if nothing has moved for long.
func standing(sim *Sim, set *daemonset.DaemonSet, moved time.Duration) (Cause, *standstill.Cause) {
	e := standstill.Explain(sim.rolloutQuestion(set))
	for _, root := range e.Roots {
		if !root.Cause.Kind.Passes() {
			return Cause(root.Cause.Kind.Summary()), root.Cause
		}
	}
	if sim.Now()-moved < cluster.FarOff+set.MinReady() {
		return CauseSlow, nil
	}
	if len(e.Roots) > 0 {
		return Cause(e.Roots[0].Cause.Kind.Summary()), e.Roots[0].Cause
	}
	// All nodes have moved, but the status does not count a new pod while an old one is terminating beside it.
	return Cause(standstill.PodTerminating.Summary()), nil
}
