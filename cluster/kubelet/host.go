package kubelet

import (
	"slices"
	"time"

	"github.com/tidwall/btree"

	"github.com/daemonsim/daemonsim/cluster"
)

// RenewInterval is how often a kubelet renews the lease of its node.
const RenewInterval = 10 * time.Second

// LastHeartbeat is when the kubelet of a node that answers has last renewed its lease: it does so when it
// registers the node and every RenewInterval from then on.
func LastHeartbeat(n *cluster.Node, now time.Duration) time.Duration {
	return now - (now-n.CreationTimestamp)%RenewInterval
}

// host is what runs a kubelet, as far as it is not as it should be: a host whose node exists and answers needs
// no host. It outlives its Node.
type host struct {
	// silent says that its kubelet does not answer.
	silent bool
	// anew says that its kubelet starts anew when it answers again, and off that all else on it does, too.
	anew, off bool
	// unregistered says that its Node has been deleted. Its pods run on, until somebody deletes them.
	unregistered bool
	// offline says that its kubelet finds no network; configured that it has been set up by now, lost that it was
	// there before.
	offline, configured, lost bool
	// reported are the conditions of the node when its kubelet last answered.
	reported []cluster.NodeCondition
	// labels are those of its Node when it was deleted, and skew is by how much its clock was ahead then.
	labels map[string]string
	skew   time.Duration
	// held are the tasks that have come due while it was silent. They are replaced, never appended to.
	held []cluster.Task
	// missed are the pods that have been bound to it meanwhile, of which its kubelet has not heard. They are replaced,
	// too.
	missed []cluster.UID
}

// network is what is left to say of a host that answers.
func (h *host) network() host {
	return host{offline: h.offline, configured: h.configured, lost: h.lost}
}

func (k *Kubelet) host(id cluster.NodeID) (host, bool) {
	if k.troubled == nil {
		return host{}, false
	}
	return k.troubled.Get(id)
}

// setHost notes what is not as it should be of a host; nothing, when all is.
func (k *Kubelet) setHost(id cluster.NodeID, h host) {
	if !h.silent && !h.unregistered && !h.offline && len(h.held)+len(h.missed) == 0 {
		if k.troubled != nil {
			k.troubled.Delete(id)
		}
		return
	}
	if k.troubled == nil {
		k.troubled = new(btree.Map[cluster.NodeID, host])
	}
	k.troubled.Set(id, h)
}

// answers reports whether a kubelet works on the node of that number. There is none before the node has been
// there, and there still is one after it.
func (k *Kubelet) answers(cl *cluster.Client, id cluster.NodeID) bool {
	n := cl.Live().NodeByID(id)
	if n == nil {
		// The kubelet may not have heard yet that the node is gone.
		n = cl.NodeByID(id)
	}
	if n != nil {
		_, out := n.Outage()
		return !out
	}
	h, known := k.host(id)
	return known && !h.silent
}

// miss keeps a pod in mind whose kubelet does not hear that it has been bound.
func (k *Kubelet) miss(cl *cluster.Client, p *cluster.Pod) {
	h, known := k.host(p.TargetID())
	if !known && cl.Live().NodeByID(p.TargetID()) == nil {
		return
	}
	h.silent = true
	h.missed = append(slices.Clip(h.missed), p.UID)
	k.setHost(p.TargetID(), h)
}

// hold keeps a task for the time when the host answers again. Where there has never been a host there is
// nothing to be done.
func (k *Kubelet) hold(cl *cluster.Client, id cluster.NodeID, t cluster.Task) {
	h, known := k.host(id)
	if !known && cl.Live().NodeByID(id) == nil {
		return
	}
	h.silent = true
	h.held = append(slices.Clip(h.held), t)
	k.setHost(id, h)
}

// register begins with the pods of a new node. When its host was there before, they are those of old, and
// run on.
func (k *Kubelet) register(cl *cluster.Client, n *cluster.Node) {
	h, known := k.host(n.ID())
	next := host{offline: withoutNetwork(n), configured: h.configured, lost: h.lost || known && !h.offline}
	if h.silent && h.anew {
		next.silent, next.anew, next.off, next.held, next.missed = true, true, h.off, h.held, h.missed
		cl.After(0, cluster.Task{Kind: taskReport, Object: n.UID})
	}
	k.setHost(n.ID(), next)
	if h.configured {
		k.lookForNetwork(cl, n)
	}
	switch {
	case !known:
		k.catchUp(cl, n.ID(), true, nil)
	case next.silent:
		// It reports first.
	case h.silent:
		k.resume(cl, n.ID(), h)
	default:
		k.release(cl, h)
	}
	k.beginFlapping(cl, n)
}

// unregister goes on without a Node. A kubelet that was about to report that it answers again has no node left to
// report on, but still its pods.
func (k *Kubelet) unregister(cl *cluster.Client, n *cluster.Node) {
	h, _ := k.host(n.ID())
	_, out := n.Outage()
	if h.silent && !out && !h.anew {
		k.resume(cl, n.ID(), h)
		h = h.network()
	}
	if k.acts != nil {
		k.acts.watches.Delete(n.ID())
	}
	h.silent, h.unregistered = out || h.anew, true
	h.labels, h.skew = n.Labels, k.clocks.ahead(cl, n)
	k.setHost(n.ID(), h)
}

