package scheduler

import (
	"slices"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
)

// QueueingHint says that a pod helps that comes and matches all terms of affinity, that goes and matched a term of
// anti-affinity or did not want the pod near, or that begins to match or ceases to. So does a node that is
// in a place that matters, and any change of the pod's own labels.
func (InterPodAffinity) QueueingHint(pod *cluster.Pod, e Event) bool {
	terms := termsOf(pod)
	switch e.Kind {
	case NodeAdded:
		return len(terms.Away) > 0 || slices.ContainsFunc(terms.Near, func(t affinity.PodMatcher) bool {
			return hasLabel(e.Node, t.TopologyKey())
		})
	case NodeUpdated:
		return movedPlace(terms, e.NodeBefore, e.Node)
	case AssignedPodAdded:
		return mayMatchAll(terms.Near, pod, e.Pod)
	case AssignedPodDeleted:
		return mayMatchAny(terms.Away, pod, e.Pod) || mayMatchAny(termsOf(e.Pod).Away, e.Pod, pod)
	case AssignedPodUpdated:
		return !mayMatchAll(terms.Near, pod, e.PodBefore) && mayMatchAll(terms.Near, pod, e.Pod) ||
			mayMatchAny(terms.Away, pod, e.PodBefore) && !mayMatchAny(terms.Away, pod, e.Pod)
	case TargetPodUpdated:
		return e.labelsChanged()
	}
	return false
}

func hasLabel(n *cluster.Node, key string) bool {
	_, ok := n.Labels[key]
	return ok
}

// movedPlace reports whether a node has come to a place of affinity, left one of anti-affinity, or gone from
// one such place to another.
func movedPlace(terms *affinity.InterPodAffinity, before, after *cluster.Node) bool {
	changed := func(key string, gained bool) bool {
		was, is := hasLabel(before, key), hasLabel(after, key)
		if was && is {
			return before.Labels[key] != after.Labels[key]
		}
		return was != is && is == gained
	}
	came := func(t affinity.PodMatcher) bool { return changed(t.TopologyKey(), true) }
	left := func(t affinity.PodMatcher) bool { return changed(t.TopologyKey(), false) }
	return slices.ContainsFunc(terms.Near, came) || slices.ContainsFunc(terms.Away, left)
}
