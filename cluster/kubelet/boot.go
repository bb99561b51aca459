package kubelet

import (
	"slices"

	"github.com/daemonsim/daemonsim/cluster"
)

// codeOff is the exit code of a container that ran when its node was switched off.
const codeOff = 255

// boot is what a kubelet does that starts anew: it admits all pods again that have not ended, in order of creation.
// If its node was off, nothing runs there: the containers of pods that it admits start once more, and those that
// were being stopped have stopped.
func (k *Kubelet) boot(cl *cluster.Client, id cluster.NodeID, h host) {
	k.pulls.forget(id)
	var all []*cluster.Pod
	for p := range cl.PodsAt(id) {
		switch {
		case !p.Bound() || p.Terminal():
		case p.Terminating() && h.off:
			cl.After(0, cluster.Task{Kind: taskStopped, Object: p.UID, Arg: codeOff})
		case p.Terminating():
			k.stop(cl, p)
		case k.ends(p.UID) && h.off:
			cl.After(0, cluster.Task{Kind: taskEnded, Object: p.UID, Arg: codeOff})
		default:
			all = append(all, p)
		}
	}
	for i, p := range all {
		if live := cl.Live().PodByUID(p.UID); live != nil && !live.Terminal() {
			k.admitAnew(cl, live, all[i+1:], h)
		}
	}
}

// admitAnew admits a pod that had been admitted before, or has come while the kubelet did not run.
func (k *Kubelet) admitAnew(cl *cluster.Client, p *cluster.Pod, unheard []*cluster.Pod, h host) {
	if h.off {
		p = k.halt(cl, p)
	}
	if v := k.judge(cl, p, unheard); !v.none() {
		k.resolve(cl, p, v)
		return
	}
	switch {
	case h.off && p.Phase() == cluster.PodRunning:
		k.begin(cl, p)
	case h.off || p.Phase() == cluster.PodPending && slices.Contains(h.missed, p.UID):
		k.take(cl, p)
	case p.Status.OutOfSight():
		cl.After(0, cluster.Task{Kind: taskTell, Object: p.UID})
	case p.GatesChanged():
		cl.After(0, cluster.Task{Kind: taskGates, Object: p.UID})
	}
}

// halt notes that nothing runs of a pod whose node was switched off, and that its kubelet begins with it anew.
func (k *Kubelet) halt(cl *cluster.Client, p *cluster.Pod) *cluster.Pod {
	now := k.clockOf(cl, p)
	p = halted(p, codeOff, now)
	return set(cl, p, p.WithRecords(now, func(_ int, r *cluster.ContainerRecord) {
		r.Waiting, r.WaitingMessage, r.FailedPulls, r.Begun = "", "", 0, false
		r.Boots++
	}))
}
