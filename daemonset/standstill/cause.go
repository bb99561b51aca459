package standstill

import (
	"time"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/taints"
)

// Kind says what a Cause is.
type Kind string

// What the strategy says of a node that keeps its old pod. All but the last two name other nodes in By.
const (
	// BudgetUsed holds an available old pod back because Limit nodes may be without an available pod, and
	// those of By are.
	BudgetUsed Kind = "BudgetUsed"
	// SurgeUsed holds it back because new pods may run beside old ones on Limit nodes, and do on those
	// of By.
	SurgeUsed Kind = "SurgeUsed"
	// TooFewAvailable holds it back, on a node that should run none, until the nodes of By have available
	// pods.
	TooFewAvailable Kind = "TooFewAvailable"
	// PlanFails is a strategy that plans nothing at all; Message says why.
	PlanFails Kind = "PlanFails"
	// ByHand leaves the pod to whoever deletes it, as the strategy OnDelete does.
	ByHand Kind = "ByHand"
	// Strategy is a reason of a strategy of somebody's own, in its words, which are in Message.
	Strategy Kind = "Strategy"
)

// What the DaemonSet controller waits for on a node that it has something to do on.
const (
	// ControllerDue is a controller that is about to act, at Until unless that is now.
	ControllerDue Kind = "ControllerDue"
	// ControllerLate is one whose view of the cluster is behind.
	ControllerLate Kind = "ControllerLate"
	// ControllerExpects is one that has asked for pods, or asked pods to go, and has not been told that
	// they came or went. It waits for that until Until.
	ControllerExpects Kind = "ControllerExpects"
	// ControllerFails is one that has failed, and tries again at Until; Message is its last error.
	ControllerFails Kind = "ControllerFails"
	// ControllerStopped is one that does not run.
	ControllerStopped Kind = "ControllerStopped"
	// ControllerUnaware is one that nothing has told to look.
	ControllerUnaware Kind = "ControllerUnaware"
	// SetDeleted is a DaemonSet that is being deleted itself.
	SetDeleted Kind = "SetDeleted"
)

// What a pod waits for.
const (
	// PodTerminating is a pod that was asked to go at Since and has grace until Until.
	PodTerminating Kind = "PodTerminating"
	// PodFailed is a pod that has failed and stays until Until, as pods keep failing there. Message is the
	// reason, where that is known, such as that for which the node's kubelet has turned the pod away.
	PodFailed Kind = "PodFailed"
	// PodGated is one that its scheduling gates keep from the scheduler.
	PodGated Kind = "PodGated"
	// PodQueued is one that the scheduler has not tried, or has not tried again since it would fit.
	PodQueued Kind = "PodQueued"
	// PodUnschedulable is one that the scheduler has found no place for; Message is what it said.
	PodUnschedulable Kind = "PodUnschedulable"
	// PodPreempting is one for which other pods have been asked to go.
	PodPreempting Kind = "PodPreempting"
	// PodStarting has been bound since Since and has not run yet; Message is why its containers wait, where
	// that is known.
	PodStarting Kind = "PodStarting"
	// PodNotReady has been running and not ready since Since.
	PodNotReady Kind = "PodNotReady"
	// PodCrashing was restarted Restarts times and is not running, or is not ready after three times. Since is
	// when it last stopped, where that is known; Message is why it waits.
	PodCrashing Kind = "PodCrashing"
	// PodTooYoung has been ready since Since and will have been for long enough at Until.
	PodTooYoung Kind = "PodTooYoung"
)

// What keeps a pod from getting on: mostly where a chain of causes ends.
const (
	// NodeGone is a pod that is bound to a node that does not exist any more.
	NodeGone Kind = "NodeGone"
	// NodeNotReady is a node whose kubelet has reported, or about whose kubelet has been found out, that it
	// is not ready; Message is the reason.
	NodeNotReady Kind = "NodeNotReady"
	// NodeSilent is a node that counts as ready and has not ended a pod for which the time was up at Since.
	NodeSilent Kind = "NodeSilent"
	// Finalizers hold a pod that is terminating; Message lists them.
	Finalizers Kind = "Finalizers"
	// NoRoom is a node on which less is free than the pod requests; see Shortages.
	NoRoom Kind = "NoRoom"
	// HostPortTaken is a host port that Pod has.
	HostPortTaken Kind = "HostPortTaken"
	// TaintNotTolerated is a taint that keeps the pod off.
	TaintNotTolerated Kind = "TaintNotTolerated"
	// Rejected is any other reason of a plugin of the scheduler's, in its words, which are in Message.
	Rejected Kind = "Rejected"
)

// Cause is one link of the chain from a node that has not moved down to what is to blame. Which fields are
// set depends on the Kind. A Cause is shared by all nodes that wait for it, and never written to.
type Cause struct {
	// Kind says what the cause is.
	Kind Kind
	// Node and Pod are what it is about. Pod is a name, and a Pod of another namespace has it in front.
	Node, Pod string
	// By are the nodes that keep others waiting, by name. Their own causes are the next links.
	By []string
	// Limit is how many nodes a budget comes to, and Setting the field and the value that it comes from.
	Limit   int
	Setting string
	// Since and Until are virtual times.
	Since, Until time.Duration
	// Message is in the words of who said it.
	Message string
	// Images are those of the pod's containers.
	Images string
	// Restarts is how often the pod was restarted.
	Restarts int
	// Creations and Deletions are what a controller expects.
	Creations, Deletions int
	// Plugin is the scheduler's plugin that keeps the pod off its node.
	Plugin string
	// Shortages are the resources of which there is not enough.
	Shortages []Shortage
	// Port is the host port, and Taint the taint, that is in the way.
	Port  *cluster.HostPort
	Taint *taints.Taint
	// Own says that it is the DaemonSet's own old pod on the node that is in the way. It waits in turn for
	// the new pod to be available: the chain is a circle, and ends here.
	Own bool
	// Because is the next link about the same node; nil where the chain ends or goes on with By.
	Because *Cause
}

// Shortage is a resource of which a node has less left than a pod requests, in whole units of the resource
// or, for cpu, in thousandths.
type Shortage struct {
	Resource cluster.ResourceName
	// Requested is what the pod asks for, Free what is left, and Allocatable what the node has in all.
	Requested, Free, Allocatable int64
}

// Root is the last link about the same node: what is to blame, unless By names other nodes.
func (c *Cause) Root() *Cause {
	for c.Because != nil {
		c = c.Because
	}
	return c
}
