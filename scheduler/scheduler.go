package scheduler

import (
	"encoding/binary"
	"slices"

	"github.com/daemonsim/daemonsim/cluster"
)

// Name is the name under which pods ask for this scheduler, and that of the actor.
const Name = "default-scheduler"

// Config describes a scheduler. The zero Config is the default profile.
type Config struct {
	// Filters are the filters to ask, in order. Nil means DefaultFilters. A pod that a filter of one's
	// own has rejected is tried again whenever its node changes or a pod there is gone.
	Filters Filters

	_ struct{}
}

// Scheduler is the actor that binds pods to nodes. It handles the pods that ask for it by name.
type Scheduler struct {
	filters Filters
	// allHint and narrows follow from the filters.
	allHint bool
	narrows int
	queue   queue
	// planned is set while a scheduling cycle is on the agenda.
	planned bool
	// info is scratch space: it holds nothing from one cycle to the next.
	info NodeInfo
}

// New returns a scheduler.
func New(config Config) *Scheduler {
	filters := slices.Clone(config.Filters)
	if filters == nil {
		filters = DefaultFilters()
	}
	return &Scheduler{
		filters: filters, allHint: filters.allHint(), narrows: filters.narrows(), queue: newQueue(),
	}
}

const taskCycle cluster.TaskKind = 1

// Name is "default-scheduler".
func (s *Scheduler) Name() string { return Name }

// TaskName names the scheduler's tasks.
func (s *Scheduler) TaskName(cluster.TaskKind) string { return "cycle" }

// Fork returns an independent copy.
func (s *Scheduler) Fork() cluster.Actor {
	return &Scheduler{
		filters: s.filters, allHint: s.allHint, narrows: s.narrows,
		queue: s.queue.fork(), planned: s.planned,
	}
}

// AppendState writes the pods that are queued, and those that wait with what they wait for.
func (s *Scheduler) AppendState(b []byte) []byte {
	s.queue.active.Scan(func(a activePod) bool {
		b = binary.LittleEndian.AppendUint64(b, uint64(a.pod))
		return true
	})
	s.queue.waiting.Scan(func(w waitingPod) bool {
		b = binary.LittleEndian.AppendUint64(b, uint64(w.pod))
		b = binary.LittleEndian.AppendUint64(b, uint64(w.by))
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
		s.observeNode(cl, before, obj, ch.Verb)
	}
}

func (s *Scheduler) observeNode(cl *cluster.Client, before, n *cluster.Node, verb cluster.Verb) {
	if s.queue.waiting.Len() == 0 {
		return
	}
	e := event{after: &NodeInfo{Node: n}}
	switch {
	case verb == cluster.Created:
	case verb == cluster.Updated && (!s.allHint || nodeHelps(before, n)):
		e.before = &NodeInfo{Node: before}
	default:
		return
	}
	s.wake(cl, n.ID(), e)
}

func (s *Scheduler) observePod(cl *cluster.Client, before, p *cluster.Pod, verb cluster.Verb) {
	switch {
	case !p.Bound() && s.responsible(p) && !gated(p) &&
		(verb == cluster.Created || verb == cluster.Updated && gated(before)):
		s.queue.push(p)
		s.plan(cl)
	case verb == cluster.Deleted && !p.Bound():
		s.queue.drop(p)
	case p.Bound() && (verb == cluster.Deleted && !p.Terminal() ||
		verb == cluster.Updated && p.Terminal() && !before.Terminal()):
		// The pod's room has become free.
		s.wake(cl, p.TargetID(), event{gone: p})
	}
}

func (s *Scheduler) responsible(p *cluster.Pod) bool {
	name := p.Spec().SchedulerName
	return name == "" || name == Name
}

// gated reports whether a pod is not to be scheduled yet. It does not even enter the queue.
func gated(p *cluster.Pod) bool { return len(p.Spec().SchedulingGates) > 0 }

// wake makes those pods active that an event on the node may help: of those that wait for this node, and
// of those that may go to any.
func (s *Scheduler) wake(cl *cluster.Client, node cluster.NodeID, e event) {
	if s.queue.waiting.Len() == 0 {
		return
	}
	helped := func(p *cluster.Pod, by rejecters) bool { return s.filters.helped(p, by, e) }
	s.queue.wake(cl.Reader, node, helped)
	s.queue.wake(cl.Reader, cluster.NoNode, helped)
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
		s.reject(cl, p, &why)
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
		why.narrowed(s.narrows)
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
	place, v := s.filters.run(p, &s.info)
	why.add(place, v)
	return v.Fits()
}

// reject makes a pod wait, and says why in its status and in an event.
func (s *Scheduler) reject(cl *cluster.Client, p *cluster.Pod, why *failure) {
	message := why.String()
	s.queue.wait(p, why.by)
	cl.Event(p, cluster.EventWarning, "FailedScheduling", message)
	if t := p.Status.Trouble; t != nil && t.Unschedulable == message {
		return
	}
	status := p.Status.WithTrouble(func(t *cluster.PodTrouble) { t.Unschedulable = message })
	_, _ = cl.SetPodStatus(p.UID, status)
}
