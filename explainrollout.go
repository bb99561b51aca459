package daemonsim

import (
	"time"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/daemonset/standstill"
)

// RolloutState says whether a rollout gets on by itself.
type RolloutState string

// The states of a rollout.
const (
	// RolloutDone is a rollout that has come to its end.
	RolloutDone RolloutState = "Done"
	// RolloutMoving is one that will get further by itself, though perhaps not to its end.
	RolloutMoving RolloutState = "Moving"
	// RolloutStuck is one that will not, until somebody does something.
	RolloutStuck RolloutState = "Stuck"
)

// RolloutExplanation says how a rollout stands, what will become of it if nothing is done, and, where that is
// not its end, what keeps it and which single changes would let it go on.
type RolloutExplanation struct {
	// State is found out on a fork, which is run for as long as anything but retries may still happen.
	State RolloutState
	// Now is how the rollout stands.
	Now standstill.Explanation
	// Next is the first thing that will happen to one of its pods; nil when nothing will.
	Next *RolloutStep
	// End is how it will stand when it gets no further by itself. It is Now for a rollout that is not moving.
	End standstill.Explanation
	// Finish is the virtual time at which a moving rollout comes to its end, if End is Done. The status, and
	// so kubectl rollout status, may show it later: with surge it does not count a new pod while an old one
	// is terminating beside it.
	Finish time.Duration
	// Offers are single changes that let a rollout go on which does not come to its end by itself. They are
	// made when it stands as End says. Those that bring it to its end come first, and among them the
	// smallest: one pod, then a mark on a node, a process, the DaemonSet's settings, its template, a whole
	// node. Of changes that are alike, as to delete this pod or that of the same owner on nodes with the same
	// trouble, the first two that help are offered.
	Offers []Offer
	// Untried is how many changes have not been tried, as they are like others that have not helped. It is 0,
	// and the smallest change among the Offers, where no more than 64 are worth trying at all. Of more, those
	// that are alike are given up after four that do not help.
	Untried int
}

// Offer is a change that helps, and what it was seen to lead to on a fork.
type Offer struct {
	standstill.Remedy
	// Finishes says that the rollout comes to its end. At is the virtual time at which it does, or else gets
	// no further, if the change is made at once.
	Finishes bool
	At       time.Duration
	// Moved is how many of the Desired nodes have moved by then.
	Moved, Desired int
}

// RolloutStep is something that happens to a pod of a rollout.
type RolloutStep struct {
	// Time is when it happens.
	Time time.Duration
	// Pod and Node are where.
	Pod, Node string
	// What is "created", "bound", "ready", "not ready", "deleted", which is when a pod is asked to go, or
	// "gone".
	What string
}

// ExplainRollout says why a DaemonSet's rollout stands where it does. Nothing is changed: it runs forks of the
// cluster, each until nothing but retries is left, or nothing that is due within a day of the last new pod.
//
// It costs as much as there are nodes for what is the matter, and a run of the rollout for every change that
// is tried: see RolloutExplanation.Untried.
func (s *Sim) ExplainRollout(namespace, name string) (RolloutExplanation, error) {
	set, err := s.set("explain rollout of", namespace, name)
	if err != nil {
		return RolloutExplanation{}, err
	}
	e := RolloutExplanation{State: RolloutDone, Now: standstill.Explain(s.rolloutQuestion(set))}
	e.End = e.Now
	if e.Now.Done() {
		return e, nil
	}
	c := s.Fork().rolloutCourse(set)
	e.Next = c.next
	e.State = RolloutStuck
	rest := s
	if c.end.Distance < e.Now.Distance {
		e.State, e.End, e.Finish = RolloutMoving, c.end, c.finish
		rest = c.sim
	}
	if !e.End.Done() {
		e.Offers, e.Untried = rest.offers(&e.End)
	}
	return e, nil
}

// rolloutQuestion is all that there is to know about a rollout.
func (s *Sim) rolloutQuestion(set *daemonset.DaemonSet) standstill.Question {
	controller := s.Controller()
	return standstill.Question{
		Reader: s.Reader, Now: s.Now(), Set: set, Planner: s.Planner(set), Profile: s.config.Profile,
		Pause: controller.Pause(set.UID, s.Now()), Late: s.behind(),
	}
}

// behind reports whether the controller's view is older than what is stored, as far as it looks at it.
func (s *Sim) behind() bool {
	view := s.ViewOf(daemonset.Name)
	for _, kind := range s.Kinds() {
		switch kind {
		case cluster.KindPod, cluster.KindNode, daemonset.Kind:
			if view.KindVersion(kind) < s.KindVersion(kind) {
				return true
			}
		}
	}
	return false
}
