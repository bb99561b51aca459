package simtest

import (
	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/rollout"
)

// deletion judges every pod that the DaemonSet controller deletes on a node where it could have stayed.
type deletion struct{ memo *memo }

func (deletion) name() Check { return Deletion }

func (d deletion) change(sim *daemonsim.Sim, ch *cluster.Change, r *report) {
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
		d.judge(sim, ch, set, p, &e, r)
	}
}

func (d deletion) judge(
	sim *daemonsim.Sim, ch *cluster.Change, set *daemonset.DaemonSet, p *cluster.Pod, e *entry, r *report,
) {
	current := d.memo.currentRevision(sim.Reader, set)
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
	case len(rest) == 0 && len(e.live()) > 0:
		r.add(p, "deleted on node %q though all that stays there has come to its end", e.node)
	case len(rest) == 0:
	case surges(set):
		judgePair(sim, set, hash, p, e, r)
	case survivor(p, rest[0]) < 0:
		r.add(p, "deleted on node %q while %s, which comes after it, stays", e.node, rest[0].Name)
	}
}

// judgePair judges, with surge, the deletion of a pod on a node that keeps others: one of them must be of
// the same kind and come before it or, for an old pod, be a new one that can stand in, which any can for an
// old pod that is not ready. Only the hash tells the kinds apart here, not the template generation.
func judgePair(
	sim *daemonsim.Sim, set *daemonset.DaemonSet, hash string, p *cluster.Pod, e *entry, r *report,
) {
	fresh := p.Labels[rollout.HashLabel] == hash
	for _, other := range e.running() {
		same := (other.Labels[rollout.HashLabel] == hash) == fresh
		standsIn := !fresh && !same && (!p.Status.Ready || isAvailable(set, other, sim.Now()))
		if same && survivor(other, p) < 0 || standsIn {
			return
		}
	}
	r.add(p, "deleted on node %q, where nothing stays in its place", e.node)
}
