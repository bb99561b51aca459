package simtest

import (
	"time"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
)

// Recount works out the status that a DaemonSet should have at a time, from all nodes and all pods. The
// observed generation and the collision count are taken over as they are.
func Recount(r cluster.Reader, set *daemonset.DaemonSet, now time.Duration) daemonset.Status {
	hash := ""
	if current := currentRevision(r, set); current != nil {
		hash = current.Hash()
	}
	s := daemonset.Status{
		ObservedGeneration: set.Status.ObservedGeneration,
		CollisionCount:     set.Status.CollisionCount,
	}
	for _, e := range entries(r, set) {
		if !e.run {
			if len(e.pods) > 0 && r.Node(e.node) != nil {
				s.NumberMisscheduled++
			}
			continue
		}
		s.DesiredNumberScheduled++
		if len(e.pods) == 0 {
			continue
		}
		s.CurrentNumberScheduled++
		first := e.pods[0]
		if first.Status.Ready {
			s.NumberReady++
		}
		if isAvailable(set, first, now) {
			s.NumberAvailable++
		}
		if isNew(set, hash, first) {
			s.UpdatedNumberScheduled++
		}
	}
	s.NumberUnavailable = s.DesiredNumberScheduled - s.NumberAvailable
	return s
}
