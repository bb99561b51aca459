package kubelet

import (
	"fmt"
	"time"

	"github.com/tidwall/btree"

	"github.com/daemonsim/daemonsim/cluster"
)

// acts are what kubelets are about to do with pods and nodes on their own account.
type acts struct {
	// verdicts are those that are still to be carried out.
	verdicts btree.Map[cluster.UID, verdict]
	// rejections are when kubelets last turned, or will turn, a pod away.
	rejections btree.Map[cluster.NodeID, time.Duration]
	// removals are the pods that kubelets are ending.
	removals btree.Map[cluster.UID, removal]
	// watches are the nodes that run short of something.
	watches btree.Map[cluster.NodeID, watch]
}

// own returns the acts to write to.
func (k *Kubelet) own() *acts {
	if k.acts == nil {
		k.acts = new(acts)
	}
	return k.acts
}

func (a *acts) fork() *acts {
	if a == nil {
		return nil
	}
	return &acts{
		verdicts: *a.verdicts.Copy(), rejections: *a.rejections.Copy(),
		removals: *a.removals.Copy(), watches: *a.watches.Copy(),
	}
}

// forget drops what was to be done with a pod that is gone.
func (a *acts) forget(uid cluster.UID) {
	if a != nil {
		a.verdicts.Delete(uid)
		a.removals.Delete(uid)
	}
}

func (a *acts) appendState(b []byte) []byte {
	if a == nil {
		return b
	}
	a.verdicts.Scan(func(uid cluster.UID, v verdict) bool {
		b = fmt.Appendf(b, "%d%+v", uid, v)
		return true
	})
	a.rejections.Scan(func(id cluster.NodeID, at time.Duration) bool {
		b = fmt.Appendf(b, "%d%v", id, at)
		return true
	})
	a.removals.Scan(func(uid cluster.UID, r removal) bool {
		b = fmt.Appendf(b, "%d%+v", uid, r)
		return true
	})
	a.watches.Scan(func(id cluster.NodeID, w watch) bool {
		b = fmt.Appendf(b, "%d%+v", id, w)
		return true
	})
	return b
}

// removal is why a kubelet ends a pod that nobody has deleted.
type removal struct {
	// reason and message are those of the status, disruption is the message of the condition DisruptionTarget. There
	// is none of them when the pod has done its work.
	reason, message, disruption string
	// inOrder says that a pod is Succeeded whose containers exit without an error.
	inOrder bool
}

// end begins to stop the containers of a pod for good, and returns how long that takes. The pod's status says
// nothing of it before they have stopped.
func (k *Kubelet) end(cl *cluster.Client, p *cluster.Pod, r removal, grace time.Duration) time.Duration {
	e := ending{code: notRunning}
	if p.AnyRunning() {
		e = k.endingOf(cl, p, grace)
	}
	k.own().removals.Set(p.UID, r)
	cl.After(e.after, cluster.Task{Kind: taskEnded, Object: p.UID, Arg: uint64(e.code)})
	return e.after
}

// ends reports whether the kubelet is ending a pod by itself. Nothing else happens to its containers any more.
func (k *Kubelet) ends(uid cluster.UID) bool {
	if k.acts == nil {
		return false
	}
	_, found := k.acts.removals.Get(uid)
	return found
}

// admitted reports whether a pod runs, or is about to: it neither has been turned away nor waits for room.
func (k *Kubelet) admitted(uid cluster.UID) bool {
	if k.acts == nil {
		return true
	}
	_, found := k.acts.verdicts.Get(uid)
	return !found
}

// ended says that the containers of a pod have stopped that its kubelet has ended.
func (k *Kubelet) ended(cl *cluster.Client, p *cluster.Pod, code int32) {
	if k.acts == nil {
		return
	}
	r, found := k.acts.removals.Delete(p.UID)
	if !found || p.Terminal() {
		return
	}
	now := k.clockOf(cl, p)
	status := stoppedStatus(p, code, now)
	if !r.inOrder {
		status.Phase = cluster.PodFailed
	}
	if r.reason == "" {
		set(cl, p, status)
		return
	}
	set(cl, p, status.WithTrouble(func(t *cluster.PodTrouble) {
		t.Reason, t.Message = r.reason, r.message
		t.Disruption = cluster.Disruption{Reason: byKubelet, Message: r.disruption, At: now}
	}))
}

// gracePeriod is how long a pod may take to stop.
func gracePeriod(p *cluster.Pod) time.Duration {
	if s := p.Spec().TerminationGracePeriodSeconds; s != nil {
		return time.Duration(min(*s, int64(forever/time.Second))) * time.Second
	}
	return 30 * time.Second
}
