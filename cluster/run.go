package cluster

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// The reasons why a run of the cluster ends early.
var (
	// ErrUnsettled says that the cluster will not come to rest by itself.
	ErrUnsettled = errors.New("the cluster does not settle")
	// ErrTooManySteps says that the bound on steps was reached.
	ErrTooManySteps = errors.New("too many steps")
	// ErrNotReached says that time ran out before the condition held.
	ErrNotReached = errors.New("condition not reached")
)

// Next returns the tasks that may come next, in their natural order: those of the earliest moment.
// The slice is good until the next step.
func (c *Cluster) Next() []Task { return c.agenda.due() }

// Pending is the number of tasks ahead.
func (c *Cluster) Pending() int { return c.agenda.count }

// Step runs the next task, moving the time to it, and returns it. A task about an object that is gone
// is run without moving the time, since nothing comes of it any more. Step returns false when no task is
// ahead. Actors must not call it.
func (c *Cluster) Step() (Task, bool) {
	c.mustNotTell("run the cluster")
	due := c.agenda.due()
	if len(due) == 0 {
		return Task{}, false
	}
	i := 0
	if len(due) > 1 && c.chooser != nil {
		i = c.choose(Choice{Point: "next-task", N: len(due), Describe: func(i int) string {
			return c.TaskString(due[i])
		}})
	}
	t := c.agenda.take(i)
	c.running, c.isRunning = t, true
	defer c.ran()
	if t.Object == 0 || c.exists(t) {
		c.now = t.At
	}
	c.recent.add(t)
	if t.Actor == watchActor {
		c.deliver(t)
	} else if a := c.actors[t.Actor]; a != nil {
		// The user, who is no actor, may mark moments with tasks too.
		a.Run(c.clients[t.Actor], t)
	}
	return t, true
}

// exists reports whether the object of a task is there, be it in the actor's view alone.
func (c *Cluster) exists(t Task) bool {
	return c.store.byUID(t.Object) != nil || c.clients[t.Actor].ByUID(t.Object) != nil
}

// ran ends a step, also when an actor panics.
func (c *Cluster) ran() { c.isRunning = false }

// RunFor runs everything that is due within d from now, and leaves the time at the end of it.
func (c *Cluster) RunFor(d time.Duration) error {
	c.mustNotTell("run the cluster")
	end := c.later(d)
	bound := c.bound()
	for c.dueBy(end) {
		if bound--; bound < 0 {
			return c.tooManySteps()
		}
		c.Step()
	}
	c.now = end
	return nil
}

// RunUntil runs step by step until the condition holds, asking before the first step and after each. It
// gives up with ErrNotReached when it does not hold within d from now, and leaves the time at the
// end of d then. A nil condition is ErrInvalid.
func (c *Cluster) RunUntil(condition func(Reader) bool, within time.Duration) error {
	if condition == nil {
		return fmt.Errorf("%w: there is no condition to run until", ErrInvalid)
	}
	c.mustNotTell("run the cluster")
	end := c.later(within)
	bound := c.bound()
	for !condition(c.Reader) {
		if !c.dueBy(end) {
			c.now = end
			return fmt.Errorf("%w within %v, at t=%v", ErrNotReached, within, c.now)
		}
		if bound--; bound < 0 {
			return c.tooManySteps()
		}
		c.Step()
	}
	return nil
}

// FarOff is how far ahead a task must be to count as a far-off timer, for which Settle does not wait.
const FarOff = 10 * time.Minute

// retriesAllowed is how many retries of one object Settle waits for once nothing else is left: enough for
// a container to be started again, get ready and crash.
const retriesAllowed = 3

// Settle runs until the cluster is at rest: nothing is left to do but far-off timers. When nothing but
// retries is left, such as the restarts of a container that keeps crashing, each object gets a few of
// them to come right. The error of a cluster that does not settle then is an UnsettledError that names
// them. Where a controller makes pods for a node again and again that come to nothing, for longer than Settle waits
// for anything, it is a LoopError.
func (c *Cluster) Settle() error {
	bound := c.bound()
	c.loops = &loopWatch{begin: c.now}
	defer func() { c.loops = nil }()
	tried := make(map[UID]int)
	for c.dueBy(c.later(FarOff)) {
		if c.agenda.retries > 0 && c.onlyRetries() {
			next := c.agenda.due()[0].Object
			if tried[next] == retriesAllowed && c.store.byUID(next) != nil {
				return c.unsettled()
			}
			tried[next]++
		}
		if bound--; bound < 0 {
			return c.tooManySteps()
		}
		c.Step()
		if c.loops.found != nil {
			return c.loops.found
		}
	}
	return nil
}

