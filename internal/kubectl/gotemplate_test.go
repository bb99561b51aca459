package kubectl

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestGoTemplate fills templates in.
func TestGoTemplate(t *testing.T) {
	value := map[string]any{
		"n": json.Number("3"), "f": json.Number("1.5"), "s": "a<b", "nil": nil,
		"list": []any{"x", map[string]any{"k": true}}, "deep": map[string]any{"a": map[string]any{"b": "c"}},
	}
	for _, tt := range []struct{ text, want string }{
		{"{{.n}} {{.f}} {{.s}}", "3 1.5 a<b"},
		{"{{range .n}}{{.}}{{else}}none{{end}}", "012"},
		{"{{range .nope}}{{.}}{{else}}none{{end}}", "none"},
		{"{{eq .n 3}} {{gt .f 1.0}}", "true true"},
		{"{{.nope}} {{.nope.more}}", "<no value> <no value>"},
		{"{{print .s 1}} {{println .s}}", "a<b1 a<b\n"},
		{`{{printf "%5s|%v" .s .list}}`, "  a<b|[x map[k:true]]"},
		{"{{html .s}} {{js .s}} {{urlquery .s}}", `a&lt;b a\u003Cb a%3Cb`},
		{`{{exists . "list" 1 "k"}} {{exists . "list" 2}} {{exists . "list" "k"}} {{exists .s "k"}}`,
			"true false false false"},
		{`{{exists . "nil"}} {{exists . "deep" "a" "b"}} {{exists . "deep" 1}} {{exists .n}}`, "false true false true"},
		{`{{with .deep}}{{range $k, $v := .a}}{{$k}}={{$v}}{{end}}{{end}}`, "b=c"},
		{`{{define "x"}}{{if .}}{{slice . 1}}{{end}}{{end}}{{template "x" .s}}`, "<b"},
		{`{{range $i, $e := .list}}{{if $i}}{{break}}{{end}}{{$e}}{{end}}`, "x"},
		{`{{define "only"}}{{end}}`, ""},
	} {
		t.Run(tt.text, func(t *testing.T) {
			parsed, err := parseGoTemplate(tt.text)
			require.NoError(t, err)
			for range 2 { // an execution does not live on what another one has left
				out := &stream{screen: new(strings.Builder)}
				require.NoError(t, parsed.execute(out, value))
				require.Equal(t, tt.want, out.own.String())
			}
		})
	}
}

// TestGoTemplateStops runs templates that would not come to an end, or fill the memory.
func TestGoTemplateStops(t *testing.T) {
	large := map[string]any{"text": strings.Repeat("x", 10_000)}
	for _, tt := range []struct{ text, want string }{
		{"{{range 2000000000}}{{end}}", "its loops go round more than 3000 times"},
		{"{{range 60000}}{{range 60000}}{{end}}{{end}}", "its loops go round more than 3000 times"},
		{"{{if 1}}{{with 1}}{{range 2000000000}}{{continue}}{{end}}{{end}}{{end}}",
			"its loops go round more than 3000 times"},
		{"{{if 0}}{{else}}{{range 0}}{{else}}{{range 2000000000}}{{end}}{{end}}{{end}}",
			"its loops go round more than 3000 times"},
		{`{{define "a"}}{{template "a"}}{{end}}{{template "a"}}`, "more than 20 calls within one another"},
		{`{{define "a"}}{{template "b"}}{{end}}{{define "b"}}{{template "a"}}{{end}}{{template "a"}}`,
			"more than 20 calls within one another"},
		{`{{define "a"}}{{if .}}{{template "a" (slice . 1)}}{{template "a" (slice . 1)}}{{end}}{{end}}` +
			`{{template "a" "` + strings.Repeat("x", 18) + `"}}`, "its loops go round more than 3000 times"},
		{`{{$a := "x"}}{{range 99}}{{$a = print $a $a}}{{end}}`, "it makes more than 1 MiB of text"},
		{`{{$a := "x"}}{{range 99}}{{$a = printf "%s%s" $a $a}}{{end}}`, "it makes more than 1 MiB of text"},
		{`{{$a := "<"}}{{range 99}}{{$a = html $a $a}}{{end}}`, "it makes more than 1 MiB of text"},
		{`{{range 100}}{{printf "%999999d" 1}}{{end}}`, "it makes more than 1 MiB of text"},
		{`{{range 100}}{{printf "%.*f" 999999 1.5}}{{end}}`, "it makes more than 1 MiB of text"},
		{`{{$f := "%999999d"}}{{range 12}}{{$f = print $f $f}}{{end}}{{printf $f 1}}`,
			"it makes more than 1 MiB of text"},
		{`{{range 2999}}{{$a := printf "%T" $}}{{end}}`, "it makes more than 1 MiB of text"},
		{`{{range 2999}}` + strings.Repeat("x", 800) + `{{end}}`, "it makes more than 1 MiB of text"},
	} {
		t.Run(tt.text[:min(len(tt.text), 60)], func(t *testing.T) {
			parsed, err := parseGoTemplate(tt.text)
			require.NoError(t, err)
			parsed.most = allowance{steps: 3000, calls: 20, bytes: 1 << 20}
			out := &stream{screen: new(strings.Builder)}
			require.EqualError(t, parsed.execute(out, large), "the template was stopped: "+tt.want)
			require.Empty(t, out.own.String())
		})
	}
}

// TestGoTemplateOfMany fills in what one would of a large cluster.
func TestGoTemplateOfMany(t *testing.T) {
	items := make([]any, 5000)
	for i := range items {
		items[i] = map[string]any{"name": "agent-7jf88", "ports": []any{json.Number("80"), json.Number("443")}}
	}
	parsed, err := parseGoTemplate(`{{range .items}}{{$n := .name}}{{range .ports}}` +
		`{{printf "%s:%d %s:%d" $n . $n .}}{{printf "%8d" .}}{{print $n .}}{{html $n}}{{end}}{{end}}`)
	require.NoError(t, err)
	out := &stream{screen: new(strings.Builder)}
	require.NoError(t, parsed.execute(out, map[string]any{"items": items}))
	require.Greater(t, out.own.Len(), 500_000)
}
