package manifest

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/daemonsim/daemonsim/cluster"
)

// JSON returns an object as kubectl get -o json prints it.
func JSON(obj cluster.Object, opts Options) []byte { return indented(tree(obj, opts)) }

// YAML returns an object as kubectl get -o yaml prints it.
func YAML(obj cluster.Object, opts Options) []byte { return appendYAML(nil, tree(obj, opts), 0) }

// JSONList returns objects as one List, in their order.
func JSONList(objs []cluster.Object, opts Options) []byte { return indented(list(objs, opts)) }

// YAMLList returns objects as one List, in their order.
func YAMLList(objs []cluster.Object, opts Options) []byte {
	return appendYAML(nil, list(objs, opts), 0)
}

// Values returns an object as JSON values: maps, slices, texts, bools and json.Number. They are the caller's own.
func Values(obj cluster.Object, opts Options) any { return tree(obj, opts) }

// ListValues returns objects as the JSON values of one List, in their order.
func ListValues(objs []cluster.Object, opts Options) any { return list(objs, opts) }

// FormatJSON prints JSON values as [JSON] prints those of an object.
func FormatJSON(value any) []byte { return indented(value) }

// FormatYAML prints JSON values, with json.Number for numbers, as [YAML] prints those of an object.
func FormatYAML(value any) []byte { return appendYAML(nil, value, 0) }

func list(objs []cluster.Object, opts Options) any {
	items := make([]any, len(objs))
	for i, obj := range objs {
		items[i] = tree(obj, opts)
	}
	return map[string]any{
		"apiVersion": "v1",
		"kind":       "List",
		"metadata":   map[string]any{"resourceVersion": ""},
		"items":      items,
	}
}

// tree returns an object as JSON values.
func tree(obj cluster.Object, opts Options) any {
	text := cluster.AppendJSON(nil, obj, opts.epoch())
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		panic(fmt.Sprintf("manifest: JSON of %s %q: %v", obj.Kind(), obj.Meta().Key(), err))
	}
	return value
}

// indented writes a tree with its keys sorted, as kubectl does.
func indented(value any) []byte {
	text, err := json.MarshalIndent(value, "", "    ")
	if err != nil {
		panic(fmt.Sprintf("manifest: %v", err))
	}
	return append(text, '\n')
}
