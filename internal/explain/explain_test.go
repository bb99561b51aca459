package explain_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/internal/explain"
)

func TestParse(t *testing.T) {
	for _, tt := range []struct {
		words []string
		want  explain.Query
	}{
		{nil, explain.Query{}},
		{[]string{"daemonset/a"}, explain.Query{Kind: daemonset.Kind, Name: "a"}},
		{[]string{"DS/a", "n"}, explain.Query{Kind: daemonset.Kind, Name: "a", Node: "n"}},
		{[]string{"daemonsets.v1.apps/a", "no/n"}, explain.Query{Kind: daemonset.Kind, Name: "a", Node: "n"}},
		{[]string{"po/a", "nodes/n"}, explain.Query{Kind: cluster.KindPod, Name: "a", Node: "n"}},
	} {
		got, err := explain.Parse(tt.words, "", "")
		require.NoError(t, err, "%q", tt.words)
		require.Equal(t, tt.want, got, "%q", tt.words)
	}
	for _, words := range [][]string{
		{""}, {"a"}, {"/a"}, {"ds/"}, {"deployment/a"}, {"ds/a/b"}, {"ds/a", ""}, {"ds/a", "ds/b"}, {"ds/a", "no/"},
		{"ds/a", "b", "c"},
	} {
		_, err := explain.Parse(words, "", "")
		require.Error(t, err, "%q", words)
	}
	_, err := explain.Parse(nil, "", "yaml")
	require.ErrorContains(t, err, `unknown output "yaml"`)
}

// TestJSON holds the keys that scripts rely on, and the order, against a world in another order.
func TestJSON(t *testing.T) {
	set := func(namespace, name string) *daemonset.DaemonSet {
		return &daemonset.DaemonSet{ObjectMeta: cluster.ObjectMeta{Namespace: namespace, Name: name}}
	}
	world := explain.World{Sets: []*daemonset.DaemonSet{set("b", "a"), set("a", "c"), set("a", "b")}}
	for _, name := range []string{"n2", "n10", "n1"} {
		world.Nodes = append(world.Nodes, &cluster.Node{ObjectMeta: cluster.ObjectMeta{Name: name}})
	}
	before := slices.Clone(world.Nodes)
	text, err := (&explain.Query{Output: "json"}).Answer(world)
	require.NoError(t, err)
	require.Equal(t, before, world.Nodes, "what is asked about stays as it is")
	var pairs []map[string]any
	require.NoError(t, json.Unmarshal([]byte(text), &pairs))
	var order []string
	for _, p := range pairs {
		order = append(order, p["namespace"].(string)+"/"+p["daemonSet"].(string)+" "+p["node"].(string))
		require.Equal(t, true, p["shouldRun"])
		require.Equal(t, true, p["shouldContinueRunning"])
		require.Equal(t, []any{}, p["reasons"])
	}
	require.Equal(t, []string{
		"a/b n1", "a/b n10", "a/b n2", "a/c n1", "a/c n10", "a/c n2", "b/a n1", "b/a n10", "b/a n2",
	}, order)
}
