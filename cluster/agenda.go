package cluster

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// Task is an event of the simulation: something that is going to happen. It says when, whose it is, of
// which kind and about which object. Tasks are plain values, so an agenda of them can be printed,
// compared, hashed and forked. (The word Event is left to the objects of that name in Kubernetes.)
type Task struct {
	// At is the virtual time at which the task is due.
	At time.Duration
	// Seq orders the tasks of one instant; it rises with every task that is scheduled.
	Seq uint64
	// Object is what the task is about; zero when it is about no object. When it is the turn of a task
	// whose object is gone, the task is run without moving the time to At.
	Object UID
	// Arg is a number of the actor's own, such as a NodeID.
	Arg uint64
	// Actor is whose task it is.
	Actor ActorID
	// Kind is the actor's own number for what is to be done.
	Kind TaskKind
	// Retry marks a task that tries again what has failed, such as the restart of a container that
	// crashed. A cluster with nothing but retries ahead will not settle.
	Retry bool
}

// TaskKind is an actor's number for a kind of task.
type TaskKind uint8

// ActorID is the place of an actor in the order in which the actors were added.
type ActorID uint16

// String is the task in numbers; Cluster.TaskString has the words.
func (t Task) String() string {
	return fmt.Sprintf("t=%v #%d actor %d kind %d object %v arg %d",
		t.At, t.Seq, t.Actor, t.Kind, t.Object, t.Arg)
}

// agenda holds the tasks to come, in the total order of time and sequence. Tasks of one instant are
// kept together: they are what a Chooser picks from, and the many delays that end together cost no
// more than appending to a list.
type agenda struct {
	seq uint64
	// instants are the moments that have tasks; each is in it once.
	instants instantHeap
	byTime   map[time.Duration]*instant
	spare    []*instant
	// firm has, at least, the instants with tasks that are no retries.
	firm instantHeap
	// count is the number of tasks, retries how many of them are retries.
	count, retries int
}

// instant is the tasks of one moment. Invariant: tasks[head:] is in order of Seq.
type instant struct {
	at    time.Duration
	head  int
	tasks []Task
	// firm is how many of the tasks are no retries; inFirm says whether the agenda's firm has the
	// instant.
	firm   int
	inFirm bool
}

func (q *agenda) add(t Task) {
	q.seq++
	t.Seq = q.seq
	q.put(t)
}

// put adds a task after all others of its moment.
func (q *agenda) put(t Task) {
	q.count++
	if t.Retry {
		q.retries++
	}
	in := q.byTime[t.At]
	if in == nil {
		in = q.newInstant(t.At)
	}
	in.tasks = append(in.tasks, t)
	if !t.Retry {
		q.addFirm(in)
	}
}

func (q *agenda) addFirm(in *instant) {
	in.firm++
	if !in.inFirm {
		in.inFirm = true
		q.firm.push(in)
	}
}

func (q *agenda) newInstant(at time.Duration) *instant {
	var in *instant
	if n := len(q.spare); n > 0 {
		in, q.spare = q.spare[n-1], q.spare[:n-1]
		*in = instant{at: at, tasks: in.tasks[:0]}
	} else {
		in = &instant{at: at}
	}
	if q.byTime == nil {
		q.byTime = make(map[time.Duration]*instant)
	}
	q.byTime[at] = in
	q.instants.push(in)
	return in
}

// due returns the tasks of the earliest moment, in order of Seq; nil when there are none.
func (q *agenda) due() []Task {
	if q.count == 0 {
		return nil
	}
	for q.instants[0].head == len(q.instants[0].tasks) {
		q.dropFirst()
	}
	first := q.instants[0]
	return first.tasks[first.head:]
}

// take removes task i of those that due has just returned. A moment stays in its place when its last
// task is taken, because that task is likely to schedule others for the same moment.
func (q *agenda) take(i int) Task {
	first := q.instants[0]
	t := first.tasks[first.head+i]
	if i > 0 {
		copy(first.tasks[first.head+1:], first.tasks[first.head:first.head+i])
	}
	first.head++
	q.count--
	if t.Retry {
		q.retries--
	} else {
		first.firm--
	}
	if first.head == len(first.tasks) {
		first.head, first.tasks = 0, first.tasks[:0]
	}
	return t
}

