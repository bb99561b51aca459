package scheduler

import (
	"slices"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/quantity"
)

const reasonTooManyPods = "Too many pods"

// NodeResourcesFit asks whether what the pod requests is left on the node, and ranks nodes by how much
// would be left. The zero value ranks as the default profile does: the more is left of cpu and memory,
// the better.
type NodeResourcesFit struct {
	// Strategy says what makes a node a good one.
	Strategy ScoringStrategy
}

// Name is "NodeResourcesFit".
func (NodeResourcesFit) Name() string { return "NodeResourcesFit" }

// Filter collects everything that is not left on the node.
func (NodeResourcesFit) Filter(c *Cycle, node *NodeInfo) Status {
	return fits(c.Pod, node.Node, node.Pods)
}

func fits(pod *cluster.Pod, node *cluster.Node, pods []*cluster.Pod) Status {
	fit := fit{allocatable: node.Status.Allocatable}
	request := pod.Template.Requests()
	if int64(len(pods))+1 > fit.allocatable[cluster.ResourcePods].Value() {
		fit.reasons = append(fit.reasons, reasonTooManyPods)
	}
	if !request.IsZero() {
		fit.check(request, pods)
	}
	switch {
	case len(fit.reasons) == 0:
		return Status{}
	case fit.hopeless:
		return Status{UnschedulableAndUnresolvable, fit.reasons}
	default:
		return Status{Unschedulable, fit.reasons}
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
	f.compare(cluster.ResourceCPU, request.MilliCPU, f.allocatable[cluster.ResourceCPU].MilliValue(), pods,
		func(r *cluster.Resources) int64 { return r.MilliCPU })
	f.compare(cluster.ResourceMemory, request.Memory, f.allocatable[cluster.ResourceMemory].Value(), pods,
		func(r *cluster.Resources) int64 { return r.Memory })
	f.compare(cluster.ResourceEphemeralStorage, request.EphemeralStorage,
		f.allocatable[cluster.ResourceEphemeralStorage].Value(), pods,
		func(r *cluster.Resources) int64 { return r.EphemeralStorage })
	for _, s := range request.Scalars {
		f.compare(s.Name, s.Value, f.allocatable[s.Name].Value(), pods,
			func(r *cluster.Resources) int64 { return r.Scalar(s.Name) })
	}
}

// compare checks one resource: the request against what the pods on the node leave of it.
func (f *fit) compare(
	name cluster.ResourceName, request, allocatable int64, pods []*cluster.Pod,
	of func(*cluster.Resources) int64,
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
		f.reasons = append(f.reasons, "Insufficient "+string(name))
		f.hopeless = f.hopeless || request > allocatable
	}
}

// QueueingHint says that any pod that is gone helps, even one that held nothing that is asked for. A node
// helps that is new or has got more of what is asked for, if the pod would fit when it had the node to
// itself. A pod that asks for less is helped by that.
func (NodeResourcesFit) QueueingHint(pod *cluster.Pod, e Event) bool {
	switch e.Kind {
	case AssignedPodDeleted:
		return true
	case NodeAdded:
		return fits(pod, e.Node, nil).IsSuccess()
	case NodeUpdated:
		return grew(pod, e.NodeBefore.Status.Allocatable, e.Node.Status.Allocatable) &&
			fits(pod, e.Node, nil).IsSuccess()
	case AssignedPodUpdated:
		return shrunk(e.PodBefore, e.Pod, pod.Template.Requests())
	case TargetPodUpdated:
		return shrunk(e.PodBefore, e.Pod, e.PodBefore.Template.Requests())
	}
	return false
}

// grew reports whether there is more than before of any resource that the pod asks for.
func grew(pod *cluster.Pod, before, after cluster.ResourceList) bool {
	more := func(name cluster.ResourceName) bool { return after[name].Cmp(before[name]) > 0 }
	return more(cluster.ResourcePods) || slices.ContainsFunc(asked(pod.Template.Requests()), more)
}

// shrunk reports whether a pod asks for less than before of any resource that is wanted.
func shrunk(before, after *cluster.Pod, wanted cluster.Resources) bool {
	if before.Template == after.Template {
		return false
	}
	was, is := before.Template.Requests(), after.Template.Requests()
	return slices.ContainsFunc(asked(wanted), func(name cluster.ResourceName) bool {
		return is.Amount(name) < was.Amount(name)
	})
}

// asked lists the resources of which there is any.
func asked(r cluster.Resources) []cluster.ResourceName {
	var names []cluster.ResourceName
	for _, name := range [...]cluster.ResourceName{
		cluster.ResourceCPU, cluster.ResourceMemory, cluster.ResourceEphemeralStorage,
	} {
		if r.Amount(name) > 0 {
			names = append(names, name)
		}
	}
	for _, s := range r.Scalars {
		names = append(names, s.Name)
	}
	return names
}

func sameQuantity(a, b quantity.Quantity) bool { return a.Equal(b) }
