package replicas

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/manifest"
)

// Name is the name of the controller: the source of its Events, and of what it writes.
const Name = "replicaset-controller"

// Config adds the controller and its kind to what a simulation is made with.
func Config(c daemonsim.Config) daemonsim.Config {
	c.Controllers = append(slices.Clip(c.Controllers), New())
	c.Definitions = append(slices.Clip(c.Definitions), Definition())
	return c
}

// Definition tells manifests and kubectl of ReplicaSets.
func Definition() manifest.Definition {
	return manifest.Definition{Object: &ReplicaSet{}, ShortName: "rs", Columns: []manifest.PrinterColumn{
		{Name: "DESIRED", JSONPath: ".spec.replicas"},
		{Name: "CURRENT", JSONPath: ".status.replicas"},
		{Name: "READY", JSONPath: ".status.readyReplicas"},
	}}
}

// Controller is the actor. New makes one.
type Controller struct {
	// due are the ReplicaSets on the agenda: several changes at once make one task.
	due map[cluster.UID]bool
	// failures is how often in a row nothing came of a ReplicaSet.
	failures map[cluster.UID]int
	// templates are what the pods of ReplicaSets share: worked out once, not for each pod.
	templates map[cluster.UID]template
	// opened says that the ReplicaSets which were there at first are on the agenda.
	opened bool
}

// template is the template of a ReplicaSet in one of its generations.
type template struct {
	*cluster.Template
	generation int64
}

// New returns the controller.
func New() *Controller {
	return &Controller{
		due: make(map[cluster.UID]bool), failures: make(map[cluster.UID]int),
		templates: make(map[cluster.UID]template),
	}
}

// sync is the controller's only task: to bring the pods of a ReplicaSet to their number.
const sync cluster.TaskKind = 1

// Name is "replicaset-controller".
func (c *Controller) Name() string { return Name }

// TaskName names the controller's task.
func (c *Controller) TaskName(cluster.TaskKind) string { return "sync" }

// Fork returns an independent copy: a fork of a cluster has controllers of its own.
func (c *Controller) Fork() cluster.Actor {
	return &Controller{maps.Clone(c.due), maps.Clone(c.failures), maps.Clone(c.templates), c.opened}
}

// AppendState writes what the controller keeps, so that Cluster.Hash tells two of them apart.
func (c *Controller) AppendState(b []byte) []byte {
	for _, uid := range slices.Sorted(maps.Keys(c.due)) {
		b = fmt.Appendf(b, "due %v ", uid)
	}
	for _, uid := range slices.Sorted(maps.Keys(c.failures)) {
		b = fmt.Appendf(b, "failed %v %d ", uid, c.failures[uid])
	}
	return b
}

// Observe puts the ReplicaSets on the agenda that a change is about. It writes nothing: nobody may while changes are
// told.
func (c *Controller) Observe(cl *cluster.Client, ch *cluster.Change) {
	if !c.opened {
		*c = *New()
		c.opened = true
		for obj := range cl.Objects(Kind, "") {
			c.enqueue(cl, obj.Meta().UID)
		}
	}
	switch obj := ch.Object().(type) {
	case *ReplicaSet:
		if ch.Verb == cluster.Deleted {
			// Its pods go with it: the garbage collector sees to that.
			delete(c.failures, obj.UID)
			delete(c.templates, obj.UID)
			return
		}
		c.enqueue(cl, obj.UID)
	case *cluster.Pod:
		if ref := obj.Controller(); ref != nil && ref.Kind == Kind {
			c.enqueue(cl, ref.UID)
		}
	}
}

// enqueue puts a ReplicaSet on the agenda, once.
func (c *Controller) enqueue(cl *cluster.Client, uid cluster.UID) {
	if !c.due[uid] {
		c.due[uid] = true
		cl.After(0, cluster.Task{Kind: sync, Object: uid})
	}
}

// Run brings a ReplicaSet up to date. What there is to do follows from what there is now, whatever the changes were
// that have led here.
func (c *Controller) Run(cl *cluster.Client, t cluster.Task) {
	delete(c.due, t.Object)
	set, ok := cl.Live().ByUID(t.Object).(*ReplicaSet)
	if !ok || set.Terminating() {
		return
	}
	// NB: a controller that lags must not count its own pods in an old picture of the cluster, or it would make
	// those again that it has just made.
	pods := slices.Collect(cl.Live().PodsOwnedBy(set.Namespace, set.UID))
	err := c.carryOut(cl, set, Plan(int(set.Scale()), pods))
	next := *set
	next.Status = Observed(set.Generation, slices.Collect(cl.Live().PodsOwnedBy(set.Namespace, set.UID)))
	if _, failed := cl.UpdateStatus(&next); err != nil || failed != nil {
		c.retry(cl, set.UID)
		return
	}
	delete(c.failures, set.UID)
}

// carryOut makes the pods that are missing, or deletes those that are too many. It stops at the first failure.
func (c *Controller) carryOut(cl *cluster.Client, set *ReplicaSet, do Actions) error {
	for range do.Create {
		p, err := cl.Create(c.newPod(set))
		if err != nil {
			cl.Event(set, cluster.EventWarning, "FailedCreate", fmt.Sprintf("Error creating: %v", err))
			return err
		}
		cl.Event(set, cluster.EventNormal, "SuccessfulCreate", "Created pod: "+p.Meta().Name)
	}
	for _, p := range do.Delete {
		if err := cl.DeletePod(p.UID, cluster.DeleteOptions{}); err != nil {
			return err
		}
		cl.Event(set, cluster.EventNormal, "SuccessfulDelete", "Deleted pod: "+p.Name)
	}
	return nil
}

// The first wait after a failure, and the longest.
const (
	firstRetry = 5 * time.Millisecond
	lastRetry  = 1000 * time.Second
)

// retry puts a ReplicaSet on the agenda again, each time after twice the time. The task is marked as a retry, by
// which a cluster that cannot settle knows why.
func (c *Controller) retry(cl *cluster.Client, uid cluster.UID) {
	delay := min(lastRetry, firstRetry<<min(c.failures[uid], 20))
	c.failures[uid]++
	cl.After(delay, cluster.Task{Kind: sync, Object: uid, Retry: true})
}

// newPod is another pod of a ReplicaSet. It is pinned to no node, so that the scheduler looks for one.
func (c *Controller) newPod(set *ReplicaSet) *cluster.Pod {
	t, ok := c.templates[set.UID]
	if !ok || t.generation != set.Generation {
		// NB: it is not kept with the ReplicaSet. What is stored never changes.
		t = template{generation: set.Generation, Template: cluster.NewTemplate(
			set.Spec.Template, cluster.OwnerReference{
				APIVersion: set.APIVersion(), Kind: Kind, Name: set.Name, UID: set.UID,
				Controller: new(true), BlockOwnerDeletion: new(true),
			})}
		c.templates[set.UID] = t
	}
	return &cluster.Pod{
		ObjectMeta: cluster.ObjectMeta{GenerateName: set.Name + "-", Namespace: set.Namespace},
		Template:   t.Template,
	}
}
