package kubectl

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestGrid compares rows that come all at once with the tables that do not watch.
func TestGrid(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		columns := rapid.IntRange(1, 4).Draw(t, "columns")
		cell := rapid.StringMatching(`[a-zä\n]{0,9}`)
		rows := rapid.SliceOfN(rapid.SliceOfN(cell, columns, columns), 1, 5).Draw(t, "rows")
		var want, got strings.Builder
		copies := make([][]string, len(rows))
		for i := range rows {
			copies[i] = append([]string(nil), rows[i]...)
		}
		WriteTable(&want, copies)
		g := &grid{out: &got}
		g.write(rows)
		require.Equal(t, want.String(), got.String())

		// What is printed a second time is no narrower.
		got.Reset()
		g.write([][]string{make([]string, columns)})
		length := 0
		for _, width := range g.widths[:columns-1] {
			length += width
		}
		require.Equal(t, strings.Repeat(" ", length)+"\n", got.String())
	})
}
