package nodelifecycle

import "github.com/tidwall/btree"

// queue has the names of the nodes of a zone that a pass has found not to be ready. A node that moves to another
// zone stays in the queue of the old one: it may be served twice then.
type queue struct {
	// waiting are those that are to get a taint of effect NoExecute, served those whose turn has come. Nil when
	// there are none.
	waiting, served *btree.Set[string]
}

// knows reports whether a node has been found.
func (q *queue) knows(name string) bool { return q.waits(name) || contains(q.served, name) }

// waits reports whether a node is to get a taint.
func (q *queue) waits(name string) bool { return contains(q.waiting, name) }

// add has a node wait, and reports whether it did not yet.
func (q *queue) add(name string) bool {
	if q.waits(name) {
		return false
	}
	q.served, q.waiting = remove(q.served, name), insert(q.waiting, name)
	return true
}

// serve says that a node's turn has come.
func (q *queue) serve(name string) {
	q.waiting, q.served = remove(q.waiting, name), insert(q.served, name)
}

// drop forgets a node.
func (q *queue) drop(name string) {
	q.waiting, q.served = remove(q.waiting, name), remove(q.served, name)
}

// length is how many nodes wait.
func (q *queue) length() int {
	if q.waiting == nil {
		return 0
	}
	return q.waiting.Len()
}

func (q queue) fork() queue {
	if q.waiting != nil {
		q.waiting = q.waiting.Copy()
	}
	if q.served != nil {
		q.served = q.served.Copy()
	}
	return q
}

func contains(s *btree.Set[string], name string) bool { return s != nil && s.Contains(name) }

func insert(s *btree.Set[string], name string) *btree.Set[string] {
	if s == nil {
		s = new(btree.Set[string])
	}
	s.Insert(name)
	return s
}

func remove(s *btree.Set[string], name string) *btree.Set[string] {
	if s == nil {
		return nil
	}
	if s.Delete(name); s.Len() == 0 {
		return nil
	}
	return s
}

// names are the names in order.
func names(s *btree.Set[string]) []string {
	if s == nil {
		return nil
	}
	return s.Keys()
}
