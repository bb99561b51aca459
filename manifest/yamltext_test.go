package manifest

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestAppendTextStyles(t *testing.T) {
	for _, tt := range []struct{ in, want, reason string }{
		{"agent", "agent", "plain where nothing speaks against it"},
		{"docker.io/a/b:1.2", "docker.io/a/b:1.2", "a colon within a word is plain"},
		{"", `""`, "nothing would be null"},
		{"true", `"true"`, "would be a boolean"},
		{"yes", `"yes"`, "would be a boolean to YAML 1.1"},
		{"80", `"80"`, "would be a number"},
		{"0640", `"0640"`, "would be an octal number"},
		{"1:30", `"1:30"`, "would be a sexagesimal number to some readers"},
		{"null", `"null"`, "would be null"},
		{"2000-01-01T00:00:00Z", `"2000-01-01T00:00:00Z"`, "would be a timestamp"},
		{"*", `'*'`, "would be an alias"},
		{"a: b", `'a: b'`, "would be a mapping"},
		{"a #b", `'a #b'`, "would end in a comment"},
		{"- a", `'- a'`, "would be a list"},
		{"-a", "-a", "a dash within a word is plain"},
		{"--path=/a", "--path=/a", "so are flags"},
		{"---", `'---'`, "would start a document"},
		{" a", `' a'`, "white space around it would be lost"},
		{"it's", "it's", "a quote within is plain"},
		{"'a", `'''a'`, "a quote at the start is doubled"},
		{"a\tb", `"a\tb"`, "tabs are escaped"},
		{"a\x00b", `"a\x00b"`, "control characters are escaped"},
		{"é€😀", "é€😀", "letters of any language are plain"},
		{"a\nb", "|-\n  a\n  b", "several lines are a literal"},
		{"a\nb\n", "|\n  a\n  b", "with a final line break"},
		{"a\n\n", "|+\n  a\n", "with several"},
		{" a\nb", "|2-\n   a\n  b", "with leading white space"},
		{"a \nb", `"a \nb"`, "trailing white space is only safe in quotes"},
		{"a\r\nb", `"a\r\nb"`, "so are carriage returns"},
	} {
		if diff := cmp.Diff(tt.want, string(appendText(nil, tt.in, 0))); diff != "" {
			t.Errorf("%q: %s (-want +got)\n%s", tt.in, tt.reason, diff)
		}
	}
}

func TestAppendYAMLLayout(t *testing.T) {
	value := map[string]any{
		"b":     []any{map[string]any{"y": json.Number("1"), "x": []any{"p", []any{"q", "r"}}}, "s"},
		"a":     map[string]any{"n": map[string]any{}, "e": []any{}, "z": nil},
		"k10":   true,
		"k9":    "l1\nl2\n",
		"args":  []any{"t1\nt2", map[string]any{"c": "u\n"}},
		"a/b.c": "d",
	}
	const want = `a:
  e: []
  "n": {}
  z: null
a/b.c: d
args:
- |-
  t1
  t2
- c: |
    u
b:
- x:
  - p
  - - q
    - r
  "y": 1
- s
k9: |
  l1
  l2
k10: true
`
	if diff := cmp.Diff(want, string(appendYAML(nil, value, 0))); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// jsonValue draws any JSON value.
func jsonValue(depth int) *rapid.Generator[any] {
	text := rapid.OneOf(rapid.String(), rapid.StringOfN(
		rapid.SampledFrom([]rune("ab1:#-\n \t'\"\\|>{}[],&*!%@`?~=<.0\u0085\u2028\ufeff")), 0, 12, -1))
	leaves := []*rapid.Generator[any]{
		text.AsAny(), rapid.Bool().AsAny(), rapid.Just[any](nil),
		rapid.Map(rapid.Int64(), func(i int64) any {
			n, _ := json.Marshal(i)
			return json.Number(n)
		}),
	}
	if depth == 0 {
		return rapid.OneOf(leaves...)
	}
	inner := jsonValue(depth - 1)
	return rapid.OneOf(append(leaves,
		rapid.Map(rapid.SliceOfN(inner, 0, 4), func(s []any) any { return append([]any{}, s...) }),
		rapid.MapOfN(text, inner, 0, 4).AsAny())...)
}

// TestYAMLSaysTheSame: what is written as YAML reads back as the same JSON.
func TestYAMLSaysTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.MapOfN(rapid.StringN(1, 200, -1), jsonValue(3), 0, 4).Draw(t, "value")
		text := appendYAML(nil, any(want), 0)
		if len(want) == 0 {
			return
		}
		root, err := parseYAML(text)
		require.NoError(t, err, "%s", text)
		var got any
		require.NoError(t, json.Unmarshal(appendTree(nil, root), &got), "%s", text)
		wantJSON, err := json.Marshal(want)
		require.NoError(t, err)
		gotJSON, err := json.Marshal(got)
		require.NoError(t, err)
		require.JSONEq(t, string(wantJSON), string(gotJSON), "%s", text)
	})
}

func TestCompareKeysIsAnOrder(t *testing.T) {
	key := rapid.StringOfN(rapid.SampledFrom([]rune("ab-/019é")), 0, 6, -1)
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := key.Draw(t, "a"), key.Draw(t, "b"), key.Draw(t, "c")
		require.Equal(t, compareKeys(a, b), -compareKeys(b, a))
		require.Equal(t, a == b, compareKeys(a, b) == 0)
		if compareKeys(a, b) < 0 && compareKeys(b, c) < 0 {
			require.Negative(t, compareKeys(a, c))
		}
	})
}

func TestCompareKeys(t *testing.T) {
	keys := []string{"b", "a10", "a9", "a", "a-b", "ab", "B", "1", "a09"}
	slices.SortFunc(keys, compareKeys)
	want := []string{"1", "B", "a", "a-b", "a9", "a09", "a10", "ab", "b"}
	if diff := cmp.Diff(want, keys); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
