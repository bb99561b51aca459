package kubectl

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/daemonsim/daemonsim/cluster"
)

// target is one thing that a command line points at: an object by name or, without a name, the objects
// of a type.
type target struct {
	res  *resource
	name string
	// namespace is where a file says that the object is; else the flags say it.
	namespace string
}

// targets reads TYPE, TYPE NAME..., TYPE,TYPE NAME... and TYPE/NAME....
func (c *call) targets(args []string) ([]target, error) {
	if len(args) == 0 {
		return nil, nil
	}
	if slices.ContainsFunc(args, func(a string) bool { return strings.Contains(a, "/") }) {
		return c.slashTargets(args)
	}
	types, err := c.typeList(args[0])
	if err != nil {
		return nil, err
	}
	var list []target
	for _, r := range types {
		if len(args) == 1 {
			list = append(list, target{res: r})
		}
		for _, name := range args[1:] {
			if name == "" {
				return nil, errors.New("a resource name may not be empty")
			}
			list = append(list, target{res: r, name: name})
		}
	}
	return list, nil
}

func (c *call) slashTargets(args []string) ([]target, error) {
	var list []target
	for _, arg := range args {
		word, name, ok := strings.Cut(arg, "/")
		if !ok {
			return nil, fmt.Errorf("there is no need to specify a resource type as a separate argument "+
				"when passing arguments in resource/name form (e.g. '%s' instead of '%s'",
				"kubectl get resource/<resource_name>", "kubectl get resource resource/<resource_name>")
		}
		if strings.Contains(name, "/") {
			return nil, errors.New("arguments in resource/name form may not have more than one slash")
		}
		if word == "" || name == "" {
			return nil, errors.New("arguments in resource/name form must have a single resource and name")
		}
		r, err := c.resourceNamed(word)
		if err != nil {
			return nil, err
		}
		list = append(list, target{res: r, name: name})
	}
	return list, nil
}

// typeList reads types with commas between them. The word all means the types that hold workloads.
func (c *call) typeList(text string) ([]*resource, error) {
	var list []*resource
	for word := range strings.SplitSeq(text, ",") {
		words := []string{word}
		if word == "all" {
			words = []string{"pods", "daemonsets"}
		}
		for _, w := range words {
			r, err := c.resourceNamed(w)
			if err != nil {
				return nil, err
			}
			if !slices.ContainsFunc(list, func(o *resource) bool { return o.kind == r.kind }) {
				list = append(list, r)
			}
		}
	}
	return list, nil
}

// find returns the objects that targets point at. Objects by name come first come first served; those
// that are not there are in the error.
func (c *call) find(list []target) ([]cluster.Object, error) {
	var found []cluster.Object
	var errs []error
	for _, t := range list {
		switch {
		case t.name == "":
			objects, err := c.list(t.res)
			if err != nil {
				return nil, err
			}
			found = append(found, objects...)
		case c.opts.selectorGiven:
			return nil, errors.New("name cannot be provided when a selector is specified")
		case c.opts.allNamespaces:
			return nil, errors.New("a resource cannot be retrieved by name across all namespaces")
		default:
			if obj := c.object(t); obj != nil {
				found = append(found, obj)
			} else if !c.opts.ignoreNotFound {
				errs = append(errs, notFound(t.res, t.name))
			}
		}
	}
	return found, errors.Join(errs...)
}

// namespaceOf is where objects of a type are looked for: "" stands for everywhere.
func (c *call) namespaceOf(r *resource) string {
	if r.scope == cluster.ClusterScoped || c.opts.allNamespaces {
		return ""
	}
	return c.opts.namespace
}

// object returns the object that a target names, or nil.
func (c *call) object(t target) cluster.Object {
	namespace := t.namespace
	if namespace == "" {
		namespace = c.namespaceOf(t.res)
	}
	if t.res.kind != kindEvent {
		return c.sim.Object(t.res.kind, namespace, t.name)
	}
	for _, obj := range Events(c.sim, namespace) {
		if obj.Meta().Name == t.name {
			return obj
		}
	}
	return nil
}

// list returns the objects of a type that the selectors select, by namespace and name.
func (c *call) list(r *resource) ([]cluster.Object, error) {
	objects := func(ns string) []cluster.Object { return Events(c.sim, ns) }
	if r.kind != kindEvent {
		objects = func(ns string) []cluster.Object { return slices.Collect(c.sim.Objects(r.kind, ns)) }
	}
	var found []cluster.Object
	for _, f := range c.opts.fields {
		if err := f.known(r, &c.opts); err != nil {
			return nil, err
		}
	}
	for _, obj := range objects(c.namespaceOf(r)) {
		if c.opts.labels.Matches(obj.Meta().Labels) && matchFields(c.opts.fields, obj) {
			found = append(found, obj)
		}
	}
	return found, nil
}

// findSome is find for the verbs that change objects: they want a name, a selector or --all.
func (c *call) findSome(args []string) ([]cluster.Object, error) {
	list, err := c.targets(args)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, errors.New("one or more resources must be specified as <resource> <name> or <resource>/<name>")
	}
	if list[0].name == "" && !c.opts.all && !c.opts.selectorGiven {
		return nil, errors.New("resource(s) were provided, but no name was specified")
	}
	return c.find(list)
}
