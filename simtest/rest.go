package simtest

import (
	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/rollout"
)

// The checks in this file are for a simulation that is AtRest.

// Placed checks that exactly the nodes that should run a pod have one, and that no other node has any,
// except for pods that may go on where they are. During a rollout with surge that is stuck, a node may
// have an old pod and a new one.
func Placed(sim *daemonsim.Sim) error {
	r := report{check: "placed", now: sim.Now()}
	for _, set := range daemonset.All(sim.Reader, "") {
		if set.Terminating() {
			continue
		}
		for _, e := range entries(sim.Reader, set) {
			placed(sim, set, e, &r)
		}
	}
	return r.err()
}

func placed(sim *daemonsim.Sim, set *daemonset.DaemonSet, e *entry, r *report) {
	running := e.running()
	for _, p := range e.pods {
		if p.Terminating() && len(p.Finalizers) == 0 && !silent(sim, e.node) {
			r.add(p, "terminating on node %q with nothing left to do", e.node)
		}
	}
	switch {
	case e.run && len(running) == 0 && len(e.pods) > 0 && silent(sim, e.node):
		// What is left there blocks its own replacement until the kubelet answers.
	case e.run && len(running) == 0:
		r.add(set, "no pod on node %q", e.node)
	case !e.goOn && len(running) > 0:
		r.add(running[0], "on node %q, which does not fit", e.node)
	case len(running) > 2 || len(running) == 2 && !pair(sim, set, e):
		r.add(set, "%d pods on node %q", len(running), e.node)
	}
}

// silent reports whether the kubelet of a node does not answer: then nothing ends its pods.
func silent(sim *daemonsim.Sim, node string) bool {
	n := sim.Node(node)
	if n == nil {
		return false
	}
	_, out := n.Outage()
	return out
}

// full reports whether a node has as many pods as it may have.
func full(sim *daemonsim.Sim, node string) bool {
	n := sim.Node(node)
	if n == nil {
		return false
	}
	limit, limited := n.Status.Allocatable["pods"]
	pods := int64(0)
	for p := range sim.PodsAt(n.ID()) {
		if p.Bound() && !p.Terminal() {
			pods++
		}
	}
	return limited && pods >= limit.Value()
}

// pair reports whether the two pods of a node are an old and a new one in a surge.
func pair(sim *daemonsim.Sim, set *daemonset.DaemonSet, e *entry) bool {
	current := currentRevision(sim.Reader, set)
	if !surges(set) || current == nil {
		return false
	}
	running := e.running()
	return running[0].Labels[rollout.HashLabel] != running[1].Labels[rollout.HashLabel]
}

// Scheduled checks that no pod of a DaemonSet waits for a node that would take it. Pods that ask for
// resources or for ports of their node are left out, as are those of nodes that have as many pods as they may: those
// may have to wait.
func Scheduled(sim *daemonsim.Sim) error {
	r := report{check: "scheduled", now: sim.Now()}
	for p := range sim.Pods("") {
		if p.Bound() || p.Target == "" || p.Terminating() || ownerOf(sim.Reader, p) == nil {
			continue
		}
		run, _ := fits(p.Spec(), sim.Node(p.Target))
		requests := p.Template.Requests()
		if run && requests.IsZero() && len(p.Template.HostPorts()) == 0 && !full(sim, p.Target) {
			r.add(p, "waits for the node %q, which would take it", p.Target)
		}
	}
	return r.err()
}

// Counted checks that every number in the status of every DaemonSet is what a count of nodes and pods
// gives: see Recount.
func Counted(sim *daemonsim.Sim) error {
	r := report{check: "counted", now: sim.Now()}
	for _, set := range daemonset.All(sim.Reader, "") {
		if set.Terminating() {
			continue
		}
		if got, want := set.Status, Recount(sim.Reader, set, sim.Now()); got != want {
			r.add(set, "status is %+v, counted %+v", got, want)
		}
		// What a controller that lags has counted for a namesake that is gone may be more than the generation
		// (see Counters), and stays until the generation exceeds it.
		if n := set.Status.ObservedGeneration; n < set.Generation || n > set.Generation && !lags(sim) {
			r.add(set, "observed generation is %d of %d", set.Status.ObservedGeneration, set.Generation)
		}
	}
	return r.err()
}

