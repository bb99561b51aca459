package simcmd

import (
	"fmt"

	"github.com/daemonsim/daemonsim/daemonset"
)

// setNews says what a DaemonSet's status tells: that the controller has seen another template, and that
// all its pods are up to date and available.
func setNews(before, after *daemonset.DaemonSet) []string {
	if before == nil || after == nil {
		return nil
	}
	was, is := before.Status, after.Status
	switch {
	case complete(after) && !complete(before) && is.DesiredNumberScheduled == 1:
		return []string{"has its one pod up to date and available"}
	case complete(after) && !complete(before):
		return []string{fmt.Sprintf("has all %d pods up to date and available", is.DesiredNumberScheduled)}
	case templateSeen(was, is):
		return []string{fmt.Sprintf("has another template: %d of %d pods up to date",
			is.UpdatedNumberScheduled, is.DesiredNumberScheduled)}
	}
	return nil
}

// templateSeen reports whether the controller has just seen another template. Of the changes of a spec
// only that one makes pods old, or old ones new again.
func templateSeen(was, is daemonset.Status) bool {
	return was.ObservedGeneration > 0 && is.ObservedGeneration > was.ObservedGeneration &&
		is.UpdatedNumberScheduled != was.UpdatedNumberScheduled &&
		is.UpdatedNumberScheduled < is.DesiredNumberScheduled
}

// complete reports whether a rollout is done, for at least one pod.
func complete(d *daemonset.DaemonSet) bool {
	return d.Status.DesiredNumberScheduled > 0 && d.RolledOut()
}
