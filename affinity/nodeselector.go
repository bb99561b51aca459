package affinity

import (
	"slices"
	"strconv"
)

// NodeMatcher is a compiled [NodeSelector]. It is immutable and safe to copy. The zero NodeMatcher
// matches no node, like a selector without terms.
type NodeMatcher struct {
	terms []nodeTerm
	err   error
}

// nodeTerm is a compiled term. It keeps its source to be able to explain itself.
type nodeTerm struct {
	source   NodeSelectorTerm
	labels   []requirement
	fields   []requirement
	problems Problems
}

// CompileNodeSelector turns the API's form of a node selector into one that matches. It never
// fails: a term that is malformed matches no node, and the other terms are still tried. Such terms
// are told by [NodeMatcher.Err]. A nil selector matches no node. The matcher does not keep the
// selector.
func CompileNodeSelector(selector *NodeSelector) NodeMatcher {
	if selector == nil {
		return NodeMatcher{}
	}
	m := NodeMatcher{terms: make([]nodeTerm, len(selector.NodeSelectorTerms))}
	var problems Problems
	for i := range selector.NodeSelectorTerms {
		path := "nodeSelectorTerms[" + strconv.Itoa(i) + "]"
		m.terms[i] = compileTerm(path, &selector.NodeSelectorTerms[i])
		problems = append(problems, m.terms[i].problems...)
	}
	m.err = problems.Err()
	return m
}

// Err returns the problems of all malformed terms as one error, a [Problems], or nil.
func (m NodeMatcher) Err() error { return m.err }

// Matches reports whether one of the terms selects the node. It does not allocate.
//
// NB: as in Kubernetes a node without a name satisfies every requirement on its fields.
func (m NodeMatcher) Matches(nodeName string, labels map[string]string) bool {
	for i := range m.terms {
		if m.terms[i].matches(nodeName, labels) {
			return true
		}
	}
	return false
}

// Match is [NodeMatcher.Matches] that also says why the answer may be in doubt: if no term selects
// the node, err tells about the malformed ones. Placement ignores it, as Kubernetes does. It does
// not allocate.
func (m NodeMatcher) Match(nodeName string, labels map[string]string) (matched bool, err error) {
	if m.Matches(nodeName, labels) {
		return true, nil
	}
	return false, m.err
}

// matches reports whether the term selects the node.
func (t *nodeTerm) matches(nodeName string, labels map[string]string) bool {
	if t.isEmpty() || len(t.problems) > 0 || !matchAll(t.labels, labels) {
		return false
	}
	return failedField(t.fields, nodeName) < 0
}

// isEmpty reports whether the term has no requirements and so selects nothing.
func (t *nodeTerm) isEmpty() bool {
	return len(t.source.MatchExpressions) == 0 && len(t.source.MatchFields) == 0
}

// failedField returns the index of the first requirement on fields that does not hold, or -1. An
// unknown field reads as empty.
func failedField(fields []requirement, nodeName string) int {
	if nodeName == "" {
		return -1
	}
	for i := range fields {
		if value, _ := fieldValue(fields[i].key, nodeName); !fields[i].matches(value, true) {
			return i
		}
	}
	return -1
}

// fieldValue returns the value of a node's field and whether there is such a field.
func fieldValue(key, nodeName string) (value string, present bool) {
	if key == FieldMetadataName {
		return nodeName, true
	}
	return "", false
}

// compileTerm compiles one term; problems name fields below path.
func compileTerm(path string, term *NodeSelectorTerm) nodeTerm {
	t := nodeTerm{source: NodeSelectorTerm{
		MatchExpressions: cloneRequirements(term.MatchExpressions),
		MatchFields:      cloneRequirements(term.MatchFields),
	}}
	for i := range t.source.MatchExpressions {
		at := path + ".matchExpressions[" + strconv.Itoa(i) + "]."
		r, problems := compileExpression(at, &t.source.MatchExpressions[i])
		t.labels = append(t.labels, r)
		t.problems = append(t.problems, problems...)
	}
	for i := range t.source.MatchFields {
		at := path + ".matchFields[" + strconv.Itoa(i) + "]."
		r, problems := compileField(at, &t.source.MatchFields[i])
		t.fields = append(t.fields, r)
		t.problems = append(t.problems, problems...)
	}
	return t
}

// compileExpression compiles a requirement on a label.
func compileExpression(path string, r *NodeSelectorRequirement) (requirement, Problems) {
	op, ok := nodeOperator(r.Operator)
	if !ok {
		return requirement{}, Problems{notSupported(path+"operator", string(r.Operator),
			"In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt")}
	}
	return compileRequirement(path, r.Key, op, r.Values)
}

// compileField compiles a requirement on a field: In or NotIn with one value, not checked further.
func compileField(path string, r *NodeSelectorRequirement) (requirement, Problems) {
	if r.Operator != NodeSelectorOpIn && r.Operator != NodeSelectorOpNotIn {
		return requirement{}, Problems{
			notSupported(path+"operator", string(r.Operator), "In", "NotIn")}
	}
	if len(r.Values) != 1 {
		return requirement{}, Problems{invalid(path+"values", r.Values, "must have one element")}
	}
	op, _ := nodeOperator(r.Operator)
	return requirement{key: r.Key, op: op, values: r.Values}, nil
}

// nodeOperator returns the compiled form of a node selector's operator.
func nodeOperator(op NodeSelectorOperator) (compiled operator, ok bool) {
	switch op {
	case NodeSelectorOpIn:
		return opIn, true
	case NodeSelectorOpNotIn:
		return opNotIn, true
	case NodeSelectorOpExists:
		return opExists, true
	case NodeSelectorOpDoesNotExist:
		return opDoesNotExist, true
	case NodeSelectorOpGt:
		return opGt, true
	case NodeSelectorOpLt:
		return opLt, true
	default:
		return 0, false
	}
}

// cloneRequirements copies requirements with their values.
func cloneRequirements(requirements []NodeSelectorRequirement) []NodeSelectorRequirement {
	clones := slices.Clone(requirements)
	for i := range clones {
		clones[i].Values = slices.Clone(clones[i].Values)
	}
	return clones
}
