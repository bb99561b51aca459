package cluster

import "time"

// ContainerStatus is what the API shows of one container.
type ContainerStatus struct {
	// Name is the name of the container.
	Name string `json:"name"`
	// State is what the container is doing, LastTerminationState how it last ended.
	State                ContainerState `json:"state"`
	LastTerminationState ContainerState `json:"lastState"`
	// Ready says whether the container is ready.
	Ready bool `json:"ready"`
	// RestartCount is the number of restarts.
	RestartCount int32 `json:"restartCount"`
	// Image and ImageID name what runs. The simulator has no identities of images.
	Image   string `json:"image"`
	ImageID string `json:"imageID"`
	// Started says whether the container runs and has passed its startup probe.
	Started *bool `json:"started,omitempty"`
}

// ContainerState is what a container is doing; at most one of its fields is set.
type ContainerState struct {
	Waiting    *ContainerStateWaiting    `json:"waiting,omitempty"`
	Running    *ContainerStateRunning    `json:"running,omitempty"`
	Terminated *ContainerStateTerminated `json:"terminated,omitempty"`
}

// ContainerStateWaiting says why a container does not run.
type ContainerStateWaiting struct {
	Reason  string `json:"reason,omitempty"`
	Message string `json:"message,omitempty"`
}

// ContainerStateRunning says since when a container runs.
type ContainerStateRunning struct {
	StartedAt *time.Duration `json:"startedAt,omitempty"`
}

// ContainerStateTerminated says how a container ended.
type ContainerStateTerminated struct {
	ExitCode   int32          `json:"exitCode"`
	Reason     string         `json:"reason,omitempty"`
	Message    string         `json:"message,omitempty"`
	StartedAt  *time.Duration `json:"startedAt,omitempty"`
	FinishedAt *time.Duration `json:"finishedAt,omitempty"`
}

// ContainerStatuses are the statuses of the pod's regular containers in their order. A pod that is not bound has none,
// nor has one that its kubelet has turned away. The caller owns the result.
func (p *Pod) ContainerStatuses() []ContainerStatus {
	inits := len(p.Spec().InitContainers)
	return p.statuses(inits, inits+len(p.Spec().Containers))
}

// InitContainerStatuses are those of the pod's init containers, likewise.
func (p *Pod) InitContainerStatuses() []ContainerStatus {
	return p.statuses(0, len(p.Spec().InitContainers))
}

func (p *Pod) statuses(from, to int) []ContainerStatus {
	if !p.Bound() || p.Rejected() || from == to {
		return nil
	}
	list := make([]ContainerStatus, 0, to-from)
	for i := from; i < to; i++ {
		c, init := p.ContainerAt(i)
		r := p.Record(i)
		state := p.containerState(&r)
		s := ContainerStatus{
			Name: c.Name, State: state, Ready: r.Ready, RestartCount: r.Restarts, Image: c.Image, Started: &r.Started,
		}
		if init && !c.Sidecar() {
			s.Ready = r.succeeded()
		}
		if r.Exited && state.Terminated == nil {
			s.LastTerminationState = ContainerState{Terminated: p.termination(&r)}
		}
		list = append(list, s)
	}
	return list
}

func (p *Pod) containerState(r *ContainerRecord) ContainerState {
	exited := r.Exited || p.Status.Phase == PodSucceeded
	switch {
	case p.Terminal() && exited:
		return ContainerState{Terminated: p.termination(r)}
	case r.Running:
		return ContainerState{Running: &ContainerStateRunning{StartedAt: &r.StartedAt}}
	case r.Waiting != "":
		return ContainerState{Waiting: &ContainerStateWaiting{Reason: r.Waiting, Message: r.WaitingMessage}}
	case exited:
		return ContainerState{Terminated: p.termination(r)}
	case len(p.Spec().InitContainers) > 0:
		return ContainerState{Waiting: &ContainerStateWaiting{Reason: "PodInitializing"}}
	}
	return ContainerState{Waiting: &ContainerStateWaiting{Reason: "ContainerCreating"}}
}

// hasExited reports whether the only container has ended at least once.
func (p *Pod) hasExited() bool {
	t := p.Status.Trouble
	return p.Status.Restarts > 0 || t != nil && (t.LastExitAt != 0 || t.ExitCode != 0)
}

// termination is the latest end of a container. When it was started for it is known as long as it has not been
// started again.
func (p *Pod) termination(r *ContainerRecord) *ContainerStateTerminated {
	end := &ContainerStateTerminated{ExitCode: r.ExitCode, Reason: "Completed"}
	if r.Exited && p.Status.Trouble != nil {
		end.FinishedAt = &r.LastExitAt
	}
	if end.ExitCode != 0 {
		end.Reason = "Error"
	}
	if !r.Running {
		end.StartedAt = &r.StartedAt
	}
	return end
}
