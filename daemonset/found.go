package daemonset

import (
	"slices"
	"time"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/rollout"
)

// Found is a state in which the controller finds a DaemonSet: what its caches hold, and what it remembers. The
// objects are taken as they are, whether an API server would accept them or not, with their times, their status
// and their deletion; only the defaults that every stored object has are filled in, for the DaemonSet. Who owns
// a pod or a revision goes by the UIDs in it, which may be zero like the DaemonSet's own.
type Found struct {
	// Config is the controller's.
	Config Config
	// Now is the present. Like all times of the objects it counts from the start of the simulation, so it is
	// not negative.
	Now time.Duration
	// DaemonSet is the DaemonSet to reconcile; it is required.
	DaemonSet *DaemonSet
	// Nodes are all nodes, Pods and Revisions those that matter: of any namespace and owner. Nodes without
	// labels have none.
	Nodes     []*cluster.Node
	Pods      []*cluster.Pod
	Revisions []*rollout.ControllerRevision
	// Backoff has the nodes on which failed pods have been replaced before.
	Backoff []NodeBackoff
	// Expected is what the controller has asked for and not seen; the zero value is nothing.
	Expected Expected

	_ struct{}
}

// NodeBackoff is the controller's memory of the failed pods that it has deleted on a node, since it observed
// the DaemonSet as it is.
type NodeBackoff struct {
	// Node is the node's name.
	Node string
	// Failures is how many pods have failed there; the delay is a second after the first and doubles with
	// each, up to 15 minutes. None is no back-off.
	Failures int
	// Since is how long the latest deletion is past.
	Since time.Duration
}

// Expected is what the controller has asked for, and waits for until it has seen it or five minutes have gone.
type Expected struct {
	// Creations and Deletions are the pods that it has not seen come and go.
	Creations, Deletions int
	// Since is for how long it has waited.
	Since time.Duration
}

// Find is the state in which the controller would find a DaemonSet now, in its view of a cluster: with what it
// remembers itself. False means that it does not know such a DaemonSet.
//
// What it has written and not seen is not part of it, nor who owns a pod that it has adopted or released since, nor
// how often it has failed. So the outcome of Reconcile is that of its next sync for a controller that does not lag;
// one that lags may do nothing in that sync, as it waits for its own writes, and its next retry may come later.
func (c *Controller) Find(view cluster.Reader, now time.Duration, namespace, name string) (Found, bool) {
	set := Get(view, namespace, name)
	if set == nil {
		return Found{}, false
	}
	t, ok := c.sets.Get(set.UID)
	if !ok {
		return Found{}, false
	}
	found := Found{
		Config: c.config, Now: now, DaemonSet: set,
		Nodes: slices.Collect(view.Nodes()), Pods: slices.Collect(view.Pods(namespace)),
		Expected: Expected{
			Creations: max(0, t.expected.creations), Deletions: max(0, t.expected.deletions),
			Since: now - t.expected.since,
		},
	}
	for obj := range view.Objects(rollout.KindControllerRevision, namespace) {
		found.Revisions = append(found.Revisions, obj.(*rollout.ControllerRevision))
	}
	t.backoff.nodes.Scan(func(node cluster.NodeID, e backoffEntry) bool {
		if e.generation == set.Status.ObservedGeneration {
			found.Backoff = append(found.Backoff, NodeBackoff{
				Node: view.NodeName(node), Failures: e.failures(), Since: now - e.last,
			})
		}
		return true
	})
	return found, true
}
