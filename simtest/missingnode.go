package simtest

import (
	"slices"
	"time"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/podgc"
)

// missingNode remembers the pods that are bound to nodes which do not exist, and looks at them again when the
// collector of pods must have come to them.
type missingNode struct{ left []leftPod }

// leftPod is a pod that has been without its node since then.
type leftPod struct {
	uid   cluster.UID
	since time.Duration
}

func (m *missingNode) name() Check { return MissingNode }

func (m *missingNode) change(sim *daemonsim.Sim, ch *cluster.Change, r *report) {
	m.close(sim, r)
	switch obj := ch.Object().(type) {
	case *cluster.Node:
		m.node(sim, ch, obj)
	case *cluster.Pod:
		before, _ := ch.Before.(*cluster.Pod)
		m.pod(sim, ch, before, obj, r)
	}
}

// node notes the pods on a node that goes; a node that comes back has its pods again.
func (m *missingNode) node(sim *daemonsim.Sim, ch *cluster.Change, n *cluster.Node) {
	switch ch.Verb {
	case cluster.Created:
		m.left = slices.DeleteFunc(m.left, func(l leftPod) bool {
			p := sim.PodByUID(l.uid)
			return p == nil || p.NodeName == n.Name
		})
	case cluster.Deleted:
		for p := range sim.PodsOn(n.Name) {
			m.left = append(m.left, leftPod{p.UID, ch.Time})
		}
	}
}

// pod judges a pod that comes to a node which does not exist, or is collected though its node does exist.
func (m *missingNode) pod(sim *daemonsim.Sim, ch *cluster.Change, before, p *cluster.Pod, r *report) {
	missing := p.Bound() && sim.Node(p.NodeName) == nil
	if ch.Verb != cluster.Deleted && missing && (before == nil || !before.Bound()) {
		m.left = append(m.left, leftPod{p.UID, ch.Time})
		if ch.Actor != "user" {
			r.add(p, "%s bound it to the node %q, which does not exist", ch.Actor, p.NodeName)
		}
	}
	if collecting(p) && !collecting(before) && !missing {
		r.add(p, "collected though its node %q exists", p.NodeName)
	}
}

// collecting reports whether the collector of pods has given a pod up. A finalizer may hold it for long after that.
func collecting(p *cluster.Pod) bool {
	if p == nil {
		return false
	}
	d, _ := p.Disruption()
	return d.Reason == "DeletionByPodGC"
}

// close reports the pods that are still there though they have been without their node for longer than the
// collector waits, which has to be running all that time: one that was stopped begins anew. Those that have ended
// and are held by a finalizer are not its business.
func (m *missingNode) close(sim *daemonsim.Sim, r *report) {
	collector, ok := sim.Actor(podgc.Name).(*podgc.Collector)
	if !ok || len(m.left) == 0 {
		return
	}
	begin, begun := collector.Since()
	if !begun {
		return
	}
	patience := collector.Patience()
	m.left = slices.DeleteFunc(m.left, func(l leftPod) bool {
		if sim.Now() <= max(l.since, begin)+patience {
			return false
		}
		p := sim.PodByUID(l.uid)
		if p != nil && !(p.Terminal() && p.Terminating()) && sim.Node(p.NodeName) == nil {
			r.add(p, "bound to the node %q, which has not been there since t=%v", p.NodeName, l.since)
		}
		return true
	})
}
