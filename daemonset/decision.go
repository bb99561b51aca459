package daemonset

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/taints"
)

// Decision is the answer to both questions for one node, with its reasons in the order in which they
// were checked.
type Decision struct {
	// Node is the node's name.
	Node string
	// ShouldRun says whether a pod is to be created; ShouldContinueRunning, whether one that is
	// there may stay.
	ShouldRun, ShouldContinueRunning bool
	// Reasons lists every check that was made. The last one that did not pass decided.
	Reasons []Reason
}

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
	// Taint is the taint that was checked, and Toleration what tolerates it, nil if nothing does.
	Taint      *taints.Taint
	Toleration *taints.Toleration
}

// Explain answers both questions for a node with every reason. Verdict gives the same answer. No node
// fits nothing, without a reason.
func (p *Placement) Explain(node *cluster.Node) Decision {
	if node == nil {
		return Decision{}
	}
	d := Decision{Node: node.Name}
	d.Reasons = append(d.Reasons, p.explainName(node)...)
	d.Reasons = append(d.Reasons, p.explainAffinity(node)...)
	fits := !slices.ContainsFunc(d.Reasons, func(r Reason) bool { return !r.Passed })
	if !fits {
		return d
	}
	d.ShouldRun, d.ShouldContinueRunning = true, true
	for _, taint := range node.Spec.Taints {
		r := p.explainTaint(&taint)
		d.Reasons = append(d.Reasons, r)
		if !r.Passed {
			d.ShouldRun = false
			d.ShouldContinueRunning = d.ShouldContinueRunning && r.Taint.Effect != taints.EffectNoExecute
		}
	}
	return d
}

func (p *Placement) explainName(node *cluster.Node) []Reason {
	if p.nodeName == "" {
		return nil
	}
	return []Reason{{
		Check: CheckNodeName, Passed: p.nameFits(node),
		Key: "metadata.name", Want: p.nodeName, Got: node.Name, Present: true,
	}}
}

func (p *Placement) explainAffinity(node *cluster.Node) []Reason {
	var reasons []Reason
	for _, key := range slices.Sorted(maps.Keys(p.nodeSelector)) {
		want := p.nodeSelector[key]
		got, present := node.Labels[key]
		reasons = append(reasons, Reason{
			Check: CheckNodeSelector, Passed: present && got == want,
			Key: key, Want: want, Got: got, Present: present,
		})
	}
	if matcher, ok := p.required.Affinity(); ok {
		reasons = append(reasons, Reason{
			Check:  CheckNodeAffinity,
			Passed: matcher.Matches(node.Name, node.Labels),
			Terms:  matcher.Explain(node.Name, node.Labels),
		})
	}
	return reasons
}

func (p *Placement) explainTaint(taint *taints.Taint) Reason {
	r := Reason{Check: CheckTaint, Taint: taint, Passed: taint.Effect == taints.EffectPreferNoSchedule}
	for i := range p.tolerations {
		if p.tolerations[i].Tolerates(*taint) {
			r.Passed, r.Toleration = true, copyOf(&p.tolerations[i])
			break
		}
	}
	return r
}

// copyOf copies a toleration, so that who reads the reason cannot change the placement.
func copyOf(t *taints.Toleration) *taints.Toleration {
	c := *t
	c.TolerationSeconds = clonePointer(t.TolerationSeconds)
	return &c
}

// String is the reason in words.
func (r Reason) String() string {
	switch r.Check {
	case CheckNodeName, CheckNodeSelector:
		return r.valueText()
	case CheckNodeAffinity:
		if len(r.Terms) == 0 {
			return "node affinity has no terms, so no node matches"
		}
		var terms []string
		for _, t := range r.Terms {
			terms = append(terms, t.String())
		}
		return strings.Join(terms, "; ")
	default:
		return r.taintText()
	}
}

func (r Reason) valueText() string {
	what := "label " + r.Key
	if r.Check == CheckNodeName {
		what = r.Key
	}
	switch {
	case r.Passed:
		return fmt.Sprintf("%s is %q", what, r.Got)
	case !r.Present:
		return fmt.Sprintf("%s is missing, want %q", what, r.Want)
	default:
		return fmt.Sprintf("%s is %q, want %q", what, r.Got, r.Want)
	}
}

func (r Reason) taintText() string {
	switch {
	case r.Toleration != nil:
		return fmt.Sprintf("taint %v is tolerated", r.Taint)
	case r.Passed:
		return fmt.Sprintf("taint %v only asks to be avoided", r.Taint)
	default:
		return fmt.Sprintf("taint %v is not tolerated", r.Taint)
	}
}
