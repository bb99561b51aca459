package rollout

import (
	"errors"

	"github.com/daemonsim/daemonsim/cluster"
)

// Planner is a rollout strategy: given who runs what where, it says what to do now. It must not keep
// anything from one call to the next, and must not write to what it is given.
//
// A planner with settings should have a String method that tells all of them, as fmt.Stringer has it: two
// clusters whose planners say the same count as equal. One that can say why it holds nodes back is a
// Waiter.
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

// Empty reports whether the plan has nothing to do.
func (p Plan) Empty() bool { return len(p.Delete) == 0 && len(p.Create) == 0 }

// Touched are the names of the nodes on which the plan does something: none, if it has an Err.
func (p Plan) Touched() map[string]bool {
	names := make(map[string]bool, len(p.Delete)+len(p.Create))
	if p.Err != nil {
		return names
	}
	for i := range p.Delete {
		names[p.Delete[i].Node.Name] = true
	}
	for i := range p.Create {
		names[p.Create[i].Node.Name] = true
	}
	return names
}

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
