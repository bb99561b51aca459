package scheduler

import (
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/quantity"
)

// nodeResourcesFit asks whether what the pod requests is left on the node. It collects everything that
// is not.
type nodeResourcesFit struct{}

func (nodeResourcesFit) Name() string { return "NodeResourcesFit" }

func (nodeResourcesFit) Filter(pod *cluster.Pod, info *NodeInfo) (Code, []string) {
	fit := fit{allocatable: info.Node.Status.Allocatable}
	request := pod.Template.Requests()
	if int64(len(info.Pods))+1 > fit.allocatable["pods"].Value() {
		fit.reasons = append(fit.reasons, "Too many pods")
	}
	if !request.IsZero() {
		fit.check(request, info.Pods)
	}
	switch {
	case len(fit.reasons) == 0:
		return Success, nil
	case fit.hopeless:
		return UnschedulableAndUnresolvable, fit.reasons
	default:
		return Unschedulable, fit.reasons
	}
}

// fit is one look at a node's resources.
type fit struct {
	allocatable cluster.ResourceList
	reasons     []string
	// hopeless is set when a request is more than the whole node has.
	hopeless bool
}

func (f *fit) check(request cluster.Resources, pods []*cluster.Pod) {
	f.compare("cpu", request.MilliCPU, f.allocatable["cpu"].MilliValue(), pods,
		func(r *cluster.Resources) int64 { return r.MilliCPU })
	f.compare("memory", request.Memory, f.allocatable["memory"].Value(), pods,
		func(r *cluster.Resources) int64 { return r.Memory })
	f.compare("ephemeral-storage", request.EphemeralStorage,
		f.allocatable["ephemeral-storage"].Value(), pods,
		func(r *cluster.Resources) int64 { return r.EphemeralStorage })
	for _, s := range request.Scalars {
		f.compare(string(s.Name), s.Value, f.allocatable[s.Name].Value(), pods,
			func(r *cluster.Resources) int64 { return r.Scalar(s.Name) })
	}
}

// compare checks one resource: the request against what the pods on the node leave of it.
func (f *fit) compare(
	name string, request, allocatable int64, pods []*cluster.Pod, of func(*cluster.Resources) int64,
) {
	if request == 0 {
		return
	}
	free := allocatable
	for _, p := range pods {
		r := p.Template.Requests()
		free -= of(&r)
	}
	if request > free {
		f.reasons = append(f.reasons, "Insufficient "+name)
		f.hopeless = f.hopeless || request > allocatable
	}
}

func sameQuantity(a, b quantity.Quantity) bool { return a.Equal(b) }
