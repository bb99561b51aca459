package examples

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	problemPages = "problems/kp-*.md"
	problemList  = "problems/README.md"
)

// problemRow is a row of the list: the problem, what it is about, and what becomes of it today.
var problemRow = regexp.MustCompile(`(?m)^\| (KP-\d+) \| (.+) \| (.+) \|$`)

// TestProblemList looks for the problems in the list, in order. It has a page
// that shows it, or the list says why not.
func TestProblemList(t *testing.T) {
	var want, got []string
	for n := 1; n <= 64; n++ {
		want = append(want, fmt.Sprintf("KP-%d", n))
	}
	link := regexp.MustCompile(`^\[[^\]]+\]\((kp-[^)]+\.md)\)$`)
	var linked []string
	for _, row := range problemRow.FindAllStringSubmatch(source(t, problemList), -1) {
		id, story, today := row[1], row[2], row[3]
		got = append(got, id)
		reason, excused := strings.CutPrefix(today, "not shown: ")
		page := link.FindStringSubmatch(story)
		if excused {
			require.NotEmpty(t, reason, "%s: why not", id)
			require.Nil(t, page, "%s has a page, so it is shown", id)
			continue
		}
		require.NotNil(t, page, "%s has neither a page nor an excuse", id)
		path := filepath.Join(filepath.Dir(problemList), page[1])
		require.True(t, strings.HasPrefix(source(t, path), "# "+id+": "), "%s begins with %s", path, id)
		linked = append(linked, path)
	}
	require.Equal(t, want, got)

	there, err := filepath.Glob(problemPages)
	require.NoError(t, err)
	require.Equal(t, there, linked, "the pages that the list names")
	t.Logf("problems: %d of %d shown", len(linked), len(want))
}
