package kubectl

import (
	"errors"
	"fmt"
	"time"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
)

// rolloutStatus watches a rollout, moving the time until it is finished.
func rolloutStatus(c *call) error {
	if c.opts.timeout < 0 {
		return fmt.Errorf("--timeout=%v is negative; 0 waits for ever", c.opts.timeout)
	}
	if c.opts.timeout > 10*year {
		return fmt.Errorf("--timeout=%v is too long; 0 waits as long as something happens", c.opts.timeout)
	}
	sets, err := c.daemonSets()
	if err != nil {
		return err
	}
	for _, set := range sets {
		w := watch{call: c, namespace: set.Namespace, name: set.Name, uid: set.UID}
		if err := w.run(); err != nil {
			return err
		}
	}
	return nil
}

// rolloutState is a rollout in one line, and whether it is finished.
func rolloutState(set *daemonset.DaemonSet) (line string, done bool) {
	s := &set.Status
	switch {
	case set.RolledOut():
		return fmt.Sprintf("daemon set %q successfully rolled out", set.Name), true
	case set.Generation > s.ObservedGeneration:
		return "Waiting for daemon set spec update to be observed...", false
	case s.UpdatedNumberScheduled < s.DesiredNumberScheduled:
		return fmt.Sprintf("Waiting for daemon set %q rollout to finish: "+
			"%d out of %d new pods have been updated...",
			set.Name, s.UpdatedNumberScheduled, s.DesiredNumberScheduled), false
	}
	return fmt.Sprintf("Waiting for daemon set %q rollout to finish: "+
		"%d of %d updated pods are available...",
		set.Name, s.NumberAvailable, s.DesiredNumberScheduled), false
}

// watch is somebody who watches a rollout.
type watch struct {
	*call
	namespace, name string
	uid             cluster.UID
	// version is the resource version of the DaemonSet that the latest line is about, 0 before the first.
	version uint64
	// seen are all lines so far, and newest is when the last of them was new.
	seen   map[string]bool
	newest time.Duration
}

// run prints a line for every version of the DaemonSet that it sees, so that the same line may come again:
// a status that changed in a number which the line does not show is a change all the same.
func (w *watch) run() error {
	w.seen = make(map[string]bool)
	end := w.sim.Now() + w.opts.timeout
	for {
		done, err := w.look()
		if done || err != nil || !w.opts.watch {
			return err
		}
		if w.opts.timeout > 0 {
			err = w.sim.RunUntil(w.changed, end-w.sim.Now())
			if errors.Is(err, cluster.ErrNotReached) {
				return errors.New("timed out waiting for the condition")
			}
		} else {
			err = w.step()
		}
		if err != nil {
			return err
		}
	}
}

// look prints a line about the DaemonSet as it is now.
func (w *watch) look() (done bool, err error) {
	set := w.set(w.sim.Reader)
	if set == nil {
		return false, errors.New("object has been deleted")
	}
	if set.Spec.UpdateStrategy.Type != daemonset.RollingUpdate {
		return false, fmt.Errorf("rollout status is only available for %s strategy type", daemonset.RollingUpdate)
	}
	line, done := rolloutState(set)
	if set.ResourceVersion != w.version {
		w.printf("%s\n", line)
	}
	if !w.seen[line] {
		w.seen[line], w.newest = true, w.sim.Now()
	}
	w.version = set.ResourceVersion
	return done, nil
}

// set returns the DaemonSet, nil when it is gone even if there is another one of its name.
func (w *watch) set(r cluster.Reader) *daemonset.DaemonSet {
	if set := daemonset.Get(r, w.namespace, w.name); set != nil && set.UID == w.uid {
		return set
	}
	return nil
}

// changed reports whether the next look will find something new.
func (w *watch) changed(r cluster.Reader) bool {
	set := w.set(r)
	return set == nil || set.ResourceVersion != w.version
}

// step runs what is due next, or says that the rollout will not go on by itself: when nothing is due,
// or when nothing has come of it for too long, as with containers that crash again and again.
func (w *watch) step() error {
	due := w.sim.Next()
	patience := cluster.FarOff + w.set(w.sim.Reader).MinReady()
	switch {
	case len(due) == 0:
		return fmt.Errorf("the rollout of daemon set %q does not go on by itself: nothing is left to "+
			"happen; change something, or let time pass with --timeout", w.name)
	case due[0].At > w.newest+patience:
		return fmt.Errorf("the rollout of daemon set %q does not go on by itself: it has stood still since "+
			"t=%v and nothing but retries and far-off timers is left; change something, or let time pass "+
			"with --timeout", w.name, w.newest)
	}
	err := w.sim.RunUntil(w.changed, due[0].At-w.sim.Now())
	if errors.Is(err, cluster.ErrNotReached) {
		return nil
	}
	return err
}
