package daemonset

import (
	"fmt"
	"iter"
	"reflect"
	"slices"
	"strings"

	"github.com/daemonsim/daemonsim/cluster"
)

// Explanation is everything there is to say about whether a DaemonSet's pods belong on a node: the
// answers, the checks in their order, and what would have to change for the answers to be others.
type Explanation struct {
	// Namespace and DaemonSet name the DaemonSet.
	Namespace, DaemonSet string
	Decision
	// Flips are the changes that turn one of the answers, as [Flips] finds them.
	Flips []Flip
}

// Explain explains a DaemonSet and a node.
func Explain(d *DaemonSet, node *cluster.Node) Explanation {
	return explain(d, NewPlacement(&d.Spec.Template), node)
}

// ExplainAll explains a DaemonSet and each of the nodes, in their order.
func ExplainAll(d *DaemonSet, nodes iter.Seq[*cluster.Node]) []Explanation {
	p := NewPlacement(&d.Spec.Template)
	var list []Explanation
	for node := range nodes {
		list = append(list, explain(d, p, node))
	}
	return list
}

func explain(d *DaemonSet, p *Placement, node *cluster.Node) Explanation {
	return Explanation{
		Namespace: d.Namespace, DaemonSet: d.Name,
		Decision: p.Explain(node), Flips: Flips(&d.Spec.Template, node),
	}
}

// String tells the whole story: the two answers with what decided them, a line for each check, and the
// changes by what they would bring about.
func (e Explanation) String() string {
	var b strings.Builder
	for _, q := range Questions() {
		fmt.Fprintf(&b, "%s: %s", q, yesNo(e.Answer(q)))
		if r, ok := e.Decided(q); ok {
			b.WriteString(", by " + r.Subject())
		}
		b.WriteByte('\n')
	}
	for _, r := range e.Reasons {
		fmt.Fprintf(&b, "  %-3s  %s\n", yesNo(r.Passed), r)
	}
	if len(e.Reasons) == 0 {
		b.WriteString("  no selector, affinity or taint has a say\n")
	}
	for _, outcome := range [...][2]bool{{true, true}, {false, true}, {false, false}} {
		e.writeFlips(&b, outcome[0], outcome[1])
	}
	return b.String()
}

// writeFlips writes the changes that bring about a pair of answers. A change that turns both answers is
// one of the changes for either, and stands here once.
func (e *Explanation) writeFlips(b *strings.Builder, run, goOn bool) {
	var list []Flip
	for _, f := range e.Flips {
		told := slices.ContainsFunc(list, func(o Flip) bool { return reflect.DeepEqual(o.Edits, f.Edits) })
		if f.ShouldRun == run && f.ShouldContinueRunning == goOn && !told {
			list = append(list, f)
		}
	}
	if len(list) == 0 {
		return
	}
	slices.SortStableFunc(list, func(a, b Flip) int { return sideOrder(a.Side) - sideOrder(b.Side) })
	after := "one of these changes"
	if len(list) == 1 {
		after = "this change"
	}
	fmt.Fprintf(b, "%s after %s:\n", outcomeText(run, goOn), after)
	for _, f := range list {
		fmt.Fprintf(b, "  %-9s  %s\n", strings.ToLower(string(f.Side)), f)
	}
}

func sideOrder(s Side) int {
	if s == SideNode {
		return 0
	}
	return 1
}

func outcomeText(run, goOn bool) string {
	switch {
	case run:
		return "a pod would run here"
	case goOn:
		return "no pod would start here, but one could go on,"
	default:
		return "no pod would start or go on here"
	}
}

// String is the changes as one instruction.
func (f Flip) String() string {
	var edits []string
	for _, e := range f.Edits {
		edits = append(edits, e.String())
	}
	return strings.Join(edits, ", and ")
}

func yesNo(yes bool) string {
	if yes {
		return "yes"
	}
	return "no"
}
