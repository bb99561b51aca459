package daemonset

import (
	"cmp"
	"iter"
	"slices"
	"time"

	"github.com/tidwall/btree"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/cow"
	"github.com/daemonsim/daemonsim/rollout"
)

// tracked is what the controller knows of one DaemonSet: an assessment of every node that concerns it,
// the sums over them, and the nodes that need something. All of it follows from the controller's view; it
// is kept so that a sync looks at nothing but what has changed.
type tracked struct {
	set       *DaemonSet
	placement *Placement
	// selector matches nothing when it cannot be compiled; selectorErr says why.
	selector    affinity.Selector
	selectorErr error
	// selectsAll says that the selector is there and empty.
	selectsAll bool
	view       View

	// generateName and planner follow from the set.
	generateName string
	planner      rollout.Planner

	// queued says that a sync is on the agenda.
	queued bool
	// failures counts the syncs that failed in a row, and failure is why the last one did.
	failures int
	failure  error
	// waiting says that a sync has been put off, wake until when.
	waiting bool
	wake    time.Duration
	// readied says that a pod has become ready since the last sync, where it takes a while from there to
	// available.
	readied bool
	// rebuild asks for a new assessment of every node, reconstruct for a look at the history, and
	// reclaim for a look at who owns which pod.
	rebuild, reconstruct, reclaim bool

	// records is indexed by NodeID, outlooks by Likeness.
	records  cow.Vector[record]
	outlooks cow.Vector[outlook]
	// dirty lists the nodes whose records are stale, each once.
	dirty []cluster.NodeID
	sums  sums
	work  *btree.BTreeG[spot]
	// todos counts the nodes of the classes that are for manage.
	todos [classOld]int
	// ripening are the nodes with a pod that will become available by itself.
	ripening *btree.BTreeG[ripe]
	backoff  backoff

	// expected and wrote are what the controller has asked for and may not see yet; booked is what it has
	// seen of that while the sync was still running.
	expected, booked expectations
	wrote            ownWrites

	current *rollout.ControllerRevision
	old     []*rollout.ControllerRevision
}

// record is the latest assessment of one node. The zero record is a node that has not been judged; it
// counts as one that does not concern the DaemonSet.
type record struct {
	flags     flags
	situation rollout.Situation
	todo      todo
}

type flags uint16

const (
	// judged says that shouldRun and shouldContinue are the verdict on the node as it is. Otherwise they
	// are about an earlier one.
	judged flags = 1 << iota
	shouldRun
	shouldContinue
	// hasPods, ready, available and updated are about the entry's pods: the last three about the
	// first in survivor order.
	hasPods
	ready
	available
	updated
	// stale says that the node or its pods have changed since.
	stale
)

// todo is what manage has to do on a node: the classes that it is in, as bits.
type todo uint8

// ripe is when a pod on a node will become available.
type ripe struct {
	at   time.Duration
	node cluster.NodeID
}

// sums are the sums over all records.
type sums struct {
	desired, current, misscheduled, ready, available, updated int
	situations                                                [2][rollout.Situations]int
}

// spot is a place in the index of the nodes that need something: those to manage, and those with an
// old pod.
type spot struct {
	class uint8
	name  string
	node  cluster.NodeID
}

// The classes of the nodes that need something. On those of classEnded are pods to delete of which some have
// failed or succeeded, on those of classDelete other pods to delete; classGone are names of nodes that are
// gone, with pods that wait for them.
const (
	classCreate uint8 = iota
	classEnded
	classDelete
	classGone
	// classOld and those after it are the situations with an old pod.
	classOld
)

// oldClass is the class of the nodes in a situation with an old pod.
func oldClass(s rollout.Situation, run bool) uint8 {
	return classOld + 2*uint8(s) + runIndex(run)
}

func runIndex(run bool) uint8 {
	if run {
		return 1
	}
	return 0
}

func newTracked(set *DaemonSet) *tracked {
	t := &tracked{work: newWork(), ripening: newRipening()}
	t.adopt(set)
	return t
}

func newWork() *btree.BTreeG[spot] {
	return btree.NewBTreeGOptions(func(a, b spot) bool {
		return cmp.Or(cmp.Compare(a.class, b.class), cmp.Compare(a.name, b.name)) < 0
	}, btree.Options{NoLocks: true})
}

func newRipening() *btree.BTreeG[ripe] {
	return btree.NewBTreeGOptions(func(a, b ripe) bool {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.node, b.node)) < 0
	}, btree.Options{NoLocks: true})
}

func (t *tracked) fork() *tracked {
	c := *t
	c.records = t.records.Fork()
	c.outlooks = t.outlooks.Fork()
	c.dirty = slices.Clone(t.dirty)
	c.work, c.ripening = t.work.Copy(), t.ripening.Copy()
	c.backoff = t.backoff.fork()
	// In the fork no sync is running.
	c.book()
	return &c
}

