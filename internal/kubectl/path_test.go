package kubectl

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const document = `{"a": {"b": [{"n": "x", "v": 1}, {"n": "y", "v": 20}, {"n": "z"}], "k/l.m": true},
	"none": null, "list": [1, 2, 3, 4], "text": "it's"}`

// TestTemplate fills templates in with a document.
func TestTemplate(t *testing.T) {
	for _, tt := range []struct{ template, want string }{
		{"plain", "plain"},
		{"", ""},
		{"{}", ""},
		{"{.text}", "it's"},
		{"{$.text}{@.text}", "it'sit's"},
		{"{.a.b[0].v} {.a.b[-1].n} {.a.b[1:].n} {.a.b[:1].n} {.a.b[9].n}", "1 z y z x "},
		{"{.list}{.list[*]}{.list[1:3]}", "[1,2,3,4]1 2 3 42 3"},
		{`{.a.k/l\.m} {.a['k/l.m']} {['text']}`, "true true it's"},
		{"{.none}{.missing}{.text.deeper}{.list[0][0]}", ""},
		{"{..n} {.a..v}", "x y z 1 20"},
		{"{.*.b[0].n}", "x"},
		{`{.a.b[?(@.n=="y")].v}`, "20"},
		{`{.a.b[?(@.v>1)].n} {.a.b[?(@.v<=1)].n} {.a.b[?(@.v!=1)].n} {.a.b[?(@.v)].n}`, "y x y x y"},
		{`{.a.b[?(@.v>=$.list[0])].n} {.a.b[?(@.v<$.nope)].n}`, "x y "},
		{`{.list[?(@==true)]}{.list[?(@==2)]}`, "2"},
		{`{range .a.b[*]}[{.n}{","}{.v}]{end}{"\n"}{'a"b'}`, "[x,1][y,20][z,]\na\"b"},
		{`{range .list[:2]}{range $.list[2:]}{@} {end};{end}`, "3 4 ;3 4 ;"},
	} {
		parsed, err := parseJSONTemplate(tt.template)
		require.NoError(t, err, tt.template)
		require.Equal(t, tt.want, parsed.text(decodeJSON([]byte(document))), tt.template)
	}
}

// TestBadTemplate has what cannot be read.
func TestBadTemplate(t *testing.T) {
	for template, want := range map[string]string{
		"{":                             "unclosed action",
		`{"a}`:                          "unclosed action",
		`{"\q"}`:                        "cannot read the text",
		"{range .a}":                    "unterminated range",
		"{.a[x]}":                       "invalid array index x",
		"{.a[1:x]}":                     "invalid array index 1:x",
		"{.a[]}":                        "invalid array index",
		"{.a[99999999999]}":             "invalid array index",
		"{.a[?(@.b==)]}":                "a side of the comparison is missing",
		"{.a[?(==1)]}":                  "a side of the comparison is missing",
		"{.a[?(@.b==c)]}":               "put texts into quotes",
		"{..a..b..c..d}":                "too many ..",
		"{.a['b'}":                      "unterminated array",
		strings.Repeat("{range .a}", 9): "too many ranges",
	} {
		_, err := parseJSONTemplate(template)
		require.ErrorContains(t, err, want, template)
	}
}
