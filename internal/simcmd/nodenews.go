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
	news = append(news, outageNews(before, after)...)
	for _, t := range without(before.Spec.Taints, after.Spec.Taints) {
		if t == registration && now == after.CreationTimestamp {
			continue
		}
		news = append(news, "no longer tainted "+t.String())
	}
	return news
}

// outageNews says that a node falls silent or is off, and that it answers or runs again.
func outageNews(before, after *cluster.Node) []string {
	was, wasOut := before.Outage()
	is, out := after.Outage()
	switch {
	case out && is.Off && !was.Off:
		return []string{"switched off"}
	case out && !wasOut && !is.Restart:
		return []string{"falls silent"}
	case !wasOut || out:
		return nil
	case was.Off:
		return []string{"switched on"}
	case was.Restart:
		return []string{"kubelet started anew"}
	}
	return []string{"answers again"}
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
