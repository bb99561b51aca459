package disruption

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
)

// Controller is the actor that keeps the status of all budgets. New makes one.
type Controller struct {
	// books are the budgets by namespace, in order of their creation. They follow from what the
	// controller has observed.
	books map[string][]*book
	// opened says that the budgets which were there at first are in the books.
	opened bool
}

// book is what the controller keeps of one budget.
type book struct {
	uid      cluster.UID
	selector affinity.Selector
	tally    Tally
	// due says that a sync is on the agenda, failures how often in a row its status could not be written.
	due      bool
	failures int
	// recheck is when the agenda has the budget's next look at disrupted pods; zero for never.
	recheck time.Duration
}

// New returns the controller.
func New() *Controller { return &Controller{} }

// The tasks of the controller, both about a budget.
const (
	taskSync cluster.TaskKind = iota + 1
	taskRecheck
)

// Name is the name of the controller.
const Name = "disruption-controller"

// Name is "disruption-controller".
func (c *Controller) Name() string { return Name }

// TaskName names the controller's tasks.
func (c *Controller) TaskName(kind cluster.TaskKind) string {
	if kind == taskRecheck {
		return "recheck"
	}
	return "sync"
}

// Fork returns an independent copy.
func (c *Controller) Fork() cluster.Actor {
	f := &Controller{opened: c.opened}
	if len(c.books) == 0 {
		return f
	}
	f.books = make(map[string][]*book, len(c.books))
	for _, namespace := range slices.Sorted(maps.Keys(c.books)) {
		list := make([]*book, len(c.books[namespace]))
		for i, b := range c.books[namespace] {
			own := *b
			own.tally = b.tally.clone()
			list[i] = &own
		}
		f.books[namespace] = list
	}
	return f
}

// AppendState writes what the controller has still to do. What it has counted follows from the pods.
func (c *Controller) AppendState(b []byte) []byte {
	for _, namespace := range slices.Sorted(maps.Keys(c.books)) {
		for _, k := range c.books[namespace] {
			if k.due || k.failures > 0 || k.recheck > 0 {
				b = fmt.Appendf(b, "%v %t %d %d ", k.uid, k.due, k.failures, k.recheck)
			}
		}
	}
	return b
}

// Observe keeps the books and has the budgets synced that a change is about.
func (c *Controller) Observe(cl *cluster.Client, ch *cluster.Change) {
	if !c.opened {
		c.opened = true
		for b := range cl.PodDisruptionBudgets("") {
			c.open(cl, b)
		}
		return
	}
	if ch.Listed {
		// It is in the books.
		return
	}
	switch ch.Object().(type) {
	case *cluster.PodDisruptionBudget:
		before, _ := ch.Before.(*cluster.PodDisruptionBudget)
		after, _ := ch.After.(*cluster.PodDisruptionBudget)
		c.budgetChanged(cl, before, after)
	case *cluster.Pod:
		if len(c.books) > 0 {
			before, _ := ch.Before.(*cluster.Pod)
			after, _ := ch.After.(*cluster.Pod)
			c.podChanged(cl, ch.Object().Meta().Namespace, before, after)
		}
	}
}

func (c *Controller) budgetChanged(cl *cluster.Client, before, after *cluster.PodDisruptionBudget) {
	switch {
	case before == nil:
		c.open(cl, after)
	case after == nil:
		c.close(before)
	case before.Generation != after.Generation:
		b := c.book(after)
		*b = book{uid: b.uid, due: b.due, failures: b.failures, recheck: b.recheck}
		b.read(cl, after)
		b.sync(cl)
	default:
		c.book(after).sync(cl)
	}
}

// open starts the book of a budget.
func (c *Controller) open(cl *cluster.Client, budget *cluster.PodDisruptionBudget) {
	if c.books == nil {
		c.books = make(map[string][]*book)
	}
	b := &book{uid: budget.UID}
	b.read(cl, budget)
	c.books[budget.Namespace] = append(c.books[budget.Namespace], b)
	b.sync(cl)
}

func (c *Controller) close(budget *cluster.PodDisruptionBudget) {
	rest := slices.DeleteFunc(c.books[budget.Namespace], func(b *book) bool { return b.uid == budget.UID })
	if len(rest) == 0 {
		delete(c.books, budget.Namespace)
		return
	}
	c.books[budget.Namespace] = rest
}

func (c *Controller) book(budget *cluster.PodDisruptionBudget) *book {
	books := c.books[budget.Namespace]
	return books[slices.IndexFunc(books, func(b *book) bool { return b.uid == budget.UID })]
}

