package daemonsim

import (
	"slices"

	"github.com/daemonsim/daemonsim/daemonset/standstill"
)

// raisesTried bounds how often a budget is raised further when raising it has helped, but not to the end.
const raisesTried = 5

// How much is tried. Up to triedInFull changes all are, but for those like two that help. Of more, a group of
// changes that are alike is given up after failuresTried that have not helped.
const (
	triedInFull   = 64
	helpfulTried  = 2
	failuresTried = 4
)

// offers tries what might let a rollout go on that is at a standstill, and returns what does. Changes are left
// untried that are like others which have not helped; untried is how many.
func (s *Sim) offers(stuck *standstill.Explanation) (offers []Offer, untried int) {
	set := s.DaemonSet(stuck.Namespace, stuck.DaemonSet)
	if set == nil {
		return nil, 0
	}
	groups := standstill.Remedies(s.rolloutQuestion(set), stuck)
	most, all := failuresTried, 0
	for _, alike := range groups {
		all += len(alike)
	}
	if all <= triedInFull {
		most = all
	}
	for _, alike := range groups {
		found, left := s.offersOf(alike, stuck, most)
		offers, untried = append(offers, found...), untried+left
	}
	// They have been tried in the order of their size.
	slices.SortStableFunc(offers, func(a, b Offer) int { return a.rank() - b.rank() })
	return offers, untried
}

// offersOf tries changes that are alike, the first ones first, and returns those that help and how many were
// left when too many had not.
func (s *Sim) offersOf(alike []standstill.Remedy, stuck *standstill.Explanation, most int) ([]Offer, int) {
	var offers []Offer
	failures := 0
	for i, r := range alike {
		if len(offers) >= helpfulTried {
			break
		}
		if failures >= most {
			return offers, len(alike) - i
		}
		var found []Offer
		switch r.Kind {
		case standstill.SetMaxUnavailable, standstill.SetMaxSurge:
			found = s.raise(r, stuck)
		default:
			if offer, _, ok := s.try(r, stuck); ok {
				found = []Offer{offer}
			}
		}
		if len(found) == 0 {
			failures++
		}
		offers = append(offers, found...)
	}
	return offers, 0
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
