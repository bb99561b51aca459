package lesson_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/internal/lesson"
)

// page joins lines and writes a backquote for each "'", which raw strings cannot hold.
func page(lines ...string) string {
	return strings.ReplaceAll(strings.Join(lines, "\n")+"\n", "'", "`")
}

func TestParse(t *testing.T) {
	tests := []struct {
		name   string
		src    string
		want   []lesson.Block
		reason string
	}{
		{
			name:   "empty",
			src:    "",
			reason: "a page without blocks is a page",
		},
		{
			name:   "prose",
			src:    page("", "# Title", "", "Text", "* item", "", ""),
			want:   []lesson.Block{&lesson.Prose{Line: 2, Text: "# Title\n\nText\n* item"}},
			reason: "blank lines around prose belong to nobody",
		},
		{
			name: "order",
			src: page("a", "'''yaml a.yaml", "k: v", "'''", "b", "", "'''console", "$ x", "o", "'''",
				"c"),
			want: []lesson.Block{
				&lesson.Prose{Line: 1, Text: "a"},
				&lesson.File{Line: 2, Name: "a.yaml", Content: "k: v\n"},
				&lesson.Prose{Line: 5, Text: "b"},
				&lesson.Console{Line: 7, Commands: []*lesson.Command{
					{Line: 8, Text: "x", Argv: []string{"x"}, Want: "o\n"},
				}},
				&lesson.Prose{Line: 11, Text: "c"},
			},
			reason: "blocks come in the order of the page, also without blank lines between",
		},
		{
			name: "commands",
			src: page("'''console", "$ a", "", "one", "", "$ b", "$ c \"x y\" \\", "  d \\", "e", "two",
				"$", "'''"),
			want: []lesson.Block{&lesson.Console{Line: 1, Commands: []*lesson.Command{
				{Line: 2, Text: "a", Argv: []string{"a"}, Want: "\none\n\n"},
				{Line: 6, Text: "b", Argv: []string{"b"}},
				{Line: 7, Text: "c \"x y\" \\\n  d \\\ne", Argv: []string{"c", "x y", "d", "e"},
					Want: "two\n$\n"},
			}}},
			reason: "blank lines are output; a lone $ is no prompt",
		},
		{
			name: "fences",
			src: page("~~~~ console", "$ a", "'''", "~~~", "~~~~", "  ''' yaml b.yaml", "  k:",
				"    - v", "  '''"),
			want: []lesson.Block{
				&lesson.Console{Line: 1, Commands: []*lesson.Command{
					{Line: 2, Text: "a", Argv: []string{"a"}, Want: "```\n~~~\n"},
				}},
				&lesson.File{Line: 6, Name: "b.yaml", Content: "k:\n  - v\n"},
			},
			reason: "tildes, long fences, indented fences and spaces before the info string",
		},
		{
			name: "containers",
			src: page("1. Do this:", "", "   '''console", "   $ a", "   one", "", "   two", "   '''",
				"", "> - '''console", ">   $ b", ">   three", ">   '''", ">", "> end"),
			want: []lesson.Block{
				&lesson.Prose{Line: 1, Text: "1. Do this:"},
				&lesson.Console{Line: 3, Commands: []*lesson.Command{
					{Line: 4, Text: "a", Argv: []string{"a"}, Want: "one\n\ntwo\n"},
				}},
				&lesson.Console{Line: 10, Commands: []*lesson.Command{
					{Line: 11, Text: "b", Argv: []string{"b"}, Want: "three\n"},
				}},
				&lesson.Prose{Line: 15, Text: "> end"},
			},
			reason: "blocks inside list items and quotes run",
		},
		{
			name: "not for us",
			src: page("'''yaml", "k: v", "'''", "'''", "$ a", "'''", "'''sh", "$ a", "'''",
				"    '''console", "    $ a", "", "<!--", "'''console", "$ a", "'''", "-->"),
			want: []lesson.Block{&lesson.Prose{Line: 1, Text: strings.TrimSuffix(page("'''yaml",
				"k: v", "'''", "'''", "$ a", "'''", "'''sh", "$ a", "'''", "    '''console",
				"    $ a"), "\n")}},
			reason: "excerpts, other languages, indented code and comments do not run",
		},
		{
			name:   "comment with text",
			src:    page("<!-- a --> text"),
			want:   []lesson.Block{&lesson.Prose{Line: 1, Text: "<!-- a --> text"}},
			reason: "only comments that fill their lines are hidden",
		},
		{
			name: "carriage returns",
			src: strings.ReplaceAll(page("a", "b", "", "'''yaml a.yaml", "k: v", "'''", "",
				"'''console", "$ a \\", "b", "", "one", "'''"), "\n", "\r\n"),
			want: []lesson.Block{
				&lesson.Prose{Line: 1, Text: "a\nb"},
				&lesson.File{Line: 4, Name: "a.yaml", Content: "k: v\n"},
				&lesson.Console{Line: 8, Commands: []*lesson.Command{
					{Line: 9, Text: "a \\\nb", Argv: []string{"a", "b"}, Want: "\none\n"},
				}},
			},
			reason: "how a page ends its lines does not change what it says",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := lesson.Parse("page.md", []byte(tt.src))
			require.NoError(t, err, tt.reason)
			diff := cmp.Diff(tt.want, got.Blocks, cmpopts.IgnoreUnexported(lesson.Command{}))
			require.Empty(t, diff, "(-want +got) %s", tt.reason)
		})
	}
}

