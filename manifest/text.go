package manifest

import "go.yaml.in/yaml/v3"

// ToJSON reads one value, YAML or JSON, and returns it as JSON, with the keys in the order of the text. It
// means what it would mean in a manifest. The name is for messages; the error is an [ErrorList].
func ToJSON(name string, data []byte) ([]byte, error) {
	f := &file{name: name, schemas: make(schemas)}
	root := f.single(data)
	if err := f.mistakes().err(); err != nil {
		return nil, err
	}
	if root == nil {
		return []byte("null"), nil
	}
	return appendTree(nil, root), nil
}

// single returns the root of the only document of a text, nil if there is none.
func (f *file) single(data []byte) *yaml.Node {
	if len(data) > MaxScalarBytes {
		f.addAt(1, 1, "the text is too long")
		return nil
	}
	text, ok := f.checkEncoding(data)
	if !ok {
		return nil
	}
	var roots []*yaml.Node
	for _, doc := range split(text) {
		roots = append(roots, f.parseDocument(doc)...)
	}
	switch {
	case len(roots) == 0:
		return nil
	case len(roots) > 1:
		f.addAt(1, 1, "more than one document")
		return nil
	case !f.withinBounds(roots[0]):
		return nil
	}
	f.checkKeys(roots[0])
	return roots[0]
}

// checkKeys reports the keys of a tree that cannot be one or are there twice.
func (f *file) checkKeys(n *yaml.Node) {
	p := at(n, nil)
	if p.node.Kind == yaml.MappingNode {
		for _, e := range f.entriesOnce(p) {
			f.checkKeys(e.value)
		}
		return
	}
	for _, item := range p.node.Content {
		f.checkKeys(item)
	}
}
