package standstill_test

import (
	"errors"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/quantity"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/rollout"
	"github.com/daemonsim/daemonsim/taints"
)

const unschedulable = "0/2 nodes are available: 1 no"

// pending makes a pod one that the scheduler has found no place for.
func pending(p *cluster.Pod) {
	p.NodeName, p.Status = "", cluster.PodStatus{Trouble: &cluster.PodTrouble{Unschedulable: unschedulable}}
}

// leaving makes a pod one that was asked at t=20m to go within a minute.
func leaving(p *cluster.Pod) {
	at, grace := 21*time.Minute, int64(60)
	p.DeletionTimestamp, p.DeletionGracePeriodSeconds = &at, &grace
}

// going is the same, at the moment of the scene.
func going(p *cluster.Pod) {
	leaving(p)
	*p.DeletionTimestamp = now + 30*time.Second
}

func readyAt(at time.Duration) func(*cluster.Pod) {
	return func(p *cluster.Pod) { p.Status.Ready, p.Status.ReadySince = true, at }
}

func requests(cores int64) func(*cluster.PodTemplateSpec) {
	return func(t *cluster.PodTemplateSpec) {
		t.Spec.Containers[0].Resources.Requests = cluster.ResourceList{cluster.ResourceCPU: quantity.New(cores)}
	}
}

func port(number int32) func(*cluster.PodTemplateSpec) {
	return func(t *cluster.PodTemplateSpec) {
		t.Spec.Containers[0].Ports = []cluster.ContainerPort{
			{HostPort: number, ContainerPort: number, Protocol: "TCP"},
		}
	}
}

func (s *scene) surge(n int32) {
	zero, max := cluster.FromInt(0), cluster.FromInt(n)
	s.set.Spec.UpdateStrategy.RollingUpdate = &daemonset.RollingUpdateSpec{MaxUnavailable: &zero, MaxSurge: &max}
}

// unready makes the first node one that does not answer.
func (s *scene) unready() {
	s.nodes[0].Status.Conditions = []cluster.NodeCondition{
		{Type: "Ready", Status: "Unknown", LastTransitionTime: 5 * time.Minute, Reason: "NodeStatusUnknown"},
	}
}

// own is a strategy of somebody's own, which holds every node back for the sake of others.
type own struct {
	waits map[string][]string
	err   error
}

func (own) Name() string { return "Own" }

func (o own) Plan(rollout.State) rollout.Plan { return rollout.Plan{Err: o.err} }

func (o own) Waits(s rollout.State, _ rollout.Plan) []rollout.Wait {
	byName := make(map[string]rollout.Node)
	for n := range s.Nodes() {
		byName[n.Name] = n
	}
	var list []rollout.Wait
	for n := range s.Nodes() {
		w := rollout.Wait{Node: n, Reason: "not yet"}
		for _, name := range o.waits[n.Name] {
			on := byName[name]
			on.Name = name
			w.For = append(w.For, on)
		}
		list = append(list, w)
	}
	return list
}

