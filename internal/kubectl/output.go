package kubectl

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/manifest"
)

func outputFormats() []string {
	return []string{"wide", "yaml", "json", "name", "custom-columns=HEADER:PATH,...", "jsonpath=TEMPLATE"}
}

// printer returns what prints objects in the format that -o asks for.
func (c *call) printer(list []target) (func([]cluster.Object) error, error) {
	format, argument, _ := strings.Cut(c.opts.output, "=")
	opts := manifest.Options{Epoch: c.sim.Epoch()}
	switch format {
	case "", "wide":
		return func(objects []cluster.Object) error {
			c.printTables(list, objects)
			return nil
		}, nil
	case "yaml":
		return c.document(list, func(o cluster.Object) []byte { return manifest.YAML(o, opts) },
			func(l []cluster.Object) []byte { return manifest.YAMLList(l, opts) }), nil
	case "json":
		return c.document(list, func(o cluster.Object) []byte { return manifest.JSON(o, opts) },
			func(l []cluster.Object) []byte { return manifest.JSONList(l, opts) }), nil
	case "name":
		return c.printNames, nil
	case "custom-columns":
		return c.customColumns(argument)
	case "jsonpath":
		return c.jsonPath(list, argument)
	}
	return nil, fmt.Errorf("unable to match a printer suitable for the output format %q, "+
		"allowed formats are: %s", c.opts.output, strings.Join(outputFormats(), ","))
}

// single reports whether a command line asks for one object, which is then not put into a List.
func single(list []target) bool { return len(list) == 1 && list[0].name != "" }

func (c *call) document(
	list []target, one func(cluster.Object) []byte, many func([]cluster.Object) []byte,
) func([]cluster.Object) error {
	return func(objects []cluster.Object) error {
		switch {
		case single(list) && len(objects) == 1:
			c.out.Write(one(objects[0]))
		case !single(list):
			c.out.Write(many(objects))
		}
		return nil
	}
}

func (c *call) printNames(objects []cluster.Object) error {
	for _, obj := range objects {
		c.printf("%s\n", title(obj))
	}
	return nil
}

// values returns an object as JSON values.
func (c *call) values(obj cluster.Object) any {
	return decodeJSON(manifest.JSON(obj, manifest.Options{Epoch: c.sim.Epoch()}))
}

func decodeJSON(text []byte) any {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		panic(fmt.Sprintf("kubectl: an object is not JSON: %v", err))
	}
	return value
}

// jsonPath prints what a template finds in the object or in the List of all objects.
func (c *call) jsonPath(list []target, text string) (func([]cluster.Object) error, error) {
	if text == "" {
		return nil, errors.New("template format specified but no template given, " +
			"such as -o jsonpath={.items[*].metadata.name}")
	}
	t, err := parseTemplate(text)
	if err != nil {
		return nil, fmt.Errorf("error parsing jsonpath %s, %w", text, err)
	}
	return func(objects []cluster.Object) error {
		var value any
		switch {
		case !single(list):
			value = decodeJSON(manifest.JSONList(objects, manifest.Options{Epoch: c.sim.Epoch()}))
		case len(objects) == 1:
			value = c.values(objects[0])
		default:
			return nil
		}
		c.out.WriteString(t.text(value))
		return nil
	}, nil
}

// customColumns prints a table whose columns the user has chosen, HEADER:PATH each.
func (c *call) customColumns(text string) (func([]cluster.Object) error, error) {
	if text == "" {
		return nil, errors.New("custom-columns format specified but no custom columns given")
	}
	var headers []string
	var paths []path
	for part := range strings.SplitSeq(text, ",") {
		header, expression, ok := strings.Cut(part, ":")
		if !ok {
			return nil, fmt.Errorf("unexpected custom-columns spec: %s, expected <header>:<json-path-expr>", part)
		}
		p, err := parseRelaxedPath(expression)
		if err != nil {
			return nil, err
		}
		headers, paths = append(headers, header), append(paths, p)
	}
	return func(objects []cluster.Object) error {
		c.printCustom(headers, paths, objects)
		return nil
	}, nil
}

func (c *call) printCustom(headers []string, paths []path, objects []cluster.Object) {
	w := newTable(&c.out)
	if !c.opts.noHeaders {
		writeRow(w, headers)
	}
	for _, obj := range objects {
		value := c.values(obj)
		row := make([]string, len(paths))
		for i, p := range paths {
			row[i] = customCell(p.find(value, value))
		}
		writeRow(w, row)
	}
	_ = w.Flush()
}

func customCell(found []any) string {
	if len(found) == 0 {
		return none
	}
	texts := make([]string, len(found))
	for i, v := range found {
		if texts[i] = fmt.Sprint(v); v == nil {
			texts[i] = none
		}
	}
	return strings.Join(texts, ",")
}
