package conformance_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
)

// difference is one part of an answer, as small as can be, in which daemonsim and the recording do not
// agree.
type difference struct {
	// path leads to the part, as in nodes[2].shouldRun.
	path string
	// want is what Kubernetes answered there and got what daemonsim does, as JSON values; absent when
	// there is nothing.
	want, got any
}

// absent stands for a part that is not there.
type absent struct{}

func (absent) String() string { return "(nothing)" }

// diff compares two answers by what they are as JSON and lists the smallest parts that differ, in the
// order of their paths. An empty list or mapping, null and nothing at all are the same.
func diff(want, got any) []difference {
	return diffAt("", asTree(want), asTree(got))
}

func diffAt(path string, want, got any) []difference {
	if isNothing(want) && isNothing(got) {
		return nil
	}
	switch w := want.(type) {
	case map[string]any:
		if g, ok := got.(map[string]any); ok {
			return diffMaps(path, w, g)
		}
	case []any:
		if g, ok := got.([]any); ok {
			return diffLists(path, w, g)
		}
	}
	if reflect.DeepEqual(want, got) {
		return nil
	}
	return []difference{{path, want, got}}
}

func diffMaps(path string, want, got map[string]any) []difference {
	keys := slices.Collect(maps.Keys(want))
	for key := range got {
		if _, both := want[key]; !both {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	var list []difference
	for _, key := range keys {
		list = append(list, diffAt(strings.TrimPrefix(path+"."+key, "."), member(want, key),
			member(got, key))...)
	}
	return list
}

func member(m map[string]any, key string) any {
	if v, ok := m[key]; ok {
		return v
	}
	return absent{}
}

func diffLists(path string, want, got []any) []difference {
	var list []difference
	for i := range max(len(want), len(got)) {
		w, g := any(absent{}), any(absent{})
		if i < len(want) {
			w = want[i]
		}
		if i < len(got) {
			g = got[i]
		}
		list = append(list, diffAt(fmt.Sprintf("%s[%d]", path, i), w, g)...)
	}
	return list
}

func isNothing(v any) bool {
	switch v := v.(type) {
	case nil, absent:
		return true
	case map[string]any:
		return len(v) == 0
	case []any:
		return len(v) == 0
	}
	return false
}

// diffSets compares lists whose order means nothing. What is in one of them only is a difference of its
// own, at the path of the list and the item's own name.
func diffSets[T any](path string, want, got []T, name func(T) string) []difference {
	var list []difference
	rest := slices.Clone(got)
	for _, w := range want {
		i := slices.IndexFunc(rest, func(g T) bool { return gocmp.Equal(w, g) })
		if i < 0 {
			list = append(list, difference{path + "(" + name(w) + ")", asTree(w), absent{}})
			continue
		}
		rest = slices.Delete(rest, i, i+1)
	}
	for _, g := range rest {
		list = append(list, difference{path + "(" + name(g) + ")", absent{}, asTree(g)})
	}
	return list
}

// asTree is a value as JSON has it, numbers as they are written.
func asTree(v any) any {
	text, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return parseTree(text)
}

func parseTree(text []byte) any {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var tree any
	if err := decoder.Decode(&tree); err != nil {
		return err.Error()
	}
	return tree
}

func TestDiff(t *testing.T) {
	type m = map[string]any
	want := m{"same": 1, "nodes": []any{m{"node": "a", "run": true}, m{"node": "b"}}, "none": []any{}}
	got := m{"same": 1, "nodes": []any{m{"node": "a", "run": false}}, "more": "x"}
	require.Equal(t, []difference{
		{"more", absent{}, "x"},
		{"nodes[0].run", true, false},
		{"nodes[1]", m{"node": "b"}, absent{}},
	}, diff(want, got))
	require.Empty(t, diff(want, want))
	require.Equal(t, []difference{{"in(a)", "a", absent{}}, {"in(b)", absent{}, "b"}},
		diffSets("in", []string{"a", "c"}, []string{"c", "b"}, func(s string) string { return s }))
}
