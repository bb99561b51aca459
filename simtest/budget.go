package simtest

import (
	"strconv"
	"strings"
	"time"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/rollout"
)

// budget judges what a rollout takes away, and what it puts beside pods that are available.
type budget struct {
	// set, version, at and used say how much of a budget was used up by the change of that version: a
	// rollout deletes many pods in a row, and each of them uses one more. Later, pods may have become
	// available by themselves.
	set     cluster.UID
	version uint64
	at      time.Duration
	used    int

	memo *memo
}

func (b *budget) name() Check { return Budget }

func (b *budget) change(sim *daemonsim.Sim, ch *cluster.Change, r *report) {
	if ch.Actor != daemonset.Name || lags(sim) {
		return
	}
	if p := deleted(ch); p != nil {
		b.deletion(sim, ch, p, r)
	} else if p, ok := ch.After.(*cluster.Pod); ok && ch.Verb == cluster.Created {
		b.surge(sim, p, r)
	}
}

// deleted is the pod, as it was before, whose deletion a change is; nil for any other change.
func deleted(ch *cluster.Change) *cluster.Pod {
	before, ok := ch.Before.(*cluster.Pod)
	if !ok || before.Terminating() || ch.After != nil && !ch.After.Meta().Terminating() {
		return nil
	}
	return before
}

// deletion judges one pod that was the only live one on a node where it could have stayed, or bound to a
// node that is gone: if such a pod goes, it goes for the rollout's sake. The rollout takes old pods only;
// unavailable ones may go without limit where no new one can come first.
func (b *budget) deletion(sim *daemonsim.Sim, ch *cluster.Change, p *cluster.Pod, r *report) {
	set := ownerOf(sim.Reader, p)
	if set == nil || p.Terminal() {
		return
	}
	current := b.memo.currentRevision(sim.Reader, set)
	e := entryAt(sim.Reader, set, p)
	exists := sim.Node(e.node) != nil
	if current == nil || len(e.live()) > 0 || exists && !e.goOn || !exists && !p.Bound() {
		return
	}
	desired := b.memo.desired(sim.Reader, set)
	limit := set.Spec.UpdateStrategy.RollingUpdate
	available := isAvailable(set, p, ch.Time)
	switch {
	case isNew(set, current.Hash(), p):
		r.add(p, "deleted on node %q by a rollout, though it is of the current revision", e.node)
	case set.Spec.UpdateStrategy.Type != daemonset.RollingUpdate:
		r.add(p, "deleted on node %q by the strategy %s", e.node, set.Spec.UpdateStrategy.Type)
	case resolve(limit.MaxSurge, desired) > 0 && (e.run || !exists):
		r.add(p, "deleted on node %q without an available successor", e.node)
	case !available:
	case resolve(limit.MaxSurge, desired) > 0:
		sunset(sim, ch, set, &e, desired, r)
	default:
		b.inPlace(sim, ch, set, &e, desired, r)
	}
}

// inPlace judges, without surge, the deletion of an available pod.
func (b *budget) inPlace(
	sim *daemonsim.Sim, ch *cluster.Change, set *daemonset.DaemonSet, e *entry, desired int, r *report,
) {
	allowed := resolve(set.Spec.UpdateStrategy.RollingUpdate.MaxUnavailable, desired)
	if desired > 0 && allowed == 0 {
		allowed = 1
	}
	if b.set == set.UID && b.version == ch.Version-1 && b.at == ch.Time {
		b.used++
	} else {
		b.used = unavailable(sim, set)
	}
	b.set, b.version, b.at = set.UID, ch.Version, ch.Time
	if b.used > allowed {
		r.add(ch.Before, "deleted on node %q, which leaves %d nodes without an available pod; %d are allowed",
			e.node, b.used, allowed)
	}
}

// sunset judges, with surge, the deletion of an available pod that will have no successor on its node.
func sunset(
	sim *daemonsim.Sim, ch *cluster.Change, set *daemonset.DaemonSet, e *entry, desired int, r *report,
) {
	left := 0
	for _, other := range entries(sim.Reader, set) {
		for _, p := range other.live() {
			if isAvailable(set, p, ch.Time) {
				left++
				break
			}
		}
	}
	if left < desired {
		r.add(ch.Before, "deleted on node %q, which leaves %d available pods of %d desired",
			e.node, left, desired)
	}
}

// surge judges a pod that was created beside an available one.
func (b *budget) surge(sim *daemonsim.Sim, p *cluster.Pod, r *report) {
	set := ownerOf(sim.Reader, p)
	if set == nil || !surges(set) {
		return
	}
	hash := p.Labels[rollout.HashLabel]
	if !doubled(sim, set, hash, entryAt(sim.Reader, set, p)) {
		return
	}
	allowed := resolve(set.Spec.UpdateStrategy.RollingUpdate.MaxSurge, b.memo.desired(sim.Reader, set))
	nodes := 0
	for _, e := range entries(sim.Reader, set) {
		if doubled(sim, set, hash, *e) {
			nodes++
		}
	}
	if nodes > allowed {
		r.add(p, "created beside an available pod, as on %d nodes by now; %d are allowed", nodes, allowed)
	}
}

// doubled reports whether a node has one available pod of an old revision and one of the current
// revision that is not available yet. An old pod that has ended is replaced without regard to the budget,
// whatever its status says of ready.
func doubled(sim *daemonsim.Sim, set *daemonset.DaemonSet, hash string, e entry) bool {
	live := e.live()
	if len(live) != 2 {
		return false
	}
	if isNew(set, hash, live[0]) {
		live[0], live[1] = live[1], live[0]
	}
	return !isNew(set, hash, live[0]) && !live[0].Terminal() && isAvailable(set, live[0], sim.Now()) &&
		isNew(set, hash, live[1]) && !isAvailable(set, live[1], sim.Now())
}

// unavailable counts the nodes that use up the budget of a rolling update: those that should run a pod or
// have one, and do not have exactly one live pod that is available.
func unavailable(sim *daemonsim.Sim, set *daemonset.DaemonSet) int {
	n := 0
	for _, e := range entries(sim.Reader, set) {
		live := e.live()
		switch {
		case len(e.pods) == 0 && !e.run:
		case len(live) == 1 && isAvailable(set, live[0], sim.Now()):
		default:
			n++
		}
	}
	return n
}

func desired(r cluster.Reader, set *daemonset.DaemonSet) int {
	n := 0
	for node := range r.Nodes() {
		if run, _ := shouldRun(set, node); run {
			n++
		}
	}
	return n
}

// resolve is a number, or a percent of total rounded up.
func resolve(v *cluster.IntOrString, total int) int {
	if v == nil {
		return 0
	}
	if !v.IsString {
		return int(v.Int)
	}
	percent, err := strconv.Atoi(strings.TrimSuffix(v.Str, "%"))
	if err != nil {
		return 0
	}
	return (percent*total + 99) / 100
}
