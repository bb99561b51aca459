package standstill_test

import (
	"errors"
	"time"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/rollout"
	"github.com/daemonsim/daemonsim/rollout/strategy"
	"github.com/daemonsim/daemonsim/taints"
)

// failing is a controller that has failed three times, for the error given at last.
func failing(err error) daemonset.Pause {
	return daemonset.Pause{Failures: 3, Err: err, Wake: now + 8*time.Second}
}

// held are moments at which the controller or the strategy holds nodes back, and everything that there is to say
// about each.
func held() []moment {
	return []moment{
		{"due at once", func(s *scene) { s.question.Pause.Queued = true }, `
a: OldAvailable
  the controller is to look at it at t=1h0m0s
b: OldAvailable
  maxUnavailable 1 is used up by a
root ControllerDue on a < b by BudgetUsed`},
		{"due later", func(s *scene) { s.question.Pause.Wake = now + time.Minute }, `
a: OldAvailable
  the controller is to look at it at t=1h1m0s
b: OldAvailable
  maxUnavailable 1 is used up by a
root ControllerDue on a < b by BudgetUsed`},
		{"a view that is behind", func(s *scene) { s.question.Late = true }, `
a: OldAvailable
  the controller has not seen the latest changes
b: OldAvailable
  maxUnavailable 1 is used up by a
root ControllerLate on a < b by BudgetUsed`},
		{"an expectation", func(s *scene) {
			s.question.Pause = daemonset.Pause{Creations: 1, Deletions: 2, ExpectedUntil: now + 5*time.Minute}
		}, `
a: OldAvailable
  the controller has not seen what it asked for, 1 new pod and 2 deleted pods, and waits for it until t=1h5m0s
b: OldAvailable
  maxUnavailable 1 is used up by a
root ControllerExpects on a < b by BudgetUsed`},
		{"a controller that fails", func(s *scene) {
			s.question.Pause = failing(errors.New("no room"))
		}, `
a: OldAvailable
  the controller has failed 3 times and tries again at t=1h0m8s: no room
b: OldAvailable
  maxUnavailable 1 is used up by a
root ControllerFails on a < b by BudgetUsed`},
		{"a controller that fails in many ways", func(s *scene) {
			s.question.Pause = failing(errors.Join(errors.New("no room"), errors.New("no"), errors.New("no")))
		}, `
a: OldAvailable
  the controller has failed 3 times and tries again at t=1h0m8s: no room, and 2 other errors
b: OldAvailable
  maxUnavailable 1 is used up by a
root ControllerFails on a < b by BudgetUsed`},
		{"a controller that fails before it asks a strategy that gives no reasons", func(s *scene) {
			s.question.Planner = mute{}
			s.question.Pause = failing(errors.New("no history"))
		}, `
a: OldAvailable
  the controller has failed 3 times and tries again at t=1h0m8s: no history
b: OldAvailable
  the controller has failed 3 times and tries again at t=1h0m8s: no history
root ControllerFails on a,b`},
		{"a plan that the controller refuses, whatever its strategy says", func(s *scene) {
			s.question.Planner = own{}
			s.question.Pause = failing(&daemonset.PlanError{Planner: "Own", Err: errors.New("no such node")})
		}, `
a: OldAvailable
  the controller has failed 3 times and tries again at t=1h0m8s: planner "Own": no such node
b: OldAvailable
  the controller has failed 3 times and tries again at t=1h0m8s: planner "Own": no such node
root ControllerFails on a,b`},
		{"a controller that does not run", func(s *scene) { s.question.Pause.Stopped = true }, `
a: OldAvailable
  the controller is stopped
b: OldAvailable
  maxUnavailable 1 is used up by a
root ControllerStopped on a < b by BudgetUsed`},
		{"a controller that nobody has told", func(*scene) {}, `
a: OldAvailable
  nothing has told the controller to look
b: OldAvailable
  maxUnavailable 1 is used up by a
root ControllerUnaware on a < b by BudgetUsed`},
		{"no pod at all", func(s *scene) { s.drop("old-a") }, `
a: Vacant
  nothing has told the controller to look
b: OldAvailable
  maxUnavailable 1 is used up by a
root ControllerUnaware on a < b by BudgetUsed`},
		{"a DaemonSet that is deleted", func(s *scene) {
			s.set.DeletionTimestamp = new(time.Duration)
			s.set.Finalizers = []string{"example.com/hold"}
		}, `
a: OldAvailable
  the DaemonSet is being deleted
b: OldAvailable
  the DaemonSet is being deleted
root SetDeleted on a,b`},
		{"a budget in percent, used up twice", func(s *scene) {
			s.node("c")
			s.pod("old-c", "c", "agent:v1")
			half := cluster.FromString("50%")
			s.set.Spec.UpdateStrategy.RollingUpdate.MaxUnavailable = &half
			s.fresh("a")
			s.fresh("b", func(p *cluster.Pod) { p.Status = cluster.PodStatus{ScheduledAt: 10 * time.Minute} })
		}, `
a: NewUnavailable
  pod new-a has been running and not ready since t=10m0s (image agent:v2)
b: NewUnavailable
  pod new-b has been starting since t=10m0s (image agent:v2)
c: OldAvailable
  maxUnavailable 50%, which is 2, is used up by a and b
root PodNotReady on a < c by BudgetUsed
root PodStarting on b < c by BudgetUsed`},
		{"a budget of a node that has moved", func(s *scene) {
			s.fresh("a", readyAt(11*time.Minute))
			s.set.Spec.Template.Spec.NodeSelector = nil
			s.question.Pause.Queued = true
		}, `
b: OldAvailable
  the controller is to look at it at t=1h0m0s
root ControllerDue on b`},
		{"surge used up", func(s *scene) {
			s.surge(1)
			s.fresh("a")
			s.pod("old-a", "a", "agent:v1")
		}, `
a: BothOldAvailable
  pod new-a has been running and not ready since t=10m0s (image agent:v2)
b: OldAvailable
  maxSurge 1 is used up by a
root PodNotReady on a < b by SurgeUsed`},
		{"too few available to go where none should run", func(s *scene) {
			s.surge(1)
			s.fresh("a")
			s.nodes[1].Spec.Taints = []taints.Taint{{Key: "gpu", Effect: taints.EffectNoSchedule}}
		}, `
a: NewUnavailable
  pod new-a has been running and not ready since t=10m0s (image agent:v2)
b: OldAvailable
  the old pod stays until enough other nodes have an available pod, which waits for a
root PodNotReady on a < b by TooFewAvailable`},
		{"a strategy that cannot plan", func(s *scene) {
			s.question.Planner = own{err: errors.New("no idea")}
		}, `
a: OldAvailable
  the strategy cannot plan a step: no idea
b: OldAvailable
  the strategy cannot plan a step: no idea
root PlanFails on a,b`},
		{"a strategy that cannot plan, and does not say what nodes wait for", func(s *scene) {
			s.question.Planner = mute{rollout.Plan{Err: errors.New("the oracle is asleep")}}
		}, `
a: OldAvailable
  the strategy cannot plan a step: the oracle is asleep
b: OldAvailable
  the strategy cannot plan a step: the oracle is asleep
root PlanFails on a,b`},
		{"surge and a node that is gone", func(s *scene) {
			s.surge(1)
			s.pod("lost", "z", "agent:v1")
		}, `
a: OldAvailable
  the strategy cannot plan a step: couldn't get node for nodeName "z": node "z" not found
b: OldAvailable
  the strategy cannot plan a step: couldn't get node for nodeName "z": node "z" not found
z: OldAvailable
  node z does not exist any more
root NodeGone on z < a,b by PlanFails`},
		{"by hand", func(s *scene) {
			s.set.Spec.UpdateStrategy = daemonset.UpdateStrategy{Type: daemonset.OnDelete}
		}, `
a: OldAvailable
  somebody has to delete the old pod, as the strategy is OnDelete
b: OldAvailable
  somebody has to delete the old pod, as the strategy is OnDelete
root ByHand on a,b`},
		{"another strategy that goes by the DaemonSet's budget", func(s *scene) {
			s.question.Planner = strategy.Strict{}
			s.fresh("a")
		}, `
a: NewUnavailable
  pod new-a has been running and not ready since t=10m0s (image agent:v2)
b: OldAvailable
  maxUnavailable 1 is used up by a
root PodNotReady on a < b by BudgetUsed`},
		{"a strategy that says nothing of others", func(s *scene) { s.question.Planner = own{} }, `
a: OldAvailable
  strategy Own holds it back: not yet
b: OldAvailable
  strategy Own holds it back: not yet
root Strategy on a,b`},
		{"a strategy that waits for a node", func(s *scene) {
			s.question.Planner = own{waits: map[string][]string{"b": {"a"}}}
			s.fresh("a")
		}, `
a: NewUnavailable
  pod new-a has been running and not ready since t=10m0s (image agent:v2)
b: OldAvailable
  strategy Own holds it back: not yet, which waits for a
root PodNotReady on a < b by Strategy`},
		{"a strategy that makes nodes wait for each other", func(s *scene) {
			s.question.Planner = own{waits: map[string][]string{"a": {"b"}, "b": {"a"}}}
		}, `
a: OldAvailable
  strategy Own holds it back: not yet, which waits for b
b: OldAvailable
  strategy Own holds it back: not yet, which waits for a
root Strategy on a,b`},
		{"a strategy that waits for a circle", func(s *scene) {
			s.question.Planner = own{waits: map[string][]string{"a": {"b"}, "b": {"c"}, "c": {"b"}}}
			s.node("c")
			s.pod("old-c", "c", "agent:v1")
		}, `
a: OldAvailable
  strategy Own holds it back: not yet, which waits for b
b: OldAvailable
  strategy Own holds it back: not yet, which waits for c
c: OldAvailable
  strategy Own holds it back: not yet, which waits for b
root Strategy on b,c < a by Strategy`},
		{"a strategy that waits for a node that has moved", func(s *scene) {
			s.question.Planner = own{waits: map[string][]string{"b": {"a"}}}
			s.fresh("a", readyAt(11*time.Minute))
		}, `
b: OldAvailable
  strategy Own holds it back: not yet, which waits for a
root Strategy on b`},
		{"a strategy that waits for a node that is not there", func(s *scene) {
			s.question.Planner = own{waits: map[string][]string{"b": {"z"}}}
			s.fresh("a", readyAt(11*time.Minute))
		}, `
b: OldAvailable
  strategy Own holds it back: not yet, which waits for z
root Strategy on b`},
	}
}
