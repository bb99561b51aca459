package kubectl

import (
	"errors"
	"fmt"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/rollout"
)

// daemonSets finds the DaemonSets that a rollout verb is about.
func (c *call) daemonSets() ([]*daemonset.DaemonSet, error) {
	list, err := c.targets(c.args)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, errors.New("required resource not specified")
	}
	objects, missing := c.find(list)
	var sets []*daemonset.DaemonSet
	errs := []error{missing}
	for _, obj := range objects {
		if set, ok := obj.(*daemonset.DaemonSet); ok {
			sets = append(sets, set)
			continue
		}
		errs = append(errs, c.noRollout(obj))
	}
	return sets, errors.Join(errs...)
}

// noRollout says that a verb is not for objects of this kind.
func (c *call) noRollout(obj cluster.Object) error {
	switch c.verb.name {
	case "rollout status":
		return fmt.Errorf("no status viewer has been implemented for %v", obj.Kind())
	case "rollout history":
		return noVisitor("history", obj)
	case "rollout undo":
		return noVisitor("rollbacker", obj)
	case "rollout restart":
		return unsupported(obj, "restarting")
	case "rollout pause":
		return unsupported(obj, "pausing")
	}
	return unsupported(obj, "resuming")
}

func noVisitor(what string, obj cluster.Object) error {
	return fmt.Errorf("error retrieving %s for %q, no visitor method exists for {%s %s}",
		what, obj.Kind(), resourceOf(obj.Kind()).group, obj.Kind())
}

func unsupported(obj cluster.Object, what string) error {
	return fmt.Errorf("%s %q %s is not supported", qualifiedPlural(obj.Kind()), obj.Meta().Name, what)
}

// eachDaemonSet does something with every DaemonSet that the command line names.
func (c *call) eachDaemonSet(do func(*daemonset.DaemonSet) error) error {
	sets, missing := c.daemonSets()
	var errs []error
	for _, set := range sets {
		errs = append(errs, do(set))
	}
	return errors.Join(errors.Join(errs...), missing)
}

// rolloutPause and rolloutResume fail, as DaemonSets cannot be paused.
func rolloutPause(c *call) error {
	return c.eachDaemonSet(func(set *daemonset.DaemonSet) error { return c.noRollout(set) })
}

func rolloutResume(c *call) error { return rolloutPause(c) }

// rolloutRestart replaces all pods.
func rolloutRestart(c *call) error {
	return c.eachDaemonSet(func(set *daemonset.DaemonSet) error {
		changed, err := daemonset.Restart(c.sim.Client, set, c.sim.Epoch().Add(c.sim.Now()))
		switch {
		case err != nil:
			return err
		case !changed:
			return fmt.Errorf("failed to create patch for %s: if restart has already been triggered within "+
				"the past second, please wait before attempting to trigger another", set.Name)
		}
		return c.report(c.sim.DaemonSet(set.Namespace, set.Name), "restarted")
	})
}

const appliedWarning = "Warning: resource %s/%s was previously managed with 'kubectl apply'. " +
	"Rolling back will not update the " + lastAppliedAnnotation + " annotation, which may cause unexpected " +
	"behavior on future 'kubectl apply' operations. Consider using 'kubectl apply' with your previous " +
	"configuration file instead."

// rolloutUndo goes back to an earlier revision.
func rolloutUndo(c *call) error {
	return c.eachDaemonSet(func(set *daemonset.DaemonSet) error {
		if _, ok := set.Annotations[lastAppliedAnnotation]; ok {
			c.warn(appliedWarning, resourceOf(set.Kind()).plural, set.Name)
		}
		changed, err := daemonset.Undo(c.sim.Client, set, c.opts.toRevision)
		switch {
		case errors.Is(err, rollout.ErrFewRevisions):
			return rollout.ErrFewRevisions
		case errors.Is(err, rollout.ErrNoRevision):
			return fmt.Errorf("%w %d in history", rollout.ErrNoRevision, c.opts.toRevision)
		case err != nil:
			return err
		}
		// With -o kubectl shows the DaemonSet that it has found, not the one that it leaves.
		return c.report(set, c.undoOutcome(set, changed))
	})
}

// undoOutcome says what became of a DaemonSet.
func (c *call) undoOutcome(set *daemonset.DaemonSet, changed bool) string {
	switch {
	case c.opts.dryRun == "client":
		return "will roll back to " + c.template(set.Namespace, set.Name)
	case !changed:
		return fmt.Sprintf("skipped rollback (current template already matches revision %d)", c.opts.toRevision)
	}
	return "rolled back"
}

// template describes the template of a DaemonSet as it is now.
func (c *call) template(namespace, name string) string {
	d := &describer{call: c}
	d.podTemplate(&c.sim.DaemonSet(namespace, name).Spec.Template)
	return d.text.String()
}
