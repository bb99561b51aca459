package manifest

import (
	"encoding/json"
	"strconv"

	"go.yaml.in/yaml/v3"
)

// deref follows an alias to what it stands for. The tree is known to be within bounds.
func deref(n *yaml.Node) *yaml.Node {
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n
}

// isNull reports whether a node holds nothing, which reads as if it were absent.
func isNull(n *yaml.Node) bool {
	n = deref(n)
	return n.Kind == yaml.ScalarNode && resolve(n).kind == scalarNull
}

// describe prints a node for a message.
func describe(n *yaml.Node) string {
	switch n = deref(n); n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	}
	return resolve(n).describe()
}

// shown is the node's value for [Error.Value]; nil for mappings and lists.
func shown(n *yaml.Node) any {
	if n = deref(n); n.Kind != yaml.ScalarNode {
		return nil
	}
	return resolve(n).value()
}

// entry is one key of a mapping with its value.
type entry struct {
	name       string
	key, value *yaml.Node
}

// entries lists a mapping in the order of the file. Keys that come from a merge (<<) follow, those
// left out that the mapping has itself.
func entries(n *yaml.Node) []entry {
	list := make([]entry, 0, len(n.Content)/2)
	var merges []*yaml.Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if isMerge(key) {
			merges = append(merges, value)
			continue
		}
		if name, ok := keyName(key); ok {
			list = append(list, entry{name, key, value})
		}
	}
	if merges == nil {
		return list
	}
	return merge(list, merges)
}

func merge(list []entry, merges []*yaml.Node) []entry {
	have := make(map[string]bool, len(list))
	for _, e := range list {
		have[e.name] = true
	}
	for _, source := range merges {
		for _, m := range mergedMappings(source) {
			for _, e := range entries(m) {
				if !have[e.name] {
					have[e.name] = true
					list = append(list, e)
				}
			}
		}
	}
	return list
}

// mergedMappings lists the mappings that a merge names: one, or several of which the first wins.
func mergedMappings(n *yaml.Node) []*yaml.Node {
	switch n = deref(n); n.Kind {
	case yaml.MappingNode:
		return []*yaml.Node{n}
	case yaml.SequenceNode:
		var list []*yaml.Node
		for _, item := range n.Content {
			if item = deref(item); item.Kind == yaml.MappingNode {
				list = append(list, item)
			}
		}
		return list
	}
	return nil
}

func isMerge(key *yaml.Node) bool {
	return key.Kind == yaml.ScalarNode && key.Tag == "!!merge"
}

// keyName is the text of a key. Keys that are numbers or booleans become text, as in JSON.
func keyName(key *yaml.Node) (name string, ok bool) {
	if key = deref(key); key.Kind != yaml.ScalarNode {
		return "", false
	}
	s := resolve(key)
	return s.text, s.kind != scalarNull && s.kind != scalarInvalid
}

// find returns the entry of a mapping that has the name.
func find(n *yaml.Node, name string) (e entry, ok bool) {
	if n = deref(n); n.Kind != yaml.MappingNode {
		return entry{}, false
	}
	for _, e := range entries(n) {
		if e.name == name {
			return e, true
		}
	}
	return entry{}, false
}

// appendTree appends a tree as compact JSON. Of a key that is there twice the first counts.
func appendTree(b []byte, n *yaml.Node) []byte {
	switch n = deref(n); n.Kind {
	case yaml.MappingNode:
		b = append(b, '{')
		for i, e := range entries(n) {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(appendString(b, e.name), ':')
			b = appendTree(b, e.value)
		}
		return append(b, '}')
	case yaml.SequenceNode:
		b = append(b, '[')
		for i, item := range n.Content {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendTree(b, item)
		}
		return append(b, ']')
	}
	s := resolve(n)
	if s.kind == scalarString || s.kind == scalarInvalid {
		return appendString(b, s.text)
	}
	return append(b, s.text...)
}

func appendString(b []byte, s string) []byte {
	text, err := json.Marshal(s)
	if err != nil {
		return strconv.AppendQuote(b, s)
	}
	return append(b, text...)
}
