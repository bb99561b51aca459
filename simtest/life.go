package simtest

import (
	"slices"
	"time"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/tainteviction"
	"github.com/daemonsim/daemonsim/taints"
)

// life holds what happens to a pod against what can happen to one. What a user writes it does not judge: people may
// claim anything.
type life struct {
	// tainted is when the taints of each node last changed: an eviction of that moment may be by those before.
	tainted map[cluster.UID]time.Duration
}

func (*life) name() Check { return Life }

func (l *life) change(sim *daemonsim.Sim, ch *cluster.Change, r *report) {
	l.node(ch)
	before, ok := ch.Before.(*cluster.Pod)
	if !ok || ch.Actor == "user" {
		return
	}
	if ch.Actor == "kubelet" && silent(sim, before.NodeName) {
		r.add(before, "changed by the kubelet of node %q, which does not answer", before.NodeName)
	}
	if ch.Actor == tainteviction.Name && deleted(ch) != nil {
		l.evicted(sim, before, r)
	}
	if after, ok := ch.After.(*cluster.Pod); ok {
		passes(before, after, r)
	}
}

// node notes when the taints of a node change.
func (l *life) node(ch *cluster.Change) {
	n, ok := ch.After.(*cluster.Node)
	if !ok {
		return
	}
	if before, ok := ch.Before.(*cluster.Node); ok && slices.Equal(before.Spec.Taints, n.Spec.Taints) {
		return
	}
	if l.tainted == nil {
		l.tainted = make(map[cluster.UID]time.Duration)
	}
	l.tainted[n.UID] = ch.Time
}

// passes judges one step of a pod's life. A phase that is terminal is so for ever, and one that runs does not go back
// to the start; containers restart one at a time, and are ready only while they run.
func passes(before, after *cluster.Pod, r *report) {
	was, is := &before.Status, &after.Status
	if before.Bound() && after.NodeName != before.NodeName {
		r.add(after, "moved from node %q to %q", before.NodeName, after.NodeName)
	}
	switch {
	case before.Phase() == after.Phase():
	case !before.Terminal() && rebooted(after):
		// Its init containers run again.
	case before.Terminal(), after.Phase() == cluster.PodPending:
		r.add(after, "went from %s to %s", before.Phase(), after.Phase())
	}
	if n := is.Restarts - was.Restarts; n < 0 || n > 1 {
		r.add(after, "went from %d restarts to %d", was.Restarts, is.Restarts)
	}
	if is.Ready && !was.Ready && (after.Phase() != cluster.PodRunning || !is.Started || !after.Bound()) {
		r.add(after, "got ready on node %q though it does not run", after.NodeName)
	}
}

// rebooted reports whether the node of a pod with init containers has been switched off and on again.
func rebooted(p *cluster.Pod) bool {
	return len(p.Spec().InitContainers) > 0 && p.Record(0).Boots > 0 && !p.Terminal()
}

// evicted judges an eviction by the taints of the pod's node. How long a toleration lasts is not looked at: a wait that
// has begun goes on when the node is gone, or changes its taints.
func (l *life) evicted(sim *daemonsim.Sim, p *cluster.Pod, r *report) {
	node := sim.Node(p.NodeName)
	if node == nil || sim.ViewOf(tainteviction.Name) != sim.Reader || l.tainted[node.UID] == sim.Now() {
		return
	}
	if bears, forever := bearing(p, node); bears && forever {
		r.add(p, "evicted from node %q, whose taints it tolerates for ever", node.Name)
	}
}

// bearing says whether a pod tolerates all taints NoExecute of a node, and whether it does so for ever.
func bearing(p *cluster.Pod, node *cluster.Node) (bears, forever bool) {
	bears, forever = true, true
	tolerations := p.FullSpec().Tolerations
	for _, taint := range node.Spec.Taints {
		if taint.Effect != taints.EffectNoExecute {
			continue
		}
		i := slices.IndexFunc(tolerations, func(t taints.Toleration) bool { return matches(t, taint) })
		bears = bears && i >= 0
		forever = forever && i >= 0 && tolerations[i].TolerationSeconds == nil
	}
	return bears, forever
}

// Evicted checks that no pod stays on a node with a taint NoExecute that it does not tolerate, for however short a
// time, unless nobody can end it there.
func Evicted(sim *daemonsim.Sim) error {
	r := report{check: "evicted", now: sim.Now()}
	if _, runs := sim.Actor(tainteviction.Name).(*tainteviction.Controller); !runs {
		return nil
	}
	for p := range sim.Pods("") {
		node := sim.Node(p.NodeName)
		if node == nil || p.Terminating() || p.Terminal() {
			continue
		}
		if bears, _ := bearing(p, node); !bears {
			r.add(p, "on node %q, whose taints it does not tolerate", node.Name)
		}
	}
	return r.err()
}
