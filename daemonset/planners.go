package daemonset

import (
	"fmt"
	"maps"
	"slices"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/rollout"
)

// SetPlanner gives a DaemonSet another strategy than that of its spec, whether there is such a DaemonSet yet
// or not; nil takes that back. If there is, the controller looks at it at once. The cluster is the one whose
// actor the controller is.
func (c *Controller) SetPlanner(in *cluster.Cluster, namespace, name string, p rollout.Planner) error {
	// Forks share the map, so it is replaced.
	planners := maps.Clone(c.config.Planners)
	if planners == nil {
		planners = make(map[string]rollout.Planner, 1)
	}
	if key := plannerKey(namespace, name); p == nil {
		delete(planners, key)
	} else {
		planners[key] = p
	}
	c.config.Planners = planners
	set := Get(in.Reader, namespace, name)
	if set == nil {
		return nil
	}
	return in.Wake(Name, cluster.Task{Kind: taskReplan, Object: set.UID})
}

// Planner is the strategy that rolls out a DaemonSet: the one that it was given, or the one for all of them,
// or else the one in its spec. A nil Controller knows the latter alone.
func (c *Controller) Planner(set *DaemonSet) rollout.Planner {
	if c != nil {
		if p := c.given(set); p != nil {
			return p
		}
	}
	return set.Planner()
}

// given is the planner that replaces the DaemonSet's own, nil if none does.
func (c *Controller) given(set *DaemonSet) rollout.Planner {
	if len(c.config.Planners) > 0 {
		if p := c.config.Planners[plannerKey(set.Namespace, set.Name)]; p != nil {
			return p
		}
	}
	return c.config.Planner
}

func plannerKey(namespace, name string) string { return namespace + "/" + name }

// appendPlanners writes the planners in words: what they plan is part of the controller's future.
func (c *Controller) appendPlanners(b []byte) []byte {
	if c.config.Planner != nil {
		b = fmt.Appendf(b, "%q", rollout.Describe(c.config.Planner))
	}
	for _, key := range slices.Sorted(maps.Keys(c.config.Planners)) {
		if p := c.config.Planners[key]; p != nil {
			b = fmt.Appendf(b, "%q%q", key, rollout.Describe(p))
		}
	}
	return b
}
