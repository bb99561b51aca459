package kubectl

import (
	"errors"
	"fmt"
	"strings"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
)

// label sets labels and takes them away.
func label(c *call) error {
	args, e, err := c.readEdits("label")
	if err != nil {
		return err
	}
	for _, key := range e.order {
		if errs := affinity.KeyErrors(key); len(errs) > 0 {
			return fmt.Errorf("invalid label key: %q: %s", key+"="+e.set[key], strings.Join(errs, "; "))
		}
		if errs := affinity.ValueErrors(e.set[key]); len(errs) > 0 {
			return fmt.Errorf("invalid label value: %q: %s", key+"="+e.set[key], strings.Join(errs, "; "))
		}
	}
	objects, missing := c.findSome(args)
	var errs []error
	for _, obj := range objects {
		errs = append(errs, c.labelOne(obj, e))
	}
	return errors.Join(errors.Join(errs...), missing)
}

func (c *call) labelOne(obj cluster.Object, e edits) error {
	old := obj.Meta().Labels
	if taken := e.taken(old); len(taken) > 0 && !c.opts.overwrite {
		var errs []error
		for _, text := range taken {
			errs = append(errs, errors.New(text+", and --overwrite is false"))
		}
		return errors.Join(errs...)
	}
	for _, key := range e.remove {
		if _, ok := old[key]; !ok {
			c.printf("label %q not found.\n", key)
		}
	}
	next := e.apply(old)
	relabel := func(o cluster.Object) { o.Meta().Labels = next }
	if _, _, err := c.change(obj, relabel); err != nil {
		return err
	}
	// kubectl shows the labels that it has sent, and everything else as it was before.
	shown := obj.Clone()
	relabel(shown)
	return c.report(shown, labelOutcome(old, next))
}

// labelOutcome is one word for what became of the labels.
func labelOutcome(old, next map[string]string) string {
	set := false
	for _, key := range sortedKeys(next) {
		if value, ok := old[key]; !ok || value != next[key] {
			set = true
		}
	}
	switch {
	case set:
		return "labeled"
	case len(next) < len(old):
		return "unlabeled"
	}
	return "not labeled"
}
