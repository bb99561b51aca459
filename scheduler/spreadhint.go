package scheduler

import (
	"slices"

	"github.com/daemonsim/daemonsim/cluster"
)

// QueueingHint says that pods help that the constraints count and that come, go or start or cease to be
// counted; and nodes that are in a domain of each constraint and come, go, or change their domain or taints.
func (PodTopologySpread) QueueingHint(pod *cluster.Pod, e Event) bool {
	rules, err := spreadRules(pod, cluster.DoNotSchedule)
	if err != nil {
		return true
	}
	switch e.Kind {
	case NodeAdded, NodeDeleted:
		return hasKeys(rules, e.Node)
	case NodeUpdated:
		return movedDomain(rules, e.NodeBefore, e.Node)
	case AssignedPodAdded, AssignedPodDeleted:
		return e.Pod.Namespace == pod.Namespace && anySelects(rules, e.Pod)
	case AssignedPodUpdated:
		return e.Pod.Namespace == pod.Namespace && selectedChanged(rules, &e)
	case TargetPodUpdated:
		return e.tolerationsChanged() && honorsTaints(rules) || selectedChanged(rules, &e)
	}
	return false
}

func anySelects(rules []cluster.SpreadRule, p *cluster.Pod) bool {
	return slices.ContainsFunc(rules, func(r cluster.SpreadRule) bool { return r.Selector.Matches(p.Labels) })
}

func selectedChanged(rules []cluster.SpreadRule, e *Event) bool {
	return e.labelsChanged() && slices.ContainsFunc(rules, func(r cluster.SpreadRule) bool {
		return r.Selector.Matches(e.PodBefore.Labels) != r.Selector.Matches(e.Pod.Labels)
	})
}

func honorsTaints(rules []cluster.SpreadRule) bool {
	return slices.ContainsFunc(rules, func(r cluster.SpreadRule) bool { return r.HonorTaints })
}

// movedDomain reports whether a node has come into all domains, or left one, or is in them and now counts
// in another way.
func movedDomain(rules []cluster.SpreadRule, before, after *cluster.Node) bool {
	was, is := hasKeys(rules, before), hasKeys(rules, after)
	if was != is {
		return true
	}
	return is && (!slices.Equal(before.Spec.Taints, after.Spec.Taints) ||
		slices.ContainsFunc(rules, func(r cluster.SpreadRule) bool {
			return before.Labels[r.TopologyKey] != after.Labels[r.TopologyKey]
		}))
}
