package kubelet

import (
	"fmt"
	"slices"
	"strings"

	"github.com/daemonsim/daemonsim/cluster"
)

const (
	preempting        = "Preempting"
	preemptingMessage = "Preempted in order to admit critical pod"
	// byKubelet is the reason of the condition DisruptionTarget of a pod that its kubelet ends.
	byKubelet = "TerminationByKubelet"
)

// need is a resource that has to be freed, and how much of it.
type need struct {
	name   cluster.ResourceName
	amount int64
}

// needs are in the order in which the shortfalls were found. None is 0.
type needs []need

// requested is what a pod that goes frees of a resource.
func requested(p *cluster.Pod, name cluster.ResourceName) int64 {
	if name == cluster.ResourcePods {
		return 1
	}
	asked := p.Template.Requests()
	return asked.Amount(name)
}

// without is what is still to be freed once those pods have gone.
func (n needs) without(pods ...[]*cluster.Pod) needs {
	var left needs
	for _, one := range n {
		for _, list := range pods {
			for _, p := range list {
				one.amount -= requested(p, one.name)
			}
		}
		if one.amount > 0 {
			left = append(left, one)
		}
	}
	return left
}

// distance is how far the needs are from met once a pod has gone: the sum of the squares of the parts that are
// left of each. Each square is rounded on its own, so that it is the same everywhere.
func (n needs) distance(p *cluster.Pod) float64 {
	sum := float64(0)
	for _, one := range n {
		if left := one.amount - requested(p, one.name); left > 0 {
			part := float64(left) / float64(one.amount)
			sum += float64(part * part)
		}
	}
	return sum
}

// String is the list as a kubelet prints it.
func (n needs) String() string {
	var b strings.Builder
	for _, one := range n {
		fmt.Fprintf(&b, "(res: %s, q: %d), ", one.name, one.amount)
	}
	return "[" + b.String() + "]"
}

// victims chooses the pods that a kubelet ends to have enough of some resources for a critical pod: as few of
// the pods as will do, of those that may be ended for it. Pods that ask for less are preferred: best-effort ones,
// then burstable ones, then guaranteed ones. Among equals the earlier one goes. An empty list of victims without
// anything left means that nothing was needed; what is left when all have gone is returned as text.
func victims(critical *cluster.Pod, pods []*cluster.Pod, missing needs) (chosen []*cluster.Pod, left string) {
	var classes [3][]*cluster.Pod
	for _, p := range pods {
		if preemptable(critical, p) {
			class := classOf(p)
			classes[class] = append(classes[class], p)
		}
	}
	bestEffort, burstable, guaranteed := classes[0], classes[1], classes[2]
	if rest := missing.without(bestEffort, burstable, guaranteed); len(rest) > 0 {
		return nil, rest.String()
	}
	high := nearest(guaranteed, missing.without(bestEffort, burstable))
	middle := nearest(burstable, missing.without(bestEffort, high))
	low := nearest(bestEffort, missing.without(middle, high))
	return slices.Concat(low, middle, high), ""
}

// preemptable reports whether a kubelet may end a pod for a critical one. What it has from a file it may not.
func preemptable(critical, p *cluster.Pod) bool {
	return !Mirror(p) && (!Critical(p) || critical.Priority > p.Priority)
}

// classOf is the place of a pod's class in the order in which classes are given up.
func classOf(p *cluster.Pod) int {
	switch cluster.QOSClass(p.Spec()) {
	case cluster.PodQOSBestEffort:
		return 0
	case cluster.PodQOSBurstable:
		return 1
	}
	return 2
}

// nearest takes one pod after the other, each time the one after which the least is left to be freed.
func nearest(pods []*cluster.Pod, missing needs) []*cluster.Pod {
	var chosen []*cluster.Pod
	pods = slices.Clone(pods)
	for len(missing) > 0 && len(pods) > 0 {
		best, least := 0, missing.distance(pods[0])
		for i := 1; i < len(pods); i++ {
			d := missing.distance(pods[i])
			if d < least || d == least && asksLess(pods[i], pods[best]) {
				best, least = i, d
			}
		}
		chosen = append(chosen, pods[best])
		missing = missing.without(pods[best : best+1])
		pods = slices.Delete(pods, best, best+1)
	}
	return chosen
}

// asksLess compares what two pods request: memory, then cpu.
func asksLess(p, q *cluster.Pod) bool {
	a, b := p.Template.Requests(), q.Template.Requests()
	if a.Memory != b.Memory {
		return a.Memory < b.Memory
	}
	return a.MilliCPU < b.MilliCPU
}

// makeRoom ends the pods that are in the way of a critical one, each after the one before it has stopped, and
// begins with the critical pod when all have.
func (k *Kubelet) makeRoom(cl *cluster.Client, p *cluster.Pod, v verdict) {
	for i, uid := range v.victims {
		victim := cl.Live().PodByUID(uid)
		if victim == nil || victim.Terminal() || victim.TargetID() != p.TargetID() {
			continue
		}
		cl.Event(victim, cluster.EventWarning, preempting, preemptingMessage)
		stopping := k.end(cl, victim, removal{
			reason: preempting, message: preemptingMessage,
			disruption: "Pod was preempted by Kubelet to accommodate a critical pod.",
		}, gracePeriod(victim))
		k.own().verdicts.Set(p.UID, verdict{victims: v.victims[i+1:]})
		cl.After(stopping, cluster.Task{Kind: taskAdmit, Object: p.UID})
		return
	}
	k.take(cl, p)
}
