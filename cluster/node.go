package cluster

import (
	"maps"
	"reflect"
	"slices"
	"time"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/taints"
)

// NodeID is a small dense number for a node name, handed out when the name is first seen, as the
// name of a Node or as a place that a pod is bound or pinned to. It stays with the name for the life of
// the cluster and its forks, so that what is known per node can live in vectors.
type NodeID uint32

// NoNode is the NodeID of no node at all.
const NoNode NodeID = 0

// LabelHostname is the label that the kubelet sets to the node's name.
const LabelHostname = "kubernetes.io/hostname"

// The labels that the kubelet sets to the operating system and the architecture of its node, and their older twins.
const (
	LabelOS       = "kubernetes.io/os"
	LabelArch     = "kubernetes.io/arch"
	LabelBetaOS   = "beta.kubernetes.io/os"
	LabelBetaArch = "beta.kubernetes.io/arch"
)

// Node is one node.
type Node struct {
	ObjectMeta
	Spec   NodeSpec   `json:"spec"`
	Status NodeStatus `json:"status"`

	id       NodeID
	likeness Likeness
	// outage never changes once it is stored.
	outage *Outage
	strain *strain
}

// NodeSpec is what people and controllers decide about a node.
type NodeSpec struct {
	// PodCIDR and PodCIDRs are kept and not interpreted, as is ProviderID.
	PodCIDR    string   `json:"podCIDR,omitempty"`
	PodCIDRs   []string `json:"podCIDRs,omitempty"`
	ProviderID string   `json:"providerID,omitempty"`
	// Unschedulable is what cordoning sets.
	Unschedulable bool `json:"unschedulable,omitempty"`
	// Taints keep pods away that do not tolerate them.
	Taints []taints.Taint `json:"taints,omitempty"`
}

// NodeStatus is what is known of the node itself.
type NodeStatus struct {
	// Capacity and Allocatable are what the node has and what pods may use of it. A node that is
	// created without Allocatable takes over Capacity, and without either gets Config.Capacity.
	Capacity    ResourceList `json:"capacity,omitempty"`
	Allocatable ResourceList `json:"allocatable,omitempty"`
	// Conditions are the node's conditions. A node that is created without any is Ready.
	Conditions []NodeCondition `json:"conditions,omitempty"`
	Addresses  []NodeAddress   `json:"addresses,omitempty"`
	// NodeInfo describes the software of the node; it is kept and shown, never interpreted.
	NodeInfo *NodeSystemInfo `json:"nodeInfo,omitempty"`
	// Images are the container images that the node has already. The scheduler prefers nodes that
	// have the images of a pod.
	Images []ContainerImage `json:"images,omitempty"`
}

// ContainerImage is an image on a node.
type ContainerImage struct {
	// Names are all names of the image, by tag and by digest.
	Names []string `json:"names"`
	// SizeBytes is the size of the image.
	SizeBytes int64 `json:"sizeBytes,omitempty"`
}

// The types of conditions of a node. A kubelet reports all but NodeNetworkUnavailable, which is the network's.
const (
	NodeReady              = "Ready"
	NodeMemoryPressure     = "MemoryPressure"
	NodeDiskPressure       = "DiskPressure"
	NodePIDPressure        = "PIDPressure"
	NodeNetworkUnavailable = "NetworkUnavailable"
)

// The values of a condition's Status.
const (
	ConditionTrue    = "True"
	ConditionFalse   = "False"
	ConditionUnknown = "Unknown"
)

// NodeStatusUnknown is the reason of the conditions of a node whose kubelet has not been heard of for too long.
const NodeStatusUnknown = "NodeStatusUnknown"

// NodeCondition is one condition of a node.
type NodeCondition struct {
	// Type is one of the types above, such as NodeReady.
	Type string `json:"type"`
	// Status is True, False or Unknown.
	Status string `json:"status"`
	// LastHeartbeatTime is kept and shown, never interpreted: see Node.Outage.
	LastHeartbeatTime time.Duration `json:"lastHeartbeatTime,omitempty"`
	// LastTransitionTime is the virtual time at which Status last changed.
	LastTransitionTime time.Duration `json:"lastTransitionTime,omitempty"`
	Reason             string        `json:"reason,omitempty"`
	Message            string        `json:"message,omitempty"`
}

// NodeAddress is one address of a node.
type NodeAddress struct {
	Type    string `json:"type"`
	Address string `json:"address"`
}

