package nodelifecycle

import (
	"slices"

	"github.com/daemonsim/daemonsim/cluster"
)

// Name is the name of the controller: the source of its Events.
const Name = "node-controller"

// Controller is the actor that watches over the nodes. New makes one.
type Controller struct{ config Config }

// New returns the controller.
func New(config Config) *Controller { return &Controller{config.withDefaults()} }

// The tasks of the controller: the first two are about a node, the last one is about a pod.
const (
	// taskTaint brings the taints of effect NoSchedule up to date.
	taskTaint cluster.TaskKind = iota + 1
	// taskPass is the part of a pass over all nodes that is about one of them.
	taskPass
	// taskMark looks at a pod that has come to a node.
	taskMark
)

// Name is "node-controller".
func (c *Controller) Name() string { return Name }

// TaskName names the controller's tasks.
func (c *Controller) TaskName(kind cluster.TaskKind) string {
	names := [...]string{taskTaint: "taint", taskPass: "pass", taskMark: "mark"}
	if int(kind) >= len(names) {
		return ""
	}
	return names[kind]
}

// Fork returns a copy.
func (c *Controller) Fork() cluster.Actor {
	f := *c
	return &f
}

// Observe has a look taken at nodes that have something to be done, and at pods that come to a node which is
// not ready.
func (c *Controller) Observe(cl *cluster.Client, ch *cluster.Change) {
	switch obj := ch.After.(type) {
	case *cluster.Node:
		c.observeNode(cl, obj)
	case *cluster.Pod:
		before, _ := ch.Before.(*cluster.Pod)
		if !obj.Bound() || before != nil && before.Bound() {
			return
		}
		if n := cl.NodeByID(obj.TargetID()); n != nil && lost(n) {
			cl.After(0, cluster.Task{Kind: taskMark, Object: obj.UID})
		}
	}
}

func (c *Controller) observeNode(cl *cluster.Client, n *cluster.Node) {
	if _, changed := NoScheduleTaints(n); changed {
		cl.After(0, cluster.Task{Kind: taskTaint, Object: n.UID})
	}
	now := cl.Now()
	if _, changed := NoExecuteTaints(n); changed {
		cl.After(c.config.pass(now)-now, cluster.Task{Kind: taskPass, Object: n.UID})
	}
	if at, silent := c.config.GivenUpAt(n); silent {
		cl.After(max(at, c.config.pass(now))-now, cluster.Task{Kind: taskPass, Object: n.UID})
	}
}

// lost reports whether a node has said, or is said, not to be ready.
func lost(n *cluster.Node) bool { return readyKey(n.ConditionStatus(cluster.NodeReady)) != "" }

// Run does a task. What is written to a node starts from the node as it is, also when the controller lags: so
// does Kubernetes' own once a write has been refused.
func (c *Controller) Run(cl *cluster.Client, t cluster.Task) {
	if t.Kind == taskMark {
		if p := cl.PodByUID(t.Object); p != nil && p.Bound() {
			if n := cl.NodeByID(p.TargetID()); n != nil && lost(n) {
				mark(cl, p.UID)
			}
		}
		return
	}
	n, _ := cl.Live().ByUID(t.Object).(*cluster.Node)
	if n == nil {
		return
	}
	if t.Kind == taskPass {
		c.pass(cl, n)
		return
	}
	if list, changed := NoScheduleTaints(n); changed {
		_, _ = cl.SetNodeTaints(n.UID, list)
	}
}

// pass gives a node up whose time is over. What follows from that is a change, which the controller observes.
func (c *Controller) pass(cl *cluster.Client, n *cluster.Node) {
	if at, silent := c.config.GivenUpAt(n); silent && at <= cl.Now() {
		wasReady := n.Ready()
		_, _ = cl.SetNodeConditions(n.UID, GiveUp(n.Status.Conditions, cl.Now()))
		if wasReady {
			cl.Event(n, cluster.EventNormal, "NodeNotReady", "Node "+n.Name+" status is now: NodeNotReady")
			markAll(cl, n)
		}
		return
	}
	if list, changed := NoExecuteTaints(n); changed {
		_, _ = cl.SetNodeTaints(n.UID, list)
	}
}

// markAll marks the pods of a node that has been given up.
func markAll(cl *cluster.Client, n *cluster.Node) {
	for _, p := range slices.Collect(cl.PodsAt(n.ID())) {
		if p.Bound() {
			mark(cl, p.UID)
		}
	}
}

// mark says of a pod that is ready that it is not, since its node does not answer.
func mark(cl *cluster.Client, uid cluster.UID) {
	p := cl.Live().PodByUID(uid)
	if p == nil || !p.Status.Ready {
		return
	}
	_, _ = cl.SetPodStatus(uid, p.Status.WithoutNode(cl.Now()))
	cl.Event(p, cluster.EventWarning, "NodeNotReady", "Node is not ready")
}
