package affinity

import (
	"fmt"
	"slices"
	"strings"
)

// ParseSelector reads the notation of kubectl's -l flag: items with commas between them, all of
// which must hold.
//
//	key          the label exists
//	!key         the label does not exist
//	key=v key==v the label has this value; key= asks for the empty value
//	key!=v       the label is absent or has another value
//	key in (a,b) the label has one of the values; () is the empty value alone
//	key notin (a,b)
//	key>5 key<5  the label is an integer greater or less than this
//
// The empty text matches everything. White space between the parts is free.
func ParseSelector(text string) (Selector, error) {
	p := parser{rest: text}
	p.next()
	var s Selector
	if p.token == "" {
		return s, nil
	}
	for {
		r, err := p.requirement()
		if err != nil {
			return Nothing(), fmt.Errorf("unable to parse selector %q: %w", text, err)
		}
		s.requirements = append(s.requirements, r)
		if p.token == "" {
			break
		}
		if p.token != "," {
			return Nothing(), fmt.Errorf("unable to parse selector %q: found %q, expected ','",
				text, p.token)
		}
		p.next()
	}
	s.sort()
	return s, nil
}

// parser walks over the tokens of a selector, one token ahead.
type parser struct {
	rest  string
	token string // a word or one of the symbols; empty at the end
	word  bool   // whether token is a word
}

// symbols are the tokens that are not words, the longer ones first where one starts the other.
var symbols = [...]string{"==", "!=", "=", "!", ",", "(", ")", ">", "<"}

// next moves to the next token.
func (p *parser) next() {
	p.rest = strings.TrimLeft(p.rest, " \t\r\n")
	p.word = false
	for _, s := range symbols {
		if strings.HasPrefix(p.rest, s) {
			p.token, p.rest = s, p.rest[len(s):]
			return
		}
	}
	end := strings.IndexAny(p.rest, " \t\r\n=!,()><")
	if end < 0 {
		end = len(p.rest)
	}
	p.token, p.rest = p.rest[:end], p.rest[end:]
	p.word = end > 0
}

// requirement reads one item.
func (p *parser) requirement() (requirement, error) {
	op := opExists
	if p.token == "!" {
		op = opDoesNotExist
		p.next()
	}
	if !p.word {
		return requirement{}, p.unexpected("a label key")
	}
	key := p.token
	p.next()
	var values []string
	if op == opExists && p.token != "" && p.token != "," {
		var err error
		if op, err = p.operator(); err != nil {
			return requirement{}, err
		}
		if values, err = p.operands(op); err != nil {
			return requirement{}, err
		}
	}
	r, problems := compileRequirement("", key, op, values)
	return r, problems.Err()
}

// operator reads what relates a key to values.
func (p *parser) operator() (operator, error) {
	op := opEquals
	switch p.token {
	case "=":
	case "==":
		op = opDoubleEquals
	case "!=":
		op = opNotEquals
	case "in":
		op = opIn
	case "notin":
		op = opNotIn
	case ">":
		op = opGt
	case "<":
		op = opLt
	default:
		return 0, p.unexpected("one of '=', '==', '!=', 'in', 'notin', '>', '<'")
	}
	p.next()
	return op, nil
}

// operands reads the values that belong to op.
func (p *parser) operands(op operator) ([]string, error) {
	if op == opIn || op == opNotIn {
		return p.set()
	}
	if p.token == "" || p.token == "," {
		return []string{""}, nil
	}
	if !p.word {
		return nil, p.unexpected("a value")
	}
	value := p.token
	p.next()
	return []string{value}, nil
}

// set reads values in parentheses. An omitted value is the empty one, so that (), (a,) and (,)
// are sets as well.
func (p *parser) set() ([]string, error) {
	if p.token != "(" {
		return nil, p.unexpected("'('")
	}
	p.next()
	var values []string
	for {
		value := ""
		if p.word {
			value = p.token
			p.next()
		}
		values = append(values, value)
		switch p.token {
		case ",":
			p.next()
		case ")":
			p.next()
			slices.Sort(values)
			return slices.Compact(values), nil
		default:
			return nil, p.unexpected("',' or ')'")
		}
	}
}

// unexpected says what stands where something else was expected.
func (p *parser) unexpected(expected string) error {
	if p.token == "" {
		return fmt.Errorf("found the end, expected %s", expected)
	}
	return fmt.Errorf("found %q, expected %s", p.token, expected)
}
