package patch

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// The directives of a strategic merge patch.
const (
	directive     = "$patch"
	directiveKeep = "$retainKeys"
	prefixOrder   = "$setElementOrder/"
	prefixDelete  = "$deleteFromPrimitiveList/"
)

func isDirective(name string) bool {
	return name == directive || name == directiveKeep ||
		strings.HasPrefix(name, prefixOrder) || strings.HasPrefix(name, prefixDelete)
}

// ErrFormat is returned for a directive that is not what it must be.
var ErrFormat = errors.New("invalid patch format")

// Strategic lays a strategic merge patch over a document. Lists that the schema knows are merged by
// their keys, and the patch may hold directives: $patch with replace or delete, $retainKeys,
// $setElementOrder/FIELD and $deleteFromPrimitiveList/FIELD. New items of such a list come before those
// that the patch does not name, as they do in Kubernetes.
//
// The error is ErrFormat for a directive that cannot be read; else it says which item of a list has no key.
func Strategic(doc, patch map[string]any, s *Schema) (map[string]any, error) {
	switch patch[directive] {
	case nil:
	case "replace":
		return stripped(patch), nil
	case "delete":
		return map[string]any{}, nil
	default:
		return nil, unknownDirective(patch)
	}
	merged, err := retain(doc, patch)
	if err != nil {
		return nil, err
	}
	for _, name := range patchedFields(patch) {
		if err := mergeField(merged, patch, name, s.field(name)); err != nil {
			return nil, err
		}
	}
	return merged, nil
}

func unknownDirective(patch map[string]any) error {
	return fmt.Errorf("unknown patch type: %s in map: %v", patch[directive], patch)
}

// retain returns a copy of a document, without the fields that $retainKeys does not list.
func retain(doc, patch map[string]any) (map[string]any, error) {
	merged := copyOf(doc)
	directive, ok := patch[directiveKeep]
	if !ok {
		return merged, nil
	}
	keys, ok := directive.([]any)
	if !ok {
		return nil, fmt.Errorf("%w of retainKeys", ErrFormat)
	}
	for name, value := range patch {
		if value != nil && !isDirective(name) && !slices.Contains(keys, any(name)) {
			return nil, fmt.Errorf("%w of retainKeys", ErrFormat)
		}
	}
	maps.DeleteFunc(merged, func(name string, _ any) bool { return !slices.Contains(keys, any(name)) })
	return merged, nil
}

