package scheduler

import (
	"slices"

	"github.com/daemonsim/daemonsim/cluster"
)

// Name is the name under which pods ask for this scheduler, and that of the actor.
const Name = "default-scheduler"

// Config describes a scheduler. The zero Config is the default profile.
type Config struct {
	// Profile is the plugins to ask, in order. Nil means DefaultProfile. It is taken as it comes: a place
	// without a plugin is passed over, and a negative weight counts as one. Profile.Validate reports both.
	Profile Profile

	_ struct{}
}

// Scheduler is the actor that binds pods to nodes. It handles the pods that ask for it by name.
type Scheduler struct {
	fw    *framework
	queue queue
	index index
	// start is where in the walk over the nodes the next search begins.
	start int
	// planned is set while a scheduling cycle is on the agenda.
	planned bool
	// cycle, view and snapshot are scratch space: they hold nothing from one cycle to the next.
	cycle    Cycle
	view     view
	snapshot Snapshot
}

// New returns a scheduler.
func New(config Config) *Scheduler {
	profile := slices.Clone(config.Profile)
	if profile == nil {
		profile = DefaultProfile()
	}
	return &Scheduler{fw: newFramework(profile), queue: newQueue(), index: newIndex()}
}

// The tasks of the scheduler.
const (
	// taskCycle tries the next pod of the queue.
	taskCycle cluster.TaskKind = iota + 1
	// taskRetry comes when the back-off of a pod is over that met an error.
	taskRetry
)

// Name is "default-scheduler".
func (s *Scheduler) Name() string { return Name }

// TaskName names the scheduler's tasks.
func (s *Scheduler) TaskName(kind cluster.TaskKind) string {
	if kind == taskRetry {
		return "retry"
	}
	return "cycle"
}

// Fork returns an independent copy.
func (s *Scheduler) Fork() cluster.Actor {
	return &Scheduler{
		fw: s.fw, queue: s.queue.fork(), index: s.index.fork(), start: s.start, planned: s.planned,
	}
}

// AppendState writes what the scheduler will go by: the queue with the failures of each pod, and where the
// next search begins.
func (s *Scheduler) AppendState(b []byte) []byte {
	b = s.queue.appendState(b)
	b = s.index.appendState(b)
	return append(b, byte(s.start), byte(s.start>>8), byte(s.start>>16), byte(s.start>>24))
}

// Observe queues pods without a node, and wakes those that wait when a change may help them.
func (s *Scheduler) Observe(cl *cluster.Client, ch *cluster.Change) {
	switch obj := ch.Object().(type) {
	case *cluster.Pod:
		before, _ := ch.Before.(*cluster.Pod)
		s.index.observePod(before, obj, ch.Verb)
		s.observePod(cl, before, obj, ch.Verb)
	case *cluster.Node:
		before, _ := ch.Before.(*cluster.Node)
		s.index.observeNode(before, obj, ch.Verb)
		s.observeNode(cl, before, obj, ch.Verb)
	}
}

func (s *Scheduler) observeNode(cl *cluster.Client, before, n *cluster.Node, verb cluster.Verb) {
	if verb == cluster.Created && s.queue.errored.Len() > 0 {
		s.resume(cl)
	}
	if s.queue.waiting.Len() == 0 {
		return
	}
	e := Event{Node: n}
	switch {
	case verb == cluster.Created:
		e.Kind = NodeAdded
	case verb == cluster.Deleted:
		e.Kind = NodeDeleted
	case !s.fw.allHint || nodeHelps(before, n):
		e.Kind, e.NodeBefore = NodeUpdated, before
	default:
		return
	}
	s.wake(cl, n.ID(), e)
}

func (s *Scheduler) observePod(cl *cluster.Client, before, p *cluster.Pod, verb cluster.Verb) {
	was := before != nil && assigned(before)
	is := verb != cluster.Deleted && assigned(p)
	if is && !was && before != nil && s.responsible(p) {
		s.observeBinding(cl, before, p)
	}
	switch {
	case was && is:
		s.wakeAt(cl, p, Event{Kind: AssignedPodUpdated, PodBefore: before, Pod: p})
	case was:
		s.wakeAt(cl, p, Event{Kind: AssignedPodDeleted, Pod: before})
	case is:
		s.wakeAt(cl, p, Event{Kind: AssignedPodAdded, Pod: p})
	case !p.Bound() && s.responsible(p):
		s.observeTarget(cl, before, p, verb)
	}
}

// assigned reports whether a pod takes room on a node.
func assigned(p *cluster.Pod) bool { return p.Bound() && !p.Terminal() }

// observeBinding follows a pod that has got its node, whoever gave it.
func (s *Scheduler) observeBinding(cl *cluster.Client, before, p *cluster.Pod) {
	s.queue.take(before)
	if nominated := before.NominatedNodeName(); nominated != "" && nominated != p.NodeName {
		s.denominated(cl, before)
	}
}

