// Package field says what is wrong with an object, and where: typed errors that carry the path
// to the field, the value found there and an explanation.
//
// A validator walks an object with a [Path] in hand, extends it with [Path.Child], [Path.Index]
// and [Path.Key], and appends one [Error] per finding to an [ErrorList]. It never stops at the
// first: a user who gets all findings at once corrects them at once. Start with [NewPath]:
//
//	spec := field.NewPath("spec")
//	var errs field.ErrorList
//	if minReadySeconds < 0 {
//		errs = append(errs, field.Invalid(spec.Child("minReadySeconds"), minReadySeconds,
//			"must be greater than or equal to 0"))
//	}
//	return errs.Err()
//
// # Guarantees
//
// A Path is immutable and cheap to extend, so it can be shared and passed by value; its text is
// built only when an error is made. Errors keep the order in which they were appended. Printing
// an Error never panics, whatever its BadValue is.
//
// # Differences from Kubernetes
//
// The kinds, their words and the layout of a message are those of Kubernetes. Errors carry no "origin" and
// no "declarative" mark.
package field