// NextFirm is when the earliest task is due that is not a retry; false when nothing but retries is ahead, or
// nothing at all.
func (c *Cluster) NextFirm() (at time.Duration, ok bool) { return c.agenda.nextFirm() }

// later is the time d from now; the end of time when that would be beyond it, and now for a negative d.
func (c *Cluster) later(d time.Duration) time.Duration {
	return AddTime(c.now, max(0, d))
}

func (c *Cluster) dueBy(end time.Duration) bool {
	due := c.agenda.due()
	return len(due) > 0 && due[0].At <= end
}

// onlyRetries reports whether every task before the far-off ones is a retry.
func (c *Cluster) onlyRetries() bool {
	return c.agenda.retries == c.agenda.count || c.agenda.onlyRetriesBy(c.later(FarOff))
}

func (c *Cluster) bound() int {
	if c.config.MaxSteps > 0 {
		return c.config.MaxSteps
	}
	objects := 0
	for i := range c.store.tables {
		objects += c.store.tables[i].length
	}
	return 100_000 + 1000*(objects+c.agenda.count)
}

// UnsettledError names what keeps a cluster from settling. It wraps ErrUnsettled.
type UnsettledError struct {
	// Time is the virtual time at which only retries were left.
	Time time.Duration
	// Objects are what the retries are about, as "Kind namespace/name", in order of their retry.
	Objects []string
	// More is how many others there are beyond Objects.
	More int
	// Warning is the latest warning about one of them, as "reason: message"; empty when there is none.
	Warning string
}

// Error names the objects and the latest warning.
func (e *UnsettledError) Error() string {
	text := fmt.Sprintf("%v: at t=%v only retries are left, of %s", ErrUnsettled, e.Time,
		strings.Join(e.Objects, ", "))
	if e.More > 0 {
		text += fmt.Sprintf(" and %d more", e.More)
	}
	if e.Warning != "" {
		text += "; the latest warning is " + e.Warning
	}
	return text
}

// Unwrap returns ErrUnsettled.
func (e *UnsettledError) Unwrap() error { return ErrUnsettled }

// maxNamed bounds how many objects an error names.
const maxNamed = 5

func (c *Cluster) unsettled() error {
	err := &UnsettledError{Time: c.now}
	named := make(map[UID]bool)
	var latest *Event
	for _, t := range c.agenda.sorted() {
		obj := c.store.byUID(t.Object)
		if !t.Retry || obj == nil || named[t.Object] {
			continue
		}
		named[t.Object] = true
		latest = c.events.warning(t.Object, latest)
		switch {
		case len(err.Objects) == maxNamed:
			err.More++
		default:
			err.Objects = append(err.Objects, string(obj.Kind())+" "+obj.Meta().Key())
		}
	}
	if latest != nil {
		err.Warning = latest.Reason + ": " + latest.Message
	}
	return err
}

func (c *Cluster) tooManySteps() error {
	var last []string
	for _, t := range c.recent.tasks() {
		last = append(last, c.TaskString(t))
	}
	return fmt.Errorf("%w: at t=%v with %d tasks ahead; the last ones were:\n%s",
		ErrTooManySteps, c.now, c.agenda.count, strings.Join(last, "\n"))
}

// TaskNamer is an actor that has names for its kinds of tasks.
type TaskNamer interface{ TaskName(TaskKind) string }

// TaskString describes a task in the words of its actor, or in numbers when there is no such actor.
func (c *Cluster) TaskString(t Task) string {
	if t.Actor == watchActor {
		cl, table := c.watchOf(t)
		return fmt.Sprintf("t=%v watch tells %s of %s", t.At, cl.name, c.store.tables[table].kind)
	}
	what := fmt.Sprintf("task %d", t.Kind)
	who := fmt.Sprintf("actor %d", t.Actor)
	if int(t.Actor) < len(c.actors) {
		who = c.clients[t.Actor].name
		if n, ok := c.actors[t.Actor].(TaskNamer); ok {
			what = n.TaskName(t.Kind)
		}
	}
	text := fmt.Sprintf("t=%v %s %s", t.At, who, what)
	if obj := c.store.byUID(t.Object); obj != nil {
		text += fmt.Sprintf(" %s %s", obj.Kind(), obj.Meta().Key())
	}
	return text
}

// recentTasks is a ring of the latest tasks, for error messages.
type recentTasks struct {
	ring [8]Task
	n    int
}

func (r *recentTasks) add(t Task) {
	r.ring[r.n%len(r.ring)] = t
	r.n++
}

// tasks returns the remembered tasks, oldest first.
func (r *recentTasks) tasks() []Task {
	var list []Task
	for i := max(0, r.n-len(r.ring)); i < r.n; i++ {
		list = append(list, r.ring[i%len(r.ring)])
	}
	return list
}
