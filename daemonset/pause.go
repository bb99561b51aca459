package daemonset

import (
	"time"

	"github.com/daemonsim/daemonsim/cluster"
)

// Pause is why a controller does not act on a DaemonSet at present. The zero Pause is that of one that
// nothing has asked to.
type Pause struct {
	// Stopped says that there is no controller at present.
	Stopped bool
	// Queued says that a sync is about to run.
	Queued bool
	// Failures counts the syncs that have failed in a row, and Err is why the last of them did: a *PlanError
	// where a strategy's plan was refused, and nil without failures. Wake is the virtual time at which the
	// controller will look again by itself; 0 when it will not.
	Failures int
	Err      error
	Wake     time.Duration
	// Creations and Deletions are the pods that it has asked for, or asked to go, and has not been told of
	// yet. It does not act before it has, or before ExpectedUntil, which is 0 when it expects nothing.
	Creations, Deletions int
	ExpectedUntil        time.Duration
	// Held is until when the back-off of a node puts off the deletion of a failed pod there, for the nodes
	// where it does.
	Held map[cluster.NodeID]time.Duration
}

// Pause says why the controller does not act on the DaemonSet with that UID. The zero Pause is the answer for
// a DaemonSet that it does not know. A nil Controller is one that is stopped.
func (c *Controller) Pause(set cluster.UID, now time.Duration) Pause {
	if c == nil {
		return Pause{Stopped: true}
	}
	t, ok := c.sets.Get(set)
	if !ok {
		return Pause{}
	}
	p := Pause{Queued: t.queued, Failures: t.failures, Err: t.failure}
	if t.waiting {
		p.Wake = t.wake
	}
	if e := &t.expected; !e.satisfied(now) {
		p.Creations, p.Deletions = max(0, e.creations), max(0, e.deletions)
		p.ExpectedUntil = cluster.AddTime(e.since, expectationsLast)
	}
	generation := t.set.Status.ObservedGeneration
	t.backoff.nodes.Scan(func(node cluster.NodeID, e backoffEntry) bool {
		if t.backoff.active(node, generation, now) > 0 {
			if p.Held == nil {
				p.Held = make(map[cluster.NodeID]time.Duration)
			}
			p.Held[node] = cluster.AddTime(e.last, e.delay)
		}
		return true
	})
	return p
}
