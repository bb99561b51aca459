package manifest

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// appendYAML writes a tree of JSON values as kubectl does: mappings sorted by key, two columns of
// indentation, lists not indented below their key.
func appendYAML(b []byte, value any, indent int) []byte {
	switch v := value.(type) {
	case map[string]any:
		for i, key := range slices.SortedFunc(maps.Keys(v), compareKeys) {
			if i > 0 {
				b = appendIndent(b, indent)
			}
			b = appendEntry(b, key, v[key], indent)
		}
		return b
	case []any:
		for i, item := range v {
			if i > 0 {
				b = appendIndent(b, indent)
			}
			b = appendInline(append(b, "- "...), item, indent)
		}
		return b
	}
	return append(appendScalar(b, value, indent), '\n')
}

func appendEntry(b []byte, key string, value any, indent int) []byte {
	const maxSimpleKey = 128
	if len(key) > maxSimpleKey || strings.Contains(key, "\n") {
		b = append(appendText(append(b, "? "...), key, indent), '\n')
		return appendInline(append(appendIndent(b, indent), ": "...), value, indent)
	}
	b = append(appendText(b, key, indent), ':')
	switch v := value.(type) {
	case map[string]any:
		if len(v) > 0 {
			b = appendIndent(append(b, '\n'), indent+2)
			return appendYAML(b, v, indent+2)
		}
	case []any:
		if len(v) > 0 {
			b = appendIndent(append(b, '\n'), indent)
			return appendYAML(b, v, indent)
		}
	}
	return append(appendScalar(append(b, ' '), value, indent), '\n')
}

// appendInline writes a value on the line of the dash, question mark or colon that introduces it.
func appendInline(b []byte, value any, indent int) []byte {
	if isEmpty(value) {
		return append(appendScalar(b, value, indent), '\n')
	}
	return appendYAML(b, value, indent+2)
}

func isEmpty(value any) bool {
	switch v := value.(type) {
	case map[string]any:
		return len(v) == 0
	case []any:
		return len(v) == 0
	}
	return true
}

func appendIndent(b []byte, indent int) []byte {
	for range indent {
		b = append(b, ' ')
	}
	return b
}

func appendScalar(b []byte, value any, indent int) []byte {
	switch v := value.(type) {
	case map[string]any:
		return append(b, "{}"...)
	case []any:
		return append(b, "[]"...)
	case string:
		return appendText(b, v, indent)
	case bool:
		return strconv.AppendBool(b, v)
	case json.Number:
		return append(b, v...)
	}
	return append(b, "null"...)
}

// appendText writes a string in the simplest style that reads back as the same string.
func appendText(b []byte, s string, indent int) []byte {
	look := lookAt(s)
	switch {
	case strings.Contains(s, "\n") && look.literal:
		return appendLiteral(b, s, indent)
	case !readsAsString(s) || !look.singleQuoted:
		return appendDoubleQuoted(b, s)
	case look.plain:
		return append(b, s...)
	}
	b = append(b, '\'')
	b = append(b, strings.ReplaceAll(s, "'", "''")...)
	return append(b, '\'')
}

// readsAsString reports whether a string without quotes would still be one to every reader of YAML,
// those included that take dates and sexagesimal numbers for something else.
func readsAsString(s string) bool {
	if resolvePlain(s).kind != scalarString || s == "<<" {
		return false
	}
	for _, layout := range [...]string{
		"2006-1-2T15:4:5.999999999Z07:00", "2006-1-2t15:4:5.999999999Z07:00",
		"2006-1-2 15:4:5.999999999", "2006-1-2",
	} {
		if _, err := time.Parse(layout, s); err == nil {
			return false
		}
	}
	return !isSexagesimal(s)
}

// isSexagesimal reports whether s is a number such as 1:30 or 190:20:30.15.
func isSexagesimal(s string) bool {
	if !strings.Contains(s, ":") || strings.IndexByte("+-0123456789", s[0]) < 0 {
		return false
	}
	s = strings.TrimLeft(s, "+-")
	return strings.Trim(s, "0123456789_:.") == "" && s[0] != ':'
}

// looks says in which styles a string can be written.
type looks struct{ plain, singleQuoted, literal bool }

// lookAt follows the emitter behind kubectl.
func lookAt(s string) looks {
	l := looks{plain: s != "", singleQuoted: true, literal: true}
	if strings.HasPrefix(s, "---") || strings.HasPrefix(s, "...") {
		l.plain = false
	}
	previous := ' '
	for i, r := range s {
		last := i+len(string(r)) == len(s)
		blankFollows := last || strings.IndexByte(" \t\r\n", s[i+len(string(r))]) >= 0
		switch {
		case i == 0 && isIndicator(r, blankFollows),
			r == ':' && blankFollows, r == '#' && isBlank(previous):
			l.plain = false
		case r == ' ' && (i == 0 || last):
			l.plain = false
			l.literal = l.literal && !last
		case r == '\n':
			l.plain = false
			l.singleQuoted = false
			l.literal = l.literal && previous != ' '
		case !isPrintable(r):
			return looks{}
		}
		previous = r
	}
	// A single space is both first and last.
	l.literal = l.literal && !strings.HasSuffix(s, " ") && !strings.HasPrefix(s, " \n")
	return l
}

func isBlank(r rune) bool { return r == ' ' || r == '\n' }

// isIndicator reports whether a first character means something to YAML.
func isIndicator(r rune, blankFollows bool) bool {
	switch r {
	case '#', ',', '[', ']', '{', '}', '&', '*', '!', '|', '>', '\'', '"', '%', '@', '`':
		return true
	case '?', ':', '-':
		return blankFollows
	}
	return false
}

func isPrintable(r rune) bool {
	switch {
	case r == '\n', r >= 0x20 && r <= 0x7e:
		return true
	case r < 0xa0, r == 0x2028, r == 0x2029, r == 0xfeff, r == 0xfffe, r == 0xffff:
		return false
	}
	return r != unicode.ReplacementChar
}

// appendLiteral writes a string of several lines as it is, below the line that it belongs to.
func appendLiteral(b []byte, s string, indent int) []byte {
	b = append(b, '|')
	if s[0] == ' ' || s[0] == '\n' {
		b = append(b, '2')
	}
	switch text, ended := strings.CutSuffix(s, "\n"); {
	case !ended:
		b = append(b, '-')
	case text == "" || strings.HasSuffix(text, "\n"):
		b = append(b, '+')
	}
	for line := range strings.SplitSeq(strings.TrimSuffix(s, "\n"), "\n") {
		b = append(b, '\n')
		if line != "" {
			b = append(appendIndent(b, indent+2), line...)
		}
	}
	return b
}

func appendDoubleQuoted(b []byte, s string) []byte {
	b = append(b, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r == '\n':
			b = append(b, `\n`...)
		case r == '\t':
			b = append(b, `\t`...)
		case r == '\r':
			b = append(b, `\r`...)
		case isPrintable(r) || r == unicode.ReplacementChar:
			b = append(b, string(r)...)
		default:
			b = appendEscape(b, r)
		}
	}
	return append(b, '"')
}

func appendEscape(b []byte, r rune) []byte {
	hex := strings.ToUpper(strconv.FormatInt(int64(r), 16))
	letter, width := byte('U'), 8
	switch {
	case r <= 0xff:
		letter, width = 'x', 2
	case r <= 0xffff:
		letter, width = 'u', 4
	}
	b = append(b, '\\', letter)
	for range width - len(hex) {
		b = append(b, '0')
	}
	return append(b, hex...)
}
