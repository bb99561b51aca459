package kubelet

import (
	"time"

	"github.com/daemonsim/daemonsim/cluster"
)

const (
	// roundEvery is how often a kubelet looks at what its node has left.
	roundEvery = 10 * time.Second
	// afterEviction is how soon it looks again once a pod that it has ended has stopped.
	afterEviction = time.Second
	// pressureLasts is how long a node counts as under pressure after it last was.
	pressureLasts = 5 * time.Minute
	// evictionGrace is how long an evicted pod may take to stop.
	evictionGrace = time.Second
)

// pressures are the types of the conditions, in the order in which a kubelet sees to them.
func pressures() [3]string {
	return [...]string{cluster.NodeMemoryPressure, cluster.NodeDiskPressure, cluster.NodePIDPressure}
}

// watch is what a kubelet keeps of a node that runs short of something, or did until lately. It never changes.
type watch struct {
	// next is when the kubelet looks again. One in the past is that of a kubelet which has nothing to look at, or
	// did not answer then.
	next time.Duration
	// heeds says which shortages the kubelet knows of, and used what the pods took when they began.
	heeds [3]bool
	used  [3]int64
	// short says what there was too little of at the last look, and met when there last was.
	short [3]bool
	met   [3]time.Duration
}

// at notes that there was too little of something until then.
func (w *watch) at(i int, then time.Duration) { w.met[i] = max(w.met[i], then) }

// observeStrain notices that a node begins or ceases to be short of something, and that it is to shut down or that
// this has been called off.
func (k *Kubelet) observeStrain(cl *cluster.Client, before, n *cluster.Node) {
	switch was, is := before.Shutdown(), n.Shutdown(); {
	case is != nil && was == nil:
		cl.After(0, cluster.Task{Kind: taskPhase, Object: n.UID})
	case is == nil && was != nil:
		cl.After(0, cluster.Task{Kind: taskReport, Object: n.UID})
	}
	for _, condition := range pressures() {
		was, wasShort := before.Shortage(condition)
		if is, short := n.Shortage(condition); was != is || wasShort != short {
			k.heed(cl, n)
			return
		}
	}
}

// heed looks at the shortages of a node as they are now.
func (k *Kubelet) heed(cl *cluster.Client, n *cluster.Node) {
	w, known := k.watchOf(n.ID())
	for i, condition := range pressures() {
		_, found := n.Shortage(condition)
		switch {
		case found && !known:
			w, known = watch{next: never, met: [3]time.Duration{never, never, never}}, true
			fallthrough
		case found && !w.heeds[i]:
			w.heeds[i], w.used[i] = true, k.usedOn(cl, n, condition)
		case !found && w.short[i]:
			// Until now it was short, though nobody looked.
			w.at(i, lastRound(n, cl.Now()))
			fallthrough
		case !found:
			w.heeds[i], w.short[i] = false, false
		}
	}
	if known {
		k.own().watches.Set(n.ID(), w)
		k.lookAt(cl, n, nextRound(n, cl.Now()))
	}
}

func (k *Kubelet) watchOf(id cluster.NodeID) (watch, bool) {
	if k.acts == nil {
		return watch{}, false
	}
	return k.acts.watches.Get(id)
}

// nextRound and lastRound are the times around now at which a kubelet that has nothing to do looks at its node.
func nextRound(n *cluster.Node, now time.Duration) time.Duration {
	return cluster.AddTime(lastRound(n, now), roundEvery)
}

func lastRound(n *cluster.Node, now time.Duration) time.Duration {
	return now - (now-n.CreationTimestamp)%roundEvery
}

// lookAt plans a round, unless there is one before it.
func (k *Kubelet) lookAt(cl *cluster.Client, n *cluster.Node, at time.Duration) {
	w, known := k.watchOf(n.ID())
	if !known || w.next >= cl.Now() && w.next <= at {
		return
	}
	w.next = at
	k.acts.watches.Set(n.ID(), w)
	cl.After(at-cl.Now(), cluster.Task{Kind: taskRound, Object: n.UID})
}

// stir has a kubelet look at its node again because a pod has come or started there.
func (k *Kubelet) stir(cl *cluster.Client, p *cluster.Pod) {
	if k.acts == nil || k.acts.watches.Len() == 0 {
		return
	}
	if n := cl.Live().NodeByID(p.TargetID()); n != nil {
		k.lookAt(cl, n, nextRound(n, cl.Now()))
	}
}

// round is one look of a kubelet at what its node has left: it reports what has changed and ends at most one pod.
func (k *Kubelet) round(cl *cluster.Client, n *cluster.Node) {
	w, known := k.watchOf(n.ID())
	if now := cl.Now(); !known || w.next != now {
		return
	}
	w.next = never
	short := k.measure(cl, n, &w)
	n = k.reportPressure(cl, n, &w)
	k.acts.watches.Set(n.ID(), w)
	for i, condition := range pressures() {
		if short[i] == 0 {
			continue
		}
		// One resource is seen to at a time.
		p := k.worst(cl, n, condition)
		if p == nil {
			break
		}
		cl.Event(n, cluster.EventWarning, "EvictionThresholdMet",
			"Attempting to reclaim "+string(starved(condition)))
		stopping := k.evict(cl, n, p, condition, short[i])
		k.lookAt(cl, n, cl.Now()+stopping+afterEviction)
		return
	}
	k.rest(cl, n, &w)
}

