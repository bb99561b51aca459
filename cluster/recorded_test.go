package cluster_test

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// recordedLines bounds how many recorded cases of a kind one test reads.
const recordedLines = 5000

// recorded calls f with the case and the answer of recorded cases of a kind: what the code of
// Kubernetes answered. The test is skipped where there are no recordings.
func recorded(t *testing.T, kind string, f func(t *testing.T, id string, in, answer json.RawMessage)) {
	t.Helper()
	dir := os.Getenv("DAEMONSIM_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "shared")
	}
	file, err := os.Open(filepath.Join(dir, "cases", kind+".jsonl.gz"))
	if err != nil {
		t.Skipf("no recorded cases: %v", err)
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	require.NoError(t, err)
	lines := bufio.NewScanner(unzipped)
	lines.Buffer(nil, 16<<20)
	for n := 0; n < recordedLines && lines.Scan(); n++ {
		var line struct {
			ID           string
			Case, Answer json.RawMessage
		}
		require.NoError(t, json.Unmarshal(lines.Bytes(), &line))
		f(t, line.ID, line.Case, line.Answer)
	}
	require.NoError(t, lines.Err())
}
