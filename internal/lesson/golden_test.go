package lesson_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/internal/lesson"
)

var update = flag.Bool("update", false, "rewrite the golden files under testdata")

// TestGolden runs every page under testdata against a toyShell and compares what Play prints, what
// Check says and what Update returns with the files beside the page.
func TestGolden(t *testing.T) {
	pages, err := filepath.Glob("testdata/*.md")
	require.NoError(t, err)
	require.NotEmpty(t, pages)
	for _, path := range pages {
		t.Run(filepath.Base(path), func(t *testing.T) {
			src, err := os.ReadFile(path)
			require.NoError(t, err)
			p, err := lesson.Parse(filepath.Base(path), src)
			require.NoError(t, err)
			base := strings.TrimSuffix(path, ".md")

			var played bytes.Buffer
			require.NoError(t, lesson.Play(&played, p, toyShell{}))
			golden(t, base+".play", played.String())

			checked := "ok\n"
			if err := lesson.Check(p, toyShell{}).Err(); err != nil {
				checked = err.Error() + "\n"
			}
			golden(t, base+".check", checked)

			updated, err := lesson.Update(p, toyShell{})
			require.NoError(t, err)
			golden(t, base+".update", string(updated))
			if checked == "ok\n" {
				require.Equal(t, string(src), string(updated), "a page that holds stays as it is")
			}
		})
	}
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err, "run the test with -update to write it")
	require.Empty(t, cmp.Diff(string(want), got), "%s (-want +got)", path)
}

// TestDocPage reads the page that the package documentation shows.
func TestDocPage(t *testing.T) {
	doc, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	_, rest, _ := strings.Cut(string(doc), "// # A page\n//\n")
	shown, _, _ := strings.Cut(rest, "// # Grammar\n")
	shown = strings.ReplaceAll(strings.ReplaceAll(shown, "//\t", ""), "//\n", "\n")

	p, err := lesson.Parse("doc.md", []byte(shown))
	require.NoError(t, err)
	outputs := []string{"daemonset.apps/agent created", "daemonset.apps/agent"}
	require.NoError(t, lesson.Check(p, &listShell{outputs: outputs}).Err())
	require.IsType(t, &lesson.File{}, p.Blocks[1])
}
