package rollout

import (
	"iter"
	"slices"
	"strconv"
	"time"

	"github.com/daemonsim/daemonsim/cluster"
)

// Situation is what a rollout sees on one node. Only live pods count, whatever their phase: a new pod is
// one of the current revision, an old pod any other.
type Situation uint8

// The situations of a node.
const (
	// Vacant has no pod at all.
	Vacant Situation = iota
	// Leaving has only terminating pods.
	Leaving
	// Crowded has two or more new pods, or two or more old ones.
	Crowded
	// NewAvailable and NewUnavailable have one new pod and no old one.
	NewAvailable
	NewUnavailable
	// OldAvailable and OldUnavailable have one old pod and no new one.
	OldAvailable
	OldUnavailable
	// The others have one of each; the names say which of them is available.
	BothAvailable
	BothOldAvailable
	BothNewAvailable
	BothUnavailable

	// Situations is the number of situations.
	Situations = iota
)

// String is the name of the situation.
func (s Situation) String() string {
	names := [Situations]string{
		"Vacant", "Leaving", "Crowded", "NewAvailable", "NewUnavailable", "OldAvailable",
		"OldUnavailable", "BothAvailable", "BothOldAvailable", "BothNewAvailable", "BothUnavailable",
	}
	if int(s) >= len(names) {
		return "Situation(" + strconv.Itoa(int(s)) + ")"
	}
	return names[s]
}

// HasOld reports whether the situation has exactly one old pod, and perhaps a new one.
func (s Situation) HasOld() bool { return s >= OldAvailable && s < Situations }

// Node is one node in the eyes of a rollout: a node that should run a pod, or one that has pods. The
// node itself may be gone.
type Node struct {
	// Name and ID are the node's.
	Name string
	ID   cluster.NodeID
	// Exists is false when the pods are left over from a node that is gone.
	Exists bool
	// ShouldRun says whether the node is one of those that the DaemonSet wants.
	ShouldRun bool
	// Situation sums up the pods.
	Situation Situation
	// Old and New are the old and the new pod, where the situation has exactly one of them. Neither is
	// terminating. Old.Status.Ready tells a pod that serves but is not available yet from one that does
	// not serve; RevisionOf tells which revision it is of.
	Old, New *cluster.Pod
	// Others are the DaemonSet's other pods there: those that are terminating and, on a node that is
	// Crowded, all of them. The one that would stay if there were too many comes first.
	Others []*cluster.Pod
	// Object is the node with its labels, taints and conditions. It is nil for a node that is gone, and
	// may be nil in a state made by hand. It must not be written to.
	Object *cluster.Node
}

// Label is the value of one of the node's labels, "" where it has none.
func (n Node) Label(key string) string {
	if n.Object == nil {
		return ""
	}
	return n.Object.Labels[key]
}

// Terminating reports whether a pod of the DaemonSet is terminating there.
func (n Node) Terminating() bool {
	return n.Situation == Leaving || slices.ContainsFunc(n.Others, (*cluster.Pod).Terminating)
}

// RevisionOf is the hash of the revision that a pod is of, "" for a pod that does not say. It is to be
// looked up among the revisions of the Terms.
func RevisionOf(p *cluster.Pod) string { return p.Labels[HashLabel] }

// Terms are what a rollout goes by apart from the nodes. The zero Terms are those of a DaemonSet without a
// name at t=0, whose pods are available as soon as they are ready.
type Terms struct {
	// Set is the metadata of the DaemonSet; its annotations may say what a planner should do. It is nil
	// in a state made by hand without saying, and must not be written to.
	Set *cluster.ObjectMeta
	// Now is the present.
	Now time.Duration
	// MinReady is for how long a pod must be ready to be available.
	MinReady time.Duration
	// Budget are the limits of spec.updateStrategy.rollingUpdate. They are zero under OnDelete.
	Budget RollingUpdate
	// Current is the revision that counts as new, and Old are the others, lowest number first. Current is
	// nil in a state made by hand without saying.
	Current *ControllerRevision
	Old     []*ControllerRevision

	_ struct{}
}

// AvailableIn is how long a ready pod still has to be ready to be available: zero or less when it is
// available, and false for a pod that is not ready.
func (t Terms) AvailableIn(p *cluster.Pod) (time.Duration, bool) {
	if !p.Status.Ready {
		return 0, false
	}
	return p.Status.ReadySince + t.MinReady - t.Now, true
}

// State is who runs what where, at one moment of a rollout.
type State interface {
	// Terms are the budget, the clock and the revisions.
	Terms() Terms
	// Desired is the number of nodes that should run a pod.
	Desired() int
	// Count is the number of nodes in a situation, of those that should run a pod or of the rest. A
	// vacant node that should run no pod is no part of the state.
	Count(s Situation, shouldRun bool) int
	// In walks the nodes of a situation that HasOld, by name. It costs what it yields.
	In(s Situation, shouldRun bool) iter.Seq[Node]
	// Nodes walks all nodes of the state, by name. It costs as much as there are nodes.
	Nodes() iter.Seq[Node]
	// Chooses reports whether there is a chooser at all. Without one the first candidate is always
	// taken, and a planner can save itself the work of listing the others.
	Chooses() bool
	// Choose asks which of the candidates of a choice point comes next.
	Choose(cluster.Choice) int
}

// Pod is what a Tally needs to know of one pod.
type Pod struct {
	// New says that the pod is of the current revision.
	New bool
	// Available says that it is ready and has been for long enough.
	Available bool
	// Terminating pods make a node Leaving if there are no others, and count for nothing else.
	Terminating bool
}

// Tally counts the pods of one node on the way to its situation. The zero Tally has none.
type Tally struct {
	leaving, old, new          int
	oldAvailable, newAvailable bool
}

// Add counts one pod.
func (t *Tally) Add(p Pod) {
	switch {
	case p.Terminating:
		t.leaving++
	case p.New:
		t.new++
		t.newAvailable = p.Available
	default:
		t.old++
		t.oldAvailable = p.Available
	}
}

// Situation is what the pods come to.
func (t *Tally) Situation() Situation {
	switch {
	case t.old > 1 || t.new > 1:
		return Crowded
	case t.old == 1 && t.new == 1:
		return both(t.oldAvailable, t.newAvailable)
	case t.old == 1:
		return pick(t.oldAvailable, OldAvailable, OldUnavailable)
	case t.new == 1:
		return pick(t.newAvailable, NewAvailable, NewUnavailable)
	case t.leaving > 0:
		return Leaving
	default:
		return Vacant
	}
}

func both(oldAvailable, newAvailable bool) Situation {
	if oldAvailable {
		return pick(newAvailable, BothAvailable, BothOldAvailable)
	}
	return pick(newAvailable, BothNewAvailable, BothUnavailable)
}

func pick(condition bool, yes, no Situation) Situation {
	if condition {
		return yes
	}
	return no
}
