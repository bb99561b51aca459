package scheduler

import (
	"maps"
	"slices"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
)

// QueueingHint says that a pod helps that comes and matches all terms of affinity, that goes and matched a
// term of anti-affinity or did not want the pod near, or that begins to match or ceases to. So does a node
// that joins or is in another place than before, and any change of the pod's own labels.
//
// NB: Kubernetes overlooks three events that can help, and tries such a pod again after five minutes: a
// node that joins for a pod that is only unwelcome, a node that leaves the place of pods which do not want
// the pod near, and the end of the last pod that it had to be near, after which it may be the first.
func (InterPodAffinity) QueueingHint(pod *cluster.Pod, e Event) bool {
	terms := termsOf(pod)
	switch e.Kind {
	case NodeAdded:
		return len(terms.Near) == 0 || slices.ContainsFunc(terms.Near, func(t affinity.PodMatcher) bool {
			return hasLabel(e.Node, t.TopologyKey())
		})
	case NodeUpdated:
		return !maps.Equal(e.NodeBefore.Labels, e.Node.Labels)
	case NodeDeleted:
		return mayMatchAll(terms.Near, pod, pod)
	case AssignedPodAdded:
		return mayMatchAll(terms.Near, pod, e.Pod)
	case AssignedPodDeleted:
		return mayMatchAny(terms.Away, pod, e.Pod) || mayMatchAny(termsOf(e.Pod).Away, e.Pod, pod) ||
			mayBeFirst(terms, pod, e.Pod)
	case AssignedPodUpdated:
		return mayMatchAll(terms.Near, pod, e.PodBefore) != mayMatchAll(terms.Near, pod, e.Pod) ||
			mayMatchAny(terms.Away, pod, e.PodBefore) && !mayMatchAny(terms.Away, pod, e.Pod)
	case TargetPodUpdated:
		return e.labelsChanged()
	}
	return false
}

// mayBeFirst reports whether a pod that is gone may have been the last that another had to be near, and the
// other matches its own terms.
func mayBeFirst(terms *affinity.InterPodAffinity, pod, gone *cluster.Pod) bool {
	return mayMatchAll(terms.Near, pod, gone) && mayMatchAll(terms.Near, pod, pod)
}

func hasLabel(n *cluster.Node, key string) bool {
	_, ok := n.Labels[key]
	return ok
}
