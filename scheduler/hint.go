package scheduler

import (
	"maps"
	"slices"

	"github.com/daemonsim/daemonsim/cluster"
)

// event is something that happened to a node: a change of it, or a pod that takes room on it no more.
// A node that is new has no before.
type event struct {
	before, after *NodeInfo
	gone          *cluster.Pod
}

// hinter is a filter that knows what can change its mind. A pod that waits because of any other filter is
// tried again whatever happens.
type hinter interface {
	// helped reports whether the event may let the pod pass, which the filter has rejected.
	helped(pod *cluster.Pod, e event) bool
}

// rejecters are the filters that have rejected a pod, by their place in the list. The last bit stands
// for all that have no bit of their own.
type rejecters uint64

const lastRejecter = 63

func (r rejecters) with(place int) rejecters { return r | 1<<min(place, lastRejecter) }

func (r rejecters) has(place int) bool { return r&(1<<min(place, lastRejecter)) != 0 }

// helped reports whether an event may let a pod pass that waits because of the rejecters. A pod that
// nobody has rejected waits for nothing in particular, so everything helps.
func (f Filters) helped(pod *cluster.Pod, by rejecters, e event) bool {
	if by == 0 || e.before == nil && e.gone == nil {
		return true
	}
	for i, plugin := range f {
		if !by.has(i) {
			continue
		}
		h, ok := plugin.(hinter)
		if !ok || i >= lastRejecter || h.helped(pod, e) {
			return true
		}
	}
	return false
}

// allHint reports whether every filter is a hinter, so that changes that no hinter looks at can be
// passed over.
func (f Filters) allHint() bool {
	return !slices.ContainsFunc(f, func(plugin Filter) bool {
		_, ok := plugin.(hinter)
		return !ok
	})
}

// narrows is the place of the filter that rules out all nodes but the one that a pod is pinned to.
func (f Filters) narrows() int {
	return slices.IndexFunc(f, func(plugin Filter) bool {
		_, ok := plugin.(nodeAffinity)
		return ok
	})
}

// nodeHelps reports whether a node has changed in a way that a hinter looks at.
func nodeHelps(before, after *cluster.Node) bool {
	return before.Spec.Unschedulable && !after.Spec.Unschedulable ||
		!maps.Equal(before.Labels, after.Labels) ||
		!slices.Equal(before.Spec.Taints, after.Spec.Taints) ||
		!maps.EqualFunc(before.Status.Allocatable, after.Status.Allocatable, sameQuantity)
}

// opened reports whether a filter lets the pod onto the node as it is now, and did not before.
func opened(f Filter, pod *cluster.Pod, e event) bool {
	if e.gone != nil {
		return false
	}
	if now, _ := f.Filter(pod, e.after); now != Success {
		return false
	}
	was, _ := f.Filter(pod, e.before)
	return was != Success
}

// A node keeps its name.
func (nodeName) helped(*cluster.Pod, event) bool { return false }

func (f nodeUnschedulable) helped(pod *cluster.Pod, e event) bool { return opened(f, pod, e) }

func (f taintToleration) helped(pod *cluster.Pod, e event) bool { return opened(f, pod, e) }

func (f nodeAffinity) helped(pod *cluster.Pod, e event) bool { return opened(f, pod, e) }

func (nodePorts) helped(pod *cluster.Pod, e event) bool {
	return e.gone != nil && conflict(pod.Template.HostPorts(), e.gone.Template.HostPorts())
}

// Any pod that is gone helps, even one that held nothing that is asked for. A node helps that has got
// more of what is asked for, if the pod would fit when it had the node to itself.
func (f nodeResourcesFit) helped(pod *cluster.Pod, e event) bool {
	if e.gone != nil {
		return true
	}
	if !grew(pod, e.before.Node.Status.Allocatable, e.after.Node.Status.Allocatable) {
		return false
	}
	code, _ := f.Filter(pod, e.after)
	return code == Success
}

// grew reports whether there is more than before of any resource that the pod asks for.
func grew(pod *cluster.Pod, before, after cluster.ResourceList) bool {
	request := pod.Template.Requests()
	more := func(name cluster.ResourceName) bool { return after[name].Cmp(before[name]) > 0 }
	return more("pods") ||
		request.MilliCPU > 0 && more("cpu") ||
		request.Memory > 0 && more("memory") ||
		request.EphemeralStorage > 0 && more("ephemeral-storage") ||
		slices.ContainsFunc(request.Scalars, func(s cluster.ScalarResource) bool { return more(s.Name) })
}