// unbounded is how much too little there is where it does not matter what pods give back.
const unbounded int64 = -1

// measure finds out of what the node is short at the moment, and by how much; 0 is by nothing. Shortages that are
// over it ends.
func (k *Kubelet) measure(cl *cluster.Client, n *cluster.Node, w *watch) [3]int64 {
	var short [3]int64
	for i, condition := range pressures() {
		s, found := n.Shortage(condition)
		was := w.short[i]
		switch {
		case !found:
		case s.End != 0 && s.End <= cl.Now():
			_, _ = cl.SetShortage(n.UID, condition, nil)
			if was {
				w.at(i, lastRound(n, s.End-1))
			}
		case s.By == 0:
			short[i] = unbounded
		default:
			short[i] = max(0, s.By-w.used[i]+k.usedOn(cl, n, condition))
			if was && short[i] == 0 {
				w.at(i, cl.Now()-roundEvery)
			}
		}
		if w.short[i] = short[i] != 0; w.short[i] {
			w.at(i, cl.Now())
		}
	}
	return short
}

// usedOn is what the pods of a node take of a resource.
func (k *Kubelet) usedOn(cl *cluster.Client, n *cluster.Node, condition string) (used int64) {
	for p := range cl.Live().PodsAt(n.ID()) {
		used += k.usage(cl, condition, p).Used
	}
	return used
}

// reportPressure brings the conditions of the node up to date.
func (k *Kubelet) reportPressure(cl *cluster.Client, n *cluster.Node, w *watch) *cluster.Node {
	list := cl.Live().NodeByID(n.ID()).Status.Conditions
	for i, condition := range pressures() {
		if w.met[i] == never {
			continue
		}
		under := w.short[i] || cl.Now()-w.met[i] < pressureLasts
		if !under {
			w.met[i] = never
		}
		if c := pressureCondition(condition, under); statusOf(list, condition) != c.Status {
			list = With(list, c, k.clock(cl, n.ID()))
		}
	}
	n, _ = cl.SetNodeConditions(n.UID, list)
	return n
}

func statusOf(list []cluster.NodeCondition, conditionType string) string {
	if i := find(list, conditionType); i >= 0 {
		return list[i].Status
	}
	return ""
}

// pressureCondition is a condition as a kubelet reports it.
func pressureCondition(condition string, under bool) cluster.NodeCondition {
	for _, c := range conditions() {
		if c.Type == condition && !under {
			return c
		}
	}
	c := cluster.NodeCondition{Type: condition, Status: cluster.ConditionTrue}
	switch condition {
	case cluster.NodeMemoryPressure:
		c.Reason, c.Message = "KubeletHasInsufficientMemory", "kubelet has insufficient memory available"
	case cluster.NodeDiskPressure:
		c.Reason, c.Message = "KubeletHasDiskPressure", "kubelet has disk pressure"
	case cluster.NodePIDPressure:
		c.Reason, c.Message = "KubeletHasInsufficientPID", "kubelet has insufficient PID available"
	}
	return c
}

// rest plans the next look at a node on which nothing is to be ended: when a shortage is over, or a condition.
// Before that only a change of the shortages or of the pods makes a difference. Nothing is kept of a node that has
// neither.
func (k *Kubelet) rest(cl *cluster.Client, n *cluster.Node, w *watch) {
	next, needed := never, false
	for i, condition := range pressures() {
		s, found := n.Shortage(condition)
		needed = needed || found || w.met[i] != never
		end := never
		switch {
		case found && s.End != 0:
			end = s.End
		case !w.short[i] && w.met[i] != never:
			end = w.met[i] + pressureLasts
		}
		if end != never && (next == never || end < next) {
			next = end
		}
	}
	switch {
	case next != never:
		k.lookAt(cl, n, nextRound(n, next-1))
	case !needed:
		k.acts.watches.Delete(n.ID())
	}
}

// worst is the pod that a kubelet ends next under a pressure, nil when it may end none. Critical pods and those
// that it is ending already are left out.
func (k *Kubelet) worst(cl *cluster.Client, n *cluster.Node, condition string) *cluster.Pod {
	var pods []PodUsage
	for p := range cl.Live().PodsAt(n.ID()) {
		if p.Bound() && !p.Terminal() && !p.Terminating() && !Critical(p) && !k.ends(p.UID) && k.admitted(p.UID) {
			pods = append(pods, k.usage(cl, condition, p))
		}
	}
	if len(pods) == 0 {
		return nil
	}
	RankForEviction(condition, pods)
	equal := 1
	for equal < len(pods) && compareForEviction(condition, pods[0], pods[equal]) == 0 {
		equal++
	}
	if equal == 1 || !cl.Chooses() {
		return pods[0].Pod
	}
	return pods[cl.Choose(cluster.Choice{
		Point: "eviction-candidate", N: equal, Describe: func(i int) string { return pods[i].Pod.Name },
	})].Pod
}

// evict ends a pod because its node is short of something, and returns how long it takes to stop.
func (k *Kubelet) evict(
	cl *cluster.Client, n *cluster.Node, p *cluster.Pod, condition string, short int64,
) time.Duration {
	message := k.evictionMessage(cl, condition, n, p, short)
	cl.Event(p, cluster.EventWarning, evicted, message)
	return k.end(cl, p, removal{reason: evicted, message: message, disruption: message}, evictionGrace)
}

// evicted is the reason of what a kubelet ends, or does not let in, because its node is under pressure.
const evicted = "Evicted"
