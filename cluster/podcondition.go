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
// Initialized, Ready, ContainersReady, PodScheduled, then those that others report, and at the end DisruptionTarget if
// somebody is about to remove the pod. Of the first ones, a pod that is not bound has at most PodScheduled, and one
// that its kubelet has turned away none. The caller owns the result.
func (p *Pod) Conditions() []PodCondition {
	list := p.progress()
	if d := p.Status.detail(); d != nil {
		for _, c := range d.conditions {
			c.LastTransitionTime = clonePointer(c.LastTransitionTime)
			list = append(list, c)
		}
	}
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
	ready, containers := p.ready(), p.containersReady()
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
	waiting := p.incomplete(p.Status.detail())
	switch d := p.Status.detail(); {
	case p.Status.Phase == PodSucceeded:
		c.Reason = "PodCompleted"
	case len(waiting) > 0:
		c.Status, c.Reason = ConditionFalse, "ContainersNotInitialized"
		c.Message = "containers with incomplete status: " + containerNames(waiting)
	case d != nil && d.initializedAt != 0:
		at = d.initializedAt
	case d == nil && len(p.Spec().InitContainers) > 0:
		at = p.Status.StartedAt
	}
	return c
}

// containersReady is True when all of the containers that run as long as the pod does are ready.
func (p *Pod) containersReady() PodCondition {
	known := p.Status.WithNode()
	since := known.ReadySince
	if d := known.detail(); d != nil {
		since = d.containersReadySince
	}
	return p.readiness(ContainersReady, known.ContainersReady(), since)
}

// ready is True when the containers are ready and the readiness gates open, as far as the kubelet can be heard.
func (p *Pod) ready() PodCondition {
	c := p.readiness(PodReady, p.Status.Ready, p.Status.ReadySince)
	switch {
	case p.Status.Ready || p.Terminal():
	case p.Status.OutOfSight():
		// Reason and message are left as they were.
		c.Reason, c.Message = "", ""
	case p.Status.ContainersReady() && p.Status.detail() != nil && !p.Status.detail().gates:
		c.Reason, c.Message = "ReadinessGatesNotReady", strings.Join(p.closedGates(), ", ")
	}
	return c
}

// readiness is a condition about containers that are ready or not.
func (p *Pod) readiness(kind PodConditionType, ready bool, since time.Duration) PodCondition {
	// A pod that has never been ready has not been so since it was bound.
	at := since
	if at == 0 || at == UnknownTime {
		at = p.Status.ScheduledAt
	}
	c := PodCondition{Type: kind, Status: ConditionFalse, LastTransitionTime: &at}
	switch {
	case p.Status.Phase == PodSucceeded:
		c.Reason = "PodCompleted"
	case p.Status.Phase == PodFailed:
		c.Reason = "PodFailed"
	case ready:
		c.Status = ConditionTrue
	default:
		c.Reason = "ContainersNotReady"
		c.Message = "containers with unready status: " + containerNames(p.unready())
	}
	return c
}

// unready are the containers that are to be ready and are not: of the sidecars, then of the regular ones.
func (p *Pod) unready() []Container {
	var list []Container
	for i := range p.ContainerCount() {
		c, init := p.ContainerAt(i)
		if r := p.Record(i); c.Name != "" && !r.Ready && (!init || c.Sidecar()) {
			list = append(list, *c)
		}
	}
	return list
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
