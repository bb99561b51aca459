package daemonset

import "github.com/daemonsim/daemonsim/cluster"

// storeStatus writes a status, unless the controller knows the DaemonSet to have it. When that fails, as it
// does when the DaemonSet has changed and the controller has not seen that yet, the status is written once
// more to the DaemonSet as it is.
func (c *Controller) storeStatus(cl *cluster.Client, t *tracked, status Status) error {
	set := t.set
	if status == set.Status && status.ObservedGeneration >= set.Generation {
		return nil
	}
	c.draft = *set
	c.draft.Status = status
	stored, err := cl.UpdateStatus(&c.draft)
	if err != nil {
		live := Get(cl.Live(), set.Namespace, set.Name)
		if live == nil {
			return &cluster.ObjectError{Op: "update", Kind: Kind, Key: set.Key(), Err: cluster.ErrNotFound}
		}
		c.draft = *live
		c.draft.Status = status
		c.draft.Status.CollisionCount = live.Status.CollisionCount
		if status.ObservedGeneration < set.Generation {
			c.draft.Status.ObservedGeneration = live.Status.ObservedGeneration
		}
		if stored, err = cl.UpdateStatus(&c.draft); err != nil {
			return err
		}
	}
	c.wrote(cl, &t.wrote.status, stored)
	return nil
}
