package daemonset

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/rollout"
)

// Entry is one node in the eyes of a DaemonSet: the answers to the two questions, and the DaemonSet's
// pods there. The node itself may be gone.
type Entry struct {
	// Node and ID are the node's name and number; Exists says whether there is such a node.
	Node   string
	ID     cluster.NodeID
	Exists bool
	// ShouldRun and ShouldContinueRunning are the Placement's verdict, false for a missing node.
	ShouldRun, ShouldContinueRunning bool
	// Pods are the DaemonSet's pods for the node in survivor order, except those that are terminal
	// and terminating.
	Pods []*cluster.Pod
}

// survivor orders the pods of a node: those that are bound first, then the older ones, then by name.
// The first is the one that stays when there are too many, and the one that the status looks at.
func survivor(a, b *cluster.Pod) int {
	if a.Bound() != b.Bound() {
		if a.Bound() {
			return -1
		}
		return 1
	}
	// Kubernetes keeps whole seconds only.
	return cmp.Or(
		cmp.Compare(a.CreationTimestamp/time.Second, b.CreationTimestamp/time.Second),
		cmp.Compare(a.Name, b.Name))
}

// View is how a DaemonSet looks at its pods at one moment: which revision is current, and what counts as
// available.
type View struct {
	// Hash is the current revision's hash.
	Hash string
	// TemplateGeneration is the DaemonSet's; a pod that carries it is new whatever its hash. Zero
	// means that only the hash counts.
	TemplateGeneration int64
	// MinReady is for how long a pod must be ready to be available.
	MinReady time.Duration
	// Now is the present.
	Now time.Duration
	// Surge says that a node may have a new pod beside an old one.
	Surge bool

	// template is what new pods are made from.
	template *cluster.Template
}

// IsNew reports whether a pod is of the current revision. Its labels alone tell, whatever it was made from: a
// pod whose labels have been edited is as old, or as new, as they say.
func (v *View) IsNew(p *cluster.Pod) bool {
	if v.Hash != "" && p.Labels[rollout.HashLabel] == v.Hash {
		return true
	}
	if v.TemplateGeneration == 0 {
		return false
	}
	// Kubernetes compares texts: "+2" and "02" are not 2.
	var digits [20]byte
	return p.Labels[TemplateGenerationLabel] == string(strconv.AppendInt(digits[:0], v.TemplateGeneration, 10))
}

// Available reports whether a pod is available.
func (v *View) Available(p *cluster.Pod) bool { return p.Available(v.Now, v.MinReady) }

// Situation sums up the entry for a rollout.
func (v *View) Situation(e *Entry) rollout.Situation {
	var t rollout.Tally
	for _, p := range e.Pods {
		t.Add(rollout.Pod{New: v.IsNew(p), Available: v.Available(p), Terminating: p.Terminating()})
	}
	return t.Situation()
}

// rolloutNode is the entry as a rollout sees it, and the node's object, nil for one that is gone.
func (v *View) rolloutNode(e *Entry, object *cluster.Node) rollout.Node {
	n := rollout.Node{
		Name: e.Node, ID: e.ID, Exists: e.Exists, ShouldRun: e.ShouldRun, Situation: v.Situation(e),
		Object: object,
	}
	for _, p := range e.Pods {
		switch {
		case p.Terminating() || n.Situation == rollout.Crowded:
			n.Others = append(n.Others, p)
		case v.IsNew(p):
			n.New = p
		default:
			n.Old = p
		}
	}
	return n
}

// sortPods brings pods into survivor order. Most entries have one.
func sortPods(pods []*cluster.Pod) {
	if len(pods) > 1 {
		slices.SortFunc(pods, survivor)
	}
}

// hasHash is IsNew without regard to the template generation.
func (v *View) hasHash(p *cluster.Pod) bool {
	return p.Labels[rollout.HashLabel] == v.Hash
}
