package kubectl

import (
	"fmt"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/disruption"
	"github.com/daemonsim/daemonsim/manifest"
)

// defined are the types that the simulation has been told of, beside those that every one knows.
func (c *call) defined() []resource {
	var list []resource
	for _, d := range c.sim.Definitions() {
		if d.Object == nil {
			continue
		}
		list = append(list, resource{
			kind: d.Kind(), plural: d.PluralName(), singular: d.Singular(), short: d.ShortName,
			group: d.Group(), scope: d.Object.Scope(), columns: c.definedColumns(d.Columns), describe: describeDefined,
		})
	}
	return list
}

// definedColumns are the columns of a type that the simulation has been told of.
func (c *call) definedColumns(printed []manifest.PrinterColumn) []column {
	columns := []column{nameColumn()}
	for _, p := range printed {
		at, err := parseRelaxedPath(p.JSONPath)
		columns = append(columns, column{header: p.Name, cell: func(_ *view, obj cluster.Object) string {
			if err != nil {
				return ""
			}
			value := c.values(obj)
			if found := at.find(value, value); len(found) > 0 && found[0] != nil {
				return fmt.Sprint(found[0])
			}
			return ""
		}})
	}
	return append(columns, ageColumn())
}

// describeDefined writes what every object has, and the Events about it.
func describeDefined(d *describer, obj cluster.Object) {
	d.meta(obj)
	d.line(0, "API Version:\t%s", obj.APIVersion())
	d.line(0, "Kind:\t%s", obj.Kind())
	d.events(obj)
}

// scaleOne gives an object that has a scale another number of pods.
func (c *call) scaleOne(obj cluster.Object) error {
	doc, ok := c.values(obj).(map[string]any)
	if _, scaled := obj.(disruption.Scaled); !scaled || !ok {
		return raw("Error from server (NotFound): the server could not find the requested resource")
	}
	spec, _ := doc["spec"].(map[string]any)
	if spec == nil {
		spec = make(map[string]any)
		doc["spec"] = spec
	}
	spec["replicas"] = c.opts.replicas
	after, err := c.store(obj, doc, "")
	if err != nil {
		return err
	}
	return c.report(after, "scaled")
}
