package kubectl

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/daemonsim/daemonsim/cluster"
)

// get prints objects, and goes on to print their changes when it is asked to watch.
func get(c *call) error {
	if err := c.checkColumns(); err != nil {
		return err
	}
	if c.opts.watch || c.opts.watchOnly {
		return c.watchObjects()
	}
	list, err := c.getTargets()
	if err != nil {
		return err
	}
	objects, missing := c.find(list)
	if err := c.sort(objects); err != nil {
		return err
	}
	if missing == nil || len(objects) > 0 {
		if err := c.print(c.form, list, objects); err != nil {
			return errors.Join(err, missing)
		}
	}
	return missing
}

// checkColumns refuses flags for tables where no table is printed.
func (c *call) checkColumns() error {
	o := &c.opts
	switch {
	case o.showLabels && o.output != "" && o.output != "wide":
		return fmt.Errorf("--show-labels option cannot be used with %s printer", o.output)
	case len(o.labelColumns) > 0 && strings.HasPrefix(o.output, "custom-columns"):
		return fmt.Errorf("--label-columns option cannot be used with %s printer", o.output)
	}
	return nil
}

func (c *call) getTargets() ([]target, error) {
	list, err := c.targets(c.args)
	if err != nil || len(list) > 0 {
		return list, err
	}
	if c.opts.filesGiven {
		list, _, err = c.fileTargets()
		return list, err
	}
	return nil, raw(noType)
}

// noType is what kubectl answers to a get of nothing.
const noType = `You must specify the type of resource to get. ` + useAPIResources + `

error: Required resource not specified.
Use "kubectl explain <resource>" for a detailed description of that resource (e.g. kubectl explain pods).
See 'kubectl get -h' for help and examples`

const useAPIResources = `Use "kubectl api-resources" for a complete list of supported resources.`

// printTables prints the objects in tables, one for each type.
func (c *call) printTables(list []target, objects []cluster.Object) {
	if len(objects) == 0 {
		c.printNothing(list)
		return
	}
	first := objects[0].Kind()
	several := slices.ContainsFunc(objects, func(o cluster.Object) bool { return o.Kind() != first })
	for start := 0; start < len(objects); {
		kind := objects[start].Kind()
		end := start
		for end < len(objects) && objects[end].Kind() == kind {
			end++
		}
		if start > 0 {
			c.out.WriteByte('\n')
		}
		t := c.table(c.resourceOf(kind))
		t.kinds = t.kinds || several
		t.spaces = t.spaces && t.res.scope == cluster.Namespaced
		t.print(&c.out, objects[start:end])
		start = end
	}
}

// table is the table that the flags ask for.
func (c *call) table(res *resource) *table {
	t := &table{
		res: res, wide: c.opts.output == "wide", headers: !c.opts.noHeaders,
		labels: c.opts.showLabels, labelColumns: c.opts.labelColumns, kinds: c.opts.showKind,
		spaces: c.opts.allNamespaces, view: &view{c.sim},
	}
	return t.withColumns()
}

// printNothing says that there are no objects, unless that was expected.
func (c *call) printNothing(list []target) {
	if c.opts.ignoreNotFound {
		return
	}
	everywhere := c.opts.allNamespaces ||
		slices.ContainsFunc(list, func(t target) bool { return t.res.scope == cluster.ClusterScoped })
	c.warn("%s", c.noResources(everywhere))
}

func (c *call) noResources(everywhere bool) string {
	if everywhere {
		return "No resources found"
	}
	return fmt.Sprintf("No resources found in %s namespace.", c.opts.namespace)
}
