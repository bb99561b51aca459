package daemonset

import (
	"time"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/rollout"
)

// RolloutState is a rollout as it stands at a moment: what the controller would show to a planner if it saw
// all that the reader shows. It is worked out from the objects alone, so it costs as much as there are
// nodes, and it chooses nothing. A DaemonSet whose controller has not stored its template as a revision yet
// is seen with the hash of rollout.Hash.
func RolloutState(r cluster.Reader, set *DaemonSet, now time.Duration) rollout.State {
	return NewSurvey(r, set, now).State()
}

// terms are the terms of a rollout, but for the revisions.
func (d *DaemonSet) terms(now time.Duration) rollout.Terms {
	return rollout.Terms{Set: &d.ObjectMeta, Now: now, MinReady: d.MinReady(), Budget: d.limits()}
}

// controls reports whether the DaemonSet is the controller of an object: it is known by kind, name,
// namespace and UID.
func (d *DaemonSet) controls(m *cluster.ObjectMeta) bool {
	ref := m.Controller()
	return ref != nil && ref.UID == d.UID && ref.Kind == Kind && ref.Name == d.Name &&
		m.Namespace == d.Namespace
}
