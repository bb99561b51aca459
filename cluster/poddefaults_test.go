package cluster_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
)

// workload is the part of a DaemonSet manifest that is about pods.
type workload struct {
	Spec struct {
		Template cluster.PodTemplateSpec
	}
}

// TestDefaultPodTemplateRecorded compares the defaults of D-7 with those of the API server.
func TestDefaultPodTemplateRecorded(t *testing.T) {
	agreed := 0
	recorded(t, "defaults", func(t *testing.T, id string, in, answer json.RawMessage) {
		var c struct{ Manifest workload }
		var want struct {
			Stored struct {
				Spec struct{ Template json.RawMessage }
			}
		}
		require.NoError(t, json.Unmarshal(answer, &want), id)
		if want.Stored.Spec.Template == nil {
			return // the manifest does not decode
		}
		require.NoError(t, json.Unmarshal(in, &c), id)
		template := &c.Manifest.Spec.Template
		cluster.DefaultPodTemplate(template)
		got := cluster.JSON(template, time.Time{})
		if diff := cmp.Diff(tree(t, want.Stored.Spec.Template), tree(t, got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", id, diff)
			return
		}
		agreed++
	})
	t.Logf("%d agree", agreed)
}

// tree decodes JSON, so that the order of keys does not count.
func tree(t *testing.T, text []byte) any {
	t.Helper()
	var v any
	require.NoError(t, json.Unmarshal(text, &v))
	return v
}
