package daemonset

import (
	"maps"
	"slices"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/taints"
)

// Question is one of the two that a DaemonSet has about a node.
type Question string

// The two questions, in the order in which they are told.
const (
	// QuestionShouldRun asks whether a pod is to be created on the node.
	QuestionShouldRun Question = "shouldRun"
	// QuestionShouldContinueRunning asks whether a pod that is there may stay.
	QuestionShouldContinueRunning Question = "shouldContinueRunning"
)

// Questions lists the two questions.
func Questions() [2]Question {
	return [...]Question{QuestionShouldRun, QuestionShouldContinueRunning}
}

// Decision is the answer to both questions for one node, with its reasons in the order in which they
// were checked.
type Decision struct {
	// Node is the node's name.
	Node string
	// ShouldRun says whether a pod is to be created; ShouldContinueRunning, whether one that is
	// there may stay.
	ShouldRun, ShouldContinueRunning bool
	// Reasons lists every check that was made, also those behind one that did not pass: first the
	// node's name, then the node selector by key, then the required node affinity, then the node's
	// taints in their order. See [Decision.Decided].
	Reasons []Reason
}

// Answer is the answer to one of the questions.
func (d *Decision) Answer(q Question) bool {
	if q == QuestionShouldRun {
		return d.ShouldRun
	}
	return d.ShouldContinueRunning
}

// Decided returns the reason for which the answer to a question is no: the first check that did not pass
// and that the question asks for. Nothing decides an answer of yes but that everything passed; then ok
// is false.
func (d *Decision) Decided(q Question) (reason Reason, ok bool) {
	for _, r := range d.Reasons {
		if r.Forbids(q) {
			return r, true
		}
	}
	return Reason{}, false
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
	for i := range node.Spec.Taints {
		d.Reasons = append(d.Reasons, p.explainTaint(node.Spec.Taints[i]))
	}
	forbids := func(q Question) bool {
		return slices.ContainsFunc(d.Reasons, func(r Reason) bool { return r.Forbids(q) })
	}
	d.ShouldRun = !forbids(QuestionShouldRun)
	d.ShouldContinueRunning = !forbids(QuestionShouldContinueRunning)
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

// explainTaint judges one taint. Effects other than NoSchedule and NoExecute keep nobody away.
func (p *Placement) explainTaint(taint taints.Taint) Reason {
	r := Reason{Check: CheckTaint, Taint: &taint, Passed: !keepsAway(taint.Effect)}
	for i := range p.tolerations {
		if p.tolerations[i].Tolerates(taint) {
			r.Passed, r.Toleration = true, copyOf(&p.tolerations[i])
			r.Automatic = i >= p.own
			break
		}
	}
	return r
}

func keepsAway(e taints.Effect) bool {
	return e == taints.EffectNoSchedule || e == taints.EffectNoExecute
}

// copyOf copies a toleration, so that who reads the reason cannot change the placement.
func copyOf(t *taints.Toleration) *taints.Toleration {
	c := *t
	c.TolerationSeconds = clonePointer(t.TolerationSeconds)
	return &c
}
