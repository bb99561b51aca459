package kubectl

import (
	"errors"
	"fmt"

	"github.com/daemonsim/daemonsim/cluster"
)

// apply creates or changes the objects of files.
func apply(c *call) error {
	return c.eachEntry("apply", func(e entry) error {
		m := e.object.Meta()
		if m.Name == "" {
			return fmt.Errorf("from %s: cannot use generate name with apply", m.GenerateName)
		}
		format := "error when applying %q"
		if c.sim.Object(e.object.Kind(), m.Namespace, m.Name) == nil {
			format = "error when creating %q"
		}
		outcome, err := c.sim.Apply(e.object)
		if err != nil {
			return during(format, e.file, err)
		}
		c.done("%s %s", title(e.object), outcome)
		return nil
	})
}

// create creates the objects of files.
func create(c *call) error {
	return c.eachEntry("create", func(e entry) error {
		obj, err := c.sim.Create(e.object)
		if err != nil {
			return during("error when creating %q", e.file, err)
		}
		c.done("%s created", title(obj))
		return nil
	})
}

// eachEntry does something with every object of the files that is simulated. What goes wrong with one
// of them does not keep the others from being done.
func (c *call) eachEntry(what string, do func(entry) error) error {
	if !c.opts.filesGiven {
		return fmt.Errorf("must specify --filename/-f: the files that hold the objects to %s", what)
	}
	list, err := c.entries()
	if err != nil {
		return err
	}
	if len(list) == 0 {
		return fmt.Errorf("no objects passed to %s", what)
	}
	var errs []error
	for _, e := range list {
		if e.object == nil {
			c.printf("%s not simulated\n", e.other)
			continue
		}
		errs = append(errs, do(e))
	}
	return errors.Join(errs...)
}

func during(format, file string, err error) error {
	return &duringError{fmt.Sprintf(format, file), err}
}

// change stores the changed copy of an object. It reports whether that made a difference.
func (c *call) change(obj cluster.Object, edit func(cluster.Object)) (changed bool, err error) {
	next := obj.Clone()
	edit(next)
	after, err := c.sim.Update(next)
	return after != obj, err
}