func TestParseErrors(t *testing.T) {
	tests := []struct {
		name string
		src  string
		want []string
	}{
		{"no command", page("", "'''console", "a", "'''"), []string{`page.md:3: the console block ` +
			`starts with "a", which is no command; start it with a line like: $ kubectl get nodes`}},
		{"empty", page("'''console", "'''"), []string{
			"page.md:1: the console block is empty; start it with a command: $ kubectl get nodes"}},
		{"words after console", page("'''console x y", "$ a", "'''"), []string{
			`page.md:1: "x y" after "console" means nothing; remove it`}},
		{"not closed", page("a", "'''console", "$ a", "", "b"), []string{
			"page.md:2: the console block is not closed; put ``` below its end, in line with the " +
				"opening ```"}},
		{"not closed at all", "```console", []string{
			"page.md:1: the console block is not closed; put ``` below its end, in line with the " +
				"opening ```"}},
		{"closed elsewhere", page("- > ~~~yaml a", "  > k: v", "> - ~~~"), []string{
			"page.md:1: the yaml block is not closed; put ~~~ below its end, in line with the " +
				"opening ~~~"}},
		{"closed out of line", page("'''console", "$ a", " '''"), []string{
			"page.md:1: the console block is not closed; put ``` below its end, in line with the " +
				"opening ```"}},
		{"command out of line", page("  '''console", "$ a", "  '''"), []string{
			"page.md:2: the command is not in line with its ```; give both the same indentation"}},
		{"title", page("'''yaml title=\"a.yaml\"", "'''"), []string{
			`page.md:1: "yaml title=\"a.yaml\"" does not name a file; write "yaml NAME", where NAME ` +
				`is a relative path of letters, digits, '.', '_' and '-'`}},
		{"parent", page("'''yaml ../a.yaml", "'''"), []string{
			`page.md:1: "yaml ../a.yaml" does not name a file; write "yaml NAME", where NAME ` +
				`is a relative path of letters, digits, '.', '_' and '-'`}},
		{"backslash at the end", page("'''console", "$ a \\", "'''"), []string{
			"page.md:2: the block ends after a backslash; remove it or write the rest of the command"}},
		{"backslash before a command", page("'''console", "$ a \\", "$ b", "'''"), []string{
			`page.md:2: a command follows a backslash; remove the backslash, or the "$ " of the next ` +
				`line if it goes on there`}},
		{"all of them", page("'''console", "$ a | b", "$ c \\", "d > e", "'''", "'''console", "'''"),
			[]string{
				`page.md:2: cannot run "a | b": "|" joins two commands; a command is plain words, ` +
					`with quotes and backslashes where needed`,
				`page.md:4: cannot run "c \\\nd > e": ">" redirects; a command is plain words, ` +
					`with quotes and backslashes where needed`,
				"page.md:6: the console block is empty; start it with a command: $ kubectl get nodes",
			}},
		{"bytes", "a\n\xff\n", []string{"page.md:2: the page is not UTF-8; save it as UTF-8 text"}},
		{"NUL", "a\n\x00\n", []string{
			"page.md:2: the page has a NUL byte; save it as UTF-8 text"}},
		{"size", strings.Repeat("a", lesson.MaxPageSize+1), []string{
			"page.md:1: the page has 1048577 bytes, more than 1048576; split it"}},
		{"lines", strings.Repeat("\n", lesson.MaxPageLines+1), []string{
			"page.md:1: the page has 65537 lines, more than 65536; split it"}},
		{"nesting", "a\n" + strings.Repeat(">", lesson.MaxNesting+1), []string{
			"page.md:2: the line nests list items and block quotes deeper than 32; indent it less"}},
		{"nesting by indentation", strings.Repeat("\t", 16) + "1. a", []string{
			"page.md:1: the line nests list items and block quotes deeper than 32; indent it less"}},
		{"long command", page("'''console", "$ "+strings.Repeat("(", lesson.MaxCommandSize+1), "'''"),
			[]string{"page.md:2: the command has 8193 bytes, more than 8192"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := lesson.Parse("page.md", []byte(tt.src))
			require.Error(t, err)
			require.Nil(t, got)
			require.Empty(t, cmp.Diff(strings.Join(tt.want, "\n"), err.Error()), "(-want +got)")
			var bad *lesson.Error
			require.ErrorAs(t, err, &bad)
		})
	}
}

