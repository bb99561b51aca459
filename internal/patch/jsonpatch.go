package patch

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Operation is one step of a JSON patch.
type Operation struct {
	// Op is add, remove, replace, move, copy or test.
	Op string
	// Path and From are JSON pointers: From is where move and copy take the value.
	Path, From string
	// Value is what add and replace put in place, and what test expects.
	Value any
}

// JSON applies the operations of a JSON patch in their order, as RFC 6902 says, with one liberty that API
// servers take: an index below zero counts from the end of a list. The error names the first operation that
// does not apply.
func JSON(doc any, operations []Operation) (any, error) {
	for i, o := range operations {
		next, err := o.apply(doc)
		if err != nil {
			return nil, fmt.Errorf("operation %d, %s %q: %w", i, o.Op, o.Path, err)
		}
		doc = next
	}
	return doc, nil
}

var (
	errMissing  = errors.New("there is no such value")
	errNotThere = errors.New("there is no object and no list to hold it")
	errIndex    = errors.New("not an index of the list")
)

func (o *Operation) apply(doc any) (any, error) {
	at, err := pointer(o.Path)
	if err != nil {
		return nil, err
	}
	switch o.Op {
	case "add":
		return put(doc, at, o.Value, true)
	case "replace":
		if _, err := value(doc, at); err != nil {
			return nil, err
		}
		return put(doc, at, o.Value, false)
	case "remove":
		return remove(doc, at)
	case "test":
		found, err := value(doc, at)
		if err != nil && o.Value != nil {
			return nil, err
		}
		if !Equal(found, o.Value) {
			return nil, errors.New("the value is another one")
		}
		return doc, nil
	case "move", "copy":
		return o.carry(doc, at)
	}
	return nil, fmt.Errorf("unexpected kind of operation %q", o.Op)
}

func (o *Operation) carry(doc any, to []string) (any, error) {
	from, err := pointer(o.From)
	if err != nil {
		return nil, err
	}
	carried, err := value(doc, from)
	if err != nil {
		return nil, err
	}
	if o.Op == "move" {
		if doc, err = remove(doc, from); err != nil {
			return nil, err
		}
	}
	return put(doc, to, carried, true)
}

// pointer parts a JSON pointer.
func pointer(text string) ([]string, error) {
	if text == "" {
		return nil, nil
	}
	if text[0] != '/' {
		return nil, fmt.Errorf("the path %q does not start with /", text)
	}
	parts := strings.Split(text[1:], "/")
	for i, p := range parts {
		parts[i] = strings.ReplaceAll(strings.ReplaceAll(p, "~1", "/"), "~0", "~")
	}
	return parts, nil
}

// value finds what a pointer points at.
func value(doc any, at []string) (any, error) {
	for _, name := range at {
		switch d := doc.(type) {
		case map[string]any:
			v, ok := d[name]
			if !ok {
				return nil, errMissing
			}
			doc = v
		case []any:
			i, err := index(name, len(d))
			if err != nil {
				return nil, err
			}
			doc = d[i]
		default:
			return nil, errMissing
		}
	}
	return doc, nil
}

// index reads the index of an item in a list of n.
func index(text string, n int) (int, error) {
	i, err := strconv.Atoi(text)
	if err != nil || strconv.Itoa(i) != text {
		return 0, errIndex
	}
	if i < 0 {
		i += n
	}
	if i < 0 || i >= n {
		return 0, errIndex
	}
	return i, nil
}

// put returns a document with a value in place. In a list, insert makes room for it.
func put(doc any, at []string, v any, insert bool) (any, error) {
	if len(at) == 0 {
		return v, nil
	}
	return within(doc, at, func(d any, name string) (any, error) {
		switch d := d.(type) {
		case map[string]any:
			next := copyOf(d)
			next[name] = v
			return next, nil
		case []any:
			n := len(d)
			if insert {
				n++
			}
			i := len(d)
			if name != "-" || !insert {
				var err error
				if i, err = index(name, n); err != nil {
					return nil, err
				}
			}
			next := slices.Clone(d)
			if insert {
				return slices.Insert(next, i, v), nil
			}
			next[i] = v
			return next, nil
		}
		return nil, errNotThere
	})
}

// remove returns a document without what a pointer points at.
func remove(doc any, at []string) (any, error) {
	if len(at) == 0 {
		return nil, nil
	}
	return within(doc, at, func(d any, name string) (any, error) {
		switch d := d.(type) {
		case map[string]any:
			if _, ok := d[name]; !ok {
				return nil, errMissing
			}
			next := copyOf(d)
			delete(next, name)
			return next, nil
		case []any:
			i, err := index(name, len(d))
			if err != nil {
				return nil, err
			}
			return slices.Delete(slices.Clone(d), i, i+1), nil
		}
		return nil, errNotThere
	})
}

// within edits a copy of what holds the value that a pointer points at, and copies the way there.
func within(doc any, at []string, edit func(doc any, name string) (any, error)) (any, error) {
	if len(at) == 1 {
		return edit(doc, at[0])
	}
	switch d := doc.(type) {
	case map[string]any:
		child, ok := d[at[0]]
		if !ok {
			return nil, errNotThere
		}
		changed, err := within(child, at[1:], edit)
		if err != nil {
			return nil, err
		}
		next := copyOf(d)
		next[at[0]] = changed
		return next, nil
	case []any:
		i, err := index(at[0], len(d))
		if err != nil {
			return nil, err
		}
		changed, err := within(d[i], at[1:], edit)
		if err != nil {
			return nil, err
		}
		next := slices.Clone(d)
		next[i] = changed
		return next, nil
	}
	return nil, errNotThere
}
