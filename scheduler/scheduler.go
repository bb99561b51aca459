package scheduler

import (
	"encoding/binary"
	"maps"
	"slices"

	"github.com/daemonsim/daemonsim/cluster"
)

// Name is the name under which pods ask for this scheduler, and that of the actor.
const Name = "default-scheduler"

// Config describes a scheduler. The zero Config is the default profile.
type Config struct {
	// Filters are the filters to ask, in order. Nil means DefaultFilters.
	Filters Filters

	_ struct{}
}

// Scheduler is the actor that binds pods to nodes. It handles the pods that ask for it by name.
type Scheduler struct {
	filters Filters
	queue   queue
	// planned is set while a scheduling cycle is on the agenda.
	planned bool
	// info is scratch space: it holds nothing from one cycle to the next.
	info NodeInfo
}

// New returns a scheduler.
func New(config Config) *Scheduler {
	s := &Scheduler{filters: config.Filters, queue: newQueue()}
	if s.filters == nil {
		s.filters = DefaultFilters()
	}
	return s
}

const taskCycle cluster.TaskKind = 1

// Name is "default-scheduler".
func (s *Scheduler) Name() string { return Name }

// TaskName names the scheduler's tasks.
func (s *Scheduler) TaskName(cluster.TaskKind) string { return "cycle" }

// Fork returns an independent copy.
func (s *Scheduler) Fork() cluster.Actor {
	return &Scheduler{filters: s.filters, queue: s.queue.fork(), planned: s.planned}
}

// AppendState writes the pods that are queued and waiting.
func (s *Scheduler) AppendState(b []byte) []byte {
	s.queue.active.Scan(func(a activePod) bool {
		b = binary.LittleEndian.AppendUint64(b, uint64(a.pod))
		return true
	})
	s.queue.waiting.Scan(func(w waitingPod) bool {
		b = binary.LittleEndian.AppendUint64(b, uint64(w.pod))
		return true
	})
	return b
}

// Observe queues pods without a node, and wakes those that wait when a change may help them.
func (s *Scheduler) Observe(cl *cluster.Client, ch *cluster.Change) {
	switch obj := ch.Object().(type) {
	case *cluster.Pod:
		before, _ := ch.Before.(*cluster.Pod)
		s.observePod(cl, before, obj, ch.Verb)
	case *cluster.Node:
		before, _ := ch.Before.(*cluster.Node)
		if ch.Verb == cluster.Created || ch.Verb == cluster.Updated && nodeHelps(before, obj) {
			s.wake(cl, obj.ID())
		}
	}
}

func (s *Scheduler) observePod(cl *cluster.Client, before, p *cluster.Pod, verb cluster.Verb) {
	switch {
	case verb == cluster.Created && !p.Bound() && s.responsible(p):
		s.queue.push(p)
		s.plan(cl)
	case verb == cluster.Deleted && !p.Bound():
		s.queue.drop(p)
	case p.Bound() && (verb == cluster.Deleted && !p.Terminal() ||
		verb == cluster.Updated && p.Terminal() && !before.Terminal()):
		// The pod's room has become free.
		s.wake(cl, p.TargetID())
	}
}

func (s *Scheduler) responsible(p *cluster.Pod) bool {
	name := p.Spec().SchedulerName
	return name == "" || name == Name
}

// nodeHelps reports whether a pod that did not fit the node before might fit it now.
func nodeHelps(before, after *cluster.Node) bool {
	return before.Spec.Unschedulable && !after.Spec.Unschedulable ||
		!maps.Equal(before.Labels, after.Labels) ||
		!slices.Equal(before.Spec.Taints, after.Spec.Taints) ||
		!maps.EqualFunc(before.Status.Allocatable, after.Status.Allocatable, sameQuantity)
}

// wake makes the pods active that wait for this node, and those that may go to any.
func (s *Scheduler) wake(cl *cluster.Client, node cluster.NodeID) {
	if s.queue.waiting.Len() == 0 {
		return
	}
	s.queue.wake(cl.Reader, node)
	s.queue.wake(cl.Reader, cluster.NoNode)
	if s.queue.active.Len() > 0 {
		s.plan(cl)
	}
}

func (s *Scheduler) plan(cl *cluster.Client) {
	if !s.planned {
		s.planned = true
		cl.After(0, cluster.Task{Kind: taskCycle})
	}
}

// Run is one scheduling cycle: it tries the next pod of the queue.
func (s *Scheduler) Run(cl *cluster.Client, _ cluster.Task) {
	s.planned = false
	uid, ok := s.queue.pop()
	if !ok {
		return
	}
	if s.queue.active.Len() > 0 {
		s.plan(cl)
	}
	if p := cl.PodByUID(uid); p != nil && !p.Bound() && !p.Terminating() {
		s.schedule(cl, p)
	}
}

func (s *Scheduler) schedule(cl *cluster.Client, p *cluster.Pod) {
	var why failure
	node := s.findNode(cl, p, &why)
	if node == "" {
		s.reject(cl, p, why.String())
		return
	}
	// The pod has just been read: it is there and has no node.
	_, _ = cl.Bind(p.UID, node)
}

// findNode returns the node to bind the pod to, or "" and why there is none. Only one node comes into
// question for a pinned pod.
func (s *Scheduler) findNode(cl *cluster.Client, p *cluster.Pod, why *failure) string {
	why.nodes = cl.Count(cluster.KindNode)
	if p.Target != "" {
		node := cl.NodeByID(p.TargetID())
		if node != nil && s.fits(cl, p, node, why) {
			return node.Name
		}
		if node != nil {
			why.skip(why.nodes - 1)
		} else {
			why.skip(why.nodes)
		}
		return ""
	}
	var feasible []string
	for node := range cl.Nodes() {
		if s.fits(cl, p, node, why) {
			feasible = append(feasible, node.Name)
			if !cl.Chooses() {
				break
			}
		}
	}
	if len(feasible) == 0 {
		return ""
	}
	return feasible[cl.Choose(cluster.Choice{
		Point: "scheduler-node", N: len(feasible),
		Describe: func(i int) string { return feasible[i] },
	})]
}

func (s *Scheduler) fits(cl *cluster.Client, p *cluster.Pod, node *cluster.Node, why *failure) bool {
	s.info.Load(cl.Reader, node)
	v := s.filters.Run(p, &s.info)
	why.add(v)
	return v.Fits()
}

// reject makes a pod wait, and says why in its status and in an event.
func (s *Scheduler) reject(cl *cluster.Client, p *cluster.Pod, message string) {
	s.queue.wait(p)
	cl.Event(p, cluster.EventWarning, "FailedScheduling", message)
	if t := p.Status.Trouble; t != nil && t.Unschedulable == message {
		return
	}
	status := p.Status
	status.Trouble = &cluster.PodTrouble{Unschedulable: message}
	_, _ = cl.SetPodStatus(p.UID, status)
}
