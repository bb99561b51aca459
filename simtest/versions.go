package simtest

import (
	"time"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
)

// versions keeps its own list of what is stored, and holds every change against it.
type versions struct {
	latest uint64
	now    time.Duration
	stored map[cluster.UID]cluster.Object
	names  map[objectName]cluster.UID
}

type objectName struct {
	kind            cluster.Kind
	namespace, name string
}

func newVersions(sim *daemonsim.Sim) *versions {
	v := &versions{
		latest: sim.Version(), now: sim.Now(),
		stored: make(map[cluster.UID]cluster.Object),
		names:  make(map[objectName]cluster.UID),
	}
	for _, kind := range sim.Kinds() {
		for obj := range sim.Objects(kind, "") {
			v.stored[obj.Meta().UID] = obj
			v.names[keyOf(obj)] = obj.Meta().UID
		}
	}
	return v
}

func keyOf(obj cluster.Object) objectName {
	return objectName{obj.Kind(), obj.Meta().Namespace, obj.Meta().Name}
}

func (v *versions) name() Check { return Versions }

func (v *versions) change(sim *daemonsim.Sim, ch *cluster.Change, r *report) {
	obj := ch.Object()
	if ch.Version != v.latest+1 {
		r.add(obj, "change %d comes after change %d", ch.Version, v.latest)
	}
	if ch.Time < v.now || ch.Time != sim.Now() {
		r.add(obj, "the change is of t=%v, after one of t=%v, at t=%v", ch.Time, v.now, sim.Now())
	}
	v.latest, v.now = ch.Version, ch.Time
	v.chain(ch, r)
	if ch.After != nil {
		v.after(ch, r)
	}
}

// chain holds the object before the change against the one that was stored last.
func (v *versions) chain(ch *cluster.Change, r *report) {
	uid := ch.Object().Meta().UID
	if last := v.stored[uid]; last != ch.Before {
		r.add(ch.Object(), "what was there before %s is not what was stored last", ch.Verb)
	}
	switch ch.Verb {
	case cluster.Created:
		if other, taken := v.names[keyOf(ch.After)]; taken {
			r.add(ch.After, "created with the name of the object %v", other)
		}
		v.stored[uid], v.names[keyOf(ch.After)] = ch.After, uid
	case cluster.Updated:
		if keyOf(ch.Before) != keyOf(ch.After) || ch.After.Meta().UID != ch.Before.Meta().UID {
			r.add(ch.After, "was %s before", nameOf(ch.Before))
		}
		v.stored[uid] = ch.After
	case cluster.Deleted:
		delete(v.stored, uid)
		delete(v.names, keyOf(ch.Before))
	}
}

func (v *versions) after(ch *cluster.Change, r *report) {
	m := ch.After.Meta()
	if m.ResourceVersion != ch.Version {
		r.add(ch.After, "written by change %d with resourceVersion %d", ch.Version, m.ResourceVersion)
	}
	if ch.Before == nil {
		return
	}
	was := ch.Before.Meta()
	if m.ResourceVersion <= was.ResourceVersion || m.Generation < was.Generation {
		r.add(ch.After, "resourceVersion went from %d to %d and generation from %d to %d",
			was.ResourceVersion, m.ResourceVersion, was.Generation, m.Generation)
	}
	if was.Terminating() && !m.Terminating() {
		r.add(ch.After, "is not terminating any more")
	}
}

// counters holds the numbers of one status against each other: they come from one moment.
type counters struct{}

func (counters) name() Check { return Counters }

func (counters) change(sim *daemonsim.Sim, ch *cluster.Change, r *report) {
	set, ok := ch.After.(*daemonset.DaemonSet)
	if !ok {
		return
	}
	s := &set.Status
	for _, c := range [...]struct {
		less, more   int32
		small, large string
	}{
		{0, s.NumberMisscheduled, "0", "numberMisscheduled"},
		{0, s.NumberAvailable, "0", "numberAvailable"},
		{0, s.UpdatedNumberScheduled, "0", "updatedNumberScheduled"},
		{s.NumberAvailable, s.NumberReady, "numberAvailable", "numberReady"},
		{s.NumberReady, s.CurrentNumberScheduled, "numberReady", "currentNumberScheduled"},
		{s.UpdatedNumberScheduled, s.CurrentNumberScheduled, "updatedNumberScheduled", "currentNumberScheduled"},
		{s.CurrentNumberScheduled, s.DesiredNumberScheduled, "currentNumberScheduled", "desiredNumberScheduled"},
	} {
		if c.less > c.more {
			r.add(set, "%s %d is more than %s %d", c.small, c.less, c.large, c.more)
		}
	}
	if s.NumberUnavailable != s.DesiredNumberScheduled-s.NumberAvailable {
		r.add(set, "numberUnavailable is %d with %d desired and %d available",
			s.NumberUnavailable, s.DesiredNumberScheduled, s.NumberAvailable)
	}
	// A controller that lags may write what it counted for a namesake that is gone.
	if ch.Actor == daemonset.Name && s.ObservedGeneration > set.Generation && !lags(sim) {
		r.add(set, "observed generation %d of %d", s.ObservedGeneration, set.Generation)
	}
}
