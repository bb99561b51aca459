package kubectl

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// parseRelaxedPath reads a path with or without the braces and the dot in front.
func parseRelaxedPath(text string) (path, error) {
	inner := strings.TrimSuffix(strings.TrimPrefix(text, "{"), "}")
	if inner == "" {
		return nil, fmt.Errorf("unexpected path string, expected a 'name1.name2' or '.name1.name2' "+
			"or '{name1.name2}' or '{.name1.name2}', got %q", text)
	}
	if !strings.ContainsAny(inner[:1], ".[$@") {
		inner = "." + inner
	}
	return parsePath(inner)
}

// maxDescents bounds the work that a path can ask for.
const maxDescents = 3

// parsePath reads .a.b['c'][0][*][1:3]..d[?(@.e=="f")]. A backslash takes away the meaning of the
// character after it.
func parsePath(text string) (path, error) {
	if strings.Count(text, "..") > maxDescents {
		return nil, fmt.Errorf("too many .. in the path %q", text)
	}
	p := path{}
	rest, isRoot := strings.CutPrefix(text, "$")
	if isRoot {
		p = append(p, rootStep{})
	}
	rest = strings.TrimPrefix(rest, "@")
	for rest != "" {
		var s step
		var err error
		switch {
		case strings.HasPrefix(rest, ".."):
			s, rest = descentStep{}, rest[1:]
			if strings.HasPrefix(rest, ".[") {
				rest = rest[1:]
			}
		case rest[0] == '.':
			s, rest = parseField(rest[1:])
		case rest[0] == '[':
			s, rest, err = parseBracket(rest)
		default:
			return nil, fmt.Errorf("unexpected %q in the path %q", rest, text)
		}
		if err != nil {
			return nil, err
		}
		if s != nil {
			p = append(p, s)
		}
	}
	return p, nil
}

// parseField reads a name up to the next dot or bracket. An empty name is the value itself.
func parseField(text string) (s step, rest string) {
	var name strings.Builder
	i := 0
	for ; i < len(text) && text[i] != '.' && text[i] != '['; i++ {
		if text[i] == '\\' && i+1 < len(text) {
			i++
		}
		name.WriteByte(text[i])
	}
	switch name.String() {
	case "":
		return nil, text[i:]
	case "*":
		return wildcardStep{}, text[i:]
	}
	return fieldStep(name.String()), text[i:]
}

// parseBracket reads what stands between brackets.
func parseBracket(text string) (s step, rest string, err error) {
	end := closing(text)
	if end < 0 {
		return nil, "", fmt.Errorf("unterminated array in %q", text)
	}
	inner, rest := strings.TrimSpace(text[1:end]), text[end+1:]
	switch {
	case inner == "*":
		return wildcardStep{}, rest, nil
	case strings.HasPrefix(inner, "?(") && strings.HasSuffix(inner, ")"):
		s, err = parseFilter(inner[2 : len(inner)-1])
		return s, rest, err
	case len(inner) > 1 && (inner[0] == '\'' || inner[0] == '"') && inner[len(inner)-1] == inner[0]:
		return fieldStep(inner[1 : len(inner)-1]), rest, nil
	}
	s, err = parseIndex(inner)
	return s, rest, err
}

// closing is the place of the bracket that closes the one at the front, or -1.
func closing(text string) int {
	depth := 0
	var quote byte
	for i := range len(text) {
		switch ch := text[i]; {
		case quote != 0:
			if ch == quote {
				quote = 0
			}
		case ch == '\'' || ch == '"':
			quote = ch
		case ch == '[':
			depth++
		case ch == ']':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

// parseIndex reads 2, -1, 1:3, :3 and 1:.
func parseIndex(text string) (step, error) {
	first, second, isSlice := strings.Cut(text, ":")
	from, err := parseBound(first)
	if err != nil || from == nil && !isSlice {
		return nil, fmt.Errorf("invalid array index %s", text)
	}
	if !isSlice {
		if *from == -1 {
			return sliceStep{from: from}, nil
		}
		to := *from + 1
		return sliceStep{from, &to}, nil
	}
	to, err := parseBound(second)
	if err != nil {
		return nil, fmt.Errorf("invalid array index %s", text)
	}
	return sliceStep{from, to}, nil
}

func parseBound(text string) (*int, error) {
	if text == "" {
		return nil, nil
	}
	n, err := strconv.ParseInt(text, 10, 32)
	i := int(n)
	return &i, err
}

// parseFilter reads @.a, or two operands with a comparison between them.
func parseFilter(text string) (step, error) {
	at, op := findOperator(text)
	if op == "" {
		left, err := parseOperand(text)
		return filterStep{left: left}, err
	}
	left, err := parseOperand(text[:at])
	if err != nil {
		return nil, err
	}
	right, err := parseOperand(text[at+len(op):])
	return filterStep{left, right, op}, err
}

// findOperator finds the first comparison outside quotes.
func findOperator(text string) (at int, op string) {
	var quote byte
	for i := range len(text) {
		switch ch := text[i]; {
		case quote != 0:
			if ch == quote {
				quote = 0
			}
		case ch == '\'' || ch == '"':
			quote = ch
		default:
			list := []string{"==", "!=", "<=", ">=", "<", ">"}
			if k := slices.IndexFunc(list, func(o string) bool { return strings.HasPrefix(text[i:], o) }); k >= 0 {
				return i, list[k]
			}
		}
	}
	return 0, ""
}

func parseOperand(text string) (operand, error) {
	text = strings.TrimSpace(text)
	switch {
	case text == "":
		return operand{}, fmt.Errorf("a side of the comparison is missing")
	case text[0] == '@' || text[0] == '$' || text[0] == '.':
		p, err := parsePath(text)
		return operand{path: p}, err
	case len(text) > 1 && (text[0] == '\'' || text[0] == '"') && text[len(text)-1] == text[0]:
		return operand{constant: text[1 : len(text)-1]}, nil
	case text == "true" || text == "false":
		return operand{constant: text == "true"}, nil
	}
	if _, err := strconv.ParseFloat(text, 64); err != nil {
		return operand{}, fmt.Errorf("cannot read %q; put texts into quotes", text)
	}
	return operand{constant: json.Number(text)}, nil
}
