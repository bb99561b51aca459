package daemonset

import (
	"encoding/json"
	"maps"
	"time"

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
	// NoOwnWritesCheck leaves out the check, which Kubernetes has made since v1.36, that a sync begins with:
	// that the controller's view contains the pods and the status that it has written itself. It makes a
	// difference only to a controller that lags.
	NoOwnWritesCheck bool
	// Resync is how often every DaemonSet is looked at although nothing has changed, as the informers of
	// Kubernetes have it every 12 to 24 hours. Zero means never. A cluster does not settle when it is less
	// than cluster.FarOff.
	Resync time.Duration
	// Planner, when set, replaces the update strategies of all DaemonSets that Planners does not name. An
	// old and a new pod may share a node for as long as the DaemonSet's own strategy has a surge. A plan
	// that makes no sense, such as one with a pod of somebody else, is refused as a whole with an event
	// "PlanRefused", and asked for again later.
	Planner rollout.Planner
	// Planners replace the update strategies of single DaemonSets, by "namespace/name".
	Planners map[string]rollout.Planner
	// Hash names a template, given the data of its revision and the collision count. Nil means
	// rollout.Hash. Two templates of one hash collide: a test can force that with a function of its own. It
	// must follow from its arguments alone, as forks of a cluster share it.
	Hash func(data json.RawMessage, collisions *int32) string

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
	// notes, when set, takes down what a sync does.
	notes *Outcome
	// syncing is the DaemonSet that a sync is working on.
	syncing *tracked
	// resyncs says that a resync is on the agenda.
	resyncs     bool
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
	config.Planners = maps.Clone(config.Planners)
	if config.Hash == nil {
		config.Hash = rollout.Hash
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
	// taskResync queues every DaemonSet.
	taskResync
	// taskReplan looks at a DaemonSet that has been given another planner.
	taskReplan
)

// Name is "daemonset-controller".
func (c *Controller) Name() string { return Name }

// TaskName names the controller's tasks.
func (c *Controller) TaskName(kind cluster.TaskKind) string {
	names := [...]string{"", "sync", "requeue", "node", "resync", "replan"}
	if int(kind) >= len(names) {
		return ""
	}
	return names[kind]
}

// SetMode changes how pods get to their nodes, for those that are created from now on. An unknown mode
// counts as ViaScheduler.
func (c *Controller) SetMode(mode Mode) { c.config.Mode = mode }

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
		resyncs:     c.resyncs,
		evaluations: c.evaluations,
	}
	c.sets.Scan(func(uid cluster.UID, t *tracked) bool {
		f.sets.Set(uid, t.fork())
		return true
	})
	return f
}

func (c *Controller) enqueue(cl *cluster.Client, t *tracked) {
	if !t.queued {
		t.queued = true
		cl.After(0, cluster.Task{Kind: taskSync, Object: t.set.UID})
	}
}

// Run does one task. Tasks about DaemonSets that are gone are dropped.
func (c *Controller) Run(cl *cluster.Client, task cluster.Task) {
	switch task.Kind {
	case taskNode:
		c.runNode(cl, cluster.NodeID(task.Arg))
		return
	case taskResync:
		c.resync(cl)
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
	case taskReplan:
		c.enqueue(cl, t)
	case taskRequeue:
		// One that an earlier wish has replaced is dropped.
		if t.waiting && t.wake == task.At {
			t.waiting = false
			c.enqueue(cl, t)
		}
	}
}

// scheduleResync puts the next resync on the agenda, unless it is there or there is nothing to look at.
func (c *Controller) scheduleResync(cl *cluster.Client) {
	if c.config.Resync > 0 && !c.resyncs && c.sets.Len() > 0 {
		c.resyncs = true
		cl.After(c.config.Resync, cluster.Task{Kind: taskResync})
	}
}

func (c *Controller) resync(cl *cluster.Client) {
	c.resyncs = false
	c.sets.Scan(func(_ cluster.UID, t *tracked) bool {
		c.enqueue(cl, t)
		return true
	})
	c.scheduleResync(cl)
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
