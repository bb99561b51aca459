package standstill

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/rollout"
)

// inquiry is one search for causes.
type inquiry struct {
	Question
	survey *daemonset.Survey
	state  rollout.State
	// holds say why the strategy holds nodes back, nil for those that it does not, in the order of the survey;
	// moves are those on which it does something.
	holds []*Cause
	moves map[string]bool
	// controller is what the controller waits for, worked out once.
	controller *Cause
	verdicts   verdicts
}

func newInquiry(q Question) *inquiry {
	x := &inquiry{Question: q, survey: daemonset.NewSurvey(q.Reader, q.Set, q.Now)}
	if x.Planner == nil {
		x.Planner = q.Set.Planner()
	}
	x.state = x.survey.State()
	x.verdicts = verdicts{profile: q.Profile, reader: q.Reader}
	x.controller = x.controllerCause()
	x.ask()
	return x
}

// wait says what a node waits for.
func (x *inquiry) wait(i int) Wait {
	n := &x.survey.Nodes[i]
	return Wait{
		Node: n.Name, Situation: n.Situation, ShouldRun: n.ShouldRun, Cause: x.cause(i),
	}
}

// cause finds the first link: what the controller would do at once comes before what the strategy says, and
// that before what the pods say.
func (x *inquiry) cause(i int) *Cause {
	n, e := &x.survey.Nodes[i], &x.survey.Entries[i]
	if x.Set.Terminating() {
		return &Cause{Kind: SetDeleted}
	}
	if c := x.managed(e); c != nil {
		return c
	}
	if x.holds[i] != nil {
		return x.holds[i]
	}
	if x.moves[n.Name] {
		return x.controller
	}
	if n.New != nil {
		return x.pod(n.New, e)
	}
	for _, p := range e.Pods {
		if p.Terminating() {
			return x.leaving(p)
		}
	}
	if !e.Exists && len(e.Pods) > 0 {
		return &Cause{Kind: NodeGone, Node: e.Node, Pod: e.Pods[0].Name}
	}
	return x.controller
}

// managed is the cause on a node that the controller has something to do on whatever the strategy says; nil
// for other nodes.
func (x *inquiry) managed(e *daemonset.Entry) *Cause {
	plan := x.survey.View.Manage(e)
	until, held := x.Pause.Held[e.ID]
	var failed *cluster.Pod
	for _, d := range plan.Delete {
		if d.Reason != daemonset.Failed || !held {
			return x.controller
		}
		failed = cmp.Or(failed, d.Pod)
	}
	if failed != nil && !plan.Create {
		return failedCause(e.Node, failed, until)
	}
	if plan.Create {
		return x.controller
	}
	return nil
}

// controllerCause is why the controller has not done yet what it could do.
func (x *inquiry) controllerCause() *Cause {
	switch p := &x.Pause; {
	case p.Stopped:
		return &Cause{Kind: ControllerStopped}
	case p.ExpectedUntil > 0:
		return &Cause{
			Kind: ControllerExpects, Creations: p.Creations, Deletions: p.Deletions, Until: p.ExpectedUntil,
		}
	case x.Late:
		return &Cause{Kind: ControllerLate}
	case p.Queued:
		return &Cause{Kind: ControllerDue, Until: x.Now}
	case p.Failures > 0:
		return &Cause{Kind: ControllerFails, Until: p.Wake, Restarts: p.Failures, Message: inOneLine(p.Err)}
	case p.Wake > 0:
		return &Cause{Kind: ControllerDue, Until: p.Wake}
	}
	return &Cause{Kind: ControllerUnaware}
}

// ask asks the strategy for its plan and, about the nodes that are not in it, why they are not.
func (x *inquiry) ask() {
	plan := x.Planner.Plan(x.state)
	x.holds, x.moves = make([]*Cause, len(x.survey.Nodes)), plan.Touched()
	shared := make(map[sharedKey]*Cause)
	waits, at := rollout.Waits(x.Planner, x.state, plan), 0
	for i := range waits {
		// Both lists are by name.
		w := &waits[i]
		for at < len(x.holds) && x.survey.Nodes[at].Name < w.Node.Name {
			at++
		}
		if at == len(x.holds) || x.survey.Nodes[at].Name != w.Node.Name {
			continue
		}
		if s := w.Node.Situation; s != rollout.OldAvailable && s != rollout.OldUnavailable {
			continue
		}
		if x.unheard(w.Reason) {
			x.holds[at] = x.controller
			continue
		}
		key := sharedKey{reason: w.Reason}
		if len(w.For) > 0 {
			key.first = &w.For[0]
		}
		c := shared[key]
		if c == nil {
			c = x.hold(w, plan.Err)
			shared[key] = c
		}
		if c.Kind == PlanFails && !w.Node.Exists {
			c = &Cause{Kind: NodeGone, Node: w.Node.Name, Pod: w.Node.Old.Name}
		}
		x.holds[at] = c
	}
}

// unheard reports whether a controller that fails is to blame for a node that the strategy holds back for this
// reason: it may not get as far as to ask the strategy, which gives no reason of its own, and if it has refused the
// plan no reason counts.
func (x *inquiry) unheard(why rollout.Reason) bool {
	var refused *daemonset.PlanError
	return x.Pause.Failures > 0 && (why == rollout.ReasonNotChosen || errors.As(x.Pause.Err, &refused))
}

// sharedKey tells waits apart that do not have the same cause: a reason, and the nodes that it names.
type sharedKey struct {
	reason rollout.Reason
	first  *rollout.Node
}

// hold is what a strategy says, as a cause.
func (x *inquiry) hold(w *rollout.Wait, failed error) *Cause {
	c := &Cause{Kind: Strategy, Message: string(w.Reason), Setting: x.Planner.Name()}
	if len(w.For) > 0 {
		c.By = make([]string, 0, len(w.For))
	}
	for i := range w.For {
		c.By = append(c.By, w.For[i].Name)
	}
	// A strategy of somebody's own that gives these reasons goes by the limits of the DaemonSet.
	rolling, standard := x.Planner.(rollout.RollingUpdate)
	if !standard {
		rolling = x.state.Terms().Budget
	}
	// The budget has been resolved, or the strategy would have failed.
	unavailable, surge, _ := rolling.Budget(x.state.Desired())
	switch {
	case failed != nil:
		c.Kind, c.Message = PlanFails, failed.Error()
	case w.Reason == rollout.ReasonBudgetUsed:
		c.Kind, c.Limit, c.Message = BudgetUsed, unavailable, ""
		c.Setting = fmt.Sprintf("maxUnavailable %v", rolling.MaxUnavailable)
	case w.Reason == rollout.ReasonSurgeUsed:
		c.Kind, c.Limit, c.Message = SurgeUsed, surge, ""
		c.Setting = fmt.Sprintf("maxSurge %v", rolling.MaxSurge)
	case w.Reason == rollout.ReasonTooFewAvailable:
		c.Kind, c.Message = TooFewAvailable, ""
	case w.Reason == rollout.ReasonByHand:
		c.Kind, c.Message = ByHand, ""
	}
	return c
}
