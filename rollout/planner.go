package rollout

import (
	"errors"
	"iter"
	"strconv"

	"github.com/daemonsim/daemonsim/cluster"
)

// Planner is a rollout strategy: given who runs what where, it says what to do now. It must not keep
// anything from one call to the next, and must not write to what it is given.
type Planner interface {
	// Name is the strategy's name, as in spec.updateStrategy.type.
	Name() string
	// Plan returns the next step. An empty plan means that there is nothing to do at present.
	Plan(s State) Plan
}

// Plan is the next step of a rollout. What comes first in each list is done first. It names no pod and no
// node twice, and only pods of the DaemonSet. A node to create on needs a number or a name.
type Plan struct {
	// Delete lists the pods to delete. Pods that went are replaced by the DaemonSet controller.
	Delete []Deletion
	// Create lists the nodes on which to create a new pod beside the old one.
	Create []Creation
	// Err says why no step can be planned at present. The controller then does nothing else of the
	// plan and tries again later, with growing delays.
	Err error
}

// ErrNodeGone is why a rolling update with surge cannot go on: an old pod is alone on a node that
// does not exist any more.
var ErrNodeGone = errors.New("couldn't get node")

// Empty reports whether the plan does nothing.
func (p Plan) Empty() bool { return len(p.Delete) == 0 && len(p.Create) == 0 }

// Deletion is a pod to delete, and why.
type Deletion struct {
	Pod    *cluster.Pod
	Node   Node
	Reason Reason
}

// Creation is a node to create a pod on, and why.
type Creation struct {
	Node   Node
	Reason Reason
}

// Reason is why a planner moves a pod.
type Reason uint8

// The reasons of the strategies of Kubernetes.
const (
	// ReasonOldUnavailable replaces an old pod that is not available, whatever the budget.
	ReasonOldUnavailable Reason = iota + 1
	// ReasonWithinBudget replaces an available old pod because the budget has room.
	ReasonWithinBudget
	// ReasonNewAvailable deletes an old pod because the new one beside it is available.
	ReasonNewAvailable
	// ReasonNotWanted deletes an unavailable old pod on a node that should run none.
	ReasonNotWanted
	// ReasonSunset deletes an available old pod on a node that should run none, since enough others
	// are available.
	ReasonSunset
)

// String is the reason in words.
func (r Reason) String() string {
	words := [...]string{
		"", "old pod is not available", "within the budget", "new pod is available",
		"node should not run a pod", "enough other pods are available",
	}
	if int(r) >= len(words) {
		return "Reason(" + strconv.Itoa(int(r)) + ")"
	}
	return words[r]
}

// candidates takes up to n nodes of a walk, in the order of the choice point "rollout-candidate".
func candidates(s State, walk iter.Seq[Node], total, n int) []Node {
	n = min(n, total)
	if n <= 0 {
		return nil
	}
	var list []Node
	if !s.Chooses() {
		for node := range walk {
			if list = append(list, node); len(list) == n {
				break
			}
		}
		return list
	}
	var open []Node
	for node := range walk {
		open = append(open, node)
	}
	for len(list) < n && len(open) > 0 {
		i := choose(s, open)
		list = append(list, open[i])
		open = append(open[:i], open[i+1:]...)
	}
	return list
}

// choose asks which of the open candidates comes next. A State of somebody else's need not answer
// within bounds: then it is the first.
func choose(s State, open []Node) int {
	if len(open) < 2 {
		return 0
	}
	i := s.Choose(cluster.Choice{
		Point: "rollout-candidate", N: len(open),
		Describe: func(i int) string { return open[i].Name },
	})
	if i < 0 || i >= len(open) {
		return 0
	}
	return i
}