// drop removes the first task with the same time, actor, kind, object and number; false when there is none. A
// moment that has lost its last task stays until its turn comes.
func (q *agenda) drop(t Task) bool {
	in := q.byTime[t.At]
	if in == nil {
		return false
	}
	i := slices.IndexFunc(in.tasks[in.head:], func(other Task) bool {
		return other.Actor == t.Actor && other.Kind == t.Kind && other.Object == t.Object && other.Arg == t.Arg
	})
	if i < 0 {
		return false
	}
	i += in.head
	q.count--
	if in.tasks[i].Retry {
		q.retries--
	} else {
		in.firm--
	}
	// The tasks before it move up, as in take, since those that are dropped are mostly among the first.
	copy(in.tasks[in.head+1:i+1], in.tasks[in.head:i])
	if in.head++; in.head == len(in.tasks) {
		in.head, in.tasks = 0, in.tasks[:0]
	}
	return true
}

// putBack returns a task that was taken to its place, before all others of its moment.
func (q *agenda) putBack(t Task) {
	in := q.byTime[t.At]
	if in == nil {
		in = q.newInstant(t.At)
	}
	in.tasks = slices.Insert(in.tasks, in.head, t)
	q.count++
	if t.Retry {
		q.retries++
	} else {
		q.addFirm(in)
	}
}

// maxSpare bounds the memory that is kept for moments to come.
const maxSpare = 8

func (q *agenda) dropFirst() {
	first := q.instants.pop()
	delete(q.byTime, first.at)
	if first.inFirm {
		// It is the earliest of all, so it is the earliest there, too.
		q.firm.pop()
	}
	if len(q.spare) < maxSpare {
		q.spare = append(q.spare, first)
	}
}

// fork returns an independent copy. It copies the tasks themselves: they are small and few
// beside the objects.
func (q *agenda) fork() agenda {
	c := agenda{seq: q.seq, count: q.count, retries: q.retries}
	if len(q.instants) == 0 {
		return c
	}
	instants := make([]instant, len(q.instants))
	tasks := make([]Task, 0, q.count)
	c.instants = make([]*instant, len(q.instants))
	c.byTime = make(map[time.Duration]*instant, len(q.instants))
	for i, in := range q.instants {
		start := len(tasks)
		tasks = append(tasks, in.tasks[in.head:]...)
		instants[i] = instant{at: in.at, tasks: tasks[start:len(tasks):len(tasks)], firm: in.firm}
		c.instants[i] = &instants[i]
		if in.firm > 0 {
			instants[i].inFirm = true
			c.firm.push(&instants[i])
		}
		c.byTime[in.at] = &instants[i]
	}
	return c
}

// sorted returns all tasks in their natural order.
func (q *agenda) sorted() []Task {
	list := make([]Task, 0, q.count)
	for _, in := range q.instants {
		list = append(list, in.tasks[in.head:]...)
	}
	slices.SortFunc(list, func(a, b Task) int {
		return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Seq, b.Seq))
	})
	return list
}

// without returns the agenda with those of its tasks that are not to be dropped.
func (q *agenda) without(drop func(Task) bool) agenda {
	left := agenda{seq: q.seq}
	for _, t := range q.sorted() {
		if !drop(t) {
			left.put(t)
		}
	}
	return left
}

// onlyRetriesBy reports whether every task that is due by then is a retry.
func (q *agenda) onlyRetriesBy(end time.Duration) bool {
	at, ok := q.nextFirm()
	return !ok || at > end
}

// nextFirm is when the earliest task is due that is no retry; false when there is none.
func (q *agenda) nextFirm() (at time.Duration, ok bool) {
	for len(q.firm) > 0 && q.firm[0].firm == 0 {
		q.firm.pop().inFirm = false
	}
	if len(q.firm) == 0 {
		return 0, false
	}
	return q.firm[0].at, true
}
