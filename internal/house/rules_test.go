package house

import (
	"fmt"
	"go/types"
	"path"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// fixture makes a module of the given files.
func fixture(files map[string]string) fstest.MapFS {
	fsys := fstest.MapFS{"go.mod": {Data: []byte("module house.test/sim\n\ngo 1.26\n")}}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return fsys
}

// head is the documented package clause of the snippets: two lines, so code starts on line 3.
const head = "// Package p is a snippet.\npackage p\n"

// TestRules breaks every rule once and expects exactly the findings of each row.
func TestRules(t *testing.T) {
	for _, row := range slices.Concat(
		concurrencyRows, orderRows, variableRows, arrowRows, shapeRows, exceptionRows,
	) {
		t.Run(row.name, func(t *testing.T) {
			house, err := load(fixture(row.files))
			if err != nil {
				t.Fatal(err)
			}
			house.check(".", standardOnly{outside()})
			var got []string
			for _, f := range house.findings {
				got = append(got, f.String())
			}
			if !slices.Equal(got, row.want) {
				t.Errorf("findings:\n  %s\nwant:\n  %s",
					strings.Join(got, "\n  "), strings.Join(row.want, "\n  "))
			}
		})
	}
}

// standardOnly imports the standard library; every other module is an empty package.
type standardOnly struct{ types.ImporterFrom }

func (s standardOnly) ImportFrom(name, dir string, mode types.ImportMode) (*types.Package, error) {
	if isModule(name) {
		empty := types.NewPackage(name, path.Base(name))
		empty.MarkComplete()
		return empty, nil
	}
	return s.ImporterFrom.ImportFrom(name, dir, mode)
}

// A row is a small module and what the rules must say about it. No want means it is clean.
type row struct {
	name  string
	files map[string]string
	want  []string
}

// in is a module of one file, after head.
func in(name, code string) map[string]string { return map[string]string{name: head + code} }

const one = "(a simulation is one goroutine)"

var concurrencyRows = []row{
	{
		name:  "go statement",
		files: in("cluster/a.go", "func f() { go f() }\n"),
		want:  []string{"cluster/a.go:3: go statement " + one},
	}, {
		name:  "concurrency above floor 3",
		files: in("simtest/a.go", "func f() { go f() }\n"),
	}, {
		name:  "concurrency in a test",
		files: in("cluster/a_test.go", "func f() { go f() }\n"),
	}, {
		name:  "channel type, send, receive, range",
		files: in("rollout/a.go", "func f(c chan int) {\nc <- 1\n<-c\nfor range c {\n}\n}\n"),
		want: []string{
			"rollout/a.go:3: channel type " + one,
			"rollout/a.go:4: channel send " + one,
			"rollout/a.go:5: channel receive " + one,
			"rollout/a.go:6: range over a channel " + one,
		},
	}, {
		name:  "select",
		files: in("daemonset/a.go", "func f() {\nselect {}\n}\n"),
		want:  []string{"daemonset/a.go:4: select statement " + one},
	},
}

const alone = "(a simulation is a value of its own)"

var orderRows = []row{
	{
		name: "banned imports",
		files: in("taints/a.go", "import (\n_ \"sync\"\n_ \"sync/atomic\"\n_ \"math/rand\"\n"+
			"_ \"math/rand/v2\"\n_ \"crypto/rand\"\n_ \"os\"\n_ \"net\"\n_ \"unsafe\"\n_ \"sort\"\n)\n"),
		want: []string{
			"taints/a.go:4: imports sync " + alone,
			"taints/a.go:5: imports sync/atomic " + alone,
			"taints/a.go:6: imports math/rand " + alone,
			"taints/a.go:7: imports math/rand/v2 " + alone,
			"taints/a.go:8: imports crypto/rand " + alone,
			"taints/a.go:9: imports os " + alone,
			"taints/a.go:10: imports net " + alone,
			"taints/a.go:11: imports unsafe " + alone,
		},
	}, {
		name: "wall clock",
		files: in("scheduler/a.go", "import clock \"time\"\n\nvar f = clock.Now\n\n"+
			"func g(t clock.Time) bool { clock.Sleep(clock.Second); return t.After(t) }\n"),
		want: []string{
			"scheduler/a.go:5: time.Now (virtual time is in the cluster's clock)",
			"scheduler/a.go:7: time.Sleep (virtual time is in the cluster's clock)",
		},
	}, {
		name: "range over a map",
		files: in("cluster/kubelet/a.go", "type named map[string]int\n\nfunc f(m named, s []int) {\n"+
			"for range m {\n}\nfor range s {\n}\n}\n\n"+
			"func g[M ~map[K]int, K comparable](m M) {\nfor range m {\n}\n}\n"),
		want: []string{
			"cluster/kubelet/a.go:6: range over a map (sort the keys first)",
			"cluster/kubelet/a.go:13: range over a map (sort the keys first)",
		},
	}, {
		name: "range over a map of another package",
		files: map[string]string{
			"affinity/a.go": head + "type Labels struct{ Set map[string]string }\n",
			"scheduler/a.go": head + "import p \"house.test/sim/affinity\"\n\n" +
				"func f(l p.Labels) {\nfor range l.Set {\n}\n}\n",
		},
		want: []string{"scheduler/a.go:6: range over a map (sort the keys first)"},
	}, {
		name: "map iterators",
		files: in("affinity/a.go", "import (\n\"maps\"\n\"slices\"\n)\n\nfunc f(m map[string]int) {\n"+
			"_ = slices.Sorted(maps.Keys(m))\n"+
			"_ = slices.SortedFunc((maps.Values(m)), func(a, b int) int { return a - b })\n"+
			"_ = slices.Collect(maps.Keys(m))\nfor range maps.All(m) {\n}\n}\n"),
		want: []string{
			"affinity/a.go:11: maps.Keys in map order (wrap it in slices.Sorted)",
			"affinity/a.go:12: maps.All in map order (wrap it in slices.Sorted)",
		},
	}, {
		name:  "code that does not type-check does not pass",
		files: in("taints/a.go", "var x int = \"one\"\n"),
		want: []string{"taints/a.go:3: does not type-check: " +
			"cannot use \"one\" (untyped string constant) as int value in variable declaration"},
	},
}

var variableRows = []row{{
	name: "package-level variables",
	files: in("daemonset/a.go", strings.Join([]string{
		"import \"errors\"",                 // 3
		"",                                  // 4
		"type counter struct{ n int }",      // 5
		"func (c *counter) inc() { c.n++ }", // 6
		"func (c counter) get() int { return c.n }", // 7
		"",                                     // 8
		"var ErrGone = errors.New(\"gone\")",   // 9
		"var table = map[string]int{\"a\": 1}", // 10
		"var total counter",                    // 11
		"",                                     // 12
		"func f() (int, error) {",              // 13
		"table[\"b\"] = 2",                     // 14
		"total.n++",                            // 15
		"p := &total",                          // 16
		"total.inc()",                          // 17
		"delete(table, \"a\")",                 // 18
		"for _, total.n = range []int{1} {",    // 19
		"}",                                    // 20
		"local := p.n",                         // 21
		"local++",                              // 22
		"return table[\"a\"] + total.get(), ErrGone }", // 23
		"",
	}, "\n")),
	want: []string{
		stateFinding(14, "table", "assigned"),
		stateFinding(15, "total", "changed"),
		stateFinding(16, "total", "its address taken"),
		stateFinding(17, "total", "its address taken by method inc"),
		stateFinding(18, "table", "changed by delete"),
		stateFinding(19, "total", "assigned"),
	},
}, {
	name: "a variable of another package",
	files: map[string]string{
		"taints/a.go":  head + "var Debug bool\n",
		"rollout/a.go": head + "import p \"house.test/sim/taints\"\n\nfunc f() { p.Debug = true }\n",
	},
	want: []string{
		"rollout/a.go:5: package-level variable Debug is assigned (state belongs to the simulation)",
	},
}}

func stateFinding(line int, name, what string) string {
	return fmt.Sprintf("daemonset/a.go:%d: package-level variable %s is %s (state belongs to the simulation)",
		line, name, what)
}

// arrow is a module in which one room imports another.
func arrow(from, to string) map[string]string {
	return map[string]string{
		from + "/a.go": head + "import _ \"house.test/sim/" + to + "\"\n",
		to + "/a.go":   head,
	}
}

// notBelow is the finding that the module of arrow earns.
func notBelow(from, to string) []string {
	return []string{fmt.Sprintf("%s/a.go:3: %s imports %s, which is not below it", from, from, to)}
}

// module is a file that imports a package of another module.
func module(name, importPath string) map[string]string {
	return in(name, "import _ \""+importPath+"\"\n")
}

var arrowRows = []row{
	{
		name: "leaf imports leaf", files: arrow("taints", "cluster/field"),
		want: notBelow("taints", "cluster/field"),
	},
	{name: "cluster imports leaf", files: arrow("cluster", "cluster/field")},
	{name: "cluster imports what it is built on", files: arrow("cluster", "cluster/heap")},
	{
		name: "what cluster is built on imports cluster", files: arrow("cluster/heap", "cluster"),
		want: notBelow("cluster/heap", "cluster"),
	},
	{
		name: "cluster imports agent", files: arrow("cluster", "cluster/podgc"),
		want: notBelow("cluster", "cluster/podgc"),
	},
	{name: "agent imports cluster", files: arrow("cluster/podgc", "cluster")},
	{
		name: "agent imports agent", files: arrow("cluster/podgc", "cluster/kubelet"),
		want: notBelow("cluster/podgc", "cluster/kubelet"),
	},
	{name: "rollout imports scheduler", files: arrow("rollout", "scheduler"), want: notBelow("rollout", "scheduler")},
	{name: "daemonset imports rollout", files: arrow("daemonset", "rollout")},
	{name: "manifest imports daemonset", files: arrow("manifest", "daemonset")},
	{
		name: "daemonset imports manifest", files: arrow("daemonset", "manifest"),
		want: notBelow("daemonset", "manifest"),
	},
	{name: "simtest imports manifest", files: arrow("simtest", "manifest")},
	{name: "manifest imports simtest", files: arrow("manifest", "simtest"), want: notBelow("manifest", "simtest")},
	{
		name: "root imports manifest",
		files: map[string]string{
			"a.go":          head + "import _ \"house.test/sim/manifest\"\n",
			"manifest/a.go": head,
		},
	},
	{
		name: "manifest imports root",
		files: map[string]string{
			"a.go":          head,
			"manifest/a.go": head + "import _ \"house.test/sim\"\n",
		},
		want: []string{"manifest/a.go:3: manifest imports ., which is not below it"},
	},
	{
		name: "conformance imports the command", files: arrow("conformance", "cmd"),
		want: notBelow("conformance", "cmd"),
	},
	{
		name: "unknown room", files: in("lobby/a.go", ""),
		want: []string{"lobby: not a room of the house (give it a floor in internal/house)"},
	},
	{
		name:  "test library outside tests",
		files: module("manifest/a.go", "github.com/google/go-cmp/cmp"),
		want: []string{"manifest/a.go:3: imports github.com/google/go-cmp/cmp: " +
			"a test library belongs in _test.go files"},
	},
	{name: "test library in a test", files: module("manifest/a_test.go", "github.com/google/go-cmp/cmp")},
	{name: "rapid in simtest", files: module("simtest/a.go", "pgregory.net/rapid")},
	{name: "YAML in manifest", files: module("manifest/a.go", "go.yaml.in/yaml/v3")},
	{
		name: "YAML in the root package", files: module("a.go", "go.yaml.in/yaml/v3"),
		want: []string{"a.go:3: imports go.yaml.in/yaml/v3: YAML belongs to manifest"},
	},
	{
		name:  "module on a low floor",
		files: module("taints/a.go", "golang.org/x/mod/semver"),
		want: []string{"taints/a.go:3: imports golang.org/x/mod/semver: " +
			"floors 0 to 3 import the standard library and btree only"},
	},
	{name: "btree on a low floor", files: module("cluster/a.go", "github.com/tidwall/btree")},
}

var shapeRows = []row{
	{
		name:  "empty name",
		files: map[string]string{"internal/a/a.go": "// Package util is.\npackage util\n"},
		want:  []string{"internal/a/a.go:2: package util: the name says nothing"},
	}, {
		name:  "no package comment",
		files: map[string]string{"internal/a/a.go": "package a\n"},
		want:  []string{"internal/a: package without a package comment"},
	}, {
		name:  "package comment about something else",
		files: map[string]string{"internal/a/a.go": "// Things.\npackage a\n"},
		want:  []string{"internal/a/a.go:1: package comment does not start with \"Package a\""},
	}, {
		name: "long files",
		files: map[string]string{
			"internal/a/a.go":        head + strings.Repeat("\n", 599),
			"docs/a.md":              strings.Repeat("\n", 600),
			"manifest/testdata/a.md": strings.Repeat("\n", 9999),
		},
		want: []string{"internal/a/a.go: 601 lines (600 are allowed)"},
	}, {
		name: "wide lines",
		files: in("internal/a/a.go", "// "+strings.Repeat("é", 117)+"\n\t// "+strings.Repeat("-", 114)+"\n"+
			"var _ = `\n"+strings.Repeat("-", 200)+"`\n"+
			"var _ struct {\nA int `"+strings.Repeat("-", 200)+"`\n}\n"),
		want: []string{"internal/a/a.go:4: 121 columns wide (120 are allowed)"},
	}, {
		name:  "the output of an example",
		files: in("internal/a/a_test.go", "func f() {\n// Output:\n// "+strings.Repeat("-", 200)+"\n}\n"),
	}, {
		name:  "workshop words",
		files: map[string]string{"docs/a.md": "one\n" + strings.Join(workshopWords, "\n")},
		want: []string{
			fmt.Sprintf("docs/a.md:2: contains %q", workshopWords[0]),
			fmt.Sprintf("docs/a.md:3: contains %q", workshopWords[1]),
			fmt.Sprintf("docs/a.md:4: contains %q", workshopWords[2]),
			fmt.Sprintf("docs/a.md:5: contains %q", workshopWords[3]),
		},
	}, {
		name:  "binary files are not read",
		files: map[string]string{"docs/a.bin": "\x00" + workshopWords[0]},
	}, {
		name:  "code that does not parse does not pass",
		files: in("internal/a/a.go", "func {\n"),
		want: []string{"internal/a/a.go: does not parse: " +
			"internal/a/a.go:3:6: expected 'IDENT', found '{'"},
	},
}

var exceptionRows = []row{
	{
		name:  "a reason excuses its line",
		files: in("cluster/a.go", "func f(m map[int]int) {\nfor range m { //house:ok counts only\n}\n}\n"),
	}, {
		name:  "no reason",
		files: in("cluster/a.go", "func f(m map[int]int) {\nfor range m { //house:ok\n}\n}\n"),
		want:  []string{"cluster/a.go:4: //house:ok without a reason"},
	}, {
		name:  "nothing to excuse",
		files: in("cluster/a.go", "var x int //house:ok just in case\n"),
		want:  []string{"cluster/a.go:3: //house:ok excuses nothing here (remove it)"},
	},
}
