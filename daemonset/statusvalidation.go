package daemonset

import (
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/field"
)

// ValidateStatusUpdate reports everything that is wrong with the status as the next version of old's: nothing
// that counts may be negative, and the collision count never goes down.
func (d *DaemonSet) ValidateStatusUpdate(old cluster.Object) field.ErrorList {
	s := &d.Status
	collisions, before := s.CollisionCount, old.(*DaemonSet).Status.CollisionCount
	var errs field.ErrorList
	for _, c := range [...]struct {
		name  string
		count int64
	}{
		{"currentNumberScheduled", int64(s.CurrentNumberScheduled)},
		{"numberMisscheduled", int64(s.NumberMisscheduled)},
		{"desiredNumberScheduled", int64(s.DesiredNumberScheduled)},
		{"numberReady", int64(s.NumberReady)},
		{"observedGeneration", s.ObservedGeneration},
		{"updatedNumberScheduled", int64(s.UpdatedNumberScheduled)},
		{"numberAvailable", int64(s.NumberAvailable)},
		{"numberUnavailable", int64(s.NumberUnavailable)},
		{"collisionCount", int64(countOf(collisions))},
	} {
		if c.count < 0 {
			errs = append(errs, notNegative(c.count, field.NewPath("status", c.name))...)
		}
	}
	if before != nil && (collisions == nil || *collisions < *before) {
		errs = append(errs,
			field.Invalid(field.NewPath("status", "collisionCount"), countOf(collisions), "cannot be decremented"))
	}
	return errs
}

func countOf(n *int32) int32 {
	if n == nil {
		return 0
	}
	return *n
}
