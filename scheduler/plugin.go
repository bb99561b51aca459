package scheduler

import (
	"strconv"

	"github.com/daemonsim/daemonsim/cluster"
)

// Code says what a plugin's answer is worth.
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

// Status is a plugin's answer about a pod, or about a pod and a node. The zero Status is success.
type Status struct {
	// Code is what the answer is worth.
	Code Code
	// Reasons say why the answer is no, in the order in which they were found.
	Reasons []string
}

// IsSuccess reports whether the answer is yes.
func (s Status) IsSuccess() bool { return s.Code == Success }

// reject is a no with one reason.
func reject(code Code, reason string) Status { return Status{code, []string{reason}} }

// Plugin is a part of a [Profile]. What it takes part in follows from the other interfaces of this
// package that it implements: PreFilterPlugin, FilterPlugin, PostFilterPlugin, PreScorePlugin,
// ScorePlugin, ScoreNormalizer and QueueingHinter. A plugin keeps nothing from one attempt to the next;
// what it works out in an attempt it leaves in the [Cycle].
type Plugin interface {
	// Name is the plugin's name, as in Kubernetes where it is one of its own.
	Name() string
}

// PreFilterPlugin is a plugin that looks at the pod, and at the cluster as a whole, before any node is
// looked at.
type PreFilterPlugin interface {
	Plugin
	PreFilter(c *Cycle) PreFilterResult
}

// PreFilterResult is what a plugin says before any node is looked at. The zero value says nothing.
type PreFilterResult struct {
	// Status rejects the pod on all nodes unless it is a success.
	Status Status
	// Skip takes the plugin out of this attempt: its Filter would let every node pass.
	Skip bool
	// Narrowed says that no other nodes come into question than those of Nodes. Names of nodes that
	// do not exist are passed over.
	Narrowed bool
	Nodes    []string
}

// FilterPlugin is a plugin that can reject a node for a pod. Plugins are asked in the order of the
// profile, and the first rejection counts.
type FilterPlugin interface {
	Plugin
	Filter(c *Cycle, node *NodeInfo) Status
}

// PodCounter is a state that a plugin leaves in a Cycle whose answer about one node depends on pods of
// others. It is told when an attempt tries out how things would be with other pods, as preemption does.
type PodCounter interface {
	// Clone returns an independent copy.
	Clone() PodCounter
	// AddPod and RemovePod take note of a pod that would come to a node or leave it.
	AddPod(c *Cycle, pod *cluster.Pod, node *NodeInfo)
	RemovePod(c *Cycle, pod *cluster.Pod, node *NodeInfo)
}

// PreScorePlugin is a plugin that prepares for scoring the nodes that are left.
type PreScorePlugin interface {
	Plugin
	// PreScore reports whether to skip the plugin's Score. An error ends the attempt.
	PreScore(c *Cycle, feasible []*NodeInfo) (skip bool, err error)
}

// ScorePlugin is a plugin that ranks the nodes that are left.
type ScorePlugin interface {
	Plugin
	// Score is what the plugin thinks of the node: from 0 to MaxNodeScore, unless the plugin is a
	// ScoreNormalizer as well. An error ends the attempt.
	Score(c *Cycle, node *NodeInfo) (int64, error)
}

// ScoreNormalizer is a ScorePlugin whose scores are brought into the range from 0 to MaxNodeScore when
// they are all known.
type ScoreNormalizer interface {
	ScorePlugin
	// NormalizeScore rewrites scores in place; scores[i] belongs to feasible[i].
	NormalizeScore(c *Cycle, feasible []*NodeInfo, scores []int64)
}

// MaxNodeScore is the best score that a plugin can give, before its weight.
const MaxNodeScore int64 = 100

// PostFilterPlugin is a plugin that is asked for a way out when no node is left.
type PostFilterPlugin interface {
	Plugin
	PostFilter(c *Cycle) PostFilterResult
}

// PostFilterResult is a way out for a pod that fits nowhere, or why there is none.
type PostFilterResult struct {
	// NominatedNode is the node on which the pod is to fit, once the Victims are gone; "" when there is
	// no way out.
	NominatedNode string
	// Victims are the pods to delete, the most important first.
	Victims []*cluster.Pod
	// Clear says that the pod loses the nomination that it may have.
	Clear bool
	// Message is for people.
	Message string
}
