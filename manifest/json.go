package manifest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"

	"go.yaml.in/yaml/v3"
)

// looksLikeJSON reports whether the text starts as a JSON object does. YAML in flow style does too,
// so the answer is a reason to try.
func looksLikeJSON(text []byte) bool {
	text = bytes.TrimPrefix(text, []byte("---"))
	text = bytes.TrimLeft(text, " \t\r\n")
	return len(text) > 0 && text[0] == '{'
}

// parseJSON reads a stream of JSON values into the trees that YAML would give; ok is false when the
// text is not JSON. JSON is mostly YAML, but not where it escapes characters beyond the first plane
// or is laid out with tabs.
func parseJSON(doc document) (roots []*yaml.Node, ok bool) {
	text := doc.text
	skipped := 0
	if isMarker(text, "---") {
		skipped = 3
	}
	p := jsonParser{
		text: text, base: skipped, at: skipped, line: doc.line, column: 1 + skipped,
		decoder: json.NewDecoder(bytes.NewReader(text[skipped:])),
	}
	p.decoder.UseNumber()
	for {
		root, err := p.value(0)
		if errors.Is(err, io.EOF) {
			return roots, true
		}
		if err != nil || root == nil {
			return nil, false
		}
		roots = append(roots, root)
	}
}

// jsonParser reads tokens and keeps track of where they are.
type jsonParser struct {
	decoder *json.Decoder
	text    []byte
	// base is the offset at which the decoder starts; at, line and column are where the last token
	// started.
	base, at, line, column int
}

var errNotJSON = errors.New("not JSON")

// value reads one value. It returns a nil node at the end of a mapping or list.
func (p *jsonParser) value(depth int) (*yaml.Node, error) {
	end := p.base + int(p.decoder.InputOffset())
	token, err := p.decoder.Token()
	if err != nil {
		return nil, err
	}
	p.advance(end)
	n := &yaml.Node{Kind: yaml.ScalarNode, Line: p.line, Column: p.column}
	switch t := token.(type) {
	case json.Delim:
		return p.collection(n, t, depth)
	case string:
		n.Style, n.Value = yaml.DoubleQuotedStyle, t
	case json.Number:
		n.Value = t.String()
	case bool:
		n.Value = "false"
		if t {
			n.Value = "true"
		}
	case nil:
		n.Value = "null"
	}
	return n, nil
}

func (p *jsonParser) collection(n *yaml.Node, d json.Delim, depth int) (*yaml.Node, error) {
	switch d {
	case '{':
		n.Kind = yaml.MappingNode
	case '[':
		n.Kind = yaml.SequenceNode
	default:
		return nil, nil
	}
	n.Style = yaml.FlowStyle
	// Deeper nesting than this is refused later, with a message; here it must only not overflow.
	if depth > 10*MaxDepth {
		return nil, errNotJSON
	}
	for {
		child, err := p.value(depth + 1)
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return nil, err
		}
		if child == nil {
			return n, nil
		}
		n.Content = append(n.Content, child)
	}
}

// advance moves to the token that follows the offset end, over white space and separators.
func (p *jsonParser) advance(end int) {
	for end < len(p.text) && bytes.IndexByte([]byte(" \t\r\n,:"), p.text[end]) >= 0 {
		end++
	}
	passed := p.text[p.at:end]
	if breaks := bytes.Count(passed, []byte{'\n'}); breaks > 0 {
		p.line += breaks
		p.column = end - p.at - bytes.LastIndexByte(passed, '\n')
	} else {
		p.column += len(passed)
	}
	p.at = end
}
