package cluster_test

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/field"
)

// finding is the part of a field error that the recordings promise to be exact.
type finding struct {
	Field, Type, Detail string
}

// TestValidateRecorded compares what is wrong with the metadata and the template of DaemonSets with what
// the API server finds: D-14, D-20 to D-22, S-18, S-27.
func TestValidateRecorded(t *testing.T) {
	accepted, rejected, different := 0, 0, 0
	recorded(t, "validate", func(t *testing.T, id string, in, answer json.RawMessage) {
		var want struct {
			Accepted    bool
			DecodeError string
			Errors      []finding
		}
		require.NoError(t, json.Unmarshal(answer, &want), id)
		if want.DecodeError != "" {
			return
		}
		want.Errors = slices.DeleteFunc(want.Errors, aboutDaemonSet)
		got := judge(t, id, in)
		sortFindings(want.Errors)
		sortFindings(got)
		if diff := gocmp.Diff(want.Errors, got); diff != "" && len(want.Errors)+len(got) > 0 {
			different++
			t.Errorf("%s (-want +got):\n%s", id, diff)
			return
		}
		if len(want.Errors) == 0 {
			accepted++
		} else {
			rejected++
		}
	})
	t.Logf("agree: %d valid, %d invalid; differ: %d", accepted, rejected, different)
}

// judge validates the manifest of a recorded case, apart from what is the DaemonSet's own.
func judge(t *testing.T, id string, in json.RawMessage) []finding {
	t.Helper()
	var c struct {
		Manifest struct {
			Metadata cluster.TemplateMeta
			Spec     struct{ Template cluster.PodTemplateSpec }
		}
	}
	require.NoError(t, json.Unmarshal(in, &c), id)
	m, template := &c.Manifest.Metadata, &c.Manifest.Spec.Template
	// What the store does before it judges an object.
	m.Namespace = cmp.Or(m.Namespace, cluster.DefaultNamespace)
	if m.Name == "" && m.GenerateName != "" {
		m.Name = m.GenerateName + "xxxxx"
	}
	cluster.DefaultPodTemplate(template)
	errs := cluster.ValidateMeta(&cluster.ObjectMeta{
		Name: m.Name, GenerateName: m.GenerateName, Namespace: m.Namespace,
		Labels: m.Labels, Annotations: m.Annotations, Finalizers: m.Finalizers,
	}, cluster.Namespaced, field.NewPath("metadata"))
	errs = append(errs, cluster.ValidatePodTemplate(template, field.NewPath("spec", "template"))...)
	var got []finding
	for _, e := range errs {
		got = append(got, finding{e.Field, string(e.Type), e.Detail})
	}
	return got
}

// aboutDaemonSet reports whether a finding is not about metadata or pods.
func aboutDaemonSet(f finding) bool {
	return !strings.HasPrefix(f.Field, "metadata.") && !strings.HasPrefix(f.Field, "spec.template.") ||
		f.Field == "spec.template.metadata.labels" ||
		f.Detail == `supported values: "Always"` ||
		f.Detail == "activeDeadlineSeconds in DaemonSet is not Supported"
}

func sortFindings(list []finding) {
	slices.SortFunc(list, func(a, b finding) int {
		return cmp.Or(cmp.Compare(a.Field, b.Field), cmp.Compare(a.Type, b.Type), cmp.Compare(a.Detail, b.Detail))
	})
}
