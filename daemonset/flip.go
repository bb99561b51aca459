package daemonset

import (
	"maps"
	"reflect"
	"slices"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
)

// Side is one of the two that can change: the node or the DaemonSet.
type Side string

// The two sides.
const (
	SideNode      Side = "Node"
	SideDaemonSet Side = "DaemonSet"
)

// Flip is a way to turn the answer to a question around: changes on one side that do it together, and of
// which none is superfluous. [Flips] finds them.
type Flip struct {
	// Question is the question whose answer turns.
	Question Question
	// Side says what is changed.
	Side Side
	// Edits are the changes.
	Edits []Edit
	// ShouldRun and ShouldContinueRunning are the answers that the changes bring about.
	ShouldRun, ShouldContinueRunning bool
}

// Apply returns a template and a node with the changes made. What was handed in stays as it is.
func (f *Flip) Apply(
	t *cluster.PodTemplateSpec, n *cluster.Node,
) (*cluster.PodTemplateSpec, *cluster.Node) {
	template, node := t.Clone(), n.Clone().(*cluster.Node)
	applyEdits(&template, node, f.Edits)
	return &template, node
}

// applyEdits makes edits in place.
func applyEdits(t *cluster.PodTemplateSpec, n *cluster.Node, edits []Edit) {
	var ofTemplate []Edit
	for i := range edits {
		if edits[i].ofNode() {
			editNode(n, &edits[i])
		} else {
			ofTemplate = append(ofTemplate, edits[i])
		}
	}
	editTemplate(&t.Spec, ofTemplate)
}

// Flips returns what would have to change for the answers about a node to be others, first for
// shouldRun, then for shouldContinueRunning, each first on the node and then on the DaemonSet. Every Flip
// has been tried out: its changes turn the answer, and no part of them does.
//
// An answer of no has a Flip for each term of the required node affinity that can be satisfied, which sets
// and removes labels or, on the DaemonSet, takes the node's value up in a list or a requirement back.
// Entries of the node selector that the node lacks, spec.nodeName and taints that are not tolerated are a
// part of each: a node cannot be renamed, so spec.nodeName has an answer on the DaemonSet alone.
//
// An answer of yes has a Flip for each label without which, or with which, the node no longer matches (up
// to three labels together, if it takes several), one that adds a taint, unless all are tolerated, one that
// excludes the node by its name, and one for each taint that only the template tolerates.
func Flips(t *cluster.PodTemplateSpec, n *cluster.Node) []Flip {
	if n == nil {
		return nil
	}
	if t == nil {
		t = new(cluster.PodTemplateSpec)
	}
	var flips []Flip
	for _, q := range Questions() {
		in := newInquiry(t, n, q)
		var onNode, onSet [][]Edit
		if in.decision.Answer(q) {
			onNode, onSet = in.nodeAgainst(), in.setAgainst()
		} else {
			onNode, onSet = in.nodeFor(), in.setFor()
		}
		flips = append(flips, in.flips(SideNode, onNode)...)
		flips = append(flips, in.flips(SideDaemonSet, onSet)...)
	}
	return flips
}

// inquiry is the search for what turns the answer to one question.
type inquiry struct {
	template *cluster.PodTemplateSpec
	node     *cluster.Node
	question Question
	decision Decision
}

func newInquiry(t *cluster.PodTemplateSpec, n *cluster.Node, q Question) *inquiry {
	return &inquiry{template: t, node: n, question: q, decision: NewPlacement(t).Explain(n)}
}

// trial returns copies of the template and the node to make edits in. They hold what the answers depend
// on and nothing else, as there are many trials.
func (in *inquiry) trial() (*cluster.PodTemplateSpec, *cluster.Node) {
	template, node := new(cluster.PodTemplateSpec), new(cluster.Node)
	node.Name, node.Labels = in.node.Name, maps.Clone(in.node.Labels)
	node.Spec.Taints = slices.Clone(in.node.Spec.Taints)
	s, of := &template.Spec, &in.template.Spec
	s.NodeName, s.NodeSelector = of.NodeName, maps.Clone(of.NodeSelector)
	s.Tolerations, s.HostNetwork = slices.Clone(of.Tolerations), of.HostNetwork
	if required := requiredSelector(of); required != nil {
		s.Affinity = &affinity.Affinity{NodeAffinity: &affinity.NodeAffinity{
			RequiredDuringSchedulingIgnoredDuringExecution: cloneNodeSelector(required),
		}}
	}
	return template, node
}

func cloneNodeSelector(s *affinity.NodeSelector) *affinity.NodeSelector {
	terms := slices.Clone(s.NodeSelectorTerms)
	for i := range terms {
		// Requirements are replaced as a whole, so their values can be shared.
		terms[i].MatchExpressions = slices.Clone(terms[i].MatchExpressions)
		terms[i].MatchFields = slices.Clone(terms[i].MatchFields)
	}
	return &affinity.NodeSelector{NodeSelectorTerms: terms}
}

// try returns the answers after some edits, and whether they turn the one that is asked for.
func (in *inquiry) try(edits []Edit) (after Decision, turned bool) {
	t, n := in.trial()
	applyEdits(t, n, edits)
	after.ShouldRun, after.ShouldContinueRunning = NewPlacement(t).Verdict(n)
	return after, after.Answer(in.question) != in.decision.Answer(in.question)
}

// flips keeps the proposals that turn the answer, each once, smaller ones first.
func (in *inquiry) flips(side Side, proposals [][]Edit) []Flip {
	slices.SortStableFunc(proposals, func(a, b []Edit) int { return len(a) - len(b) })
	var flips []Flip
	for _, edits := range proposals {
		known := slices.ContainsFunc(flips, func(f Flip) bool { return reflect.DeepEqual(f.Edits, edits) })
		if after, turned := in.try(edits); turned && !known {
			flips = append(flips, Flip{
				Question: in.question, Side: side, Edits: edits,
				ShouldRun: after.ShouldRun, ShouldContinueRunning: after.ShouldContinueRunning,
			})
		}
	}
	return flips
}

// needed leaves out of edits what is not needed to turn the answer. It is right for edits that all work
// in the same direction, as then leaving out one more cannot help.
func (in *inquiry) needed(edits []Edit) []Edit {
	for i := 0; i < len(edits); {
		fewer := slices.Delete(slices.Clone(edits), i, i+1)
		if _, turned := in.try(fewer); turned {
			edits = fewer
		} else {
			i++
		}
	}
	return edits
}
