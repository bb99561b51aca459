package house

import (
	"fmt"
	"go/ast"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// specified are the parts of the specification whose rules each need a test of that name.
var specified = []struct {
	file     string
	sections [][2]int // each from the first to the second
}{
	{"daemonset.md", [][2]int{{1, 22}, {26, 26}}},
	{"nodes.md", [][2]int{{1, 14}}},
	{"podsecurity.md", [][2]int{{1, 6}}},
	{"scheduling.md", [][2]int{{1, 17}}},
}

// unnamed are the rules that no test has the name of, and why.
var unnamed = map[string]string{
	"D-103": "a namespace goes at once, so that nothing is ever created in one that is terminating",
	"D-199": "a namespace goes at once, so that it has no phase in which pods go first",
	"D-200": "a namespace goes at once, so that nothing is refused in one that is terminating",
	"D-205": "it follows from D-204, which has its tests where events are kept",
	"D-207": "the controller syncs one DaemonSet after the other, in the order in which they were queued",
	"N-5":   "what is allocatable is said of a node, and not worked out from what it keeps for itself",
	"P-54":  "a namespace goes at once, so that nothing is refused in one that is terminating",
	"S-118": "what the flush after five minutes would catch wakes a pod at once",
	"S-124": "a pod is bound in the moment of the decision, so that a failure has nothing to give back",
}

// TestRulesAreNamed looks for the rules that no test is named by: neither a function (as in TestList_D12), nor
// a subtest, nor a row of a table, nor a heading of a page that runs. The specification is not part of the repository.
func TestRulesAreNamed(t *testing.T) {
	house, err := load(os.DirFS("../.."))
	if err != nil {
		t.Fatal(err)
	}
	named := house.namedRules()
	for _, s := range specified {
		rules := specifiedRules(t, s.file, s.sections)
		for _, rule := range rules {
			_, excepted := unnamed[rule]
			if named[rule] && excepted {
				t.Errorf("%s: a test is named %s, so it is no exception", s.file, rule)
			}
			if !named[rule] && !excepted {
				t.Errorf("%s: no test is named %s", s.file, rule)
			}
		}
		t.Logf("%s: %d rules", s.file, len(rules))
	}
	t.Logf("%d rules are exceptions", len(unnamed))
}

var (
	rulePattern    = regexp.MustCompile(`\b[DNPS]-[0-9]+\b`)
	rangePattern   = regexp.MustCompile(`\b([DNPS])-([0-9]+)\.\.(?:[DNPS]-)?([0-9]+)\b`)
	sectionPattern = regexp.MustCompile(`^## ([0-9]+)\.`)
	namePattern    = regexp.MustCompile(`_([DNPS])([0-9]+)`)
	definedPattern = regexp.MustCompile(`^- \*\*([DNPS]-[0-9]+)\*\*`)
)

// specifiedRules lists the rules of some sections of a part of the specification.
func specifiedRules(t *testing.T, file string, sections [][2]int) []string {
	shared := os.Getenv("DAEMONSIM_SHARED")
	if shared == "" {
		shared = filepath.Join("..", "..", "..", "shared")
	}
	data, err := os.ReadFile(filepath.Join(shared, "semantics", file))
	if err != nil {
		t.Skipf("the specification is not here, set DAEMONSIM_SHARED: %v", err)
	}
	var rules []string
	section := 0
	for line := range strings.Lines(string(data)) {
		if m := sectionPattern.FindStringSubmatch(line); m != nil {
			section, _ = strconv.Atoi(m[1])
		}
		within := func(s [2]int) bool { return s[0] <= section && section <= s[1] }
		if m := definedPattern.FindStringSubmatch(line); m != nil && slices.ContainsFunc(sections, within) {
			rules = append(rules, m[1])
		}
	}
	return rules
}

// namedRules are the rules that stand in the name of a subtest, in a table of tests, or in a heading of a
// Markdown page.
func (t *tree) namedRules() map[string]bool {
	named := make(map[string]bool)
	add := func(text string) {
		for _, rule := range rulePattern.FindAllString(text, -1) {
			named[rule] = true
		}
		for _, m := range rangePattern.FindAllStringSubmatch(text, -1) {
			first, _ := strconv.Atoi(m[2])
			last, _ := strconv.Atoi(m[3])
			for n := first; n <= last; n++ {
				named[fmt.Sprintf("%s-%d", m[1], n)] = true
			}
		}
	}
	for _, p := range t.packages {
		for _, src := range p.files {
			if src.test && p.dir != "internal/house" {
				ast.Inspect(src.file, func(n ast.Node) bool {
					namesIn(n, add)
					return true
				})
			}
		}
	}
	for _, text := range t.texts {
		if strings.HasSuffix(text.name, ".md") {
			for line := range strings.Lines(string(text.data)) {
				if strings.HasPrefix(line, "#") {
					add(line)
				}
			}
		}
	}
	return named
}

// namesIn passes on the texts of a node that may name a test: the name of a function, the elements of a composite literal, the first
// argument of Run, and the arguments of a function of the test's own that takes the name. The texts that
// are for a failure alone name nothing.
func namesIn(n ast.Node, add func(string)) {
	var names []ast.Expr
	switch n := n.(type) {
	case *ast.FuncDecl:
		add(namePattern.ReplaceAllString(n.Name.Name, " $1-$2"))
	case *ast.CompositeLit:
		names = n.Elts
	case *ast.CallExpr:
		switch f := n.Fun.(type) {
		case *ast.SelectorExpr:
			if f.Sel.Name == "Run" && len(n.Args) > 0 {
				names = n.Args[:1]
			}
		case *ast.Ident:
			names = n.Args
		}
	}
	for _, e := range names {
		if pair, ok := e.(*ast.KeyValueExpr); ok {
			add(literal(pair.Key))
			e = pair.Value
		}
		add(literal(e))
	}
}

// literal is the text of a string, also of one that is put together from several.
func literal(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		if e.Kind == token.STRING {
			text, _ := strconv.Unquote(e.Value)
			return text
		}
	case *ast.BinaryExpr:
		return literal(e.X) + literal(e.Y)
	case *ast.CallExpr: // such as fmt.Sprint
		if len(e.Args) > 0 {
			return literal(e.Args[0])
		}
	}
	return ""
}
