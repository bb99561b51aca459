package manifest_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/daemonsim/daemonsim/manifest"
	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
)

var rewrite = flag.Bool("rewrite", false, "write the errors found below each broken manifest")

// TestBroken reads every file below testdata/broken and expects exactly the errors that stand
// beside it, in a file of the same name that ends in .txt.
func TestBroken(t *testing.T) {
	paths, err := filepath.Glob("testdata/broken/*.*")
	require.NoError(t, err)
	checked := 0
	for _, path := range paths {
		if strings.HasSuffix(path, ".txt") {
			continue
		}
		checked++
		t.Run(filepath.Base(path), func(t *testing.T) {
			data, err := os.ReadFile(path)
			require.NoError(t, err)
			_, err = manifest.Parse(manifest.Options{}, manifest.File{
				Name: filepath.Base(path), Data: data,
			})
			require.Error(t, err)
			golden := strings.TrimSuffix(path, filepath.Ext(path)) + ".txt"
			got := err.Error() + "\n"
			if *rewrite {
				require.NoError(t, os.WriteFile(golden, []byte(got), 0o644))
			}
			want, err := os.ReadFile(golden)
			require.NoError(t, err)
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
	require.Greater(t, checked, 30)
}

// TestBrokenLarge holds the manifests that are too large to keep as files.
func TestBrokenLarge(t *testing.T) {
	const head = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: a\n  annotations:\n"
	for _, tt := range []struct{ name, in, want string }{
		{"scalar of 5 MB", head + "    a: " + strings.Repeat("x", 5<<20) + "\n",
			"f.yaml:6: value of 5242880 bytes; at most 1048576 are allowed"},
		{"file of 17 MB", head + "    a: " + strings.Repeat("x", 17<<20) + "\n",
			"f.yaml:1: the file has more than 16777216 bytes"},
		{"deep flow", head + "    a: " + strings.Repeat("[", 200) + strings.Repeat("]", 200) + "\n",
			"f.yaml:6: nested more than 100 levels deep"},
		{"very deep flow", strings.Repeat("[", 1<<20),
			"f.yaml:1: invalid YAML: exceeded max depth of 10000"},
		{"very deep block", strings.Repeat("- ", 1<<20),
			"f.yaml:1: invalid YAML: exceeded max depth of 10000"},
		{"very deep JSON", `{"a":` + strings.Repeat("[", 1<<20),
			"f.yaml:1: invalid YAML: exceeded max depth of 10000"},
		{"many documents", strings.Repeat("--- a\n", 10_001),
			"f.yaml:10001: 10001 documents; at most 10000 are allowed"},
		{"many values", "a: [" + strings.Repeat("b,", 1<<21) + "]\n",
			"f.yaml:1: more than 2097152 values once aliases are replaced"},
		{"deep by way of aliases", "a0: &a0 x\n" + aliasChain(200),
			"f.yaml:100: nested more than 100 levels deep"},
		{"large object", head + "    a: b\nspec: [" + strings.Repeat("b,", 1<<17) + "]\n",
			"f.yaml:1: object of 131087 values; at most 131072 are allowed"},
		{"many mistakes", head + mistakes(1002), mistakesFound(1000) + "\nf.yaml: and 2 more mistakes"},
		{"long path", head + "    " + strings.Repeat("k", 1000) + ": 5\n",
			"f.yaml:6: metadata.annotations[" + strings.Repeat("k", 235) +
				"...: expected string, got integer 5; put it in quotes"},
		{"long value", "apiVersion: v1\nkind: Node\nmetadata: {name: a}\nspec: {unschedulable: " +
			strings.Repeat("v", 1000) + "}\n",
			`f.yaml:4: spec.unschedulable: expected boolean, got string "` +
				strings.Repeat("v", 64) + `"...`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := manifest.Parse(manifest.Options{}, manifest.File{
				Name: "f.yaml", Data: []byte(tt.in),
			})
			require.EqualError(t, err, tt.want)
		})
	}
}

// mistakes is annotations that are no strings.
func mistakes(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "    k%d: 5\n", i)
	}
	return b.String()
}

func mistakesFound(n int) string {
	var lines []string
	for i := range n {
		lines = append(lines, fmt.Sprintf("f.yaml:%d: metadata.annotations[k%d]: "+
			"expected string, got integer 5; put it in quotes", 6+i, i))
	}
	return strings.Join(lines, "\n")
}

func aliasChain(n int) string {
	var b strings.Builder
	name := func(i int) string { return "a" + strings.Repeat("i", i) }
	b.WriteString(name(0) + ": &" + name(0) + " [x]\n")
	for i := range n {
		b.WriteString(name(i+1) + ": &" + name(i+1) + " [*" + name(i) + "]\n")
	}
	return b.String()
}
