package rollout

import (
	"iter"

	"github.com/daemonsim/daemonsim/cluster"
)

// candidates takes up to n nodes of a walk, in the order of the choice point "rollout-candidate".
func candidates(s State, walk iter.Seq[Node], total, n int) []Node {
	n = min(n, total)
	if n <= 0 {
		return nil
	}
	var list []Node
	if !s.Chooses() {
		for node := range walk {
			if list = append(list, node); len(list) == n {
				break
			}
		}
		return list
	}
	var open []Node
	for node := range walk {
		open = append(open, node)
	}
	for len(list) < n && len(open) > 0 {
		i := choose(s, open)
		list = append(list, open[i])
		open = append(open[:i], open[i+1:]...)
	}
	return list
}

// choose asks which of the open candidates comes next. A State of somebody else's need not answer
// within bounds: then it is the first.
func choose(s State, open []Node) int {
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
