package house

import (
	"errors"
	"fmt"
	"go/ast"
	"go/build"
	"go/importer"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// TestHouse holds the whole repository against the rules of the package comment.
func TestHouse(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	house, err := load(os.DirFS(root))
	if err != nil {
		t.Fatal(err)
	}
	house.check(root, outside())
	for _, f := range house.findings {
		t.Error(f)
	}
	for _, note := range house.notes {
		t.Log(note)
	}
	t.Logf("%d packages, %d exceptions", len(house.packages), len(house.exceptions))
	for _, e := range house.exceptions {
		t.Logf("exception: %s:%d: %s", e.file, e.line, e.reason)
	}
}

// outside type-checks the packages of other modules from their source, each once.
var outside = sync.OnceValue(func() types.ImporterFrom {
	build.Default.CgoEnabled = false // the pure Go variant of a package needs no C compiler
	return importer.ForCompiler(token.NewFileSet(), "source", nil).(types.ImporterFrom)
})

// check runs every rule. Packages of other modules are looked up from the directory root.
func (t *tree) check(root string, outside types.ImporterFrom) {
	c := &checker{tree: t, root: root, outside: outside, checked: make(map[string]*checked)}
	data := make(map[string][]byte)
	for _, f := range t.texts {
		data[f.name] = f.data
		t.checkText(f)
	}
	for _, p := range t.packages {
		t.checkPackageShape(p)
		t.checkArrows(p)
		if _, s, ok := roomOf(p.dir); ok && s.deterministic() {
			t.checkDeterminism(p, c.typeCheck(p).info)
		}
		for _, src := range p.files {
			t.checkColumns(src, data[src.name])
		}
	}
	t.settle()
}

// A checker type-checks the packages of the tree on demand; it is their importer.
type checker struct {
	*tree
	root    string
	outside types.ImporterFrom
	checked map[string]*checked // by directory
}

// A checked package has a nil info while it is being checked and when it has no files to check.
type checked struct {
	types *types.Package
	info  *types.Info
}

// Import implements types.Importer.
func (c *checker) Import(importPath string) (*types.Package, error) {
	dir, ours := c.dirOf(importPath)
	if !ours {
		return c.outside.ImportFrom(importPath, c.root, 0)
	}
	for _, p := range c.packages {
		if p.dir == dir {
			if done := c.typeCheck(p); done.types != nil {
				return done.types, nil
			}
			return nil, errors.New("import cycle, or no Go files")
		}
	}
	return nil, fmt.Errorf("no package in %s", dir)
}

// typeCheck checks the files that make up the package proper. The first thing that does not
// type-check is a finding: an unchecked file must not pass for a clean one.
func (c *checker) typeCheck(p *pkg) *checked {
	if done := c.checked[p.dir]; done != nil {
		return done
	}
	done := &checked{}
	c.checked[p.dir] = done
	var files []*ast.File
	for _, src := range p.files {
		if !src.test && src.built {
			files = append(files, src.file)
		}
	}
	if len(files) == 0 {
		return done
	}
	info := &types.Info{
		Types:      make(map[ast.Expr]types.TypeAndValue),
		Defs:       make(map[*ast.Ident]types.Object),
		Uses:       make(map[*ast.Ident]types.Object),
		Selections: make(map[*ast.SelectorExpr]*types.Selection),
	}
	config := types.Config{
		Importer: c,
		Error:    func(error) {}, // go on after the first error
	}
	var err error
	done.types, err = config.Check(c.importPath(p.dir), c.fset, files, info)
	done.info = info
	var first types.Error
	if errors.As(err, &first) {
		c.findAt(first.Pos, "does not type-check: %s", first.Msg)
	}
	return done
}
