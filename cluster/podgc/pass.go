package podgc

import (
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
		c.recount(cl)
		for _, p := range Surplus(slices.Collect(cl.Pods("")), c.config.TerminatedThreshold) {
			collect(cl, p.UID, nil)
		}
	}
	var pods []cluster.UID
	if c.stuck != nil {
		pods, c.stuck = c.stuck.Keys(), nil
	}
	collectStuck(cl, pods, true /* bound */)
	c.lookAtMissing(cl)
	collectStuck(cl, pods, false /* bound */)
}

// collectStuck collects those of the pods that cannot end, with a node or without.
func collectStuck(cl *cluster.Client, pods []cluster.UID, bound bool) {
	for _, uid := range pods {
		if p := cl.PodByUID(uid); p != nil && p.Bound() == bound && stuck(cl.Reader, p) {
			collect(cl, uid, nil)
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
			collectOrphans(cl, id)
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
func collectOrphans(cl *cluster.Client, id cluster.NodeID) {
	if cl.NodeByID(id) != nil || cl.Live().NodeByID(id) != nil {
		return
	}
	for _, p := range slices.Collect(cl.PodsAt(id)) {
		if orphan(p) {
			collect(cl, p.UID, &cluster.Disruption{
				Reason: "DeletionByPodGC", Message: "PodGC: node no longer exists", At: cl.Now(),
			})
		}
	}
}

// orphan reports whether a pod whose node does not exist is to be collected. Of one that has ended and is
// terminating only finalizers are left, which are not the collector's to remove.
func orphan(p *cluster.Pod) bool { return p.Bound() && !(p.Terminal() && p.Terminating()) }

func hasOrphans(r cluster.Reader, id cluster.NodeID) bool {
	for p := range r.PodsAt(id) {
		if orphan(p) {
			return true
		}
	}
	return false
}

// stuck reports whether a pod is terminating where no kubelet will end it: without a node, or on one that is
// out of service.
func stuck(r cluster.Reader, p *cluster.Pod) bool {
	if !p.Terminating() || p.Terminal() {
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
// grace.
func collect(cl *cluster.Client, uid cluster.UID, why *cluster.Disruption) {
	p := cl.Live().PodByUID(uid)
	if p == nil {
		return
	}
	if !p.Terminal() {
		_, _ = cl.SetPodStatus(uid, failed(p.Status, why))
	}
	_ = cl.DeletePod(uid, cluster.DeleteOptions{GracePeriod: new(time.Duration)})
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
