package cluster

// PodQOSClass says how a node treats a pod when memory runs short.
type PodQOSClass string

// The classes.
const (
	// PodQOSGuaranteed is for pods whose requests are their limits, for CPU and memory.
	PodQOSGuaranteed PodQOSClass = "Guaranteed"
	// PodQOSBurstable is for all others.
	PodQOSBurstable PodQOSClass = "Burstable"
	// PodQOSBestEffort is for pods that ask for neither CPU nor memory.
	PodQOSBestEffort PodQOSClass = "BestEffort"
)

// QOSClass is the class of a pod. It looks at the CPU and memory of all containers or, where the pod
// has resources as a whole, of those alone.
func QOSClass(s *PodSpec) PodQOSClass {
	if s.Resources != nil {
		return qosClass([]*ResourceRequirements{s.Resources})
	}
	var all []*ResourceRequirements
	for i := range s.Containers {
		all = append(all, &s.Containers[i].Resources)
	}
	for i := range s.InitContainers {
		all = append(all, &s.InitContainers[i].Resources)
	}
	return qosClass(all)
}

func qosClass(all []*ResourceRequirements) PodQOSClass {
	requests, limits := ResourceList{}, ResourceList{}
	guaranteed := true
	for _, r := range all {
		asked, limited := computeResources(r.impliedRequests()), computeResources(r.Limits)
		guaranteed = guaranteed && len(limited) == 2
		requests.plus(asked)
		limits.plus(limited)
	}
	if len(requests) == 0 && len(limits) == 0 {
		return PodQOSBestEffort
	}
	guaranteed = guaranteed && len(requests) == len(limits)
	for _, name := range limits.names() {
		guaranteed = guaranteed && limits[name].Cmp(requests[name]) == 0
	}
	if guaranteed {
		return PodQOSGuaranteed
	}
	return PodQOSBurstable
}

// computeResources picks CPU and memory, where there is more than none.
func computeResources(l ResourceList) ResourceList {
	picked := ResourceList{}
	for _, name := range [...]ResourceName{ResourceCPU, ResourceMemory} {
		if q, found := l[name]; found && q.Sign() > 0 {
			picked[name] = q
		}
	}
	return picked
}
