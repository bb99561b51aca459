package daemonset

import (
	"time"

	"github.com/daemonsim/daemonsim/cluster"
)

// expectations are the pods of one DaemonSet that the controller has asked for, or asked to go, and has not
// been told of since. Until then its view may show a node without its new pod, or a pod that is gone: who
// acts on that makes a second pod, or takes away more than a rollout allows.
//
// Each call is counted before it is made, and not if it fails. The zero value expects nothing.
type expectations struct {
	creations, deletions int
	// since is when they were asked for.
	since time.Duration
}

// expectationsLast is how long the controller waits for what it expects. Nothing wakes it when that is over:
// the next change does.
const expectationsLast = 5 * time.Minute

// satisfied reports whether all has been seen, or waited for long enough. More may have been seen than was
// expected, since others delete pods too.
func (e *expectations) satisfied(now time.Duration) bool {
	return e.creations <= 0 && e.deletions <= 0 || now-e.since > expectationsLast
}

// confirm counts what a change of a pod says about the expectations of its DaemonSet. A pod that is
// terminating when it is first seen counts as one that goes, and every change of a terminating pod counts
// again.
//
// What is seen while a sync is running counts from the end of it: real watches are never that quick.
func (c *Controller) confirm(t *tracked, p *cluster.Pod, verb cluster.Verb) {
	e := &t.expected
	if c.syncing == t {
		e = &t.booked
	}
	switch {
	case verb == cluster.Deleted || p.Terminating():
		e.deletions--
	case verb == cluster.Created:
		e.creations--
	}
}

// book counts what was seen during a sync.
func (t *tracked) book() {
	t.expected.creations += t.booked.creations
	t.expected.deletions += t.booked.deletions
	t.booked = expectations{}
}
