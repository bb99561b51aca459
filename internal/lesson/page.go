package lesson

import (
	"errors"
	"fmt"
)

// Bounds of a page. They are far above what a reader would sit through; their purpose is that no
// input takes much time or memory: the Markdown parser needs both for every open list item and
// block quote on every line.
const (
	// MaxPageSize is the size in bytes up to which a page is read.
	MaxPageSize = 1 << 20
	// MaxPageLines is the number of lines up to which a page is read.
	MaxPageLines = 1 << 16
	// MaxCommandSize is the size in bytes of the longest command, continuation lines included.
	MaxCommandSize = 8 << 10
	// MaxNesting is how many list items and block quotes may be open on one line. Two columns of
	// indentation before a list item or block quote count as one.
	MaxNesting = 32
)

// Page is a lesson that has been read. Pages come from [Parse] and do not change: running one keeps
// nothing in it, so a page may be run any number of times.
type Page struct {
	// Name is the name that Parse was given, usually a path. It stands before the line in errors.
	Name string
	// Blocks are the parts of the page in the order in which they stand in it.
	Blocks []Block

	src []byte
}

// Block is a part of a page: a [*Prose], a [*File] or a [*Console].
type Block interface{ isBlock() }

// Prose is text between the blocks that run: headings, paragraphs, lists, other code.
type Prose struct {
	// Line is the number of the first line, counted from 1.
	Line int
	// Text is the Markdown as written, from the first line that is not blank to the last, with LF
	// between lines and none at the end. Comments that fill whole lines are not part of any prose.
	Text string
}

// File is a file that the commands below it can read.
type File struct {
	// Line is the number of the line with the opening fence.
	Line int
	// Name is the relative path given in the info string.
	Name string
	// Content is the text of the file; every line ends in LF.
	Content string
}

// Console is a run of commands shown as in a terminal.
type Console struct {
	// Line is the number of the line with the opening fence.
	Line int
	// Commands are the commands in order; there is at least one.
	Commands []*Command
}

func (*Prose) isBlock()   {}
func (*File) isBlock()    {}
func (*Console) isBlock() {}

// Command is one command and the output that the page shows for it.
type Command struct {
	// Line is the number of the line with the "$ ".
	Line int
	// Text is the command as written, without the "$ " and with LF between continuation lines.
	Text string
	// Argv holds the words of Text; there is at least one.
	Argv []string
	// Want is the output shown: every line ends in LF; empty if no line is shown.
	Want string

	out    span   // the bytes of the page that show the output
	prefix string // what stands left of the command: indentation and quote marks
	eol    string // how the page ends the line of the command
	fence  fence  // the block the command stands in
}

// span is a range of bytes of a page, the end excluded.
type span struct{ start, end int }

// Error is what is wrong with a page, and where.
type Error struct {
	// Page is the name of the page and Line the number of the line, counted from 1.
	Page string
	Line int
	// Text says what is wrong and what to do about it.
	Text string
}

// Error returns the page, the line and the text, separated by colons.
func (e *Error) Error() string {
	return fmt.Sprintf("%s:%d: %s", e.Page, e.Line, e.Text)
}

// problems collects the errors of a page in the order in which they are found.
type problems struct {
	page string
	list []error
}

func (p *problems) add(line int, format string, args ...any) {
	p.list = append(p.list, &Error{Page: p.page, Line: line, Text: fmt.Sprintf(format, args...)})
}

func (p *problems) err() error { return errors.Join(p.list...) }
