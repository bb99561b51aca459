package lesson

import (
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
)

// fence is a fenced code block as it lies in the page.
type fence struct {
	info        []string // the words of the info string; there is at least one
	open, close int      // the lines of the opening and the closing fence
	mark        string   // the opening fence itself, such as "```"
	margin      string   // what stands left of it, see marginOf
	lines       []text.Segment
}

// newFence measures a block whose info string has at least one word. It reports false if the block
// has no closing fence in line with its opening one.
func newFence(src *source, node *ast.FencedCodeBlock) (fence, bool) {
	info := node.Info.Segment
	open := src.lineAt(info.Start)
	before := strings.TrimRight(string(src.text[src.start(open):info.Start]), " \t")
	left := strings.TrimRight(before, before[len(before)-1:])
	f := fence{
		info:   infoWords(src, node),
		open:   open,
		close:  open + 1 + node.Lines().Len(),
		mark:   before[len(left):],
		margin: marginOf(left),
		lines:  node.Lines().Sliced(0, node.Lines().Len()),
	}
	return f, f.close <= src.count() && f.closedBy(src.line(f.close))
}

// infoWords returns the words of the info string of a block.
func infoWords(src *source, node *ast.FencedCodeBlock) []string {
	if node.Info == nil {
		return nil
	}
	return strings.Fields(string(src.text[node.Info.Segment.Start:node.Info.Segment.Stop]))
}

// closedBy reports whether a line of the page is a closing fence in line with the opening one.
func (f fence) closedBy(line string) bool {
	left := line[:len(line)-len(strings.TrimLeft(line, " \t>"))]
	return marginOf(left) == f.margin && f.endsAt(line[len(left):])
}

// endsAt reports whether Markdown would end the block at a line of content. A fence indented by
// four columns or more does not end a block; indentation by tabs is taken to be less, to be safe.
func (f fence) endsAt(line string) bool {
	if strings.HasPrefix(line, "    ") {
		return false
	}
	line = strings.TrimLeft(line, " \t")
	rest := strings.TrimLeft(line, f.mark[:1])
	return len(line)-len(rest) >= len(f.mark) && strings.Trim(rest, " \t\r\n\v\f") == ""
}

// line returns the i-th line of the block's content: its number, what stands left of it in the
// page, its text and its end. Indentation that belongs to the fence is not part of the text.
func (f fence) line(src *source, i int) (n int, left, line, eol string) {
	seg := f.lines[i]
	n = f.open + 1 + i
	left = string(src.text[src.start(n):seg.Start])
	line, eol = cutEOL(string(src.text[seg.Start:seg.Stop]))
	return n, left, strings.Repeat(" ", seg.Padding) + line, eol
}

// content returns the lines of the block, each with LF at its end.
func (f fence) content(src *source) string {
	var b strings.Builder
	for i := range f.lines {
		_, _, line, _ := f.line(src, i)
		b.WriteString(line + "\n")
	}
	return b.String()
}

// marginOf returns the form in which what stands left of two lines is compared: tabs are expanded
// and list markers, which only the first line of an item has, are blank.
func marginOf(left string) string {
	return strings.Map(func(r rune) rune {
		if r == '>' {
			return r
		}
		return ' '
	}, expandTabs(left))
}

// expandTabs replaces tabs by the spaces up to the next tab stop; Markdown has one every four
// columns. The text is ASCII.
func expandTabs(text string) string {
	if !strings.Contains(text, "\t") {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] != '\t' {
			b.WriteByte(text[i])
			continue
		}
		b.WriteString("    "[b.Len()%4:])
	}
	return b.String()
}
