package cluster

import (
	"math"
	"time"
)

// PodPhase is where a pod is in its life.
type PodPhase string

// The phases of a pod. The empty phase reads as Pending.
const (
	PodPending   PodPhase = "Pending"
	PodRunning   PodPhase = "Running"
	PodSucceeded PodPhase = "Succeeded"
	PodFailed    PodPhase = "Failed"
)

// PodStatus is what is known of a running pod. The conditions and container statuses that Kubernetes
// shows follow from it: see Pod.Conditions.
type PodStatus struct {
	// Phase is the phase; empty reads as Pending.
	Phase PodPhase
	// Ready is the status of the condition Ready; see also ContainersReady.
	Ready bool
	// Started reports whether the containers run, all of them but the init containers.
	Started bool
	// Restarts counts the restarts of the containers, sidecars included.
	Restarts int32
	// ReadySince is the virtual time at which Ready last changed. UnknownTime stands for a condition
	// without a time, which no kubelet reports but a pod that was found elsewhere may have.
	ReadySince time.Duration
	// ScheduledAt and StartedAt are the virtual times of binding and of the containers' latest start.
	ScheduledAt, StartedAt time.Duration
	// Trouble says what is wrong; nil for a pod without trouble of which all is said above.
	Trouble *PodTrouble
}

// PodTrouble is why a pod is not what it should be. A PodTrouble never changes once it is stored.
type PodTrouble struct {
	// Detail tells the containers of the pod apart; nil for a pod with one container, and for one of which nobody has
	// told more than the status does. Where it is set the rest follows from it: see Pod.WithRecord.
	Detail *PodDetail
	// Reason and Message are status.reason and status.message, such as "Evicted".
	Reason, Message string
	// Rejected says that the pod is Failed because its kubelet did not admit it. Then nothing is known of its
	// containers, and of its conditions at most DisruptionTarget.
	Rejected bool
	// Waiting is why a container waits, the first one that does, such as "ImagePullBackOff" or
	// "CrashLoopBackOff", and WaitingMessage says more about it.
	Waiting, WaitingMessage string
	// Unschedulable is the scheduler's message for a pod that fits nowhere.
	Unschedulable string
	// SchedulerError says that Unschedulable is about an attempt that failed, rather than about a pod
	// that fits nowhere.
	SchedulerError bool
	// NominatedNodeName is the node on which others make room for the pod. Binding clears it.
	NominatedNodeName string
	// Disruption is why somebody is about to remove the pod; the zero Disruption is no such reason.
	Disruption Disruption
	// NodeNotReady says that the condition Ready was True and is False because the node does not answer. It
	// says nothing of the containers: they have been ready since ContainersReadySince, as far as is known.
	NodeNotReady         bool
	ContainersReadySince time.Duration
	// NoNetwork says that the pod waits for the network of its node, and SandboxAt, when it has waited, since when
	// it does not any more.
	NoNetwork bool
	SandboxAt time.Duration
	// LastExitAt is the virtual time at which a container last stopped.
	LastExitAt time.Duration
	// ExitCode is the exit code of that stop.
	ExitCode int32
	// FailedPulls counts the attempts to get the image of the container that waits that have failed since it last
	// ran.
	FailedPulls int32
	// Boots counts how often the node of the pod has been switched on again.
	Boots int32
}

// Disruption is the condition DisruptionTarget of a pod whose removal somebody has announced, such as
// that of the victim of a preemption.
type Disruption struct {
	// Reason and Message say why, such as "PreemptionByScheduler".
	Reason, Message string
	// At is the virtual time of the announcement.
	At time.Duration
}

// WithTrouble returns the status with an edited copy of its trouble. A trouble that has nothing left to
// say is dropped.
func (s PodStatus) WithTrouble(edit func(*PodTrouble)) PodStatus {
	var t PodTrouble
	if s.Trouble != nil {
		t = *s.Trouble
	}
	edit(&t)
	s.Trouble = nil
	if t != (PodTrouble{}) {
		s.Trouble = &t
	}
	return s
}

