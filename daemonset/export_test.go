package daemonset

import "github.com/daemonsim/daemonsim/cluster"

// SlowStart is slowStart.
func SlowStart(n int, call func(int) error) []error { return slowStart(n, call) }

// Forget makes the controller forget what it expects and what it has written, as one that is restarted does.
func (c *Controller) Forget() {
	c.sets.Scan(func(_ cluster.UID, t *tracked) bool {
		t.expected, t.wrote = expectations{}, ownWrites{}
		return true
	})
}
