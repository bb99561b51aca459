package daemonset

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/rollout"
)

// sync reconciles one DaemonSet, and tries again later when that fails.
func (c *Controller) sync(cl *cluster.Client, t *tracked) {
	c.syncing = t
	defer c.synced()
	if t.failure = c.reconcile(cl, t); t.failure != nil {
		c.notes.noteFailed(t.failure, c.retry(cl, t))
	} else {
		t.failures = 0
	}
	if t.readied {
		t.readied = false
		c.requeue(cl, t, t.set.MinReady()+time.Second, false /* retry */)
	}
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
	if t.selectsAll {
		c.event(cl, t, cluster.EventWarning, "SelectingAll",
			"This daemon set is selecting all pods. A non-empty selector is required.")
		return nil
	}
	if t.set.Terminating() {
		return nil
	}
	if err := c.constructHistory(cl, t); err != nil {
		return fmt.Errorf("failed to construct revisions of DaemonSet: %w", err)
	}
	if err := c.claim(cl, t); err != nil {
		return fmt.Errorf("couldn't get node to daemon pod mapping for daemon set %q: %w", t.set.Name, err)
	}
	c.refresh(cl, t)
	status := t.status()
	if !t.expected.satisfied(cl.Now()) {
		// What is not acted upon is not observed.
		return c.storeStatus(cl, t, status)
	}
	err := c.act(cl, t)
	if c.claims.Len() > 0 {
		c.disown(cl, t)
		c.refresh(cl, t)
		status = t.status()
	}
	status.ObservedGeneration = t.set.Generation
	statusErr := c.storeStatus(cl, t, status)
	if err != nil {
		return err
	}
	return statusErr
}

