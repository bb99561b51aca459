package kubectl

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/daemonsim/daemonsim/manifest"
)

// jsonTemplate is the argument of -o jsonpath: text with actions in braces.
type jsonTemplate []part

// part is text, a path whose values are printed, or a range with a body.
type part struct {
	literal string
	path    path
	body    jsonTemplate
	isRange bool
}

// parseJSONTemplate reads text, {.path}, {"text"} and {range .path}...{end}.
func parseJSONTemplate(text string) (jsonTemplate, error) {
	t, rest, ended, err := parseParts(text, 0)
	switch {
	case err != nil:
		return nil, err
	case ended:
		return nil, fmt.Errorf("not in range before %q", rest)
	}
	return t, nil
}

const maxTemplateDepth = 4

// parseParts reads up to the end, or up to and with the {end} of a range.
func parseParts(text string, depth int) (t jsonTemplate, rest string, ended bool, err error) {
	if depth > maxTemplateDepth {
		return nil, "", false, errors.New("too many ranges within one another")
	}
	for {
		before, after, found := strings.Cut(text, "{")
		if before != "" {
			t = append(t, part{literal: before})
		}
		if !found {
			return t, "", false, nil
		}
		end := actionEnd(after)
		if end < 0 {
			return nil, "", false, errors.New("unclosed action")
		}
		action := strings.TrimSpace(after[:end])
		text = after[end+1:]
		if action == "end" {
			return t, text, true, nil
		}
		p, err := parseAction(action)
		if err != nil {
			return nil, "", false, err
		}
		if p.isRange {
			if p.body, text, ended, err = parseParts(text, depth+1); err != nil {
				return nil, "", false, err
			}
			if !ended {
				return nil, "", false, errors.New("unterminated range, {end} is missing")
			}
		}
		t = append(t, p)
	}
}

// actionEnd is the place of the brace that ends an action; braces within quotes do not.
func actionEnd(text string) int {
	var quote byte
	for i := range len(text) {
		switch ch := text[i]; {
		case quote != 0:
			if ch == quote && text[i-1] != '\\' {
				quote = 0
			}
		case ch == '"' || ch == '\'':
			quote = ch
		case ch == '}':
			return i
		}
	}
	return -1
}

func parseAction(action string) (part, error) {
	if action == "" {
		return part{}, nil
	}
	if quote := action[0]; quote == '"' || quote == '\'' {
		text, err := unquote(action)
		return part{literal: text}, err
	}
	if rest, ok := strings.CutPrefix(action, "range "); ok {
		p, err := parsePath(strings.TrimSpace(rest))
		return part{path: p, isRange: true}, err
	}
	if !strings.ContainsAny(action[:1], ".[$@") {
		return part{}, fmt.Errorf("unrecognized identifier %s", action)
	}
	p, err := parsePath(action)
	return part{path: p}, err
}

func unquote(text string) (string, error) {
	if len(text) < 2 || text[len(text)-1] != text[0] {
		return "", fmt.Errorf("unterminated quoted string %s", text)
	}
	inner := text[1 : len(text)-1]
	if text[0] == '\'' {
		inner = strings.ReplaceAll(strings.ReplaceAll(inner, `\'`, "'"), `"`, `\"`)
	}
	s, err := strconv.Unquote(`"` + inner + `"`)
	if err != nil {
		return "", fmt.Errorf("cannot read the text %s", text)
	}
	return s, nil
}

// text fills the template in.
func (t jsonTemplate) text(root any) string {
	var b strings.Builder
	t.write(&b, root, root)
	return b.String()
}

func (t jsonTemplate) write(b *strings.Builder, root, value any) {
	for _, p := range t {
		b.WriteString(p.literal)
		if p.path == nil {
			continue
		}
		found := p.path.find(root, value)
		for i, v := range found {
			switch {
			case p.isRange:
				p.body.write(b, root, v)
			case i > 0:
				b.WriteString(" " + valueText(v))
			default:
				b.WriteString(valueText(v))
			}
		}
	}
}

// lists fills the template in with a JSON list for every path and every text, as jsonpath-as-json does.
func (t jsonTemplate) lists(root any) string {
	var b strings.Builder
	t.writeLists(&b, root, root)
	return b.String()
}

func (t jsonTemplate) writeLists(b *strings.Builder, root, value any) {
	for _, p := range t {
		if p.literal != "" {
			b.Write(manifest.FormatJSON([]any{p.literal}))
		}
		if p.path == nil {
			continue
		}
		found := p.path.find(root, value)
		if !p.isRange {
			b.Write(manifest.FormatJSON(append([]any{}, found...)))
			continue
		}
		for _, v := range found {
			p.body.writeLists(b, root, v)
		}
	}
}
