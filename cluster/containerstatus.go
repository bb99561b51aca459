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

// ContainerStatuses are the statuses of the pod's containers in their order. They start, crash and get
// ready together, so all say the same. A pod that is not bound has none, nor has one
// that its kubelet has turned away. The caller owns the result.
func (p *Pod) ContainerStatuses() []ContainerStatus {
	if !p.Bound() || p.Rejected() {
		return nil
	}
	containers := p.Spec().Containers
	statuses := make([]ContainerStatus, len(containers))
	for i := range containers {
		started := p.Status.Started
		statuses[i] = ContainerStatus{
			Name:                 containers[i].Name,
			State:                p.containerState(containers[i].Name),
			LastTerminationState: p.lastState(containers[i].Name),
			Ready:                p.Status.ContainersReady(),
			RestartCount:         p.Status.Restarts,
			Image:                containers[i].Image,
			Started:              &started,
		}
	}
	return statuses
}

func (p *Pod) containerState(name string) ContainerState {
	started := p.Status.StartedAt
	switch t := p.Status.Trouble; {
	case p.Terminal() && (p.hasExited() || p.Status.Phase == PodSucceeded):
		return ContainerState{Terminated: p.termination()}
	case p.Status.Started:
		return ContainerState{Running: &ContainerStateRunning{StartedAt: &started}}
	case t != nil && t.Waiting != "" && (t.WaitingContainer == "" || t.WaitingContainer == name):
		return ContainerState{Waiting: &ContainerStateWaiting{Reason: t.Waiting, Message: t.WaitingMessage}}
	case p.hasExited():
		return ContainerState{Terminated: p.termination()}
	case len(p.Spec().InitContainers) > 0:
		return ContainerState{Waiting: &ContainerStateWaiting{Reason: "PodInitializing"}}
	}
	return ContainerState{Waiting: &ContainerStateWaiting{Reason: "ContainerCreating"}}
}

// lastState is how the containers ended before what they are doing now.
func (p *Pod) lastState(name string) ContainerState {
	if !p.hasExited() || p.containerState(name).Terminated != nil {
		return ContainerState{}
	}
	return ContainerState{Terminated: p.termination()}
}

// hasExited reports whether the containers have ended at least once.
func (p *Pod) hasExited() bool {
	t := p.Status.Trouble
	return p.Status.Restarts > 0 || t != nil && (t.LastExitAt != 0 || t.ExitCode != 0)
}

// termination is the latest end of the containers. When they were started for it is known as long as
// they have not been started again.
func (p *Pod) termination() *ContainerStateTerminated {
	end := &ContainerStateTerminated{Reason: "Completed"}
	if t := p.Status.Trouble; t != nil && p.hasExited() {
		finished := t.LastExitAt
		end.ExitCode, end.FinishedAt = t.ExitCode, &finished
	}
	if end.ExitCode != 0 {
		end.Reason = "Error"
	}
	if started := p.Status.StartedAt; !p.Status.Started {
		end.StartedAt = &started
	}
	return end
}
