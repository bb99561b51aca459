package daemonset

import (
	"encoding/binary"

	"github.com/daemonsim/daemonsim/cluster"
)

var _ cluster.Stateful = (*Controller)(nil)

// AppendState writes what the controller's future depends on beyond the store and the agenda: the syncs
// that are put off, and the back-off of nodes whose pods have failed. Assessments are left out, as they
// follow from the store.
func (c *Controller) AppendState(b []byte) []byte {
	number := func(n uint64) { b = binary.LittleEndian.AppendUint64(b, n) }
	c.sets.Scan(func(uid cluster.UID, t *tracked) bool {
		number(uint64(uid))
		number(uint64(t.failures))
		if t.waiting {
			number(uint64(t.wake))
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
	return b
}
