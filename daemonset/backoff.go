package daemonset

import (
	"time"

	"github.com/tidwall/btree"

	"github.com/daemonsim/daemonsim/cluster"
)

const (
	firstBackoff = time.Second
	maxBackoff   = 15 * time.Minute
)

// backoff remembers, for one DaemonSet, when failed pods were last deleted on each node. A node whose
// pods keep failing is tried less and less often.
type backoff struct {
	nodes btree.Map[cluster.NodeID, backoffEntry]
}

type backoffEntry struct {
	// generation is the observed generation that the entry belongs to: a change of the spec
	// starts afresh.
	generation int64
	delay      time.Duration
	last       time.Duration
}

// delayAfter is the delay after a number of failures in a row.
func delayAfter(failures int) time.Duration {
	delay := firstBackoff
	for n := 1; n < failures && delay < maxBackoff; n++ {
		delay = min(2*delay, maxBackoff)
	}
	return delay
}

// failures is the least number of failures in a row that lead to the entry's delay.
func (e backoffEntry) failures() int {
	n := 1
	for delayAfter(n) < e.delay {
		n++
	}
	return n
}

func (b *backoff) fork() backoff { return backoff{nodes: *b.nodes.Copy()} }

// active returns the delay that still holds back the next deletion on a node, or 0.
func (b *backoff) active(node cluster.NodeID, generation int64, now time.Duration) time.Duration {
	e, ok := b.nodes.Get(node)
	if !ok || e.generation != generation || now-e.last >= e.delay {
		return 0
	}
	return e.delay
}

// next notes a deletion on a node and lengthens the delay after it.
func (b *backoff) next(node cluster.NodeID, generation int64, now time.Duration) {
	e, ok := b.nodes.Get(node)
	delay := firstBackoff
	if ok && e.generation == generation && now-e.last <= 2*maxBackoff {
		delay = min(2*e.delay, maxBackoff)
	}
	b.nodes.Set(node, backoffEntry{generation, delay, now})
}
