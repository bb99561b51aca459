package daemonset

import (
	"errors"
	"fmt"
	"iter"
	"math"
	"slices"
	"time"

	"github.com/daemonsim/daemonsim/cluster"
)

// sync reconciles one DaemonSet, and tries again later when that fails.
func (c *Controller) sync(cl *cluster.Client, t *tracked) {
	c.syncing = t
	defer c.synced()
	if err := c.reconcile(cl, t); err != nil {
		c.retry(cl, t)
		return
	}
	t.failures = 0
}

// synced ends a sync, also when somebody who is told of a change panics.
func (c *Controller) synced() {
	c.syncing.book()
	c.syncing = nil
}

// reconcile does what is due for a DaemonSet: history, then one pod per node, then, when there was nothing to
// do for that, the rollout, and at last the status. While pods that it has asked for, or asked to go, are
// not seen, it only keeps books.
func (c *Controller) reconcile(cl *cluster.Client, t *tracked) error {
	if err := t.wrote.check(cl); err != nil {
		return err
	}
	if t.set.Terminating() {
		return nil
	}
	if err := c.constructHistory(cl, t); err != nil {
		return err
	}
	if err := c.claim(cl, t); err != nil {
		return err
	}
	c.refresh(cl, t)
	if !t.expected.satisfied(cl.Now()) {
		// What is not acted upon is not observed.
		return c.storeStatus(cl, t, t.status(t.set.Status.ObservedGeneration))
	}
	status := t.status(t.set.Generation)
	return errors.Join(c.act(cl, t), c.storeStatus(cl, t, status))
}

// act does what is due on the nodes. What manage did must be seen before a rollout may go on, so the
// two never act in the same sync.
func (c *Controller) act(cl *cluster.Client, t *tracked) error {
	if err := c.execute(cl, t, c.manage(cl, t)); err != nil {
		return err
	}
	if t.expected.satisfied(cl.Now()) {
		plan, err := c.roll(cl, t)
		if err != nil {
			return err
		}
		if err := c.execute(cl, t, plan); err != nil {
			return err
		}
	}
	return trimHistory(cl, t)
}

const (
	firstRetry = 5 * time.Millisecond
	maxRetry   = 1000 * time.Second
)

// retry asks for another sync after a delay that doubles with every failure.
func (c *Controller) retry(cl *cluster.Client, t *tracked) {
	delay := maxRetry
	if t.failures < 18 {
		delay = min(delay, firstRetry<<t.failures)
	}
	t.failures++
	requeue(cl, t, delay)
}

// patience is the delay from which on another attempt counts as a retry, which will not end by itself.
const patience = time.Second

// requeue asks for a sync after a delay. Of several such wishes the earliest counts.
func requeue(cl *cluster.Client, t *tracked, delay time.Duration) {
	at := later(cl.Now(), delay)
	// At the end of time there is no later: without a delay the sync would go on for ever.
	if t.waiting && t.wake <= at || at == cl.Now() && delay > 0 {
		return
	}
	t.waiting, t.wake = true, at
	cl.After(delay, cluster.Task{Kind: taskRequeue, Object: t.set.UID, Retry: delay >= patience})
}

// later is a moment after a delay; the end of time, like the agenda's, when that would be beyond it.
func later(at, delay time.Duration) time.Duration {
	if delay > math.MaxInt64-at {
		return math.MaxInt64
	}
	return at + delay
}

// actions are the pods that a sync creates and deletes.
type actions struct {
	create []cluster.NodeID
	delete []PodDeletion
}

// manage lists what has to happen so that every node has the pod that it should have. It looks at no
// more nodes than the caps on creations and deletions let it use.
func (c *Controller) manage(cl *cluster.Client, t *tracked) actions {
	var a actions
	if t.todos == [classOld]int{} {
		return a
	}
	for s := range c.ordered(cl, t, classCreate) {
		if len(a.create) == c.config.BurstReplicas {
			break
		}
		a.create = append(a.create, s.node)
	}
	for s := range c.ordered(cl, t, classDelete) {
		if len(a.delete) == c.config.BurstReplicas {
			break
		}
		for _, d := range t.view.Manage(c.entry(cl, t, s.node)).Delete {
			if c.allowed(cl, t, s.node, d) && len(a.delete) < c.config.BurstReplicas {
				a.delete = append(a.delete, d)
			}
		}
	}
	return a
}

