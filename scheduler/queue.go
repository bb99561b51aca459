package scheduler

import (
	"cmp"
	"encoding/binary"
	"time"

	"github.com/tidwall/btree"

	"github.com/daemonsim/daemonsim/cluster"
)

// queue holds the pods that have no node. A pod is in one of four places: to be tried next, backing off
// after a rejection, backing off after an error, or waiting for a change.
type queue struct {
	active, backoff, errored *btree.BTreeG[queuedPod]
	waiting                  *btree.BTreeG[waitingPod]
	seq                      uint64
	// wide is how many pods wait because of a plugin that looks beyond one node.
	wide int
}

// queuedPod is a pod to be tried, or on its way there.
type queuedPod struct {
	pod      cluster.UID
	priority int32
	attempts attempts
	seq      uint64
}

// waitingPod is a pod that fits nowhere at present, under the node that alone can help it or under
// NoNode, with the plugins that kept it off.
type waitingPod struct {
	node     cluster.NodeID
	pod      cluster.UID
	by       rejecters
	priority int32
	attempts attempts
	// wide says that one of the plugins looks beyond one node.
	wide bool
}

// compare is the order in which pods are tried: by priority, then who has waited longer.
func (a queuedPod) compare(b queuedPod) int {
	return cmp.Or(a.compareRank(b), cmp.Compare(a.seq, b.seq))
}

// compareRank leaves open what Kubernetes leaves open.
func (a queuedPod) compareRank(b queuedPod) int {
	return cmp.Or(cmp.Compare(b.priority, a.priority), cmp.Compare(a.attempts.at, b.attempts.at))
}

func newQueue() queue {
	options := btree.Options{NoLocks: true}
	byExpiry := func(a, b queuedPod) bool {
		return cmp.Or(cmp.Compare(a.attempts.expiry(), b.attempts.expiry()), a.compare(b)) < 0
	}
	return queue{
		active:  btree.NewBTreeGOptions(func(a, b queuedPod) bool { return a.compare(b) < 0 }, options),
		backoff: btree.NewBTreeGOptions(byExpiry, options),
		errored: btree.NewBTreeGOptions(byExpiry, options),
		waiting: btree.NewBTreeGOptions(func(a, b waitingPod) bool {
			return cmp.Or(cmp.Compare(a.node, b.node), cmp.Compare(a.pod, b.pod)) < 0
		}, options),
	}
}

func (q *queue) fork() queue {
	f := *q
	f.active, f.backoff, f.errored = q.active.Copy(), q.backoff.Copy(), q.errored.Copy()
	f.waiting = q.waiting.Copy()
	return f
}

// push queues a pod that has not been tried.
func (q *queue) push(p *cluster.Pod, now time.Duration) {
	q.add(q.active, queuedPod{pod: p.UID, priority: p.Priority, attempts: attempts{at: now}})
}

func (q *queue) add(to *btree.BTreeG[queuedPod], p queuedPod) {
	q.seq++
	p.seq = q.seq
	to.Set(p)
}

// release makes those pods active whose back-off is over.
func (q *queue) release(now time.Duration) {
	for _, from := range []*btree.BTreeG[queuedPod]{q.backoff, q.errored} {
		for {
			first, ok := from.Min()
			if !ok || first.attempts.release() > now {
				break
			}
			from.PopMin()
			q.active.Set(first)
		}
	}
}

// empty reports whether there is no pod to be tried now.
func (q *queue) empty() bool { return q.active.Len() == 0 && q.backoff.Len() == 0 }

// pop takes the next pod to be tried. When there is none, one comes early out of its back-off after
// a rejection; after an error it may not.
func (q *queue) pop(now time.Duration, choose func(equal []queuedPod) int) (queuedPod, bool) {
	q.release(now)
	if q.active.Len() == 0 {
		return q.backoff.PopMin()
	}
	if choose == nil {
		return q.active.PopMin()
	}
	return q.popEqual(choose)
}

// popEqual lets a chooser pick among the pods that come first.
func (q *queue) popEqual(choose func(equal []queuedPod) int) (queuedPod, bool) {
	var equal []queuedPod
	q.active.Scan(func(p queuedPod) bool {
		if len(equal) > 0 && equal[0].compareRank(p) != 0 {
			return false
		}
		equal = append(equal, p)
		return true
	})
	picked := equal[0]
	if len(equal) > 1 {
		picked = equal[choose(equal)]
	}
	return q.active.Delete(picked)
}

// wait makes a pod wait that plugins have rejected.
func (q *queue) wait(p *cluster.Pod, w waitingPod) {
	w.node, w.pod, w.priority = p.TargetID(), p.UID, p.Priority
	if w.wide {
		w.node = cluster.NoNode
		q.wide++
	}
	q.waiting.Set(w)
}

// take takes a pod out of those that wait, if it is there.
func (q *queue) take(p *cluster.Pod) (waitingPod, bool) {
	for _, node := range [...]cluster.NodeID{p.TargetID(), cluster.NoNode} {
		if w, ok := q.waiting.Delete(waitingPod{node: node, pod: p.UID}); ok {
			q.left(w)
			return w, true
		}
	}
	return waitingPod{}, false
}

func (q *queue) left(w waitingPod) {
	if w.wide {
		q.wide--
	}
}

// wake makes those pods that wait for the node active again that have been helped.
func (q *queue) wake(node cluster.NodeID, now time.Duration, helped func(waitingPod) bool) {
	var woken []waitingPod
	q.waiting.Ascend(waitingPod{node: node}, func(w waitingPod) bool {
		if w.node != node {
			return false
		}
		if helped(w) {
			woken = append(woken, w)
		}
		return true
	})
	for _, w := range woken {
		q.waiting.Delete(w)
		q.left(w)
		q.activate(w, now)
	}
}

// activate queues a pod that has waited. Its back-off, if it is not over, goes on.
func (q *queue) activate(w waitingPod, now time.Duration) {
	to := q.active
	if w.attempts.backingOff(now) {
		to = q.backoff
	}
	q.add(to, queuedPod{pod: w.pod, priority: w.priority, attempts: w.attempts})
}

// appendState writes the pods in the order of their places.
func (q *queue) appendState(b []byte) []byte {
	for _, tree := range []*btree.BTreeG[queuedPod]{q.active, q.backoff, q.errored} {
		tree.Scan(func(p queuedPod) bool {
			b = p.attempts.append(binary.LittleEndian.AppendUint64(b, uint64(p.pod)))
			return true
		})
		b = append(b, '|')
	}
	q.waiting.Scan(func(w waitingPod) bool {
		b = binary.LittleEndian.AppendUint64(b, uint64(w.pod))
		b = binary.LittleEndian.AppendUint64(b, uint64(w.by))
		b = w.attempts.append(b)
		return true
	})
	return b
}

func (a attempts) append(b []byte) []byte {
	b = binary.LittleEndian.AppendUint32(b, a.rejected)
	b = binary.LittleEndian.AppendUint32(b, a.failed)
	return binary.LittleEndian.AppendUint64(b, uint64(a.at))
}
