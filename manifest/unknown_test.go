package manifest_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/manifest"
)

// TestLeaveUnknown reads an object with fields that its kind does not have.
func TestLeaveUnknown(t *testing.T) {
	const text = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: a\n  colour: red\nreplicas: 3\n"
	_, err := manifest.Parse(manifest.Options{}, manifest.File{Name: "a", Data: []byte(text)})
	require.ErrorContains(t, err, "unknown field")
	set, err := manifest.Parse(manifest.Options{LeaveUnknown: true}, manifest.File{Name: "a", Data: []byte(text)})
	require.NoError(t, err)
	item := set.Items[0]
	require.Empty(t, cmp.Diff([]manifest.Dropped{{5, "metadata.colour"}, {6, "replicas"}}, item.Unknown),
		"(-want +got)")
	require.Empty(t, item.Dropped)
	require.Equal(t, `{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"a","colour":"red"},"replicas":3}`,
		string(item.Source.JSON()))
}

// TestToJSON reads values of any kind.
func TestToJSON(t *testing.T) {
	for _, tt := range []struct{ text, want, err string }{
		{"a: [1, x, yes]\nb: {c: 0x10}", `{"a":[1,"x",true],"b":{"c":16}}`, ""},
		{`[{"op": "add"}]`, `[{"op":"add"}]`, ""},
		{"text", `"text"`, ""},
		{"", "null", ""},
		{"a: &x {b: 1}\nc: *x", `{"a":{"b":1},"c":{"b":1}}`, ""},
		{"a: 1\na: 2", "", "p:2: a: given twice, first on line 1"},
		{"a: [", "", "p:2: invalid YAML: did not find expected node content"},
		{"a: 1\n---\nb: 2", "", "p:1: more than one document"},
	} {
		got, err := manifest.ToJSON("p", []byte(tt.text))
		if tt.err != "" {
			require.EqualError(t, err, tt.err, tt.text)
			continue
		}
		require.NoError(t, err, tt.text)
		require.Equal(t, tt.want, string(got), tt.text)
	}
}
