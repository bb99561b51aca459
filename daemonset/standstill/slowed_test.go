package standstill_test

import (
	"time"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/taints"
)

// slowed are moments at which a pod keeps a rollout from getting on.
func slowed() []moment {
	return []moment{
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
		{"a pod that crashes, while it runs", func(s *scene) {
			// A pod that was found elsewhere may not say what its trouble was.
			s.fresh("a").Status.Restarts = 3
		}, `
a: NewUnavailable
  pod new-a keeps crashing (image agent:v2), 4 times so far
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
}
