package simtest

import (
	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/rollout"
)

// deletion judges every pod that the DaemonSet controller deletes on a node where it could have stayed.
type deletion struct{}

func (deletion) name() Check { return Deletion }

func (deletion) change(sim *daemonsim.Sim, ch *cluster.Change, r *report) {
	if ch.Actor != daemonset.Name || lags(sim) {
		return
	}
	p := deleted(ch)
	if p == nil || p.Terminal() {
		return
	}
	set := ownerOf(sim.Reader, p)
	if set == nil {
		r.add(p, "deleted for a DaemonSet that does not exist")
		return
	}
	if e := entryAt(sim.Reader, set, p); e.goOn {
		judgeDeletion(sim, ch, set, p, &e, r)
	}
}

func judgeDeletion(
	sim *daemonsim.Sim, ch *cluster.Change, set *daemonset.DaemonSet, p *cluster.Pod, e *entry, r *report,
) {
	current := currentRevision(sim.Reader, set)
	if current == nil {
		r.add(p, "deleted without a revision")
		return
	}
	hash := current.Hash()
	rest := e.running()
	fresh := isNew(set, hash, p)
	switch {
	case len(rest) == 0 && fresh:
		r.add(p, "deleted on node %q though it is of the current revision and alone", e.node)
	case len(rest) == 0:
	case !surges(set):
		if survivor(p, rest[0]) < 0 {
			r.add(p, "deleted on node %q while %s, which comes after it, stays", e.node, rest[0].Name)
		}
	case isAvailable(set, p, ch.Time):
		judgePair(sim, set, hash, p, e, r)
	}
}

// judgePair judges, with surge, the deletion of an available pod on a node that keeps others: one of them
// must be able to stand in, or be of the same kind and come before it. Only the hash tells the kinds apart
// here, not the template generation.
func judgePair(
	sim *daemonsim.Sim, set *daemonset.DaemonSet, hash string, p *cluster.Pod, e *entry, r *report,
) {
	fresh := p.Labels[rollout.HashLabel] == hash
	for _, other := range e.running() {
		same := (other.Labels[rollout.HashLabel] == hash) == fresh
		if same && survivor(other, p) < 0 || !same && isAvailable(set, other, sim.Now()) {
			return
		}
	}
	r.add(p, "deleted on node %q before another pod there is available", e.node)
}
