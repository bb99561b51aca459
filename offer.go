package daemonsim

import (
	"slices"

	"github.com/daemonsim/daemonsim/daemonset/standstill"
)

// raisesTried bounds how often a budget is raised further when raising it has helped, but not to the end.
const raisesTried = 5

// offers tries what might let a rollout go on that is at a standstill, and returns what does.
func (s *Sim) offers(stuck *standstill.Explanation) []Offer {
	set := s.DaemonSet(stuck.Namespace, stuck.DaemonSet)
	if set == nil {
		return nil
	}
	var offers []Offer
	for _, r := range standstill.Remedies(s.rolloutQuestion(set), stuck) {
		switch r.Kind {
		case standstill.SetMaxUnavailable, standstill.SetMaxSurge:
			offers = append(offers, s.raise(r, stuck)...)
		default:
			if offer, _, ok := s.try(r, stuck); ok {
				offers = append(offers, offer)
			}
		}
	}
	// They have been tried in the order of their size.
	slices.SortStableFunc(offers, func(a, b Offer) int { return a.rank() - b.rank() })
	return offers
}

func (o *Offer) rank() int {
	if o.Finishes {
		return 0
	}
	return 1
}

// try makes a change on a fork and reports whether the rollout then comes to its end or, unless the change
// takes it back, further than it is.
func (s *Sim) try(r standstill.Remedy, stuck *standstill.Explanation) (Offer, *standstill.Explanation, bool) {
	fork := s.Fork()
	if fork.CarryOut(r) != nil {
		return Offer{}, nil, false
	}
	set := fork.DaemonSet(stuck.Namespace, stuck.DaemonSet)
	if set == nil {
		return Offer{}, nil, false
	}
	c := fork.rolloutCourse(set)
	offer := Offer{Remedy: r, Finishes: c.end.Done(), Moved: c.end.Moved, Desired: c.end.Desired}
	if offer.At = c.end.At; offer.Finishes {
		offer.At = c.finish
	}
	further := r.Kind != standstill.Undo && offer.Moved > stuck.Moved
	return offer, &c.end, offer.Finishes || further
}

// raise finds the least budget with which the rollout gets further, and the one with which it gets furthest
// if that is another.
func (s *Sim) raise(r standstill.Remedy, stuck *standstill.Explanation) []Offer {
	var list []Offer
	for range raisesTried {
		offer, end, ok := s.try(r, stuck)
		if ok && (len(list) == 0 || offer.Finishes || offer.Moved > list[len(list)-1].Moved) {
			list = append(list[:min(len(list), 1)], offer)
		}
		if end == nil || offer.Finishes {
			break
		}
		needed := budgetNeeded(end)
		if needed <= r.Number {
			break
		}
		r.Number = needed
	}
	return list
}

// budgetNeeded is the least budget with which a rollout that is held back by its budget would go on; 0 for one
// that is not.
func budgetNeeded(e *standstill.Explanation) int64 {
	for i := range e.Waits {
		switch c := e.Waits[i].Cause; c.Kind {
		case standstill.BudgetUsed, standstill.SurgeUsed:
			return int64(len(c.By) + 1)
		}
	}
	return 0
}
