package kubectl

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/daemonsim/daemonsim/cluster"
)

// changeCauseAnnotation says why a revision was made. It may always be overwritten.
const changeCauseAnnotation = "kubernetes.io/change-cause"

// annotate sets annotations and takes them away.
func annotate(c *call) error {
	args, e, err := c.readEdits("annotation")
	if err != nil {
		return err
	}
	objects, missing := c.findSome(args)
	var errs []error
	for _, obj := range objects {
		errs = append(errs, c.annotateOne(obj, e))
	}
	return errors.Join(errors.Join(errs...), missing)
}

func (c *call) annotateOne(obj cluster.Object, e edits) error {
	old := obj.Meta().Annotations
	taken := slices.DeleteFunc(e.taken(old), func(text string) bool {
		return strings.HasPrefix(text, "'"+changeCauseAnnotation+"' ")
	})
	if len(taken) > 0 && !c.opts.overwrite {
		return fmt.Errorf("--overwrite is false but found the following declared annotation(s): %s",
			strings.Join(taken, "; "))
	}
	next := e.apply(old)
	shown, _, err := c.change(obj, func(o cluster.Object) { o.Meta().Annotations = next })
	if err != nil {
		return err
	}
	return c.report(shown, "annotated")
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
