package lesson_test

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/daemonsim/daemonsim/internal/lesson"
)

// echoShell answers every command with its words.
type echoShell struct{}

func (echoShell) WriteFile(string, []byte) {}

func (echoShell) Run(argv []string) lesson.Result {
	return lesson.Result{Output: strings.Join(argv, " ")}
}

// tableShell answers every command with the same lines, which any page can hold.
type tableShell struct{}

func (tableShell) WriteFile(string, []byte) {}

func (tableShell) Run([]string) lesson.Result {
	return lesson.Result{Output: "NAME   READY\n\n  a\tb\n- c\n> d\n    e\n\n"}
}

// FuzzParse feeds any bytes to Parse. A page that is read can be played, and updating it is stable.
func FuzzParse(f *testing.F) {
	pages, err := filepath.Glob("testdata/*.md")
	require.NoError(f, err)
	for _, path := range pages {
		src, err := os.ReadFile(path)
		require.NoError(f, err)
		f.Add(src)
	}
	f.Add([]byte("> - ```console\r\n>   $ a 'b c' \\\r\n>   d\r\n>   e\r\n>   ```"))
	f.Add([]byte("*\t~~~~console\n\t$ a\n\n\t\tb\n\t~~~~\n<!-- c\n-->\n```yaml d.yaml\n```\n"))
	f.Add([]byte("1. a\n\n\t```console\n   $ b\n   ```\n"))
	f.Fuzz(func(t *testing.T, src []byte) {
		p, err := lesson.Parse("page.md", src)
		if err != nil {
			return
		}
		require.NoError(t, lesson.Play(io.Discard, p, echoShell{}))
		requireStable(t, p, echoShell{})
		require.NoError(t, requireStable(t, p, tableShell{}))
	})
}

// requireStable updates a page twice. It returns the error of the first time.
func requireStable(t require.TestingT, p *lesson.Page, sh lesson.Shell) error {
	once, err := lesson.Update(p, sh)
	if err != nil {
		return err // the page cannot hold such output, and Update has said so
	}
	p, err = lesson.Parse("page.md", once)
	require.NoError(t, err)
	require.NoError(t, lesson.Check(p, sh).Err())
	twice, err := lesson.Update(p, sh)
	require.NoError(t, err)
	require.Equal(t, string(once), string(twice))
	return nil
}

// TestPagesOfScraps puts pages together from pieces that mean something to Markdown or to a lesson,
// so that blocks nest, break off and fall out of line far more often than random bytes do.
func TestPagesOfScraps(t *testing.T) {
	scraps := rapid.SampledFrom([]string{
		" ", "  ", "    ", "\t", "> ", ">", "- ", "1. ", "```", "~~~", "````", "console", "yaml a",
		"$ ", "$ a", "b", "\\", "'", "<!--", "-->", "# ", "---", "\r",
	})
	line := rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(scraps, 0, 5).Draw(t, "scraps"), "")
	})
	// Half of the lines are likely ones, or hardly a page would have a command.
	likely := rapid.SampledFrom([]string{
		"```console", "$ a", "```", "  ```console", "  $ a", "  ```", "> ~~~console", "> $ a", "> ~~~",
		"- ```console", "\t```console", "\t$ a", "\t```", "> \t```console", "> \t$ a", "> \t```", "",
	})
	rapid.Check(t, func(t *rapid.T) {
		lines := rapid.SliceOfN(rapid.OneOf(line, likely, likely), 0, 12).Draw(t, "lines")
		p, err := lesson.Parse("page.md", []byte(strings.Join(lines, "\n")))
		if err != nil {
			return
		}
		_ = requireStable(t, p, echoShell{}) // it may print what no page can hold
		require.NoError(t, requireStable(t, p, tableShell{}))
	})
}
