package daemonset

import (
	"fmt"

	"github.com/daemonsim/daemonsim/cluster"
)

// storeStatus writes a status, unless the controller knows the DaemonSet to have it. When that fails, as it
// does when the DaemonSet has changed and the controller has not seen that yet, the status is written once
// more to the DaemonSet as it is. While there are ready pods that are not available yet, the DaemonSet is
// looked at again when they might be.
func (c *Controller) storeStatus(cl *cluster.Client, t *tracked, status Status) error {
	set := t.set
	if status.counts() != set.Status.counts() || set.Status.ObservedGeneration < set.Generation {
		stored, err := c.writeStatus(cl, set, status)
		if err != nil {
			return fmt.Errorf("error storing status for daemon set %s: %w", set.Key(), err)
		}
		c.notes.noteStatus()
		c.wrote(cl, &t.wrote.status, stored)
	}
	if set.Spec.MinReadySeconds > 0 && status.NumberReady != status.NumberAvailable {
		c.requeue(cl, t, set.MinReady(), false /* retry */)
	}
	return nil
}

func (c *Controller) writeStatus(cl *cluster.Client, set *DaemonSet, status Status) (cluster.Object, error) {
	c.draft = *set
	c.draft.Status = status
	if stored, err := cl.UpdateStatus(&c.draft); err == nil {
		return stored, nil
	}
	live := Get(cl.Live(), set.Namespace, set.Name)
	if live == nil {
		return nil, &cluster.ObjectError{Op: "update", Kind: Kind, Key: set.Key(), Err: cluster.ErrNotFound}
	}
	c.draft = *live
	c.draft.Status = status
	c.draft.Status.CollisionCount = live.Status.CollisionCount
	if status.ObservedGeneration < set.Generation {
		c.draft.Status.ObservedGeneration = live.Status.ObservedGeneration
	}
	return cl.UpdateStatus(&c.draft)
}

// counts is the part of a status that is counted.
func (s Status) counts() Status {
	s.ObservedGeneration, s.CollisionCount = 0, nil
	return s
}
