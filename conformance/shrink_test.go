package conformance_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// maxReported bounds how many differing parts of one case are printed, maxPiece how much of the case.
const (
	maxReported = 3
	maxPiece    = 4000
)

// report prints what differs in a case, each part with the piece of the case that it is about.
func (r *runner[Case, Answer]) report(in Case, found []difference) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d parts of the answer differ", len(found))
	for _, d := range found[:min(len(found), maxReported)] {
		fmt.Fprintf(&b, "\n  %s\n    Kubernetes: %s\n    daemonsim:  %s\n    asked about: %s",
			d.path, inline(d.want), inline(d.got), r.piece(in, d))
	}
	return b.String()
}

func inline(v any) string {
	if a, ok := v.(absent); ok {
		return a.String()
	}
	text, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// piece is the smallest piece of the case that is known to bring the difference about.
func (r *runner[Case, Answer]) piece(in Case, d difference) string {
	part := any(in)
	if r.part != nil {
		part = r.part(in, d)
	}
	tree := asTree(part)
	if r.why != nil {
		reason := func(tree any) string {
			var c Case
			text, err := json.Marshal(tree)
			if err != nil || json.Unmarshal(text, &c) != nil {
				return ""
			}
			return r.why(c, d)
		}
		if was := reason(tree); was != "" {
			tree = shrink(tree, func(smaller any) bool { return reason(smaller) == was })
		}
	}
	text := inline(tree)
	if len(text) > maxPiece {
		text = text[:maxPiece] + "..."
	}
	return text
}

// maxTrials bounds how often shrink asks.
const maxTrials = 5000

// shrink takes away from a JSON value, one member or item at a time, whatever keep does not need, until
// nothing more can go. Keep holds for the value itself, and is asked no more than maxTrials times.
func shrink(tree any, keep func(any) bool) any {
	trials := 0
	try := func(whole any) bool {
		trials++
		return trials <= maxTrials && keep(whole)
	}
	for {
		smaller, changed := shrinkWithin(tree, try)
		if !changed {
			return tree
		}
		tree = smaller
	}
}

// shrinkWithin is one round: it tries to leave out every member and item of the value, and then does the
// same within those that must stay.
func shrinkWithin(tree any, keep func(any) bool) (smaller any, changed bool) {
	switch v := tree.(type) {
	case map[string]any:
		v = maps.Clone(v)
		for _, key := range slices.Sorted(maps.Keys(v)) {
			value := v[key]
			if delete(v, key); keep(v) {
				changed = true
				continue
			}
			less, ok := shrinkWithin(value, func(part any) bool { return keep(with(v, key, part)) })
			v[key], changed = less, changed || ok
		}
		return v, changed
	case []any:
		for i := len(v) - 1; i >= 0; i-- {
			if rest := slices.Delete(slices.Clone(v), i, i+1); keep(rest) {
				v, changed = rest, true
				continue
			}
			less, ok := shrinkWithin(v[i], func(part any) bool {
				items := slices.Clone(v)
				items[i] = part
				return keep(items)
			})
			v = slices.Clone(v)
			v[i], changed = less, changed || ok
		}
		return v, changed
	}
	return tree, false
}

func with(m map[string]any, key string, value any) map[string]any {
	m = maps.Clone(m)
	m[key] = value
	return m
}

func TestShrink(t *testing.T) {
	tree := parseTree([]byte(`{"a": [1, {"b": 2, "c": [3, 4]}, 5], "d": {"e": 6}}`))
	found := func(tree any) bool { return strings.Contains(inline(tree), "4") }
	require.Equal(t, `{"a":[{"c":[4]}]}`, inline(shrink(tree, found)))
	require.Equal(t, `{"a":[1,{"b":2,"c":[3,4]},5],"d":{"e":6}}`, inline(tree), "the value itself stays")
	both := func(tree any) bool { return found(tree) && strings.Contains(inline(tree), "6") }
	require.Equal(t, `{"a":[{"c":[4]}],"d":{"e":6}}`, inline(shrink(tree, both)))
}
