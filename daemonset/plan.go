package daemonset

import (
	"errors"
	"fmt"
	"slices"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/rollout"
)

// roll asks the update strategy for its next step.
func (c *Controller) roll(cl *cluster.Client, t *tracked) (actions, error) {
	planner, own := t.planner, true
	if given := c.given(t.set); given != nil {
		planner, own = given, false
	}
	c.state = state{c, cl, t}
	plan := planner.Plan(&c.state)
	if plan.Err != nil {
		return actions{}, plan.Err
	}
	if !own {
		if err := c.check(cl, t, &plan); err != nil {
			err = &PlanError{Planner: planner.Name(), Err: err}
			c.event(cl, t, cluster.EventWarning, "PlanRefused", "Error planning: "+err.Error())
			return actions{}, err
		}
	}
	var a actions
	for _, n := range plan.Create {
		a.create = append(a.create, creation{n.Node.ID, n.Reason})
	}
	for i, d := range plan.Delete {
		if d.Pod == nil {
			// A strategy of ours has been told of an old pod where there is none: that is a sync that fails.
			return actions{}, fmt.Errorf("deletion %d: %w", i, errNoPod)
		}
		a.delete = append(a.delete, deletion{PodDeletion{Pod: d.Pod}, d.Reason})
	}
	a.create = a.create[:min(len(a.create), c.config.BurstReplicas)]
	a.delete = a.delete[:min(len(a.delete), c.config.BurstReplicas)]
	return a, nil
}

// PlanError is a plan that the controller has refused as a whole, as a part of it makes no sense.
type PlanError struct {
	// Planner is the name of who made the plan, and Err the mistake.
	Planner string
	Err     error
}

// Error names the planner.
func (e *PlanError) Error() string { return fmt.Sprintf("planner %q: %v", e.Planner, e.Err) }

// Unwrap returns Err.
func (e *PlanError) Unwrap() error { return e.Err }

// The mistakes that a planner can make.
var (
	errNoPod      = errors.New("no pod")
	errForeignPod = errors.New("not a pod of the DaemonSet")
	errNoNode     = errors.New("no such node")
	errOtherName  = errors.New("the node has another name")
	errTwice      = errors.New("it is in the plan already")
	errGoing      = errors.New("it is terminating")
	errNoSurge    = errors.New("there is a pod, and the DaemonSet has no surge")
)

// check refuses a plan as a whole if any part of it makes no sense: it comes from code that is not the
// controller's. Nodes that are known by name alone get their numbers.
func (c *Controller) check(cl *cluster.Client, t *tracked, plan *rollout.Plan) error {
	pods := make(map[cluster.UID]bool, len(plan.Delete))
	for i, d := range plan.Delete {
		if err := checkDeletion(cl, t.set, d, pods); err != nil {
			return fmt.Errorf("deletion %d: %w", i, err)
		}
	}
	nodes := make(map[cluster.NodeID]bool, len(plan.Create))
	creations := make([]rollout.Creation, len(plan.Create))
	for i, n := range plan.Create {
		id, err := checkNode(cl, n.Node)
		if err == nil && nodes[id] {
			err = errTwice
		}
		if err != nil {
			return fmt.Errorf("creation %d on node %q: %w", i, n.Node.Name, err)
		}
		nodes[id] = true
		n.Node.ID = id
		creations[i] = n
	}
	for i, n := range creations {
		if !t.view.Surge && c.occupied(cl, t, n.Node.ID) {
			return fmt.Errorf("creation %d on node %q: %w", i, n.Node.Name, errNoSurge)
		}
	}
	plan.Create = creations
	return nil
}

// occupied reports whether a node has a pod of the DaemonSet that is not terminating.
func (c *Controller) occupied(cl *cluster.Client, t *tracked, id cluster.NodeID) bool {
	return slices.ContainsFunc(c.entry(cl, t, id).Pods, func(p *cluster.Pod) bool { return !p.Terminating() })
}

func checkDeletion(
	cl *cluster.Client, set *DaemonSet, d rollout.Deletion, seen map[cluster.UID]bool,
) error {
	if d.Pod == nil {
		return errNoPod
	}
	p := cl.PodByUID(d.Pod.UID)
	if p == nil {
		return fmt.Errorf("%s: %w", d.Pod.Key(), errNoPod)
	}
	if ref := p.Controller(); ref == nil || ref.UID != set.UID {
		return fmt.Errorf("%s: %w", p.Key(), errForeignPod)
	}
	if p.Terminating() {
		return fmt.Errorf("%s: %w", p.Key(), errGoing)
	}
	if seen[p.UID] {
		return fmt.Errorf("%s: %w", p.Key(), errTwice)
	}
	seen[p.UID] = true
	return nil
}

// checkNode finds the node that a planner means: by its number, or by its name where there is none.
func checkNode(cl *cluster.Client, n rollout.Node) (cluster.NodeID, error) {
	node := cl.NodeByID(n.ID)
	if n.ID == cluster.NoNode {
		node = cl.Node(n.Name)
	}
	switch {
	case node == nil:
		return cluster.NoNode, errNoNode
	case n.Name != "" && n.Name != node.Name:
		return cluster.NoNode, errOtherName
	}
	return node.ID(), nil
}
