package kubectl

import (
	"errors"

	"github.com/daemonsim/daemonsim/cluster"
)

// cordon marks nodes as unschedulable.
func cordon(c *call) error { return c.setUnschedulable(true) }

// uncordon takes the mark away.
func uncordon(c *call) error { return c.setUnschedulable(false) }

func (c *call) setUnschedulable(want bool) error {
	nodes, err := c.nodesNamed()
	if err == nil {
		c.mark(nodes, want)
	}
	return err
}

// nodesNamed are the nodes of a command line, by name or by selector. Where one is missing, nothing is done.
func (c *call) nodesNamed() ([]*cluster.Node, error) {
	if len(c.args) == 0 && !c.opts.selectorGiven && !c.opts.all {
		return nil, errors.New("USAGE: " +
			c.verb.name + " NODE [flags]\nSee 'kubectl " + c.verb.name + " -h' for help and examples")
	}
	if len(c.args) > 0 && c.opts.selectorGiven {
		return nil, errors.New("cannot specify both a node name and a --selector option\n" +
			"See 'kubectl " + c.verb.name + " -h' for help and examples")
	}
	objects, missing := c.find(nodeTargets(c.args))
	if missing != nil {
		return nil, each(missing)[0]
	}
	nodes := make([]*cluster.Node, len(objects))
	for i, obj := range objects {
		nodes[i] = obj.(*cluster.Node)
	}
	return nodes, nil
}

// mark cordons nodes, or takes the mark away. A node that cannot be marked does not keep the others from it.
func (c *call) mark(nodes []*cluster.Node, want bool) {
	verb := "cordon"
	if !want {
		verb = "uncordon"
	}
	for _, n := range nodes {
		if n.Spec.Unschedulable == want {
			c.done("%s already %sed", title(n), verb)
			continue
		}
		_, _, err := c.change(n, func(o cluster.Object) { o.(*cluster.Node).Spec.Unschedulable = want })
		if err != nil {
			c.warn("error: unable to %s node %q: %s", verb, n.Name, serverText(err))
			continue
		}
		c.done("%s %sed", title(n), verb)
	}
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
