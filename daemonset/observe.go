package daemonset

import (
	"maps"
	"slices"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/rollout"
)

// Observe notes which DaemonSets and nodes a change concerns, and queues them.
func (c *Controller) Observe(cl *cluster.Client, ch *cluster.Change) {
	switch obj := ch.Object().(type) {
	case *cluster.Pod:
		before, _ := ch.Before.(*cluster.Pod)
		c.observePod(cl, before, obj, ch.Verb)
	case *cluster.Node:
		before, _ := ch.Before.(*cluster.Node)
		c.observeNode(cl, before, obj, ch.Verb)
	case *DaemonSet:
		c.observeSet(cl, obj, ch)
	case *rollout.ControllerRevision:
		before, _ := ch.Before.(*rollout.ControllerRevision)
		c.observeRevision(cl, before, obj, ch.Verb)
	}
}

func (c *Controller) observeSet(cl *cluster.Client, set *DaemonSet, ch *cluster.Change) {
	if ch.Verb == cluster.Deleted {
		c.sets.Delete(set.UID)
		return
	}
	t, ok := c.sets.Get(set.UID)
	if !ok {
		t = newTracked(set)
		c.sets.Set(set.UID, t)
		c.enqueue(cl, t)
		c.scheduleResync(cl)
		return
	}
	t.adopt(set)
	c.enqueue(cl, t)
}

func (c *Controller) observeRevision(
	cl *cluster.Client, before, r *rollout.ControllerRevision, verb cluster.Verb,
) {
	if r.Controller() == nil && verb != cluster.Deleted {
		c.orphans.Insert(r.UID)
	} else {
		c.orphans.Delete(r.UID)
	}
	reconstruct := func(t *tracked) {
		t.reconstruct = true
		if verb != cluster.Created || r.Controller() == nil {
			c.enqueue(cl, t)
		}
	}
	if t := c.owner(&r.ObjectMeta); t != nil {
		reconstruct(t)
	}
	if verb == cluster.Updated {
		if t := c.owner(&before.ObjectMeta); t != nil {
			reconstruct(t)
		}
	}
	if newOrphan(before, r, verb) {
		c.candidates(&r.ObjectMeta, reconstruct)
	}
}

func (c *Controller) observePod(cl *cluster.Client, before, p *cluster.Pod, verb cluster.Verb) {
	c.confirmClaim(p, verb)
	if t := c.owner(&p.ObjectMeta); t != nil {
		c.confirm(t, p, verb)
		t.mark(p.TargetID())
		if !t.selector.Matches(p.Labels) {
			t.reclaim = true
		}
		if before != nil && !before.Status.Ready && p.Status.Ready && t.view.MinReady > 0 {
			t.readied = true
		}
		c.enqueue(cl, t)
	}
	if verb == cluster.Updated {
		if t := c.owner(&before.ObjectMeta); t != nil && !t.controls(&p.ObjectMeta) {
			t.mark(before.TargetID())
			if !p.Terminating() {
				c.enqueue(cl, t)
			}
		}
	}
	if !p.Terminating() && newOrphan(before, p, verb) {
		c.candidates(&p.ObjectMeta, func(t *tracked) {
			t.reclaim = true
			c.enqueue(cl, t)
		})
	}
}

// newOrphan reports whether an object without a controller is new, or has come to be one, or has other
// labels than before.
func newOrphan(before, after cluster.Object, verb cluster.Verb) bool {
	m := after.Meta()
	if m.Controller() != nil || verb == cluster.Deleted {
		return false
	}
	return verb == cluster.Created ||
		before.Meta().Controller() != nil || !maps.Equal(before.Meta().Labels, m.Labels)
}

// candidates calls f for the DaemonSets that might adopt an object.
func (c *Controller) candidates(m *cluster.ObjectMeta, f func(*tracked)) {
	c.sets.Scan(func(_ cluster.UID, t *tracked) bool {
		if t.set.Namespace == m.Namespace && t.selector.Matches(m.Labels) {
			f(t)
		}
		return true
	})
}

// owner is the DaemonSet that controls an object, nil if none does.
func (c *Controller) owner(m *cluster.ObjectMeta) *tracked {
	ref := m.Controller()
	if ref == nil {
		return nil
	}
	if t, ok := c.sets.Get(ref.UID); ok && t.controls(m) {
		return t
	}
	return nil
}

// observeNode queues a node that is new, or whose labels or taints have changed. A node that is gone is
// noted, but nothing looks at it until something else asks for a sync.
func (c *Controller) observeNode(cl *cluster.Client, before, n *cluster.Node, verb cluster.Verb) {
	if verb == cluster.Updated && maps.Equal(before.Labels, n.Labels) &&
		slices.Equal(before.Spec.Taints, n.Spec.Taints) {
		return
	}
	if c.sets.Len() == 0 {
		return
	}
	id, known := n.ID(), false
	c.sets.Scan(func(_ cluster.UID, t *tracked) bool {
		if !t.rebuild {
			t.unjudge(id)
			known = true
		}
		return true
	})
	if !known {
		// Every DaemonSet is about to look at all nodes.
		return
	}
	if verb != cluster.Deleted && !c.pending.At(int(id)) {
		c.pending.Set(int(id), true)
		cl.After(0, cluster.Task{Kind: taskNode, Object: n.UID, Arg: uint64(id)})
	}
}
