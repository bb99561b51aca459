package rollout

import (
	"cmp"
	"iter"
	"slices"

	"github.com/daemonsim/daemonsim/cluster"
)

// listState is a State made of a list.
type listState struct {
	terms   Terms
	nodes   []Node
	counts  [2][Situations]int
	desired int
	chooser cluster.Chooser
}

// NewState returns a State that consists of the nodes given, in the order of their names, under the zero
// Terms. A nil chooser takes the first candidate everywhere. It is the way to try a planner without a
// cluster.
func NewState(nodes []Node, chooser cluster.Chooser) State {
	return NewStateUnder(Terms{}, nodes, chooser)
}

// NewStateUnder is NewState under the terms given.
func NewStateUnder(terms Terms, nodes []Node, chooser cluster.Chooser) State {
	nodes = slices.DeleteFunc(slices.Clone(nodes), func(n Node) bool {
		return n.Situation == Vacant && !n.ShouldRun
	})
	slices.SortFunc(nodes, func(a, b Node) int { return cmp.Compare(a.Name, b.Name) })
	l := &listState{terms: terms, nodes: nodes, chooser: chooser}
	for i := range nodes {
		n := &nodes[i]
		if n.ShouldRun {
			l.desired++
		}
		if int(n.Situation) < Situations {
			l.counts[index(n.ShouldRun)][n.Situation]++
		}
	}
	return l
}

func index(shouldRun bool) int {
	if shouldRun {
		return 1
	}
	return 0
}

func (l *listState) Terms() Terms { return l.terms }

func (l *listState) Desired() int { return l.desired }

func (l *listState) Count(s Situation, shouldRun bool) int {
	if int(s) >= Situations {
		return 0
	}
	return l.counts[index(shouldRun)][s]
}

func (l *listState) In(s Situation, shouldRun bool) iter.Seq[Node] {
	return func(yield func(Node) bool) {
		for i := range l.nodes {
			n := &l.nodes[i]
			if n.Situation == s && n.ShouldRun == shouldRun && !yield(*n) {
				return
			}
		}
	}
}

func (l *listState) Nodes() iter.Seq[Node] { return slices.Values(l.nodes) }

func (l *listState) Chooses() bool { return l.chooser != nil }

func (l *listState) Choose(c cluster.Choice) int {
	if l.chooser == nil || c.N < 2 {
		return 0
	}
	if i := l.chooser.Choose(c); i > 0 && i < c.N {
		return i
	}
	return 0
}
