package tainteviction

import (
	"fmt"
	"math"
	"time"

	"github.com/daemonsim/daemonsim/taints"
)

// Stay is how long a pod may stay on a node with certain taints, and what decides that.
type Stay struct {
	// Forever says that no taint ends it; the other fields are zero then.
	Forever bool
	// For is how long it lasts otherwise. Zero means that the pod has to go at once.
	For time.Duration
	// Taint is the taint that ends it: the first one that is not tolerated, or else the first one that is
	// tolerated for the shortest time.
	Taint taints.Taint
	// Toleration is the toleration that is used for Taint; nil when none tolerates it.
	Toleration *taints.Toleration
}

// String says it in a line, such as "5m0s: node.kubernetes.io/unreachable:NoExecute is tolerated for 300s".
func (s Stay) String() string {
	switch {
	case s.Forever:
		return "for ever"
	case s.Toleration == nil:
		return fmt.Sprintf("not at all: %s is not tolerated", s.Taint)
	}
	return fmt.Sprintf("%v: %s is tolerated by %s", s.For, s.Taint, s.Toleration.Describe())
}

// StayOf returns how long a pod with those tolerations may stay on a node with those taints. Only taints of
// effect NoExecute matter, and for each of them only the first toleration that tolerates it: a later one is not
// looked at, be it longer or shorter. Of several times the shortest counts, and none may be below zero. The
// result shares nothing with the arguments but the seconds of a toleration.
func StayOf(list []taints.Taint, tolerations []taints.Toleration) Stay {
	stay := Stay{Forever: true}
	for i := range list {
		if list[i].Effect != taints.EffectNoExecute {
			continue
		}
		used := firstFor(list[i], tolerations)
		if used == nil {
			return Stay{Taint: list[i]}
		}
		if used.TolerationSeconds == nil {
			continue
		}
		if d := seconds(*used.TolerationSeconds); stay.Forever || d < stay.For {
			own := *used
			stay = Stay{For: d, Taint: list[i], Toleration: &own}
		}
	}
	return stay
}

// firstFor is the first toleration that tolerates a taint; nil when none does.
func firstFor(t taints.Taint, tolerations []taints.Toleration) *taints.Toleration {
	for i := range tolerations {
		if tolerations[i].Tolerates(t) {
			return &tolerations[i]
		}
	}
	return nil
}

// seconds is a number of seconds as a duration, from zero to the end of time.
func seconds(n int64) time.Duration {
	return time.Duration(min(max(0, n), math.MaxInt64/int64(time.Second))) * time.Second
}

// Eviction is one that is planned.
type Eviction struct {
	// Planned is when it was, and Due when the pod is to be deleted. Where they are the same it is under way, and
	// nothing stops it.
	Planned, Due time.Duration
}

func (e *Eviction) underWay() bool { return e.Due == e.Planned }

// Reconsider returns what becomes of a pod's eviction now that the pod has been found to be allowed to stay that
// long. Planned is the eviction that there is, nil for none. The result is nil when there is to be none, and
// due now when the pod is to be deleted at once.
//
// An eviction that is planned stays as it is whenever the pod may stay for a time, be that longer or shorter
// than before. Only when all is tolerated for ever it is called off, and when a taint is not tolerated
// the pod goes at once. At the moment in which it was planned itself, a new one takes its place.
func Reconsider(planned *Eviction, stay Stay, now time.Duration) *Eviction {
	switch {
	case planned != nil && planned.underWay():
		return planned
	case stay.Forever:
		return nil
	case stay.Toleration != nil && planned != nil && planned.Planned < now:
		return planned
	}
	due := now + stay.For
	if due < now {
		due = math.MaxInt64
	}
	return &Eviction{Planned: now, Due: due}
}
