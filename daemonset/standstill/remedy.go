package standstill

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/taints"
)

// RemedyKind says what a Remedy does. The kinds are listed by size, the smallest first.
type RemedyKind string

// What is done to one pod.
const (
	// DeletePod deletes a pod of the DaemonSet, so that it is made anew.
	DeletePod RemedyKind = "DeletePod"
	// ForceDeletePod takes one away without waiting for its kubelet.
	ForceDeletePod RemedyKind = "ForceDeletePod"
	// ReleasePod takes the finalizers off one.
	ReleasePod RemedyKind = "ReleasePod"
	// DeleteOtherPod deletes a pod of somebody else's that is in the way.
	DeleteOtherPod RemedyKind = "DeleteOtherPod"
)

// What is done to a node or to the DaemonSet.
const (
	// RemoveTaint takes a taint off a node.
	RemoveTaint RemedyKind = "RemoveTaint"
	// WakeController changes an annotation of the DaemonSet, so that its controller looks.
	WakeController RemedyKind = "WakeController"
	// StartComponent starts a component of the control plane, which is its Name.
	StartComponent RemedyKind = "StartComponent"
	// SetMaxUnavailable and SetMaxSurge set a budget to Number; SetMinReadySeconds sets that field.
	SetMaxUnavailable  RemedyKind = "SetMaxUnavailable"
	SetMaxSurge        RemedyKind = "SetMaxSurge"
	SetMinReadySeconds RemedyKind = "SetMinReadySeconds"
	// StopSurge sets maxUnavailable to 1 and maxSurge to 0, so that old pods go first.
	StopSurge RemedyKind = "StopSurge"
	// StartRolling sets the strategy to RollingUpdate.
	StartRolling RemedyKind = "StartRolling"
	// AddToleration makes the template tolerate a taint.
	AddToleration RemedyKind = "AddToleration"
	// Undo sets the template back to that of the revision with the Number.
	Undo RemedyKind = "Undo"
	// DeleteNode removes a node that is gone for good.
	DeleteNode RemedyKind = "DeleteNode"
)

// size orders the kinds: one pod, one node's mark, a process, the DaemonSet's settings, its template, a whole
// node.
func (k RemedyKind) size() int {
	for i, other := range [...]RemedyKind{
		DeletePod, ForceDeletePod, ReleasePod, DeleteOtherPod, RemoveTaint, WakeController, StartComponent,
		SetMaxUnavailable, SetMaxSurge, SetMinReadySeconds, StopSurge, StartRolling,
		AddToleration, Undo, DeleteNode,
	} {
		if k == other {
			return i
		}
	}
	return -1
}

// Remedy is one change that may let a rollout go on. It is data; daemonsim.Sim.CarryOut makes the change.
type Remedy struct {
	// Kind says what is done.
	Kind RemedyKind `json:"kind"`
	// Namespace and Name are those of the pod, the node or the DaemonSet that is changed.
	Namespace string `json:"namespace,omitempty"`
	Name      string `json:"name"`
	// Node is where the pod is.
	Node string `json:"node,omitempty"`
	// Number is the value that a field is set to, or the number of a revision.
	Number int64 `json:"number,omitempty"`
	// Taint is the taint that goes, Toleration the toleration that comes.
	Taint      *taints.Taint      `json:"taint,omitempty"`
	Toleration *taints.Toleration `json:"toleration,omitempty"`
	// Owner is the controller of somebody else's pod, as "ReplicaSet web"; "" for a pod without one. Returns
	// says that the controller is in the cluster, so that it makes the pod anew.
	Owner   string `json:"owner,omitempty"`
	Returns bool   `json:"returns,omitempty"`
	// First says that the template has no other toleration: it is for the command alone.
	First bool `json:"-"`
}

