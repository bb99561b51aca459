package simtest

import (
	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/rollout"
)

// creation judges every pod that the DaemonSet controller creates, by what the controller sees.
type creation struct {
	// own are the pods that the controller has created, as it has, also before it sees them.
	own map[cluster.UID]*cluster.Pod
	// by is the controller whose pods they are: one that has been started anew knows none of them.
	by *daemonset.Controller
	// blurred says that there was a pod on its way to the controller that it does not wait for: its creation only
	// seemed to fail, or is older than the controller. When the controller sees that pod, it believes that it sees
	// one of those that it waits for, and waits no longer for the last of them.
	blurred bool

	memo *memo
}

func (*creation) name() Check { return Creation }

func (c *creation) change(sim *daemonsim.Sim, ch *cluster.Change, r *report) {
	p, ok := ch.After.(*cluster.Pod)
	if !ok || ch.Verb != cluster.Created || ch.Actor != daemonset.Name {
		return
	}
	view := sim.ViewOf(daemonset.Name)
	set := ownerOf(view, p)
	if set == nil {
		r.add(p, "created for a DaemonSet that does not exist")
		return
	}
	e := entryAt(view, set, p)
	if view.Node(e.node) == nil {
		r.add(p, "created for the node %q, which does not exist", e.node)
	} else if !e.run {
		r.add(p, "created on node %q, which should not run it", e.node)
	}
	if lags(sim) {
		e = c.known(sim, set, p)
		c.blurred = c.blurred || ch.Unacknowledged
	} else {
		c.madeFromCurrent(view, set, p, r)
	}
	second(set, p, &e, r)
}

// lags reports whether the controller sees the cluster later than it changes. It is then right to do what
// would have been right some time ago.
func lags(sim *daemonsim.Sim) bool { return sim.ViewOf(daemonset.Name) != sim.Reader }

// known puts together the entry of the node of a pod from the pods, as they are, that a controller that lags
// must know of: it has seen or created them, and the pod itself. Their labels are those that it knows, which somebody
// may have edited since.
func (c *creation) known(sim *daemonsim.Sim, set *daemonset.DaemonSet, p *cluster.Pod) entry {
	if by := sim.Controller(); c.own == nil || c.by != by {
		c.own, c.by, c.blurred = make(map[cluster.UID]*cluster.Pod), by, onItsWay(sim, p)
	}
	c.own[p.UID] = p
	e := entryAt(sim.Reader, set, p)
	view, pods := sim.ViewOf(daemonset.Name), e.pods
	e.pods = nil
	for _, other := range pods {
		seen := view.PodByUID(other.UID)
		if seen == nil || !owns(set, seen) {
			seen = c.own[other.UID]
			if c.blurred && other != p {
				seen = nil
			}
		}
		if seen == nil {
			continue
		}
		if other != p {
			next := *other
			next.Labels = seen.Labels
			other = &next
		}
		e.pods = append(e.pods, other)
	}
	return e
}

// onItsWay reports whether there is a pod, but for one, that the controller does not see.
func onItsWay(sim *daemonsim.Sim, except *cluster.Pod) bool {
	view := sim.ViewOf(daemonset.Name)
	for p := range sim.Pods("") {
		if p != except && view.PodByUID(p.UID) == nil {
			return true
		}
	}
	return false
}

// ownerOf is the DaemonSet that controls a pod, nil if none does.
func ownerOf(r cluster.Reader, p *cluster.Pod) *daemonset.DaemonSet {
	ref := p.Controller()
	if ref == nil {
		return nil
	}
	set, _ := r.ByUID(ref.UID).(*daemonset.DaemonSet)
	return set
}

// entryAt puts together the entry of the node that a pod is on or meant for.
func entryAt(r cluster.Reader, set *daemonset.DaemonSet, p *cluster.Pod) entry {
	e := entry{node: p.TargetNode()}
	e.run, e.goOn = shouldRun(set, r.Node(e.node))
	for other := range r.PodsAt(p.TargetID()) {
		if other.Namespace == set.Namespace {
			e.add(set, other)
		}
	}
	e.sort()
	return e
}

// madeFromCurrent reports a pod that is not of the revision of the current template, or when another
// revision has a higher number.
func (c *creation) madeFromCurrent(
	r cluster.Reader, set *daemonset.DaemonSet, p *cluster.Pod, rep *report,
) {
	current := c.memo.currentRevision(r, set)
	if current == nil {
		rep.add(p, "created while no revision holds the current template")
		return
	}
	if got := p.Labels[rollout.HashLabel]; got != current.Hash() {
		rep.add(p, "created with the hash %q while that of the current revision %d is %q",
			got, current.Revision, current.Hash())
	}
	if best := highest(r, set); best != nil && best.Revision > current.Revision && owns(set, current) {
		rep.add(p, "created of revision %d while %s has number %d",
			current.Revision, best.Name, best.Revision)
	}
}

// highest is the DaemonSet's revision with the highest number.
func highest(r cluster.Reader, set *daemonset.DaemonSet) *rollout.ControllerRevision {
	var best *rollout.ControllerRevision
	for obj := range r.OwnedBy(set.UID) {
		if rev, ok := obj.(*rollout.ControllerRevision); ok && (best == nil || rev.Revision > best.Revision) {
			best = rev
		}
	}
	return best
}

// second reports a pod that was created although the node had one. Outside of a surge that is any pod
// that has not come to its end, be it terminating; with surge a live one, unless it is the only one and
// of another revision.
//
// NB: two pods on a node are not wrong as such. A pod whose labels change may be adopted beside
// another, and a DaemonSet that stops to surge has both for a moment; the controller then deletes one.
func second(set *daemonset.DaemonSet, p *cluster.Pod, e *entry, r *report) {
	hash := p.Labels[rollout.HashLabel]
	others := 0
	for _, other := range e.pods {
		switch {
		case other == p:
		case !surges(set):
			r.add(p, "created on node %q beside %s", e.node, other.Name)
		case other.Terminating() || other.Terminal():
		case isNew(set, hash, other):
			r.add(p, "created on node %q beside %s of the same revision", e.node, other.Name)
		default:
			if others++; others == 2 {
				r.add(p, "created on node %q beside more than one pod", e.node)
			}
		}
	}
}

// surges reports whether new pods may stand beside old ones at all.
func surges(set *daemonset.DaemonSet) bool {
	u := set.Spec.UpdateStrategy
	if u.Type != daemonset.RollingUpdate || u.RollingUpdate == nil {
		return false
	}
	return resolve(u.RollingUpdate.MaxSurge, 1) > 0
}
