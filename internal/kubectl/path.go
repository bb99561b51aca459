package kubectl

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// path is a JSONPath: steps that are taken one after the other.
type path []step

// step goes from one value to any number of others.
type step interface{ next(root, value any) []any }

type (
	// rootStep goes back to the root.
	rootStep struct{}
	// fieldStep goes to the field of that name.
	fieldStep string
	// wildcardStep goes to all fields, by name, or all items.
	wildcardStep struct{}
	// descentStep goes to the value itself and to everything below it.
	descentStep struct{}
	// sliceStep goes to some items. Nil bounds are open.
	sliceStep struct{ from, to *int }
	// filterStep goes to the items for which a comparison holds.
	filterStep struct {
		left, right operand
		op          string
	}
)

// operand is one side of a comparison: a path from the item, or a constant.
type operand struct {
	path     path
	constant any
}

// find returns what the path leads to from a value. root is what a path with $ starts from.
func (p path) find(root, value any) []any {
	found := []any{value}
	for _, s := range p {
		var next []any
		for _, v := range found {
			next = append(next, s.next(root, v)...)
		}
		found = next
	}
	return found
}

func (rootStep) next(root, _ any) []any { return []any{root} }

func (s fieldStep) next(_, value any) []any {
	object, _ := value.(map[string]any)
	if v, ok := object[string(s)]; ok {
		return []any{v}
	}
	return nil
}

func (wildcardStep) next(_, value any) []any {
	switch v := value.(type) {
	case []any:
		return v
	case map[string]any:
		list := make([]any, 0, len(v))
		for _, key := range slices.Sorted(maps.Keys(v)) {
			list = append(list, v[key])
		}
		return list
	}
	return nil
}

func (s descentStep) next(root, value any) []any {
	list := []any{value}
	for _, v := range (wildcardStep{}).next(root, value) {
		list = append(list, s.next(root, v)...)
	}
	return list
}

func (s sliceStep) next(_, value any) []any {
	items, _ := value.([]any)
	bound := func(n *int, open int) int {
		if n == nil {
			return open
		}
		i := *n
		if i < 0 {
			i += len(items)
		}
		return min(max(i, 0), len(items))
	}
	from, to := bound(s.from, 0), bound(s.to, len(items))
	if from >= to {
		return nil
	}
	return items[from:to]
}

func (s filterStep) next(root, value any) []any {
	items, _ := value.([]any)
	var list []any
	for _, item := range items {
		if s.holds(root, item) {
			list = append(list, item)
		}
	}
	return list
}

func (s filterStep) holds(root, item any) bool {
	left, ok := s.left.value(root, item)
	if s.op == "" || !ok {
		return ok
	}
	right, ok := s.right.value(root, item)
	if !ok {
		return false
	}
	order := compareValues(left, right)
	switch s.op {
	case "==":
		return order == 0
	case "!=":
		return order != 0
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case ">":
		return order > 0
	}
	return order >= 0
}

func (o operand) value(root, item any) (any, bool) {
	if o.path == nil {
		return o.constant, true
	}
	found := o.path.find(root, item)
	if len(found) == 0 {
		return nil, false
	}
	return found[0], true
}

// valueText prints a value: a text without quotes, anything with parts as JSON.
func valueText(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		return strconv.FormatBool(v)
	case nil:
		return ""
	}
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	return strings.TrimSpace(string(text))
}
