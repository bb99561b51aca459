package affinity

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// ProblemKind says what is wrong with a field. The values are those the API server uses, so that a
// Problem turns into a field error word for word.
type ProblemKind string

// The kinds of problems that selectors can have.
const (
	// ProblemInvalid is a value that breaks a rule.
	ProblemInvalid ProblemKind = "FieldValueInvalid"
	// ProblemRequired is a value that is missing.
	ProblemRequired ProblemKind = "FieldValueRequired"
	// ProblemNotSupported is a value outside an enumeration.
	ProblemNotSupported ProblemKind = "FieldValueNotSupported"
	// ProblemForbidden is a value that may not be used here.
	ProblemForbidden ProblemKind = "FieldValueForbidden"
)

// Problem is one finding about one field of a selector.
type Problem struct {
	// Field is the path from the object that was judged, such as
	// nodeSelectorTerms[0].matchExpressions[1].values.
	Field string
	// Kind is what is wrong with it.
	Kind ProblemKind
	// Value is the offending value, unless the kind is ProblemRequired or ProblemForbidden.
	Value any
	// Detail explains.
	Detail string
}

// Error returns the problem as the API server would word it.
func (p *Problem) Error() string {
	var text string
	switch p.Kind {
	case ProblemRequired:
		text = "Required value"
	case ProblemForbidden:
		text = "Forbidden"
	case ProblemNotSupported:
		text = "Unsupported value: " + jsonText(p.Value)
	default:
		text = "Invalid value: " + jsonText(p.Value)
	}
	if p.Field != "" {
		text = p.Field + ": " + text
	}
	if p.Detail != "" {
		text += ": " + p.Detail
	}
	return text
}

// Problems is a list of findings in the order of the selector's fields.
type Problems []*Problem

// Err returns the list as one error, or nil when it is empty.
func (l Problems) Err() error {
	if len(l) == 0 {
		return nil
	}
	return l
}

// Error returns one finding bare and several as [first, second]; findings that read the same
// appear once.
func (l Problems) Error() string {
	var texts []string
	seen := make(map[string]bool, len(l))
	for _, p := range l {
		text := p.Error()
		if !seen[text] {
			seen[text] = true
			texts = append(texts, text)
		}
	}
	if len(texts) == 1 {
		return texts[0]
	}
	return "[" + strings.Join(texts, ", ") + "]"
}

// Unwrap returns the findings, for errors.As.
func (l Problems) Unwrap() []error {
	errs := make([]error, len(l))
	for i, p := range l {
		errs[i] = p
	}
	return errs
}

// under returns the problems with path put in front of their fields.
func (l Problems) under(path string) Problems {
	moved := make(Problems, len(l))
	for i, p := range l {
		clone := *p
		clone.Field = path + "." + p.Field
		moved[i] = &clone
	}
	return moved
}

// invalid is a problem of the kind ProblemInvalid.
func invalid(path string, value any, detail string) *Problem {
	return &Problem{Field: path, Kind: ProblemInvalid, Value: value, Detail: detail}
}

// notSupported is a problem of the kind ProblemNotSupported.
func notSupported(path string, value any, supported ...string) *Problem {
	texts := make([]string, len(supported))
	for i, s := range supported {
		texts[i] = jsonText(s)
	}
	return &Problem{
		Field: path, Kind: ProblemNotSupported, Value: value,
		Detail: "supported values: " + strings.Join(texts, ", "),
	}
}

// jsonText prints a value as it stands in messages; text that JSON cannot hold does not occur.
func jsonText(value any) string {
	if s, ok := value.(string); ok {
		return strconv.Quote(s)
	}
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	return string(text)
}
