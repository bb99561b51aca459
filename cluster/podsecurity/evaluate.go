package podsecurity

import (
	"strings"

	"github.com/daemonsim/daemonsim/cluster"
)

// Violation is one demand that a pod does not meet.
type Violation struct {
	// Check is the name of the demand, such as "hostNamespaces".
	Check string
	// Reason says in a word or two what is not allowed, Detail what in the pod it is.
	Reason, Detail string
}

// String is the reason with the detail in parentheses.
func (v Violation) String() string {
	if v.Detail == "" {
		return v.Reason
	}
	return v.Reason + " (" + v.Detail + ")"
}

// Violations are all demands that a pod does not meet, in the order in which they are checked.
type Violations []Violation

// String joins them with commas.
func (vs Violations) String() string {
	texts := make([]string, len(vs))
	for i, v := range vs {
		texts[i] = v.String()
	}
	return strings.Join(texts, ", ")
}

// Reasons joins the reasons alone.
func (vs Violations) Reasons() string {
	texts := make([]string, len(vs))
	for i, v := range vs {
		texts[i] = v.Reason
	}
	return strings.Join(texts, ", ")
}

// Evaluate holds a pod, which has its defaults, against a level. annotations are the pod's. None means that the
// pod is allowed.
//
// Checks of the baseline come first, each group by name. All are made, except those in place of which there is
// a stricter one.
func Evaluate(lv LevelVersion, annotations map[string]string, spec *cluster.PodSpec) Violations {
	if lv.unrestricted() {
		return nil
	}
	p := newPod(annotations, spec)
	var found Violations
	judge := func(c *check) {
		reason, detail := c.judge(p, lv.Version)
		if reason != "" {
			found = append(found, Violation{c.id, reason, detail})
		}
	}
	var extra []check
	if lv.Level != Baseline {
		extra = restrictedChecks()
	}
	for _, c := range baselineChecks() {
		if lv.Version.has(c.since) && !replaced(c.id, extra, lv.Version) {
			judge(&c)
		}
	}
	for _, c := range extra {
		if lv.Version.has(c.since) {
			judge(&c)
		}
	}
	return found
}

// check is one demand of the standards.
type check struct {
	id string
	// since is the N of the first version v1.N that has it.
	since int
	// replaces is the check of the baseline in whose place it comes.
	replaces string
	// judge returns why a pod is not allowed, with details; no reason if it is.
	judge func(*pod, Version) (reason, detail string)
}

// replaced reports whether a stricter check comes in the place of one of the baseline.
func replaced(id string, extra []check, v Version) bool {
	for _, c := range extra {
		if c.replaces == id && v.has(c.since) {
			return true
		}
	}
	return false
}
