package daemonset

import (
	"maps"
	"slices"

	"github.com/tidwall/btree"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/cow"
	"github.com/daemonsim/daemonsim/rollout"
)

// Name is the controller's name, in events and in the change log.
const Name = "daemonset-controller"

// Mode is how pods get to their nodes.
type Mode uint8

const (
	// ViaScheduler pins a pod to its node by affinity and leaves the binding to the scheduler.
	ViaScheduler Mode = iota
	// Direct sets the pod's node itself, so that nobody asks for resources or host ports.
	Direct
)

// Config describes a controller. The zero Config is Kubernetes' own.
type Config struct {
	// Mode is how pods get to their nodes.
	Mode Mode
	// BurstReplicas bounds the pods that one sync creates, and those that it deletes. Zero means
	// 250.
	BurstReplicas int
	// NoOwnWritesCheck leaves out the check, which Kubernetes has made since v1.36, that a sync begins with: that
	// the controller's view contains the pods and the status that it has written itself. It makes a
	// difference only to a controller that lags.
	NoOwnWritesCheck bool
	// Planner, when set, replaces the update strategies of all DaemonSets. An old and a new pod may
	// share a node for as long as the DaemonSet's own strategy has a surge. A plan that makes no sense,
	// such as one with a pod of somebody else, is refused as a whole with an event "PlanRefused", and
	// asked for again later.
	Planner rollout.Planner

	_ struct{}
}

const defaultBurstReplicas = 250

// Controller is the actor that keeps one pod of each DaemonSet on each node that it fits.
type Controller struct {
	config Config
	sets   *btree.Map[cluster.UID, *tracked]
	// pending marks the nodes whose task is on the agenda.
	pending cow.Vector[bool]
	// orphans are the revisions that nobody controls.
	orphans *btree.Set[cluster.UID]
	// claims are who controls the pods that have been adopted or released, until the view shows it.
	claims btree.Map[cluster.UID, podClaim]
	// syncing is the DaemonSet that a sync is working on.
	syncing     *tracked
	evaluations uint64
	// scratch, state, draft and bound are working space: they hold nothing from one use to the next.
	scratch Entry
	state   state
	draft   DaemonSet
	bound   map[setName]bool
}

// New returns a controller.
func New(config Config) *Controller {
	if config.BurstReplicas <= 0 {
		config.BurstReplicas = defaultBurstReplicas
	}
	return &Controller{
		config:  config,
		sets:    new(btree.Map[cluster.UID, *tracked]),
		orphans: new(btree.Set[cluster.UID]),
	}
}

// The tasks of the controller.
const (
	// taskSync reconciles the DaemonSet that it is about.
	taskSync cluster.TaskKind = iota + 1
	// taskRequeue asks for a sync when its time has come.
	taskRequeue
	// taskNode looks at a node that has changed; Arg is its NodeID.
	taskNode
	// taskAvailable assesses a node on which a pod has become available; Arg is its NodeID.
	taskAvailable
)

// Name is "daemonset-controller".
func (c *Controller) Name() string { return Name }

// TaskName names the controller's tasks.
func (c *Controller) TaskName(kind cluster.TaskKind) string {
	names := [...]string{"", "sync", "requeue", "node", "available"}
	if int(kind) >= len(names) {
		return ""
	}
	return names[kind]
}

// Evaluations counts how often a placement was worked out for nodes that look alike, and how often one
// that looks at names was asked about a node. It is what placement costs.
func (c *Controller) Evaluations() uint64 { return c.evaluations }

// Fork returns an independent copy.
func (c *Controller) Fork() cluster.Actor {
	f := &Controller{
		config:      c.config,
		sets:        new(btree.Map[cluster.UID, *tracked]),
		pending:     c.pending.Fork(),
		orphans:     c.orphans.Copy(),
		claims:      *c.claims.Copy(),
		evaluations: c.evaluations,
	}
	c.sets.Scan(func(uid cluster.UID, t *tracked) bool {
		f.sets.Set(uid, t.fork())
		return true
	})
	return f
}

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
		c.observeRevision(cl, obj, ch.Verb)
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
		return
	}
	t.adopt(set)
	// What the sync itself has just written says nothing new. To a controller that lags it comes later.
	if c.syncing != t {
		c.enqueue(cl, t)
	}
}

func (c *Controller) observeRevision(cl *cluster.Client, r *rollout.ControllerRevision, verb cluster.Verb) {
	ref := r.Controller()
	if ref == nil && verb != cluster.Deleted {
		c.orphans.Insert(r.UID)
	} else {
		c.orphans.Delete(r.UID)
	}
	if ref == nil {
		return
	}
	if t, ok := c.sets.Get(ref.UID); ok {
		t.reconstruct = true
		if verb != cluster.Created {
			c.enqueue(cl, t)
		}
	}
}

