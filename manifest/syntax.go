package manifest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// parseDocument turns the text of one document into trees: one, or several when the text is a
// stream of JSON values. The lines in the trees are those of the file.
func (f *file) parseDocument(doc document) []*yaml.Node {
	if looksLikeJSON(doc.text) {
		if roots, ok := parseJSON(doc); ok {
			return roots
		}
	}
	if line, column, r, ok := badCharacter(doc.text); ok {
		f.addAt(doc.line+line, column, fmt.Sprintf("control character %U is not allowed", r))
		return nil
	}
	root, err := parseYAML(doc.text)
	if err != nil {
		line, msg := syntaxError(err)
		if m := unknownAnchor.FindStringSubmatch(msg); m != nil {
			line, _ = position(doc.text, max(0, bytes.Index(doc.text, []byte("*"+m[1]))))
		}
		if startsWithTab(doc.text, line) {
			msg += "; YAML is indented with spaces, not with tabs"
		}
		f.addAt(doc.line+line-1, 1, "invalid YAML: "+msg)
		return nil
	}
	if root == nil {
		return nil
	}
	f.shift(root, doc.line-1)
	return []*yaml.Node{root}
}

// parseYAML reads the one document in text; nil when it is empty.
func parseYAML(text []byte) (root *yaml.Node, err error) {
	// NB: the library reports errors by panicking inside and has let such panics out on hostile
	// input before; a manifest must never bring its reader down.
	defer func() {
		if r := recover(); r != nil {
			root, err = nil, fmt.Errorf("yaml: %v", r)
		}
	}()
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	var doc yaml.Node
	if err := decoder.Decode(&doc); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, nil
		}
		return nil, err
	}
	var rest yaml.Node
	if err := decoder.Decode(&rest); !errors.Is(err, io.EOF) {
		if err == nil {
			err = fmt.Errorf("yaml: line %d: more text after the end of the document", rest.Line)
		}
		return nil, err
	}
	if doc.Kind != yaml.DocumentNode || len(doc.Content) != 1 {
		return nil, nil
	}
	return doc.Content[0], nil
}

// shift adds to the lines of a tree. Aliases are not followed: what they point to is in the tree.
func (f *file) shift(n *yaml.Node, lines int) {
	n.Line += lines
	for _, child := range n.Content {
		f.shift(child, lines)
	}
}

var (
	errorLine     = regexp.MustCompile(`^line ([0-9]+): `)
	unknownAnchor = regexp.MustCompile(`^unknown anchor '(.*)' referenced$`)
)

// syntaxError takes the library's text apart: "yaml: line 3: did not find expected key". Without a
// line it means the first. NB: the parser counts its lines from 0 and the scanner from 1.
func syntaxError(err error) (line int, msg string) {
	msg = strings.TrimPrefix(err.Error(), "yaml: ")
	if m := errorLine.FindStringSubmatch(msg); m != nil {
		line, _ = strconv.Atoi(m[1])
		msg = msg[len(m[0]):]
	}
	if isParserMessage(msg) {
		line++
	}
	return max(line, 1), msg
}

func isParserMessage(msg string) bool {
	switch msg {
	case "did not find expected node content", "did not find expected '-' indicator",
		"did not find expected key", "did not find expected ',' or ']'",
		"did not find expected ',' or '}'", "did not find expected <document start>",
		"found undefined tag handle", "found duplicate %YAML directive",
		"found incompatible YAML document", "found duplicate %TAG directive":
		return true
	}
	return false
}

// startsWithTab reports whether there is a tab in the indentation of a line, counted from 1.
func startsWithTab(text []byte, line int) bool {
	for range line - 1 {
		text = text[lineEnd(text, 0):]
	}
	indentation := text[:len(text)-len(bytes.TrimLeft(text, " \t"))]
	return bytes.IndexByte(indentation, '\t') >= 0
}

// checkEncoding returns the text without a byte order mark and reports text that is not UTF-8, in
// which case there is nothing more to read.
func (f *file) checkEncoding(data []byte) (text []byte, ok bool) {
	if bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")) {
		f.addAt(1, 1, "the text is UTF-16; save it as UTF-8")
		return nil, false
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	for at := 0; at < len(data); {
		r, size := utf8.DecodeRune(data[at:])
		if r == utf8.RuneError && size == 1 {
			line, column := position(data, at)
			f.addAt(line, column, fmt.Sprintf("byte 0x%02X is not UTF-8", data[at]))
			return nil, false
		}
		at += size
	}
	return data, true
}

// badCharacter finds the first character that YAML does not allow. The line counts from 0.
func badCharacter(text []byte) (line, column int, r rune, ok bool) {
	at := bytes.IndexFunc(text, func(r rune) bool {
		switch {
		case r == '\t' || r == '\n' || r == '\r' || r == 0x85:
			return false
		case r < 0x20 || r >= 0x7f && r < 0xa0 || r == 0xfffe || r == 0xffff:
			return true
		}
		return false
	})
	if at < 0 {
		return 0, 0, 0, false
	}
	r, _ = utf8.DecodeRune(text[at:])
	line, column = position(text, at)
	return line - 1, column, r, true
}

// position returns the line and column of an offset, both from 1.
func position(text []byte, at int) (line, column int) {
	before := text[:at]
	line = 1 + bytes.Count(before, []byte{'\n'})
	return line, 1 + utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:])
}
