package scheduler

import (
	"strconv"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/taints"
)

// Code says what a filter's verdict is worth.
type Code uint8

// The codes, named as in the scheduling framework.
const (
	// Success lets the pod onto the node.
	Success Code = iota
	// Unschedulable keeps it off, as long as the pods are there that are there now.
	Unschedulable
	// UnschedulableAndUnresolvable keeps it off whatever pods were removed.
	UnschedulableAndUnresolvable
)

// String is the name of the code.
func (c Code) String() string {
	names := [...]string{"Success", "Unschedulable", "UnschedulableAndUnresolvable"}
	if int(c) >= len(names) {
		return "Code(" + strconv.Itoa(int(c)) + ")"
	}
	return names[c]
}

// Verdict is the answer for one pod and one node.
type Verdict struct {
	// Plugin is the filter that rejected the node; empty on success.
	Plugin string
	// Code is what the rejection is worth.
	Code Code
	// Reasons are the filter's reasons in the order in which they were found.
	Reasons []string
}

// Fits reports whether nothing rejected the node.
func (v Verdict) Fits() bool { return v.Code == Success }

// Filter is a scheduler plugin that can reject a node for a pod. Filters are asked in order, and the
// first rejection is the verdict.
type Filter interface {
	// Name is the plugin's name, as in Kubernetes where it is one of its own.
	Name() string
	// Filter returns Success, or why the pod may not go to the node.
	Filter(pod *cluster.Pod, node *NodeInfo) (Code, []string)
}

// NodeInfo is a node and the pods that take room on it: those that are bound and have not come to
// their end.
type NodeInfo struct {
	Node *cluster.Node
	Pods []*cluster.Pod
}

// Load fills info with the node and its pods, keeping the memory of its list.
func (info *NodeInfo) Load(r cluster.Reader, node *cluster.Node) {
	info.Node = node
	info.Pods = info.Pods[:0]
	for p := range r.PodsAt(node.ID()) {
		if p.Bound() && !p.Terminal() {
			info.Pods = append(info.Pods, p)
		}
	}
}

// Filters is a list of filters in the order in which they are asked.
type Filters []Filter

// DefaultFilters returns the filters of the default profile, in its order.
func DefaultFilters() Filters {
	return Filters{
		nodeName{}, nodeUnschedulable{}, taintToleration{}, nodeAffinity{}, nodePorts{},
		nodeResourcesFit{},
	}
}

// Run asks the filters one after the other whether the pod may go to the node.
func (f Filters) Run(pod *cluster.Pod, node *NodeInfo) Verdict {
	_, v := f.run(pod, node)
	return v
}

// run is Run, and tells the place of the filter that rejected the node.
func (f Filters) run(pod *cluster.Pod, node *NodeInfo) (int, Verdict) {
	for i, plugin := range f {
		if code, reasons := plugin.Filter(pod, node); code != Success {
			return i, Verdict{plugin.Name(), code, reasons}
		}
	}
	return 0, Verdict{}
}

// The texts of the reasons, which end up in events and conditions.
const (
	reasonNodeName      = "node(s) didn't match the requested node name"
	reasonUnschedulable = "node(s) were unschedulable"
	reasonTaint         = "node(s) had untolerated taint(s)"
	reasonAffinity      = "node(s) didn't match Pod's node affinity/selector"
	reasonPorts         = "node(s) didn't have free ports for the requested pod ports"
	reasonNotAsked      = "node(s) didn't satisfy plugin(s) [NodeAffinity]"
)

// nodeName lets a pod that names a node onto that node alone.
type nodeName struct{}

func (nodeName) Name() string { return "NodeName" }

func (nodeName) Filter(pod *cluster.Pod, info *NodeInfo) (Code, []string) {
	if want := pod.Spec().NodeName; want != "" && want != info.Node.Name {
		return UnschedulableAndUnresolvable, []string{reasonNodeName}
	}
	return Success, nil
}

// nodeUnschedulable keeps pods off cordoned nodes. It looks at the field, not at the taint that goes
// with it.
type nodeUnschedulable struct{}

func (nodeUnschedulable) Name() string { return "NodeUnschedulable" }

func (nodeUnschedulable) Filter(pod *cluster.Pod, info *NodeInfo) (Code, []string) {
	if !info.Node.Spec.Unschedulable {
		return Success, nil
	}
	cordon := taints.Taint{Key: taints.KeyUnschedulable, Effect: taints.EffectNoSchedule}
	for _, t := range pod.Spec().Tolerations {
		if t.Tolerates(cordon) {
			return Success, nil
		}
	}
	return UnschedulableAndUnresolvable, []string{reasonUnschedulable}
}

// taintToleration keeps pods off nodes with a taint that they do not tolerate.
type taintToleration struct{}

func (taintToleration) Name() string { return "TaintToleration" }

func (taintToleration) Filter(pod *cluster.Pod, info *NodeInfo) (Code, []string) {
	_, found := taints.FirstUntolerated(info.Node.Spec.Taints, pod.Spec().Tolerations,
		taints.EffectNoSchedule, taints.EffectNoExecute)
	if found {
		return UnschedulableAndUnresolvable, []string{reasonTaint}
	}
	return Success, nil
}

// nodeAffinity asks the pod's node selector and its required node affinity: the pinned node, or the
// terms of its template.
type nodeAffinity struct{}

func (nodeAffinity) Name() string { return "NodeAffinity" }

func (nodeAffinity) Filter(pod *cluster.Pod, info *NodeInfo) (Code, []string) {
	pinned := pod.Target == "" || pod.Target == info.Node.Name
	required := pod.Template.NodeAffinity()
	if pinned && required.Matches(info.Node.Name, info.Node.Labels) {
		return Success, nil
	}
	return UnschedulableAndUnresolvable, []string{reasonAffinity}
}

// nodePorts keeps two pods from taking the same host port of a node.
type nodePorts struct{}

func (nodePorts) Name() string { return "NodePorts" }

func (nodePorts) Filter(pod *cluster.Pod, info *NodeInfo) (Code, []string) {
	wanted := pod.Template.HostPorts()
	if len(wanted) == 0 {
		return Success, nil
	}
	for _, there := range info.Pods {
		if conflict(wanted, there.Template.HostPorts()) {
			return Unschedulable, []string{reasonPorts}
		}
	}
	return Success, nil
}

func conflict(wanted, taken []cluster.HostPort) bool {
	for _, w := range wanted {
		for _, t := range taken {
			if w.Conflicts(t) {
				return true
			}
		}
	}
	return false
}
