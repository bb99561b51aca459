package kubelet

import (
	"slices"
	"time"

	"github.com/daemonsim/daemonsim/cluster"
)

// Rejection is why a kubelet does not admit a pod that has been bound to its node. The pod ends in the phase
// Failed, and is not tried again.
type Rejection struct {
	// Reason is status.reason, such as "OutOfcpu" or "NodePorts".
	Reason string
	// Message is what the kubelet says in its Event. In the status it comes after "Pod was rejected: ".
	Message string
}

// rejectedPrefix begins the status.message of a pod that was not admitted.
const rejectedPrefix = "Pod was rejected: "

// Critical reports whether a kubelet takes a pod for critical: it is of one of the two classes that every cluster
// has, by its priority, or the mirror of a static pod.
func Critical(p *cluster.Pod) bool { return p.Priority >= cluster.SystemClusterCritical || Mirror(p) }

// Mirror reports whether a pod only shows what a kubelet runs that has it from a file of its node.
func Mirror(p *cluster.Pod) bool {
	_, mirror := p.Annotations["kubernetes.io/config.mirror"]
	return mirror
}

// verdict is what a kubelet has found out about a pod that it does not simply admit: why it is turned away or,
// if there is no reason, the pods that have to go first. It never changes.
type verdict struct {
	Rejection
	victims []cluster.UID
}

func (v *verdict) none() bool { return v.Reason == "" && len(v.victims) == 0 }

// judge asks whether a pod that its kubelet has just come to know of is admitted. Pods of which it has not heard
// and those that it has turned away do not count, nor do pods that have ended; those that are terminating do.
func (k *Kubelet) judge(cl *cluster.Client, p *cluster.Pod, unheard []*cluster.Pod) verdict {
	live := cl.Live().NodeByID(p.TargetID())
	known := cl.NodeByID(p.TargetID())
	if known == nil {
		known = live
	}
	if known == nil {
		return verdict{}
	}
	r := room{pod: p, node: known}
	for other := range cl.PodsAt(p.TargetID()) {
		if k.counts(cl, other, p, unheard) {
			r.take(other)
		}
	}
	if why, rejected := r.barred(); rejected {
		return verdict{Rejection: why}
	}
	missing := r.shortfalls()
	if len(missing) == 0 && r.elsewhere() && !r.clash && !r.tainted() && live != nil {
		// Perhaps the kubelet has not heard yet of a change of the labels of its Node.
		r.node = live
		missing = r.shortfalls()
	}
	v := k.weigh(cl, &r, missing, unheard)
	if why, rejected := r.shuttingDown(); rejected && v.Reason == "" {
		return verdict{Rejection: why}
	}
	return v
}

// weigh comes to a verdict by resources and by what else makes the pod unfit. Lack of resources is no reason to
// turn a critical pod away, as long as others can be ended for it.
func (k *Kubelet) weigh(cl *cluster.Client, r *room, missing []shortfall, unheard []*cluster.Pod) verdict {
	why, unfit := r.unfit()
	switch {
	case unfit && (len(missing) == 0 || Critical(r.pod)):
		return verdict{Rejection: why}
	case len(missing) == 0:
		return verdict{}
	case !Critical(r.pod):
		return verdict{Rejection: missing[0].rejection()}
	}
	var wanted needs
	for i := range missing {
		wanted = append(wanted, need{missing[i].name, missing[i].missing()})
	}
	var candidates []*cluster.Pod
	for other := range cl.PodsAt(r.pod.TargetID()) {
		if k.counts(cl, other, r.pod, unheard) {
			candidates = append(candidates, other)
		}
	}
	chosen, left := victims(r.pod, candidates, wanted)
	if left != "" {
		return verdict{Rejection: Rejection{"UnexpectedAdmissionError",
			"Unexpected error while attempting to recover from admission failure: preemption: " +
				"error finding a set of pods to preempt: no set of running pods found to reclaim resources: " + left}}
	}
	var v verdict
	for _, p := range chosen {
		v.victims = append(v.victims, p.UID)
	}
	return v
}

// counts reports whether another pod has what it asks for, as far as the kubelet has heard of it.
func (k *Kubelet) counts(cl *cluster.Client, other, p *cluster.Pod, unheard []*cluster.Pod) bool {
	if other.UID == p.UID || !other.Bound() || slices.Contains(unheard, other) {
		return false
	}
	if k.acts != nil {
		if v, _ := k.acts.verdicts.Get(other.UID); v.Reason != "" {
			return false
		}
	}
	live := cl.Live().PodByUID(other.UID)
	return live != nil && !live.Terminal()
}

// admit begins with a pod, or sees to it that it fails or that there is room for it first. One that runs already
// has been admitted by somebody.
func (k *Kubelet) admit(cl *cluster.Client, p *cluster.Pod, unheard []*cluster.Pod) {
	if p.Terminal() || p.Terminating() {
		return
	}
	if p.Status.Started {
		k.take(cl, p)
		return
	}
	v := k.judge(cl, p, unheard)
	if v.none() {
		k.take(cl, p)
		return
	}
	k.resolve(cl, p, v)
}

// betweenRejections is the least time between two rejections on a node. Without it, a controller that makes the next
// pod at once would go on for ever at one moment.
const betweenRejections = 100 * time.Millisecond

// resolve plans to do what the verdict about a pod says.
func (k *Kubelet) resolve(cl *cluster.Client, p *cluster.Pod, v verdict) {
	a := k.own()
	a.verdicts.Set(p.UID, v)
	at := cl.Now()
	if v.Reason != "" {
		if last, found := a.rejections.Get(p.TargetID()); found {
			at = max(at, last+betweenRejections)
		}
		a.rejections.Set(p.TargetID(), at)
	}
	cl.After(at-cl.Now(), cluster.Task{Kind: taskAdmit, Object: p.UID})
}

// carryOut does what the verdict about a pod says, if nothing has come of it otherwise.
func (k *Kubelet) carryOut(cl *cluster.Client, p *cluster.Pod) {
	if k.acts == nil {
		return
	}
	v, found := k.acts.verdicts.Delete(p.UID)
	switch {
	case !found || p.Terminal() || p.Terminating():
	case v.Reason != "":
		k.reject(cl, p, v.Rejection)
	default:
		k.makeRoom(cl, p, v)
	}
}

// reject ends a pod that was not admitted. Nothing of it runs any more.
func (k *Kubelet) reject(cl *cluster.Client, p *cluster.Pod, why Rejection) {
	cl.Event(p, cluster.EventWarning, why.Reason, why.Message)
	set(cl, p, stoppedStatus(p, notRunning, k.clockOf(cl, p)).WithTrouble(func(t *cluster.PodTrouble) {
		t.Reason, t.Message, t.Rejected = why.Reason, rejectedPrefix+why.Message, true
	}))
}
