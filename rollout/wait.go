package rollout

import (
	"cmp"
	"slices"
)

// Wait is a node with which a rollout is not done, and what it waits for.
type Wait struct {
	Node   Node
	Reason Reason
	// For are the nodes that the reason is about, by name: those that use up the budget, say. It is empty
	// where the reason is about the node itself. Waits share it; it must not be written to.
	For []Node
}

// Waiter is a Planner that can say why it holds nodes back.
type Waiter interface {
	Planner
	// Waits says of nodes with one old pod and no new one, which are not in the plan, why they are not. The
	// plan is what Plan has returned for the same state. It may cost as much as there are nodes, since
	// nobody asks for it but people.
	Waits(s State, plan Plan) []Wait
}

// Waits says why each node waits with which a rollout is not done, by name: for a node that keeps its old
// pod it asks the planner, if that is a Waiter, and goes by the plan's Err otherwise, if there is one; for a node
// on which the change has begun the situation tells. Nodes on which the plan does something do not wait. It costs
// as much as there are nodes.
func Waits(p Planner, s State, plan Plan) []Wait {
	var told []Wait
	if w, ok := p.(Waiter); ok {
		told = w.Waits(s, plan)
		slices.SortFunc(told, func(a, b Wait) int { return cmp.Compare(a.Node.Name, b.Node.Name) })
	}
	moves := plan.Touched()
	list := make([]Wait, 0, max(len(told), waiting(s)))
	for n := range s.Nodes() {
		known := moves[n.Name]
		for len(told) > 0 && told[0].Node.Name <= n.Name {
			known = known || told[0].Node.Name == n.Name
			list, told = append(list, told[0]), told[1:]
		}
		reason := underWay(n.Situation)
		if reason == ReasonNotChosen && plan.Err != nil {
			reason = Reason(plan.Err.Error())
		}
		if reason != "" && !known {
			list = append(list, Wait{Node: n, Reason: reason})
		}
	}
	return append(list, told...)
}

// waiting is the number of nodes with which a rollout is not done.
func waiting(s State) int {
	sum := 0
	for sit := range Situation(Situations) {
		if underWay(sit) != "" {
			sum += s.Count(sit, true) + s.Count(sit, false)
		}
	}
	return sum
}

// underWay is why a node in a situation waits if nobody knows better; "" for one that is done.
func underWay(s Situation) Reason {
	switch s {
	case Vacant:
		return ReasonNoPod
	case Leaving:
		return ReasonTerminating
	case NewUnavailable, BothOldAvailable, BothUnavailable:
		return ReasonNewUnavailable
	case Crowded, BothAvailable, BothNewAvailable:
		return ReasonCrowded
	case OldAvailable, OldUnavailable:
		return ReasonNotChosen
	}
	return ""
}

// heldBack are the waits of the nodes with an old pod alone that are not in a plan.
func heldBack(s State, plan Plan, sit Situation, run bool, why Reason, on []Node) []Wait {
	if s.Count(sit, run) == 0 {
		return nil
	}
	list := make([]Wait, 0, s.Count(sit, run))
	moves := plan.Touched()
	for n := range s.In(sit, run) {
		if !moves[n.Name] {
			list = append(list, Wait{Node: n, Reason: why, For: on})
		}
	}
	return list
}

// those are the nodes of a state for which a condition holds, by name.
func those(s State, condition func(Node) bool) []Node {
	var list []Node
	for n := range s.Nodes() {
		if condition(n) {
			list = append(list, n)
		}
	}
	return list
}
