package quantity_test

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster/quantity"
)

// TestRecordedQuantities compares parsing and printing with Kubernetes' own code.
func TestRecordedQuantities(t *testing.T) {
	dir := os.Getenv("DAEMONSIM_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared")
	}
	file, err := os.Open(filepath.Join(dir, "cases", "match.jsonl.gz"))
	if err != nil {
		t.Skipf("recorded cases are not here, set DAEMONSIM_SHARED: %v", err)
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	require.NoError(t, err)
	lines, count := bufio.NewScanner(unzipped), 0
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		type answer struct {
			Error, Canonical       string
			WholeUnits, MilliUnits int64
		}
		var line struct {
			ID     string
			Case   struct{ Op, Text string }
			Answer answer
		}
		require.NoError(t, json.Unmarshal(lines.Bytes(), &line))
		if line.Case.Op != "quantity" {
			continue
		}
		count++
		var got answer
		if q, err := quantity.Parse(line.Case.Text); err != nil {
			got.Error = err.Error()
		} else {
			got = answer{"", q.String(), q.Value(), q.MilliValue()}
		}
		if diff := cmp.Diff(line.Answer, got); diff != "" {
			t.Errorf("%s: %q (-want +got):\n%s", line.ID, line.Case.Text, diff)
		}
	}
	require.NoError(t, lines.Err())
	t.Logf("%d cases", count)
	require.NotZero(t, count)
}
