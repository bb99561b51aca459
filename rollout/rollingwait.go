package rollout

import "errors"

var _ Waiter = RollingUpdate{}

// Waits says why nodes keep their old pods: the budget is used up, and by which nodes, or no step can be
// planned at all.
func (r RollingUpdate) Waits(s State, plan Plan) []Wait {
	if plan.Err != nil {
		return r.failing(s, plan)
	}
	// A budget that cannot be resolved is an error of the plan.
	_, surge, _ := r.Budget(s.Desired())
	if surge > 0 {
		return surgeWaits(s, plan)
	}
	moves := plan.Touched()
	on := those(s, func(n Node) bool { return usesBudget(n.Situation) || moves[n.Name] })
	return append(
		heldBack(s, plan, OldAvailable, true, ReasonBudgetUsed, on),
		heldBack(s, plan, OldAvailable, false, ReasonBudgetUsed, on)...)
}

// failing are the waits when there is no plan.
func (RollingUpdate) failing(s State, plan Plan) []Wait {
	var on []Node
	if errors.Is(plan.Err, ErrNodeGone) {
		on = those(s, isGone)
	}
	var list []Wait
	for _, run := range [2]bool{true, false} {
		for _, sit := range [2]Situation{OldAvailable, OldUnavailable} {
			list = append(list, heldBack(s, plan, sit, run, Reason(plan.Err.Error()), on)...)
		}
	}
	return list
}

func surgeWaits(s State, plan Plan) []Wait {
	moves := plan.Touched()
	taken := those(s, func(n Node) bool {
		return surging(n.Situation) || moves[n.Name] && n.Situation == OldAvailable && n.ShouldRun
	})
	missing := those(s, func(n Node) bool { return n.ShouldRun && !hasAvailable(n.Situation) })
	return append(
		heldBack(s, plan, OldAvailable, true, ReasonSurgeUsed, taken),
		heldBack(s, plan, OldAvailable, false, ReasonTooFewAvailable, missing)...)
}
