package kubectl

import (
	"errors"
	"fmt"
	"text/tabwriter"

	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/rollout"
)

// rolloutHistory lists the revisions of a DaemonSet, or shows one of them.
func rolloutHistory(c *call) error {
	if n := c.opts.revision; n < 0 {
		return fmt.Errorf("revision must be a positive integer: %d", n)
	}
	return c.eachDaemonSet(func(set *daemonset.DaemonSet) error {
		own := daemonset.History(c.sim.Reader, set)
		switch {
		case c.form.name != "":
			return c.printRevisions(set, own)
		case len(own) == 0:
			c.printf("%s \nNo rollout history found.\n", title(set))
		case c.opts.revision > 0:
			return c.showRevision(set, own)
		default:
			c.listRevisions(set, own)
		}
		return nil
	})
}

func (c *call) listRevisions(set *daemonset.DaemonSet, own []*rollout.ControllerRevision) {
	c.printf("%s \n", title(set))
	w := tabwriter.NewWriter(&c.out, 0, 8, 2, ' ', 0)
	fmt.Fprint(w, "REVISION\tCHANGE-CAUSE\n")
	for i, r := range own {
		if isDouble(own, i) {
			continue
		}
		fmt.Fprintf(w, "%d\t%s\n", r.Revision, orNone(r.Annotations[changeCauseAnnotation]))
	}
	_ = w.Flush()
	c.out.WriteByte('\n')
}

// isDouble reports whether a revision has the number of the next: of the two only that is shown.
func isDouble(own []*rollout.ControllerRevision, i int) bool {
	return i+1 < len(own) && own[i+1].Revision == own[i].Revision
}

// printRevisions prints the DaemonSet as it would be at every revision, or at the one that is asked for.
func (c *call) printRevisions(set *daemonset.DaemonSet, own []*rollout.ControllerRevision) error {
	found := false
	for i, r := range own {
		if isDouble(own, i) || c.opts.revision > 0 && r.Revision != c.opts.revision {
			continue
		}
		template, err := rollout.Decode(r.Data)
		if err != nil {
			return err
		}
		then := set.Clone().(*daemonset.DaemonSet)
		then.Spec.Template, found = *template, true
		if err := c.report(then, ""); err != nil {
			return err
		}
	}
	if c.opts.revision > 0 && !found {
		return errors.New("unable to find the specified revision")
	}
	return nil
}

func (c *call) showRevision(set *daemonset.DaemonSet, own []*rollout.ControllerRevision) error {
	for i := range own {
		r := own[len(own)-1-i]
		if r.Revision != c.opts.revision {
			continue
		}
		template, err := rollout.Decode(r.Data)
		if err != nil {
			return err
		}
		d := &describer{call: c}
		d.podTemplate(template)
		c.printf("%s with revision #%d\n%s\n", title(set), r.Revision, d.text.String())
		return nil
	}
	return errors.New("unable to find the specified revision")
}
