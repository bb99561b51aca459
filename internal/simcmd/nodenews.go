package simcmd

import (
	"slices"
	"time"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/taints"
)

// nodeNews says what happened to a node. Before is nil for a new one, after for one that is gone. That a node
// which joins is tainted until it is known to be ready is told only if that takes a while.
func nodeNews(before, after *cluster.Node, now time.Duration) []string {
	switch {
	case before == nil:
		return []string{"joined"}
	case after == nil:
		return []string{"left"}
	}
	var news []string
	switch was, is := before.Ready(), after.Ready(); {
	case is && !was:
		news = append(news, "ready")
	case was && !is:
		news = append(news, "not ready")
	}
	for _, t := range without(after.Spec.Taints, before.Spec.Taints) {
		news = append(news, "tainted "+t.String())
	}
	_, out := after.Outage()
	switch _, was := before.Outage(); {
	case was && !out:
		news = append(news, "answers again")
	case out && !was:
		news = append(news, "falls silent")
	}
	for _, t := range without(before.Spec.Taints, after.Spec.Taints) {
		if t == registration && now == after.CreationTimestamp {
			continue
		}
		news = append(news, "no longer tainted "+t.String())
	}
	return news
}

// registration is the taint of nodes that join.
var registration = taints.Taint{Key: taints.KeyNotReady, Effect: taints.EffectNoSchedule}

// without returns the taints of list that are not among others.
func without(list, others []taints.Taint) []taints.Taint {
	var rest []taints.Taint
	for _, t := range list {
		if !slices.ContainsFunc(others, func(o taints.Taint) bool { return o.String() == t.String() }) {
			rest = append(rest, t)
		}
	}
	return rest
}
