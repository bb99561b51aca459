package daemonset

import (
	"time"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/rollout"
)

// RolloutState is a rollout as it stands at a moment: what the controller would show to a planner if it saw
// all that the reader shows. It is worked out from the objects alone, so it costs as much as there are
// nodes, and it chooses nothing. A DaemonSet whose controller has not stored its template as a revision yet
// is seen with the revision that it will get.
func RolloutState(r cluster.Reader, set *DaemonSet, now time.Duration) rollout.State {
	terms := set.terms(now)
	data := rollout.Encode(&set.Spec.Template)
	history := rollout.Reconcile(Revisions(r, set), data)
	terms.Current, terms.Old = history.Current, history.Old
	view := View{
		TemplateGeneration: set.TemplateGeneration(), MinReady: set.MinReady(), Now: now, Surge: set.surges(),
	}
	if terms.Current != nil {
		view.Hash = terms.Current.Hash()
	} else {
		view.Hash = rollout.Hash(data, set.Status.CollisionCount)
	}
	pods := make(map[cluster.NodeID][]*cluster.Pod)
	var gone []cluster.NodeID
	for p := range r.PodsOwnedBy(set.Namespace, set.UID) {
		id := p.TargetID()
		if id == cluster.NoNode || p.Terminating() && p.Terminal() || !set.controls(&p.ObjectMeta) {
			continue
		}
		if len(pods[id]) == 0 && r.NodeByID(id) == nil {
			gone = append(gone, id)
		}
		pods[id] = append(pods[id], p)
	}
	var nodes []rollout.Node
	placement := NewPlacement(&set.Spec.Template)
	add := func(e Entry, object *cluster.Node) {
		sortPods(e.Pods)
		nodes = append(nodes, view.rolloutNode(&e, object))
	}
	for node := range r.Nodes() {
		e := Entry{Node: node.Name, ID: node.ID(), Exists: true, Pods: pods[node.ID()]}
		e.ShouldRun, e.ShouldContinueRunning = placement.Verdict(node)
		add(e, node)
	}
	for _, id := range gone {
		add(Entry{Node: r.NodeName(id), ID: id, Pods: pods[id]}, nil)
	}
	return rollout.NewStateUnder(terms, nodes, nil)
}

// terms are the terms of a rollout, but for the revisions.
func (d *DaemonSet) terms(now time.Duration) rollout.Terms {
	return rollout.Terms{Set: &d.ObjectMeta, Now: now, MinReady: d.MinReady(), Budget: d.limits()}
}

// controls reports whether the DaemonSet is the controller of an object: it is known by kind, name,
// namespace and UID.
func (d *DaemonSet) controls(m *cluster.ObjectMeta) bool {
	ref := m.Controller()
	return ref != nil && ref.UID == d.UID && ref.Kind == Kind && ref.Name == d.Name &&
		m.Namespace == d.Namespace
}
