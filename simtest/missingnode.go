package simtest

import (
	"slices"
	"time"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/cluster"
)

// missingNode remembers the pods on nodes that have gone, and looks at them again when time has moved on.
type missingNode struct {
	since time.Duration
	left  []cluster.UID
}

func (m *missingNode) name() Check { return MissingNode }

func (m *missingNode) change(sim *daemonsim.Sim, ch *cluster.Change, r *report) {
	m.close(sim, r)
	switch obj := ch.Object().(type) {
	case *cluster.Node:
		m.node(sim, ch, obj)
	case *cluster.Pod:
		before, _ := ch.Before.(*cluster.Pod)
		if ch.Actor != "user" && obj.Bound() && ch.After != nil && (before == nil || !before.Bound()) &&
			sim.Node(obj.NodeName) == nil {
			r.add(obj, "%s bound it to the node %q, which does not exist", ch.Actor, obj.NodeName)
		}
	}
}

// node notes the pods on a node that goes; a node that comes back at once has its pods again.
func (m *missingNode) node(sim *daemonsim.Sim, ch *cluster.Change, n *cluster.Node) {
	switch ch.Verb {
	case cluster.Created:
		m.left = slices.DeleteFunc(m.left, func(uid cluster.UID) bool {
			p := sim.PodByUID(uid)
			return p == nil || p.NodeName == n.Name
		})
	case cluster.Deleted:
		m.since = ch.Time
		for p := range sim.PodsOn(n.Name) {
			m.left = append(m.left, p.UID)
		}
	}
}

// close reports the pods that are still there though their node is not, later than the moment it went.
func (m *missingNode) close(sim *daemonsim.Sim, r *report) {
	if len(m.left) == 0 || sim.Now() == m.since {
		return
	}
	for _, uid := range m.left {
		p := sim.PodByUID(uid)
		if p != nil && len(p.Finalizers) == 0 && sim.Node(p.NodeName) == nil {
			r.add(p, "bound to the node %q, which went at t=%v", p.NodeName, m.since)
		}
	}
	m.left = nil
}
