package cluster

import (
	"errors"
	"fmt"
)

// The reasons of failed operations, to be tested for with errors.Is.
var (
	ErrNotFound      = errors.New("not found")
	ErrAlreadyExists = errors.New("already exists")
	ErrConflict      = errors.New("the object has been modified; read it again and retry")
	ErrInvalid       = errors.New("invalid")
	ErrForbidden     = errors.New("forbidden")
	// ErrTooManyRequests says that the same request may succeed later: the answer 429 of an API server.
	ErrTooManyRequests = errors.New("too many requests")
	// ErrTimeout and ErrInternal are answers of a Fault: what was asked for may have been done all the same.
	ErrTimeout  = errors.New("timeout")
	ErrInternal = errors.New("internal error")
)

// ObjectError says which operation on which object failed, and why. Invalid input is an ObjectError
// that wraps both ErrInvalid and a field.ErrorList.
type ObjectError struct {
	// Op is the operation: create, update, delete, bind.
	Op string
	// Kind and Key name the object, Key as "namespace/name".
	Kind Kind
	Key  string
	// Err is the reason.
	Err error
}

// Error is the operation, the object and the reason.
func (e *ObjectError) Error() string {
	return fmt.Sprintf("%s %s %q: %v", e.Op, e.Kind, e.Key, e.Err)
}

// Unwrap returns the reason.
func (e *ObjectError) Unwrap() error { return e.Err }

// InvalidError is the reason of a refused object: everything that is wrong with it.
type InvalidError struct{ Err error }

// Error is what is wrong with the object.
func (e *InvalidError) Error() string { return e.Err.Error() }

// Is makes errors.Is(err, ErrInvalid) true.
func (e *InvalidError) Is(target error) bool { return target == ErrInvalid }

// Unwrap returns the list of field errors.
func (e *InvalidError) Unwrap() error { return e.Err }
