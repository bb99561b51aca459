package strategy

import (
	"iter"

	"github.com/daemonsim/daemonsim/rollout"
)

// Strict is RollingUpdate with a budget that is a floor. It goes by the limits of the DaemonSet's spec,
// resolved as RollingUpdate resolves them; with surge, MaxSurge is its budget and otherwise MaxUnavailable.
//
// A node is in the works when it should run a pod or has one, and has anything but one pod that a rollout
// leaves in peace: no pod, terminating pods only, several, a new one that is not available, or, where
// none should run, an old one that is not available. What Strict promises of every plan, for the state that
// it was made from, is this:
//
//   - It begins on a node only if afterwards no more nodes are in the works than the budget allows. Nodes
//     whose old pod is not available are no exception, and neither are those that an earlier update has
//     left half-way: they count until their new pod is available.
//   - Without surge it takes an available pod only if afterwards no more nodes of the state are without an
//     available pod than the budget allows. It takes one that is ready, but not yet available, only if
//     afterwards no more nodes are without a ready pod than that.
//   - With surge it takes a pod only where a new one is available beside it.
//   - It takes no pod from a node that should not run one and on which it is alone: none would follow.
//
// So availability never falls below the budget by its doing. It may by that of others: nodes fail, pods
// crash, somebody deletes them, the budget becomes less. Strict then waits until enough has recovered. In
// particular a node that fails while it is in the works holds its place in the budget until it is back or
// removed, as with RollingUpdate.
//
// Of the nodes that it may begin on it takes first those whose old pod is not ready, then those whose old
// pod is ready but not available yet, then the others, within each by the choice point "rollout-candidate".
type Strict struct{}

// ReasonNoSuccessor holds back an old pod on a node that should run none.
const ReasonNoSuccessor rollout.Reason = "no new pod would follow on a node that should not run one"

var _ rollout.Waiter = Strict{}

// Name is "Strict".
func (Strict) Name() string { return "Strict" }

// Plan returns the next step. Its Err is set for limits that cannot be resolved.
func (Strict) Plan(s rollout.State) rollout.Plan {
	unavailable, surge, err := s.Terms().Budget.Budget(s.Desired())
	if err != nil {
		return rollout.Plan{Err: err}
	}
	var plan rollout.Plan
	if surge == 0 {
		for _, n := range begin(s, unavailable-inTheWorks(s, surge)) {
			plan.Delete = append(plan.Delete, rollout.Deletion{Pod: n.Old, Node: n, Reason: why(n)})
		}
		return plan
	}
	for _, n := range begin(s, surge-inTheWorks(s, surge)) {
		plan.Create = append(plan.Create, rollout.Creation{Node: n, Reason: why(n)})
	}
	for _, run := range [2]bool{true, false} {
		for _, sit := range [2]rollout.Situation{rollout.BothAvailable, rollout.BothNewAvailable} {
			for n := range s.In(sit, run) {
				plan.Delete = append(plan.Delete,
					rollout.Deletion{Pod: n.Old, Node: n, Reason: rollout.ReasonNewAvailable})
			}
		}
	}
	return plan
}

func why(n rollout.Node) rollout.Reason {
	if n.Situation == rollout.OldUnavailable {
		return rollout.ReasonOldUnavailable
	}
	return rollout.ReasonWithinBudget
}

// begin are the nodes to begin on, no more than room.
func begin(s rollout.State, room int) []rollout.Node {
	var list []rollout.Node
	for _, walk := range [...]iter.Seq[rollout.Node]{
		waiting(s, false /* ready */), waiting(s, true /* ready */), s.In(rollout.OldAvailable, true),
	} {
		list = append(list, rollout.Candidates(s, walk, room-len(list))...)
	}
	return list
}

// waiting walks the nodes that should run a pod and have an old one which is not available. A state made by hand
// may not show that pod: then it is not ready.
func waiting(s rollout.State, ready bool) iter.Seq[rollout.Node] {
	return func(yield func(rollout.Node) bool) {
		for n := range s.In(rollout.OldUnavailable, true) {
			if (n.Old != nil && n.Old.Status.Ready) == ready && !yield(n) {
				return
			}
		}
	}
}

// inTheWorks counts the nodes that use up the budget.
func inTheWorks(s rollout.State, surge int) int {
	n := 0
	for sit := range rollout.Situation(rollout.Situations) {
		for _, run := range [2]bool{true, false} {
			if busy(sit, run, surge) {
				n += s.Count(sit, run)
			}
		}
	}
	return n
}

func busy(sit rollout.Situation, run bool, surge int) bool {
	switch sit {
	case rollout.NewAvailable, rollout.OldAvailable:
		return false
	case rollout.OldUnavailable:
		return !run
	case rollout.BothAvailable, rollout.BothNewAvailable:
		// With surge these are as good as done.
		return surge == 0
	}
	return true
}

// Waits says which nodes use up the budget, and which pods are left alone for want of a successor.
func (Strict) Waits(s rollout.State, plan rollout.Plan) []rollout.Wait {
	_, surge, _ := s.Terms().Budget.Budget(s.Desired())
	used := rollout.ReasonBudgetUsed
	if surge > 0 {
		used = rollout.ReasonSurgeUsed
	}
	if plan.Err != nil {
		used = rollout.Reason(plan.Err.Error())
	}
	moves := plan.Touched()
	var on []rollout.Node
	for n := range s.Nodes() {
		if busy(n.Situation, n.ShouldRun, surge) || moves[n.Name] && old(n) {
			on = append(on, n)
		}
	}
	return waits(s, plan, nil, s, func(n rollout.Node) (rollout.Reason, []rollout.Node) {
		if !n.ShouldRun {
			return ReasonNoSuccessor, nil
		}
		return used, on
	})
}
