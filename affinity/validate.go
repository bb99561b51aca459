package affinity

import "strconv"

// ValidateLabelSelector returns what the API server finds wrong with a selector, in the order of
// its fields. A nil selector has no problems. Paths start at the selector: matchLabels,
// matchExpressions[0].key.
func ValidateLabelSelector(selector *LabelSelector) Problems {
	if selector == nil {
		return nil
	}
	problems := ValidateLabels("matchLabels", selector.MatchLabels)
	for i := range selector.MatchExpressions {
		e := &selector.MatchExpressions[i]
		path := "matchExpressions[" + strconv.Itoa(i) + "]."
		_, known := labelOperator(e.Operator)
		problems = append(problems,
			checkRequirement(path, e.Key, NodeSelectorOperator(e.Operator), known, e.Values)...)
	}
	return problems
}

// ValidateLabels returns what is wrong with a set of labels, in the order of the keys: each
// problem is at path and has the key or the value as its Value.
func ValidateLabels(path string, labels map[string]string) Problems {
	var problems Problems
	for _, key := range sortedKeys(labels) {
		problems = append(problems, invalids(path, key, KeyErrors(key))...)
		problems = append(problems, invalids(path, labels[key], ValueErrors(labels[key]))...)
	}
	return problems
}

// ValidateNodeSelector returns what the API server finds wrong with a node selector, in the order
// of its fields. NB: it accepts a Gt or Lt whose value is no integer; such a term matches no node.
// A nil selector has no problems.
func ValidateNodeSelector(selector *NodeSelector) Problems {
	if selector == nil {
		return nil
	}
	if len(selector.NodeSelectorTerms) == 0 {
		return Problems{{Field: "nodeSelectorTerms", Kind: ProblemRequired,
			Detail: "must have at least one node selector term"}}
	}
	var problems Problems
	for i := range selector.NodeSelectorTerms {
		path := "nodeSelectorTerms[" + strconv.Itoa(i) + "]"
		problems = append(problems,
			ValidateNodeSelectorTerm(&selector.NodeSelectorTerms[i]).under(path)...)
	}
	return problems
}

// ValidateNodeSelectorTerm returns what the API server finds wrong with one term. Paths start at
// the term: matchExpressions[0].key.
func ValidateNodeSelectorTerm(term *NodeSelectorTerm) Problems {
	var problems Problems
	for i := range term.MatchExpressions {
		e := &term.MatchExpressions[i]
		path := "matchExpressions[" + strconv.Itoa(i) + "]."
		_, known := nodeOperator(e.Operator)
		problems = append(problems, checkRequirement(path, e.Key, e.Operator, known, e.Values)...)
	}
	for i := range term.MatchFields {
		path := "matchFields[" + strconv.Itoa(i) + "]."
		problems = append(problems, checkField(path, &term.MatchFields[i])...)
	}
	return problems
}

// checkRequirement judges a requirement on a label; known says whether the operator is one that
// this kind of selector has.
func checkRequirement(
	path, key string, op NodeSelectorOperator, known bool, values []string,
) Problems {
	problems := checkOperator(path, op, known, len(values))
	problems = append(problems, invalids(path+"key", key, KeyErrors(key))...)
	for i, value := range values {
		at := path + "values[" + strconv.Itoa(i) + "]"
		problems = append(problems, invalids(at, value, ValueErrors(value))...)
	}
	return problems
}

// checkOperator judges an operator and the number of its values.
func checkOperator(path string, op NodeSelectorOperator, known bool, count int) Problems {
	if !known {
		return Problems{invalid(path+"operator", string(op), "not a valid selector operator")}
	}
	kind, detail := ProblemRequired, ""
	switch op {
	case NodeSelectorOpIn, NodeSelectorOpNotIn:
		if count == 0 {
			detail = "must be specified when `operator` is 'In' or 'NotIn'"
		}
	case NodeSelectorOpExists, NodeSelectorOpDoesNotExist:
		if count > 0 {
			kind = ProblemForbidden
			detail = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
		}
	default:
		if count != 1 {
			detail = "must be specified single value when `operator` is 'Lt' or 'Gt'"
		}
	}
	if detail == "" {
		return nil
	}
	return Problems{{Field: path + "values", Kind: kind, Detail: detail}}
}

// checkField judges a requirement on a field.
func checkField(path string, r *NodeSelectorRequirement) Problems {
	var problems Problems
	switch r.Operator {
	case NodeSelectorOpIn, NodeSelectorOpNotIn:
		if len(r.Values) != 1 {
			problems = append(problems, &Problem{Field: path + "values", Kind: ProblemRequired,
				Detail: "must be only one value when `operator` is 'In' or 'NotIn' " +
					"for node field selector"})
		}
	default:
		problems = append(problems,
			invalid(path+"operator", string(r.Operator), "not a valid selector operator"))
	}
	if r.Key != FieldMetadataName {
		return append(problems, invalid(path+"key", r.Key, "not a valid field selector key"))
	}
	for i, value := range r.Values {
		at := path + "values[" + strconv.Itoa(i) + "]"
		problems = append(problems, invalids(at, value, DNSSubdomainErrors(value))...)
	}
	return problems
}

// invalids returns an invalid-value problem for each message.
func invalids(path, value string, messages []string) Problems {
	var problems Problems
	for _, message := range messages {
		problems = append(problems, invalid(path, value, message))
	}
	return problems
}
