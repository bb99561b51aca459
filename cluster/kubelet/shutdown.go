package kubelet

import (
	"time"

	"github.com/daemonsim/daemonsim/cluster"
)

const (
	shutdownReason  = "Terminated"
	shutdownMessage = "Pod was terminated in response to imminent node shutdown."
)

// ShutdownPhases are the phases of a shutdown for which a kubelet has that long in all, of which it keeps so much
// for critical pods: first the other pods are stopped, then those. It is Kubernetes' shutdownGracePeriod and
// shutdownGracePeriodCriticalPods. There are none, and so no pod is stopped in order, without any time, and when
// more is kept than there is.
func ShutdownPhases(all, critical time.Duration) []cluster.ShutdownPhase {
	if all <= 0 || critical > all {
		return nil
	}
	return []cluster.ShutdownPhase{
		{Priority: 0, Period: all - critical},
		{Priority: cluster.SystemClusterCritical, Period: critical},
	}
}

// phaseOf is the phase in which a pod is stopped.
func phaseOf(phases []cluster.ShutdownPhase, p *cluster.Pod) int {
	phase := 0
	for i := range phases {
		if phases[i].Priority <= p.Priority {
			phase = i
		}
	}
	return phase
}

// shuttingDown turns away every pod from a node that is about to go down.
func (r *room) shuttingDown() (Rejection, bool) {
	if r.node.Shutdown() == nil {
		return Rejection{}, false
	}
	return Rejection{"NodeShutdown", "Pod was rejected as the node is shutting down."}, true
}

// shutDown goes on with a shutdown. At first the kubelet reports that its node is not ready, if there is any time
// for that. It stops the pods of the first phase that has any, as of one, and goes on with the next when they have
// stopped. After the last one the node is switched off.
func (k *Kubelet) shutDown(cl *cluster.Client, n *cluster.Node, phase int) {
	how := n.Shutdown()
	if phase == 0 && len(how.Phases) > 0 {
		down := With(n.Status.Conditions, NotReady("node is shutting down"), k.clock(cl, n.ID()))
		n, _ = cl.SetNodeConditions(n.UID, down)
	}
	for ; phase < len(how.Phases); phase++ {
		period := how.Phases[phase].Period
		longest, any := time.Duration(0), false
		for p := range cl.Live().PodsAt(n.ID()) {
			if !p.Bound() || p.Terminal() || !k.admitted(p.UID) || phaseOf(how.Phases, p) != phase {
				continue
			}
			stopping := k.end(cl, p, removal{
				reason: shutdownReason, message: shutdownMessage, disruption: shutdownMessage, inOrder: true,
			}, min(gracePeriod(p), period))
			longest, any = max(longest, stopping), true
		}
		if any {
			cl.After(longest, cluster.Task{Kind: taskPhase, Object: n.UID, Arg: uint64(phase + 1)})
			return
		}
	}
	o := cluster.Outage{LastHeartbeat: LastHeartbeat(n, cl.Now()), Off: true}
	if how.Off > 0 {
		o.End = cluster.AddTime(cl.Now(), how.Off)
	}
	_, _ = cl.SetShutdown(n.UID, nil)
	_, _ = cl.SetOutage(n.UID, &o)
}
