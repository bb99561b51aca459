package patch

import (
	"cmp"
	"maps"
	"slices"
)

// arrange puts the items of a merged list into order. Those that order names stand in that order; the others
// keep the order that they had, and each of them goes before the first named item that it stood before.
func arrange(list, order, was []any, key string) []any {
	place := func(among []any, item any) int {
		return slices.IndexFunc(among, func(o any) bool { return Equal(keyOf(o, key), keyOf(item, key)) })
	}
	var named, others []any
	for _, item := range list {
		if place(order, item) >= 0 {
			named = append(named, item)
		} else {
			others = append(others, item)
		}
	}
	by := func(among []any) func(a, b any) int {
		return func(a, b any) int { return cmp.Compare(place(among, a), place(among, b)) }
	}
	slices.SortStableFunc(named, by(order))
	slices.SortStableFunc(others, by(was))
	result := make([]any, 0, len(list))
	for len(named) > 0 && len(others) > 0 {
		i, j := place(was, others[0]), place(was, named[0])
		if i >= 0 && j >= 0 && i < j {
			result, others = append(result, others[0]), others[1:]
		} else {
			result, named = append(result, named[0]), named[1:]
		}
	}
	return append(append(result, others...), named...)
}

func copyOf(m map[string]any) map[string]any {
	if m == nil {
		return make(map[string]any)
	}
	return maps.Clone(m)
}
