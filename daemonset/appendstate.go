package daemonset

import (
	"encoding/binary"

	"github.com/daemonsim/daemonsim/cluster"
)

var _ cluster.Stateful = (*Controller)(nil)

// AppendState writes what the controller's future depends on beyond the store and the agenda: how pods get
// to their nodes, the planners that it was given, the syncs that are put off, the back-off of nodes whose
// pods have failed, and what it has done and cannot see yet. Assessments are left out, as they follow from
// the store.
func (c *Controller) AppendState(b []byte) []byte {
	number := func(n uint64) { b = binary.LittleEndian.AppendUint64(b, n) }
	if c.config.Mode == Direct {
		number(uint64(Direct))
	}
	b = c.appendPlanners(b)
	c.sets.Scan(func(uid cluster.UID, t *tracked) bool {
		number(uint64(uid))
		number(uint64(t.failures))
		if t.waiting {
			number(uint64(t.wake))
		}
		if e := &t.expected; e.creations > 0 || e.deletions > 0 {
			number(uint64(max(0, e.creations))<<32 | uint64(max(0, e.deletions)))
			number(uint64(e.since))
		}
		if t.wrote != (ownWrites{}) {
			number(t.wrote.pod)
			number(t.wrote.status)
		}
		t.backoff.nodes.Scan(func(node cluster.NodeID, e backoffEntry) bool {
			number(uint64(node))
			number(uint64(e.generation))
			number(uint64(e.delay))
			number(uint64(e.last))
			return true
		})
		return true
	})
	c.claims.Scan(func(pod cluster.UID, claim podClaim) bool {
		number(uint64(pod))
		number(uint64(claim.owner))
		return true
	})
	return b
}
