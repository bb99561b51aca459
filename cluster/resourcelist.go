package cluster

import "github.com/daemonsim/daemonsim/cluster/quantity"

// ResourceName is the name of a resource, such as "cpu" or "example.com/gpu".
type ResourceName string

// ResourceList is an amount for each of some resources.
type ResourceList map[ResourceName]quantity.Quantity

// The resources that Kubernetes itself knows.
const (
	ResourceCPU              ResourceName = "cpu"
	ResourceMemory           ResourceName = "memory"
	ResourceEphemeralStorage ResourceName = "ephemeral-storage"
	ResourcePods             ResourceName = "pods"
	ResourceStorage          ResourceName = "storage"
)

// ResourceRequirements are what a container, or a pod, asks for and may use at most.
type ResourceRequirements struct {
	// Limits are the most that may be used.
	Limits ResourceList `json:"limits,omitempty"`
	// Requests are what is set aside. On a pod a limit without a request is one.
	Requests ResourceList `json:"requests,omitempty"`
	// Claims names resource claims of the pod that the container uses.
	Claims []ResourceClaim `json:"claims,omitempty"`
}

// ResourceClaim names an entry of the pod's resource claims.
type ResourceClaim struct {
	Name    string `json:"name"`
	Request string `json:"request,omitempty"`
}
