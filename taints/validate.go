package taints

import (
	"fmt"
	"strconv"
	"strings"
)

// ProblemKind says what is wrong with a field. The values are those the API server uses, so that a
// Problem turns into a field error word for word.
type ProblemKind string

// The kinds of problems that taints and tolerations can have.
const (
	// ProblemInvalid is a value that breaks a rule.
	ProblemInvalid ProblemKind = "FieldValueInvalid"
	// ProblemRequired is a value that is missing.
	ProblemRequired ProblemKind = "FieldValueRequired"
	// ProblemNotSupported is a value outside an enumeration.
	ProblemNotSupported ProblemKind = "FieldValueNotSupported"
	// ProblemDuplicate is a value that stands elsewhere already.
	ProblemDuplicate ProblemKind = "FieldValueDuplicate"
)

// Problem is one finding about one field of a taint or toleration.
type Problem struct {
	// Field is the field's name in the API: key, value, effect, operator; for a list of taints
	// with its position in front, as in [1].effect.
	Field string
	// Kind is what is wrong with it.
	Kind ProblemKind
	// Value is the offending value, a string, or for ProblemDuplicate a Taint. NB: for a bad pair
	// of operator and value the API server names the operator's field and shows the value.
	Value any
	// Detail explains.
	Detail string
}

// Error returns the problem as the API server would word it.
func (p Problem) Error() string {
	var text string
	quoted := strconv.Quote(fmt.Sprint(p.Value))
	switch p.Kind {
	case ProblemRequired:
		text = "Required value"
	case ProblemNotSupported:
		text = "Unsupported value: " + quoted
	case ProblemDuplicate:
		text = "Duplicate value: " + quoted
	default:
		text = "Invalid value: " + quoted
	}
	if p.Field != "" {
		text = p.Field + ": " + text
	}
	if p.Detail != "" {
		text += ": " + p.Detail
	}
	return text
}

// ValidateToleration returns what the API server finds wrong with a toleration, in the order in
// which it looks. The operators Lt and Gt are valid only with ComparisonOn.
func ValidateToleration(t Toleration, comparison Comparison) []Problem {
	var problems []Problem
	if t.Key != "" {
		problems = invalids(problems, "key", t.Key, keyErrors(t.Key))
	}
	if t.Key == "" && t.Operator != OperatorExists {
		problems = append(problems, Problem{"operator", ProblemInvalid, string(t.Operator),
			"operator must be Exists when `key` is empty, " +
				"which means \"match all values and all keys\""})
	}
	if t.TolerationSeconds != nil && t.Effect != EffectNoExecute {
		problems = append(problems, Problem{"effect", ProblemInvalid, string(t.Effect),
			"effect must be 'NoExecute' when `tolerationSeconds` is set"})
	}
	problems = checkOperator(problems, t, comparison)
	if t.Effect != "" && !t.Effect.known() {
		problems = append(problems, unsupportedEffect("effect", t.Effect))
	}
	return problems
}

// checkOperator judges the operator of a toleration together with its value.
func checkOperator(problems []Problem, t Toleration, comparison Comparison) []Problem {
	switch t.Operator {
	case "", OperatorEqual:
		return invalids(problems, "operator", t.Value, valueErrors(t.Value))
	case OperatorExists:
		if t.Value == "" {
			return problems
		}
		return append(problems, Problem{"operator", ProblemInvalid, t.Value,
			"value must be empty when `operator` is 'Exists'"})
	case OperatorLt, OperatorGt:
		if !comparison {
			return append(problems, Problem{"operator", ProblemNotSupported, string(t.Operator),
				`supported values: "Equal", "Exists", "Lt", "Gt"`})
		}
		if _, ok := canonicalInt64(t.Value); ok {
			return problems
		}
		return append(problems, Problem{"value", ProblemInvalid, t.Value,
			"must be a canonical decimal 64-bit integer"})
	default:
		supported := `supported values: "Equal", "Exists"`
		if comparison {
			supported += `, "Lt", "Gt"`
		}
		return append(problems,
			Problem{"operator", ProblemNotSupported, string(t.Operator), supported})
	}
}

