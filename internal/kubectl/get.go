package kubectl

import (
	"errors"
	"fmt"
	"slices"

	"github.com/daemonsim/daemonsim/cluster"
)

// get prints objects.
func get(c *call) error {
	list, err := c.getTargets()
	if err != nil {
		return err
	}
	print, err := c.printer(list)
	if err != nil {
		return err
	}
	objects, missing := c.find(list)
	if err := c.sort(objects); err != nil {
		return err
	}
	if missing == nil || len(objects) > 0 {
		if err := print(objects); err != nil {
			return errors.Join(err, missing)
		}
	}
	return missing
}

func (c *call) getTargets() ([]target, error) {
	list, err := targets(c.args)
	if err != nil || len(list) > 0 {
		return list, err
	}
	if c.opts.filesGiven {
		list, _, err = c.fileTargets()
		return list, err
	}
	return nil, errors.New("required resource not specified, such as: kubectl get pods")
}

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
		res := resourceOf(kind)
		t := table{
			res: res, objects: objects[start:end], wide: c.opts.output == "wide",
			headers: !c.opts.noHeaders, labels: c.opts.showLabels,
			labelColumns: c.opts.labelColumns, kinds: several || c.opts.showKind,
			spaces: c.opts.allNamespaces && res.scope == cluster.Namespaced, view: &view{c.sim},
		}
		t.print(&c.out)
		start = end
	}
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
