package kubectl

import (
	"errors"
	"fmt"
	"time"

	"github.com/daemonsim/daemonsim/cluster"
)

// remove is kubectl delete.
func remove(c *call) error {
	opts, err := c.deleteOptions()
	if err != nil {
		return err
	}
	list, others, err := c.deleteTargets()
	if err != nil {
		return err
	}
	objects, missing := c.find(list)
	if len(objects) == 0 && missing == nil && !c.opts.filesGiven && !c.opts.ignoreNotFound {
		c.out.WriteString("No resources found\n")
	}
	if c.opts.force && len(objects) > 0 {
		c.warn(forceWarning)
	}
	var errs []error
	for _, obj := range objects {
		errs = append(errs, c.delete(obj, opts))
	}
	for _, other := range others {
		c.printf("%s not simulated\n", other)
	}
	return errors.Join(errors.Join(errs...), missing)
}

const forceWarning = "Warning: Immediate deletion does not wait for confirmation that the running " +
	"resource has been terminated. The resource may continue to run on the cluster indefinitely."

// noArguments is what kubectl answers to a delete of nothing.
const noArguments = `error: You must provide one or more resources by argument or filename.
Example resource specifications include:
   '-f rsrc.yaml'
   '--filename=rsrc.json'
   '<resource> <name>'
   '<resource>'`

// deleteOptions reads what the flags say about how to delete.
func (c *call) deleteOptions() (opts cluster.DeleteOptions, err error) {
	o := &c.opts
	if o.output != "" && o.output != "name" {
		return opts, fmt.Errorf("unexpected -o output mode: %s. We only support '-o name'", o.output)
	}
	switch o.cascade {
	case "background", "true":
	case "orphan", "false":
		opts.Propagation = cluster.Orphan
	case "foreground":
		opts.Propagation = cluster.Foreground
	default:
		return opts, fmt.Errorf(`invalid cascade value (%s). Must be "background", "foreground", or "orphan"`,
			o.cascade)
	}
	grace := o.gracePeriod
	switch {
	case o.now && grace >= 0:
		return opts, errors.New("--now and --grace-period cannot be specified together")
	case o.now:
		grace = 1
	case grace == 0 && !o.force:
		// kubectl guards against losing data by accident.
		grace = 1
	case grace > 0 && o.force:
		return opts, errors.New("--force and --grace-period greater than 0 cannot be specified together")
	case o.force:
		grace = 0
	}
	if grace >= 0 {
		const longest = 1<<31 - 1
		d := time.Duration(min(grace, longest)) * time.Second
		opts.GracePeriod = &d
	}
	return opts, nil
}

// deleteTargets finds what to delete. Others are objects in files that are not simulated.
func (c *call) deleteTargets() (list []target, others []string, err error) {
	if c.opts.filesGiven {
		return c.fileTargets()
	}
	list, err = c.targets(c.args)
	switch {
	case err != nil:
		return nil, nil, err
	case len(list) == 0:
		return nil, nil, raw(noArguments)
	case list[0].name == "" && !c.opts.all && !c.opts.selectorGiven:
		return nil, nil, errors.New("resource(s) were provided, but no name was specified")
	case c.opts.all && list[0].name != "":
		return nil, nil, errors.New("name cannot be provided when a selector is specified")
	}
	return list, nil, nil
}

func (c *call) delete(obj cluster.Object, opts cluster.DeleteOptions) error {
	m := obj.Meta()
	if obj.Kind() == kindEvent {
		return fmt.Errorf("events cannot be deleted here: %s", m.Name)
	}
	if obj.Kind() == cluster.KindNamespace && isProtected(m.Name) {
		return raw(fmt.Sprintf("Error from server (Forbidden): namespaces %q is forbidden: "+
			"this namespace may not be deleted", m.Name))
	}
	if err := c.sim.Delete(obj.Kind(), m.Namespace, m.Name, opts); err != nil {
		return err
	}
	if c.opts.output == "name" {
		c.printf("%s\n", title(obj))
		return nil
	}
	word := "deleted"
	if c.opts.force {
		word = "force deleted"
	}
	from := ""
	if m.Namespace != "" {
		from = " from " + m.Namespace + " namespace"
	}
	c.done("%s %q %s%s", c.resourceOf(obj.Kind()).qualified(), m.Name, word, from)
	return nil
}

// isProtected reports whether an API server refuses to delete a namespace.
func isProtected(namespace string) bool {
	switch namespace {
	case cluster.DefaultNamespace, "kube-system", "kube-public":
		return true
	}
	return false
}
