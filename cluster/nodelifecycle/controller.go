package nodelifecycle

import (
	"slices"

	"github.com/daemonsim/daemonsim/cluster"
)

// Name is the name of the controller: the source of its Events.
const Name = "node-controller"

// Controller is the actor that watches over the nodes. New makes one.
type Controller struct {
	config   Config
	zones    zones
	register register
	// opened says that the nodes which were there at first have been counted.
	opened bool
}

// New returns the controller.
func New(config Config) *Controller { return &Controller{config: config.withDefaults()} }

// The tasks of the controller: the first three are about a node, the next one is about a pod.
const (
	// taskTaint brings the taints of effect NoSchedule up to date, and the older twins of labels.
	taskTaint cluster.TaskKind = iota + 1
	// taskPass is the part of a pass over all nodes that is about one of them. Its Arg is the outage for which that
	// one may be given up, see outageOf, or 0.
	taskPass
	// taskGreet is the same for a node that no pass has seen.
	taskGreet
	// taskMark looks at a pod that has come to a node.
	taskMark
	// taskZones comes with a pass, and taskClose when all that is about single nodes is done: it judges the
	// zones. taskServe looks at the nodes of a zone that wait for a taint.
	taskZones
	taskClose
	taskServe
	// taskRegister says which nodes have come and gone.
	taskRegister
)

// Name is "node-controller".
func (c *Controller) Name() string { return Name }

// TaskName names the controller's tasks.
func (c *Controller) TaskName(kind cluster.TaskKind) string {
	names := [...]string{
		taskTaint: "taint", taskPass: "pass", taskGreet: "pass", taskMark: "mark",
		taskZones: "pass", taskClose: "judge zones", taskServe: "serve a zone",
		taskRegister: "pass",
	}
	if int(kind) >= len(names) {
		return ""
	}
	return names[kind]
}

// Fork returns a copy.
func (c *Controller) Fork() cluster.Actor {
	f := *c
	f.zones, f.register = c.zones.fork(), c.register.fork()
	return &f
}

// AppendState writes what is known of the zones, and what the next pass is to say.
func (c *Controller) AppendState(b []byte) []byte {
	return c.register.appendState(c.zones.appendState(b))
}

// Observe has a look taken at nodes that have something to be done, and at pods that come to a node which is
// not ready.
func (c *Controller) Observe(cl *cluster.Client, ch *cluster.Change) {
	c.count(cl, ch)
	switch obj := ch.After.(type) {
	case *cluster.Node:
		c.observeNode(cl, ch.Before == nil, obj)
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

func (c *Controller) observeNode(cl *cluster.Client, first bool, n *cluster.Node) {
	_, tainted := NoScheduleTaints(n)
	if _, labelled := BetaLabels(n); tainted || labelled {
		cl.After(0, cluster.Task{Kind: taskTaint, Object: n.UID})
	}
	now := cl.Now()
	switch {
	case first && executes(n):
		cl.After(c.config.pass(now)-now, cluster.Task{Kind: taskGreet, Object: n.UID})
	case c.due(n):
		cl.After(c.config.pass(now)-now, cluster.Task{Kind: taskPass, Object: n.UID})
	}
	if at, silent := c.config.givenUpAt(n, c.zones.freshSince); silent {
		cl.After(max(at, c.config.pass(now))-now, cluster.Task{Kind: taskPass, Object: n.UID, Arg: outageOf(n)})
	}
}

// due reports whether the next pass finds something to be done about the taints of effect NoExecute of a node.
func (c *Controller) due(n *cluster.Node) bool {
	l, _ := c.zone(n)
	list, changed := NoExecuteTaints(n)
	switch {
	case lost(n) && l.waits(n.Name):
		return changed && len(list) <= len(n.Spec.Taints)
	case lost(n):
		return changed || !l.knows(n.Name)
	}
	return changed || n.Ready() && l.knows(n.Name)
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
	if t.Kind >= taskZones {
		c.runZones(cl, t)
		return
	}
	n, _ := cl.Live().ByUID(t.Object).(*cluster.Node)
	if n == nil {
		return
	}
	if t.Kind == taskPass || t.Kind == taskGreet {
		c.pass(cl, n, t)
		return
	}
	reconcile(cl, n)
}

// pass gives a node up whose time is over, and has it wait for the taint that follows. A node that is seen for the
// first time loses the taint first, but what is to be done about it follows from the node as it was found.
func (c *Controller) pass(cl *cluster.Client, n *cluster.Node, t cluster.Task) {
	found, first := n.Spec.Taints, t.Kind == taskGreet
	if first {
		l, _ := c.zone(n)
		l.drop(n.Name)
		n = absolve(cl, n)
	}
	n = c.check(cl, n, t)
	if first {
		own := *n
		own.Spec.Taints = found
		n = &own
	}
	c.enqueue(cl, n)
}

// outageOf tells the outages of a node apart, as far as it matters when the node is given up. It is not 0.
func outageOf(n *cluster.Node) uint64 {
	o, _ := n.Outage()
	return uint64(o.LastHeartbeat) + 1
}

// check gives a node up whose time is over, and returns it as it is then. When the node has been granted more time
// since the task was planned, another one is; not so for a task about an earlier outage, as there is one already.
func (c *Controller) check(cl *cluster.Client, n *cluster.Node, t cluster.Task) *cluster.Node {
	at, silent := c.config.givenUpAt(n, c.zones.freshSince)
	if !silent {
		return n
	}
	if at > cl.Now() {
		if t.Arg == outageOf(n) {
			cl.After(at-cl.Now(), cluster.Task{Kind: taskPass, Object: n.UID, Arg: t.Arg})
		}
		return n
	}
	wasReady := n.Ready()
	next, err := cl.SetNodeConditions(n.UID, GiveUp(n.Status.Conditions, cl.Now()))
	if err != nil {
		return n
	}
	if wasReady {
		cl.Event(n, cluster.EventNormal, "NodeNotReady", "Node "+n.Name+" status is now: NodeNotReady")
		markAll(cl, n)
	}
	return next
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
