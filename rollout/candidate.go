package rollout

import (
	"iter"
	"slices"

	"github.com/daemonsim/daemonsim/cluster"
)

// Candidates takes up to n nodes of a walk in the order of the choice point "rollout-candidate": as the walk
// has them or, with a chooser, as that wants. Without a chooser it walks no further than it needs to.
func Candidates(s State, walk iter.Seq[Node], n int) []Node {
	if n <= 0 {
		return nil
	}
	if s.Chooses() {
		return chosen(s, slices.Collect(walk), n)
	}
	var list []Node
	for node := range walk {
		if list = append(list, node); len(list) == n {
			break
		}
	}
	return list
}

// chosen asks for one of the open candidates after the other.
func chosen(s State, candidates []Node, n int) []Node {
	// Taking one out moves all after it, so that is done to what is small.
	open := make([]*Node, len(candidates))
	for i := range candidates {
		open[i] = &candidates[i]
	}
	var list []Node
	for len(list) < n && len(open) > 0 {
		i := choose(s, open)
		list = append(list, *open[i])
		open = slices.Delete(open, i, i+1)
	}
	return list
}

// choose asks which of the open candidates comes next. A State of somebody else's need not answer
// within bounds: then it is the first.
func choose(s State, open []*Node) int {
	if len(open) < 2 {
		return 0
	}
	i := s.Choose(cluster.Choice{
		Point: "rollout-candidate", N: len(open),
		Describe: func(i int) string { return open[i].Name },
	})
	if i < 0 || i >= len(open) {
		return 0
	}
	return i
}
