package kubectl

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"github.com/daemonsim/daemonsim/cluster"
)

// sort puts objects into the order that --sort-by asks for. Objects without the field come first.
func (c *call) sort(objects []cluster.Object) error {
	if c.opts.sortBy == "" {
		return nil
	}
	p, err := parseRelaxedPath(c.opts.sortBy)
	if err != nil {
		return err
	}
	type keyed struct {
		key any
		obj cluster.Object
	}
	list := make([]keyed, len(objects))
	for i, obj := range objects {
		value := c.values(obj)
		list[i].obj = obj
		if found := p.find(value, value); len(found) > 0 {
			list[i].key = found[0]
		}
	}
	slices.SortStableFunc(list, func(a, b keyed) int { return compareValues(a.key, b.key) })
	for i := range list {
		objects[i] = list[i].obj
	}
	return nil
}

func compareValues(a, b any) int {
	if a == nil || b == nil {
		return cmp.Compare(presence(a), presence(b))
	}
	x, isNumber := a.(json.Number)
	y, areNumbers := b.(json.Number)
	if isNumber && areNumbers {
		f, _ := x.Float64()
		g, _ := y.Float64()
		return cmp.Compare(f, g)
	}
	return compareNatural(valueText(a), valueText(b))
}

func presence(v any) int {
	if v == nil {
		return 0
	}
	return 1
}

// compareNatural compares texts so that runs of digits count as numbers.
func compareNatural(a, b string) int {
	for a != "" && b != "" {
		m, n := digits(a), digits(b)
		if m > 0 && n > 0 {
			x, y := strings.TrimLeft(a[:m], "0"), strings.TrimLeft(b[:n], "0")
			if order := cmp.Or(cmp.Compare(len(x), len(y)), cmp.Compare(x, y)); order != 0 {
				return order
			}
			a, b = a[m:], b[n:]
			continue
		}
		if a[0] != b[0] {
			return cmp.Compare(a[0], b[0])
		}
		a, b = a[1:], b[1:]
	}
	return cmp.Compare(len(a), len(b))
}

// digits is the number of digits that a text starts with.
func digits(s string) int {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n
}
