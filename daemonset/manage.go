package daemonset

import (
	"strconv"

	"github.com/daemonsim/daemonsim/cluster"
)

// NodePlan is what is to be done on one node so that it has the pod that it should have, and no other.
type NodePlan struct {
	// Create asks for a new pod.
	Create bool
	// Delete lists the pods to delete.
	Delete []PodDeletion
}

// PodDeletion is a pod to delete, and why.
type PodDeletion struct {
	Pod    *cluster.Pod
	Reason DeletionReason
}

// DeletionReason is why the controller deletes a pod outside of a rollout.
type DeletionReason uint8

// The reasons.
const (
	// NodeUnfit is a pod on a node that does not fit any more.
	NodeUnfit DeletionReason = iota + 1
	// NodeGone is a pod that waits for a node that is gone.
	NodeGone
	// Surplus is a pod on a node that has another.
	Surplus
	// Failed and Succeeded are pods that have come to their end.
	Failed
	Succeeded
	// Replaced is an old pod whose successor is there.
	Replaced
)

// String is the reason in words.
func (r DeletionReason) String() string {
	words := [...]string{
		"", "node does not fit any more", "node is gone", "node has another pod", "pod has failed",
		"pod has succeeded", "successor is there",
	}
	if int(r) >= len(words) {
		return "DeletionReason(" + strconv.Itoa(int(r)) + ")"
	}
	return words[r]
}

// Manage says what an entry needs. It takes no notice of back-off: that is for who deletes.
func (v *View) Manage(e *Entry) NodePlan {
	switch {
	case !e.Exists:
		return unbound(e)
	case e.ShouldContinueRunning && len(e.Pods) == 0:
		return NodePlan{Create: e.ShouldRun}
	case e.ShouldContinueRunning:
		return v.tend(e)
	case !e.ShouldRun:
		return NodePlan{Delete: live(e, NodeUnfit)}
	default:
		return NodePlan{}
	}
}

// unbound deletes the pods that wait for a node that is gone. Those that were bound to it are for the
// pod garbage collector.
func unbound(e *Entry) NodePlan {
	var plan NodePlan
	for _, p := range e.Pods {
		if !p.Bound() {
			plan.Delete = append(plan.Delete, PodDeletion{p, NodeGone})
		}
	}
	return plan
}

func live(e *Entry, why DeletionReason) []PodDeletion {
	var list []PodDeletion
	for _, p := range e.Pods {
		if !p.Terminating() {
			list = append(list, PodDeletion{p, why})
		}
	}
	return list
}

// tend clears away pods that have ended, and surplus ones.
func (v *View) tend(e *Entry) NodePlan {
	var plan NodePlan
	var first *cluster.Pod
	running := 0
	for _, p := range e.Pods {
		switch {
		case p.Terminating():
		case p.Status.Phase == cluster.PodFailed:
			plan.Delete = append(plan.Delete, PodDeletion{p, Failed})
		case p.Status.Phase == cluster.PodSucceeded:
			plan.Delete = append(plan.Delete, PodDeletion{p, Succeeded})
		default:
			if running++; first == nil {
				first = p
			}
		}
	}
	switch {
	case running == 0:
		plan.Create = v.Surge && e.ShouldRun
	case running > 1 && v.Surge:
		plan.Delete = append(plan.Delete, v.pruneSurge(e)...)
	case running > 1:
		plan.Delete = append(plan.Delete, surplus(e, first, nil)...)
	}
	return plan
}

// surplus lists the running pods other than the ones to keep.
func surplus(e *Entry, keep, too *cluster.Pod) []PodDeletion {
	var list []PodDeletion
	for _, p := range e.Pods {
		if p != keep && p != too && !p.Terminating() && !p.Terminal() {
			list = append(list, PodDeletion{p, Surplus})
		}
	}
	return list
}

// pruneSurge keeps one new and one old pod, and of the two the new one alone once it can stand in. Only
// the hash tells them apart here.
func (v *View) pruneSurge(e *Entry) []PodDeletion {
	var newest, oldest *cluster.Pod
	for _, p := range e.Pods {
		if p.Terminating() || p.Terminal() {
			continue
		}
		if v.hasHash(p) {
			if newest == nil {
				newest = p
			}
		} else if oldest == nil {
			oldest = p
		}
	}
	list := surplus(e, newest, oldest)
	if newest != nil && oldest != nil && (!oldest.Status.Ready || v.Available(newest)) {
		list = append(list, PodDeletion{oldest, Replaced})
	}
	return list
}