// RolledOut checks that on every node that should run a pod it is available and, unless the strategy is
// OnDelete, of the current revision.
func RolledOut(sim *daemonsim.Sim) error {
	r := report{check: "rolled-out", now: sim.Now()}
	for _, set := range daemonset.All(sim.Reader, "") {
		current := currentRevision(sim.Reader, set)
		if set.Terminating() || current == nil {
			continue
		}
		for _, e := range entries(sim.Reader, set) {
			if e.run {
				rolledOut(sim, set, current.Hash(), e, &r)
			}
		}
	}
	return r.err()
}

func rolledOut(sim *daemonsim.Sim, set *daemonset.DaemonSet, hash string, e *entry, r *report) {
	for _, p := range e.running() {
		if !isAvailable(set, p, sim.Now()) {
			r.add(p, "on node %q is not available", e.node)
		}
		if set.Spec.UpdateStrategy.Type == daemonset.RollingUpdate && !isNew(set, hash, p) {
			r.add(p, "on node %q is not of the current revision", e.node)
		}
	}
}

// History checks the revisions of every DaemonSet: the highest number belongs to the current template and
// to no other, and of the older ones no more are kept than the limit says and pods still use.
func History(sim *daemonsim.Sim) error {
	r := report{check: "history", now: sim.Now()}
	for _, set := range daemonset.All(sim.Reader, "") {
		if !set.Terminating() {
			history(sim, set, &r)
		}
	}
	return r.err()
}

func history(sim *daemonsim.Sim, set *daemonset.DaemonSet, r *report) {
	current := currentRevision(sim.Reader, set)
	if current == nil || !owns(set, current) {
		r.add(set, "no revision holds its template")
		return
	}
	used := make(map[string]bool)
	for p := range sim.PodsOwnedBy(set.Namespace, set.UID) {
		used[p.Labels[rollout.HashLabel]] = true
	}
	old, idle := 0, 0
	for _, rev := range daemonset.Revisions(sim.Reader, set) {
		if rev == current {
			continue
		}
		if rev.Revision >= current.Revision {
			r.add(rev, "has number %d, and the current one %d", rev.Revision, current.Revision)
		}
		old++
		if !used[rev.Hash()] {
			idle++
		}
	}
	if limit := int(*set.Spec.RevisionHistoryLimit); old > limit && idle > 0 {
		r.add(set, "%d old revisions, %d of them unused, with a limit of %d", old, idle, limit)
	}
}

// Claimed checks that every DaemonSet controls the pods that match its selector: it has let go of those
// that do not, and taken over those that nobody controls.
func Claimed(sim *daemonsim.Sim) error {
	r := report{check: "claimed", now: sim.Now()}
	for _, set := range daemonset.All(sim.Reader, "") {
		selector, err := affinity.Compile(set.Spec.Selector)
		if err != nil || set.Terminating() {
			continue
		}
		for p := range sim.Pods(set.Namespace) {
			switch matches := selector.Matches(p.Labels); {
			case owns(set, p) && !matches:
				r.add(p, "controlled by %s, whose selector it does not match", nameOf(set))
			case p.Controller() == nil && matches && !p.Terminating():
				r.add(p, "controlled by nobody, though it matches the selector of %s", nameOf(set))
			}
		}
	}
	return r.err()
}

// Collected checks that nothing is left of DaemonSets that are gone: no pod and no revision whose
// controller is a DaemonSet that does not exist.
func Collected(sim *daemonsim.Sim) error {
	r := report{check: "collected", now: sim.Now()}
	for _, kind := range sim.Kinds() {
		for obj := range sim.Objects(kind, "") {
			m := obj.Meta()
			ref := m.Controller()
			if ref != nil && ref.Kind == daemonset.Kind && sim.ByUID(ref.UID) == nil && !m.Terminating() {
				r.add(obj, "left by DaemonSet %q, which is gone", ref.Name)
			}
		}
	}
	return r.err()
}