// observeTarget follows a pod that has no node.
func (s *Scheduler) observeTarget(cl *cluster.Client, before, p *cluster.Pod, verb cluster.Verb) {
	// A pod that has come to its end without a node is as good as gone.
	gone := verb == cluster.Deleted || p.Terminal()
	switch {
	case gone:
		s.queue.take(p)
	case gated(p):
	case verb == cluster.Created || gated(before):
		s.queue.push(p, cl.Now())
		s.plan(cl)
	default:
		s.observeUpdate(cl, before, p)
	}
	if before != nil && before.NominatedNodeName() != "" &&
		(gone && !before.Terminal() || before.NominatedNodeName() != p.NominatedNodeName()) {
		s.denominated(cl, before)
	}
}

// observeUpdate asks whether a change of a waiting pod helps the pod itself.
func (s *Scheduler) observeUpdate(cl *cluster.Client, before, p *cluster.Pod) {
	e := Event{Kind: TargetPodUpdated, PodBefore: before, Pod: p}
	if before.Template == p.Template && !e.labelsChanged() {
		return
	}
	w, waits := s.queue.take(p)
	switch {
	case !waits:
	case s.fw.helped(p, w.by, e):
		s.queue.activate(w, cl.Now())
		s.plan(cl)
	default:
		s.queue.wait(p, w)
	}
}

// denominated tells the pods that are no more important than one that has given up its nomination.
func (s *Scheduler) denominated(cl *cluster.Client, was *cluster.Pod) {
	n := cl.Node(was.NominatedNodeName())
	if n == nil || s.queue.waiting.Len() == 0 {
		return
	}
	e := Event{Kind: AssignedPodDeleted, Pod: was}
	s.wakeIf(cl, n.ID(), func(p *cluster.Pod, w waitingPod) bool {
		return p.UID != was.UID && p.Priority <= was.Priority && s.fw.helped(p, w.by, e)
	})
}

func (s *Scheduler) responsible(p *cluster.Pod) bool {
	name := p.Spec().SchedulerName
	return name == "" || name == Name
}

// gated reports whether a pod is not to be scheduled yet. It does not even enter the queue.
func gated(p *cluster.Pod) bool { return len(p.Spec().SchedulingGates) > 0 }

// wakeAt is wake for the event of a pod on a node. Pods that come or change help no plugin that looks at one
// node alone.
func (s *Scheduler) wakeAt(cl *cluster.Client, p *cluster.Pod, e Event) {
	if s.queue.waiting.Len() == 0 || e.Kind != AssignedPodDeleted && s.queue.wide == 0 {
		return
	}
	s.wake(cl, p.TargetID(), e)
}

// wake makes those pods active that an event on the node may help: of those that wait for this node, and
// of those that may go to any.
func (s *Scheduler) wake(cl *cluster.Client, node cluster.NodeID, e Event) {
	s.wakeIf(cl, node, func(p *cluster.Pod, w waitingPod) bool { return s.fw.helped(p, w.by, e) })
}

func (s *Scheduler) wakeIf(
	cl *cluster.Client, node cluster.NodeID, helped func(*cluster.Pod, waitingPod) bool,
) {
	ask := func(w waitingPod) bool {
		p := cl.PodByUID(w.pod)
		return p == nil || helped(p, w)
	}
	s.queue.wake(node, cl.Now(), ask)
	s.queue.wake(cluster.NoNode, cl.Now(), ask)
	if !s.queue.empty() {
		s.plan(cl)
	}
}

func (s *Scheduler) plan(cl *cluster.Client) {
	if !s.planned {
		s.planned = true
		cl.After(0, cluster.Task{Kind: taskCycle})
	}
}

// Run does one task: a scheduling cycle, for which a retry only makes a pod ready.
func (s *Scheduler) Run(cl *cluster.Client, task cluster.Task) {
	if task.Kind == taskRetry {
		s.queue.release(cl.Now())
		if !s.queue.empty() {
			s.plan(cl)
		}
		return
	}
	s.planned = false
	next, ok := s.queue.pop(cl.Now(), s.chooser(cl))
	if !ok {
		return
	}
	if !s.queue.empty() {
		s.plan(cl)
	}
	p := cl.PodByUID(next.pod)
	_, assumed := s.index.assumed.Get(next.pod)
	switch {
	case p == nil || p.Bound() || p.Terminal() || assumed:
	case p.Terminating():
		cl.Event(p, cluster.EventWarning, "FailedScheduling", "skip schedule deleting pod: "+p.Key())
	default:
		s.schedule(cl, p, next.attempts)
	}
}

// chooser asks which of the pods that are equally due is tried first; nil when nobody is to be asked. Pods
// that need no node any more are not worth a choice.
func (s *Scheduler) chooser(cl *cluster.Client) func(equal []queuedPod) int {
	if !cl.Chooses() {
		return nil
	}
	return func(equal []queuedPod) int {
		var places []int
		for i, queued := range equal {
			if p := cl.PodByUID(queued.pod); p != nil && !p.Bound() {
				places = append(places, i)
			}
		}
		switch len(places) {
		case 0:
			return 0
		case 1:
			return places[0]
		}
		return places[cl.Choose(cluster.Choice{
			Point: "scheduler-pod", N: len(places),
			Describe: func(i int) string { return cl.PodByUID(equal[places[i]].pod).Key() },
		})]
	}
}
