package rollout

import (
	"fmt"
	"slices"

	"github.com/daemonsim/daemonsim/cluster"
)

// RollingUpdate replaces old pods by new ones on its own, a few at a time. Without surge an old pod
// goes first and the new one follows; with surge the new one comes first.
type RollingUpdate struct {
	// MaxUnavailable is how many pods may be unavailable for the rollout's sake, as a number or as a
	// percent of the desired pods.
	MaxUnavailable cluster.IntOrString
	// MaxSurge is on how many nodes a new pod may run beside the old one.
	MaxSurge cluster.IntOrString
}

// Name is "RollingUpdate".
func (RollingUpdate) Name() string { return "RollingUpdate" }

// String tells both limits.
func (r RollingUpdate) String() string {
	return fmt.Sprintf("RollingUpdate maxUnavailable %v maxSurge %v", r.MaxUnavailable, r.MaxSurge)
}

// Budget resolves the two limits for a number of desired pods, rounding percents up. When both come
// to zero, one pod may be unavailable. The error is about a text that is no percent.
func (r RollingUpdate) Budget(desired int) (unavailable, surge int, err error) {
	if unavailable, err = r.MaxUnavailable.Scaled(desired, true /* round up */); err != nil {
		return 0, 0, fmt.Errorf("invalid value for MaxUnavailable: %w", err)
	}
	if surge, err = r.MaxSurge.Scaled(desired, true /* round up */); err != nil {
		return 0, 0, fmt.Errorf("invalid value for MaxSurge: %w", err)
	}
	if desired > 0 && unavailable == 0 && surge == 0 {
		unavailable = 1
	}
	return unavailable, surge, nil
}

// Plan returns the next step. Its Err is set for a budget that cannot be resolved, which validation
// keeps out of a cluster, and with surge for an old pod that is alone on a node that is gone.
func (r RollingUpdate) Plan(s State) Plan {
	unavailable, surge, err := r.Budget(s.Desired())
	switch {
	case err != nil:
		return Plan{Err: fmt.Errorf("couldn't get unavailable numbers: %w", err)}
	case !hasOld(s):
		return Plan{}
	case surge == 0:
		return replaceInPlace(s, unavailable)
	default:
		return replaceBySurge(s, surge)
	}
}

// hasOld reports whether any node has an old pod. Without one there is nothing to roll.
func hasOld(s State) bool {
	return count(s, Situation.HasOld) > 0
}

// count is the number of nodes in situations of which a condition holds, whether they should run a pod or
// not.
func count(s State, condition func(Situation) bool) int {
	n := 0
	for sit := range Situation(Situations) {
		if condition(sit) {
			n += s.Count(sit, true) + s.Count(sit, false)
		}
	}
	return n
}

// used is how many nodes use up the budget of a rolling update without surge: all that are without an
// available pod, or have more pods than one.
func used(s State) int {
	return count(s, usesBudget)
}

func usesBudget(s Situation) bool { return s != NewAvailable && s != OldAvailable }

// replaceInPlace deletes all unavailable old pods, and available ones as far as the budget goes.
func replaceInPlace(s State, budget int) Plan {
	var plan Plan
	for _, run := range [2]bool{true, false} {
		if s.Count(OldUnavailable, run) == 0 {
			continue
		}
		for n := range s.In(OldUnavailable, run) {
			plan.Delete = append(plan.Delete, Deletion{n.Old, n, ReasonOldUnavailable})
		}
	}
	if open := budget - used(s); open > 0 {
		list := Candidates(s, merged(s, OldAvailable), open)
		plan.Delete = slices.Grow(plan.Delete, len(list))
		for _, n := range list {
			plan.Delete = append(plan.Delete, Deletion{n.Old, n, ReasonWithinBudget})
		}
	}
	return plan
}

// replaceBySurge creates new pods beside old ones and deletes old pods whose successor is available.
func replaceBySurge(s State, limit int) Plan {
	if err := nodeGone(s); err != nil {
		return Plan{Err: err}
	}
	var plan Plan
	for n := range s.In(OldUnavailable, true) {
		plan.Create = append(plan.Create, Creation{n, ReasonOldUnavailable})
	}
	open := limit - count(s, surging)
	for _, n := range Candidates(s, s.In(OldAvailable, true), open) {
		plan.Create = append(plan.Create, Creation{n, ReasonWithinBudget})
	}
	for n := range s.In(OldUnavailable, false) {
		plan.Delete = append(plan.Delete, Deletion{n.Old, n, ReasonNotWanted})
	}
	for _, run := range [2]bool{true, false} {
		for _, sit := range [2]Situation{BothAvailable, BothNewAvailable} {
			for n := range s.In(sit, run) {
				plan.Delete = append(plan.Delete, Deletion{n.Old, n, ReasonNewAvailable})
			}
		}
	}
	spare := count(s, hasAvailable) - s.Desired()
	for _, n := range Candidates(s, s.In(OldAvailable, false), spare) {
		plan.Delete = append(plan.Delete, Deletion{n.Old, n, ReasonSunset})
	}
	return plan
}

// nodeGone reports the first old pod that is alone on a node that does not exist. Kubernetes asks
// whether a pod should run there, finds no node to ask about and gives up for this time.
func nodeGone(s State) error {
	for _, sit := range [2]Situation{OldUnavailable, OldAvailable} {
		for n := range s.In(sit, false) {
			if isGone(n) {
				return fmt.Errorf("%w for nodeName %q: node %q not found", ErrNodeGone, n.Name, n.Name)
			}
		}
	}
	return nil
}

func isGone(n Node) bool {
	return !n.Exists && !n.ShouldRun && (n.Situation == OldUnavailable || n.Situation == OldAvailable)
}

// surging reports whether a node in that situation uses up the surge: the new pod beside the old one is not
// available yet, or there are too many pods.
func surging(s Situation) bool {
	return s == Crowded || s == BothOldAvailable || s == BothUnavailable
}

// hasAvailable reports whether a node in that situation counts as one with an available pod; where there is
// an old pod, that is the one asked.
func hasAvailable(s Situation) bool {
	return s == NewAvailable || s == OldAvailable || s == BothAvailable || s == BothOldAvailable
}
