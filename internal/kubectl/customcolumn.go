package kubectl

import (
	"errors"
	"fmt"
	"strings"

	"github.com/daemonsim/daemonsim/cluster"
)

// customTable is the argument of -o custom-columns: columns with a path each.
type customTable struct {
	headers []string
	paths   []path
}

const columnsFileForm = "Expected format is one line of space separated headers, " +
	"one line of space separated column specs."

// readColumns reads HEADER:PATH,... or, in a file, a line of headers above a line of paths.
func (c *call) readColumns(name, argument string) (*customTable, error) {
	if argument == "" {
		return nil, errors.New("custom-columns format specified but no custom columns given")
	}
	if name == "custom-columns" {
		return parseColumns(argument)
	}
	text, ok := c.readFile(argument)
	if !ok {
		return nil, fmt.Errorf("error reading template %s, open %s: no such file or directory",
			argument, argument)
	}
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	switch {
	case text == "":
		return nil, worded("invalid template, missing header line. " + columnsFileForm)
	case len(lines) == 1:
		return nil, worded("invalid template, missing spec line. " + columnsFileForm)
	}
	headers, specs := strings.Fields(lines[0]), strings.Fields(lines[1])
	if len(headers) != len(specs) {
		return nil, fmt.Errorf("number of headers (%d) and field specifications (%d) don't match",
			len(headers), len(specs))
	}
	t := &customTable{}
	for i := range headers {
		if err := t.add(headers[i], specs[i]); err != nil {
			return nil, err
		}
	}
	return t, nil
}

func parseColumns(text string) (*customTable, error) {
	t := &customTable{}
	for part := range strings.SplitSeq(text, ",") {
		header, expression, ok := strings.Cut(part, ":")
		if !ok {
			return nil, fmt.Errorf("unexpected custom-columns spec: %s, expected <header>:<json-path-expr>", part)
		}
		if err := t.add(header, expression); err != nil {
			return nil, err
		}
	}
	return t, nil
}

func (t *customTable) add(header, expression string) error {
	p, err := parseRelaxedPath(expression)
	t.headers, t.paths = append(t.headers, header), append(t.paths, p)
	return err
}

// customRows are the rows of a table of objects whose columns the user has chosen.
func (c *call) customRows(t *customTable, objects []cluster.Object, headers bool) [][]string {
	var rows [][]string
	if headers {
		rows = append(rows, append([]string(nil), t.headers...))
	}
	for _, obj := range objects {
		value := c.values(obj)
		row := make([]string, len(t.paths))
		for i, p := range t.paths {
			row[i] = customCell(p.find(value, value))
		}
		rows = append(rows, row)
	}
	return rows
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