func (c *Controller) observePod(cl *cluster.Client, before, p *cluster.Pod, verb cluster.Verb) {
	c.confirmClaim(p, verb)
	if t := c.owner(p); t != nil {
		c.confirm(t, p, verb)
		t.mark(p.TargetID())
		if !t.selector.Matches(p.Labels) {
			t.reclaim = true
		}
		c.enqueue(cl, t)
	}
	if before != nil && before != p {
		if t := c.owner(before); t != nil && before.Controller() != p.Controller() {
			t.mark(before.TargetID())
			c.enqueue(cl, t)
		}
	}
	if p.Controller() == nil && verb != cluster.Deleted && (before == nil || relabelled(before, p)) {
		c.observeOrphan(cl, p)
	}
}

// relabelled reports whether a pod has other labels, or has lost its controller.
func relabelled(before, after *cluster.Pod) bool {
	return before.Controller() != nil || !maps.Equal(before.Labels, after.Labels)
}

// observeOrphan tells the DaemonSets that might adopt a pod.
func (c *Controller) observeOrphan(cl *cluster.Client, p *cluster.Pod) {
	c.sets.Scan(func(_ cluster.UID, t *tracked) bool {
		if t.set.Namespace == p.Namespace && t.selector.Matches(p.Labels) && !p.Terminating() {
			t.reclaim = true
			c.enqueue(cl, t)
		}
		return true
	})
}

// owner is the DaemonSet that controls a pod, nil if none does.
func (c *Controller) owner(p *cluster.Pod) *tracked {
	ref := p.Controller()
	if ref == nil || ref.Kind != Kind {
		return nil
	}
	t, _ := c.sets.Get(ref.UID)
	return t
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
	id := n.ID()
	c.sets.Scan(func(_ cluster.UID, t *tracked) bool {
		if !t.rebuild {
			t.unjudge(id)
		}
		return true
	})
	if verb != cluster.Deleted && !c.pending.At(int(id)) {
		c.pending.Set(int(id), true)
		cl.After(0, cluster.Task{Kind: taskNode, Object: n.UID, Arg: uint64(id)})
	}
}

func (c *Controller) enqueue(cl *cluster.Client, t *tracked) {
	if !t.queued {
		t.queued = true
		cl.After(0, cluster.Task{Kind: taskSync, Object: t.set.UID})
	}
}

// Run does one task. Tasks about DaemonSets that are gone are dropped.
func (c *Controller) Run(cl *cluster.Client, task cluster.Task) {
	if task.Kind == taskNode {
		c.runNode(cl, cluster.NodeID(task.Arg))
		return
	}
	t, ok := c.sets.Get(task.Object)
	if !ok {
		return
	}
	switch task.Kind {
	case taskSync:
		t.queued = false
		c.sync(cl, t)
	case taskAvailable:
		t.mark(cluster.NodeID(task.Arg))
		c.enqueue(cl, t)
	case taskRequeue:
		// One that an earlier wish has replaced is dropped.
		if t.waiting && t.wake == task.At {
			t.waiting = false
			c.enqueue(cl, t)
		}
	}
}

// runNode queues the DaemonSets that have something to do on a node that has changed: a pod to create, a
// pod to delete, or a pod that their status may count wrongly.
func (c *Controller) runNode(cl *cluster.Client, id cluster.NodeID) {
	c.pending.Set(int(id), false)
	if cl.NodeByID(id) == nil {
		return
	}
	c.collectBound(cl, id)
	c.sets.Scan(func(_ cluster.UID, t *tracked) bool {
		if t.rebuild {
			return true
		}
		c.judge(cl, t, id)
		r := t.records.At(int(id))
		run, goOn := r.flags&shouldRun != 0, r.flags&shouldContinue != 0
		bound := c.bound[setName{t.set.Namespace, t.set.Name}]
		if run && !bound || !goOn && bound || bound && t.set.Status.NumberMisscheduled > 0 {
			c.enqueue(cl, t)
		}
		return true
	})
}

// setName is how a pod names the DaemonSet that controls it.
type setName struct{ namespace, name string }

// collectBound notes which DaemonSets have a pod that is bound to the node. They are known by name, as to
// Kubernetes.
func (c *Controller) collectBound(cl *cluster.Client, id cluster.NodeID) {
	if c.bound == nil {
		c.bound = make(map[setName]bool)
	}
	clear(c.bound)
	for p := range cl.PodsAt(id) {
		if ref := p.Controller(); p.Bound() && ref != nil && ref.Kind == Kind {
			c.bound[setName{p.Namespace, ref.Name}] = true
		}
	}
}
