package daemonset

import (
	"bytes"
	"cmp"
	"slices"
	"time"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/rollout"
)

// Survey is who runs what where, for one DaemonSet at one moment, put together from the objects of a
// cluster alone. The controller keeps the same knowledge up to date by itself and never needs a Survey; it
// is for those who ask from outside.
type Survey struct {
	// Set is the DaemonSet, and View how it looks at its pods. While the current template is not stored as
	// a revision, the View has the hash that rollout.Hash gives it; a controller with a Config.Hash of its
	// own may store it under another.
	Set  *DaemonSet
	View View
	// Current is the stored revision of the current template, nil while there is none, and Old are the
	// others, lowest number first.
	Current *rollout.ControllerRevision
	Old     []*rollout.ControllerRevision
	// Entries are the nodes that should run a pod and the places that have pods, by name, and Nodes the
	// same, in the same order, as a rollout sees them.
	Entries []Entry
	Nodes   []rollout.Node
}

// NewSurvey looks at a DaemonSet's nodes, pods and revisions. It costs as much as there are nodes, and pods
// of the DaemonSet; nodes that look alike are judged once.
func NewSurvey(r cluster.Reader, set *DaemonSet, now time.Duration) *Survey {
	s := &Survey{Set: set, View: View{
		TemplateGeneration: set.TemplateGeneration(), MinReady: set.MinReady(), Now: now, Surge: set.surges(),
	}}
	s.findRevision(r)
	at := make([]Entry, r.NodeIDs())
	s.judge(r, at)
	for p := range r.PodsOwnedBy(set.Namespace, set.UID) {
		id := p.TargetID()
		if id != cluster.NoNode && set.controls(&p.ObjectMeta) && !(p.Terminating() && p.Terminal()) {
			at[id].Pods = append(at[id].Pods, p)
		}
	}
	// What stays of the list moves to its front.
	s.Entries = at[:0]
	for id := range at {
		e := &at[id]
		if !e.ShouldRun && len(e.Pods) == 0 {
			continue
		}
		e.Node, e.ID = r.NodeName(cluster.NodeID(id)), cluster.NodeID(id)
		sortPods(e.Pods)
		s.Entries = append(s.Entries, *e)
	}
	slices.SortFunc(s.Entries, func(a, b Entry) int { return cmp.Compare(a.Node, b.Node) })
	s.Nodes = make([]rollout.Node, len(s.Entries))
	for i := range s.Entries {
		s.Nodes[i] = s.View.rolloutNode(&s.Entries[i], r.NodeByID(s.Entries[i].ID))
	}
	return s
}

// State is what a planner is shown. It chooses nothing.
func (s *Survey) State() rollout.State {
	terms := s.Set.terms(s.View.Now)
	terms.Current, terms.Old = s.Current, s.Old
	return rollout.NewStateUnder(terms, s.Nodes, nil)
}

// findRevision finds the revision of the current template in the DaemonSet's history.
func (s *Survey) findRevision(r cluster.Reader) {
	data := rollout.Encode(&s.Set.Spec.Template)
	history := rollout.Reconcile(History(r, s.Set), data)
	s.Current, s.Old = history.Current, history.Old
	if s.Current != nil {
		s.View.Hash = s.Current.Hash()
		return
	}
	s.View.Hash = rollout.Hash(data, s.Set.Status.CollisionCount)
	taken := r.Object(rollout.KindControllerRevision, s.Set.Namespace, s.Set.Name+"-"+s.View.Hash)
	if there, ok := taken.(*rollout.ControllerRevision); ok && bytes.Equal(there.Data, data) {
		// The controller goes on with it, whoever's it is.
		s.View.Hash = there.Hash()
	}
}

// judge answers the two questions for every node. It asks once about those that look alike.
func (s *Survey) judge(r cluster.Reader, at []Entry) {
	placement := NewPlacement(&s.Set.Spec.Template)
	for likeness, first := range r.Likenesses() {
		o := placement.outlook(first)
		for node := range r.NodesLike(likeness) {
			e := &at[node.ID()]
			e.Exists = true
			if !placement.nameFits(node) || o.names != nil && !o.names.Matches(node.Name, node.Labels) {
				continue
			}
			e.ShouldRun = o.flags&shouldRun != 0
			e.ShouldContinueRunning = o.flags&shouldContinue != 0
		}
	}
}
