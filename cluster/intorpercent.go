package cluster

import (
	"strconv"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster/field"
)

// Percent is the number before the percent sign of a percentage; false for anything else. A percentage
// that no int can hold is the largest int there is.
func (v *IntOrString) Percent() (percent int, ok bool) {
	if !v.IsString || len(affinity.PercentErrors(v.Str)) > 0 {
		return 0, false
	}
	// All are digits, so it can fail only by being too large.
	percent, _ = strconv.Atoi(v.Str[:len(v.Str)-1])
	return percent, true
}

// ValidateIntOrPercent asks for a number that is not negative or for a percentage. Nil is right.
func ValidateIntOrPercent(v *IntOrString, path *field.Path) field.ErrorList {
	switch {
	case v == nil:
		return nil
	case !v.IsString:
		return notBelowZero(path, int64(v.Int))
	}
	var errs field.ErrorList
	for _, msg := range affinity.PercentErrors(v.Str) {
		errs = append(errs, field.Invalid(path, *v, msg))
	}
	return errs
}

// ValidatePercent asks that a percentage be no more than everything. What is no percentage is right.
func ValidatePercent(v *IntOrString, path *field.Path) field.ErrorList {
	if v == nil {
		return nil
	}
	if percent, ok := v.Percent(); ok && percent > 100 {
		return field.ErrorList{field.Invalid(path, *v, "must not be greater than 100%")}
	}
	return nil
}
