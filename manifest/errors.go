package manifest

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/daemonsim/daemonsim/cluster/field"
)

// Error is one mistake in a manifest. Its text is FILE:LINE: FIELD: MESSAGE; the field is left out
// when the mistake is about the document as a whole.
type Error struct {
	// File is the name that the file was given.
	File string
	// Line and Column say where, both counted from 1. A field is found at its key, an item of a
	// list at its first character, and a missing field at the innermost field around it.
	Line, Column int
	// Object is "Kind/name" of the object, as far as it is known.
	Object string
	// Field is the path to the field within the document, as in
	// spec.template.spec.containers[0].image.
	Field string
	// Value is what was found there; nil when there is nothing to show.
	Value any
	// Msg says what is wrong and, where there is one, the remedy.
	Msg string
	// Err is the [field.Error] of a mistake that the object's own rules found, else nil.
	Err error
}

// Error returns the one-line text of the mistake.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.File)
	if e.Line > 0 {
		b.WriteByte(':')
		b.WriteString(strconv.Itoa(e.Line))
	}
	b.WriteString(": ")
	if e.Field != "" {
		b.WriteString(shortPath(e.Field))
		b.WriteString(": ")
	}
	b.WriteString(e.Msg)
	return b.String()
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// ErrorList is every mistake of a load, by file in the order the files were given, then by line and
// column. It prints one mistake per line. Use errors.As with an ErrorList to reach all of them, or
// with an *[Error] for the first.
type ErrorList []*Error

// Error returns the mistakes, one per line.
func (l ErrorList) Error() string {
	lines := make([]string, len(l))
	for i, e := range l {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap returns the mistakes, for errors.Is and errors.As.
func (l ErrorList) Unwrap() []error {
	errs := make([]error, len(l))
	for i, e := range l {
		errs[i] = e
	}
	return errs
}

// err returns the list as an error, nil when it is empty.
func (l ErrorList) err() error {
	if len(l) == 0 {
		return nil
	}
	return l
}

// sorted orders the mistakes of one file by position and drops those that read the same, which an
// alias in several places brings about.
func (l ErrorList) sorted() ErrorList {
	slices.SortStableFunc(l, func(a, b *Error) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	type text struct {
		line, column int
		field, msg   string
	}
	seen := make(map[text]bool, len(l))
	return slices.DeleteFunc(l, func(e *Error) bool {
		t := text{e.Line, e.Column, e.Field, e.Msg}
		again := seen[t]
		seen[t] = true
		return again
	})
}

// maxShown is the number of characters of a value that a message repeats.
const maxShown = 64

// quote prints a text for a message: quoted, and cut short when it is long.
func quote(s string) string {
	if short, ok := shorten(s, maxShown); ok {
		return strconv.Quote(short) + "..."
	}
	return strconv.Quote(s)
}

// bare prints a value that is known to be on one line, such as a number, cut short when it is long.
func bare(s string) string {
	if short, ok := shorten(s, maxShown); ok {
		return short + "..."
	}
	return s
}

// shorten returns the first n characters of s; ok is false when s has no more than that.
func shorten(s string, n int) (short string, ok bool) {
	if len(s) <= n {
		return s, false
	}
	count := 0
	for i := range s {
		if count == n {
			return s[:i], true
		}
		count++
	}
	return s, false
}

// maxPath is the number of characters of a path that a message repeats. Keys of a user's own can
// make one arbitrarily long, and can hold line breaks.
const maxPath = 256

func shortPath(path string) string {
	path, cut := shorten(path, maxPath)
	if strings.ContainsFunc(path, func(r rune) bool { return !strconv.IsPrint(r) }) {
		path = strings.Trim(strconv.Quote(path), `"`)
	}
	if cut {
		path += "..."
	}
	return path
}

// ruleMessage is the message of a field error with its value cut short.
func ruleMessage(e *field.Error) string {
	msg := e.Message()
	opening := e.Type.String() + ": "
	value, ok := strings.CutPrefix(msg, opening)
	if !ok {
		return msg
	}
	closing := ""
	if e.Detail != "" {
		closing = ": " + e.Detail
	}
	value, ok = strings.CutSuffix(value, closing)
	if !ok {
		return msg
	}
	if s, isString := e.BadValue.(string); isString && value == strconv.Quote(s) {
		return opening + quote(s) + closing
	}
	return opening + bare(value) + closing
}

// plural is "1 byte" or "2 bytes".
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