func TestCommandWords(t *testing.T) {
	tests := []struct {
		text   string
		want   []string
		reason string
	}{
		{`a  b	c`, []string{"a", "b", "c"}, "blanks separate"},
		{`a 'b c' "d e" f\ g`, []string{"a", "b c", "d e", "f g"}, "quotes and backslashes join"},
		{`a '' ""`, []string{"a", "", ""}, "an empty word is a word"},
		{`a 'b\n' "c\n" "\"" '"'`, []string{"a", `b\n`, `c\n`, `"`, `"`}, "as POSIX has it"},
		{`a '*' "?" \[ '{b,c}' \{b,c\} '$x' \$x`,
			[]string{"a", "*", "?", "[", "{b,c}", "{b,c}", "$x", "$x"}, "quoted, nothing is special"},
		{`a b=c d:e=f- @g %h {i} {.j} k~ l#m +`,
			[]string{"a", "b=c", "d:e=f-", "@g", "%h", "{i}", "{.j}", "k~", "l#m", "+"},
			"only what means something has to be quoted"},
		{`a -l 'x in (b, c)' -o jsonpath='{.items[*].metadata.name}'`,
			[]string{"a", "-l", "x in (b, c)", "-o", "jsonpath={.items[*].metadata.name}"},
			"the usual kubectl line"},
		{`a é 节点`, []string{"a", "é", "节点"}, "any UTF-8"},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			got, err := lesson.Parse("page.md", []byte("```console\n$ "+tt.text+"\n```\n"))
			require.NoError(t, err, tt.reason)
			argv := got.Blocks[0].(*lesson.Console).Commands[0].Argv
			require.Empty(t, cmp.Diff(tt.want, argv), "(-want +got) %s", tt.reason)
		})
	}
}

func TestCommandConstructs(t *testing.T) {
	tests := []struct{ text, want string }{
		{"", "there is no command"},
		{"# a", "there is no command"},
		{"a # b", "comments belong into the text"},
		{"a | b", `"|" joins two commands`},
		{"a && b", `"&&" joins two commands`},
		{"a || b", `"||" joins two commands`},
		{"a; b", `";" ends a command`},
		{"a;", `";" ends a command`},
		{"a &", `"&" runs it in the background`},
		{"! a", `"!" negates`},
		{"a > b", `">" redirects`},
		{"a 2>&1", `">&" redirects`},
		{"> b", `">" redirects`},
		{"a << b", "unclosed here-document `b`"},
		{"A=b", "it sets a variable"},
		{"A=b c", "it sets a variable"},
		{"a $b", "variables have no value here"},
		{`a "${b}"`, "variables have no value here"},
		{"a $(b)", "$(...) and `...` run a command inside the command"},
		{"a `b`", "$(...) and `...` run a command inside the command"},
		{"a $((1))", "$((...)) computes a number"},
		{"a <(b)", "it has shell syntax (ProcSubst)"},
		{"a $'b'", "$'...' has escapes of its own"},
		{`a $"b"`, `$"..." is translated`},
		{"a *.yaml", `"*" matches file names; quote it`},
		{"a b?", `"?" matches file names; quote it`},
		{"a [b]", `"[" matches file names; quote it`},
		{"a ~/b", `"~" is a home directory; quote it`},
		{"a {b,c}", "braces expand to several words; quote them"},
		{"a b{1..3}", "braces expand to several words; quote them"},
		{"(a)", "it is shell syntax (Subshell)"},
		{"if a; then b; fi", "it is shell syntax (IfClause)"},
		{"a 'b", "reached EOF without closing quote `'`"},
		{"<b", `"<" redirects`},
		{"!", "`!` cannot form a statement alone"},
		{"a)", "a command can only contain words and redirects; encountered `)`"},
		{"a )", "a command can only contain words and redirects; encountered `)`"},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			_, err := lesson.Parse("page.md", []byte("~~~console\n$ "+tt.text+"\n~~~\n"))
			require.ErrorContains(t, err, "page.md:2: cannot run ")
			require.ErrorContains(t, err, ": "+tt.want+"; a command is plain words")
		})
	}
}

func TestParseCopiesItsInput(t *testing.T) {
	src := []byte(page("'''console", "$ echo a", "b", "'''"))
	want := string(src)
	p, err := lesson.Parse("page.md", src)
	require.NoError(t, err)
	require.Equal(t, want, string(src), "the input stays as it was")
	for i := range src {
		src[i] = 'x'
	}
	got, err := lesson.Update(p, &listShell{outputs: []string{"b"}})
	require.NoError(t, err)
	require.Equal(t, want, string(got))
}
