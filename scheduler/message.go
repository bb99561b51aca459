package scheduler

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// failure collects why a pod fits nowhere, over all nodes.
type failure struct {
	nodes   int
	reasons map[string]int
	// unresolvable counts the nodes where removing pods would not help.
	unresolvable int
	// by are the filters that rejected any node.
	by rejecters
}

func (f *failure) add(place int, v Verdict) {
	if !v.Fits() {
		f.by = f.by.with(place)
	}
	for _, r := range v.Reasons {
		f.count(r, 1)
	}
	if v.Code == UnschedulableAndUnresolvable {
		f.unresolvable++
	}
}

// narrowed notes that a filter left but one node to look at, which counts as a rejection of the others.
func (f *failure) narrowed(place int) {
	if place >= 0 {
		f.by = f.by.with(place)
	}
}

// skip counts nodes that were ruled out without being looked at.
func (f *failure) skip(n int) {
	if n > 0 {
		f.count(reasonNotAsked, n)
		f.unresolvable += n
	}
}

func (f *failure) count(reason string, n int) {
	if f.reasons == nil {
		f.reasons = make(map[string]int)
	}
	f.reasons[reason] += n
}

// String is the message that Kubernetes shows.
func (f *failure) String() string {
	if f.nodes == 0 {
		return "no nodes available to schedule pods"
	}
	preemption := failure{nodes: f.nodes}
	if n := f.nodes - f.unresolvable; n > 0 {
		preemption.count("No preemption victims found for incoming pod", n)
	}
	if f.unresolvable > 0 {
		preemption.count("Preemption is not helpful for scheduling", f.unresolvable)
	}
	return f.histogram() + " preemption: " + preemption.histogram()
}

// histogram lists the reasons with their counts, sorted as texts.
func (f *failure) histogram() string {
	texts := make([]string, 0, len(f.reasons))
	for _, reason := range slices.Sorted(maps.Keys(f.reasons)) {
		texts = append(texts, fmt.Sprintf("%d %s", f.reasons[reason], reason))
	}
	slices.Sort(texts)
	return fmt.Sprintf("0/%d nodes are available: %s.", f.nodes, strings.Join(texts, ", "))
}