// ValidateTaints returns what the API server finds wrong with the taints of a node, in list order.
// Fields have the taint's position in front: [1].effect.
func ValidateTaints(taints []Taint) []Problem {
	var problems []Problem
	for i, t := range taints {
		at := "[" + strconv.Itoa(i) + "]"
		problems = invalids(problems, at+".key", t.Key, keyErrors(t.Key))
		problems = invalids(problems, at+".value", t.Value, valueErrors(t.Value))
		switch {
		case t.Effect == "":
			problems = append(problems, Problem{at + ".effect", ProblemRequired, "", ""})
		case !t.Effect.known():
			problems = append(problems, unsupportedEffect(at+".effect", t.Effect))
		}
		if contains(taints[:i], t) {
			problems = append(problems, Problem{at, ProblemDuplicate, t,
				"taints must be unique by key and effect pair"})
		}
	}
	return problems
}

// known reports whether the effect is one of the three.
func (e Effect) known() bool {
	return e == EffectNoSchedule || e == EffectPreferNoSchedule || e == EffectNoExecute
}

// unsupportedEffect is the problem of an effect that does not exist.
func unsupportedEffect(field string, effect Effect) Problem {
	return Problem{field, ProblemNotSupported, string(effect),
		`supported values: "NoSchedule", "PreferNoSchedule", "NoExecute"`}
}

// invalids appends an invalid-value problem for each message.
func invalids(problems []Problem, field, value string, messages []string) []Problem {
	for _, message := range messages {
		problems = append(problems, Problem{field, ProblemInvalid, value, message})
	}
	return problems
}

// What the API server says about the keys and values of taints, which have the syntax of labels.
const (
	messageName = "must consist of alphanumeric characters, '-', '_' or '.', " +
		"and must start and end with an alphanumeric character " +
		"(e.g. 'MyName',  or 'my.name',  or '123-abc', " +
		"regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
	messageValue = "a valid label must be an empty string or consist of alphanumeric characters, " +
		"'-', '_' or '.', and must start and end with an alphanumeric character " +
		"(e.g. 'MyValue',  or 'my_value',  or '12345', " +
		"regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
	messagePrefix = "prefix part a lowercase RFC 1123 subdomain must consist of lower case " +
		"alphanumeric characters, '-' or '.', and must start and end with an alphanumeric " +
		"character (e.g. 'example.com', regex used for validation is " +
		`'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`
)

// keyErrors returns what is wrong with key: a name, optionally after a DNS subdomain and a slash.
func keyErrors(key string) []string {
	var errs []string
	name := key
	if prefix, rest, found := strings.Cut(key, "/"); found {
		name = rest
		switch {
		case strings.Contains(rest, "/"):
			return []string{"a valid label key " + messageName +
				" with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"}
		case prefix == "":
			errs = append(errs, "prefix part must be non-empty")
		default:
			if len(prefix) > 253 {
				errs = append(errs, "prefix part must be no more than 253 characters")
			}
			if !isDNSSubdomain(prefix) {
				errs = append(errs, messagePrefix)
			}
		}
	}
	if name == "" {
		errs = append(errs, "name part must be non-empty")
	}
	if len(name) > 63 {
		errs = append(errs, "name part must be no more than 63 bytes")
	}
	if !isName(name) {
		errs = append(errs, "name part "+messageName)
	}
	return errs
}

// valueErrors returns what is wrong with value: empty or a name.
func valueErrors(value string) []string {
	var errs []string
	if len(value) > 63 {
		errs = append(errs, "must be no more than 63 bytes")
	}
	if value != "" && !isName(value) {
		errs = append(errs, messageValue)
	}
	return errs
}

// isName reports whether s is letters, digits, '-', '_' and '.', a letter or digit at both ends.
func isName(s string) bool {
	if s == "" || !isAlnum(s[0]) || !isAlnum(s[len(s)-1]) {
		return false
	}
	for i := range len(s) {
		if !isAlnum(s[i]) && strings.IndexByte("-_.", s[i]) < 0 {
			return false
		}
	}
	return true
}

// isDNSSubdomain reports whether s is lower-case DNS labels with dots between them.
func isDNSSubdomain(s string) bool {
	for label := range strings.SplitSeq(s, ".") {
		if !isName(label) || strings.ToLower(label) != label || strings.Contains(label, "_") {
			return false
		}
	}
	return true
}

func isAlnum(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}
