package strategy

import (
	"slices"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/rollout"
)

// Holding is a state in which the held nodes that have one old pod and no new one look as if that pod were
// the new one: a planner leaves them alone, and counts them by whether it is available. All other nodes are
// as they are. It costs as much as there are nodes.
func Holding(s rollout.State, held func(rollout.Node) bool) rollout.State {
	nodes := slices.Collect(s.Nodes())
	for i := range nodes {
		n := &nodes[i]
		if !old(*n) || !held(*n) {
			continue
		}
		if n.Situation == rollout.OldAvailable {
			n.Situation = rollout.NewAvailable
		} else {
			n.Situation = rollout.NewUnavailable
		}
		n.Old, n.New = nil, n.Old
	}
	var chooser cluster.Chooser
	if s.Chooses() {
		chooser = asking{s}
	}
	return rollout.NewStateUnder(s.Terms(), nodes, chooser)
}

// asking is a chooser that asks a state.
type asking struct{ rollout.State }

// Fork returns the same, since a state lasts for one plan.
func (a asking) Fork() cluster.Chooser { return a }

// old reports whether a rollout has not begun on a node: it has one old pod and no new one.
func old(n rollout.Node) bool {
	return n.Situation == rollout.OldAvailable || n.Situation == rollout.OldUnavailable
}

// begun are the nodes on which a plan begins.
func begun(plan rollout.Plan) []rollout.Node {
	var list []rollout.Node
	for _, c := range plan.Create {
		if old(c.Node) {
			list = append(list, c.Node)
		}
	}
	for _, d := range plan.Delete {
		if old(d.Node) {
			list = append(list, d.Node)
		}
	}
	return list
}

// orOwn is a planner or, without one, RollingUpdate within the limits of the DaemonSet.
func orOwn(base rollout.Planner, s rollout.State) rollout.Planner {
	if base == nil {
		return s.Terms().Budget
	}
	return base
}

// text is a planner in words.
func text(p rollout.Planner) string {
	if p == nil {
		return "RollingUpdate"
	}
	return rollout.Describe(p)
}

// waits are the waits of the nodes with an old pod that are not in a plan: why says what for, "" leaves a
// node to the base.
func waits(
	s rollout.State, plan rollout.Plan, base rollout.Planner, seen rollout.State,
	why func(rollout.Node) (rollout.Reason, []rollout.Node),
) []rollout.Wait {
	var list []rollout.Wait
	told := plan.Touched()
	for n := range s.Nodes() {
		if !old(n) || told[n.Name] {
			continue
		}
		if reason, on := why(n); reason != "" {
			list = append(list, rollout.Wait{Node: n, Reason: reason, For: on})
			told[n.Name] = true
		}
	}
	if w, ok := base.(rollout.Waiter); ok {
		for _, wait := range w.Waits(seen, plan) {
			if !told[wait.Node.Name] {
				list = append(list, wait)
			}
		}
	}
	return list
}
