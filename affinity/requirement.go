package affinity

import (
	"slices"
	"strconv"
	"strings"
)

// operator is a compiled operator; the three selectors share them.
type operator uint8

const (
	opIn operator = iota
	opNotIn
	opExists
	opDoesNotExist
	opGt
	opLt
	// opEquals and opNotEquals match like In and NotIn but are written differently.
	opEquals
	opDoubleEquals
	opNotEquals
)

// requirement is one compiled condition on one label.
type requirement struct {
	key    string
	op     operator
	values []string // sorted
	bound  int64    // of opGt and opLt
}

// matches reports whether the condition holds for a label with this value, or for its absence.
func (r *requirement) matches(value string, present bool) bool {
	switch r.op {
	case opIn, opEquals, opDoubleEquals:
		return present && r.has(value)
	case opNotIn, opNotEquals:
		return !present || !r.has(value)
	case opExists:
		return present
	case opDoesNotExist:
		return !present
	default:
		return present && r.compares(value)
	}
}

// has reports whether value is one of the values.
func (r *requirement) has(value string) bool {
	if len(r.values) == 1 {
		return r.values[0] == value
	}
	_, found := slices.BinarySearch(r.values, value)
	return found
}

// compares reports whether value is an integer beyond the bound, on the right side of it.
func (r *requirement) compares(value string) bool {
	n, ok := parseInt64(value)
	if !ok {
		return false
	}
	if r.op == opGt {
		return n > r.bound
	}
	return n < r.bound
}

// matchAll reports whether every requirement holds for the labels.
func matchAll(requirements []requirement, labels map[string]string) bool {
	for i := range requirements {
		r := &requirements[i]
		value, present := labels[r.key]
		if !r.matches(value, present) {
			return false
		}
	}
	return true
}

// write appends the condition in kubectl's notation.
func (r *requirement) write(b *strings.Builder) {
	if r.op == opDoesNotExist {
		b.WriteByte('!')
	}
	b.WriteString(r.key)
	switch r.op {
	case opEquals:
		b.WriteByte('=')
	case opDoubleEquals:
		b.WriteString("==")
	case opNotEquals:
		b.WriteString("!=")
	case opGt:
		b.WriteByte('>')
	case opLt:
		b.WriteByte('<')
	case opIn:
		b.WriteString(" in (")
	case opNotIn:
		b.WriteString(" notin (")
	case opExists, opDoesNotExist:
		return
	}
	b.WriteString(strings.Join(r.values, ","))
	if r.op == opIn || r.op == opNotIn {
		b.WriteByte(')')
	}
}

// compileRequirement checks the parts of a requirement and puts them together. Problems name the
// fields key and values below prefix, which is empty or ends in a dot.
func compileRequirement(
	prefix, key string, op operator, values []string,
) (requirement, Problems) {
	problems := checkOperands(prefix+"values", op, values)
	if !isKey(key) {
		problem := invalid(prefix+"key", key, strings.Join(KeyErrors(key), "; "))
		problems = slices.Insert(problems, 0, problem)
	}
	for i, value := range values {
		if !isValue(value) {
			path := prefix + "values[" + strconv.Itoa(i) + "][" + key + "]"
			problems = append(problems, invalid(path, value, strings.Join(ValueErrors(value), "; ")))
		}
	}
	if len(problems) > 0 {
		return requirement{}, problems
	}
	r := requirement{key: key, op: op, values: slices.Clone(values)}
	if op == opGt || op == opLt {
		r.bound, _ = parseInt64(values[0])
	}
	slices.Sort(r.values)
	return r, nil
}

// checkOperands judges the number of values and, for Gt and Lt, their form.
func checkOperands(path string, op operator, values []string) Problems {
	detail := ""
	switch op {
	case opIn, opNotIn:
		if len(values) == 0 {
			detail = "for 'in', 'notin' operators, values set can't be empty"
		}
	case opExists, opDoesNotExist:
		if len(values) != 0 {
			detail = "values set must be empty for exists and does not exist"
		}
	case opGt, opLt:
		if len(values) != 1 {
			detail = "for 'Gt', 'Lt' operators, exactly one value is required"
		}
	default:
		if len(values) != 1 {
			detail = "exact-match compatibility requires one single value"
		}
	}
	var problems Problems
	if detail != "" {
		problems = append(problems, invalid(path, values, detail))
	}
	if op != opGt && op != opLt {
		return problems
	}
	for i, value := range values {
		if _, ok := parseInt64(value); !ok {
			problems = append(problems, invalid(path+"["+strconv.Itoa(i)+"]", value,
				"for 'Gt', 'Lt' operators, the value must be an integer"))
		}
	}
	return problems
}

// parseInt64 parses a decimal integer as strconv does but never allocates, not even for an error:
// comparing a label that is no number is an everyday event.
func parseInt64(text string) (n int64, ok bool) {
	digits, negative := text, false
	if digits != "" && (digits[0] == '-' || digits[0] == '+') {
		negative = digits[0] == '-'
		digits = digits[1:]
	}
	if digits == "" {
		return 0, false
	}
	const limit = 1 << 63
	var u uint64
	for i := range len(digits) {
		d := uint64(digits[i]) - '0'
		if d > 9 || u > (limit-d)/10 {
			return 0, false
		}
		u = u*10 + d
	}
	if negative {
		return -int64(u), true
	}
	return int64(u), u < limit
}
