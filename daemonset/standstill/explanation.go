package standstill

import (
	"slices"
	"strings"
	"time"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/rollout"
	"github.com/daemonsim/daemonsim/scheduler"
)

// Question is a rollout to be explained, and what there is to know about it.
type Question struct {
	// Reader reads the cluster as it is, and Now is its clock.
	Reader cluster.Reader
	Now    time.Duration
	// Set is the DaemonSet.
	Set *daemonset.DaemonSet
	// Planner is the strategy that its controller asks. Nil means the DaemonSet's own.
	Planner rollout.Planner
	// Profile are the scheduler's plugins. Nil means the default profile.
	Profile scheduler.Profile
	// Pause is what the controller says of itself, and Late whether its view of the cluster is behind.
	Pause daemonset.Pause
	Late  bool

	_ struct{}
}

// Explanation is how a rollout stands at one moment, and what each node waits for that has not moved.
type Explanation struct {
	// Namespace and DaemonSet name the DaemonSet.
	Namespace, DaemonSet string
	// At is the moment.
	At time.Duration
	// Revision is the number of the current template's revision, 0 while it is not stored, and Previous that
	// of the one before it, 0 if there is none.
	Revision, Previous int64
	// Desired is the number of nodes that should run a pod. Moved is how many of them have an available
	// pod of the current revision and no old one that is live.
	Desired, Moved int
	// Old is the number of nodes with a live old pod, whether they should run one or not.
	Old int
	// Distance is how far the nodes together are from the end, in steps: 3 for a node whose change has not
	// begun, 2 for one that has lost its old pod or got a new pod beside it, 1 for one whose new pod only
	// has to become available. It is 0 when the rollout is done, and at no other time.
	Distance int
	// Waits are the nodes that have not moved and those that keep others waiting, by name.
	Waits []Wait
	// Roots are what is to blame, that first for which most nodes wait, then by the names of their nodes.
	Roots []Root
}

// Wait is a node that has not moved.
type Wait struct {
	// Node is its name. There may be no such node any more.
	Node string
	// Situation is what the rollout sees there, and ShouldRun whether the node should run a pod.
	Situation rollout.Situation
	ShouldRun bool
	// Cause is what the node waits for.
	Cause *Cause
}

// Explain answers a question. It costs as much as there are nodes, and a look of the scheduler at all nodes
// for each different thing that it has said about pods of the DaemonSet.
func Explain(q Question) Explanation {
	x := newInquiry(q)
	e := Explanation{
		Namespace: q.Set.Namespace, DaemonSet: q.Set.Name, At: q.Now, Desired: x.state.Desired(),
	}
	if x.survey.Current != nil {
		e.Revision = x.survey.Current.Revision
	}
	if old := x.survey.Old; len(old) > 0 {
		e.Previous = old[len(old)-1].Revision
	}
	e.Waits = make([]Wait, 0, x.waiting())
	blamed := make(map[string]bool)
	var last *Cause
	for i := range x.survey.Nodes {
		n := &x.survey.Nodes[i]
		steps := distance(n)
		e.Distance += steps
		switch {
		case n.Situation.HasOld() || hasOldInCrowd(x, i):
			e.Old++
		case n.ShouldRun && steps == 0:
			e.Moved++
		}
		if steps > 0 {
			w := x.wait(i)
			e.Waits = append(e.Waits, w)
			// Thousands of nodes that wait for the same share their cause.
			if w.Cause == last {
				continue
			}
			last = w.Cause
			for _, name := range w.Cause.By {
				blamed[name] = true
			}
		}
	}
	e.addBlamed(x, blamed)
	e.Roots = findRoots(e.Waits)
	return e
}

// waiting is the number of nodes with which the rollout is not done.
func (x *inquiry) waiting() int {
	sum := 0
	for i := range x.survey.Nodes {
		if distance(&x.survey.Nodes[i]) > 0 {
			sum++
		}
	}
	return sum
}

// addBlamed adds the nodes with which the rollout is done and that keep others waiting all the same: those
// that should run no pod any more and are losing one, say. A node with an available new pod waits for nothing,
// whatever a strategy of somebody's own says.
func (e *Explanation) addBlamed(x *inquiry, blamed map[string]bool) {
	for i := range x.survey.Nodes {
		if n := &x.survey.Nodes[i]; blamed[n.Name] && distance(n) == 0 && n.Situation != rollout.NewAvailable {
			e.Waits = append(e.Waits, x.wait(i))
		}
	}
	slices.SortFunc(e.Waits, func(a, b Wait) int { return strings.Compare(a.Node, b.Node) })
}

// Done reports whether the rollout has come to its end: every node that should run a pod has an available
// one of the current revision, and no node has an old one that is live.
func (e *Explanation) Done() bool { return e.Distance == 0 }

// Wait returns the node of that name, if it is among those that wait.
func (e *Explanation) Wait(node string) (Wait, bool) { return find(e.Waits, node) }

// find finds a node among waits, which are by name.
func find(waits []Wait, node string) (Wait, bool) {
	i, found := slices.BinarySearchFunc(waits, node, func(w Wait, name string) int {
		return strings.Compare(w.Node, name)
	})
	if !found {
		return Wait{}, false
	}
	return waits[i], true
}

// distance is how many steps a node is from the end of the rollout.
func distance(n *rollout.Node) int {
	switch n.Situation {
	case rollout.OldAvailable, rollout.OldUnavailable:
		return 3
	case rollout.BothOldAvailable, rollout.BothUnavailable:
		return 2
	case rollout.BothAvailable, rollout.BothNewAvailable:
		return 1
	case rollout.Crowded:
		return 2
	}
	if !n.ShouldRun {
		return 0
	}
	switch n.Situation {
	case rollout.Vacant, rollout.Leaving:
		return 2
	case rollout.NewUnavailable:
		return 1
	}
	return 0
}

// hasOldInCrowd reports whether one of too many pods is an old one that is live.
func hasOldInCrowd(x *inquiry, i int) bool {
	if x.survey.Nodes[i].Situation != rollout.Crowded {
		return false
	}
	return slices.ContainsFunc(x.survey.Entries[i].Pods, func(p *cluster.Pod) bool {
		return !p.Terminating() && !x.survey.View.IsNew(p)
	})
}
