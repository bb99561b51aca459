package manifest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/manifest"
)

// TestSourceText reads what a file states, fields that are not kept included.
func TestSourceText(t *testing.T) {
	set := parse(t, manifest.Options{}, `apiVersion: v1
kind: Pod
metadata:
  name: p
  labels: {a.b/c: d}
  deletionTimestamp: "2000-01-01T00:00:00Z"
spec:
  priority: 7
  containers: [{name: c, image: i}]
status:
  phase: Succeeded
  reason: null
`)
	source := set.Items[0].Source
	for path, want := range map[string]string{
		"metadata.name":              "p",
		"metadata.labels[a.b/c]":     "d",
		"metadata.deletionTimestamp": "2000-01-01T00:00:00Z",
		"spec.containers[0].image":   "i",
		"spec.containers[1].image":   "",
		"spec.priority":              "",
		"spec":                       "",
		"status.phase":               "Succeeded",
		"status.reason":              "",
		"status.nominatedNodeName":   "",
		"status.phase.deeper":        "",
	} {
		require.Equal(t, want, source.Text(path), path)
	}
	require.Empty(t, (*manifest.Source)(nil).Text("metadata.name"))
}
