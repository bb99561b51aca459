package strategy

import (
	"fmt"
	"strings"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/rollout"
)

// Canary updates some of the nodes and leaves it at that, until it is told to go on. The zero Canary is its
// Base.
//
// A pod that goes for another reason than the rollout comes back new, since the DaemonSet controller never
// creates an old one: a partition keeps pods from being replaced, not revisions from spreading.
type Canary struct {
	// Partition is how many pods stay old, as a number or as a percent of the desired pods, rounded up.
	// Pods on nodes that should not run one count as well.
	Partition cluster.IntOrString
	// Selector chooses the nodes on which pods may be updated, by their labels. The zero Selector chooses
	// all. A node that is gone has no labels to match.
	Selector affinity.Selector
	// Paused stops the rollout where it is.
	Paused bool
	// Base takes the nodes that may be updated through the rollout. Nil is RollingUpdate within the
	// limits of the DaemonSet's spec.
	Base rollout.Planner

	_ struct{}
}

// Why Canary holds nodes back.
const (
	ReasonPaused      rollout.Reason = "the rollout is paused"
	ReasonNotSelected rollout.Reason = "the selector leaves the node out"
	ReasonPartition   rollout.Reason = "the partition keeps it old"
)

var _ rollout.Waiter = Canary{}

// Name is "Canary".
func (Canary) Name() string { return "Canary" }

// String tells all settings.
func (c Canary) String() string {
	words := []string{"Canary", "partition " + c.Partition.String()}
	if !c.Selector.Empty() {
		words = append(words, fmt.Sprintf("selector %q", c.Selector.String()))
	}
	if c.Paused {
		words = append(words, "paused")
	}
	return strings.Join(append(words, "of "+text(c.Base)), " ")
}

// Plan is what the Base plans for the selected nodes, as far as the partition lets new nodes begin. Its Err
// is set for a partition that is neither a number nor a percentage.
func (c Canary) Plan(s rollout.State) rollout.Plan {
	if c.Paused {
		return rollout.Plan{}
	}
	room, err := c.room(s)
	if err != nil {
		return rollout.Plan{Err: err}
	}
	plan := orOwn(c.Base, s).Plan(Holding(s, c.leavesOut))
	if plan.Err != nil {
		return plan
	}
	var cut rollout.Plan
	begins := func(n rollout.Node) bool {
		if !old(n) {
			return true
		}
		room--
		return room >= 0
	}
	for _, creation := range plan.Create {
		if begins(creation.Node) {
			cut.Create = append(cut.Create, creation)
		}
	}
	for _, deletion := range plan.Delete {
		if begins(deletion.Node) {
			cut.Delete = append(cut.Delete, deletion)
		}
	}
	return cut
}

// room is on how many more nodes the rollout may begin.
func (c Canary) room(s rollout.State) (int, error) {
	stay, err := c.Partition.Scaled(s.Desired(), true /* round up */)
	if err != nil {
		return 0, fmt.Errorf("partition: %w", err)
	}
	left := 0
	for _, sit := range [2]rollout.Situation{rollout.OldAvailable, rollout.OldUnavailable} {
		left += s.Count(sit, true) + s.Count(sit, false)
	}
	return left - stay, nil
}

func (c Canary) leavesOut(n rollout.Node) bool {
	if c.Selector.Empty() {
		return false
	}
	return n.Object == nil || !c.Selector.Matches(n.Object.Labels)
}

// Waits says which nodes are left out, and when the partition is reached. Before that it is for the Base to
// say.
func (c Canary) Waits(s rollout.State, plan rollout.Plan) []rollout.Wait {
	room, err := c.room(s)
	room -= len(begun(plan))
	why := func(n rollout.Node) (rollout.Reason, []rollout.Node) {
		switch {
		case c.Paused:
			return ReasonPaused, nil
		case err != nil:
			return rollout.Reason(err.Error()), nil
		case c.leavesOut(n):
			return ReasonNotSelected, nil
		case room <= 0:
			return ReasonPartition, nil
		}
		return "", nil
	}
	return waits(s, plan, orOwn(c.Base, s), Holding(s, c.leavesOut), why)
}