// act does what is due on the nodes. What manage did must be seen before a rollout may go on, so the
// two never act in the same sync.
func (c *Controller) act(cl *cluster.Client, t *tracked) error {
	if err := c.execute(cl, t, c.manage(cl, t)); err != nil {
		return err
	}
	if c.claims.Len() > 0 {
		c.disown(cl, t)
		// The rollout looks at the pods anew: a node whose only pod has been given up has no old pod.
		c.refresh(cl, t)
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
	if err := c.trimHistory(cl, t); err != nil {
		return fmt.Errorf("failed to clean up revisions of DaemonSet: %w", err)
	}
	return nil
}

const (
	firstRetry = 5 * time.Millisecond
	maxRetry   = 1000 * time.Second
)

// patience is the delay from which on another attempt counts as a retry, which will not end by itself.
const patience = time.Second

// retry asks for another sync after a delay that doubles with every failure, and returns the delay.
func (c *Controller) retry(cl *cluster.Client, t *tracked) time.Duration {
	delay := maxRetry
	if t.failures < 18 {
		delay = min(delay, firstRetry<<t.failures)
	}
	t.failures++
	t.putOff(cl, delay, delay >= patience)
	return delay
}

// requeue asks for a sync after a delay. A retry is one for something that need not end by itself.
func (c *Controller) requeue(cl *cluster.Client, t *tracked, delay time.Duration, retry bool) {
	c.notes.noteRequeued(delay)
	t.putOff(cl, delay, retry)
}

// putOff puts a sync on the agenda. Of several such wishes the earliest counts.
func (t *tracked) putOff(cl *cluster.Client, delay time.Duration, retry bool) {
	at := cluster.AddTime(cl.Now(), delay)
	// At the end of time there is no later: without a delay the sync would go on for ever.
	if t.waiting && t.wake <= at || at == cl.Now() && delay > 0 {
		return
	}
	t.waiting, t.wake = true, at
	cl.After(delay, cluster.Task{Kind: taskRequeue, Object: t.set.UID, Retry: retry})
}

// actions are the pods that a sync creates and deletes.
type actions struct {
	create []creation
	delete []deletion
}

// creation is a node that is to get a pod; why is the update strategy's reason, if it is the one who asks.
type creation struct {
	node cluster.NodeID
	why  rollout.Reason
}

// deletion is a pod that is to go, and why: either for the placement's sake or for the update strategy's.
type deletion struct {
	PodDeletion
	why rollout.Reason
}

// manage lists what has to happen so that every node has the pod that it should have. It looks at no
// more nodes than the caps on creations and deletions let it use, except for those with a pod that has come
// to its end: that is told of, and slows the next one down, also where the deletion has to wait.
func (c *Controller) manage(cl *cluster.Client, t *tracked) actions {
	var a actions
	if t.todos == [classOld]int{} {
		return a
	}
	limit := c.config.BurstReplicas
	for s := range c.ordered(cl, t, func(spot) bool { return len(a.create) < limit }, classCreate) {
		a.create = append(a.create, creation{node: s.node})
	}
	wanted := func(s spot) bool { return s.class == classEnded || len(a.delete) < limit }
	for _, classes := range [...][]uint8{{classEnded, classDelete}, {classGone}} {
		for s := range c.ordered(cl, t, wanted, classes...) {
			for _, d := range t.view.Manage(c.entry(cl, t, s.node)).Delete {
				if c.allowed(cl, t, s.node, d) {
					a.delete = append(a.delete, deletion{PodDeletion: d})
				}
			}
		}
	}
	a.delete = a.delete[:min(len(a.delete), limit)]
	return a
}

// ordered walks the nodes of some classes that are wanted, in the order of the choice point "manage-node".
func (c *Controller) ordered(
	cl *cluster.Client, t *tracked, wanted func(spot) bool, classes ...uint8,
) iter.Seq[spot] {
	return func(yield func(spot) bool) {
		if !cl.Chooses() {
			for _, class := range classes {
				for s := range t.walk(class) {
					if !wanted(s) || !yield(s) {
						return
					}
				}
			}
			return
		}
		var open []spot
		for _, class := range classes {
			open = slices.AppendSeq(open, t.walk(class))
		}
		for {
			open = slices.DeleteFunc(open, func(s spot) bool { return !wanted(s) })
			if len(open) == 0 {
				return
			}
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
			c.requeue(cl, t, delay, delay >= patience)
			return false
		}
		t.backoff.next(node, generation, cl.Now())
		c.event(cl, t, cluster.EventWarning, "FailedDaemonPod",
			fmt.Sprintf("Found failed daemon pod %s, will try to kill it", pod()))
	case Succeeded:
		c.event(cl, t, cluster.EventNormal, "SucceededDaemonPod",
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
		if err := c.remove(cl, t, d); err != nil {
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
func (c *Controller) remove(cl *cluster.Client, t *tracked, d deletion) error {
	p := d.Pod
	t.expected.deletions++
	err := cl.DeletePod(p.UID, cluster.DeleteOptions{})
	if err == nil {
		c.notes.noteRemoved(d)
		c.event(cl, t, cluster.EventNormal, "SuccessfulDelete", "Deleted pod: "+p.Name)
		return nil
	}
	t.expected.deletions--
	if errors.Is(err, cluster.ErrNotFound) {
		return nil
	}
	c.event(cl, t, cluster.EventWarning, "FailedDelete", "Error deleting: "+refusal(err))
	return err
}

func (c *Controller) create(cl *cluster.Client, t *tracked, n creation) error {
	p := &cluster.Pod{
		ObjectMeta: cluster.ObjectMeta{
			GenerateName: t.generateName,
			Namespace:    t.set.Namespace,
		},
		Template: t.view.template,
	}
	if name := cl.NodeName(n.node); c.config.Mode == Direct {
		p.NodeName = name
	} else {
		p.Target = name
	}
	t.expected.creations++
	if err := cl.CreateOwned(p); err != nil {
		t.expected.creations--
		c.event(cl, t, cluster.EventWarning, "FailedCreate", "Error creating: "+refusal(err))
		return err
	}
	c.wrote(cl, &t.wrote.pod, p)
	c.notes.noteCreated(p, n)
	c.event(cl, t, cluster.EventNormal, "SuccessfulCreate", "Created pod: "+p.Name)
	return nil
}
