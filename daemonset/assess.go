package daemonset

import (
	"slices"

	"github.com/daemonsim/daemonsim/cluster"
)

// entry reads the DaemonSet's pods at a node, with the verdict on the node from its record.
func (c *Controller) entry(cl *cluster.Client, t *tracked, id cluster.NodeID) *Entry {
	r := t.records.At(int(id))
	e := &c.scratch
	*e = Entry{
		Node:                  cl.NodeName(id),
		ID:                    id,
		Exists:                cl.NodeByID(id) != nil,
		ShouldRun:             r.flags&shouldRun != 0,
		ShouldContinueRunning: r.flags&shouldContinue != 0,
		Pods:                  e.Pods[:0],
	}
	for p := range cl.PodsAt(id) {
		if p.Terminating() && p.Terminal() {
			continue
		}
		if c.owns(t, p) {
			e.Pods = append(e.Pods, p)
		}
	}
	sortPods(e.Pods)
	return e
}

// judge answers the two questions about a node, if the node has changed since they were last asked.
func (c *Controller) judge(cl *cluster.Client, t *tracked, id cluster.NodeID) {
	r := t.records.At(int(id))
	if r.flags&judged != 0 {
		return
	}
	r.flags = r.flags&^(shouldRun|shouldContinue) | judged
	if node := cl.NodeByID(id); node != nil {
		r.flags |= c.verdict(t, node)
	}
	// The sums speak of the record, so it changes as a whole.
	t.setRecord(id, cl.NodeName(id), r)
}

func flagIf(condition bool, f flags) flags {
	if condition {
		return f
	}
	return 0
}

// assess brings a node's record up to date.
func (c *Controller) assess(cl *cluster.Client, t *tracked, id cluster.NodeID) {
	c.judge(cl, t, id)
	e := c.entry(cl, t, id)
	v := &t.view
	next := record{
		flags: judged | flagIf(e.ShouldRun, shouldRun) |
			flagIf(e.ShouldContinueRunning, shouldContinue),
		situation: v.Situation(e),
	}
	// The pods of a node that is gone count nowhere.
	if e.Exists && len(e.Pods) > 0 {
		first := e.Pods[0]
		next.flags |= hasPods | flagIf(first.Status.Ready, ready) |
			flagIf(v.Available(first), available) | flagIf(v.IsNew(first), updated)
	}
	next.todo = v.todo(e)
	t.setRecord(id, e.Node, next)
	if at := v.nextAvailable(e); at > 0 {
		t.ripening.Set(ripe{at, id})
	}
}

// todo is what manage has to do for an entry.
func (v *View) todo(e *Entry) todo {
	var do todo
	plan := v.Manage(e)
	if plan.Create {
		do |= 1 << classCreate
	}
	ended := func(d PodDeletion) bool { return d.Reason == Failed || d.Reason == Succeeded }
	switch {
	case len(plan.Delete) == 0:
	case !e.Exists:
		do |= 1 << classGone
	case slices.ContainsFunc(plan.Delete, ended):
		do |= 1 << classEnded
	default:
		do |= 1 << classDelete
	}
	return do
}

// refresh assesses the nodes that have changed, or on which a pod has become available, or all that concern
// the DaemonSet when it has changed itself.
func (c *Controller) refresh(cl *cluster.Client, t *tracked) {
	t.view.Now = cl.Now()
	if t.rebuild {
		t.rebuild = false
		c.rebuild(cl, t)
	}
	for first, some := t.ripening.Min(); some && first.at <= cl.Now(); first, some = t.ripening.Min() {
		t.ripening.Delete(first)
		t.mark(first.node)
	}
	dirty := t.dirty
	t.dirty = t.dirty[:0]
	for _, id := range dirty {
		c.assess(cl, t, id)
	}
}

// rebuild starts over with the nodes that should run a pod and the places that have one, among them those
// whose node is gone. All other nodes keep the zero record.
func (c *Controller) rebuild(cl *cluster.Client, t *tracked) {
	t.records.Reset()
	t.outlooks.Reset()
	t.sums, t.todos, t.work, t.dirty = sums{}, [classOld]int{}, newWork(), t.dirty[:0]
	t.ripening = newRipening()
	for node, verdict := range c.eligible(cl, t) {
		t.mark(node.ID())
		t.setRecord(node.ID(), node.Name, record{flags: verdict | stale})
	}
	for p := range cl.PodsOwnedBy(t.set.Namespace, t.set.UID) {
		t.mark(p.TargetID())
	}
	c.claims.Scan(func(pod cluster.UID, claim podClaim) bool {
		if p := cl.PodByUID(pod); p != nil && claim.owner == t.set.UID {
			t.mark(p.TargetID())
		}
		return true
	})
}
