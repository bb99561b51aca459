package rollout

import "iter"

// merged walks the nodes of a situation by name, whether they should run a pod or not.
func merged(s State, sit Situation) iter.Seq[Node] {
	if s.Count(sit, false) == 0 {
		return s.In(sit, true)
	}
	return func(yield func(Node) bool) {
		next, stop := iter.Pull(s.In(sit, false))
		defer stop()
		rest, more := next()
		for n := range s.In(sit, true) {
			for more && rest.Name < n.Name {
				if !yield(rest) {
					return
				}
				rest, more = next()
			}
			if !yield(n) {
				return
			}
		}
		for more && yield(rest) {
			rest, more = next()
		}
	}
}
