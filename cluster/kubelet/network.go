package kubelet

import (
	"strings"
	"time"

	"github.com/daemonsim/daemonsim/cluster"
)

const (
	// noNetwork is what a kubelet says of a node whose network has not been set up; what comes after the colon is
	// the container runtime's to say.
	noNetwork = networkNotReady + "NetworkReady=false reason:NetworkPluginNotReady " +
		"message:Network plugin returns error: cni plugin not initialized"
	// networkNotReady begins what a kubelet says of such a node.
	networkNotReady = "container runtime network not ready: "
)

const (
	// A kubelet that has just been started asks its runtime every fastPoll, until the node is ready for the first
	// time but for no longer than fastFor. From then on it asks every slowPoll, and reports every statusSync.
	fastPoll   = 100 * time.Millisecond
	fastFor    = 120 * time.Second
	slowPoll   = 5 * time.Second
	statusSync = 10 * time.Second
	// syncRetry is how soon a kubelet tries again to start a pod that it could not start.
	syncRetry = time.Second
)

// Register is what the kubelet of a new node reports first. Where the network is an agent's to set up, that is a
// node without network, unless the host was there before and has it already.
func (k *Kubelet) Register(id cluster.NodeID) []cluster.NodeCondition {
	if !k.agents {
		return nil
	}
	if h, known := k.host(id); known && !h.offline {
		return nil
	}
	return []cluster.NodeCondition{NotReady(noNetwork)}
}

// withoutNetwork reports whether a kubelet says of its node that the network is not there.
func withoutNetwork(n *cluster.Node) bool {
	i := find(n.Status.Conditions, cluster.NodeReady)
	if i < 0 {
		return false
	}
	c := &n.Status.Conditions[i]
	return c.Status == cluster.ConditionFalse && strings.HasPrefix(c.Message, networkNotReady)
}

// waitsForNetwork reports whether a pod cannot be started because its node has no network, and says so in an
// Event. A pod that uses the network of the node itself does not wait.
func (k *Kubelet) waitsForNetwork(cl *cluster.Client, p *cluster.Pod) bool {
	if k.troubled == nil {
		return false
	}
	if h, _ := k.host(p.TargetID()); !h.offline || p.Spec().HostNetwork {
		return false
	}
	cl.Event(p, cluster.EventWarning, "NetworkNotReady", "network is not ready: "+noNetwork)
	return true
}

// noteWaiting says in the status of a pod that it waits for the network, unless that has come in the same moment.
func (k *Kubelet) noteWaiting(cl *cluster.Client, p *cluster.Pod) {
	if p.Terminating() {
		return
	}
	if h, _ := k.host(p.TargetID()); !h.offline {
		k.pull(cl, p, 0)
		return
	}
	set(cl, p, p.Status.WithTrouble(func(t *cluster.PodTrouble) { t.NoNetwork = true }))
}

// noteNetwork says since when a pod that has waited does so no more.
func (k *Kubelet) noteNetwork(cl *cluster.Client, p *cluster.Pod) *cluster.Pod {
	if t := p.Status.Trouble; t == nil || !t.NoNetwork {
		return p
	}
	now := k.clockOf(cl, p)
	return set(cl, p, p.Status.WithTrouble(func(t *cluster.PodTrouble) { t.NoNetwork, t.SandboxAt = false, now }))
}

// observeNetwork notices what is said of the network of a node.
func (k *Kubelet) observeNetwork(cl *cluster.Client, before, n *cluster.Node) {
	h, _ := k.host(n.ID())
	switch {
	case h.offline && n.Ready():
		k.connect(cl, n.ID())
	case !h.offline && withoutNetwork(n) && !withoutNetwork(before):
		h.offline, h.configured, h.lost = true, false, true
		k.setHost(n.ID(), h)
	}
}

// setUpNetwork is when an agent has set up the network of its node.
func (k *Kubelet) setUpNetwork(cl *cluster.Client, p *cluster.Pod) {
	h, _ := k.host(p.TargetID())
	if !h.offline || h.configured {
		return
	}
	h.configured = true
	k.setHost(p.TargetID(), h)
	if n := cl.Live().NodeByID(p.TargetID()); n != nil {
		k.lookForNetwork(cl, n)
	}
}

// lookForNetwork plans when the kubelet of a node asks its runtime the next time.
func (k *Kubelet) lookForNetwork(cl *cluster.Client, n *cluster.Node) {
	h, _ := k.host(n.ID())
	age, poll := cl.Now()-n.CreationTimestamp, slowPoll
	if !h.lost && age+fastPoll <= fastFor {
		poll = fastPoll
	}
	cl.After(poll-age%poll, cluster.Task{Kind: taskNetwork, Object: n.UID})
}

// findNetwork is when the kubelet of a node finds the network. It starts the pods that have waited for it, and
// reports that the node is ready: at once as long as it asks often, else when it next reports.
func (k *Kubelet) findNetwork(cl *cluster.Client, n *cluster.Node) {
	h, _ := k.host(n.ID())
	if !h.offline {
		return
	}
	k.connect(cl, n.ID())
	age := cl.Now() - n.CreationTimestamp
	if !h.lost && age <= fastFor {
		k.report(cl, n)
		return
	}
	cl.After((statusSync-age%statusSync)%statusSync, cluster.Task{Kind: taskReport, Object: n.UID})
}

// connect gives a host its network. The pods that have waited are tried again a second after they were last.
func (k *Kubelet) connect(cl *cluster.Client, id cluster.NodeID) {
	h, _ := k.host(id)
	h.offline, h.configured, h.lost = false, false, false
	k.setHost(id, h)
	for p := range cl.PodsAt(id) {
		live := cl.Live().PodByUID(p.UID)
		if live == nil || live.Terminating() || live.Terminal() || live.Status.Trouble == nil ||
			!live.Status.Trouble.NoNetwork {
			continue
		}
		first := live.Record(0)
		wait := syncRetry - (cl.Now()-live.Status.ScheduledAt)%syncRetry
		if wait == syncRetry && cl.Now() > live.Status.ScheduledAt {
			wait = 0
		}
		cl.After(wait, plan(live, 0, &first, taskPull))
	}
}
