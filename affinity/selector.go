package affinity

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Clone returns a deep copy; nil for nil.
func (s *LabelSelector) Clone() *LabelSelector {
	if s == nil {
		return nil
	}
	c := LabelSelector{MatchLabels: maps.Clone(s.MatchLabels)}
	for _, r := range s.MatchExpressions {
		r.Values = slices.Clone(r.Values)
		c.MatchExpressions = append(c.MatchExpressions, r)
	}
	return &c
}

// Selector is a compiled label selector. The zero Selector matches everything. It is immutable,
// safe to copy, and matching neither fails nor allocates.
type Selector struct {
	// requirements are ANDed and sorted by key.
	requirements []requirement
	// nothing marks the selector that matches no labels at all.
	nothing bool
}

// Everything returns the selector that matches all labels, the same as the zero Selector.
func Everything() Selector { return Selector{} }

// Nothing returns the selector that matches no labels, not even the empty set.
func Nothing() Selector { return Selector{nothing: true} }

// Compile turns the API's form of a selector into one that matches. A nil selector matches
// nothing, an empty one everything. A selector with an unknown operator, a malformed key or value,
// or the wrong number of values is an error, never a selector that silently matches nothing; the
// error tells about the first requirement that is wrong, the labels of MatchLabels coming first in
// the order of their keys.
func Compile(selector *LabelSelector) (Selector, error) {
	if selector == nil {
		return Nothing(), nil
	}
	var compiled Selector
	for _, key := range sortedKeys(selector.MatchLabels) {
		values := []string{selector.MatchLabels[key]}
		if err := compiled.add(key, opEquals, values); err != nil {
			return Nothing(), err
		}
	}
	for _, e := range selector.MatchExpressions {
		op, ok := labelOperator(e.Operator)
		if !ok {
			return Nothing(), fmt.Errorf("%q is not a valid label selector operator", e.Operator)
		}
		if err := compiled.add(e.Key, op, e.Values); err != nil {
			return Nothing(), err
		}
	}
	compiled.sort()
	return compiled, nil
}

// SelectorFromSet returns the selector that asks for every label of set, with its value. As in
// Kubernetes the set is not validated. An empty or nil set matches everything.
func SelectorFromSet(set map[string]string) Selector {
	var s Selector
	for _, key := range sortedKeys(set) {
		s.requirements = append(s.requirements,
			requirement{key: key, op: opEquals, values: []string{set[key]}})
	}
	return s
}

// Matches reports whether the labels satisfy the selector.
func (s Selector) Matches(labels map[string]string) bool {
	return !s.nothing && matchAll(s.requirements, labels)
}

// Empty reports whether the selector restricts nothing, that is, matches everything.
func (s Selector) Empty() bool {
	return !s.nothing && len(s.requirements) == 0
}

// String returns the selector as kubectl writes it, sorted by key: a=b,c in (d,e),!x. It is empty
// for the selector that matches everything and, NB, for the one that matches nothing.
func (s Selector) String() string {
	var b strings.Builder
	for i := range s.requirements {
		if i > 0 {
			b.WriteByte(',')
		}
		s.requirements[i].write(&b)
	}
	return b.String()
}

// add appends a requirement if it is well-formed.
func (s *Selector) add(key string, op operator, values []string) error {
	r, problems := compileRequirement("", key, op, values)
	if err := problems.Err(); err != nil {
		return err
	}
	s.requirements = append(s.requirements, r)
	return nil
}

// sort puts the requirements in the order of their keys; equal keys keep the order they came in.
func (s *Selector) sort() {
	slices.SortStableFunc(s.requirements, func(a, b requirement) int {
		return strings.Compare(a.key, b.key)
	})
}

// labelOperator returns the compiled form of a label selector's operator.
func labelOperator(op LabelSelectorOperator) (compiled operator, ok bool) {
	switch op {
	case LabelSelectorOpIn:
		return opIn, true
	case LabelSelectorOpNotIn:
		return opNotIn, true
	case LabelSelectorOpExists:
		return opExists, true
	case LabelSelectorOpDoesNotExist:
		return opDoesNotExist, true
	default:
		return 0, false
	}
}

// sortedKeys returns the keys of set in order.
func sortedKeys(set map[string]string) []string {
	if len(set) == 0 {
		return nil
	}
	return slices.Sorted(maps.Keys(set))
}
