package kubectl

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/taints"
)

// taint puts taints on nodes and takes them away.
func taint(c *call) error {
	args, specs, err := splitTaints(c.args)
	if err != nil {
		return err
	}
	if len(args) == 0 {
		return errors.New("one or more resources must be specified as <resource> <name>")
	}
	if len(specs) == 0 {
		return errors.New("at least one taint update is required")
	}
	add, remove, err := taints.ParseSpec(specs)
	if err != nil {
		return fmt.Errorf("%w\nSee 'kubectl taint -h' for help and examples", taintMistake(specs, err))
	}
	list, err := c.targets(args)
	if err != nil {
		return err
	}
	for _, t := range list {
		if t.res.kind != cluster.KindNode {
			return fmt.Errorf("invalid resource type %s, only node types are supported", t.res.plural)
		}
	}
	if list[0].name == "" && !c.opts.all && !c.opts.selectorGiven {
		return errors.New("at least one resource name must be specified since 'all' parameter is not set")
	}
	objects, missing := c.find(list)
	var errs []error
	for _, obj := range objects {
		errs = append(errs, c.taintOne(obj.(*cluster.Node), add, remove))
	}
	return errors.Join(errors.Join(errs...), missing)
}

// taintMistake says what is wrong with the first taint that cannot be read, in kubectl's words.
func taintMistake(specs []string, err error) error {
	for _, spec := range specs {
		_, _, mistake := taints.ParseSpec([]string{spec})
		switch {
		case errors.Is(mistake, taints.ErrEffect):
			_, effect, _ := strings.Cut(strings.TrimSuffix(spec, "-"), ":")
			return fmt.Errorf("invalid taint effect: %s, unsupported taint effect", effect)
		case mistake != nil:
			_, why, found := strings.Cut(mistake.Error(), fmt.Sprintf("%q: ", strings.TrimSuffix(spec, "-")))
			if found {
				why = ", " + why
			}
			return fmt.Errorf("invalid taint spec: %s%s", spec, why)
		}
	}
	return err
}

// splitTaints parts the nodes from the taints, which begin with the first argument that has = or : in
// it, or - at its end.
func splitTaints(args []string) (nodes, specs []string, err error) {
	isTaint := func(arg string) bool { return strings.ContainsAny(arg, "=:") || strings.HasSuffix(arg, "-") }
	i := slices.IndexFunc(args, isTaint)
	if i < 0 {
		return args, nil, nil
	}
	for _, arg := range args[i:] {
		if !isTaint(arg) {
			return nil, nil, fmt.Errorf("all resources must be specified before taint changes: %s", arg)
		}
	}
	return args[:i], args[i:], nil
}

func (c *call) taintOne(n *cluster.Node, add, remove []taints.Taint) error {
	if there := common(n.Spec.Taints, add); len(there) > 0 && !c.opts.overwrite {
		return fmt.Errorf("node %s already has %s taint(s) with same effect(s) and --overwrite is false",
			n.Name, strings.Join(there, ","))
	}
	next := slices.Clone(add)
	for _, t := range n.Spec.Taints {
		if !slices.ContainsFunc(add, t.Same) {
			next = append(next, t)
		}
	}
	added := len(next) != len(n.Spec.Taints)
	before := len(next)
	var errs []error
	for _, r := range remove {
		length := len(next)
		next = slices.DeleteFunc(next, func(t taints.Taint) bool {
			return t.Key == r.Key && (r.Effect == "" || t.Effect == r.Effect)
		})
		if len(next) == length {
			errs = append(errs, fmt.Errorf("taint %q not found", r))
		}
	}
	if len(errs) > 0 {
		return errors.Join(errs...)
	}
	shown, _, err := c.change(n, func(o cluster.Object) { o.(*cluster.Node).Spec.Taints = next })
	if err != nil {
		return err
	}
	return c.report(shown, taintOutcome(added, len(next) < before, c.opts.overwrite))
}

// common lists the keys of the taints that a node has already.
func common(there, add []taints.Taint) []string {
	var keys []string
	for _, t := range add {
		if slices.ContainsFunc(there, t.Same) {
			keys = append(keys, t.Key)
		}
	}
	return keys
}

func taintOutcome(added, removed, overwrite bool) string {
	switch {
	case added && removed || overwrite:
		return "modified"
	case added:
		return "tainted"
	}
	return "untainted"
}
