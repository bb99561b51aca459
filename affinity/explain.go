package affinity

import (
	"fmt"
	"slices"
	"strings"
)

// Outcome is what became of one term of a node selector.
type Outcome uint8

// The outcomes of a term, in the order in which they are looked for.
const (
	// TermEmpty is a term without requirements, which selects no node.
	TermEmpty Outcome = iota
	// TermMalformed is a term that cannot be evaluated and so selects no node.
	TermMalformed
	// TermExpressionFailed is a term with a requirement on labels that does not hold.
	TermExpressionFailed
	// TermFieldFailed is a term with a requirement on fields that does not hold.
	TermFieldFailed
	// TermMatched is a term that selects the node.
	TermMatched
)

// TermVerdict says what one term of a node selector made of a node, and what decided.
type TermVerdict struct {
	// Term is the term's position in NodeSelectorTerms.
	Term int
	// Outcome is what became of it. The fields below Problems belong to TermExpressionFailed and
	// TermFieldFailed.
	Outcome Outcome
	// Requirements are what a term that is TermMatched asks for, labels before fields. They are for
	// reading only.
	Requirements []NodeSelectorRequirement
	// Problems say what is wrong with a term that is TermMalformed.
	Problems Problems
	// Index is the failed requirement's position in MatchExpressions or MatchFields.
	Index int
	// Requirement is the first requirement that failed. Its values are for reading only.
	Requirement NodeSelectorRequirement
	// Value is what the node has for the requirement's key.
	Value string
	// Present reports whether the node has the label or field at all.
	Present bool
}

// Explain returns a verdict for every term, in their order: also for those behind a term that
// matched, and for a single node rather than in bulk, since it allocates.
func (m NodeMatcher) Explain(nodeName string, labels map[string]string) []TermVerdict {
	verdicts := make([]TermVerdict, len(m.terms))
	for i := range m.terms {
		verdicts[i] = m.terms[i].explain(nodeName, labels)
		verdicts[i].Term = i
	}
	return verdicts
}

// explain judges a node as matches does but keeps what decided.
func (t *nodeTerm) explain(nodeName string, labels map[string]string) TermVerdict {
	if t.isEmpty() {
		return TermVerdict{Outcome: TermEmpty}
	}
	if len(t.problems) > 0 {
		return TermVerdict{Outcome: TermMalformed, Problems: t.problems}
	}
	for i := range t.labels {
		value, present := labels[t.labels[i].key]
		if !t.labels[i].matches(value, present) {
			return TermVerdict{
				Outcome: TermExpressionFailed, Index: i,
				Requirement: t.source.MatchExpressions[i], Value: value, Present: present,
			}
		}
	}
	if i := failedField(t.fields, nodeName); i >= 0 {
		value, present := fieldValue(t.fields[i].key, nodeName)
		return TermVerdict{
			Outcome: TermFieldFailed, Index: i,
			Requirement: t.source.MatchFields[i], Value: value, Present: present,
		}
	}
	return TermVerdict{
		Outcome:      TermMatched,
		Requirements: slices.Concat(t.source.MatchExpressions, t.source.MatchFields),
	}
}

// String returns the verdict as a clause: term 1: zone In [a b], but the node has zone=c.
func (v TermVerdict) String() string {
	prefix := fmt.Sprintf("term %d: ", v.Term)
	switch v.Outcome {
	case TermEmpty:
		return prefix + "no requirements, selects no node"
	case TermMalformed:
		return prefix + "malformed: " + v.Problems.Error()
	case TermMatched:
		var list []string
		for _, r := range v.Requirements {
			list = append(list, r.String())
		}
		return prefix + strings.Join(list, ", ") + ": matches"
	}
	has := "the node has no " + v.Requirement.Key
	if v.Present {
		has = "the node has " + v.Requirement.Key + "=" + v.Value
	}
	return prefix + v.Requirement.String() + ", but " + has
}

// String returns the requirement as words: zone In [a b], gpu Exists.
func (r NodeSelectorRequirement) String() string {
	text := r.Key + " " + string(r.Operator)
	if len(r.Values) > 0 {
		text += " [" + strings.Join(r.Values, " ") + "]"
	}
	return text
}
