package manifest_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/manifest"
)

// TestKeepInvalid: what an API server would refuse is kept, and told of line by line, file by file; what
// is not well-formed is not.
func TestKeepInvalid(t *testing.T) {
	const invalid = `
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent}
spec:
  selector: {matchLabels: {app: other}}
  template:
    metadata: {labels: {app: agent}}
    spec:
      tolerations: [{key: a, operator: Like}]
      containers: [{name: main, image: ""}]
---
apiVersion: v1
kind: Node
metadata: {name: -n}
`
	files := []manifest.File{{Name: "b.yaml", Data: []byte(invalid)}, {Name: "a.yaml", Data: []byte(`
apiVersion: v1
kind: Node
metadata: {name: -m}
`)}}
	keep := manifest.Options{KeepInvalid: true}
	set, err := manifest.Parse(keep, files...)
	require.NoError(t, err)
	require.Len(t, set.Items, 3)
	type at struct {
		file  string
		line  int
		field string
	}
	var got []at
	for _, e := range set.Invalid {
		got = append(got, at{e.File, e.Line, e.Field})
	}
	want := []at{
		{"b.yaml", 8, "spec.template.metadata.labels"},
		{"b.yaml", 10, "spec.template.spec.tolerations[0].operator"},
		{"b.yaml", 11, "spec.template.spec.containers[0].image"},
		{"b.yaml", 15, "metadata.name"},
		{"a.yaml", 4, "metadata.name"},
	}
	require.Empty(t, cmp.Diff(want, got, cmp.AllowUnexported(at{})), "(-want +got)")

	_, err = manifest.Parse(manifest.Options{}, files...)
	require.Error(t, err)
	_, err = manifest.Parse(keep, manifest.File{Name: "c.yaml", Data: []byte(invalid + "bogus: 1\n")})
	require.ErrorContains(t, err, "c.yaml:16: bogus: unknown field")
}
