package cluster

import "time"

// PodCondition is one condition of a pod, as the API shows it.
type PodCondition struct {
	// Type is the name of the condition.
	Type PodConditionType `json:"type"`
	// ObservedGeneration is the generation of the pod that the condition is about.
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`
	// Status is True, False or Unknown.
	Status string `json:"status"`
	// LastTransitionTime is the virtual time at which Status last changed.
	LastTransitionTime *time.Duration `json:"lastTransitionTime,omitempty"`
	// Reason and Message say why.
	Reason  string `json:"reason,omitempty"`
	Message string `json:"message,omitempty"`
}

// ContainerStatus is what the API shows of one container.
type ContainerStatus struct {
	// Name is the name of the container.
	Name string `json:"name"`
	// State is what the container is doing, LastTerminationState how it last ended.
	State                ContainerState `json:"state,omitempty"`
	LastTerminationState ContainerState `json:"lastState,omitempty"`
	// Ready says whether the container is ready.
	Ready bool `json:"ready"`
	// RestartCount is the number of restarts.
	RestartCount int32 `json:"restartCount"`
	// Image and ImageID name what runs.
	Image   string `json:"image"`
	ImageID string `json:"imageID"`
	// Started says whether the container has passed its startup probe.
	Started *bool `json:"started,omitempty"`
}

// ContainerState is what a container is doing; at most one of its fields is set.
type ContainerState struct {
	Waiting    *ContainerStateWaiting    `json:"waiting,omitempty"`
	Running    *ContainerStateRunning    `json:"running,omitempty"`
	Terminated *ContainerStateTerminated `json:"terminated,omitempty"`
}

// ContainerStateWaiting says why a container does not run yet, or not now.
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
