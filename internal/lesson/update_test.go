package lesson_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/daemonsim/daemonsim/internal/lesson"
)

func mustParse(t require.TestingT, src string) *lesson.Page {
	p, err := lesson.Parse("page.md", []byte(src))
	require.NoError(t, err, "page:\n%s", src)
	return p
}

func TestUpdate(t *testing.T) {
	tests := []struct {
		name    string
		src     string
		outputs []string
		want    string
		reason  string
	}{
		{
			name:    "no newline",
			src:     page("'''console", "$ a", "one", "'''"),
			outputs: []string{"one"},
			want:    page("'''console", "$ a", "one", "'''"),
			reason:  "the last newline of an output does not count",
		},
		{
			name:    "blank line",
			src:     page("'''console", "$ a", "", "$ b", "", "'''"),
			outputs: []string{"", "\n"},
			want:    page("'''console", "$ a", "$ b", "", "'''"),
			reason:  "no output and one blank line are different",
		},
		{
			name:    "trailing spaces",
			src:     page("'''console", "$ a", "one", "'''"),
			outputs: []string{"one  \n \n"},
			want:    page("'''console", "$ a", "one  ", " ", "'''"),
			reason:  "spaces at the end of a line count",
		},
		{
			name:    "margin",
			src:     page("> 1. '''console", ">    $ a \\", ">    b", ">    '''", ">"),
			outputs: []string{"one\n\n  two"},
			want: page("> 1. '''console", ">    $ a \\", ">    b", ">    one", ">", ">      two",
				">    '''", ">"),
			reason: "output is written with the margin of its command, blank lines without spaces",
		},
		{
			name:    "tabs",
			src:     page("* a", "", "\t'''console", "\t$ a", "\t'''"),
			outputs: []string{"one\n\ttwo"},
			want:    page("* a", "", "\t'''console", "\t$ a", "\tone", "\t\ttwo", "\t'''"),
			reason:  "a margin of tabs stays one of tabs",
		},
		{
			name:    "carriage returns",
			src:     "a\r\n```console\r\n$ a\r\nold\r\n$ b\r\n\r\n```",
			outputs: []string{"one\ntwo", "\n"},
			want:    "a\r\n```console\r\n$ a\r\none\r\ntwo\r\n$ b\r\n\r\n```",
			reason:  "lines end as the line of the command does",
		},
		{
			name:    "shorter fence",
			src:     page("''''console", "$ a", "''''"),
			outputs: []string{"```\n~~~~\n```` a\n    ````"},
			want:    page("''''console", "$ a", "'''", "~~~~", "'''' a", "    ''''", "''''"),
			reason:  "what looks like a fence and is none can be shown",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := lesson.Update(mustParse(t, tt.src), &listShell{outputs: tt.outputs})
			require.NoError(t, err, tt.reason)
			require.Empty(t, cmp.Diff(tt.want, string(got)), "(-want +got) %s", tt.reason)
		})
	}
}

func TestUpdateErrors(t *testing.T) {
	tests := []struct{ name, output, want string }{
		{"prompt", "$ b\n", `page.md:3: the output of "a" has a line that starts with "$ ", which ` +
			`would be read as a command; print less`},
		{"fence", "one\n  ````  \n", `page.md:3: the output of "a" has a line that would end the ` +
			"block; open and close the block with a longer fence than ``` or one of the other kind"},
		{"carriage return", "one\r\n", `page.md:3: the output of "a" has carriage returns, NULs or ` +
			`bytes that are not UTF-8, which a page cannot show; print text with LF between lines`},
		{"NUL", "one\x00", `page.md:3: the output of "a" has carriage returns, NULs or ` +
			`bytes that are not UTF-8, which a page cannot show; print text with LF between lines`},
		{"bytes", "\xff", `page.md:3: the output of "a" has carriage returns, NULs or ` +
			`bytes that are not UTF-8, which a page cannot show; print text with LF between lines`},
		{"size", strings.Repeat("a", lesson.MaxPageSize), "the updated page cannot be read; print " +
			"less: page.md:1: the page has 1048608 bytes, more than 1048576; split it"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := mustParse(t, page("", "'''console", "$ a", "old", "$ b", "'''", "text"))
			got, err := lesson.Update(p, &listShell{outputs: []string{tt.output, "b"}})
			require.EqualError(t, err, tt.want)
			require.Nil(t, got)
		})
	}
}

