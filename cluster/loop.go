package cluster

import (
	"fmt"
	"strings"
	"time"
)

// A loop goes on for as long as Settle waits for anything, and at least as often as loopTurns; or very often.
const (
	loopTurns = 10
	maxTurns  = 500
)

// LoopError names a controller whose pods on a node end again and again, so that the cluster does not settle: they are
// evicted, say, or turned away by the kubelet, and made anew. It wraps ErrUnsettled.
type LoopError struct {
	// Time is the virtual time of the latest end, Since that of the first one.
	Time, Since time.Duration
	// Owner is the controller, as "Kind namespace/name", Node the name of the node, and Pods how many pods it has made
	// there since Settle began that have ended.
	Owner, Node string
	Pods        int
	// Pod is the latest of them, and Reason what is known of its end: "" or as "Evicted: Pod was rejected".
	Pod, Reason string
}

// Error names the controller, the node and the latest pod.
func (e *LoopError) Error() string {
	text := fmt.Sprintf("%v: %s has made %d pods for node %s from t=%v to t=%v, and each has ended; the latest is %s",
		ErrUnsettled, e.Owner, e.Pods, e.Node, e.Since, e.Time, e.Pod)
	if e.Reason != "" {
		text += ", " + e.Reason
	}
	return text
}

// Unwrap returns ErrUnsettled.
func (e *LoopError) Unwrap() error { return ErrUnsettled }

// loopKey is a controller and a node.
type loopKey struct {
	owner UID
	node  NodeID
}

// loopWatch counts, while a cluster settles, the pods that are made and come to an end.
type loopWatch struct {
	begin  time.Duration
	counts map[loopKey]*LoopError
	found  *LoopError
}

// observe notes the end of a pod that has been made since the cluster began to settle: that it failed, or went without
// having come to a terminal phase.
func (w *loopWatch) observe(c *Cluster, ch *Change) {
	before, ok := ch.Before.(*Pod)
	if !ok || before.Terminal() || before.CreationTimestamp < w.begin {
		return
	}
	last := before
	if p, ok := ch.After.(*Pod); ok {
		if last = p; p.Phase() != PodFailed {
			return
		}
	}
	owner := last.Controller()
	if owner == nil || last.TargetID() == NoNode {
		return
	}
	if w.counts == nil {
		w.counts = make(map[loopKey]*LoopError)
	}
	key := loopKey{owner.UID, last.TargetID()}
	e := w.counts[key]
	if e == nil {
		e = &LoopError{
			Since: c.now, Node: last.TargetNode(),
			Owner: fmt.Sprintf("%s %s/%s", owner.Kind, last.Namespace, owner.Name),
		}
		w.counts[key] = e
	}
	e.Time, e.Pods, e.Pod = c.now, e.Pods+1, last.Key()
	if e.Pods >= loopTurns && e.Time-e.Since >= FarOff || e.Pods == maxTurns {
		e.Reason = endReason(last)
		w.found = e
	}
}

// endReason is why a pod has ended, as far as its status says.
func endReason(p *Pod) string {
	if t := p.Status.Trouble; t != nil && t.Reason != "" {
		return strings.TrimSuffix(t.Reason+": "+strings.TrimSpace(t.Message), ": ")
	}
	if d, ok := p.Disruption(); ok {
		return d.Reason + ": " + strings.TrimSpace(d.Message)
	}
	return ""
}
