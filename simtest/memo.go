package simtest

import (
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/rollout"
)

// memo remembers what the oracle has worked out about DaemonSets, for as long as that must stay as it is: for one
// version of the DaemonSet and of all that the answer follows from besides. A deletion of a thousand pods in a row
// asks a thousand times. The zero memo remembers nothing.
type memo struct{ known map[cluster.UID]*answers }

// answers are those about one version of a DaemonSet in the eyes of one reader.
type answers struct {
	reader cluster.Reader
	set    *daemonset.DaemonSet
	// nodes and revisions are the versions of the kinds that desired and current follow from.
	nodes, revisions uint64
	counted, found   bool
	desired          int
	current          *rollout.ControllerRevision
}

// about are the answers about a DaemonSet, without those that are out of date.
func (m *memo) about(r cluster.Reader, set *daemonset.DaemonSet) *answers {
	a := m.known[set.UID]
	if a == nil || a.reader != r || a.set != set {
		if m.known == nil {
			m.known = make(map[cluster.UID]*answers)
		}
		a = &answers{reader: r, set: set}
		m.known[set.UID] = a
	}
	if n := r.KindVersion(cluster.KindNode); n != a.nodes {
		a.nodes, a.counted = n, false
	}
	if n := r.KindVersion(rollout.KindControllerRevision); n != a.revisions {
		a.revisions, a.found = n, false
	}
	return a
}

// desired is the number of nodes that should run a pod.
func (m *memo) desired(r cluster.Reader, set *daemonset.DaemonSet) int {
	a := m.about(r, set)
	if !a.counted {
		a.desired, a.counted = desired(r, set), true
	}
	return a.desired
}

// currentRevision is the revision that holds the DaemonSet's template, nil when there is none.
func (m *memo) currentRevision(r cluster.Reader, set *daemonset.DaemonSet) *rollout.ControllerRevision {
	a := m.about(r, set)
	if !a.found {
		a.current, a.found = currentRevision(r, set), true
	}
	return a.current
}
