package tainteviction

import (
	"fmt"
	"slices"
	"time"

	"github.com/tidwall/btree"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/taints"
)

// Name is the name of the controller: the source of its Events.
const Name = "taint-eviction-controller"

// The texts of the controller: the reason of its Events, and the condition DisruptionTarget of a pod that goes.
const (
	eventReason      = "TaintManagerEviction"
	conditionReason  = "DeletionByTaintManager"
	conditionMessage = "Taint manager: deleting due to NoExecute taint"
)

// Controller is the actor that evicts pods. New makes one.
type Controller struct {
	// planned are the evictions to come, each of which has a task on the agenda. Nil as long as there are none.
	planned *btree.Map[cluster.UID, plan]
	// opened says that the nodes which were there at first have been looked at.
	opened bool
}

// plan is an eviction and the pod that it is about, as the pod was then.
type plan struct {
	Eviction
	pod *cluster.Pod
}

// New returns the controller.
func New() *Controller { return &Controller{} }

// The tasks of the controller.
const (
	// taskNode looks at the pods of a node, taskPod at one pod.
	taskNode cluster.TaskKind = iota + 1
	taskPod
	// taskEvict carries out an eviction that was planned. Its Arg is how often that has failed.
	taskEvict
)

// Name is "taint-eviction-controller".
func (c *Controller) Name() string { return Name }

// TaskName names the controller's tasks.
func (c *Controller) TaskName(kind cluster.TaskKind) string {
	names := [...]string{taskNode: "look at the pods of", taskPod: "look at", taskEvict: "evict"}
	if int(kind) >= len(names) {
		return ""
	}
	return names[kind]
}

// Fork returns an independent copy.
func (c *Controller) Fork() cluster.Actor {
	f := *c
	if c.planned != nil {
		f.planned = c.planned.Copy()
	}
	return &f
}

// AppendState writes the evictions to come.
func (c *Controller) AppendState(b []byte) []byte {
	if c.planned == nil {
		return b
	}
	c.planned.Scan(func(uid cluster.UID, p plan) bool {
		b = fmt.Appendf(b, "%v %d %d ", uid, p.Planned, p.Due)
		return true
	})
	return b
}

// Observe has a look taken at what a change may mean an eviction for, or the end of one.
func (c *Controller) Observe(cl *cluster.Client, ch *cluster.Change) {
	if !c.opened {
		c.open(cl)
	}
	switch obj := ch.Object().(type) {
	case *cluster.Node:
		before, _ := ch.Before.(*cluster.Node)
		if ch.Verb != cluster.Deleted && c.concerned(before, obj) {
			cl.After(0, cluster.Task{Kind: taskNode, Object: obj.UID})
		}
	case *cluster.Pod:
		c.observePod(cl, ch, obj)
	}
}

// open looks at the nodes that are there when the controller is first told of anything.
func (c *Controller) open(cl *cluster.Client) {
	c.opened = true
	for n := range cl.Nodes() {
		if executes(n) {
			cl.After(0, cluster.Task{Kind: taskNode, Object: n.UID})
		}
	}
}

// concerned reports whether the pods of a node are to be looked at: its taints of effect NoExecute are others
// than before, or it is new. A node without any can only end evictions.
func (c *Controller) concerned(before, after *cluster.Node) bool {
	switch {
	case !executes(after) && c.planned == nil:
		return false
	case before == nil:
		return true
	}
	return !slices.Equal(noExecute(before.Spec.Taints), noExecute(after.Spec.Taints))
}

func (c *Controller) observePod(cl *cluster.Client, ch *cluster.Change, p *cluster.Pod) {
	if ch.Verb == cluster.Deleted {
		if _, ok := c.plannedFor(p.UID); ok {
			cl.After(0, cluster.Task{Kind: taskPod, Object: p.UID})
		}
		return
	}
	if !p.Bound() {
		return
	}
	before, _ := ch.Before.(*cluster.Pod)
	if before != nil && before.NodeName == p.NodeName && sameTolerations(before, p) {
		return
	}
	if n := cl.NodeByID(p.TargetID()); n != nil && executes(n) {
		cl.After(0, cluster.Task{Kind: taskPod, Object: p.UID})
	}
}

func sameTolerations(a, b *cluster.Pod) bool {
	return a.Template == b.Template ||
		slices.EqualFunc(a.Spec().Tolerations, b.Spec().Tolerations, taints.Toleration.Equal)
}

// executes reports whether a node has a taint of effect NoExecute.
func executes(n *cluster.Node) bool {
	return slices.ContainsFunc(n.Spec.Taints, func(t taints.Taint) bool { return t.Effect == taints.EffectNoExecute })
}

// noExecute are the taints of effect NoExecute.
func noExecute(list []taints.Taint) []taints.Taint {
	var some []taints.Taint
	for _, t := range list {
		if t.Effect == taints.EffectNoExecute {
			some = append(some, t)
		}
	}
	return some
}

