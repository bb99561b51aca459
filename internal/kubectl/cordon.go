package kubectl

import (
	"errors"

	"github.com/daemonsim/daemonsim/cluster"
)

// cordon marks nodes as unschedulable.
func cordon(c *call) error { return c.setUnschedulable(true, "cordoned") }

// uncordon takes the mark away.
func uncordon(c *call) error { return c.setUnschedulable(false, "uncordoned") }

func (c *call) setUnschedulable(want bool, word string) error {
	if len(c.args) == 0 && !c.opts.selectorGiven && !c.opts.all {
		return errors.New("USAGE: " +
			c.verb.name + " NODE [flags]\nSee 'kubectl " + c.verb.name + " -h' for help and examples")
	}
	if len(c.args) > 0 && c.opts.selectorGiven {
		return errors.New("cannot specify both a node name and a --selector option\n" +
			"See 'kubectl " + c.verb.name + " -h' for help and examples")
	}
	objects, missing := c.find(nodeTargets(c.args))
	var errs []error
	for _, obj := range objects {
		n := obj.(*cluster.Node)
		if n.Spec.Unschedulable == want {
			c.done("%s already %s", title(n), word)
			continue
		}
		_, _, err := c.change(n, func(o cluster.Object) { o.(*cluster.Node).Spec.Unschedulable = want })
		if err != nil {
			errs = append(errs, err)
			continue
		}
		c.done("%s %s", title(n), word)
	}
	return errors.Join(errors.Join(errs...), missing)
}

// nodeTargets are the nodes of those names, written n1 or node/n1, or all of them.
func nodeTargets(names []string) []target {
	res := resourceOf(cluster.KindNode)
	if len(names) == 0 {
		return []target{{res: res}}
	}
	list := make([]target, len(names))
	for i, name := range names {
		list[i] = target{res: res, name: baseNodeName(res, name)}
	}
	return list
}

func baseNodeName(res *resource, name string) string {
	for _, prefix := range [...]string{res.singular, res.plural, res.short} {
		if len(name) > len(prefix) && name[:len(prefix)+1] == prefix+"/" {
			return name[len(prefix)+1:]
		}
	}
	return name
}
