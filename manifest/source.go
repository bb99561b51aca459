package manifest

import (
	"strconv"
	"strings"

	"github.com/daemonsim/daemonsim/cluster/field"
	"go.yaml.in/yaml/v3"
)

// Source is where an object stands in a file. It keeps the parsed text, so that every field can be
// found again when something turns out to be wrong with it later on.
type Source struct {
	// File is the name that the file was given.
	File string

	root *yaml.Node
	// path leads from the document to the object, through the items of a list; often nil.
	path *field.Path
}

// Line is the line of the field at a path, as in spec.template.spec.containers[0].image or
// metadata.labels[app], within the object. When there is no such field it is that of the innermost
// one around it that is there; the empty path is the object itself. The nil Source answers 0.
func (s *Source) Line(path string) int {
	line, _ := s.Position(path)
	return line
}

// Position is the line and the column of a field; see [Source.Line].
func (s *Source) Position(path string) (line, column int) {
	if s == nil {
		return 0, 0
	}
	at, _, _ := s.find(path)
	return at.Line, at.Column
}

// Text is the text of the field at a path as the file states it, also of a field that is accepted and not
// kept, such as status.phase of a Pod. It is "" when there is no such field and when it holds no text.
func (s *Source) Text(path string) string {
	if s == nil {
		return ""
	}
	_, node, found := s.find(path)
	if !found || shapeOf(node) != scalarString.String() {
		return ""
	}
	return resolve(node).text
}

// JSON returns the object as JSON, with all that the file says of it, in the order in which it says it. It
// is nil for the nil Source.
func (s *Source) JSON() []byte {
	if s == nil {
		return nil
	}
	return appendTree(nil, s.root)
}

// find goes down to a field, or as far as there are fields: at is where it stands, node what it holds.
func (s *Source) find(path string) (at, node *yaml.Node, found bool) {
	at, node = s.root, deref(s.root)
	if rest, ok := strings.CutPrefix(path, "metadata.taints"); ok {
		// Kubernetes calls the taints of a node metadata.taints.
		path = "spec.taints" + rest
	}
	for path != "" {
		next, key, rest := step(node, path)
		if next == nil {
			return at, node, false
		}
		at, node, path = key, deref(next), rest
	}
	return at, node, true
}

// fullPath puts the object's own path in front of one within it.
func (s *Source) fullPath(path string) string {
	prefix := s.path.String()
	if prefix == "" || path == "" {
		return prefix + path
	}
	return prefix + "." + path
}

// step goes down by one field. Names may hold any character, so the longest key wins that the path
// goes on with. The result is nil when there is none.
func step(n *yaml.Node, path string) (value, key *yaml.Node, rest string) {
	path = strings.TrimPrefix(path, ".")
	switch n.Kind {
	case yaml.SequenceNode:
		digits, after, ok := strings.Cut(strings.TrimPrefix(path, "["), "]")
		i, err := strconv.Atoi(digits)
		if !ok || err != nil || i < 0 || i >= len(n.Content) {
			return nil, nil, ""
		}
		return n.Content[i], n.Content[i], after
	case yaml.MappingNode:
		longest := -1
		for _, e := range entries(n) {
			if after, ok := cutName(path, e.name); ok && len(e.name) > longest {
				value, key, rest, longest = e.value, e.key, after, len(e.name)
			}
		}
		if longest < 0 {
			return stepMetadata(n, path)
		}
	}
	return value, key, rest
}

// stepMetadata goes down to metadata where a path leaves it out: Kubernetes calls the labels of a
// template spec.template.labels.
func stepMetadata(n *yaml.Node, path string) (value, key *yaml.Node, rest string) {
	_, labels := cutName(path, "labels")
	_, annotations := cutName(path, "annotations")
	if meta, ok := find(n, "metadata"); ok && (labels || annotations) {
		return meta.value, meta.key, path
	}
	return nil, nil, ""
}

// cutName removes a name from the front of a path, written name or [name].
func cutName(path, name string) (rest string, ok bool) {
	if rest, ok = strings.CutPrefix(path, "["+name+"]"); ok {
		return rest, true
	}
	rest, ok = strings.CutPrefix(path, name)
	return rest, ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
}
