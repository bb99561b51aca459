package lesson_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/daemonsim/daemonsim/internal/lesson"
)

func TestCheck(t *testing.T) {
	p := mustParse(t, page("'''console", "$ echo one", "one", "$ fail \\", "two", "two", "$ echo 3",
		"'''"))
	got := lesson.Check(p, toyShell{})
	want := lesson.Report{Page: "page.md", Commands: 3, Mismatches: []lesson.Mismatch{
		{Page: "page.md", Line: 4, Command: "fail \\\ntwo", Want: "two\n", Got: "error: two\n", Code: 1},
		{Page: "page.md", Line: 7, Command: "echo 3", Got: "3\n"},
	}}
	require.Empty(t, cmp.Diff(want, got), "(-want +got)")
	require.EqualError(t, got.Err(), strings.Join([]string{
		"page.md: the output of 2 of 3 commands differs (-want +got); update the page if the new " +
			"output is right",
		"page.md:4: $ fail \\",
		"two (exit code 1)",
		"- two",
		"+ error: two",
		"page.md:7: $ echo 3",
		"+ 3",
	}, "\n"))
}

func TestCheckHandsOutFilesInOrder(t *testing.T) {
	p := mustParse(t, page("'''console", "$ cat a", "error: no file \"a\"", "'''", "'''yaml a", "one",
		"'''", "'''console", "$ cat a", "one", "'''", "'''yaml a", "'''", "'''console", "$ cat a", "'''"))
	for range 2 {
		require.NoError(t, lesson.Check(p, toyShell{}).Err(), "a page keeps nothing from a run")
	}
}

func TestShellMayKeepAndChangeWhatItGets(t *testing.T) {
	p := mustParse(t, page("'''yaml a", "one", "'''", "'''console", "$ a b", "'''"))
	for range 2 {
		require.NoError(t, lesson.Check(p, scribbler{t}).Err())
	}
}

// scribbler overwrites everything it is handed.
type scribbler struct{ t *testing.T }

func (s scribbler) WriteFile(_ string, data []byte) {
	require.Equal(s.t, "one\n", string(data))
	copy(data, "xxxx")
}

func (s scribbler) Run(argv []string) lesson.Result {
	require.Equal(s.t, []string{"a", "b"}, argv)
	argv[0], argv[1] = "x", "x"
	return lesson.Result{}
}

func TestDiff(t *testing.T) {
	numbers := func(from, to int) string {
		var b strings.Builder
		for i := from; i <= to; i++ {
			fmt.Fprintln(&b, i)
		}
		return b.String()
	}
	tests := []struct{ name, want, got, diff, reason string }{
		{"equal", "a\n", "a\n", "  a\n", "nothing to sign"},
		{"from nothing", "", "a\n", "+ a\n", "no output has no lines"},
		{"to nothing", "a\n\n", "", "- a\n-\n", "a blank line is a line"},
		{"middle", "a\nb\nc\n", "a\nx\nc\n", "  a\n- b\n+ x\n  c\n", "lines go before lines come"},
		{"moved", "a\nb\nc\n", "b\nc\na\n", "- a\n  b\n  c\n+ a\n", "the longest common part stays"},
		{"spaces", "a\nb\n", "a \n\tb\n", "- a\n- b\n+ \"a \"\n+ \"\\tb\"\n", "what the eye cannot see"},
		{"far", numbers(1, 20), numbers(1, 9) + numbers(11, 20), "  ... 6 equal lines\n  7\n  8\n  9\n" +
			"- 10\n  11\n  12\n  13\n  ... 7 equal lines\n", "three lines of context"},
		{"one line far", numbers(1, 5), numbers(1, 4), "  1\n  2\n  3\n  4\n- 5\n",
			"a count is not worth a line"},
		{"too long for a table", numbers(1, 3000), numbers(3001, 6000),
			signedLines("- ", numbers(1, 3000)) + signedLines("+ ", numbers(3001, 6000)),
			"bounded time and space"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := lesson.Mismatch{Want: tt.want, Got: tt.got}.Diff()
			require.Empty(t, cmp.Diff(tt.diff, got), "(-want +got) %s", tt.reason)
		})
	}
}

func signedLines(sign, text string) string {
	return sign + strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\n"+sign) + "\n"
}

// TestDiffHoldsBothTexts reads both texts back from the diff: the lines of one side are those
// without the other side's sign.
func TestDiffHoldsBothTexts(t *testing.T) {
	text := rapid.Custom(func(t *rapid.T) string {
		lines := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c"}), 0, 7).Draw(t, "lines")
		return strings.Join(append(lines, ""), "\n")
	})
	rapid.Check(t, func(t *rapid.T) {
		want, got := text.Draw(t, "want"), text.Draw(t, "got")
		if want == got {
			t.Skip("equal texts are counted, not shown")
		}
		var a, b strings.Builder
		for line := range strings.Lines(lesson.Mismatch{Want: want, Got: got}.Diff()) {
			if strings.HasPrefix(line, "  ...") {
				t.Skip("counted lines cannot be read back")
			}
			if line[0] != '+' {
				a.WriteString(line[2:])
			}
			if line[0] != '-' {
				b.WriteString(line[2:])
			}
		}
		require.Equal(t, want, a.String())
		require.Equal(t, got, b.String())
	})
}
