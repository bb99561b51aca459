package kubectl

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"text/template"
	"text/template/parse"
)

// goTemplate is the argument of -o go-template.
type goTemplate struct {
	text   string
	parsed *template.Template
	// most bounds every execution, left is what the one under way may still do.
	most allowance
	left *allowance
}

// parseGoTemplate reads a template. It has kubectl's functions, exists and base64decode, beside those that
// every template has.
func parseGoTemplate(text string) (*goTemplate, error) {
	t := &goTemplate{text: text, most: fullAllowance(), left: &allowance{}}
	parsed, err := template.New("output").Funcs(template.FuncMap{
		"exists": exists, "base64decode": base64decode,
		"print":    bounded(t.left, fmt.Sprint),
		"println":  bounded(t.left, fmt.Sprintln),
		"html":     bounded(t.left, template.HTMLEscaper),
		"js":       bounded(t.left, template.JSEscaper),
		"urlquery": bounded(t.left, template.URLQueryEscaper),
		"printf":   t.left.printf,
	}).Parse(text)
	if err != nil {
		return nil, err
	}
	t.parsed = parsed.Funcs(template.FuncMap{
		enterStep: t.left.enter, leaveStep: t.left.leave, loopStep: t.left.loop,
	})
	for _, each := range t.parsed.Templates() {
		if each.Tree == nil {
			continue
		}
		countSteps(each.Root)
		body := append([]parse.Node{stepNode(enterStep)}, each.Root.Nodes...)
		each.Root.Nodes = append(body, stepNode(leaveStep))
	}
	return t, nil
}

// execute fills the template in with JSON values. When it fails on the way, what it has printed stands,
// and what may help to find the mistake follows; a template that has been stopped leaves nothing.
func (t *goTemplate) execute(out *stream, value any) error {
	t.left.begin(t.most)
	var text strings.Builder
	root := plain(value)
	err := t.parsed.Execute(&boundedWriter{&text, t.left}, root)
	if stop, ok := errors.AsType[*exhaustedError](err); ok {
		return stop
	}
	out.WriteString(text.String())
	if err == nil {
		return nil
	}
	data, _ := json.Marshal(value) // JSON values are JSON
	fmt.Fprintf(out, "Error executing template: %v. "+
		"Printing more information for debugging the template:\n", err)
	fmt.Fprintf(out, "\ttemplate was:\n\t\t%v\n\traw data was:\n\t\t%s\n", t.text, data)
	fmt.Fprintf(out, "\tobject given to template engine was:\n\t\t%+v\n\n", root)
	return fmt.Errorf("error executing template %q: %w", t.text, err)
}

// plain makes of numbers what templates count and compare with: whole ones where they are whole.
func plain(value any) any {
	switch v := value.(type) {
	case map[string]any:
		next := make(map[string]any, len(v))
		for _, key := range sortedKeys(v) {
			next[key] = plain(v[key])
		}
		return next
	case []any:
		next := make([]any, len(v))
		for i, item := range v {
			next[i] = plain(item)
		}
		return next
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return n
		}
		f, _ := v.Float64()
		return f
	}
	return value
}

// exists reports whether there is something that is not null behind the indices, one after the other.
func exists(item any, indices ...any) bool {
	for _, index := range indices {
		switch v := item.(type) {
		case map[string]any:
			key, ok := index.(string)
			if !ok {
				return false
			}
			item = v[key]
		case []any:
			i := reflect.ValueOf(index)
			if !i.CanInt() || i.Int() < 0 || i.Int() >= int64(len(v)) {
				return false
			}
			item = v[i.Int()]
		default:
			return false
		}
	}
	return item != nil
}

func base64decode(text string) (string, error) {
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return "", fmt.Errorf("base64 decode failed: %w", err)
	}
	return string(data), nil
}
