package cluster

import (
	"fmt"
	"strings"
	"time"
)

// PodCondition is one condition of a pod, as the API shows it.
type PodCondition struct {
	// Type is the name of the condition.
	Type PodConditionType `json:"type"`
	// Status is True, False or Unknown.
	Status string `json:"status"`
	// LastTransitionTime is the virtual time at which Status last changed.
	LastTransitionTime *time.Duration `json:"lastTransitionTime,omitempty"`
	// Reason and Message say why.
	Reason  string `json:"reason,omitempty"`
	Message string `json:"message,omitempty"`
}

// Conditions are the pod's conditions in the order in which a kubelet lists them: PodReadyToStartContainers,
// Initialized, Ready, ContainersReady, PodScheduled, and at the end DisruptionTarget if somebody is about to remove
// the pod. Of the former, a pod that is not bound has at most PodScheduled, and one that its kubelet has turned away
// none. Readiness gates count as passed. The caller owns the result.
func (p *Pod) Conditions() []PodCondition {
	list := p.progress()
	if d, ok := p.Disruption(); ok {
		list = append(list, PodCondition{
			Type: DisruptionTarget, Status: ConditionTrue, LastTransitionTime: &d.At,
			Reason: d.Reason, Message: d.Message,
		})
	}
	return list
}

// progress are the conditions that say how far the pod has come.
func (p *Pod) progress() []PodCondition {
	if p.Rejected() {
		return nil
	}
	if !p.Bound() {
		return p.unscheduled()
	}
	ready := p.readiness(PodReady, &p.Status)
	known := p.Status.WithNode()
	containers := p.readiness(ContainersReady, &known)
	if known.Ready && !p.Status.Ready {
		// Reason and message are left as they were.
		ready.Reason, ready.Message = "", ""
	}
	scheduled := p.Status.ScheduledAt
	return []PodCondition{p.sandbox(), p.initialized(), ready, containers, {
		Type: PodScheduled, Status: ConditionTrue, LastTransitionTime: &scheduled,
	}}
}

// unscheduled says why a pod has no node, if anybody has found out.
func (p *Pod) unscheduled() []PodCondition {
	created := p.CreationTimestamp
	c := PodCondition{Type: PodScheduled, Status: ConditionFalse, LastTransitionTime: &created}
	switch t := p.Status.Trouble; {
	case len(p.Spec().SchedulingGates) > 0:
		c.Reason = "SchedulingGated"
		c.Message = "Scheduling is blocked due to non-empty scheduling gates"
	case t != nil && t.Unschedulable != "":
		c.Reason, c.Message = "Unschedulable", t.Unschedulable
		if t.SchedulerError {
			c.Reason = "SchedulerError"
		}
	default:
		return nil
	}
	return []PodCondition{c}
}

// sandbox is about what containers are started in, which needs the network of the node unless the pod uses that
// itself.
func (p *Pod) sandbox() PodCondition {
	at := p.Status.ScheduledAt
	c := PodCondition{Type: PodReadyToStartContainers, Status: ConditionTrue, LastTransitionTime: &at}
	t := p.Status.Trouble
	if t != nil {
		at = max(at, t.SandboxAt)
	}
	switch {
	case p.Terminal():
		c.Status, c.Reason, c.Message = ConditionFalse, "PodSandboxNotReady", "pod sandbox is not ready"
		if at = max(at, p.Status.ReadySince); t != nil {
			at = max(at, t.LastExitAt)
		}
	case t != nil && t.NoNetwork:
		c.Status, c.Reason, c.Message = ConditionFalse, "PodSandboxNotReady", "no pod sandbox exists"
	}
	return c
}

// initialized is about the init containers, which have ended when the others run.
func (p *Pod) initialized() PodCondition {
	at := p.Status.ScheduledAt
	c := PodCondition{Type: PodInitialized, Status: ConditionTrue, LastTransitionTime: &at}
	waiting := containerNames(p.Spec().InitContainers)
	switch {
	case p.Status.Phase == PodSucceeded:
		c.Reason = "PodCompleted"
	case len(waiting) == 0:
	case p.hasRun():
		at = p.Status.StartedAt
	default:
		c.Status, c.Reason = ConditionFalse, "ContainersNotInitialized"
		c.Message = "containers with incomplete status: " + waiting
	}
	return c
}

// readiness is a condition that has the truth of a status' Ready.
func (p *Pod) readiness(kind PodConditionType, s *PodStatus) PodCondition {
	// A pod that has never been ready has not been so since it was bound.
	at := s.ReadySince
	if at == 0 || at == UnknownTime {
		at = p.Status.ScheduledAt
	}
	c := PodCondition{Type: kind, Status: ConditionFalse, LastTransitionTime: &at}
	switch {
	case p.Status.Phase == PodSucceeded:
		c.Reason = "PodCompleted"
	case p.Status.Phase == PodFailed:
		c.Reason = "PodFailed"
	case s.Ready:
		c.Status = ConditionTrue
	default:
		c.Reason = "ContainersNotReady"
		c.Message = "containers with unready status: " + containerNames(p.Spec().longRunning())
	}
	return c
}

// longRunning are the containers that run as long as the pod does: the sidecars, then the regular ones.
func (s *PodSpec) longRunning() []Container {
	var list []Container
	for i := range s.InitContainers {
		if r := s.InitContainers[i].RestartPolicy; r != nil && *r == ContainerRestartPolicyAlways {
			list = append(list, s.InitContainers[i])
		}
	}
	return append(list, s.Containers...)
}

// hasRun reports whether the containers have been started at least once.
func (p *Pod) hasRun() bool { return p.Status.Phase == PodRunning || p.Status.Started || p.hasExited() }

// containerNames lists names as the kubelet does, "[a b]"; "" without containers.
func containerNames(containers []Container) string {
	if len(containers) == 0 {
		return ""
	}
	names := make([]string, len(containers))
	for i := range containers {
		names[i] = containers[i].Name
	}
	return fmt.Sprintf("[%s]", strings.Join(names, " "))
}