// ordered walks the nodes of a class in the order of the choice point "manage-node".
func (c *Controller) ordered(cl *cluster.Client, t *tracked, class uint8) iter.Seq[spot] {
	if !cl.Chooses() {
		return t.walk(class)
	}
	return func(yield func(spot) bool) {
		open := slices.Collect(t.walk(class))
		for len(open) > 0 {
			i := cl.Choose(cluster.Choice{
				Point: "manage-node", N: len(open),
				Describe: func(i int) string { return open[i].name },
			})
			if !yield(open[i]) {
				return
			}
			open = slices.Delete(open, i, i+1)
		}
	}
}

// allowed notes the deletion of a failed pod in its node's back-off, or puts it off.
func (c *Controller) allowed(cl *cluster.Client, t *tracked, node cluster.NodeID, d PodDeletion) bool {
	pod := func() string { return d.Pod.Namespace + "/" + d.Pod.Name + " on node " + d.Pod.TargetNode() }
	switch d.Reason {
	case Failed:
		generation := t.set.Status.ObservedGeneration
		if delay := t.backoff.active(node, generation, cl.Now()); delay > 0 {
			requeue(cl, t, delay)
			return false
		}
		t.backoff.next(node, generation, cl.Now())
		cl.Event(t.set, cluster.EventWarning, "FailedDaemonPod",
			fmt.Sprintf("Found failed daemon pod %s, will try to kill it", pod()))
	case Succeeded:
		cl.Event(t.set, cluster.EventNormal, "SucceededDaemonPod",
			fmt.Sprintf("Found succeeded daemon pod %s, will try to delete it", pod()))
	}
	return true
}

// execute carries out actions: creations in batches that double in size and stop after one with a
// failure, then all deletions. What it asks for, and nothing else, is expected from then on.
func (c *Controller) execute(cl *cluster.Client, t *tracked, a actions) error {
	t.expected = expectations{since: cl.Now()}
	errs := slowStart(len(a.create), func(i int) error { return c.create(cl, t, a.create[i]) })
	for _, d := range a.delete {
		if err := remove(cl, t, d.Pod); err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// slowStart makes n calls in batches of 1, 2, 4 and so on, and none after a batch in which one has failed:
// what fails for one pod is likely to fail for all.
func slowStart(n int, call func(int) error) []error {
	var errs []error
	for size, next := 1, 0; next < n && errs == nil; size *= 2 {
		for end := min(next+size, n); next < end; next++ {
			if err := call(next); err != nil {
				errs = append(errs, err)
			}
		}
	}
	return errs
}

// remove deletes a pod. One that is gone already is as good, but nobody will see it go.
func remove(cl *cluster.Client, t *tracked, p *cluster.Pod) error {
	t.expected.deletions++
	err := cl.DeletePod(p.UID, cluster.DeleteOptions{})
	if err == nil {
		cl.Event(t.set, cluster.EventNormal, "SuccessfulDelete", "Deleted pod: "+p.Name)
		return nil
	}
	t.expected.deletions--
	if errors.Is(err, cluster.ErrNotFound) {
		return nil
	}
	cl.Event(t.set, cluster.EventWarning, "FailedDelete", "Error deleting: "+refusal(err))
	return err
}

func (c *Controller) create(cl *cluster.Client, t *tracked, node cluster.NodeID) error {
	p := &cluster.Pod{
		ObjectMeta: cluster.ObjectMeta{
			GenerateName: t.generateName,
			Namespace:    t.set.Namespace,
		},
		Template: t.view.template,
	}
	if name := cl.NodeName(node); c.config.Mode == Direct {
		p.NodeName = name
	} else {
		p.Target = name
	}
	t.expected.creations++
	if err := cl.CreateOwned(p); err != nil {
		t.expected.creations--
		cl.Event(t.set, cluster.EventWarning, "FailedCreate", "Error creating: "+refusal(err))
		return err
	}
	c.wrote(cl, &t.wrote.pod, p)
	cl.Event(t.set, cluster.EventNormal, "SuccessfulCreate", "Created pod: "+p.Name)
	return nil
}
