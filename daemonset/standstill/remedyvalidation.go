package standstill

import (
	"math"

	"github.com/daemonsim/daemonsim/cluster/field"
)

// Validate reports what keeps a remedy from being one, whatever the cluster it is for: a kind that there is not, no
// taint or toleration where the kind is about one, a number that its field does not take. The error is a
// field.ErrorList.
func (r Remedy) Validate() error {
	var errs field.ErrorList
	switch r.Kind {
	case RemoveTaint:
		if r.Taint == nil {
			errs = append(errs, field.Required(field.NewPath("taint"), ""))
		}
	case AddToleration:
		if r.Toleration == nil {
			errs = append(errs, field.Required(field.NewPath("toleration"), ""))
		}
	case SetMaxUnavailable, SetMaxSurge, SetMinReadySeconds:
		if r.Number < 0 || r.Number > math.MaxInt32 {
			errs = append(errs, field.Invalid(field.NewPath("number"), r.Number, "must be from 0 to 2147483647"))
		}
	default:
		if r.Kind.size() < 0 {
			errs = append(errs, field.NotSupported(field.NewPath("kind"), string(r.Kind)))
		}
	}
	return errs.Err()
}