// adopt takes over a new version of the DaemonSet, and notes what it makes necessary.
func (t *tracked) adopt(set *DaemonSet) {
	was := t.set
	t.set = set
	if was != nil && was.Generation == set.Generation {
		return
	}
	t.rebuild, t.reconstruct, t.reclaim = true, true, true
	t.selector, t.selectorErr = affinity.Compile(set.Spec.Selector)
	t.selectsAll = t.selector.Empty()
	t.placement = NewPlacement(&set.Spec.Template)
	t.view.MinReady = set.MinReady()
	t.view.Surge = set.surges()
	t.generateName = set.Name + "-"
	t.planner = set.Planner()
}

func (t *tracked) controls(m *cluster.ObjectMeta) bool { return t.set.controls(m) }

// mark notes that a node has to be assessed again, because its pods have changed.
func (t *tracked) mark(id cluster.NodeID) {
	if id == cluster.NoNode {
		return
	}
	r := t.records.Ref(int(id))
	if r.flags&stale == 0 {
		t.dirty = append(t.dirty, id)
	}
	r.flags |= stale
}

// unjudge notes that a node has to be judged and assessed again, because it has changed itself.
func (t *tracked) unjudge(id cluster.NodeID) {
	t.mark(id)
	t.records.Ref(int(id)).flags &^= judged
}

// count adds a record to the sums, or takes it out of them.
func (s *sums) count(r record, n int) {
	run := r.flags&shouldRun != 0
	if r.situation != rollout.Vacant || run {
		s.situations[runIndex(run)][r.situation] += n
	}
	if !run {
		if r.flags&hasPods != 0 {
			s.misscheduled += n
		}
		return
	}
	s.desired += n
	for _, c := range [...]struct {
		flag flags
		sum  *int
	}{{hasPods, &s.current}, {ready, &s.ready}, {available, &s.available}, {updated, &s.updated}} {
		if r.flags&c.flag != 0 {
			*c.sum += n
		}
	}
}

// setRecord replaces a node's record and keeps the sums and the index in step.
func (t *tracked) setRecord(id cluster.NodeID, name string, next record) {
	place := t.records.Ref(int(id))
	last := *place
	*place = next
	if (last.flags^next.flags)&^(judged|stale) == 0 && last.situation == next.situation && last.todo == next.todo {
		return
	}
	t.sums.count(last, -1)
	t.sums.count(next, +1)
	for class := range classOld {
		if last.todo != next.todo {
			t.reindex(last.todo&(1<<class) != 0, next.todo&(1<<class) != 0, spot{class, name, id})
		}
	}
	lastOld, nextOld := last.oldClass(), next.oldClass()
	if lastOld != nextOld {
		t.reindex(lastOld != 0, false, spot{lastOld, name, id})
		t.reindex(false, nextOld != 0, spot{nextOld, name, id})
	}
}

func (t *tracked) reindex(was, is bool, s spot) {
	switch {
	case was && !is:
		t.work.Delete(s)
		t.countTodo(s.class, -1)
	case is && !was:
		t.work.Set(s)
		t.countTodo(s.class, +1)
	}
}

func (t *tracked) countTodo(class uint8, n int) {
	if class < classOld {
		t.todos[class] += n
	}
}

// oldClass is the class of a record with an old pod, 0 for any other.
func (r record) oldClass() uint8 {
	if !r.situation.HasOld() {
		return 0
	}
	return oldClass(r.situation, r.flags&shouldRun != 0)
}

// walk walks the nodes of a class by name.
func (t *tracked) walk(class uint8) iter.Seq[spot] {
	return func(yield func(spot) bool) {
		t.work.Ascend(spot{class: class}, func(s spot) bool {
			return s.class == class && yield(s)
		})
	}
}

// status is what the sums come to, with the rest of the status as it was.
func (t *tracked) status() Status {
	s := t.set.Status
	s.DesiredNumberScheduled = int32(t.sums.desired)
	s.CurrentNumberScheduled = int32(t.sums.current)
	s.NumberMisscheduled = int32(t.sums.misscheduled)
	s.NumberReady = int32(t.sums.ready)
	s.UpdatedNumberScheduled = int32(t.sums.updated)
	s.NumberAvailable = int32(t.sums.available)
	s.NumberUnavailable = int32(t.sums.desired - t.sums.available)
	return s
}

// nextAvailable is when the first of the entry's ready pods will become available; 0 when none is on
// its way.
func (v *View) nextAvailable(e *Entry) time.Duration {
	var next time.Duration
	for _, p := range e.Pods {
		if p.Status.ReadySince == cluster.UnknownTime {
			continue
		}
		at := cluster.AddTime(p.Status.ReadySince, v.MinReady)
		if p.Status.Ready && at > v.Now && (next == 0 || at < next) {
			next = at
		}
	}
	return next
}