// observeNode notices that an outage begins or ends, what people say for the kubelet, and what is said of a
// node that does answer.
func (k *Kubelet) observeNode(cl *cluster.Client, before, n *cluster.Node) {
	was, wasOut := before.Outage()
	is, out := n.Outage()
	if out && !wasOut {
		h, _ := k.host(n.ID())
		h.silent = true
		h.reported = n.Status.Conditions
		k.setHost(n.ID(), h)
	}
	if out && (is.Off || is.Restart) {
		h, _ := k.host(n.ID())
		h.anew, h.off = true, h.off || is.Off
		k.setHost(n.ID(), h)
	}
	if out && is.End != 0 && (!wasOut || was.End != is.End) {
		cl.After(is.End-cl.Now(), cluster.Task{Kind: taskReturn, Object: n.UID})
	}
	if out {
		return
	}
	k.observeNetwork(cl, before, n)
	k.observeStrain(cl, before, n)
	if wasOut || givenUp(n) && !givenUp(before) {
		cl.After(0, cluster.Task{Kind: taskReport, Object: n.UID})
		return
	}
	tellReady(cl, n, before.ConditionStatus(cluster.NodeReady), n.ConditionStatus(cluster.NodeReady))
}

// givenUp reports whether somebody has said of a node that its kubelet says nothing.
func givenUp(n *cluster.Node) bool {
	i := find(n.Status.Conditions, cluster.NodeReady)
	return i >= 0 && n.Status.Conditions[i].Reason == cluster.NodeStatusUnknown
}

// tellReady records the Event that a kubelet records when it reports another status of the condition Ready.
func tellReady(cl *cluster.Client, n *cluster.Node, was, is string) {
	switch {
	case was == is || is == "":
	case is == cluster.ConditionTrue:
		cl.Event(n, cluster.EventNormal, "NodeReady", "Node "+n.Name+" status is now: NodeReady")
	default:
		cl.Event(n, cluster.EventNormal, "NodeNotReady", "Node "+n.Name+" status is now: NodeNotReady")
	}
}

// runNode does a task about a node.
func (k *Kubelet) runNode(cl *cluster.Client, t cluster.Task) {
	n, _ := cl.Live().ByUID(t.Object).(*cluster.Node)
	if n == nil {
		return
	}
	o, out := n.Outage()
	switch {
	case t.Kind == taskReturn && out && o.End == t.At:
		// What comes next follows from the change.
		_, _ = cl.SetOutage(n.UID, nil)
	case out && t.Kind == taskNetwork:
		k.hold(cl, n.ID(), t)
	case out:
	case t.Kind == taskReport:
		k.report(cl, n)
	case t.Kind == taskNetwork:
		k.findNetwork(cl, n)
	case t.Kind == taskRound:
		k.round(cl, n)
	case t.Kind == taskPhase && n.Shutdown() != nil:
		k.shutDown(cl, n, int(t.Arg))
	}
}

// report says how a node is whose kubelet answers again, which is well if it has a network, and does what has
// been left undone.
func (k *Kubelet) report(cl *cluster.Client, n *cluster.Node) {
	h, _ := k.host(n.ID())
	k.setHost(n.ID(), h.network())
	next := Report(n.Status.Conditions, h.reported, k.clock(cl, n.ID()))
	if h.offline {
		next = report(n.Status.Conditions, h.reported, NotReady(noNetwork), k.clock(cl, n.ID()))
	}
	_, _ = cl.SetNodeConditions(n.UID, next)
	k.heed(cl, n)
	k.resume(cl, n.ID(), h)
}

// resume goes on with the pods of a host whose kubelet answers again.
func (k *Kubelet) resume(cl *cluster.Client, id cluster.NodeID, h host) {
	if !h.off {
		k.release(cl, h)
	}
	if h.anew {
		k.boot(cl, id, h)
		return
	}
	k.catchUp(cl, id, false, h.missed)
}

// release lets a host do what has come due while it was silent.
func (k *Kubelet) release(cl *cluster.Client, h host) {
	for _, t := range h.held {
		cl.After(0, t)
	}
}

// never is before anything has happened.
const never time.Duration = -1

// catchUp looks at all pods of a node whose kubelet has not heard of changes for a while. A pod that it finds
// terminating has all of its grace from now on. One that it knew before goes on as planned; those that it has missed,
// which may be all, it admits in order of creation.
func (k *Kubelet) catchUp(cl *cluster.Client, id cluster.NodeID, all bool, missed []cluster.UID) {
	var fresh []*cluster.Pod
	for p := range cl.PodsAt(id) {
		switch {
		case !p.Bound():
		case p.Terminating():
			k.stop(cl, p)
		case p.Phase() == cluster.PodPending:
			if all || slices.Contains(missed, p.UID) {
				fresh = append(fresh, p)
			}
		case p.Status.OutOfSight():
			cl.After(0, cluster.Task{Kind: taskTell, Object: p.UID})
		case p.GatesChanged():
			cl.After(0, cluster.Task{Kind: taskGates, Object: p.UID})
		}
	}
	for i, p := range fresh {
		k.admit(cl, p, fresh[i+1:])
	}
}
