package daemonset

import (
	"fmt"
	"strings"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/taints"
)

// Check names what a reason is about.
type Check string

// The checks, in the order in which they are made.
const (
	CheckNodeName     Check = "NodeName"
	CheckNodeSelector Check = "NodeSelector"
	CheckNodeAffinity Check = "NodeAffinity"
	CheckTaint        Check = "Taint"
)

// Reason is one check and what came of it.
type Reason struct {
	// Check is what was checked.
	Check Check
	// Passed says whether it holds.
	Passed bool
	// Key, Want and Got are the node label or field that was looked at, what the template wants of
	// it, and what the node has. They belong to the checks of name and selector.
	Key, Want, Got string
	// Present says whether the node has the label at all.
	Present bool
	// Terms are the terms of required node affinity, each with what decided it.
	Terms []affinity.TermVerdict
	// Taint is the taint that was checked, and Toleration the first that tolerates it, nil if nothing
	// does.
	Taint      *taints.Taint
	Toleration *taints.Toleration
	// Automatic says that the toleration is one that every pod of a DaemonSet gets, and not the
	// template's.
	Automatic bool
}

// Forbids reports whether this check alone makes the answer to a question no. A taint that is not
// tolerated forbids to go on only if its effect is NoExecute.
func (r *Reason) Forbids(q Question) bool {
	switch {
	case r.Passed:
		return false
	case r.Check == CheckTaint && q == QuestionShouldContinueRunning:
		return r.Taint.Effect == taints.EffectNoExecute
	default:
		return true
	}
}

// Subject names the label, taint or field that was looked at: label zone, taint k=v:NoSchedule. Of several
// terms of node affinity none decides alone, so they are named together.
func (r Reason) Subject() string {
	switch r.Check {
	case CheckNodeName:
		return r.Key
	case CheckNodeSelector:
		return "label " + r.Key
	case CheckTaint:
		return "taint " + r.Taint.String()
	}
	if len(r.Terms) == 1 {
		switch v := r.Terms[0]; v.Outcome {
		case affinity.TermExpressionFailed:
			return "label " + v.Requirement.Key
		case affinity.TermFieldFailed:
			return v.Requirement.Key
		}
	}
	return "node affinity"
}

// String is the reason in words.
func (r Reason) String() string {
	switch r.Check {
	case CheckNodeName, CheckNodeSelector:
		return r.valueText()
	case CheckNodeAffinity:
		if len(r.Terms) == 0 {
			return "node affinity: no terms, so no node matches"
		}
		var terms []string
		for _, t := range r.Terms {
			terms = append(terms, t.String())
		}
		return "node affinity: " + strings.Join(terms, "; ")
	default:
		return r.taintText()
	}
}

func (r Reason) valueText() string {
	switch {
	case r.Passed:
		return fmt.Sprintf("%s is %q", r.Subject(), r.Got)
	case !r.Present:
		return fmt.Sprintf("%s is missing, want %q", r.Subject(), r.Want)
	default:
		return fmt.Sprintf("%s is %q, want %q", r.Subject(), r.Got, r.Want)
	}
}

func (r Reason) taintText() string {
	switch {
	case r.Toleration == nil && !r.Passed:
		return r.Subject() + " is not tolerated"
	case r.Toleration == nil && r.Taint.Effect == taints.EffectPreferNoSchedule:
		return r.Subject() + " only asks to be avoided"
	case r.Toleration == nil:
		return r.Subject() + " has no effect that counts"
	case !r.Automatic:
		return r.Subject() + " is tolerated by the template: " + r.Toleration.Describe()
	case r.Toleration.Key == taints.KeyNetworkUnavailable:
		return r.Subject() + " is tolerated automatically, with hostNetwork"
	default:
		return r.Subject() + " is tolerated automatically"
	}
}
