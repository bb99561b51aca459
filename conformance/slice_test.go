package conformance_test

import (
	"compress/gzip"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// sliceSize is how many cases of a kind testdata holds, about.
const sliceSize = 1000

// kinds lists the kinds of recordings that are replayed.
var kinds = []string{
	"defaults", "filter", "match", "placement", "psa", "revision", "rollout", "sync", "tolerations", "update", "validate",
}

// TestSlices takes every nth case of the full recordings into testdata when it is asked to update, and
// sees to it that there is a slice of every kind.
func TestSlices(t *testing.T) {
	for _, kind := range kinds {
		file := filepath.Join("testdata", kind+".jsonl.gz")
		if *update {
			writeSlice(t, filepath.Join(sharedCases(), kind+".jsonl.gz"), file)
		}
		require.FileExists(t, file)
	}
}

func writeSlice(t *testing.T, from, to string) {
	var lines [][]byte
	eachLine(t, from, func(line []byte) { lines = append(lines, slices.Clone(line)) })
	step := max(1, len(lines)/sliceSize)
	var slice [][]byte
	for i := 0; i < len(lines); i += step {
		slice = append(slice, lines[i])
	}
	writeLines(t, to, slice)
}

// writeLines writes a gzip'd file.
func writeLines(t *testing.T, to string, lines [][]byte) {
	t.Helper()
	file, err := os.Create(to)
	require.NoError(t, err)
	zipped, err := gzip.NewWriterLevel(file, gzip.BestCompression)
	require.NoError(t, err)
	for _, line := range lines {
		_, err := zipped.Write(append(line, '\n'))
		require.NoError(t, err)
	}
	require.NoError(t, zipped.Close())
	require.NoError(t, file.Close())
}
