package daemonsim

import (
	"errors"
	"time"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/daemonset/standstill"
)

// Future is one way in which a rollout may turn out.
type Future struct {
	// Seed is the seed of the fork: Fork, Reseed with it and, unless the order is by name, SetChooser with
	// NewRolloutOrder show this future step by step.
	Seed uint64
	// Duration is the time until the rollout was done, in whole milliseconds; Never if it was not.
	Duration time.Duration
	// Lowest is the least share of the desired pods that was available at a time, of those that the
	// status told.
	Lowest Share
	// Available and Desired are the numbers behind Lowest.
	Available, Desired int
	// Unavailable is the greatest number of desired pods that were not available at a time.
	Unavailable int
	// Replaced is how many pods of the DaemonSet went.
	Replaced int
	// Cause is why the rollout was not done; "" if it was. Root is what is to blame, in full, for one that is
	// stuck.
	Cause Cause
	Root  *standstill.Cause
}

// Done reports whether the rollout came to its end.
func (f *Future) Done() bool { return f.Cause == "" }

// Meets reports whether the future is on target.
func (f *Future) Meets(t Target) bool { return f.inTime(t) && f.Lowest >= t.Available }

func (f *Future) inTime(t Target) bool {
	return f.Done() && (t.Within <= 0 || f.Duration <= t.Within)
}

// observer follows one rollout.
type observer struct {
	uid    cluster.UID
	future Future
	done   bool
	moved  time.Duration
}

// observe notes what a change says of the rollout.
func (o *observer) observe(ch *cluster.Change) {
	switch obj := ch.Object().(type) {
	case *daemonset.DaemonSet:
		if obj.UID == o.uid && ch.Verb == cluster.Updated {
			if before := ch.Before.(*daemonset.DaemonSet); before.Status != obj.Status {
				o.moved = ch.Time
			}
			o.look(obj)
		}
	case *cluster.Pod:
		if ch.Verb != cluster.Deleted {
			return
		}
		if ref := obj.Controller(); ref != nil && ref.UID == o.uid {
			o.future.Replaced++
		}
	}
}

// look takes in the numbers of a status.
func (o *observer) look(set *daemonset.DaemonSet) {
	s := &set.Status
	available, desired := int(s.NumberAvailable), int(s.DesiredNumberScheduled)
	if share := shareOf(available, desired); share < o.future.Lowest {
		o.future.Lowest, o.future.Available, o.future.Desired = share, available, desired
	}
	o.future.Unavailable = max(o.future.Unavailable, desired-available)
	o.done = set.RolledOut()
}

// play lets a future of its own come. The sim is a fork that nobody else uses.
func play(sim *Sim, set *daemonset.DaemonSet, limit time.Duration) Future {
	begun := sim.Now()
	o := observer{uid: set.UID, moved: begun, future: Future{
		Lowest: Whole, Available: int(set.Status.NumberAvailable), Desired: int(set.Status.DesiredNumberScheduled),
	}}
	o.look(set)
	sim.OnChange(o.observe)
	err := sim.RunUntil(func(cluster.Reader) bool { return o.done }, limit)
	o.future.Duration = (sim.Now() - begun).Round(time.Millisecond)
	if err != nil {
		o.future.Duration = Never
		o.blame(sim, errors.Is(err, cluster.ErrTooManySteps))
	}
	return o.future
}

// rolloutOrder is a chooser for the order of nodes in a rollout alone.
type rolloutOrder struct{ cluster.Chooser }

// NewRolloutOrder returns a chooser that takes the nodes of a rollout in random order, as Kubernetes does,
// which walks a map. Elsewhere it takes the first candidate.
func NewRolloutOrder(seed uint64) cluster.Chooser {
	return rolloutOrder{cluster.NewRandomChooser(seed)}
}

// Choose draws where a rollout has several candidates.
func (r rolloutOrder) Choose(c cluster.Choice) int {
	if c.Point != "rollout-candidate" {
		return 0
	}
	return r.Chooser.Choose(c)
}

// Fork returns a copy that goes on from the same place.
func (r rolloutOrder) Fork() cluster.Chooser { return rolloutOrder{r.Chooser.Fork()} }
