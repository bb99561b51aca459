package field

import (
	"strconv"
	"strings"
)

// Path is the way from an object's root to one of its fields, as in
// spec.template.spec.tolerations[0].effect. It is immutable: every method that extends it returns
// a new Path, and two extensions of one Path do not disturb each other. The nil Path is the root
// and may be extended.
type Path struct {
	parent *Path
	kind   step
	name   string // the child's name or the key
	index  int
}

// step says how an element of a path is written.
type step uint8

const (
	stepChild step = iota
	stepIndex
	stepKey
)

// NewPath returns the path that leads from the root through the given names. Without names it is
// nil, the root.
func NewPath(names ...string) *Path {
	return (*Path)(nil).Child(names...)
}

// Child returns p extended by field names, outermost first. Without names it returns p.
func (p *Path) Child(names ...string) *Path {
	for _, name := range names {
		p = &Path{parent: p, kind: stepChild, name: name}
	}
	return p
}

// Index returns p extended by a position in a list, written [i].
func (p *Path) Index(i int) *Path {
	return &Path{parent: p, kind: stepIndex, index: i}
}

// Key returns p extended by a key of a map, written [key].
func (p *Path) Key(key string) *Path {
	return &Path{parent: p, kind: stepKey, name: key}
}

// String returns the path as it stands in messages: spec.taints[0].effect, spec.limits[cpu]. The
// root is the empty string.
func (p *Path) String() string {
	if p == nil {
		return ""
	}
	var b strings.Builder
	p.write(&b)
	return b.String()
}

// write appends the text of p, parents first. Its depth is the depth of the object described.
func (p *Path) write(b *strings.Builder) {
	if p.parent != nil {
		p.parent.write(b)
	}
	switch p.kind {
	case stepIndex:
		b.WriteByte('[')
		b.WriteString(strconv.Itoa(p.index))
		b.WriteByte(']')
	case stepKey:
		b.WriteByte('[')
		b.WriteString(p.name)
		b.WriteByte(']')
	default:
		if p.parent != nil {
			b.WriteByte('.')
		}
		b.WriteString(p.name)
	}
}
