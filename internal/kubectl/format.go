package kubectl

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/manifest"
)

// format is the form of output that -o and --template ask for.
type format struct {
	// name is the word before the =; empty for the output that a verb has by itself.
	name string
	// write prints the JSON values of an object or of a List. It is nil for the formats that make lines of
	// objects.
	write func(value any) error
	// columns are those that the user has chosen.
	columns *customTable
	// documents is how many YAML documents there have been: a line parts each from the one before.
	documents int
}

// formats are the words that -o may start with, in alphabetical order.
func (c *call) formats() []string {
	list := []string{"go-template", "go-template-file", "json", "jsonpath", "jsonpath-as-json",
		"jsonpath-file", "name", "template", "templatefile", "yaml"}
	if c.verb.flags&flagsPrint != 0 {
		list = append([]string{"custom-columns", "custom-columns-file"}, list...)
		list = append(list[:len(list)-1], "wide", "yaml")
	}
	return list
}

// errNoTemplate says that a format wants an argument which is not there.
var errNoTemplate = errors.New("template format specified but no template given")

// readFormat reads -o and --template.
func (c *call) readFormat() (*format, error) {
	name, argument, given := strings.Cut(c.opts.output, "=")
	if c.opts.template != "" {
		if c.opts.output == "" {
			name = "go-template"
		}
		argument = c.opts.template
	}
	f := &format{name: name}
	var err error
	switch {
	case name == "" && !given:
	case !slices.Contains(c.formats(), name) || given && (c.opts.template != "" || !takesArgument(name)):
		return nil, fmt.Errorf("unable to match a printer suitable for the output format %q, "+
			"allowed formats are: %s", c.opts.output, strings.Join(c.formats(), ","))
	case name == "json":
		f.write = func(value any) error { return c.put(manifest.FormatJSON(value)) }
	case name == "yaml":
		f.write = func(value any) error { return c.putYAML(f, value) }
	case strings.HasPrefix(name, "custom-columns"):
		f.columns, err = c.readColumns(name, argument)
	case takesArgument(name):
		f.write, err = c.readTemplate(name, argument)
	}
	return f, err
}

func takesArgument(format string) bool {
	return strings.Contains(format, "template") || strings.HasPrefix(format, "jsonpath") ||
		strings.HasPrefix(format, "custom-columns")
}

func (c *call) put(text []byte) error {
	_, err := c.out.Write(text)
	return err
}

func (c *call) putYAML(f *format, value any) error {
	if f.documents++; f.documents > 1 {
		c.out.WriteString("---\n")
	}
	return c.put(manifest.FormatYAML(value))
}

// readTemplate reads a Go template or a JSONPath template, and returns what fills it in and prints it.
func (c *call) readTemplate(name, argument string) (func(value any) error, error) {
	if argument == "" {
		return nil, errNoTemplate
	}
	if strings.HasSuffix(name, "file") {
		text, ok := c.readFile(argument)
		if !ok {
			return nil, fmt.Errorf("error reading --template %s, open %s: no such file or directory",
				argument, argument)
		}
		argument = text
	}
	if !strings.HasPrefix(name, "jsonpath") {
		t, err := parseGoTemplate(argument)
		if err != nil {
			return nil, fmt.Errorf("error parsing template %s, %w", argument, err)
		}
		return func(value any) error { return t.execute(&c.out, value) }, nil
	}
	t, err := parseJSONTemplate(argument)
	if err != nil {
		return nil, fmt.Errorf("error parsing jsonpath %s, %w", argument, err)
	}
	return func(value any) error {
		if name == "jsonpath-as-json" {
			return c.put([]byte(t.lists(value)))
		}
		return c.put([]byte(t.text(value)))
	}, nil
}

// readFile returns the text of a file that the command line names.
func (c *call) readFile(name string) (string, bool) {
	if c.files == nil {
		return "", false
	}
	data, ok := c.files(name)
	return string(data), ok
}

// values returns an object as JSON values.
func (c *call) values(obj cluster.Object) any {
	return manifest.Values(obj, manifest.Options{Epoch: c.sim.Epoch()})
}

// listOf returns the JSON values of a List of objects.
func listOf(items []any) any {
	meta := map[string]any{"resourceVersion": ""}
	return map[string]any{"apiVersion": "v1", "kind": "List", "metadata": meta, "items": items}
}

// valuesOf returns objects as the JSON values of a List.
func (c *call) valuesOf(objects []cluster.Object) any {
	return manifest.ListValues(objects, manifest.Options{Epoch: c.sim.Epoch()})
}

// printOne prints one object by itself, in a format that is neither a table nor columns: its own JSON values, unless
// there are others.
func (c *call) printOne(f *format, obj cluster.Object, values any) error {
	switch {
	case f.name == "name":
		c.printf("%s\n", title(obj))
		return nil
	case values == nil:
		values = c.values(obj)
	}
	return f.write(values)
}
