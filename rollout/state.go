package rollout

import (
	"cmp"
	"iter"
	"slices"
	"strconv"

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
func (s Situation) HasOld() bool { return s >= OldAvailable }

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
	// Old and New are the old and the new pod, where the situation has exactly one of them.
	Old, New *cluster.Pod
}

// State is who runs what where, at one moment of a rollout.
type State interface {
	// Desired is the number of nodes that should run a pod.
	Desired() int
	// Count is the number of nodes in a situation, of those that should run a pod or of the rest. A
	// vacant node that should run no pod is no part of the state.
	Count(s Situation, shouldRun bool) int
	// In walks the nodes of a situation that HasOld, by name.
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

// listState is a State made of a list.
type listState struct {
	nodes   []Node
	chooser cluster.Chooser
}

// NewState returns a State that consists of the nodes given, in the order of their names. A nil
// chooser takes the first candidate everywhere. It is the way to try a planner without a cluster.
func NewState(nodes []Node, chooser cluster.Chooser) State {
	nodes = slices.Clone(nodes)
	slices.SortFunc(nodes, func(a, b Node) int { return cmp.Compare(a.Name, b.Name) })
	return &listState{nodes, chooser}
}

func (l *listState) Desired() int {
	n := 0
	for i := range l.nodes {
		if l.nodes[i].ShouldRun {
			n++
		}
	}
	return n
}

func (l *listState) Count(s Situation, shouldRun bool) int {
	n := 0
	for range l.In(s, shouldRun) {
		n++
	}
	return n
}

func (l *listState) In(s Situation, shouldRun bool) iter.Seq[Node] {
	return func(yield func(Node) bool) {
		for _, n := range l.nodes {
			if n.Situation == s && n.ShouldRun == shouldRun && !yield(n) {
				return
			}
		}
	}
}

func (l *listState) Nodes() iter.Seq[Node] { return slices.Values(l.nodes) }

func (l *listState) Chooses() bool { return l.chooser != nil }

func (l *listState) Choose(c cluster.Choice) int {
	if l.chooser == nil || c.N < 2 {
		return 0
	}
	if i := l.chooser.Choose(c); i > 0 && i < c.N {
		return i
	}
	return 0
}