// WithDisruption returns the status with the condition DisruptionTarget, for the reason given. Where the
// condition is True already, it only says something else from now on.
func (s PodStatus) WithDisruption(reason, message string, now time.Duration) PodStatus {
	return s.WithTrouble(func(t *PodTrouble) {
		if t.Disruption != (Disruption{}) {
			now = t.Disruption.At
		}
		t.Disruption = Disruption{Reason: reason, Message: message, At: now}
	})
}

// WithoutNode returns the status of a pod that is ready as it becomes at a time when its node is found not to
// answer: the condition Ready is False, and all else stays. One that is not ready stays as it is.
func (s PodStatus) WithoutNode(now time.Duration) PodStatus {
	if !s.Ready {
		return s
	}
	since := s.ReadySince
	s.Ready, s.ReadySince = false, now
	return s.WithTrouble(func(t *PodTrouble) { t.NodeNotReady, t.ContainersReadySince = true, since })
}

// WithNode undoes WithoutNode: the kubelet is back and says since when the pod has been ready.
func (s PodStatus) WithNode() PodStatus {
	if !s.OutOfSight() {
		return s
	}
	s.Ready, s.ReadySince = true, s.Trouble.ContainersReadySince
	return s.WithTrouble(func(t *PodTrouble) { t.NodeNotReady, t.ContainersReadySince = false, 0 })
}

// ContainersReady reports whether all containers are ready. That is Ready, but for a pod whose node does not
// answer, where the containers are as they were, and for one that waits for its readiness gates.
func (s *PodStatus) ContainersReady() bool {
	if d := s.detail(); d != nil {
		return d.containersReady
	}
	return s.Ready || s.OutOfSight()
}

func (s *PodStatus) detail() *PodDetail {
	if s.Trouble == nil {
		return nil
	}
	return s.Trouble.Detail
}

// OutOfSight reports whether the pod was ready when its node ceased to answer: see PodTrouble.NodeNotReady.
func (s *PodStatus) OutOfSight() bool { return s.Trouble != nil && s.Trouble.NodeNotReady }

// NominatedNodeName is the node on which others make room for the pod, as status.nominatedNodeName
// names it; empty for most pods.
func (p *Pod) NominatedNodeName() string {
	if p.Status.Trouble == nil {
		return ""
	}
	return p.Status.Trouble.NominatedNodeName
}

// Disruption is why somebody is about to remove the pod, and whether anybody is: the condition
// DisruptionTarget.
func (p *Pod) Disruption() (Disruption, bool) {
	if p.Status.Trouble == nil {
		return Disruption{}, false
	}
	d := p.Status.Trouble.Disruption
	return d, d != (Disruption{})
}

// Terminal reports whether the pod has come to its end: phase Succeeded or Failed.
func (p *Pod) Terminal() bool {
	return p.Status.Phase == PodSucceeded || p.Status.Phase == PodFailed
}

// Rejected reports whether the pod's kubelet has turned it away: see PodTrouble.Rejected.
func (p *Pod) Rejected() bool { return p.Status.Trouble != nil && p.Status.Trouble.Rejected }

// Phase is the status' phase, Pending when that is empty.
func (p *Pod) Phase() PodPhase {
	if p.Status.Phase == "" {
		return PodPending
	}
	return p.Status.Phase
}

// UnknownTime is the virtual time of something of which nobody knows when it happened.
const UnknownTime time.Duration = math.MinInt64

// Available reports whether the pod is ready and has been for minReady by now. Where nothing is asked for,
// it does not matter since when.
func (p *Pod) Available(now, minReady time.Duration) bool {
	since := p.Status.ReadySince
	return p.Status.Ready && (minReady == 0 || since != UnknownTime && AddTime(since, minReady) <= now)
}
