package lesson

import (
	"bytes"
	"sort"
	"strings"
	"unicode/utf8"
)

// source is the text of a page with an index of its lines. Lines are counted from 1.
type source struct {
	text   []byte
	starts []int // Invariant: starts[0] == 0; ascending; line i starts at starts[i-1].
}

func newSource(text []byte) *source {
	s := &source{text: text, starts: []int{0}}
	for i, c := range text {
		if c == '\n' && i+1 < len(text) {
			s.starts = append(s.starts, i+1)
		}
	}
	return s
}

// count returns the number of lines.
func (s *source) count() int { return len(s.starts) }

// lineAt returns the number of the line that holds the byte at offset.
func (s *source) lineAt(offset int) int {
	return sort.SearchInts(s.starts, offset+1)
}

// start returns the offset of the first byte of a line, or the length of the text for the line
// after the last one.
func (s *source) start(line int) int {
	if line > len(s.starts) {
		return len(s.text)
	}
	return s.starts[line-1]
}

// line returns the text of a line without its end.
func (s *source) line(line int) string {
	text, _ := cutEOL(string(s.text[s.start(line):s.start(line+1)]))
	return text
}

// lines returns the text of the lines first to last, the last included, joined with LF.
func (s *source) lines(first, last int) string {
	text := string(s.text[s.start(first):s.start(last+1)])
	text, _ = cutEOL(text)
	return strings.ReplaceAll(text, "\r\n", "\n")
}

// cutEOL splits a line into its text and its end: "\n", "\r\n" or nothing.
func cutEOL(line string) (text, eol string) {
	if text, ok := strings.CutSuffix(line, "\r\n"); ok {
		return text, "\r\n"
	}
	if text, ok := strings.CutSuffix(line, "\n"); ok {
		return text, "\n"
	}
	return line, ""
}

// judge reports what makes a text unfit to be a page whatever its blocks say.
func (s *source) judge(errs *problems) {
	if len(s.text) > MaxPageSize {
		errs.add(1, "the page has %d bytes, more than %d; split it", len(s.text), MaxPageSize)
		return
	}
	if s.count() > MaxPageLines {
		errs.add(1, "the page has %d lines, more than %d; split it", s.count(), MaxPageLines)
		return
	}
	if !utf8.Valid(s.text) {
		errs.add(s.lineAt(firstInvalid(s.text)), "the page is not UTF-8; save it as UTF-8 text")
		return
	}
	if i := bytes.IndexByte(s.text, 0); i >= 0 {
		errs.add(s.lineAt(i), "the page has a NUL byte; save it as UTF-8 text")
		return
	}
	for n := 1; n <= s.count(); n++ {
		if nestsTooDeep(s.line(n)) {
			errs.add(n, "the line nests list items and block quotes deeper than %d; indent it less",
				MaxNesting)
			return
		}
	}
}

func firstInvalid(text []byte) int {
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && size <= 1 {
			return i
		}
		i += size
	}
	return len(text)
}

// nestsTooDeep reports whether a line would nest deeper than MaxNesting: by the markers it starts
// with and the indentation before the first, which may place it inside items of lines above.
func nestsTooDeep(line string) bool {
	rest := strings.TrimLeft(line, " \t")
	depth := len(expandTabs(line[:len(line)-len(rest)])) / 2
	for {
		n := markerLen(rest)
		if n == 0 {
			return false
		}
		if depth++; depth > MaxNesting {
			return true
		}
		rest = strings.TrimLeft(rest[n:], " \t")
	}
}

// markerLen returns the length of the block quote or list marker that text starts with, or 0.
func markerLen(text string) int {
	if strings.HasPrefix(text, ">") {
		return 1
	}
	n := 0
	for n < len(text) && '0' <= text[n] && text[n] <= '9' {
		n++
	}
	chars := "-+*"
	if n > 0 {
		chars = ".)"
	}
	if n == len(text) || strings.IndexByte(chars, text[n]) < 0 {
		return 0
	}
	n++
	if n < len(text) && text[n] != ' ' && text[n] != '\t' {
		return 0
	}
	return n
}
