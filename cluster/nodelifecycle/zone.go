package nodelifecycle

import (
	"time"

	"github.com/daemonsim/daemonsim/cluster"
)

// ZoneState is how well a zone is.
type ZoneState uint8

// The states of a zone.
const (
	// Normal is a zone in which few nodes fail, and one that nothing is known of yet.
	Normal ZoneState = iota
	// PartialDisruption is one in which many nodes are not ready.
	PartialDisruption
	// FullDisruption is one in which no node is ready.
	FullDisruption
)

// String is the name of the state.
func (s ZoneState) String() string {
	names := [...]string{"Normal", "PartialDisruption", "FullDisruption"}
	if int(s) >= len(names) {
		return ""
	}
	return names[s]
}

// State is the state of a zone with so many nodes that are ready and so many that are not, or are not known to be.
func (c Config) State(ready, bad int) ZoneState {
	c = c.withDefaults()
	switch {
	case ready == 0 && bad > 0:
		return FullDisruption
	case bad > 2 && 100*bad >= c.UnhealthyPercent*(ready+bad):
		return PartialDisruption
	}
	return Normal
}

// Interval is how long it takes, in a zone that has come to that state with so many nodes, from one node that gets
// a taint of effect NoExecute to the next; false when none gets any. It is about a cluster in which some zone has a
// node that is ready: in any other none gets any.
func (c Config) Interval(state ZoneState, nodes int) (time.Duration, bool) {
	c = c.withDefaults()
	switch {
	case state != PartialDisruption:
		return c.TaintInterval, true
	case nodes > c.LargeZone:
		return c.SecondaryTaintInterval, true
	}
	return 0, false
}

// zoneKey names a zone. Nodes without labels are in one zone together.
type zoneKey struct{ region, zone string }

// The labels of a node's zone and region; the older ones win.
const (
	labelZone       = "topology.kubernetes.io/zone"
	labelRegion     = "topology.kubernetes.io/region"
	labelBetaZone   = "failure-domain.beta.kubernetes.io/zone"
	labelBetaRegion = "failure-domain.beta.kubernetes.io/region"
	// labelExclude leaves a node out when the state of its zone is found.
	labelExclude = "node.kubernetes.io/exclude-disruption"
)

func zoneOf(n *cluster.Node) zoneKey {
	label := func(old, key string) string {
		if value, ok := n.Labels[old]; ok {
			return value
		}
		return n.Labels[key]
	}
	return zoneKey{label(labelBetaRegion, labelRegion), label(labelBetaZone, labelZone)}
}

// zone is what the controller knows of a zone.
type zone struct {
	// ready and bad count its nodes, but for those that are left out.
	ready, bad int
	// emptied is when it lost the last of them.
	emptied time.Duration
	// state is that of the latest pass that looked.
	state ZoneState
	bucket
	queue
	// serving is when the queue is looked at next; never when that is not on the agenda.
	serving time.Duration
}

// never stands for no time at all.
const never time.Duration = -1

func newZone(c Config) zone { return zone{bucket: bucket{interval: c.TaintInterval}, serving: never} }

// is the state that the zone should be found in.
func (l *zone) is(c Config) ZoneState { return c.State(l.ready, l.bad) }

// size is how many nodes count.
func (l *zone) size() int { return l.ready + l.bad }

// count counts a node in or, with -1, out. A zone in which the latest pass has not found a node has a new bucket.
func (l *zone) count(c Config, n *cluster.Node, by int, now time.Duration) {
	if by > 0 && l.size() == 0 && c.pass(l.emptied) < now {
		l.state, l.bucket = Normal, newZone(c).bucket
	}
	if n.Ready() {
		l.ready += by
	} else {
		l.bad += by
	}
	if l.size() == 0 {
		l.emptied = now
	}
}
