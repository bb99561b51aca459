package scheduler

import (
	"cmp"

	"github.com/tidwall/btree"

	"github.com/daemonsim/daemonsim/cluster"
)

// queue holds the pods that have no node: those to be tried next, and those that wait for a change.
type queue struct {
	active  *btree.BTreeG[activePod]
	waiting *btree.BTreeG[waitingPod]
	seq     uint64
}

// activePod is a pod to be tried. Higher priorities come first, then the earlier ones.
type activePod struct {
	priority int32
	seq      uint64
	pod      cluster.UID
}

// waitingPod is a pod that fits nowhere at present, under the node that it is pinned to or under NoNode,
// with the filters that kept it off.
type waitingPod struct {
	node cluster.NodeID
	pod  cluster.UID
	by   rejecters
}

func newQueue() queue {
	options := btree.Options{NoLocks: true}
	return queue{
		active: btree.NewBTreeGOptions(func(a, b activePod) bool {
			return cmp.Or(cmp.Compare(b.priority, a.priority), cmp.Compare(a.seq, b.seq)) < 0
		}, options),
		waiting: btree.NewBTreeGOptions(func(a, b waitingPod) bool {
			return cmp.Or(cmp.Compare(a.node, b.node), cmp.Compare(a.pod, b.pod)) < 0
		}, options),
	}
}

func (q *queue) fork() queue {
	return queue{active: q.active.Copy(), waiting: q.waiting.Copy(), seq: q.seq}
}

func (q *queue) push(p *cluster.Pod) {
	q.seq++
	q.active.Set(activePod{p.Priority, q.seq, p.UID})
}

// pop takes the next pod to be tried.
func (q *queue) pop() (cluster.UID, bool) {
	a, ok := q.active.PopMin()
	return a.pod, ok
}

func (q *queue) wait(p *cluster.Pod, by rejecters) {
	q.waiting.Set(waitingPod{p.TargetID(), p.UID, by})
}

// drop forgets a pod that waits and is gone.
func (q *queue) drop(p *cluster.Pod) {
	q.waiting.Delete(waitingPod{node: p.TargetID(), pod: p.UID})
}

// wake makes those pods that wait for the node active again that have been helped.
func (q *queue) wake(
	r cluster.Reader, node cluster.NodeID, helped func(*cluster.Pod, rejecters) bool,
) {
	var woken []waitingPod
	q.waiting.Ascend(waitingPod{node: node}, func(w waitingPod) bool {
		if w.node != node {
			return false
		}
		if p := r.PodByUID(w.pod); p == nil || helped(p, w.by) {
			woken = append(woken, w)
		}
		return true
	})
	for _, w := range woken {
		q.waiting.Delete(w)
		if p := r.PodByUID(w.pod); p != nil {
			q.push(p)
		}
	}
}