// patchedFields lists the fields that a patch says something about, directives included, in order.
func patchedFields(patch map[string]any) []string {
	var names []string
	for name := range patch {
		if name == directiveKeep {
			continue
		}
		name = strings.TrimPrefix(strings.TrimPrefix(name, prefixOrder), prefixDelete)
		names = append(names, name)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// mergeField does to one field of merged what the patch says.
func mergeField(merged, patch map[string]any, name string, s *Schema) error {
	value, given := patch[name]
	_, ordered := patch[prefixOrder+name]
	_, reduced := patch[prefixDelete+name]
	was, there := merged[name]
	if ordered || reduced {
		return mergeDirected(merged, patch, name, s)
	}
	switch {
	case !given:
	case value == nil:
		delete(merged, name)
	case !there || !sameForm(was, value):
		if kept, ok := strip(withoutNulls(value)); ok {
			merged[name] = kept
		} else {
			delete(merged, name)
		}
	default:
		next, err := mergeValue(was, value, s)
		if err != nil {
			return err
		}
		merged[name] = next
	}
	return nil
}

// mergeValue merges two values of the same form.
func mergeValue(was, value any, s *Schema) (any, error) {
	switch value := value.(type) {
	case map[string]any:
		if s != nil && s.replaced {
			return value, nil
		}
		return Strategic(was.(map[string]any), value, s)
	case []any:
		if s != nil && s.merges {
			return mergeList(was.([]any), value, s)
		}
	}
	return value, nil
}

// mergeDirected merges a list for which the patch has an order or values to take away.
func mergeDirected(merged, patch map[string]any, name string, s *Schema) error {
	order, orderOK := listOr(patch, prefixOrder+name)
	gone, goneOK := listOr(patch, prefixDelete+name)
	changes, changesOK := listOr(patch, name)
	was, wasOK := listOr(merged, name)
	switch {
	case !orderOK:
		return fmt.Errorf("%w of setElementOrder list", ErrFormat)
	case !goneOK || !changesOK || !wasOK:
		return fmt.Errorf("%w of primitive list", ErrFormat)
	}
	next := was
	if len(changes) > 0 {
		var err error
		if next, err = mergeList(was, changes, s); err != nil {
			return err
		}
	}
	next = slices.DeleteFunc(slices.Clone(next), func(v any) bool {
		return slices.ContainsFunc(gone, func(g any) bool { return Equal(v, g) })
	})
	if len(order) > 0 {
		var key string
		if s != nil {
			key = s.key
		}
		next = arrange(next, order, was, key)
	}
	if _, there := merged[name]; there || len(next) > 0 {
		merged[name] = next
	}
	return nil
}

// listOr returns the list in a field, nil when the field is not there.
func listOr(m map[string]any, name string) (list []any, ok bool) {
	value, there := m[name]
	if !there || value == nil {
		return nil, true
	}
	list, ok = value.([]any)
	return list, ok
}

// mergeList merges the items of a list that the schema says to merge.
func mergeList(was, changes []any, s *Schema) ([]any, error) {
	if s == nil || s.key == "" {
		next := slices.Clone(was)
		for _, v := range changes {
			if !slices.ContainsFunc(next, func(o any) bool { return Equal(o, v) }) {
				next = append(next, v)
			}
		}
		return arrange(next, changes, was, ""), nil
	}
	next, items, err := special(was, changes, s.key)
	if err != nil {
		return nil, err
	}
	if next, err = mergeItems(next, items, s); err != nil {
		return nil, err
	}
	return arrange(next, items, was, s.key), nil
}

// special obeys the items that are directives: it returns the list without those that are deleted, none
// if it is replaced, and the items that are left to merge.
func special(was, changes []any, key string) (next, items []any, err error) {
	next = slices.Clone(was)
	replace := false
	for _, change := range changes {
		item, ok := change.(map[string]any)
		if !ok {
			return nil, nil, fmt.Errorf("expected a map[string]interface {}, but received a %T", change)
		}
		switch item[directive] {
		case nil:
			items = append(items, item)
		case "replace":
			replace = true
		case "delete":
			value, ok := item[key]
			if !ok {
				return nil, nil, noKey(item, key)
			}
			next = slices.DeleteFunc(next, func(v any) bool { return keyOf(v, key) == value })
		case "merge":
			return nil, nil, errors.New("merging lists cannot yet be specified in the patch")
		default:
			return nil, nil, unknownDirective(item)
		}
	}
	if replace {
		next = nil
	}
	return next, items, nil
}

func noKey(item map[string]any, key string) error {
	return fmt.Errorf("map: %v does not contain declared merge key: %s", item, key)
}

func mergeItems(next, items []any, s *Schema) ([]any, error) {
	for _, change := range items {
		item := change.(map[string]any)
		value, ok := item[s.key]
		if !ok {
			return nil, noKey(item, s.key)
		}
		i := slices.IndexFunc(next, func(v any) bool { return Equal(keyOf(v, s.key), value) })
		if i < 0 {
			next = append(next, stripped(item))
			continue
		}
		merged, err := Strategic(next[i].(map[string]any), item, s)
		if err != nil {
			return nil, err
		}
		next[i] = merged
	}
	return next, nil
}

// keyOf is what tells an item from the others: the value of its key or, without a key, the item itself.
func keyOf(item any, key string) any {
	if key == "" {
		return item
	}
	object, _ := item.(map[string]any)
	return object[key]
}

// strip takes the directives out of a value that there is nothing to merge with. A value that is a
// directive itself is none.
func strip(value any) (kept any, ok bool) {
	switch v := value.(type) {
	case map[string]any:
		if _, found := v[directive]; found {
			return nil, false
		}
		return stripped(v), true
	case []any:
		list := make([]any, 0, len(v))
		for _, item := range v {
			if kept, ok := strip(item); ok {
				list = append(list, kept)
			}
		}
		return list, true
	}
	return value, true
}

func stripped(object map[string]any) map[string]any {
	c := make(map[string]any, len(object))
	for name, value := range object {
		if isDirective(name) {
			continue
		}
		if kept, ok := strip(value); ok {
			c[name] = kept
		}
	}
	return c
}
