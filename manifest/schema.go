package manifest

import (
	"reflect"
	"strings"

	"github.com/daemonsim/daemonsim/cluster"
)

// schema is what a manifest may say where a Go struct is expected.
type schema struct {
	// names lists the fields in the order of the struct, for suggestions.
	names  []string
	fields map[string][]int
}

// schemas holds the schema of each struct type. It belongs to one run, so that nothing is shared.
type schemas map[reflect.Type]*schema

func (s schemas) of(t reflect.Type) *schema {
	known := s[t]
	if known == nil {
		known = &schema{fields: make(map[string][]int)}
		known.collect(t, nil)
		s[t] = known
	}
	return known
}

// collect adds the fields of a struct, those of embedded ones among them.
func (s *schema) collect(t reflect.Type, index []int) {
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		at := append(index[:len(index):len(index)], i)
		switch {
		case name == "-":
		case f.Type == reflect.TypeFor[cluster.ObjectMeta]() && f.Anonymous:
			s.add("metadata", at)
		case f.Anonymous && name == "" || options == "inline":
			if f.Type.Kind() == reflect.Struct {
				s.collect(f.Type, at)
			}
		case f.IsExported():
			if name == "" {
				name = f.Name
			}
			s.add(name, at)
		}
	}
}

func (s *schema) add(name string, index []int) {
	s.names = append(s.names, name)
	s.fields[name] = index
}

// suggest returns the field that an unknown name was probably meant to be; "" when none is close.
func (s *schema) suggest(name string) string {
	best, least := "", 3
	if len(name) > 64 {
		return ""
	}
	for _, candidate := range s.names {
		if strings.EqualFold(candidate, name) {
			return candidate
		}
		// Half of a short name changed makes another name, not a slip.
		if d := distance(name, candidate); d < least && 2*d < len(name) {
			best, least = candidate, d
		}
	}
	return best
}

// distance is the number of characters to insert, drop or replace to get from a to b.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}
