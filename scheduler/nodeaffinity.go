package scheduler

import (
	"slices"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
)

const (
	reasonAffinity         = "node(s) didn't match Pod's node affinity/selector"
	reasonAffinityConflict = "pod affinity terms conflict"
)

// NodeAffinity asks the pod's node selector and its required node affinity, the node that it is pinned to
// included, and ranks nodes by its preferences.
type NodeAffinity struct{}

// Name is "NodeAffinity".
func (NodeAffinity) Name() string { return "NodeAffinity" }

// PreFilter leaves the nodes that the pod's required affinity names, if each of its terms names some.
func (NodeAffinity) PreFilter(c *Cycle) PreFilterResult {
	if c.Pod.Target != "" {
		c.one[0] = c.Pod.Target
		return PreFilterResult{Narrowed: true, Nodes: c.one[:]}
	}
	spec := c.Pod.Spec()
	required := requiredNodeSelector(spec)
	if required == nil {
		return PreFilterResult{Skip: len(spec.NodeSelector) == 0}
	}
	names, narrowed := namedNodes(required)
	if narrowed && len(names) == 0 {
		return PreFilterResult{Status: reject(UnschedulableAndUnresolvable, reasonAffinityConflict)}
	}
	return PreFilterResult{Narrowed: narrowed, Nodes: names}
}

func requiredNodeSelector(spec *cluster.PodSpec) *affinity.NodeSelector {
	if spec.Affinity == nil || spec.Affinity.NodeAffinity == nil {
		return nil
	}
	return spec.Affinity.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution
}

// namedNodes is the union over the terms of the names that each asks for. A term that does not ask for
// names leaves all nodes in question.
func namedNodes(s *affinity.NodeSelector) (names []string, narrowed bool) {
	for i := range s.NodeSelectorTerms {
		term, ok := namedByTerm(&s.NodeSelectorTerms[i])
		if !ok {
			return nil, false
		}
		names = append(names, term...)
	}
	slices.Sort(names)
	return slices.Compact(names), len(s.NodeSelectorTerms) > 0
}

func namedByTerm(t *affinity.NodeSelectorTerm) (names []string, named bool) {
	for _, f := range t.MatchFields {
		if f.Key != affinity.FieldMetadataName || f.Operator != affinity.NodeSelectorOpIn {
			continue
		}
		if !named {
			names, named = slices.Clone(f.Values), true
			continue
		}
		names = slices.DeleteFunc(names, func(name string) bool { return !slices.Contains(f.Values, name) })
	}
	return names, named
}

// Filter rejects a node that the pod's demands do not select.
func (NodeAffinity) Filter(c *Cycle, node *NodeInfo) Status {
	if selects(c.Pod, node.Node) {
		return Status{}
	}
	return reject(UnschedulableAndUnresolvable, reasonAffinity)
}

func selects(p *cluster.Pod, n *cluster.Node) bool {
	return (p.Target == "" || p.Target == n.Name) && p.Template.NodeAffinity().Matches(n.Name, n.Labels)
}

// PreScore reads the pod's preferences. One that makes no sense ends the attempt.
func (NodeAffinity) PreScore(c *Cycle, _ []*NodeInfo) (skip bool, err error) {
	preferred, err := c.Pod.Template.PreferredNodeAffinity()
	if err != nil {
		return false, err
	}
	if preferred.Empty() && !hasPreferences(c.Pod.Spec()) {
		return true, nil
	}
	c.SetState(&preferred)
	return false, nil
}

// hasPreferences reports whether there are any, such as one of weight 0, which adds nothing.
func hasPreferences(s *cluster.PodSpec) bool {
	return s.Affinity != nil && s.Affinity.NodeAffinity != nil &&
		len(s.Affinity.NodeAffinity.PreferredDuringSchedulingIgnoredDuringExecution) > 0
}

// Score is the sum of the weights of the preferences that the node meets.
func (NodeAffinity) Score(c *Cycle, node *NodeInfo) (int64, error) {
	preferred, ok := c.State().(*affinity.PreferredNodeAffinity)
	if !ok {
		return 0, nil
	}
	return preferred.Score(node.Node.Name, node.Node.Labels), nil
}

// NormalizeScore gives the most to the node that meets the most.
func (NodeAffinity) NormalizeScore(_ *Cycle, _ []*NodeInfo, scores []int64) {
	normalize(scores, mostIsBest)
}

// QueueingHint says that a node helps that the pod's demands select, if it is new or they did not before.
func (NodeAffinity) QueueingHint(pod *cluster.Pod, e Event) bool {
	switch e.Kind {
	case NodeAdded:
		return selects(pod, e.Node)
	case NodeUpdated:
		return selects(pod, e.Node) && !selects(pod, e.NodeBefore)
	}
	return false
}
