package kubelet

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/taints"
)

// room is what the other pods of a node leave to one that asks to be admitted.
type room struct {
	pod  *cluster.Pod
	node *cluster.Node
	pods int64
	used cluster.Resources
	// clash says that somebody has one of the host ports.
	clash bool
}

// take counts a pod that is there already.
func (r *room) take(other *cluster.Pod) {
	r.pods++
	asked := other.Template.Requests()
	r.used.MilliCPU += asked.MilliCPU
	r.used.Memory += asked.Memory
	r.used.EphemeralStorage += asked.EphemeralStorage
	if wanted := r.pod.Template.Requests(); len(wanted.Scalars) > 0 && len(asked.Scalars) > 0 {
		r.used = r.used.Plus(cluster.Resources{Scalars: asked.Scalars})
	}
	for _, p := range r.pod.Template.HostPorts() {
		for _, q := range other.Template.HostPorts() {
			r.clash = r.clash || p.Conflicts(q)
		}
	}
}

// barred is what turns a pod away before anything is counted.
func (r *room) barred() (why Rejection, rejected bool) {
	if why, rejected = r.pressure(); rejected {
		return why, true
	}
	if why, rejected = r.sysctls(); rejected {
		return why, true
	}
	return r.otherSystem()
}

// pressure turns away pods from a node that runs short of something. Critical ones are let in, and under memory
// pressure alone those that have asked for memory or CPU, or tolerate it.
func (r *room) pressure() (Rejection, bool) {
	conditions := ""
	for _, kind := range [...]string{cluster.NodeMemoryPressure, cluster.NodeDiskPressure, cluster.NodePIDPressure} {
		if r.node.ConditionStatus(kind) == cluster.ConditionTrue {
			conditions += " " + kind
		}
	}
	switch {
	case conditions == "" || Critical(r.pod):
		return Rejection{}, false
	case conditions == " "+cluster.NodeMemoryPressure:
		_, untolerated := taints.FirstUntolerated([]taints.Taint{{
			Key: taints.KeyMemoryPressure, Effect: taints.EffectNoSchedule,
		}}, r.pod.Spec().Tolerations, taints.EffectNoSchedule)
		if !untolerated || cluster.QOSClass(r.pod.Spec()) != cluster.PodQOSBestEffort {
			return Rejection{}, false
		}
	}
	return Rejection{evicted, fmt.Sprintf("The node had condition: [%s]. ", conditions[1:])}, true
}

const linux = "linux"

// otherSystem turns away pods for another operating system than the node's, which is Linux unless a label says
// so. NB: the label is asked of the pod itself, not of its node selector.
func (r *room) otherSystem() (Rejection, bool) {
	system := cmp.Or(r.node.Labels[cluster.LabelOS], linux)
	if own, labelled := r.pod.Labels[cluster.LabelOS]; labelled && own != system {
		return Rejection{"PodOSSelectorNodeLabelDoesNotMatch",
			"Failed to admit pod as the `kubernetes.io/os` label doesn't match node label"}, true
	}
	if wanted := r.pod.Spec().OS; wanted != nil && string(wanted.Name) != system {
		return Rejection{"PodOSNotSupported", "Failed to admit pod as the OS field doesn't match node OS"}, true
	}
	return Rejection{}, false
}

// shortfall is a resource of which there is not enough.
type shortfall struct {
	name                  cluster.ResourceName
	asked, used, capacity int64
}

// missing is how much more of it would do.
func (s *shortfall) missing() int64 { return s.asked - (s.capacity - s.used) }

func (s *shortfall) rejection() Rejection {
	return Rejection{"OutOf" + string(s.name), fmt.Sprintf(
		"Node didn't have enough resource: %s, requested: %d, used: %d, capacity: %d",
		s.name, s.asked, s.used, s.capacity)}
}

// shortfalls are the resources of which there is not enough: pods, cpu, memory, ephemeral-storage, then the others
// by name. An extended resource that the node does not list is none of the kubelet's business.
func (r *room) shortfalls() (list []shortfall) {
	has := r.node.Status.Allocatable
	note := func(name cluster.ResourceName, asked, used, capacity int64) {
		if asked > 0 && asked > capacity-used {
			list = append(list, shortfall{name, asked, used, capacity})
		}
	}
	note(cluster.ResourcePods, 1, r.pods, has[cluster.ResourcePods].Value())
	asked := r.pod.Template.Requests()
	if asked.IsZero() {
		return list
	}
	note(cluster.ResourceCPU, asked.MilliCPU, r.used.MilliCPU, has[cluster.ResourceCPU].MilliValue())
	note(cluster.ResourceMemory, asked.Memory, r.used.Memory, has[cluster.ResourceMemory].Value())
	note(cluster.ResourceEphemeralStorage, asked.EphemeralStorage, r.used.EphemeralStorage,
		has[cluster.ResourceEphemeralStorage].Value())
	for _, s := range asked.Scalars {
		if capacity, listed := has[s.Name]; listed || !isExtended(s.Name) {
			note(s.Name, s.Value, r.used.Scalar(s.Name), capacity.Value())
		}
	}
	return list
}

// isExtended reports whether a resource is one that somebody has added to nodes.
func isExtended(name cluster.ResourceName) bool {
	domain, _, qualified := strings.Cut(string(name), "/")
	return qualified && !strings.HasSuffix(domain, "kubernetes.io")
}

// elsewhere reports whether the pod does not want to be on the node.
func (r *room) elsewhere() bool {
	p, n := r.pod, r.node
	return p.Target != "" && p.Target != n.Name || !p.Template.NodeAffinity().Matches(n.Name, n.Labels)
}

// tainted reports whether the pod does not tolerate to be on the node. Mirrors of static pods need not.
func (r *room) tainted() bool {
	if len(r.node.Spec.Taints) == 0 || Mirror(r.pod) {
		return false
	}
	_, found := taints.FirstUntolerated(r.node.Spec.Taints, r.pod.Spec().Tolerations, taints.EffectNoExecute)
	return found
}

// unfit is what makes the pod unfit for the node, apart from resources: the first in Kubernetes' order. Neither a
// cordon nor a taint NoSchedule does.
func (r *room) unfit() (Rejection, bool) {
	switch {
	case r.elsewhere():
		return failed("NodeAffinity", "node(s) didn't match Pod's node affinity/selector"), true
	case r.clash:
		return failed("NodePorts", "node(s) didn't have free ports for the requested pod ports"), true
	case r.tainted():
		return failed("TaintToleration", "node(s) had taints that the pod didn't tolerate"), true
	}
	return Rejection{}, false
}

func failed(predicate, why string) Rejection {
	return Rejection{predicate, "Predicate " + predicate + " failed: " + why}
}
