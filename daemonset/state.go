package daemonset

import (
	"cmp"
	"iter"
	"slices"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/rollout"
)

// state shows a DaemonSet's nodes to a planner.
type state struct {
	c  *Controller
	cl *cluster.Client
	t  *tracked
}

var _ rollout.State = (*state)(nil)

// Terms are the budget, the clock and the revisions.
func (s *state) Terms() rollout.Terms {
	terms := s.t.set.terms(s.t.view.Now)
	terms.Current, terms.Old = s.t.current, s.t.old
	return terms
}

// Desired is the number of nodes that should run a pod.
func (s *state) Desired() int { return s.t.sums.desired }

// Count is the number of nodes in a situation.
func (s *state) Count(sit rollout.Situation, run bool) int {
	if sit >= rollout.Situations {
		return 0
	}
	return s.t.sums.situations[runIndex(run)][sit]
}

// In walks the nodes of a situation with an old pod, by name.
func (s *state) In(sit rollout.Situation, run bool) iter.Seq[rollout.Node] {
	return func(yield func(rollout.Node) bool) {
		if !sit.HasOld() {
			return
		}
		for spot := range s.t.walk(oldClass(sit, run)) {
			if !yield(s.node(spot.node)) {
				return
			}
		}
	}
}

// Nodes walks all nodes that should run a pod or have one, by name.
func (s *state) Nodes() iter.Seq[rollout.Node] {
	return func(yield func(rollout.Node) bool) {
		var list []rollout.Node
		for id := range s.t.records.Len() {
			r := s.t.records.At(id)
			if r.flags&shouldRun != 0 || r.situation != rollout.Vacant {
				list = append(list, s.node(cluster.NodeID(id)))
			}
		}
		slices.SortFunc(list, func(a, b rollout.Node) int { return cmp.Compare(a.Name, b.Name) })
		slices.Values(list)(yield)
	}
}

func (s *state) node(id cluster.NodeID) rollout.Node {
	return s.t.view.rolloutNode(s.c.entry(s.cl, s.t, id), s.cl.NodeByID(id))
}

// Choose asks the cluster's chooser.
func (s *state) Choose(ch cluster.Choice) int { return s.cl.Choose(ch) }

// Chooses reports whether the cluster has a chooser.
func (s *state) Chooses() bool { return s.cl.Chooses() }
