package taints_test

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/taints"
)

// recorded walks over the recorded answers of Kubernetes in the named file and calls check with
// each. It skips the test if there are none.
func recorded(t *testing.T, name string, check func(id string, input, answer []byte)) {
	t.Helper()
	dir := os.Getenv("DAEMONSIM_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "shared")
	}
	file, err := os.Open(filepath.Join(dir, "cases", name))
	if err != nil {
		t.Skipf("recorded cases are not here, set DAEMONSIM_SHARED: %v", err)
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	require.NoError(t, err)
	lines := bufio.NewScanner(unzipped)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var line struct {
			ID           string
			Case, Answer json.RawMessage
		}
		require.NoError(t, json.Unmarshal(lines.Bytes(), &line))
		check(line.ID, line.Case, line.Answer)
	}
	require.NoError(t, lines.Err())
}

// TestRecordedTolerations compares matching and validation with Kubernetes' own code.
func TestRecordedTolerations(t *testing.T) {
	type problem struct{ Field, Type, Detail, Message string }
	count := 0
	recorded(t, "match.jsonl.gz", func(id string, input, answer []byte) {
		var in struct {
			Op         string
			Toleration taints.Toleration
			Taint      taints.Taint
		}
		var want struct {
			Match               bool
			MatchWithComparison bool
			Invalid             []problem
		}
		var op struct{ Op string }
		require.NoError(t, json.Unmarshal(input, &op))
		if op.Op != "toleration" {
			return
		}
		count++
		require.NoError(t, json.Unmarshal(input, &in))
		require.NoError(t, json.Unmarshal(answer, &want))
		got := want
		got.Match = in.Toleration.Tolerates(in.Taint)
		got.MatchWithComparison =
			in.Toleration.ToleratesWithComparison(in.Taint, taints.ComparisonOn)
		got.Invalid = []problem{}
		for _, p := range taints.ValidateToleration(in.Toleration, taints.ComparisonOff) {
			field := p.Field
			p.Field = ""
			got.Invalid = append(got.Invalid,
				problem{"tolerations[0]." + field, string(p.Kind), p.Detail, p.Error()})
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s\n(-want +got):\n%s", id, input, diff)
		}
	})
	t.Logf("%d cases", count)
	require.NotZero(t, count)
}

// TestRecordedDaemonTolerations compares the automatic tolerations with those of the DaemonSet
// controller.
func TestRecordedDaemonTolerations(t *testing.T) {
	count := 0
	recorded(t, "tolerations.jsonl.gz", func(id string, input, answer []byte) {
		var in struct {
			DaemonSet struct {
				Spec struct {
					Template struct {
						Spec struct {
							HostNetwork bool
							Tolerations []taints.Toleration
						}
					}
				}
			}
		}
		var want struct{ Tolerations []taints.Toleration }
		require.NoError(t, json.Unmarshal(input, &in))
		require.NoError(t, json.Unmarshal(answer, &want))
		count++
		pod := in.DaemonSet.Spec.Template.Spec
		got := taints.WithDaemonTolerations(pod.Tolerations, pod.HostNetwork)
		if diff := cmp.Diff(want.Tolerations, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", id, diff)
		}
	})
	t.Logf("%d cases", count)
	require.NotZero(t, count)
}
