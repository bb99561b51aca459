package cluster

import (
	"encoding/binary"
	"fmt"
	"time"
)

// Stateful is an actor with state of its own that its future depends on beyond what the store and the
// agenda say. AppendState writes it in a form in which equal states give equal bytes.
type Stateful interface{ AppendState([]byte) []byte }

// Hash identifies the state of the cluster: objects, time, tasks ahead, random streams and what the
// actors keep. Clusters that went through the same changes have equal hashes on every platform. It looks
// at everything, so it costs as much as the cluster is large.
func (c *Cluster) Hash() uint64 {
	h := hasher{sum: fnvOffset}
	enc := NewEncoder(time.Time{})
	h.number(uint64(c.now))
	for _, kind := range c.Kinds() {
		for obj := range c.Objects(kind, "") {
			h.buf = enc.Append(h.buf[:0], obj)
			h.flush()
		}
	}
	for e := range c.Events(0) {
		h.buf = fmt.Appendf(h.buf[:0], "%+v", *e)
		h.flush()
	}
	for _, t := range c.agenda.sorted() {
		h.number(uint64(t.At))
		h.number(uint64(t.Object))
		h.number(t.Arg)
		h.number(uint64(t.Actor)<<8 | uint64(t.Kind))
	}
	for i, cl := range c.clients {
		h.number(cl.stream.state)
		if cl.view != nil {
			cl.view.appendState(&h, enc)
		}
		if s, ok := c.actors[i].(Stateful); ok {
			h.buf = s.AppendState(h.buf[:0])
			h.flush()
		}
	}
	for _, f := range c.faults {
		h.buf = fmt.Appendf(h.buf[:0], "%+v", f)
		h.flush()
	}
	return h.sum
}

// hasher is 64-bit FNV-1a.
type hasher struct {
	sum uint64
	buf []byte
}

func (h *hasher) number(n uint64) {
	h.buf = binary.LittleEndian.AppendUint64(h.buf[:0], n)
	h.flush()
}

func (h *hasher) flush() {
	for _, b := range h.buf {
		h.sum = (h.sum ^ uint64(b)) * fnvPrime
	}
}
