package simtest

import (
	"errors"
	"fmt"
	"time"

	"github.com/daemonsim/daemonsim/cluster"
)

// Check is the name of a property.
type Check string

// The properties that a Checker looks at after every change.
const (
	Versions    Check = "versions"
	Counters    Check = "counters"
	Creation    Check = "creation"
	Deletion    Check = "deletion"
	Budget      Check = "budget"
	MissingNode Check = "missing-node"
	Life        Check = "life"
	Frozen      Check = "frozen"
)

// Violation is one thing that must not be.
type Violation struct {
	// Check is the property that does not hold.
	Check Check
	// Time is the virtual time at which that was seen.
	Time time.Duration
	// Object is what it is about, as "Kind namespace/name".
	Object string
	// Text says what is wrong.
	Text string
}

// Error is the violation in a line.
func (v *Violation) Error() string {
	return fmt.Sprintf("t=%v %s: %s: %s", v.Time, v.Check, v.Object, v.Text)
}

// report collects the violations of one check.
type report struct {
	check Check
	now   time.Duration
	list  []error
}

func (r *report) add(obj cluster.Object, format string, args ...any) {
	r.list = append(r.list, &Violation{r.check, r.now, nameOf(obj), fmt.Sprintf(format, args...)})
}

// err is nil when there was nothing to report.
func (r *report) err() error { return errors.Join(r.list...) }

func nameOf(obj cluster.Object) string { return string(obj.Kind()) + " " + obj.Meta().Key() }
