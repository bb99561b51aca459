package podgc

import (
	"fmt"
	"time"

	"github.com/tidwall/btree"

	"github.com/daemonsim/daemonsim/cluster"
)

// Name is the name of the collector.
const Name = "pod-garbage-collector"

// Collector is the actor that collects pods. New makes one.
type Collector struct {
	config Config
	// missing are the nodes with pods whose absence has been noted, and stuck the pods that nobody may ever end:
	// each has a task on the agenda. Nil as long as there are none.
	missing *btree.Map[cluster.NodeID, absence]
	stuck   *btree.Set[cluster.UID]
	// ended is how many pods have come to their end and are still there.
	ended int
	// surplus says that a look at those is on the agenda.
	surplus bool
	// opened says that the pods which were there at first have been looked at, and since says when.
	opened bool
	since  time.Duration
}

// absence is what is known of a node that is not there.
type absence struct {
	// due is the pass that looks at it next.
	due time.Duration
	// quarantined says that this is the end of its quarantine.
	quarantined bool
}

// New returns the collector.
func New(config Config) *Collector { return &Collector{config: config.withDefaults()} }

// Since is when the collector has begun: it has looked at all pods then and been told of every change from there
// on. It is false for one that has not been told of anything.
func (c *Collector) Since() (at time.Duration, begun bool) { return c.since, c.opened }

// Patience is the longest time for which a pod is there whose node is not, from when the collector has begun.
func (c *Collector) Patience() time.Duration {
	return c.config.Period + c.config.pass(c.config.Quarantine)
}

// The tasks of the collector say what there is to do at a pass. All of them are due at one, and the first of them
// does the whole pass.
const (
	// taskMissing puts a node that is not there into quarantine, and taskOrphans collects its pods if it is
	// still not there at the end. Arg is its NodeID.
	taskMissing cluster.TaskKind = iota + 1
	taskOrphans
	// taskStuck looks at a terminating pod that may not be able to end.
	taskStuck
	// taskSurplus deletes pods that have ended.
	taskSurplus
)

// Name is "pod-garbage-collector".
func (c *Collector) Name() string { return Name }

// TaskName names the collector's tasks.
func (c *Collector) TaskName(kind cluster.TaskKind) string {
	names := [...]string{
		taskMissing: "quarantine", taskOrphans: "collect orphans", taskStuck: "collect",
		taskSurplus: "collect ended pods",
	}
	if int(kind) >= len(names) {
		return ""
	}
	return names[kind]
}

// Fork returns an independent copy.
func (c *Collector) Fork() cluster.Actor {
	f := *c
	if c.missing != nil {
		f.missing = c.missing.Copy()
	}
	if c.stuck != nil {
		f.stuck = c.stuck.Copy()
	}
	return &f
}

// AppendState writes the nodes and the pods that are on the agenda.
func (c *Collector) AppendState(b []byte) []byte {
	b = fmt.Appendf(b, "%t", c.surplus)
	if c.missing != nil {
		b = fmt.Append(b, c.missing.Keys(), c.missing.Values())
	}
	if c.stuck != nil {
		b = fmt.Append(b, "stuck", c.stuck.Keys())
	}
	return b
}

// Observe has the next pass look at what a change leaves behind.
func (c *Collector) Observe(cl *cluster.Client, ch *cluster.Change) {
	if !c.opened {
		c.open(cl)
		return
	}
	if ch.Listed {
		// It has been looked at.
		return
	}
	switch obj := ch.Object().(type) {
	case *cluster.Node:
		switch {
		case ch.Verb == cluster.Deleted:
			c.note(cl, obj.ID(), 0 /* after */)
		case outOfService(obj):
			c.noteStuckAt(cl, obj.ID())
		}
	case *cluster.Pod:
		before, _ := ch.Before.(*cluster.Pod)
		after, _ := ch.After.(*cluster.Pod)
		c.count(cl, before, after)
		if after != nil {
			c.notePod(cl, after)
		}
	}
}

// open looks at all that is there when the collector is first told of anything.
func (c *Collector) open(cl *cluster.Client) {
	c.opened, c.since = true, cl.Now()
	for p := range cl.Pods("") {
		c.count(cl, nil, p)
		c.notePod(cl, p)
	}
}

// count keeps the number of pods that have ended.
func (c *Collector) count(cl *cluster.Client, before, after *cluster.Pod) {
	if before != nil && before.Terminal() {
		c.ended--
	}
	if after != nil && after.Terminal() {
		c.ended++
	}
	if c.ended > c.config.TerminatedThreshold {
		c.noteSurplus(cl, 0 /* after */)
	}
}

// noteSurplus has the first pass after a while delete pods that have ended.
func (c *Collector) noteSurplus(cl *cluster.Client, after time.Duration) {
	if !c.surplus {
		c.surplus = true
		c.atPass(cl, after, cluster.Task{Kind: taskSurplus})
	}
}

// notePod notes a pod that nobody may ever end.
func (c *Collector) notePod(cl *cluster.Client, p *cluster.Pod) {
	if p.Bound() && cl.NodeByID(p.TargetID()) == nil {
		c.note(cl, p.TargetID(), 0 /* after */)
	} else if stuck(cl.Reader, p) {
		c.noteStuck(cl, p.UID, 0 /* after */)
	}
}

// note has the first pass after a while look at a node that is not there, if it has pods to be collected.
func (c *Collector) note(cl *cluster.Client, id cluster.NodeID, after time.Duration) {
	if !hasOrphans(cl.Reader, id) {
		return
	}
	if c.missing == nil {
		c.missing = new(btree.Map[cluster.NodeID, absence])
	}
	if _, noted := c.missing.Get(id); !noted {
		due := c.atPass(cl, after, cluster.Task{Kind: taskMissing, Arg: uint64(id)})
		c.missing.Set(id, absence{due: due})
	}
}

// noteStuckAt notes the pods that cannot end on a node which is out of service.
func (c *Collector) noteStuckAt(cl *cluster.Client, id cluster.NodeID) {
	for p := range cl.PodsAt(id) {
		if stuck(cl.Reader, p) {
			c.noteStuck(cl, p.UID, 0 /* after */)
		}
	}
}

func (c *Collector) noteStuck(cl *cluster.Client, uid cluster.UID, after time.Duration) {
	if c.stuck == nil {
		c.stuck = new(btree.Set[cluster.UID])
	}
	if !c.stuck.Contains(uid) {
		c.stuck.Insert(uid)
		c.atPass(cl, after, cluster.Task{Kind: taskStuck, Object: uid})
	}
}

// atPass schedules a task for the first pass after a delay and returns when that is.
func (c *Collector) atPass(cl *cluster.Client, delay time.Duration, t cluster.Task) time.Duration {
	now := cl.Now()
	due := max(now, c.config.pass(now+min(delay, maxTime-now)))
	cl.After(due-now, t)
	return due
}

// maxTime is the end of time.
const maxTime = time.Duration(1<<63 - 1)

// Run does a pass, unless the pod that it was meant for is gone: then it is not time for one.
func (c *Collector) Run(cl *cluster.Client, t cluster.Task) {
	if t.At > cl.Now() {
		if c.stuck != nil {
			c.stuck.Delete(t.Object)
		}
		return
	}
	c.pass(cl)
}
