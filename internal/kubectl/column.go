package kubectl

import (
	"fmt"
	"strings"
	"time"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
)

// column is one column of a table.
type column struct {
	header string
	// wide columns show with -o wide only.
	wide bool
	cell func(*view, cluster.Object) string
}

// view is what cells are made from beside the object.
type view struct{ sim *daemonsim.Sim }

// since is the age of what happened at t. Stored times have whole seconds.
func (v *view) since(t time.Duration) string { return age(v.sim.Now() - t.Truncate(time.Second)) }

const none = "<none>"

func orNone(text string) string {
	if text == "" {
		return none
	}
	return text
}

// narrow and wide make columns whose cells are of one type of object.
func narrow[T cluster.Object](header string, cell func(*view, T) string) column {
	return column{header: header, cell: func(v *view, obj cluster.Object) string {
		return cell(v, obj.(T))
	}}
}

func wide[T cluster.Object](header string, cell func(*view, T) string) column {
	c := narrow(header, cell)
	c.wide = true
	return c
}

func nameColumn() column {
	return column{header: "NAME", cell: func(_ *view, obj cluster.Object) string { return obj.Meta().Name }}
}

func ageColumn() column {
	return column{header: "AGE", cell: func(v *view, obj cluster.Object) string {
		return v.since(obj.Meta().CreationTimestamp)
	}}
}

// formatLabels writes labels on one line, sorted.
func formatLabels(labels map[string]string) string {
	return orNone(affinity.SelectorFromSet(labels).String())
}

func formatSelector(s *affinity.LabelSelector) string {
	compiled, err := affinity.Compile(s)
	if err != nil {
		return "<error>"
	}
	return orNone(compiled.String())
}

// containerNames and containerImages list what the containers are called and what they run.
func containerNames(list []cluster.Container) string {
	return joined(list, func(c *cluster.Container) string { return c.Name })
}

func containerImages(list []cluster.Container) string {
	return joined(list, func(c *cluster.Container) string { return c.Image })
}

func joined(list []cluster.Container, text func(*cluster.Container) string) string {
	texts := make([]string, len(list))
	for i := range list {
		texts[i] = text(&list[i])
	}
	return strings.Join(texts, ",")
}

func number[T int | int32 | int64](n T) string { return fmt.Sprintf("%d", n) }
