package house

import (
	"bytes"
	"fmt"
	"go/ast"
	"path"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	linesMentioned = 500
	linesAllowed   = 600
	columnsAllowed = 120
	tabColumns     = 4
)

// emptyNames are package names that say nothing about what is inside.
var emptyNames = []string{"util", "common", "helpers", "types", "core", "misc", "shared"}

// workshopWords do not belong in a product's repository. They are put together here so that this
// file does not contain them.
var workshopWords = []string{
	"/wo" + "rk/",
	"GOPROXY" + "=http",
	"sub" + "agent",
	"AI" + " agent",
}

// checkPackageShape judges the name and the comment of a package.
func (t *tree) checkPackageShape(p *pkg) {
	if len(p.files) == 0 {
		return // nothing parsed; the findings say so
	}
	documented := false
	for _, src := range p.files {
		name := strings.TrimSuffix(src.file.Name.Name, "_test")
		if slices.Contains(emptyNames, name) {
			t.findAt(src.file.Name.Pos(), "package %s: the name says nothing", name)
		}
		if doc := src.file.Doc; doc != nil {
			documented = true
			if name != "main" && !src.test && !strings.HasPrefix(doc.Text(), "Package "+name) {
				t.findAt(doc.Pos(), "package comment does not start with \"Package %s\"", name)
			}
		}
	}
	if !documented {
		t.find(p.dir, 0, "package without a package comment")
	}
}

// checkColumns finds lines that are too wide.
func (t *tree) checkColumns(src *source, data []byte) {
	skip := t.unbreakable(src)
	line := 0
	for text := range bytes.Lines(data) {
		line++
		text = bytes.TrimRight(text, "\r\n")
		columns := utf8.RuneCount(text) + (tabColumns-1)*bytes.Count(text, []byte("\t"))
		if columns > columnsAllowed && !skip[line] && !src.test {
			t.find(src.name, line, "%d columns wide (%d are allowed)", columns, columnsAllowed)
		}
	}
}

// unbreakable returns the lines that cannot be made shorter: those of a raw string, which is data;
// those with a struct tag, as the API has long field names; and the output of an example.
func (t *tree) unbreakable(src *source) map[int]bool {
	skip := make(map[int]bool)
	add := func(n ast.Node) {
		for line := t.fset.Position(n.Pos()).Line; line <= t.fset.Position(n.End()).Line; line++ {
			skip[line] = true
		}
	}
	ast.Inspect(src.file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Field:
			if n.Tag != nil {
				add(n.Tag)
			}
		case *ast.BasicLit:
			if strings.Contains(n.Value, "\n") {
				add(n)
			}
		}
		return true
	})
	for _, group := range src.file.Comments {
		output := strings.HasPrefix(group.Text(), "Output:") ||
			strings.HasPrefix(group.Text(), "Unordered output:")
		if src.test && output {
			add(group)
		}
	}
	return skip
}

// checkText judges the length and the words of a text file.
func (t *tree) checkText(f *text) {
	ext := path.Ext(f.name)
	if (ext == ".go" || ext == ".md") && !inTestdata(f.name) {
		lines := bytes.Count(f.data, []byte("\n"))
		switch {
		case lines > linesAllowed:
			t.find(f.name, 0, "%d lines (%d are allowed)", lines, linesAllowed)
		case lines > linesMentioned:
			t.notes = append(t.notes, fmt.Sprintf("%s: %d lines", f.name, lines))
		}
	}
	if f.name == "go.sum" {
		return // hashes can spell anything
	}
	for _, word := range workshopWords {
		if at := bytes.Index(f.data, []byte(word)); at >= 0 {
			line := 1 + bytes.Count(f.data[:at], []byte("\n"))
			t.find(f.name, line, "contains %q", word)
		}
	}
}