// String is the change as an instruction. Of a remedy that Validate refuses it is the kind and the name.
func (r Remedy) String() string {
	if r.Validate() != nil {
		return fmt.Sprintf("%s %s", r.Kind, r.Name)
	}
	switch r.Kind {
	case DeletePod:
		return fmt.Sprintf("delete pod %s on %s", r.Name, r.Node)
	case DeleteOtherPod:
		return fmt.Sprintf("delete pod %s on %s%s", r.Name, r.Node, r.afterwards())
	case ForceDeletePod:
		return fmt.Sprintf("take pod %s on %s away without waiting for its kubelet", r.Name, r.Node)
	case ReleasePod:
		return fmt.Sprintf("remove the finalizers of pod %s", r.Name)
	case RemoveTaint:
		return fmt.Sprintf("remove taint %v from node %s", r.Taint, r.Name)
	case WakeController:
		return "touch the DaemonSet, so that its controller looks"
	case StartComponent:
		return "start " + r.Name
	case SetMaxUnavailable:
		return fmt.Sprintf("set maxUnavailable to %d", r.Number)
	case SetMaxSurge:
		return fmt.Sprintf("set maxSurge to %d", r.Number)
	case SetMinReadySeconds:
		return fmt.Sprintf("set minReadySeconds to %d", r.Number)
	case StopSurge:
		return "set maxUnavailable to 1 and maxSurge to 0"
	case StartRolling:
		return "set the strategy to RollingUpdate"
	case AddToleration:
		return "add toleration " + r.Toleration.Describe()
	case Undo:
		return fmt.Sprintf("set the template back to revision %d", r.Number)
	}
	return fmt.Sprintf("remove node %s", r.Name)
}

// afterwards is what becomes of a pod of somebody else's that is deleted, unless the simulation shows it.
func (r Remedy) afterwards() string {
	switch {
	case r.Owner == "":
		return " (no controller brings it back)"
	case r.Returns:
		return ""
	}
	return " (" + r.Owner + " may bring it back, which is not simulated)"
}

// Command is the change as a command line of kubectl or, where Kubernetes has no command for it, of sim. There is
// none for a remedy that Validate refuses.
func (r Remedy) Command() string {
	if r.Validate() != nil {
		return ""
	}
	namespace := ""
	if r.Namespace != "" && r.Namespace != cluster.DefaultNamespace {
		namespace = " -n " + r.Namespace
	}
	patch := func(spec string) string {
		return fmt.Sprintf(`kubectl patch daemonset %s%s -p '{"spec":{%s}}'`, r.Name, namespace, spec)
	}
	rolling := func(fields string) string { return patch(`"updateStrategy":{"rollingUpdate":{` + fields + `}}`) }
	switch r.Kind {
	case DeletePod, DeleteOtherPod:
		return "kubectl delete pod " + r.Name + namespace
	case ForceDeletePod:
		return "kubectl delete pod " + r.Name + namespace + " --grace-period=0 --force"
	case ReleasePod:
		return fmt.Sprintf(`kubectl patch pod %s%s -p '{"metadata":{"finalizers":null}}'`, r.Name, namespace)
	case RemoveTaint:
		return fmt.Sprintf("kubectl taint nodes %s %s:%s-", r.Name, r.Taint.Key, r.Taint.Effect)
	case WakeController:
		return fmt.Sprintf("kubectl annotate daemonset/%s%s --overwrite %s=%d",
			r.Name, namespace, WakeAnnotation, r.Number)
	case StartComponent:
		return "sim start " + r.Name
	case SetMaxUnavailable:
		return rolling(fmt.Sprintf(`"maxUnavailable":%d`, r.Number))
	case SetMaxSurge:
		return rolling(fmt.Sprintf(`"maxSurge":%d`, r.Number))
	case SetMinReadySeconds:
		return patch(fmt.Sprintf(`"minReadySeconds":%d`, r.Number))
	case StopSurge:
		return rolling(`"maxUnavailable":1,"maxSurge":0`)
	case StartRolling:
		return patch(`"updateStrategy":{"type":"RollingUpdate"}`)
	case AddToleration:
		return r.tolerationCommand(namespace)
	case Undo:
		return fmt.Sprintf("kubectl rollout undo daemonset/%s%s --to-revision=%d", r.Name, namespace, r.Number)
	}
	return "kubectl delete node " + r.Name
}

// WakeAnnotation is what WakeController sets.
const WakeAnnotation = "example.com/looked-at"

// tolerationCommand adds to the list of tolerations, which a plain patch would replace.
func (r Remedy) tolerationCommand(namespace string) string {
	value, err := json.Marshal(r.Toleration)
	if err != nil {
		return ""
	}
	path, text := "/spec/template/spec/tolerations/-", string(value)
	if r.First {
		path, text = strings.TrimSuffix(path, "/-"), "["+text+"]"
	}
	return fmt.Sprintf(`kubectl patch daemonset %s%s --type=json -p '[{"op":"add","path":%q,"value":%s}]'`,
		r.Name, namespace, path, text)
}
