package cluster

import (
	"fmt"
	"slices"
	"time"
)

// Shortage says that a node has less left of a resource than its kubelet puts up with: the kubelet reports the
// pressure and ends pods until there is enough. No object of Kubernetes tells it, only what comes of it.
type Shortage struct {
	// By is how much too little is available when the shortage begins: of memory and disk in bytes, of process
	// numbers by count. Pods that stop give back what they used, and those that start take it again. Zero means that
	// there will be too little whatever pods do.
	By int64
	// End is when it ends by itself. Zero means that it does not.
	End time.Duration
}

// Shutdown says that the system of a node is about to go down, and that its kubelet has been told so in time to
// stop the pods.
type Shutdown struct {
	// Phases are the groups of pods that are stopped one after the other. A pod belongs to the last phase
	// whose Priority is not above its own, or else to the first. Their priorities ascend.
	Phases []ShutdownPhase
	// Off is how long the node is switched off then. Zero means until somebody ends the outage.
	Off time.Duration
}

// ShutdownPhase is a group of pods that are stopped together.
type ShutdownPhase struct {
	// Priority is the least priority of its pods.
	Priority int32
	// Period is how long they may take.
	Period time.Duration
}

// strain is what weighs on a node. A strain never changes once it is stored.
type strain struct {
	// shortages are in the order of strainKinds.
	shortages [3]*Shortage
	shutdown  *Shutdown
}

// strainKinds are the conditions that a shortage leads to.
func strainKinds() []string { return []string{NodeMemoryPressure, NodeDiskPressure, NodePIDPressure} }

// Shortage returns the shortage that leads to the condition of that type, such as MemoryPressure, and whether
// there is one.
func (n *Node) Shortage(condition string) (Shortage, bool) {
	i := slices.Index(strainKinds(), condition)
	if i < 0 || n.strain == nil || n.strain.shortages[i] == nil {
		return Shortage{}, false
	}
	return *n.strain.shortages[i], true
}

// Shutdown returns the shutdown that is under way, or nil. It is shared; callers must not write to it.
func (n *Node) Shutdown() *Shutdown {
	if n.strain == nil {
		return nil
	}
	return n.strain.shutdown
}

// SetShortage begins, changes or, with nil, ends the shortage of a node that leads to the condition of that type.
// An update of the Node leaves it as it is. It fails with ErrNotFound when the node is gone and with ErrInvalid
// when the condition is not one of MemoryPressure, DiskPressure and PIDPressure, when By is negative and when the
// shortage is to end before now.
func (cl *Client) SetShortage(uid UID, condition string, s *Shortage) (*Node, error) {
	n, err := cl.node("update", uid)
	if err != nil {
		return nil, err
	}
	i := slices.Index(strainKinds(), condition)
	switch {
	case i < 0:
		return nil, opError("update", n, fmt.Errorf("%w: no shortage leads to the condition %q, only to %q",
			ErrInvalid, condition, strainKinds()))
	case s != nil && s.By < 0:
		return nil, opError("update", n, fmt.Errorf("%w: a shortage by %d is none", ErrInvalid, s.By))
	case s != nil && s.End != 0 && s.End < cl.c.now:
		return nil, opError("update", n, fmt.Errorf("%w: the shortage ends at t=%v, which is over", ErrInvalid, s.End))
	}
	return cl.setStrain(n, func(next *strain) { next.shortages[i] = clonePointer(s) }), nil
}

// SetShutdown begins or, with nil, calls off the shutdown of a node. An update of the Node leaves it as it is. It
// fails with ErrNotFound when the node is gone and with ErrInvalid when the priorities of the phases do not
// ascend or a time is negative.
func (cl *Client) SetShutdown(uid UID, s *Shutdown) (*Node, error) {
	n, err := cl.node("update", uid)
	if err != nil {
		return nil, err
	}
	if s != nil {
		own := *s
		own.Phases = slices.Clone(s.Phases)
		if s = &own; s.Off < 0 {
			return nil, opError("update", n, fmt.Errorf("%w: the time %v is negative", ErrInvalid, s.Off))
		}
		for i, phase := range s.Phases {
			if phase.Period < 0 || i > 0 && phase.Priority <= s.Phases[i-1].Priority {
				return nil, opError("update", n, fmt.Errorf(
					"%w: the phases %v do not ascend in priority, or last less than no time", ErrInvalid, s.Phases))
			}
		}
	}
	return cl.setStrain(n, func(next *strain) { next.shutdown = s }), nil
}

// setStrain writes an edited copy of what weighs on a node. A node on which nothing does has none.
func (cl *Client) setStrain(n *Node, edit func(*strain)) *Node {
	var s strain
	if n.strain != nil {
		s = *n.strain
	}
	edit(&s)
	next := *n
	next.strain = nil
	if s != (strain{}) {
		next.strain = &s
	}
	cl.replace(n, &next)
	return &next
}
