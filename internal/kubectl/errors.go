package kubectl

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/disruption"
	"github.com/daemonsim/daemonsim/cluster/field"
)

// raw is an error whose text is printed as it is.
type raw string

func (e raw) Error() string { return string(e) }

// worded is an error in kubectl's own words, which are not always those of a Go error.
type worded string

func (e worded) Error() string { return string(e) }

// duringError says what was being done when an operation failed.
type duringError struct {
	what string
	err  error
}

func (e *duringError) Error() string { return e.what + ": " + e.err.Error() }

func (e *duringError) Unwrap() error { return e.err }

// each returns the errors that errors.Join has put together, or the error alone.
func each(err error) []error {
	if err == nil {
		return nil
	}
	if list, ok := err.(interface{ Unwrap() []error }); ok {
		var all []error
		for _, e := range list.Unwrap() {
			all = append(all, each(e)...)
		}
		return all
	}
	return []error{err}
}

// Message is an error in kubectl's words, with what it starts with: error, or Error from server.
func Message(err error) string { return message(err, resourceOf) }

// message is Message where types are looked up by the function given.
func message(err error, of func(cluster.Kind) *resource) string {
	if text, ok := err.(raw); ok {
		return string(text)
	}
	var failed *cluster.ObjectError
	if !errors.As(err, &failed) {
		return "error: " + err.Error()
	}
	if list, ok := errors.AsType[field.ErrorList](err); ok {
		return invalidMessage(string(failed.Kind), baseName(failed.Key), list)
	}
	reason, text := serverError(failed, of)
	if during, ok := errors.AsType[*duringError](err); ok {
		text = during.what + ": " + text
	}
	return fmt.Sprintf("Error from server (%s): %s", reason, text)
}

// serverText is an error without what Message starts with.
func serverText(err error) string {
	var failed *cluster.ObjectError
	if !errors.As(err, &failed) {
		return err.Error()
	}
	if refused, ok := errors.AsType[*disruption.RefusedError](err); ok {
		return refused.Error()
	}
	_, text := serverError(failed, resourceOf)
	return text
}

// serverError is the reason and the text with which an API server refuses a request.
func serverError(e *cluster.ObjectError, of func(cluster.Kind) *resource) (reason, text string) {
	what := fmt.Sprintf("%s %q", of(e.Kind).qualifiedPlural(), baseName(e.Key))
	switch {
	case errors.Is(e.Err, cluster.ErrNotFound):
		return "NotFound", what + " not found"
	case errors.Is(e.Err, cluster.ErrAlreadyExists):
		return "AlreadyExists", what + " already exists"
	case errors.Is(e.Err, cluster.ErrConflict):
		return "Conflict", fmt.Sprintf("Operation cannot be fulfilled on %s: the object has been modified; "+
			"please apply your changes to the latest version and try again", what)
	case errors.Is(e.Err, cluster.ErrForbidden):
		detail := strings.TrimPrefix(e.Err.Error(), cluster.ErrForbidden.Error()+": ")
		return "Forbidden", what + " is forbidden: " + detail
	}
	return "BadRequest", fmt.Sprintf("%s: %v", what, e.Err)
}

// invalidMessage tells of one finding on the line and of several as a list.
func invalidMessage(kind, name string, list field.ErrorList) string {
	var lines []string
	for _, e := range list {
		if text := e.Error(); !slices.Contains(lines, text) {
			lines = append(lines, text)
		}
	}
	head := fmt.Sprintf("The %s %q is invalid: ", kind, name)
	if len(lines) == 1 {
		return head + lines[0] + "\n"
	}
	return head + "\n* " + strings.Join(lines, "\n* ") + "\n"
}

// baseName is the name in a key, without the namespace.
func baseName(key string) string { return key[strings.LastIndexByte(key, '/')+1:] }

func notFound(r *resource, name string) error {
	return &cluster.ObjectError{Op: "get", Kind: r.kind, Key: name, Err: cluster.ErrNotFound}
}
