package cluster

import (
	"maps"
	"strings"

	"github.com/daemonsim/daemonsim/cluster/quantity"
)

// PodRequests is what a pod asks of its node: the larger of what its containers need together and
// what its init containers need at most, or what the pod asks for as a whole where it says so; and the
// pod's overhead. Sums are exact and rounded up once, at the end. A limit without a request counts
// as one, whether or not the spec has been defaulted.
func PodRequests(s *PodSpec) Resources {
	total := podRequests(s)
	return total.Resources()
}

func podRequests(s *PodSpec) ResourceList {
	total := containerRequests(s)
	maps.Copy(total, podLevelRequests(s, total))
	total.plus(s.Overhead)
	return total
}

// containerRequests adds up the requests of all containers, implied ones included.
func containerRequests(s *PodSpec) ResourceList {
	return aggregate(s, func(r *ResourceRequirements) ResourceList { return r.impliedRequests() })
}

// aggregate is the most that the containers have of something at any time. Sidecars count for all that
// comes after them; an init container counts while it runs alone.
func aggregate(s *PodSpec, of func(*ResourceRequirements) ResourceList) ResourceList {
	running, peak := ResourceList{}, ResourceList{}
	for i := range s.InitContainers {
		c := &s.InitContainers[i]
		now := maps.Clone(running)
		now.plus(of(&c.Resources))
		peak.raise(now)
		if c.isSidecar() {
			running = now
		}
	}
	for i := range s.Containers {
		running.plus(of(&s.Containers[i].Resources))
	}
	running.raise(peak)
	return running
}

// isSidecar reports whether an init container goes on running.
func (c *Container) isSidecar() bool {
	return c.RestartPolicy != nil && *c.RestartPolicy == ContainerRestartPolicyAlways
}

// impliedRequests are the requests and, where there is none, the limits.
func (r *ResourceRequirements) impliedRequests() ResourceList {
	if len(r.Limits) == 0 {
		return r.Requests
	}
	requests := maps.Clone(r.Limits)
	maps.Copy(requests, r.Requests)
	return requests
}

// podLevelRequests are the requests of the pod as a whole. When it sets limits, each resource that
// it does not request defaults to what the containers request and else to the limit.
func podLevelRequests(s *PodSpec, containers ResourceList) ResourceList {
	if s.Resources == nil {
		return nil
	}
	requests := s.Resources.Requests
	if len(s.Resources.Limits) > 0 {
		requests = maps.Clone(s.Resources.Limits)
		for _, name := range containers.names() {
			if !isHugePages(name) {
				requests[name] = containers[name]
			}
		}
		maps.Copy(requests, s.Resources.Requests)
	}
	requests = maps.Clone(requests)
	maps.DeleteFunc(requests, func(name ResourceName, _ quantity.Quantity) bool { return !hasPodLevel(name) })
	return requests
}

// hasPodLevel reports whether a resource can be requested for a pod as a whole.
func hasPodLevel(name ResourceName) bool {
	return name == ResourceCPU || name == ResourceMemory || isHugePages(name)
}

const hugePagesPrefix = "hugepages-"

func isHugePages(name ResourceName) bool { return strings.HasPrefix(string(name), hugePagesPrefix) }
