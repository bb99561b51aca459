package patch

import "slices"

// Apply merges three documents: what was asked for last, what is asked for next, and the document as it is.
// What next says is set. What last said and next does not say is taken away. Everything else stays: it
// is somebody else's. Lists merge as the schema says.
//
// It reports whether there was anything to do. As with kubectl that is also so where a list has items that
// next does not name, since the order is then asked for once more.
func Apply(last, next, doc map[string]any, s *Schema) (result map[string]any, changed bool) {
	var m threeWay
	result = m.object(last, next, doc, s)
	return result, m.changed || !Equal(result, doc)
}

// threeWay is a merge of three documents under way.
type threeWay struct{ changed bool }

func (m *threeWay) object(last, next, doc map[string]any, s *Schema) map[string]any {
	result := copyOf(doc)
	for name := range last {
		if _, still := next[name]; !still {
			delete(result, name)
		}
	}
	for name, value := range next {
		was, there := doc[name]
		switch {
		case value == nil:
			m.changed = true
			delete(result, name)
		case !there || !sameForm(was, value):
			result[name] = withoutNulls(value)
		default:
			result[name] = m.value(last[name], value, was, s.field(name))
		}
	}
	return result
}

// value merges values of which next and doc have the same form.
func (m *threeWay) value(last, next, doc any, s *Schema) any {
	switch next := next.(type) {
	case map[string]any:
		if s != nil && s.replaced {
			return next
		}
		before, _ := last.(map[string]any)
		return m.object(before, next, doc.(map[string]any), s)
	case []any:
		if s != nil && s.merges {
			before, _ := last.([]any)
			return m.list(before, next, doc.([]any), s)
		}
	}
	return next
}

func (m *threeWay) list(last, next, doc []any, s *Schema) []any {
	m.changed = m.changed || len(next) != len(doc)
	find := func(among []any, item any) any {
		i := slices.IndexFunc(among, func(o any) bool { return Equal(keyOf(o, s.key), keyOf(item, s.key)) })
		if i < 0 {
			return nil
		}
		return among[i]
	}
	var merged []any
	for _, was := range doc {
		wanted := find(next, was)
		switch {
		case wanted != nil:
			merged = append(merged, m.item(find(last, was), wanted, was, s))
		case find(last, was) == nil:
			merged = append(merged, was)
		}
	}
	for _, wanted := range next {
		if find(merged, wanted) == nil {
			merged = append(merged, withoutNulls(wanted))
		}
	}
	return arrange(merged, next, doc, s.key)
}

// item merges an item of a list with the one of the same key.
func (m *threeWay) item(last, next, doc any, s *Schema) any {
	wanted, isObject := next.(map[string]any)
	was, wasObject := doc.(map[string]any)
	if !isObject || !wasObject {
		return next
	}
	before, _ := last.(map[string]any)
	merged := m.object(before, wanted, was, s)
	if s.retains {
		for name := range was {
			if _, named := wanted[name]; !named {
				delete(merged, name)
			}
		}
	}
	return merged
}
