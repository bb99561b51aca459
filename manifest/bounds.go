package manifest

import (
	"fmt"
	"math"

	"go.yaml.in/yaml/v3"
)

// bounds checks one tree before anything walks it: nesting, the size of single values, aliases that
// contain themselves, and the number of values once aliases are replaced. It visits every node
// once, so it is quick even where the replaced tree is immense.
type bounds struct {
	file *file
	// extents holds what is known of each anchored node; open marks those that are being visited.
	extents map[*yaml.Node]extent
	open    map[*yaml.Node]bool
	ok      bool
}

// extent is the size of a tree with its aliases replaced.
type extent struct{ values, height int }

// withinBounds reports whether a tree may be walked, and adds what is wrong with it otherwise.
func (f *file) withinBounds(root *yaml.Node) bool {
	b := bounds{
		file: f, ok: true,
		extents: make(map[*yaml.Node]extent), open: make(map[*yaml.Node]bool),
	}
	f.values += b.visit(root, 0).values
	return b.ok
}

// visit returns the extent of a tree. After a failure it returns at once.
func (b *bounds) visit(n *yaml.Node, depth int) extent {
	if !b.ok {
		return extent{}
	}
	known, seen := b.extents[n]
	if depth+known.height > MaxDepth {
		return b.fail(n, fmt.Sprintf("nested more than %d levels deep", MaxDepth))
	}
	switch {
	case seen:
		return known
	case n.Kind == yaml.AliasNode && b.open[n.Alias]:
		return b.fail(n, fmt.Sprintf("alias *%s is inside its own anchor", bare(n.Value)))
	case n.Kind == yaml.AliasNode:
		return b.visit(n.Alias, depth)
	case n.Kind == yaml.ScalarNode && len(n.Value) > MaxScalarBytes:
		return b.fail(n, fmt.Sprintf("value of %d bytes; at most %d are allowed",
			len(n.Value), MaxScalarBytes))
	case n.Anchor == "":
		return b.children(n, depth)
	}
	b.open[n] = true
	e := b.children(n, depth)
	delete(b.open, n)
	b.extents[n] = e
	return e
}

func (b *bounds) children(n *yaml.Node, depth int) extent {
	e := extent{values: 1}
	for _, child := range n.Content {
		c := b.visit(child, depth+1)
		e.values = min(e.values+c.values, math.MaxInt32)
		e.height = max(e.height, c.height+1)
	}
	if b.ok && b.file.values+e.values > MaxValues {
		return b.fail(n, fmt.Sprintf("more than %d values once aliases are replaced", MaxValues))
	}
	return e
}

// countValues is the number of values in a tree that is within bounds, aliases replaced.
func countValues(n *yaml.Node) int {
	count := 1
	for _, child := range deref(n).Content {
		count += countValues(child)
	}
	return count
}

func (b *bounds) fail(n *yaml.Node, msg string) extent {
	b.ok = false
	b.file.addAt(n.Line, n.Column, msg)
	return extent{}
}
