package taints

import (
	"errors"
	"fmt"
	"strings"
)

// Errors of parsing, to be tested with errors.Is. The error returned names the text as well.
var (
	// ErrSyntax reports a text that is not of the form key=value:Effect.
	ErrSyntax = errors.New("invalid taint spec")
	// ErrEffect reports an effect that does not exist.
	ErrEffect = errors.New("invalid taint effect")
	// ErrDuplicate reports the same key and effect twice among the taints to add.
	ErrDuplicate = errors.New("duplicated taints with the same key and effect")
	// ErrConflict reports a taint that is to be added and removed at once.
	ErrConflict = errors.New("can not both modify and remove the same taint")
)

// ParseTaint reads a taint in kubectl's notation: key=value:Effect, key=:Effect or key:Effect. Key
// and value must have the syntax of a label's, and the effect must exist.
func ParseTaint(text string) (Taint, error) {
	t, err := parseParts(text)
	if err != nil {
		return Taint{}, err
	}
	if t.Effect == "" {
		return Taint{}, fmt.Errorf("%w: %q: the effect is missing, as in key=value:NoSchedule",
			ErrSyntax, text)
	}
	return t, nil
}

// ParseSpec reads the arguments of kubectl taint. An argument is a taint to add, as [ParseTaint]
// reads it, or, with a hyphen at its end, one to remove: key:Effect- removes that taint, key-
// removes the taints of that key whatever their effect, and a value does not matter. Taints to
// remove have no value and, if they stand for every effect, no effect.
//
// Two taints to add may not share key and effect, and no taint may be added and removed at once.
func ParseSpec(args []string) (add, remove []Taint, err error) {
	for _, arg := range args {
		if text, found := strings.CutSuffix(arg, "-"); found {
			t, err := parseParts(text)
			if err != nil {
				return nil, nil, err
			}
			remove = append(remove, Taint{Key: t.Key, Effect: t.Effect})
			continue
		}
		t, err := ParseTaint(arg)
		if err != nil {
			return nil, nil, err
		}
		if contains(add, t) {
			return nil, nil, fmt.Errorf("%w: %q", ErrDuplicate, arg)
		}
		add = append(add, t)
	}
	for _, t := range add {
		if contains(remove, t) || contains(remove, Taint{Key: t.Key}) {
			return nil, nil, fmt.Errorf("%w: %q", ErrConflict, t)
		}
	}
	return add, remove, nil
}

// parseParts reads key, key:Effect, key=value:Effect.
func parseParts(text string) (Taint, error) {
	rest, effect, hasEffect := strings.Cut(text, ":")
	if strings.Contains(effect, ":") {
		return Taint{}, fmt.Errorf("%w: %q", ErrSyntax, text)
	}
	key, value, hasValue := strings.Cut(rest, "=")
	if hasValue && (!hasEffect || strings.Contains(value, "=")) {
		return Taint{}, fmt.Errorf("%w: %q", ErrSyntax, text)
	}
	t := Taint{Key: key, Value: value, Effect: Effect(effect)}
	if hasEffect && !t.Effect.known() {
		return Taint{}, fmt.Errorf("%w: %q in %q; use NoSchedule, PreferNoSchedule or NoExecute",
			ErrEffect, effect, text)
	}
	if errs := keyErrors(key); len(errs) > 0 {
		return Taint{}, fmt.Errorf("%w: %q: %s", ErrSyntax, text, strings.Join(errs, "; "))
	}
	if errs := valueErrors(value); len(errs) > 0 {
		return Taint{}, fmt.Errorf("%w: %q: %s", ErrSyntax, text, strings.Join(errs, "; "))
	}
	return t, nil
}

// contains reports whether list has a taint of the same key and effect.
func contains(list []Taint, t Taint) bool {
	for _, other := range list {
		if other.Same(t) {
			return true
		}
	}
	return false
}
