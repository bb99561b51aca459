package cluster

import "time"

// apiPod is a pod as the API shows it.
type apiPod struct {
	ObjectMeta
	Spec   PodSpec      `json:"spec"`
	Status apiPodStatus `json:"status"`
}

// apiPodStatus is the status of a pod as the API shows it, as far as the simulator knows it.
type apiPodStatus struct {
	Phase             PodPhase       `json:"phase"`
	Conditions        []PodCondition `json:"conditions,omitempty"`
	Message           string         `json:"message,omitempty"`
	Reason            string         `json:"reason,omitempty"`
	NominatedNodeName string         `json:"nominatedNodeName,omitempty"`
	StartTime         *time.Duration `json:"startTime,omitempty"`

	InitContainerStatuses []ContainerStatus `json:"initContainerStatuses,omitempty"`
	ContainerStatuses     []ContainerStatus `json:"containerStatuses,omitempty"`
	QOSClass              PodQOSClass       `json:"qosClass"`
}

// APIObject returns the pod in the shape of the API: metadata, the full spec and the status with its
// conditions and container statuses. It shares memory with the pod, so it is for reading.
func (p *Pod) APIObject() any {
	api := &apiPod{ObjectMeta: p.ObjectMeta}
	if p.Template == nil {
		return api
	}
	api.Spec = p.sharedSpec()
	api.Status = apiPodStatus{
		Phase:      p.Phase(),
		Conditions: p.Conditions(),

		InitContainerStatuses: p.InitContainerStatuses(),
		ContainerStatuses:     p.ContainerStatuses(),
		QOSClass:              QOSClass(p.Spec()),
	}
	if t := p.Status.Trouble; t != nil {
		api.Status.Reason, api.Status.Message = t.Reason, t.Message
		api.Status.NominatedNodeName = t.NominatedNodeName
	}
	if p.Bound() && !p.Rejected() {
		api.Status.StartTime = &p.Status.ScheduledAt
	}
	return api
}
