package patch

import (
	"encoding/json"
	"maps"
	"slices"
)

// Clone returns a copy of a document that shares no memory with it.
func Clone(doc any) any {
	switch d := doc.(type) {
	case map[string]any:
		c := make(map[string]any, len(d))
		for key, value := range d {
			c[key] = Clone(value)
		}
		return c
	case []any:
		c := make([]any, len(d))
		for i, value := range d {
			c[i] = Clone(value)
		}
		return c
	}
	return doc
}

// Equal reports whether two documents say the same. Numbers are the same when they are equal.
func Equal(a, b any) bool {
	switch x := a.(type) {
	case map[string]any:
		y, ok := b.(map[string]any)
		return ok && maps.EqualFunc(x, y, Equal)
	case []any:
		y, ok := b.([]any)
		return ok && slices.EqualFunc(x, y, Equal)
	case json.Number:
		y, ok := b.(json.Number)
		return ok && (x == y || sameNumber(x, y))
	}
	return a == b
}

func sameNumber(a, b json.Number) bool {
	x, errX := a.Float64()
	y, errY := b.Float64()
	return errX == nil && errY == nil && x == y
}

// sameForm reports whether two documents are both objects, both lists, or both neither.
func sameForm(a, b any) bool {
	_, objectA := a.(map[string]any)
	_, objectB := b.(map[string]any)
	_, listA := a.([]any)
	_, listB := b.([]any)
	return objectA == objectB && listA == listB
}

// withoutNulls returns a document without the fields that are null. Items of lists stay.
func withoutNulls(doc any) any {
	switch d := doc.(type) {
	case map[string]any:
		c := make(map[string]any, len(d))
		for key, value := range d {
			if value != nil {
				c[key] = withoutNulls(value)
			}
		}
		return c
	case []any:
		c := make([]any, len(d))
		for i, value := range d {
			c[i] = withoutNulls(value)
		}
		return c
	}
	return doc
}