// Run does a task.
func (c *Controller) Run(cl *cluster.Client, t cluster.Task) {
	switch t.Kind {
	case taskNode:
		if n, _ := cl.ByUID(t.Object).(*cluster.Node); n != nil {
			for _, p := range slices.Collect(cl.PodsAt(n.ID())) {
				if p.Bound() {
					c.look(cl, p, n)
				}
			}
		}
	case taskPod:
		c.lookAt(cl, t.Object)
	case taskEvict:
		if p, ok := c.plannedFor(t.Object); ok && (p.Due == t.At || t.Arg > 0 && p.Due < t.At) {
			c.evict(cl, p.pod, t.Arg)
		}
	}
}

// lookAt looks at one pod. Where the node is gone or has no taints any more, what there was to do has been done
// when that came to pass.
func (c *Controller) lookAt(cl *cluster.Client, uid cluster.UID) {
	p := cl.PodByUID(uid)
	if p == nil {
		c.cancel(cl, uid)
		return
	}
	if n := cl.NodeByID(p.TargetID()); p.Bound() && n != nil && executes(n) {
		c.look(cl, p, n)
	}
}

// look brings the eviction of a pod up to date.
func (c *Controller) look(cl *cluster.Client, p *cluster.Pod, n *cluster.Node) {
	if evicted(p) {
		return
	}
	var planned *Eviction
	if there, ok := c.plannedFor(p.UID); ok {
		planned = &there.Eviction
	}
	next := Reconsider(planned, StayOf(n.Spec.Taints, p.Spec().Tolerations), cl.Now())
	if planned != nil && (next == nil || next.Due != planned.Due) {
		c.cancel(cl, p.UID)
	}
	if next != nil && (planned == nil || next.Due != planned.Due) {
		c.plan(cl, p, *next)
	}
}

func (c *Controller) plannedFor(uid cluster.UID) (plan, bool) {
	if c.planned == nil {
		return plan{}, false
	}
	return c.planned.Get(uid)
}

// plan has an eviction carried out when it is due. One that is due at once is a task of its own, too: in
// Kubernetes a pod's controller that sees the same taint and deletes the pod itself comes first, as a rule, since
// the condition is written before the pod is deleted here.
func (c *Controller) plan(cl *cluster.Client, p *cluster.Pod, e Eviction) {
	if c.planned == nil {
		c.planned = new(btree.Map[cluster.UID, plan])
	}
	c.planned.Set(p.UID, plan{e, p})
	cl.After(e.Due-cl.Now(), cluster.Task{Kind: taskEvict, Object: p.UID})
}

// forget takes an eviction out of the books.
func (c *Controller) forget(uid cluster.UID) {
	if c.planned.Delete(uid); c.planned.Len() == 0 {
		c.planned = nil
	}
}

// cancel calls an eviction off, if there is one, and says so.
func (c *Controller) cancel(cl *cluster.Client, uid cluster.UID) {
	p, ok := c.plannedFor(uid)
	if !ok || p.underWay() {
		return
	}
	cl.Cancel(cluster.Task{At: p.Due, Kind: taskEvict, Object: uid})
	c.forget(uid)
	cl.Event(p.pod, cluster.EventNormal, eventReason, "Cancelling deletion of Pod "+p.pod.Key())
}

// evicted reports whether the controller has deleted a pod that is still terminating.
func evicted(p *cluster.Pod) bool {
	d, _ := p.Disruption()
	return p.Terminating() && d.Reason == conditionReason
}

// An eviction is tried so often, with a wait in between. One that has failed each time is given up: the pod is looked
// at again when its node has other taints.
const (
	tries      = 5
	retryAfter = 10 * time.Millisecond
)

// evict announces the end of a pod and deletes it. That has failed some times already.
func (c *Controller) evict(cl *cluster.Client, p *cluster.Pod, failures uint64) {
	if failures == 0 {
		cl.Event(p, cluster.EventNormal, eventReason, "Marking for deletion Pod "+p.Key())
	}
	if err := end(cl, p.UID); err == nil || failures+1 == tries {
		c.forget(p.UID)
		return
	}
	cl.After(retryAfter, cluster.Task{Kind: taskEvict, Object: p.UID, Arg: failures + 1})
}

// end says in the status of a pod why it goes, and deletes it. What is written starts from the pod as it is, also when
// the controller lags. One that is gone is no failure: there is nothing to try again.
func end(cl *cluster.Client, uid cluster.UID) error {
	live := cl.Live().PodByUID(uid)
	if live == nil {
		return nil
	}
	status := live.Status.WithDisruption(conditionReason, conditionMessage, cl.Now())
	if _, err := cl.SetPodStatus(uid, status); err != nil {
		return err
	}
	return cl.DeletePod(uid, cluster.DeleteOptions{})
}
