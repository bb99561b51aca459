package house

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// A tree is a module as the rules read it. Files and packages are in path order.
type tree struct {
	module   string // module path
	fset     *token.FileSet
	texts    []*text
	packages []*pkg

	findings   []finding
	exceptions []*exception
	notes      []string // worth a look, not a failure
}

// A text is a file without NUL bytes.
type text struct {
	name string // slash-separated path below the root
	data []byte
}

// A pkg is the Go files of one directory, tests included.
type pkg struct {
	dir   string // "." for the root package
	files []*source
}

// A source is a parsed Go file.
type source struct {
	name  string
	test  bool // a _test.go file
	built bool // the build constraints of this platform select it
	file  *ast.File
}

// A finding is one broken rule. Line 0 means the file or the package as a whole.
type finding struct {
	file string
	line int
	text string
}

func (f finding) String() string {
	if f.line == 0 {
		return fmt.Sprintf("%s: %s", f.file, f.text)
	}
	return fmt.Sprintf("%s:%d: %s", f.file, f.line, f.text)
}

// An exception is a //house:ok comment.
type exception struct {
	file   string
	line   int
	reason string
	used   bool
}

// exceptionMark starts the comment that excuses its line.
const exceptionMark = "//house:ok"

// load reads and parses every file below the root of fsys. A Go file that does not parse is a
// finding; an error means that the tree could not be read.
func load(fsys fs.FS) (*tree, error) {
	t := &tree{fset: token.NewFileSet()}
	byDir := make(map[string]*pkg)
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && d.Name() == ".git":
			return fs.SkipDir
		case name == ".git", !d.Type().IsRegular():
			// In a worktree .git is a file, which says where the repository is.
			return nil
		}
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		if bytes.IndexByte(data, 0) >= 0 {
			return nil
		}
		t.texts = append(t.texts, &text{name: name, data: data})
		if !isGo(name) {
			return nil
		}
		dir := path.Dir(name)
		if byDir[dir] == nil {
			byDir[dir] = &pkg{dir: dir}
			t.packages = append(t.packages, byDir[dir])
		}
		if src := t.parse(fsys, name, data); src != nil {
			byDir[dir].files = append(byDir[dir].files, src)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	t.module, err = modulePath(fsys)
	return t, err
}

// isGo reports whether the go command would see the file as part of a package.
func isGo(name string) bool {
	if !strings.HasSuffix(name, ".go") || inTestdata(name) {
		return false
	}
	return !slices.ContainsFunc(strings.Split(name, "/"), func(elem string) bool {
		return strings.HasPrefix(elem, "_") || strings.HasPrefix(elem, ".")
	})
}

// inTestdata reports whether a directory named testdata holds the file.
func inTestdata(name string) bool {
	return slices.Contains(strings.Split(path.Dir(name), "/"), "testdata")
}

// parse returns the parsed file and notes its exceptions.
func (t *tree) parse(fsys fs.FS, name string, data []byte) *source {
	file, err := parser.ParseFile(t.fset, name, data, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		t.find(name, 0, "does not parse: %v", err)
		return nil
	}
	for _, group := range file.Comments {
		for _, c := range group.List {
			if reason, ok := strings.CutPrefix(c.Text, exceptionMark); ok {
				t.exceptions = append(t.exceptions, &exception{
					file:   name,
					line:   t.fset.Position(c.Pos()).Line,
					reason: strings.TrimSpace(reason),
				})
			}
		}
	}
	return &source{
		name:  name,
		test:  strings.HasSuffix(name, "_test.go"),
		built: isBuilt(fsys, name),
		file:  file,
	}
}

// isBuilt reports whether the build constraints of a file hold on this platform.
func isBuilt(fsys fs.FS, name string) bool {
	ctx := build.Default
	ctx.JoinPath = path.Join
	ctx.OpenFile = func(name string) (io.ReadCloser, error) { return fsys.Open(name) }
	ok, err := ctx.MatchFile(path.Dir(name), path.Base(name))
	return ok && err == nil
}

// modulePath reads the module's path from go.mod.
func modulePath(fsys fs.FS) (string, error) {
	data, err := fs.ReadFile(fsys, "go.mod")
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(string(data)) {
		if module, ok := strings.CutPrefix(line, "module "); ok {
			return strings.TrimSpace(module), nil
		}
	}
	return "", fmt.Errorf("go.mod: no module line")
}

// find records a finding about a file.
func (t *tree) find(file string, line int, format string, args ...any) {
	t.findings = append(t.findings, finding{file, line, fmt.Sprintf(format, args...)})
}

// findAt records a finding about a place in a Go file.
func (t *tree) findAt(pos token.Pos, format string, args ...any) {
	p := t.fset.Position(pos)
	t.find(p.Filename, p.Line, format, args...)
}

// importPath returns the import path of a directory of the module.
func (t *tree) importPath(dir string) string { return path.Join(t.module, dir) }

// dirOf returns the directory of an import path, and whether it belongs to the module.
func (t *tree) dirOf(importPath string) (dir string, ours bool) {
	if importPath == t.module {
		return ".", true
	}
	return strings.CutPrefix(importPath, t.module+"/")
}

// settle removes the findings that an exception excuses, judges the exceptions themselves, and
// puts what is left in order, each finding once.
func (t *tree) settle() {
	t.findings = slices.DeleteFunc(t.findings, func(f finding) bool {
		excused := false
		for _, e := range t.exceptions {
			if e.file == f.file && e.line == f.line {
				e.used, excused = true, true
			}
		}
		return excused
	})
	for _, e := range t.exceptions {
		if e.reason == "" {
			t.find(e.file, e.line, "%s without a reason", exceptionMark)
		}
		if !e.used {
			t.find(e.file, e.line, "%s excuses nothing here (remove it)", exceptionMark)
		}
	}
	slices.SortStableFunc(t.findings, func(a, b finding) int {
		if c := strings.Compare(a.file, b.file); c != 0 {
			return c
		}
		return a.line - b.line
	})
	t.findings = slices.Compact(t.findings)
}
