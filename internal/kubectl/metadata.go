package kubectl

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// edits are changes to labels or annotations: what to set and what to take away.
type edits struct {
	set    map[string]string
	order  []string
	remove []string
}

// splitEdits parts the arguments that name objects from those that say what to change: the first one
// with = after a key, or with - at its end, begins the changes.
func splitEdits(args []string, what string) (objects, changes []string, err error) {
	isEdit := func(arg string) bool {
		return strings.Index(arg, "=") > 0 || strings.HasSuffix(arg, "-") && arg != "-"
	}
	i := slices.IndexFunc(args, isEdit)
	if i < 0 {
		return args, nil, nil
	}
	for _, arg := range args[i:] {
		if !isEdit(arg) {
			return nil, nil, fmt.Errorf("all resources must be specified before %s changes: %s", what, arg)
		}
	}
	return args[:i], args[i:], nil
}

// parseEdits reads KEY=VALUE and KEY-. what is the word for one of them: label or annotation.
func parseEdits(changes []string, what string) (edits, error) {
	e := edits{set: make(map[string]string)}
	for _, arg := range changes {
		key, value, isSet := strings.Cut(arg, "=")
		if isSet && key != "" {
			if _, twice := e.set[key]; !twice {
				e.order = append(e.order, key)
			}
			e.set[key] = value
		} else if key = strings.TrimSuffix(arg, "-"); !isSet && key != "" {
			e.remove = append(e.remove, key)
		} else {
			return e, fmt.Errorf("invalid %s spec: %s; write key=value, or key- to take it away", what, arg)
		}
	}
	var both []string
	for _, key := range e.remove {
		if _, ok := e.set[key]; ok {
			both = append(both, key)
		}
	}
	switch {
	case len(both) == 0:
		return e, nil
	case what == "annotation":
		return e, fmt.Errorf("can not both modify and remove the following annotation(s) in the same command: %s",
			strings.Join(both, ", "))
	}
	return e, fmt.Errorf("can not both modify and remove a %s in the same command", what)
}

// apply returns what a map becomes.
func (e edits) apply(old map[string]string) map[string]string {
	next := maps.Clone(old)
	if next == nil {
		next = make(map[string]string, len(e.set))
	}
	for _, key := range e.order {
		next[key] = e.set[key]
	}
	for _, key := range e.remove {
		delete(next, key)
	}
	return next
}

// taken lists the keys that would change their value, with the value that they have.
func (e edits) taken(old map[string]string) []string {
	var list []string
	for _, key := range e.order {
		if value, ok := old[key]; ok && value != e.set[key] {
			list = append(list, fmt.Sprintf("'%s' already has a value (%s)", key, value))
		}
	}
	return list
}

// readEdits reads the arguments of label and annotate.
func (c *call) readEdits(what string) (objects []string, e edits, err error) {
	objects, changes, err := splitEdits(c.args, what)
	if err != nil {
		return nil, e, err
	}
	if e, err = parseEdits(changes, what); err != nil {
		return nil, e, err
	}
	if len(objects) == 0 {
		return nil, e, errors.New("one or more resources must be specified as <resource> <name> or <resource>/<name>")
	}
	if len(changes) == 0 {
		return nil, e, fmt.Errorf("at least one %s update is required", what)
	}
	return objects, e, nil
}
