package manifest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSplit(t *testing.T) {
	for _, tt := range []struct {
		name, in string
		want     []string
	}{
		{"one", "a: 1\n", []string{`1 "a: 1\n"`}},
		{"two", "a: 1\n---\nb: 2\n", []string{`1 "a: 1\n"`, `2 "---\nb: 2\n"`}},
		{"marker first", "---\na: 1\n", []string{`1 "---\na: 1\n"`}},
		{"empty between", "a: 1\n---\n---\n# c\n---\nb: 2", []string{`1 "a: 1\n"`, `5 "---\nb: 2"`}},
		{"content on the marker's line", "--- a: 1\n--- b\n", []string{`1 "--- a: 1\n"`, `2 "--- b\n"`}},
		{"comment on the marker's line", "--- # one\n--- # two\nb: 2\n", []string{`2 "--- # two\nb: 2\n"`}},
		{"directive", "# c\n%YAML 1.1\n---\na: 1\n", []string{`1 "# c\n%YAML 1.1\n---\na: 1\n"`}},
		{"end marker", "a: 1\n...\n# c\n...\nb: 2\n", []string{`1 "a: 1\n...\n"`, `5 "b: 2\n"`}},
		{"indented marker is text", "a: |\n  x\n  ---\n  y\n", []string{`1 "a: |\n  x\n  ---\n  y\n"`}},
		{"longer dashes are text", "a: 1\n----\n", []string{`1 "a: 1\n----\n"`}},
		{"carriage returns", "a: 1\r\n---\r\nb: 2\r\n", []string{`1 "a: 1\r\n"`, `2 "---\r\nb: 2\r\n"`}},
		{"nothing", "", nil},
		{"only comments", "# a\n---\n# b\n", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, d := range split([]byte(tt.in)) {
				got = append(got, fmt.Sprintf("%d %q", d.line, d.text))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestSplitKeepsLines(t *testing.T) {
	const text = "---\na\n---\n\n# c\nb\n...\nc\n---\nd\n"
	for _, d := range split([]byte(text)) {
		rest := strings.Join(strings.SplitAfter(text, "\n")[d.line-1:], "")
		if !strings.HasPrefix(rest, string(d.text)) {
			t.Errorf("document %q is not at line %d", d.text, d.line)
		}
	}
}
