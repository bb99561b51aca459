package kubectl

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/disruption"
)

// How often kubectl drain asks again, for an eviction that was refused and for a pod that is to go.
const (
	evictionRetry = 5 * time.Second
	goneInterval  = time.Second
)

// draining is a drain of a node under way. kubectl has a thread for each pod: what they do at the same moment is
// done in the order of the pods, and what each begins with stands before what comes of it.
type draining struct {
	*call
	node    string
	threads []*podThread
	// end is when --timeout is over.
	end time.Duration
	// newest is when something was last achieved.
	newest time.Duration
	errs   []string
}

// podThread is the way of one pod.
type podThread struct {
	pod *cluster.Pod
	// accepted says that the pod has been evicted or deleted, so that it only has to go.
	accepted, done bool
	// next is when it goes on.
	next time.Duration
}

func (c *call) newDraining(node string, pods []*cluster.Pod) *draining {
	now := c.sim.Now()
	d := &draining{call: c, node: node, newest: now, end: math.MaxInt64}
	if limit := c.opts.timeout; limit != 0 && (limit < 0 || now <= math.MaxInt64-limit) {
		d.end = now + limit
	}
	for _, p := range pods {
		d.threads = append(d.threads, &podThread{pod: p, next: now})
	}
	return d
}

// deletion is how the pods are deleted.
func (d *draining) deletion() (opts cluster.DeleteOptions) {
	if d.opts.gracePeriod >= 0 {
		grace := time.Duration(min(d.opts.gracePeriod, math.MaxInt32)) * time.Second
		opts.GracePeriod = &grace
	}
	return opts
}

// evict evicts the pods and waits for them to be gone.
func (d *draining) evict() drainError {
	for {
		due := d.due()
		for _, t := range due {
			if !t.accepted {
				d.done("evicting pod %s", t.pod.Key())
			}
		}
		for _, t := range due {
			d.goOn(t)
		}
		next, waiting := d.next()
		if !waiting {
			return drainError{errs: d.errs}
		}
		if err := d.wait(next); err != nil {
			d.errs = append(d.errs, err.Error())
			return drainError{errs: d.errs}
		}
	}
}

// due are the threads that go on now.
func (d *draining) due() []*podThread {
	return slices.DeleteFunc(slices.Clone(d.threads), func(t *podThread) bool {
		return t.done || t.next > d.sim.Now()
	})
}

// next is when the next thread goes on; false when all are done.
func (d *draining) next() (at time.Duration, waiting bool) {
	at = math.MaxInt64
	for _, t := range d.threads {
		if !t.done {
			at, waiting = min(at, t.next), true
		}
	}
	return at, waiting
}

// over reports whether --timeout is over.
func (d *draining) over() bool { return d.sim.Now() >= d.end }

// goOn does what is next for a pod: evict it, or look whether it is gone.
func (d *draining) goOn(t *podThread) {
	if t.accepted {
		if d.over() {
			d.fail(t, fmt.Sprintf("error when waiting for pod %q in namespace %q to terminate: %s",
				t.pod.Name, t.pod.Namespace, deadlineExceeded))
			return
		}
		d.look(t, "evicted")
		return
	}
	if d.over() {
		d.fail(t, fmt.Sprintf("error when evicting pods/%q -n %q: global timeout reached: %v",
			t.pod.Name, t.pod.Namespace, d.opts.timeout))
		return
	}
	_, err := d.sim.Evict(t.pod.Namespace, t.pod.Name, disruption.EvictOptions{
		Delete: d.deletion(), DryRun: d.opts.dryRun == "server",
	})
	switch {
	case err == nil && d.opts.dryRun == "server":
		t.done = true
	case err == nil:
		t.accepted, d.newest = true, d.sim.Now()
		d.look(t, "evicted")
	case errors.Is(err, cluster.ErrNotFound):
		t.done = true
	case errors.Is(err, cluster.ErrTooManyRequests):
		d.warn("error when evicting pods/%q -n %q (will retry after %v): %s",
			t.pod.Name, t.pod.Namespace, evictionRetry, serverText(err))
		t.next = d.sim.Now() + evictionRetry
		if fresh := d.sim.Pod(t.pod.Namespace, t.pod.Name); fresh != nil {
			t.pod = fresh
		}
	default:
		d.fail(t, fmt.Sprintf("error when evicting pods/%q -n %q: %s", t.pod.Name, t.pod.Namespace, serverText(err)))
	}
}

// deadlineExceeded is what a context says when its time is over.
const deadlineExceeded = "context deadline exceeded"

func (d *draining) fail(t *podThread, text string) {
	t.done = true
	d.errs = append(d.errs, text)
}

// look looks whether a pod is gone, or another one has its name.
func (d *draining) look(t *podThread, word string) {
	p := d.sim.Pod(t.pod.Namespace, t.pod.Name)
	switch {
	case p == nil || p.UID != t.pod.UID:
		t.done, d.newest = true, d.sim.Now()
		d.done("%s %s", title(t.pod), word)
	case d.tooLate(p):
		t.done = true
		d.printf("pod %q has DeletionTimestamp older than %d seconds, skipping\n", p.Name, d.opts.skipWait)
	default:
		// Somebody who waits hears at once that the time is over; somebody who tries again finds out then.
		t.next = min(d.sim.Now()+goneInterval, max(d.end, d.sim.Now()))
	}
}

// delete deletes the pods without asking any budget and waits for them to be gone.
func (d *draining) delete() drainError {
	server := d.opts.dryRun == "server"
	for _, t := range d.threads {
		if server {
			continue
		}
		err := d.sim.Delete(cluster.KindPod, t.pod.Namespace, t.pod.Name, d.deletion())
		if err != nil && !errors.Is(err, cluster.ErrNotFound) {
			return aloneError(serverText(err))
		}
		t.accepted = true
	}
	for first := true; !server; first = false {
		if d.over() && !first {
			return aloneError(deadlineExceeded)
		}
		for _, t := range d.due() {
			d.look(t, "deleted")
		}
		next, waiting := d.next()
		if !waiting {
			break
		}
		if err := d.wait(next); err != nil {
			return aloneError(err.Error())
		}
	}
	return drainError{}
}

// wait lets the time pass, or says that the drain will not go on by itself: when nothing is due, or when nothing has
// come of it for too long.
func (d *draining) wait(until time.Duration) error {
	if d.opts.timeout == 0 {
		due := d.sim.Next()
		switch {
		case len(due) == 0:
			return d.stuck("nothing is left to happen")
		case max(until, due[0].At) > d.newest+cluster.FarOff:
			return d.stuck(fmt.Sprintf("it has stood still since t=%v and nothing but retries and far-off timers "+
				"is left", d.newest))
		}
	}
	return d.sim.RunFor(until - d.sim.Now())
}

func (d *draining) stuck(why string) error {
	return fmt.Errorf("the drain of node %q does not go on by itself: %s; change something, or let time pass with "+
		"--timeout", d.node, why)
}
