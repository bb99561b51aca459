package cluster

import (
	"fmt"
	"time"
)

// Outage says that the kubelet of a node does not answer: it renews no lease, reports nothing and hears
// nothing. What runs on the node runs on, unless the node is switched off. In Kubernetes nothing shows that but
// the heartbeats that fail to come; here a node without an outage has a heartbeat whenever one is due, and none of
// them costs anything.
type Outage struct {
	// LastHeartbeat is when the kubelet last renewed the node's lease.
	LastHeartbeat time.Duration
	// End is when the kubelet answers again by itself. Zero means that it does not.
	End time.Duration
	// Restart says that the kubelet does not run, rather than that it cannot be heard: at the end it starts anew,
	// and admits all its pods again that have not ended.
	Restart bool
	// Off says that the node is switched off. Nothing runs on it; at the end its kubelet starts anew, and so do the
	// containers of the pods that it admits.
	Off bool
}

// Outage returns the node's outage, and whether it has one.
func (n *Node) Outage() (Outage, bool) {
	if n.outage == nil {
		return Outage{}, false
	}
	return *n.outage, true
}

// SetOutage begins, changes or, with nil, ends the outage of a node; nothing is written when it is as it
// was. An update of the Node leaves it as it is. It fails with ErrNotFound when the node is gone and with
// ErrInvalid when the outage is to end before now.
func (cl *Client) SetOutage(uid UID, o *Outage) (*Node, error) {
	n, err := cl.node("update", uid)
	if err != nil {
		return nil, err
	}
	if o != nil && o.End != 0 && o.End < cl.c.now {
		return nil, opError("update", n, fmt.Errorf("%w: the outage ends at t=%v, which is over",
			ErrInvalid, o.End))
	}
	if (o == nil) == (n.outage == nil) && (o == nil || *o == *n.outage) {
		return n, nil
	}
	next := *n
	next.outage = clonePointer(o)
	cl.replace(n, &next)
	return &next, nil
}
