package daemonset

import (
	"slices"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/taints"
)

// setFor proposes changes of the DaemonSet that let the node in. All of them loosen the template.
func (in *inquiry) setFor() [][]Edit {
	var always []Edit
	var alternatives [][]Edit
	for _, r := range in.decision.Reasons {
		switch {
		case r.Passed:
		case r.Check == CheckNodeName:
			always = append(always, Edit{Kind: EditUnsetNodeName, Value: r.Want})
		case r.Check == CheckNodeSelector:
			always = append(always, Edit{Kind: EditRemoveNodeSelector, Key: r.Key, Value: r.Want})
		case r.Check == CheckNodeAffinity:
			alternatives = in.loosenAffinity()
		}
	}
	for _, t := range in.tolerationsNeeded() {
		always = append(always, Edit{Kind: EditAddToleration, Toleration: &t})
	}
	if alternatives == nil {
		alternatives = [][]Edit{nil}
	}
	for i := range alternatives {
		alternatives[i] = in.needed(slices.Concat(always, alternatives[i]))
	}
	return alternatives
}

// loosenAffinity returns for each term the edits after which it selects the node. A term that has nothing
// left to ask would select nothing; if all are like that, the whole affinity has to go.
func (in *inquiry) loosenAffinity() [][]Edit {
	var alternatives [][]Edit
	for i := range requiredSelector(&in.template.Spec).NodeSelectorTerms {
		if edits, ok := in.loosenTerm(i); ok {
			alternatives = append(alternatives, edits)
		}
	}
	if alternatives == nil {
		return [][]Edit{{{Kind: EditRemoveNodeAffinity}}}
	}
	return alternatives
}

func (in *inquiry) loosenTerm(i int) (edits []Edit, ok bool) {
	term := &requiredSelector(&in.template.Spec).NodeSelectorTerms[i]
	if !wellFormed(*term) {
		return nil, false
	}
	removed := 0
	loosen := func(r *affinity.NodeSelectorRequirement, at RequirementPlace) {
		alone := affinity.NodeSelectorTerm{MatchExpressions: []affinity.NodeSelectorRequirement{*r}}
		if at.Field {
			alone = affinity.NodeSelectorTerm{MatchFields: []affinity.NodeSelectorRequirement{*r}}
		}
		if selects(alone, in.node.Name, in.node.Labels) {
			return
		}
		e := Edit{Kind: EditRemoveRequirement, At: &at, Requirement: new(cloneRequirement(*r))}
		if looser, ok := in.looser(r, at.Field); ok {
			e.Kind, e.Replacement = EditReplaceRequirement, &looser
		} else {
			removed++
		}
		edits = append(edits, e)
	}
	for n := range term.MatchExpressions {
		loosen(&term.MatchExpressions[n], RequirementPlace{Term: i, Index: n})
	}
	for n := range term.MatchFields {
		loosen(&term.MatchFields[n], RequirementPlace{Term: i, Field: true, Index: n})
	}
	return edits, removed < len(term.MatchExpressions)+len(term.MatchFields)
}

// looser returns the requirement with the node's value taken up in In, or taken out of NotIn. There is
// none if the node has no value, if no value would be left, and for fields, whose requirements have one
// value each.
func (in *inquiry) looser(
	r *affinity.NodeSelectorRequirement, isField bool,
) (affinity.NodeSelectorRequirement, bool) {
	value, present := in.node.Labels[r.Key]
	looser := cloneRequirement(*r)
	switch {
	case isField || !present:
		return looser, false
	case r.Operator == affinity.NodeSelectorOpIn:
		looser.Values = append(looser.Values, value)
		return looser, true
	case r.Operator == affinity.NodeSelectorOpNotIn:
		looser.Values = slices.DeleteFunc(looser.Values, func(v string) bool { return v == value })
		return looser, len(looser.Values) > 0
	}
	return looser, false
}

// tolerationsNeeded returns tolerations for the taints that forbid, one for each key.
func (in *inquiry) tolerationsNeeded() []taints.Toleration {
	var list []taints.Toleration
	for _, r := range in.decision.Reasons {
		if r.Check != CheckTaint || !r.Forbids(in.question) {
			continue
		}
		exact := taints.Toleration{
			Key: r.Taint.Key, Operator: taints.OperatorEqual, Value: r.Taint.Value, Effect: r.Taint.Effect,
		}
		if exact.Value == "" {
			exact.Operator = taints.OperatorExists
		}
		at := slices.IndexFunc(list, func(t taints.Toleration) bool { return t.Key == exact.Key })
		if at < 0 {
			list = append(list, exact)
			continue
		}
		widen(&list[at], &exact)
	}
	return list
}

// widen makes t tolerate what other, of the same key, tolerates.
func widen(t, other *taints.Toleration) {
	if t.Effect != other.Effect {
		t.Effect = ""
	}
	if t.Operator != other.Operator || t.Value != other.Value {
		t.Operator, t.Value = taints.OperatorExists, ""
	}
}

// setAgainst proposes changes of the DaemonSet that keep it off the node: to exclude the node, and to
// tolerate less.
func (in *inquiry) setAgainst() [][]Edit {
	proposals := [][]Edit{{{Kind: EditExcludeNode, Requirement: &affinity.NodeSelectorRequirement{
		Key: affinity.FieldMetadataName, Operator: affinity.NodeSelectorOpNotIn, Values: []string{in.node.Name},
	}}}}
	for _, taint := range in.node.Spec.Taints {
		var edits []Edit
		for i, t := range in.template.Spec.Tolerations {
			if t.Tolerates(taint) {
				edits = append(edits, Edit{Kind: EditRemoveToleration, Index: i, Toleration: copyOf(&t)})
			}
		}
		if _, turned := in.try(edits); turned {
			proposals = append(proposals, in.needed(edits))
		}
	}
	return proposals
}

func cloneRequirement(r affinity.NodeSelectorRequirement) affinity.NodeSelectorRequirement {
	r.Values = slices.Clone(r.Values)
	return r
}

// wellFormed reports whether a term can select nodes: it asks for something, in a way that is understood.
func wellFormed(term affinity.NodeSelectorTerm) bool {
	if len(term.MatchExpressions)+len(term.MatchFields) == 0 {
		return false
	}
	return affinity.CompileNodeSelector(selectorOf(term)).Err() == nil
}

func selects(term affinity.NodeSelectorTerm, name string, labels map[string]string) bool {
	return affinity.CompileNodeSelector(selectorOf(term)).Matches(name, labels)
}

func selectorOf(term affinity.NodeSelectorTerm) *affinity.NodeSelector {
	return &affinity.NodeSelector{NodeSelectorTerms: []affinity.NodeSelectorTerm{term}}
}
