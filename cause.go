package daemonsim

import (
	"time"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
)

// Cause is why a future did not come to an end, in words.
type Cause string

// The causes, the first that applies.
const (
	// CauseGone is that of a DaemonSet that was deleted.
	CauseGone Cause = "the DaemonSet is gone"
	// CauseSteps is that of a cluster that does more than it may at one time: see Config.MaxSteps.
	CauseSteps Cause = "the cluster does not come to rest"
	// CauseNode is that of a pod which is not available while its node is not ready.
	CauseNode Cause = "a node is not ready"
	// CauseUnschedulable is that of a pod for which the scheduler finds no place.
	CauseUnschedulable Cause = "a pod is unschedulable"
	// CauseCrash is that of a pod whose containers crash again and again.
	CauseCrash Cause = "a pod crashes again and again"
	// CauseSlow is that of a rollout which was going on when the time was up.
	CauseSlow Cause = "it takes longer than the limit"
	// CauseTerminating is that of a pod that was told to stop and is still there.
	CauseTerminating Cause = "a pod does not terminate"
	// CauseNotStarted is that of a pod on a node whose containers have not run yet, such as one that pulls
	// its image.
	CauseNotStarted Cause = "a pod does not start"
	// CauseNotReady is that of a running pod that does not become ready.
	CauseNotReady Cause = "a pod does not become ready"
	// CauseOther is any other.
	CauseOther Cause = "it stands still"
)

// crashes is how often a container is started anew before it counts as one that crashes again and again.
const crashes = 3

// cause says why a rollout is not done whose status last moved at a time.
func cause(sim *Sim, set *daemonset.DaemonSet, moved time.Duration, steps bool) Cause {
	now := sim.DaemonSet(set.Namespace, set.Name)
	switch {
	case now == nil || now.UID != set.UID:
		return CauseGone
	case steps:
		return CauseSteps
	}
	seen := make(map[Cause]bool)
	for p := range sim.PodsOwnedBy(set.Namespace, set.UID) {
		seen[podCause(sim, p)] = true
	}
	for _, c := range [...]Cause{CauseNode, CauseUnschedulable, CauseCrash} {
		if seen[c] {
			return c
		}
	}
	if sim.Now()-moved < cluster.FarOff+now.MinReady() {
		return CauseSlow
	}
	for _, c := range [...]Cause{CauseTerminating, CauseNotStarted, CauseNotReady} {
		if seen[c] {
			return c
		}
	}
	return CauseOther
}

// podCause is what a pod has to do with it; "" if nothing.
func podCause(sim *Sim, p *cluster.Pod) Cause {
	trouble := p.Status.Trouble
	switch node := sim.Node(p.TargetNode()); {
	case node != nil && !node.Ready() && (!p.Status.Ready || p.Terminating()):
		return CauseNode
	case !p.Bound() && trouble != nil && trouble.Unschedulable != "":
		return CauseUnschedulable
	case p.Terminal():
		return ""
	case p.Terminating():
		return CauseTerminating
	case p.Status.Restarts >= crashes && !p.Status.Ready:
		return CauseCrash
	case p.Bound() && !p.Status.Started:
		return CauseNotStarted
	case p.Bound() && !p.Status.Ready:
		return CauseNotReady
	}
	return ""
}