func TestPlayStopsWithTheWriter(t *testing.T) {
	p := mustParse(t, page("text", "'''console", "$ echo a", "'''", "", "'''yaml a.yaml", "'''"))
	full := errors.New("disk full")
	for n := range 7 {
		sh := toyShell{}
		err := lesson.Play(&shortWriter{left: n, err: full}, p, sh)
		if n < 6 {
			require.ErrorIs(t, err, full, "after %d writes", n)
		} else {
			require.NoError(t, err)
			require.Contains(t, sh, "a.yaml")
		}
	}
}

// shortWriter accepts a number of writes, then fails.
type shortWriter struct {
	left int
	err  error
}

func (w *shortWriter) Write(p []byte) (int, error) {
	if w.left--; w.left < 0 {
		return 0, w.err
	}
	return len(p), nil
}

// margins are ways to place a block: what stands left of its first line and of the others.
var margins = [][2]string{
	{"", ""}, {" ", " "}, {"   ", "   "}, {"> ", "> "}, {"- ", "  "}, {"10. ", "    "},
	{"> - > ", ">   > "}, {"*\t", "\t"},
}

// layout is a random page with holes where the outputs go.
type layout struct {
	holes [][]string // for each output the lines before it
	eols  []string   // for each output how its lines end
	left  []string   // for each output its margin
	tail  []string   // the lines after the last output
}

func (l layout) render(outputs []string) string {
	var b strings.Builder
	for i, before := range l.holes {
		b.WriteString(strings.Join(before, ""))
		if outputs[i] == "" {
			continue
		}
		for _, line := range strings.Split(strings.TrimSuffix(outputs[i], "\n"), "\n") {
			left := l.left[i]
			if line == "" {
				left = strings.TrimRight(left, " \t")
			}
			b.WriteString(left + line + l.eols[i])
		}
	}
	return b.String() + strings.Join(l.tail, "")
}

func drawLayout(t *rapid.T) layout {
	var l layout
	eol := rapid.SampledFrom([]string{"\n", "\r\n"}).Draw(t, "eol")
	for range rapid.IntRange(1, 4).Draw(t, "blocks") {
		prose := rapid.SampledFrom([]string{"", "# Title", "text", "<!-- note -->"}).Draw(t, "prose")
		l.tail = append(l.tail, prose+eol, eol)
		margin := rapid.SampledFrom(margins).Draw(t, "margin")
		mark := rapid.SampledFrom([]string{"```", "~~~", "`````"}).Draw(t, "mark")
		l.tail = append(l.tail, margin[0]+mark+"console"+eol)
		for range rapid.IntRange(1, 3).Draw(t, "commands") {
			lines := append(l.tail, margin[1]+"$ a \\"+eol, margin[1]+"  b"+eol)
			l.holes, l.tail = append(l.holes, lines), nil
			l.eols, l.left = append(l.eols, eol), append(l.left, margin[1])
		}
		l.tail = append(l.tail, margin[1]+mark+eol, eol)
	}
	return l
}

// drawOutput draws output that a page with any of the margins can hold.
func drawOutput(t *rapid.T) string {
	line := rapid.StringMatching(`|[ \t]{1,6}|(  |\t)?[-a-z>#$<&*1.\\"é]{1,8}( [-a-z=+ ]{0,5})?`)
	lines := rapid.SliceOfN(line, 0, 4).Draw(t, "lines")
	if len(lines) == 0 {
		return ""
	}
	text := strings.Join(lines, "\n") + "\n"
	return strings.ReplaceAll("\n"+text, "\n$ ", "\n$-")[1:]
}

func TestUpdateFillsInOutputAlone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := drawLayout(t)
		var wants, gots []string
		for range l.holes {
			wants = append(wants, drawOutput(t))
			gots = append(gots, drawOutput(t))
		}
		p := mustParse(t, l.render(wants))
		require.NoError(t, lesson.Check(p, &listShell{outputs: wants}).Err())

		same, err := lesson.Update(p, &listShell{outputs: wants})
		require.NoError(t, err)
		require.Equal(t, l.render(wants), string(same), "a page that holds stays as it is")

		updated, err := lesson.Update(p, &listShell{outputs: gots})
		require.NoError(t, err)
		require.Equal(t, l.render(gots), string(updated), "nothing but output changes")

		p = mustParse(t, string(updated))
		require.NoError(t, lesson.Check(p, &listShell{outputs: gots}).Err())
		again, err := lesson.Update(p, &listShell{outputs: gots})
		require.NoError(t, err)
		require.Equal(t, string(updated), string(again), "updating twice is updating once")
	})
}
