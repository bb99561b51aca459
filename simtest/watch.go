package simtest

import (
	"errors"
	"fmt"
	"slices"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/cluster"
)

// maxViolations bounds what a Checker keeps.
const maxViolations = 20

// Checker looks at every change of one simulation. Make one with Watch.
type Checker struct {
	sim    *daemonsim.Sim
	checks []changeCheck
	frozen *ledger

	violations []error
	more       int
	// changes counts the changes seen.
	changes int
}

// changeCheck is one property in the eyes of a Checker: it is told of every change, after it was made.
// What it finds goes into the report.
type changeCheck interface {
	name() Check
	change(sim *daemonsim.Sim, ch *cluster.Change, r *report)
}

// closer is a check that may have something left to say when nothing changes any more.
type closer interface {
	close(sim *daemonsim.Sim, r *report)
}

// Watch attaches a Checker to a simulation. It looks at every change from now on, for all properties but
// those in skip: a Planner of your own, for one, need not keep to the Budget and Deletion of Kubernetes.
//
// A fork is not watched: watch it as well. A Checker keeps every version of every object for Frozen, so
// skip that in a long run over many nodes.
func Watch(sim *daemonsim.Sim, skip ...Check) *Checker {
	c, shared := &Checker{sim: sim}, new(memo)
	for _, check := range []changeCheck{
		newVersions(sim), counters{}, &creation{memo: shared}, deletion{shared}, &budget{memo: shared}, &missingNode{},
		&life{},
	} {
		if !slices.Contains(skip, check.name()) {
			c.checks = append(c.checks, check)
		}
	}
	if !slices.Contains(skip, Frozen) {
		c.frozen = newLedger()
		for _, kind := range sim.Kinds() {
			for obj := range sim.Objects(kind, "") {
				c.frozen.record(obj)
			}
		}
	}
	sim.OnChange(c.observe)
	return c
}

func (c *Checker) observe(ch *cluster.Change) {
	c.changes++
	for _, check := range c.checks {
		r := report{check: check.name(), now: ch.Time}
		check.change(c.sim, ch, &r)
		c.take(r.list)
	}
	if c.frozen == nil {
		return
	}
	if ch.After != nil {
		c.frozen.record(ch.After)
	}
}

// take keeps the first violations and counts the others.
func (c *Checker) take(list []error) {
	room := min(len(list), maxViolations-len(c.violations))
	c.violations = append(c.violations, list[:room]...)
	c.more += len(list) - room
}

// Changes is the number of changes that the Checker has looked at.
func (c *Checker) Changes() int { return c.changes }

// Violated reports whether any change so far was wrong. It costs nothing; Err looks closer.
func (c *Checker) Violated() bool { return len(c.violations) > 0 }

// Err lists what was wrong up to now, nil if nothing was: the first 20 violations in their order. It
// looks again at everything that was ever stored, so call it at the end.
func (c *Checker) Err() error {
	list := slices.Clone(c.violations)
	for _, check := range c.checks {
		if last, ok := check.(closer); ok {
			r := report{check: check.name(), now: c.sim.Now()}
			last.close(c.sim, &r)
			list = append(list, r.list...)
		}
	}
	if c.frozen != nil {
		r := report{check: Frozen, now: c.sim.Now()}
		c.frozen.verify(&r)
		list = append(list, r.list...)
	}
	if c.more > 0 {
		list = append(list, fmt.Errorf("and %d more", c.more))
	}
	return errors.Join(list...)
}
