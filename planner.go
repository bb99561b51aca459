package daemonsim

import (
	"maps"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/field"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/rollout"
)

// SetMode changes how the pods of DaemonSets get to their nodes, for those that are created from now on. A
// controller that is stopped now, or later, starts with it.
func (s *Sim) SetMode(mode daemonset.Mode) {
	s.configure(func(c *Config) { c.Mode = mode })
	if c := s.Controller(); c != nil {
		c.SetMode(mode)
	}
}

// SetPlanner gives a DaemonSet another rollout strategy than that of its spec, whether there is such a
// DaemonSet yet or not; nil takes that back. A rollout that is under way goes on with it. A controller that is
// stopped now, or later, starts with it. The error is cluster.ErrInvalid for a name that no DaemonSet can have.
func (s *Sim) SetPlanner(namespace, name string, p rollout.Planner) error {
	meta := cluster.ObjectMeta{Namespace: namespace, Name: name}
	errs := cluster.ValidateMeta(&meta, cluster.Namespaced, field.NewPath("metadata"))
	if len(errs) > 0 {
		return &cluster.ObjectError{
			Op: "set the planner of", Kind: daemonset.Kind, Key: meta.Key(),
			Err: &cluster.InvalidError{Err: errs.Err()},
		}
	}
	if c := s.Controller(); c != nil {
		if err := c.SetPlanner(s.Cluster, namespace, name, p); err != nil {
			return err
		}
	}
	s.configure(func(c *Config) {
		planners := make(map[string]rollout.Planner, len(c.Planners)+1)
		maps.Copy(planners, c.Planners)
		planners[meta.Key()] = p
		c.Planners = planners
	})
	return nil
}

// Planner is the strategy that rolls out a DaemonSet: the one that it was given, or the one for all of them, or
// else the one in its spec. While the controller is stopped it is the one that it will start with.
func (s *Sim) Planner(set *daemonset.DaemonSet) rollout.Planner {
	c := s.Controller()
	if c == nil {
		c = s.config.controller()
	}
	return c.Planner(set)
}

// configure changes the settings with which actors start. Forks share what there was.
func (s *Sim) configure(change func(*Config)) {
	config := *s.config
	change(&config)
	s.config = &config
}
