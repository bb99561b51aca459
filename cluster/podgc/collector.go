package podgc

import (
	"fmt"
	"slices"
	"time"

	"github.com/tidwall/btree"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/taints"
)

// Name is the name of the collector.
const Name = "pod-garbage-collector"

// Collector is the actor that collects pods. New makes one.
type Collector struct {
	config Config
	// missing are the nodes with pods whose absence has been noted: each has a task on the agenda. Nil as long
	// as there are none.
	missing *btree.Set[cluster.NodeID]
	// ended is how many pods have come to their end and are still there.
	ended int
	// surplus says that a look at those is on the agenda.
	surplus bool
	// opened says that the pods which were there at first have been looked at, and since says when.
	opened bool
	since  time.Duration
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

// The tasks of the collector, all of which are due at a pass.
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
	return &f
}

// AppendState writes the nodes that are on the agenda.
func (c *Collector) AppendState(b []byte) []byte {
	b = fmt.Appendf(b, "%t", c.surplus)
	if c.missing != nil {
		b = fmt.Append(b, c.missing.Keys())
	}
	return b
}

// Observe has the next pass look at what a change leaves behind.
func (c *Collector) Observe(cl *cluster.Client, ch *cluster.Change) {
	if !c.opened {
		c.open(cl)
		return
	}
	switch obj := ch.Object().(type) {
	case *cluster.Node:
		switch {
		case ch.Verb == cluster.Deleted:
			c.note(cl, obj.ID())
		case outOfService(obj):
			c.noteStuck(cl, obj.ID())
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
	if c.ended > c.config.TerminatedThreshold && !c.surplus {
		c.surplus = true
		c.atPass(cl, 0, cluster.Task{Kind: taskSurplus})
	}
}

// recount counts anew: one that was told of what it had found already has counted some pods twice.
func (c *Collector) recount(cl *cluster.Client) {
	c.ended = 0
	for p := range cl.Pods("") {
		if p.Terminal() {
			c.ended++
		}
	}
}

// notePod notes a pod that nobody may ever end.
func (c *Collector) notePod(cl *cluster.Client, p *cluster.Pod) {
	if p.Bound() && cl.NodeByID(p.TargetID()) == nil {
		c.note(cl, p.TargetID())
	} else if stuck(cl.Reader, p) {
		c.atPass(cl, 0, cluster.Task{Kind: taskStuck, Object: p.UID})
	}
}

// note has the next pass look at a node that is not there, if it has pods to be collected.
func (c *Collector) note(cl *cluster.Client, id cluster.NodeID) {
	if c.missing != nil && c.missing.Contains(id) || !hasOrphans(cl.Reader, id) {
		return
	}
	if c.missing == nil {
		c.missing = new(btree.Set[cluster.NodeID])
	}
	c.missing.Insert(id)
	c.atPass(cl, 0, cluster.Task{Kind: taskMissing, Arg: uint64(id)})
}

// noteStuck notes the pods that cannot end on a node which is out of service.
func (c *Collector) noteStuck(cl *cluster.Client, id cluster.NodeID) {
	for p := range cl.PodsAt(id) {
		if stuck(cl.Reader, p) {
			c.atPass(cl, 0, cluster.Task{Kind: taskStuck, Object: p.UID})
		}
	}
}

// atPass schedules a task for the first pass after a delay.
func (c *Collector) atPass(cl *cluster.Client, delay time.Duration, t cluster.Task) {
	now := cl.Now()
	cl.After(max(0, c.config.pass(now+min(delay, maxTime-now))-now), t)
}

// maxTime is the end of time.
const maxTime = time.Duration(1<<63 - 1)

// Run does its part of a pass.
func (c *Collector) Run(cl *cluster.Client, t cluster.Task) {
	switch t.Kind {
	case taskMissing:
		c.quarantine(cl, cluster.NodeID(t.Arg))
	case taskOrphans:
		c.missing.Delete(cluster.NodeID(t.Arg))
		collectOrphans(cl, cluster.NodeID(t.Arg))
	case taskStuck:
		if p := cl.PodByUID(t.Object); p != nil && stuck(cl.Reader, p) {
			collect(cl, p.UID, nil)
		}
	case taskSurplus:
		c.surplus = false
		c.recount(cl)
		for _, p := range Surplus(slices.Collect(cl.Pods("")), c.config.TerminatedThreshold) {
			collect(cl, p.UID, nil)
		}
	}
}

// quarantine starts the quarantine of a node that is not there. Nothing ends it before its time: a node that
// has been there meanwhile and is gone again has no quarantine of its own.
func (c *Collector) quarantine(cl *cluster.Client, id cluster.NodeID) {
	if cl.NodeByID(id) != nil || !hasOrphans(cl.Reader, id) {
		c.missing.Delete(id)
		return
	}
	c.atPass(cl, c.config.Quarantine, cluster.Task{Kind: taskOrphans, Arg: uint64(id)})
}

// collectOrphans removes the pods that are bound to a node which does not exist. It looks at the cluster itself
// before it does so.
func collectOrphans(cl *cluster.Client, id cluster.NodeID) {
	if cl.NodeByID(id) != nil || cl.Live().NodeByID(id) != nil {
		return
	}
	for _, p := range slices.Collect(cl.PodsAt(id)) {
		if orphan(p) {
			collect(cl, p.UID, &cluster.Disruption{
				Reason: "DeletionByPodGC", Message: "PodGC: node no longer exists", At: cl.Now(),
			})
		}
	}
}

// orphan reports whether a pod whose node does not exist is to be collected. Of one that has ended and is
// terminating only finalizers are left, which are not the collector's to remove.
func orphan(p *cluster.Pod) bool { return p.Bound() && !(p.Terminal() && p.Terminating()) }

func hasOrphans(r cluster.Reader, id cluster.NodeID) bool {
	for p := range r.PodsAt(id) {
		if orphan(p) {
			return true
		}
	}
	return false
}

// stuck reports whether a pod is terminating where no kubelet will end it: without a node, or on one that is
// out of service.
func stuck(r cluster.Reader, p *cluster.Pod) bool {
	if !p.Terminating() || p.Terminal() {
		return false
	}
	if !p.Bound() {
		return true
	}
	n := r.NodeByID(p.TargetID())
	return n != nil && outOfService(n)
}

// outOfService reports whether a node is not ready and an administrator has said that it is shut down.
func outOfService(n *cluster.Node) bool {
	return slices.ContainsFunc(n.Spec.Taints, func(t taints.Taint) bool {
		return t.Key == taints.KeyOutOfService
	}) && !n.Ready()
}

// collect sets a pod that has not ended to Failed, with the reason why if there is one, and deletes it without
// grace.
func collect(cl *cluster.Client, uid cluster.UID, why *cluster.Disruption) {
	p := cl.Live().PodByUID(uid)
	if p == nil {
		return
	}
	if !p.Terminal() {
		_, _ = cl.SetPodStatus(uid, failed(p.Status, why))
	}
	_ = cl.DeletePod(uid, cluster.DeleteOptions{GracePeriod: new(time.Duration)})
}

// failed is the status of a pod that is collected. Only the phase changes, and what says why: of the containers
// the collector knows nothing.
func failed(s cluster.PodStatus, why *cluster.Disruption) cluster.PodStatus {
	s.Phase = cluster.PodFailed
	if why != nil {
		s = s.WithTrouble(func(t *cluster.PodTrouble) { t.Disruption = *why })
	}
	return s
}
