package cluster

import (
	"slices"
	"time"
)

// ContainerRecord is what is known of one container of a pod. The zero ContainerRecord is that of a container which
// has not been started.
type ContainerRecord struct {
	// Running reports whether the container runs, and StartedAt is when it was last started.
	Running   bool
	StartedAt time.Duration
	// Started reports whether it runs and its startup probe, if it has one, has succeeded.
	Started bool
	// Ready reports whether it is ready.
	Ready bool
	// Restarts counts its restarts.
	Restarts int32
	// Exited reports whether it has ended at least once, LastExitAt when it last did, and ExitCode how.
	Exited     bool
	LastExitAt time.Duration
	ExitCode   int32
	// Waiting is why it waits, such as "CrashLoopBackOff", and WaitingMessage says more about it.
	Waiting, WaitingMessage string
	// FailedPulls counts the attempts to get its image that have failed since it last ran.
	FailedPulls int32
	// Begun says that its kubelet has gone on to it from the container before it, Boots how often the node has been
	// switched on again.
	Begun bool
	Boots int32
}

// succeeded reports whether the container has ended well and does not run.
func (r *ContainerRecord) succeeded() bool { return !r.Running && r.Exited && r.ExitCode == 0 }

// PodDetail is what the status of a pod says of its containers one by one, and what it says beyond them. A pod that
// has one container, no startup probe and no readiness gates needs none: there the status tells of the container. A
// PodDetail never changes.
type PodDetail struct {
	// containers are the init containers and then the regular ones.
	containers []ContainerRecord
	// initializedAt is when the init containers were done.
	initializedAt time.Duration
	// containersReady is the status of the condition ContainersReady, and since is the time at which it last changed.
	containersReady      bool
	containersReadySince time.Duration
	// gates reports whether the readiness gates are open, as far as the kubelet knows.
	gates bool
	// conditions are those that others than the kubelet report.
	conditions []PodCondition
}

// needsDetail reports whether the status of a pod has to tell more than what its only container does.
func needsDetail(s *PodSpec) bool {
	return len(s.InitContainers)+len(s.Containers) > 1 || len(s.ReadinessGates) > 0 ||
		len(s.Containers) == 1 && s.Containers[0].StartupProbe != nil
}

// ContainerCount is the number of containers, those of Spec.InitContainers included; 1 for a pod without any.
func (p *Pod) ContainerCount() int {
	s := p.Spec()
	return max(1, len(s.InitContainers)+len(s.Containers))
}

// ContainerAt is one of the containers, which count from 0: first the init containers, then the regular ones. It
// says, too, whether it is an init container. A pod without containers has one without a name.
func (p *Pod) ContainerAt(i int) (c *Container, init bool) {
	s := p.Spec()
	if i < len(s.InitContainers) {
		return &s.InitContainers[i], true
	}
	if i -= len(s.InitContainers); i < len(s.Containers) {
		return &s.Containers[i], false
	}
	return &Container{}, false
}

// Sidecar reports whether a container would, as an init container, run on beside the regular ones.
func (c *Container) Sidecar() bool {
	return c.RestartPolicy != nil && *c.RestartPolicy == ContainerRestartPolicyAlways
}

// restarts reports whether a container of a pod with that policy is started again after it has ended with an exit
// code. A regular container goes by its own policy if it has one, and before that by its own rules.
func (c *Container) restarts(pod RestartPolicy, code int32) bool {
	for i := range c.RestartPolicyRules {
		if c.RestartPolicyRules[i].matches(code) {
			return true
		}
	}
	policy := ContainerRestartPolicy(pod)
	if c.RestartPolicy != nil {
		policy = *c.RestartPolicy
	}
	switch policy {
	case ContainerRestartPolicyNever:
		return false
	case ContainerRestartPolicyOnFailure:
		return code != 0
	}
	return true
}

func (r *ContainerRestartRule) matches(code int32) bool {
	if r.ExitCodes == nil {
		return false
	}
	return slices.Contains(r.ExitCodes.Values, code) == (r.ExitCodes.Operator == "In")
}

// RestartsAfter reports whether a container is started again after it has ended with an exit code. An init container
// that has ended well has done its work.
func (p *Pod) RestartsAfter(i int, code int32) bool {
	c, init := p.ContainerAt(i)
	if init && !c.Sidecar() {
		return code != 0 && c.restarts(p.Spec().RestartPolicy, code)
	}
	return c.restarts(p.Spec().RestartPolicy, code)
}

// Record is what is known of the container of that number.
func (p *Pod) Record(i int) ContainerRecord {
	s := &p.Status
	if d := s.detail(); d != nil && i < len(d.containers) {
		return d.containers[i]
	}
	c, init := p.ContainerAt(i)
	if init && !c.Sidecar() {
		// Nobody has told of it: it has done its work when the others have been started.
		return ContainerRecord{Exited: p.hasRun()}
	}
	r := ContainerRecord{
		Running: s.Started, Started: s.Started, StartedAt: s.StartedAt, Ready: s.ContainersReady(),
		Restarts: s.Restarts, Exited: p.hasExited() || s.Phase == PodRunning && !s.Started,
	}
	if t := s.Trouble; t != nil {
		r.LastExitAt, r.ExitCode, r.FailedPulls, r.Boots = t.LastExitAt, t.ExitCode, t.FailedPulls, t.Boots
		r.Waiting, r.WaitingMessage = t.Waiting, t.WaitingMessage
	}
	return r
}

// TellsApart reports whether the status tells the containers apart; else all are taken to do what it says.
func (s *PodStatus) TellsApart() bool { return s.detail() != nil }

// AnyRunning reports whether any container runs.
func (p *Pod) AnyRunning() bool {
	d := p.Status.detail()
	if d == nil {
		return p.Status.Started
	}
	return slices.ContainsFunc(d.containers, func(r ContainerRecord) bool { return r.Running })
}