// read counts the pods of a budget.
func (b *book) read(cl *cluster.Client, budget *cluster.PodDisruptionBudget) {
	b.selector = budget.Selector()
	for p := range cl.PodsMatching(budget.Namespace, b.selector) {
		b.tally.Add(p)
	}
}

// podChanged counts a pod anew for the budgets that select it, before or after.
func (c *Controller) podChanged(cl *cluster.Client, namespace string, before, after *cluster.Pod) {
	for _, b := range c.books[namespace] {
		was := before != nil && b.selector.Matches(before.Labels)
		is := after != nil && b.selector.Matches(after.Labels)
		if was {
			b.tally.Remove(before)
		}
		if is {
			b.tally.Add(after)
		}
		if was || is {
			b.sync(cl)
		}
	}
}

// sync puts the budget on the agenda, once.
func (b *book) sync(cl *cluster.Client) {
	if !b.due {
		b.due = true
		cl.After(0, cluster.Task{Kind: taskSync, Object: b.uid})
	}
}

// Run brings the status of a budget up to date.
func (c *Controller) Run(cl *cluster.Client, t cluster.Task) {
	budget, ok := cl.ByUID(t.Object).(*cluster.PodDisruptionBudget)
	if !ok {
		return
	}
	b := c.book(budget)
	if t.Kind == taskRecheck {
		b.recheck = 0
		b.sync(cl)
		return
	}
	b.due = false
	err := write(cl, budget, b.judge(cl, budget))
	if failed(err) {
		// What the status says may be wrong from now on, so it says nothing that would be dangerous.
		err = write(cl, budget, Failed(budget, err, cl.Now()))
	}
	if !failed(err) {
		b.failures = 0
		return
	}
	b.due = true
	cl.After(min(lastRetry, firstRetry<<min(b.failures, 20)),
		cluster.Task{Kind: taskSync, Object: b.uid, Retry: true})
	b.failures++
}

// The first wait after a status that could not be written, and the longest.
const (
	firstRetry = 5 * time.Millisecond
	lastRetry  = 1000 * time.Second
)

// write stores the status of a budget, if it is another.
func write(cl *cluster.Client, budget *cluster.PodDisruptionBudget, s cluster.PodDisruptionBudgetStatus) error {
	next := budget.CopyStatus(&cluster.PodDisruptionBudget{Status: s})
	if next == cluster.Object(budget) {
		return nil
	}
	_, err := cl.UpdateStatus(next)
	return err
}

// failed reports whether a write has failed for good. Where a version is too old, or the budget is gone, the change
// is on its way here and brings another sync, or none.
func failed(err error) bool {
	return err != nil && !errors.Is(err, cluster.ErrConflict) && !errors.Is(err, cluster.ErrNotFound)
}

// judge works out the status that a budget should have, and says what there is to say about it.
func (b *book) judge(cl *cluster.Client, budget *cluster.PodDisruptionBudget) cluster.PodDisruptionBudgetStatus {
	if b.tally.Pods == 0 {
		cl.Event(budget, cluster.EventNormal, "NoPods", "No matching pods found")
	}
	want, err := Expect(&budget.Spec, &b.tally, scaleOf(cl.Reader, budget.Namespace, budget.Selects))
	if err != nil {
		cl.Event(budget, cluster.EventWarning, "CalculateExpectedPodCountFailed",
			fmt.Sprintf("Failed to calculate the number of expected pods: %v", err))
		return Failed(budget, err, cl.Now())
	}
	if b.tally.Bare > 0 && asksScale(&budget.Spec) {
		cl.Event(budget, cluster.EventWarning, "UnmanagedPods", unmanaged(budget.Spec.Selector))
	}
	gone := stillDisrupted(budget.Status.DisruptedPods, cl.Now(), func(name string) *cluster.Pod {
		if p := cl.Pod(budget.Namespace, name); p != nil && budget.Selects(p) {
			return p
		}
		return nil
	})
	for _, p := range gone.late {
		// NB: the namespace stands twice in Kubernetes, too.
		cl.Event(p, cluster.EventWarning, "NotDeleted", fmt.Sprintf(
			"Pod was expected by PDB %s/%s to be deleted but it wasn't", budget.Namespace, budget.Namespace))
	}
	b.lookAgain(cl, gone.next)
	return Status(budget, b.tally.Healthy-gone.healthy, want, gone.pods, cl.Now())
}

// lookAgain has the disrupted pods looked at once more, when the first of them is late.
func (b *book) lookAgain(cl *cluster.Client, at time.Duration) {
	if at == 0 || b.recheck != 0 && b.recheck <= at {
		return
	}
	b.recheck = at
	cl.After(at-cl.Now(), cluster.Task{Kind: taskRecheck, Object: b.uid})
}
