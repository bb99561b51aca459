package scheduler

import (
	"maps"
	"slices"
	"strconv"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/taints"
)

// EventKind is what happened to the cluster in the eyes of the scheduler.
type EventKind uint8

// The kinds of events. A pod is assigned while it is bound to a node and has not come to its end.
const (
	// NodeAdded is a new node.
	NodeAdded EventKind = iota + 1
	// NodeUpdated is a node that has changed.
	NodeUpdated
	// NodeDeleted is a node that is gone.
	NodeDeleted
	// AssignedPodAdded is a pod that has come to a node.
	AssignedPodAdded
	// AssignedPodUpdated is a pod on a node that has changed.
	AssignedPodUpdated
	// AssignedPodDeleted is a pod that has left its node, by deletion or by coming to its end, or one
	// that has given up the node to which it was nominated.
	AssignedPodDeleted
	// TargetPodUpdated is a change of the waiting pod itself.
	TargetPodUpdated
)

// String is the name of the kind.
func (k EventKind) String() string {
	names := [...]string{
		"", "NodeAdded", "NodeUpdated", "NodeDeleted", "AssignedPodAdded", "AssignedPodUpdated",
		"AssignedPodDeleted", "TargetPodUpdated",
	}
	if int(k) >= len(names) || k == 0 {
		return "EventKind(" + strconv.Itoa(int(k)) + ")"
	}
	return names[k]
}

// Event is a change that may help a pod that waits.
type Event struct {
	// Kind says what happened.
	Kind EventKind
	// NodeBefore and Node are the node before and after the change; Node is the node as it was when
	// it is gone. They are nil for events of pods.
	NodeBefore, Node *cluster.Node
	// PodBefore and Pod are the same for events of pods.
	PodBefore, Pod *cluster.Pod
}

// QueueingHinter is a plugin that knows which events can change its mind. A pod that another plugin has
// rejected is tried again whatever happens.
type QueueingHinter interface {
	Plugin
	// QueueingHint reports whether a pod that the plugin has rejected should be tried again.
	QueueingHint(pod *cluster.Pod, e Event) bool
}

func (e *Event) tolerationsChanged() bool {
	return !slices.EqualFunc(e.PodBefore.Spec().Tolerations, e.Pod.Spec().Tolerations, sameToleration)
}

func sameToleration(a, b taints.Toleration) bool {
	seconds := func(s *int64) int64 {
		if s == nil {
			return -1
		}
		return *s
	}
	same := seconds(a.TolerationSeconds) == seconds(b.TolerationSeconds)
	a.TolerationSeconds, b.TolerationSeconds = nil, nil
	return same && a == b
}

func (e *Event) labelsChanged() bool { return !maps.Equal(e.PodBefore.Labels, e.Pod.Labels) }

// nodeHelps reports whether a node has changed in a way that a plugin of Kubernetes looks at.
func nodeHelps(before, after *cluster.Node) bool {
	return before.Spec.Unschedulable && !after.Spec.Unschedulable ||
		!maps.Equal(before.Labels, after.Labels) ||
		!slices.Equal(before.Spec.Taints, after.Spec.Taints) ||
		!maps.EqualFunc(before.Status.Allocatable, after.Status.Allocatable, sameQuantity)
}

// rejecters are the plugins that have rejected a pod, by their place in the profile. The last bit stands
// for all that have no bit of their own.
type rejecters uint64

const lastRejecter = 63

func (r rejecters) with(place int) rejecters { return r | 1<<min(place, lastRejecter) }

func (r rejecters) has(place int) bool { return r&(1<<min(place, lastRejecter)) != 0 }

// helped reports whether an event may let a pod pass that waits because of the rejecters. A pod that
// nobody has rejected waits for nothing in particular, so everything helps.
func (f *framework) helped(pod *cluster.Pod, by rejecters, e Event) bool {
	if by == 0 {
		return true
	}
	for place, h := range f.hinters {
		if by.has(place) && (h == nil || place >= lastRejecter || h.QueueingHint(pod, e)) {
			return true
		}
	}
	return false
}

// local is a plugin whose verdict on a node depends on nothing but that node and the pods on it, so that
// a pod that is pinned to a node and rejected by it need not hear of others.
type local interface{ local() }

func (NodeName) local()          {}
func (NodeUnschedulable) local() {}
func (TaintToleration) local()   {}
func (NodeAffinity) local()      {}
func (NodePorts) local()         {}
func (NodeResourcesFit) local()  {}

// wide reports whether any of the rejecters looks beyond the node.
func (f *framework) wide(by rejecters) bool {
	for place, e := range f.plugins {
		if _, ok := e.Plugin.(local); by.has(place) && !ok {
			return true
		}
	}
	return by == 0
}