// NodeSystemInfo names the software that runs on a node.
type NodeSystemInfo struct {
	MachineID               string `json:"machineID"`
	SystemUUID              string `json:"systemUUID"`
	BootID                  string `json:"bootID"`
	KernelVersion           string `json:"kernelVersion"`
	OSImage                 string `json:"osImage"`
	ContainerRuntimeVersion string `json:"containerRuntimeVersion"`
	KubeletVersion          string `json:"kubeletVersion"`
	KubeProxyVersion        string `json:"kubeProxyVersion"`
	OperatingSystem         string `json:"operatingSystem"`
	Architecture            string `json:"architecture"`
}

// Kind is KindNode.
func (n *Node) Kind() Kind { return KindNode }

// APIVersion is "v1".
func (n *Node) APIVersion() string { return "v1" }

// Scope is ClusterScoped.
func (n *Node) Scope() Scope { return ClusterScoped }

// ID is the dense number of the node's name; NoNode for a node that is not stored.
func (n *Node) ID() NodeID { return n.id }

// Ready reports whether the node's condition Ready is True.
func (n *Node) Ready() bool { return n.ConditionStatus(NodeReady) == ConditionTrue }

// ConditionStatus is the status of the condition of that type, "" when the node has none.
func (n *Node) ConditionStatus(conditionType string) string {
	for i := range n.Status.Conditions {
		if c := &n.Status.Conditions[i]; c.Type == conditionType {
			return c.Status
		}
	}
	return ""
}

// Clone returns a deep copy. It has no Likeness, as it may come to look different.
func (n *Node) Clone() Object {
	c := *n
	c.likeness = 0
	c.ObjectMeta = n.CloneMeta()
	c.Spec.PodCIDRs = slices.Clone(n.Spec.PodCIDRs)
	c.Spec.Taints = slices.Clone(n.Spec.Taints)
	c.Status.Capacity = maps.Clone(n.Status.Capacity)
	c.Status.Allocatable = maps.Clone(n.Status.Allocatable)
	c.Status.Conditions = slices.Clone(n.Status.Conditions)
	c.Status.Addresses = slices.Clone(n.Status.Addresses)
	c.Status.NodeInfo = clonePointer(n.Status.NodeInfo)
	c.Status.Images = slices.Clone(n.Status.Images)
	for i := range c.Status.Images {
		c.Status.Images[i].Names = slices.Clone(c.Status.Images[i].Names)
	}
	return &c
}

// Default gives the node what its kubelet would report on registration: the labels for host name,
// operating system and architecture, allocatable resources, and the condition Ready. What it fills in
// belongs to the caller.
func (n *Node) Default() {
	n.defaultShared()
	n.Status.Capacity = maps.Clone(n.Status.Capacity)
	n.Status.Conditions = slices.Clone(n.Status.Conditions)
}

// defaultShared is Default for the store's own copy, which never changes: it may share memory.
func (n *Node) defaultShared() {
	n.defaultLabels()
	s := &n.Status
	if s.Capacity == nil {
		s.Capacity = s.Allocatable
	}
	if s.Allocatable == nil {
		s.Allocatable = s.Capacity
	}
	if s.Conditions == nil || slices.Equal(s.Conditions, readyConditions) {
		s.Conditions = readyConditions
	}
}

// defaultLabels sets the labels that a kubelet sets. A name that is too long for a label is left out.
func (n *Node) defaultLabels() {
	if n.Labels == nil {
		n.Labels = make(map[string]string, 5)
	}
	if _, ok := n.Labels[LabelHostname]; !ok && len(affinity.ValueErrors(n.Name)) == 0 {
		n.Labels[LabelHostname] = n.Name
	}
	for _, l := range [...]struct{ key, twin, usual string }{
		{LabelOS, LabelBetaOS, "linux"}, {LabelArch, LabelBetaArch, "amd64"},
	} {
		value, ok := n.Labels[l.key]
		if !ok {
			value = l.usual
			n.Labels[l.key] = value
		}
		if _, ok := n.Labels[l.twin]; !ok {
			n.Labels[l.twin] = value
		}
	}
}

// readyConditions is shared by all stored nodes that were created without conditions.
var readyConditions = []NodeCondition{{
	Type: NodeReady, Status: ConditionTrue, Reason: "KubeletReady",
	Message: "kubelet is posting ready status",
}}

// CopyStatus returns n with the status of another version.
func (n *Node) CopyStatus(from Object) Object {
	if reflect.DeepEqual(n.Status, from.(*Node).Status) {
		return n
	}
	c := *n
	c.Status = from.Clone().(*Node).Status
	return &c
}

// PrepareUpdate keeps the status.
func (n *Node) PrepareUpdate(old Object) {
	was := old.(*Node)
	n.Status, n.id, n.likeness = was.Status, was.id, was.likeness
	n.outage, n.strain = was.outage, was.strain
}
