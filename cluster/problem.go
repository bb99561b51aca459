package cluster

import (
	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster/field"
	"github.com/daemonsim/daemonsim/taints"
)

// SelectorErrors turns what is wrong with a selector into field errors below path.
func SelectorErrors(path *field.Path, problems affinity.Problems) field.ErrorList {
	var errs field.ErrorList
	for _, p := range problems {
		errs = append(errs, problemError(path, p.Field, string(p.Kind), p.Value, p.Detail))
	}
	return errs
}

// taintErrors does the same for taints and tolerations.
func taintErrors(path *field.Path, problems []taints.Problem) field.ErrorList {
	var errs field.ErrorList
	for _, p := range problems {
		if t, ok := p.Value.(taints.Taint); ok {
			p.Value = field.Internal(shownTaint{t.Key, t.Value, t.Effect, nil})
		}
		errs = append(errs, problemError(path, p.Field, string(p.Kind), p.Value, p.Detail))
	}
	return errs
}

// shownTaint is a taint as a message repeats it.
type shownTaint struct {
	Key, Value string
	Effect     taints.Effect
	TimeAdded  *string
}

// problemError puts a path and the rest of one together; the rest may begin with an index.
func problemError(path *field.Path, rest, kind string, value any, detail string) *field.Error {
	at := path.String()
	if at != "" && rest != "" && rest[0] != '[' {
		at += "."
	}
	return &field.Error{Type: field.ErrorType(kind), Field: at + rest, BadValue: value, Detail: detail}
}
