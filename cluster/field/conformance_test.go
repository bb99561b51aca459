package field_test

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster/field"
)

// TestRecordedMessages rebuilds every message that Kubernetes' validation was recorded to print
// from its kind, value and detail.
func TestRecordedMessages(t *testing.T) {
	dir := os.Getenv("DAEMONSIM_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared")
	}
	file, err := os.Open(filepath.Join(dir, "cases", "validate.jsonl.gz"))
	if err != nil {
		t.Skipf("recorded cases are not here, set DAEMONSIM_SHARED: %v", err)
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	require.NoError(t, err)
	lines, count := bufio.NewScanner(unzipped), 0
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var line struct {
			Answer struct {
				Errors []struct {
					Type            field.ErrorType
					Detail, Message string
				}
			}
		}
		require.NoError(t, json.Unmarshal(lines.Bytes(), &line))
		for _, e := range line.Answer.Errors {
			count++
			got := &field.Error{Type: e.Type, Detail: e.Detail, BadValue: "(value)"}
			want := e.Message
			if head, tail, found := strings.Cut(got.Message(), `"(value)"`); found {
				// The recording has no value apart from the message: cut it out of there.
				value := strings.TrimSuffix(strings.TrimPrefix(want, head), tail)
				got.BadValue = json.RawMessage(value)
				if text := ""; value != "null" && json.Unmarshal([]byte(value), &text) == nil {
					got.BadValue = text
				}
			}
			require.Equal(t, want, got.Message())
		}
	}
	require.NoError(t, lines.Err())
	t.Logf("%d messages", count)
	require.NotZero(t, count)
}
