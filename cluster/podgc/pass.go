package podgc

import (
	"errors"
	"slices"
	"time"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/taints"
)

// pass does all that is to be done at a pass, in the order of Kubernetes: pods that have ended, those that cannot
// end on nodes out of service, those of nodes that are gone, and those that never had a node.
func (c *Collector) pass(cl *cluster.Client) {
	if c.surplus {
		c.surplus = false
		var failed error
		for _, p := range Surplus(slices.Collect(cl.Pods("")), c.config.TerminatedThreshold) {
			failed = errors.Join(failed, collect(cl, p.UID, nil))
		}
		if failed != nil {
			c.noteSurplus(cl, c.config.Period)
		}
	}
	var pods []cluster.UID
	if c.stuck != nil {
		pods, c.stuck = c.stuck.Keys(), nil
	}
	c.collectStuck(cl, pods, true /* bound */)
	c.lookAtMissing(cl)
	c.collectStuck(cl, pods, false /* bound */)
}

// collectStuck collects those of the pods that cannot end, with a node or without. Where that fails, the next pass
// tries again.
func (c *Collector) collectStuck(cl *cluster.Client, pods []cluster.UID, bound bool) {
	for _, uid := range pods {
		if p := cl.PodByUID(uid); p != nil && p.Bound() == bound && abandoned(cl.Reader, p) {
			if collect(cl, uid, nil) != nil {
				c.noteStuck(cl, uid, c.config.Period)
			}
		}
	}
}

// lookAtMissing puts nodes that are not there into quarantine, and collects the pods of those whose quarantine is
// over. Nothing ends it before its time: a node that has been there meanwhile and is gone again has no quarantine
// of its own.
func (c *Collector) lookAtMissing(cl *cluster.Client) {
	if c.missing == nil {
		return
	}
	for _, id := range c.missing.Keys() {
		switch a, _ := c.missing.Get(id); {
		case a.due > cl.Now():
		case a.quarantined:
			c.missing.Delete(id)
			if collectOrphans(cl, id) != nil {
				// The next pass finds a node that is not there, and begins anew.
				c.note(cl, id, c.config.Period)
			}
		case cl.NodeByID(id) != nil || !hasOrphans(cl.Reader, id):
			c.missing.Delete(id)
		default:
			due := c.atPass(cl, c.config.Quarantine, cluster.Task{Kind: taskOrphans, Arg: uint64(id)})
			c.missing.Set(id, absence{due: due, quarantined: true})
		}
	}
}

// collectOrphans removes the pods that are bound to a node which does not exist. It looks at the cluster itself
// before it does so.
func collectOrphans(cl *cluster.Client, id cluster.NodeID) error {
	if cl.NodeByID(id) != nil || cl.Live().NodeByID(id) != nil {
		return nil
	}
	var failed error
	for _, p := range slices.Collect(cl.PodsAt(id)) {
		if orphan(p) {
			failed = errors.Join(failed, collect(cl, p.UID, &cluster.Disruption{
				Reason: "DeletionByPodGC", Message: "PodGC: node no longer exists", At: cl.Now(),
			}))
		}
	}
	return failed
}

// orphan reports whether a pod whose node does not exist is to be collected. Of one that has ended and is
// terminating only finalizers are left, which are not the collector's to remove.
func orphan(p *cluster.Pod) bool {
	return p.Bound() && !(p.Terminal() && p.Terminating() && len(p.Finalizers) > 0)
}

func hasOrphans(r cluster.Reader, id cluster.NodeID) bool {
	for p := range r.PodsAt(id) {
		if orphan(p) {
			return true
		}
	}
	return false
}

// stuck reports whether a pod that has not ended is terminating where no kubelet will end it.
func stuck(r cluster.Reader, p *cluster.Pod) bool { return !p.Terminal() && abandoned(r, p) }

// abandoned reports whether a pod is terminating without a node, or on one that is out of service.
func abandoned(r cluster.Reader, p *cluster.Pod) bool {
	if !p.Terminating() {
		return false
	}
	if !p.Bound() {
		return true
	}
	n := r.NodeByID(p.TargetID())
	return n != nil && outOfService(n)
}

// outOfService reports whether a node is not ready and an administrator has said that it is shut down.
func outOfService(n *cluster.Node) bool {
	return slices.ContainsFunc(n.Spec.Taints, func(t taints.Taint) bool {
		return t.Key == taints.KeyOutOfService
	}) && !n.Ready()
}

// collect sets a pod that has not ended to Failed, with the reason why if there is one, and deletes it without
// grace. A pod that is gone is no failure.
func collect(cl *cluster.Client, uid cluster.UID, why *cluster.Disruption) error {
	p := cl.Live().PodByUID(uid)
	if p == nil {
		return nil
	}
	if !p.Terminal() {
		if _, err := cl.SetPodStatus(uid, failed(p.Status, why)); err != nil {
			return err
		}
	}
	return cl.DeletePod(uid, cluster.DeleteOptions{GracePeriod: new(time.Duration)})
}

// failed is the status of a pod that is collected. Only the phase changes, and what says why: of the containers
// the collector knows nothing.
func failed(s cluster.PodStatus, why *cluster.Disruption) cluster.PodStatus {
	s.Phase = cluster.PodFailed
	if why != nil {
		s = s.WithTrouble(func(t *cluster.PodTrouble) { t.Disruption = *why })
	}
	return s
}
