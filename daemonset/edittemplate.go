package daemonset

import (
	"slices"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
)

// editTemplate makes the edits of a template in place. Those that name a position mean the one before
// any edit, so what goes is marked first and taken out at the end.
func editTemplate(s *cluster.PodSpec, edits []Edit) {
	gone := make(map[RequirementPlace]bool)
	var lost []int
	for i := range edits {
		switch e := &edits[i]; e.Kind {
		case EditUnsetNodeName:
			s.NodeName = ""
		case EditRemoveNodeSelector:
			delete(s.NodeSelector, e.Key)
		case EditReplaceRequirement:
			*requirementAt(s, *e.At) = *e.Replacement
		case EditRemoveRequirement:
			gone[*e.At] = true
		case EditRemoveToleration:
			lost = append(lost, e.Index)
		}
	}
	s.Tolerations = without(s.Tolerations, func(i int) bool { return slices.Contains(lost, i) })
	removeRequirements(s, gone)
	for i := range edits {
		switch e := &edits[i]; e.Kind {
		case EditAddToleration:
			s.Tolerations = append(s.Tolerations, *e.Toleration)
		case EditRemoveNodeAffinity:
			s.Affinity.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution = nil
		case EditExcludeNode:
			excludeNode(s, *e.Requirement)
		}
	}
}

// requiredSelector is the required node affinity of a template, or nil.
func requiredSelector(s *cluster.PodSpec) *affinity.NodeSelector {
	if s.Affinity == nil || s.Affinity.NodeAffinity == nil {
		return nil
	}
	return s.Affinity.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution
}

func requirementAt(s *cluster.PodSpec, at RequirementPlace) *affinity.NodeSelectorRequirement {
	term := &requiredSelector(s).NodeSelectorTerms[at.Term]
	if at.Field {
		return &term.MatchFields[at.Index]
	}
	return &term.MatchExpressions[at.Index]
}

func removeRequirements(s *cluster.PodSpec, gone map[RequirementPlace]bool) {
	if len(gone) == 0 {
		return
	}
	for i := range requiredSelector(s).NodeSelectorTerms {
		t := &requiredSelector(s).NodeSelectorTerms[i]
		t.MatchExpressions = without(t.MatchExpressions, func(n int) bool {
			return gone[RequirementPlace{Term: i, Index: n}]
		})
		t.MatchFields = without(t.MatchFields, func(n int) bool {
			return gone[RequirementPlace{Term: i, Field: true, Index: n}]
		})
	}
}

// excludeNode adds a requirement on fields to every term. A term without requirements, which selects
// nothing, must not come to select something.
func excludeNode(s *cluster.PodSpec, r affinity.NodeSelectorRequirement) {
	if s.Affinity == nil {
		s.Affinity = new(affinity.Affinity)
	}
	if s.Affinity.NodeAffinity == nil {
		s.Affinity.NodeAffinity = new(affinity.NodeAffinity)
	}
	required := &s.Affinity.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution
	if *required == nil {
		*required = &affinity.NodeSelector{NodeSelectorTerms: []affinity.NodeSelectorTerm{{
			MatchFields: []affinity.NodeSelectorRequirement{r},
		}}}
		return
	}
	for i := range (*required).NodeSelectorTerms {
		t := &(*required).NodeSelectorTerms[i]
		if len(t.MatchExpressions)+len(t.MatchFields) > 0 {
			t.MatchFields = append(t.MatchFields, r)
		}
	}
}

// without returns the elements whose positions are not gone.
func without[T any](list []T, gone func(i int) bool) []T {
	var rest []T
	for i := range list {
		if !gone(i) {
			rest = append(rest, list[i])
		}
	}
	return rest
}
