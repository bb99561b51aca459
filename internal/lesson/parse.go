package lesson

import (
	"bytes"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// Parse reads a page. The name stands in errors and is not opened; src is copied. The error joins
// one [*Error] for everything that is wrong, in the order of the page.
func Parse(name string, src []byte) (*Page, error) {
	errs := &problems{page: name}
	s := newSource(bytes.Clone(src))
	s.judge(errs)
	if err := errs.err(); err != nil {
		return nil, err
	}
	pieces := cut(s, errs)
	if err := errs.err(); err != nil {
		return nil, err
	}
	return &Page{Name: name, Blocks: fillProse(s, pieces), src: s.text}, nil
}

// piece is a range of lines that is not prose. A piece without a block is hidden.
type piece struct {
	first, last int
	block       Block
}

// cut finds the pieces of a page in order.
func cut(src *source, errs *problems) []piece {
	// Only the block structure matters here, so no inline parsers: they would cost time and could
	// not change which lines belong to which block.
	p := parser.NewParser(parser.WithBlockParsers(parser.DefaultBlockParsers()...))
	var pieces []piece
	visit := func(node ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		if piece, ok := pieceOf(src, node, errs); ok {
			pieces = append(pieces, piece)
		}
		return ast.WalkContinue, nil
	}
	// NB: visit returns no error, so neither does the walk.
	_ = ast.Walk(p.Parse(text.NewReader(src.text)), visit)
	return pieces
}

func pieceOf(src *source, node ast.Node, errs *problems) (piece, bool) {
	switch node := node.(type) {
	case *ast.HTMLBlock:
		return hiddenComment(src, node)
	case *ast.FencedCodeBlock:
		return fencedPiece(src, node, errs)
	}
	return piece{}, false
}

// fencedPiece reads a code block that means something in a lesson.
func fencedPiece(src *source, node *ast.FencedCodeBlock, errs *problems) (piece, bool) {
	info := infoWords(src, node)
	isFile := len(info) > 1 && info[0] == "yaml"
	isConsole := len(info) > 0 && info[0] == "console"
	if !isFile && !isConsole {
		return piece{}, false
	}
	f, closed := newFence(src, node)
	if !closed {
		errs.add(f.open, "the %s block is not closed; put %s below its end, in line with "+
			"the opening %s", info[0], f.mark, f.mark)
		return piece{}, false
	}
	p := piece{first: f.open, last: f.close}
	if isFile {
		p.block = readFile(src, f, errs)
	} else {
		p.block = readConsole(src, f, errs)
	}
	return p, true
}

var fileName = regexp.MustCompile(`^[A-Za-z0-9._/-]+$`)

func readFile(src *source, f fence, errs *problems) *File {
	name := f.info[1]
	if len(f.info) > 2 || !fileName.MatchString(name) || !fs.ValidPath(name) || name == "." {
		errs.add(f.open, "%q does not name a file; write \"yaml NAME\", where NAME is a relative "+
			"path of letters, digits, '.', '_' and '-'", strings.Join(f.info, " "))
	}
	return &File{Line: f.open, Name: name, Content: f.content(src)}
}

// hiddenComment finds a comment that fills whole lines at the top level of the page. It talks to
// authors, not to readers.
func hiddenComment(src *source, node *ast.HTMLBlock) (piece, bool) {
	if node.Parent().Kind() != ast.KindDocument || node.HTMLBlockType != ast.HTMLBlockType2 {
		return piece{}, false
	}
	first := src.lineAt(node.Lines().At(0).Start)
	last := first + node.Lines().Len() - 1
	if node.HasClosure() {
		last++
	}
	text := strings.TrimSpace(src.lines(first, last))
	if strings.Index(text, "-->") != len(text)-len("-->") {
		return piece{}, false
	}
	return piece{first: first, last: last}, true
}

// fillProse returns the blocks of the pieces with the prose between them.
func fillProse(src *source, pieces []piece) []Block {
	var blocks []Block
	next := 1
	for _, p := range slices.Concat(pieces, []piece{{first: src.count() + 1}}) {
		if prose := readProse(src, next, p.first-1); prose != nil {
			blocks = append(blocks, prose)
		}
		if p.block != nil {
			blocks = append(blocks, p.block)
		}
		next = p.last + 1
	}
	return blocks
}

// readProse returns the lines first to last without the blank ones around them, or nil if there is
// nothing else. The blank lines of a block quote have its mark.
func readProse(src *source, first, last int) *Prose {
	isBlank := func(line int) bool { return strings.Trim(src.line(line), " \t>") == "" }
	for first <= last && isBlank(first) {
		first++
	}
	for first <= last && isBlank(last) {
		last--
	}
	if first > last {
		return nil
	}
	return &Prose{Line: first, Text: src.lines(first, last)}
}