// explanations are moments of a rollout, and everything that there is to say about each.
var explanations = []struct {
	name string
	edit func(*scene)
	want string
}{
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
		s.question.Pause = daemonset.Pause{Failures: 3, Wake: now + 8*time.Second}
		s.question.Warning = "FailedCreate: no"
	}, `
a: OldAvailable
  the controller has failed 3 times and tries again at t=1h0m8s: FailedCreate: no
b: OldAvailable
  maxUnavailable 1 is used up by a
root ControllerFails on a < b by BudgetUsed`},
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
	{"a budget that cannot be resolved", func(s *scene) {
		s.question.Planner = own{err: errors.New("no idea")}
	}, `
a: OldAvailable
  the strategy cannot plan a step: not yet
b: OldAvailable
  the strategy cannot plan a step: not yet
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
	{"a pod within its grace", func(s *scene) { going(s.find("old-a")) }, `
a: Leaving
  pod old-a has been terminating since t=59m30s, with grace until t=1h0m30s
b: OldAvailable
  maxUnavailable 1 is used up by a
root PodTerminating on a < b by BudgetUsed`},
	{"a pod whose time was up", func(s *scene) { leaving(s.find("old-a")) }, `
a: Leaving
  pod old-a has been terminating since t=20m0s, with grace until t=21m0s
    node a has not ended the pod, though its time was up at t=21m0s
b: OldAvailable
  maxUnavailable 1 is used up by a
root NodeSilent on a < b by BudgetUsed`},
	{"a pod on a node that does not answer", func(s *scene) {
		leaving(s.find("old-a"))
		s.unready()
	}, `
a: Leaving
  pod old-a has been terminating since t=20m0s, with grace until t=21m0s
    node a has not been ready since t=5m0s (NodeStatusUnknown)
b: OldAvailable
  maxUnavailable 1 is used up by a
root NodeNotReady on a < b by BudgetUsed`},
	{"finalizers", func(s *scene) {
		leaving(s.find("old-a"))
		s.find("old-a").Finalizers = []string{"example.com/a", "example.com/b"}
	}, `
a: Leaving
  pod old-a has been terminating since t=20m0s, with grace until t=21m0s
    it is held by example.com/a, example.com/b
b: OldAvailable
  maxUnavailable 1 is used up by a
root Finalizers on a < b by BudgetUsed`},
	{"a pod that is kept after it has failed", func(s *scene) {
		s.fresh("a", func(p *cluster.Pod) { p.Status = cluster.PodStatus{Phase: cluster.PodFailed} })
		s.held = []string{"a"}
	}, `
a: NewUnavailable
  pod new-a has failed (image agent:v2) and is kept until t=1h1m0s, as pods keep failing there
b: OldAvailable
  maxUnavailable 1 is used up by a
root PodFailed on a < b by BudgetUsed`},
	{"a pod that has failed", func(s *scene) {
		s.fresh("a", func(p *cluster.Pod) { p.Status = cluster.PodStatus{Phase: cluster.PodFailed} })
	}, `
a: NewUnavailable
  nothing has told the controller to look
b: OldAvailable
  maxUnavailable 1 is used up by a
root ControllerUnaware on a < b by BudgetUsed`},
	{"gates", func(s *scene) {
		s.set.Spec.Template.Spec.SchedulingGates = []cluster.PodSchedulingGate{{Name: "example.com/quota"}}
		s.fresh("a", pending)
	}, `
a: NewUnavailable
  pod new-a is kept from the scheduler by its scheduling gates
b: OldAvailable
  maxUnavailable 1 is used up by a
root PodGated on a < b by BudgetUsed`},
	{"a pod that the scheduler has not tried", func(s *scene) {
		s.fresh("a", pending).Status = cluster.PodStatus{}
	}, `
a: NewUnavailable
  pod new-a waits for the scheduler to try it
b: OldAvailable
  maxUnavailable 1 is used up by a
root PodQueued on a < b by BudgetUsed`},
	{"a pod that would fit by now", func(s *scene) { s.fresh("a", pending) }, `
a: NewUnavailable
  pod new-a waits for the scheduler to try it
b: OldAvailable
  maxUnavailable 1 is used up by a
root PodQueued on a < b by BudgetUsed`},
	{"preemption", func(s *scene) {
		s.fresh("a", pending).Status.Trouble = &cluster.PodTrouble{
			Unschedulable: unschedulable, NominatedNodeName: "a",
		}
		web := s.other("shop", "web", "a")
		going(web)
		web.Status.Trouble = &cluster.PodTrouble{Disruption: cluster.Disruption{Reason: "PreemptionByScheduler"}}
	}, `
a: NewUnavailable
  pod new-a waits for other pods to make room on a
    pod shop/web has been terminating since t=59m30s, with grace until t=1h0m30s
b: OldAvailable
  maxUnavailable 1 is used up by a
root PodTerminating on a < b by BudgetUsed`},
	{"preemption, with nobody left", func(s *scene) {
		s.fresh("a", pending).Status.Trouble = &cluster.PodTrouble{
			Unschedulable: unschedulable, NominatedNodeName: "a",
		}
	}, `
a: NewUnavailable
  pod new-a waits for other pods to make room on a
b: OldAvailable
  maxUnavailable 1 is used up by a
root PodPreempting on a < b by BudgetUsed`},
	{"a victim that finalizers hold", func(s *scene) {
		s.fresh("a", pending).Status.Trouble = &cluster.PodTrouble{
			Unschedulable: unschedulable, NominatedNodeName: "a",
		}
		web := s.other("default", "web", "a")
		leaving(web)
		web.Finalizers = []string{"example.com/a"}
		web.Status.Trouble = &cluster.PodTrouble{Disruption: cluster.Disruption{Reason: "PreemptionByScheduler"}}
	}, `
a: NewUnavailable
  pod new-a waits for other pods to make room on a
    pod web has been terminating since t=20m0s, with grace until t=21m0s
      it is held by example.com/a
b: OldAvailable
  maxUnavailable 1 is used up by a
root Finalizers on a < b by BudgetUsed`},
	{"no room", func(s *scene) {
		requests(2)(&s.set.Spec.Template)
		s.fresh("a", pending)
		s.other("default", "web", "a", requests(3))
	}, `
a: NewUnavailable
  pod new-a has been pending since t=10m0s, as it does not fit on a
    node a has too little room: 1 of 4 cpu free, 2 requested
b: OldAvailable
  maxUnavailable 1 is used up by a
root NoRoom on a < b by BudgetUsed`},
	{"room that is given back", func(s *scene) {
		requests(2)(&s.set.Spec.Template)
		s.fresh("a", pending)
		going(s.other("default", "web", "a", requests(3)))
	}, `
a: NewUnavailable
  pod new-a has been pending since t=10m0s, as it does not fit on a
    node a has too little room: 1 of 4 cpu free, 2 requested
      pod web has been terminating since t=59m30s, with grace until t=1h0m30s
b: OldAvailable
  maxUnavailable 1 is used up by a
root PodTerminating on a < b by BudgetUsed`},
	{"no room beside the old pod", func(s *scene) {
		s.surge(1)
		requests(3)(&s.set.Spec.Template)
		s.fresh("a", pending)
		s.pod("old-a", "a", "agent:v1")
	}, `
a: BothOldAvailable
  pod new-a has been pending since t=10m0s, as it does not fit on a
    node a has too little room: 1 of 4 cpu free, 3 requested, as the old pod stays until the new one is available
b: OldAvailable
  maxSurge 1 is used up by a
root NoRoom on a < b by SurgeUsed`},
	{"a host port that somebody has", func(s *scene) {
		port(80)(&s.set.Spec.Template)
		s.fresh("a", pending)
		s.other("shop", "web", "a", port(80))
	}, `
a: NewUnavailable
  pod new-a has been pending since t=10m0s, as it does not fit on a
    host port 80/TCP of node a is taken by pod shop/web
b: OldAvailable
  maxUnavailable 1 is used up by a
root HostPortTaken on a < b by BudgetUsed`},
	{"a host port that the old pod has", func(s *scene) {
		s.surge(1)
		port(80)(&s.set.Spec.Template)
		s.fresh("a", pending)
		s.pod("old-a", "a", "agent:v1")
	}, `
a: BothOldAvailable
  pod new-a has been pending since t=10m0s, as it does not fit on a
    host port 80/TCP of node a is taken by pod old-a, which is the old pod and stays until the new one is available
b: OldAvailable
  maxSurge 1 is used up by a
root HostPortTaken on a < b by SurgeUsed`},
	{"a taint", func(s *scene) {
		s.fresh("a", pending)
		s.nodes[0].Spec.Taints = []taints.Taint{{Key: "gpu", Value: "yes", Effect: taints.EffectNoSchedule}}
	}, `
a: NewUnavailable
  pod new-a has been pending since t=10m0s, as it does not fit on a
    taint gpu=yes:NoSchedule of node a is not tolerated
b: OldAvailable
  maxUnavailable 1 is used up by a
root TaintNotTolerated on a < b by BudgetUsed`},
	{"any other plugin", func(s *scene) {
		// These pods have none of the tolerations that the controller adds.
		s.nodes[0].Spec.Unschedulable = true
		s.fresh("a", pending)
	}, `
a: NewUnavailable
  pod new-a has been pending since t=10m0s, as it does not fit on a
    node a is rejected by NodeUnschedulable: node(s) were unschedulable
b: OldAvailable
  maxUnavailable 1 is used up by a
root Rejected on a < b by BudgetUsed`},
	{"a pod that is left over from a node that is gone", func(s *scene) {
		leaving(s.pod("lost", "z", "agent:v1"))
	}, `
a: OldAvailable
  maxUnavailable 1 is used up by z
b: OldAvailable
  maxUnavailable 1 is used up by z
z: Leaving
  pod lost has been terminating since t=20m0s, with grace until t=21m0s
    node z does not exist any more
root NodeGone on z < a,b by BudgetUsed`},
	{"a pod that crashes", func(s *scene) {
		s.fresh("a", func(p *cluster.Pod) {
			p.Status = cluster.PodStatus{
				ScheduledAt: 10 * time.Minute, Restarts: 4,
				Trouble: &cluster.PodTrouble{
					Waiting: "CrashLoopBackOff", LastExitAt: 50 * time.Minute, ExitCode: 1,
				},
			}
		})
	}, `
a: NewUnavailable
  pod new-a keeps crashing (image agent:v2, CrashLoopBackOff), 5 times so far, the last time at t=50m0s
b: OldAvailable
  maxUnavailable 1 is used up by a
root PodCrashing on a < b by BudgetUsed`},
	{"a pod that cannot pull", func(s *scene) {
		s.fresh("a", func(p *cluster.Pod) {
			p.Status = cluster.PodStatus{
				ScheduledAt: 10 * time.Minute, Trouble: &cluster.PodTrouble{Waiting: "ImagePullBackOff"},
			}
		})
	}, `
a: NewUnavailable
  pod new-a has been starting since t=10m0s (image agent:v2, ImagePullBackOff)
b: OldAvailable
  maxUnavailable 1 is used up by a
root PodStarting on a < b by BudgetUsed`},
	{"a new pod on a node that does not answer", func(s *scene) {
		s.fresh("a")
		s.unready()
	}, `
a: NewUnavailable
  pod new-a has been running and not ready since t=10m0s (image agent:v2)
    node a has not been ready since t=5m0s (NodeStatusUnknown)
b: OldAvailable
  maxUnavailable 1 is used up by a
root NodeNotReady on a < b by BudgetUsed`},
	{"too young", func(s *scene) {
		s.set.Spec.MinReadySeconds = 3600
		s.fresh("a", readyAt(now-time.Minute))
	}, `
a: NewUnavailable
  pod new-a has been ready since t=59m0s and counts as available at t=1h59m0s, after 1h0m0s
b: OldAvailable
  maxUnavailable 1 is used up by a
root PodTooYoung on a < b by BudgetUsed`},
}

// TestExplain is the table of everything that a rollout may wait for.
func TestExplain(t *testing.T) {
	seen := make(map[string]bool)
	for _, tt := range explanations {
		t.Run(tt.name, func(t *testing.T) {
			s := newScene("a", "b")
			tt.edit(s)
			_, e := s.explain(t)
			if diff := cmp.Diff(strings.TrimPrefix(tt.want, "\n"), strings.TrimSuffix(told(&e), "\n")); diff != "" {
				t.Errorf("(-want +got):\n%s\n%s", diff, told(&e))
			}
			for _, w := range e.Waits {
				for c := w.Cause; c != nil; c = c.Because {
					seen[string(c.Kind)] = true
				}
			}
		})
	}
	source, err := os.ReadFile("cause.go")
	require.NoError(t, err)
	for _, m := range regexp.MustCompile(`Kind = "(\w+)"`).FindAllStringSubmatch(string(source), -1) {
		require.True(t, seen[m[1]], "no row of the table has a cause %s", m[1])
	}
}
