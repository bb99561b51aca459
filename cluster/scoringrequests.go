package cluster

import (
	"maps"

	"github.com/daemonsim/daemonsim/cluster/quantity"
)

// A container that requests nothing is not taken for nothing when nodes are scored: so much is assumed
// instead.
const (
	assumedMilliCPU    = 100
	assumedMemoryBytes = 200 << 20
)

func assumedRequests() ResourceList {
	return ResourceList{
		ResourceCPU:    quantity.NewMilli(assumedMilliCPU),
		ResourceMemory: quantity.New(assumedMemoryBytes),
	}
}

// NonZeroRequests is what a pod counts for in the sums over a node's pods by which nodes are scored: its
// requests, with 100m of cpu and 200Mi of memory for every container that does not name the resource at
// all; an explicit zero stays zero. For a pod with requests of its own as a whole, only a resource that
// is named nowhere is assumed. Everything else is as in PodRequests.
func NonZeroRequests(s *PodSpec) Resources {
	if s.Resources == nil {
		return ScoredRequests(s)
	}
	requests, missing := podRequests(s), assumedRequests()
	whole := podLevelRequests(s, containerRequests(s))
	if len(whole) > 0 {
		maps.DeleteFunc(missing, func(name ResourceName, _ quantity.Quantity) bool {
			_, named := requests[name]
			return named
		})
	}
	total := containersAtLeast(s, missing)
	maps.Copy(total, whole)
	total.plus(s.Overhead)
	return total.Resources()
}

// ScoredRequests is what the scorer of free resources takes a new pod for. NB: unlike all else in the
// scheduler it does not know of requests for a pod as a whole; it adds up what the containers request,
// with the assumptions of NonZeroRequests for those that name no cpu or memory.
func ScoredRequests(s *PodSpec) Resources {
	if len(s.InitContainers) == 0 && s.Resources == nil {
		return plusAssumed(s, PodRequests(s))
	}
	total := containersAtLeast(s, assumedRequests())
	total.plus(s.Overhead)
	return total.Resources()
}

// plusAssumed adds what is assumed of each container to the requests of a pod whose containers all run
// at once. Whole numbers can be added after rounding as well as before.
func plusAssumed(s *PodSpec, requests Resources) Resources {
	for i := range s.Containers {
		r := &s.Containers[i].Resources
		if !r.names(ResourceCPU) {
			requests.MilliCPU += assumedMilliCPU
		}
		if !r.names(ResourceMemory) {
			requests.Memory += assumedMemoryBytes
		}
	}
	return requests
}

// names reports whether the resource is requested, if only by a limit.
func (r *ResourceRequirements) names(name ResourceName) bool {
	_, requested := r.Requests[name]
	_, limited := r.Limits[name]
	return requested || limited
}

// containersAtLeast adds up the requests of all containers, with these amounts for the resources that a
// container does not name.
func containersAtLeast(s *PodSpec, missing ResourceList) ResourceList {
	return aggregate(s, func(r *ResourceRequirements) ResourceList {
		requests := maps.Clone(missing)
		maps.Copy(requests, r.impliedRequests())
		return requests
	})
}
