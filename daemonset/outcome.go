package daemonset

import (
	"time"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/rollout"
)

// Outcome is what one reconcile did, each list in the order in which it was done. Pods that were handed in are
// in it as they were handed in; pods that were created, and revisions, are as they are stored then, but
// their owners have the UIDs that the caller knows.
type Outcome struct {
	// Created are the pods that were created, Deleted those that were asked to go.
	Created []PodCreation
	Deleted []PodRemoval
	// Adopted, Released and Relabelled are pods that got the DaemonSet as their controller, that lost it,
	// and that got the hash of another revision.
	Adopted, Released, Relabelled []*cluster.Pod
	// History is what became of revisions, Revisions all that there are afterwards in the DaemonSet's
	// namespace, lowest number first.
	History   []RevisionChange
	Revisions []*rollout.ControllerRevision
	// Status is the status afterwards; StatusWritten says that the controller sent it to the API server,
	// be it a new one or not.
	Status        Status
	StatusWritten bool
	// Events are the events about the DaemonSet, one for every time that it was sent.
	Events []Event
	// Requeued are the delays after which the controller wants to look again, by its own wish: in back-off,
	// and for pods that will become available. Retry is when it tries again after an error; zero when
	// there is none.
	Requeued []time.Duration
	Retry    time.Duration
	// Err is why the reconcile failed; nil when it did not. What else is said is what had been done by then.
	Err error
}

// PodCreation is a pod that was created.
type PodCreation struct {
	// Node is the node that the pod is for.
	Node string
	// Pod is the pod as it was stored. Its FullSpec has the pinned node and the added tolerations.
	Pod *cluster.Pod
	// Rollout is the update strategy's reason; zero when the pod is for a node that lacked one.
	Rollout rollout.Reason
}

// PodRemoval is a pod that was asked to go.
type PodRemoval struct {
	// PodDeletion is the pod, with the reason unless it is the update strategy's.
	PodDeletion
	// Rollout is the update strategy's reason; zero when it is not the one that wants the pod to go.
	Rollout rollout.Reason
}

// String is the reason in words.
func (r PodRemoval) String() string {
	if r.Reason == 0 {
		return string(r.Rollout)
	}
	return r.Reason.String()
}

// RevisionChange is what became of a revision.
type RevisionChange struct {
	// Effect says what it was; a write that did several things has one RevisionChange for each.
	Effect RevisionEffect
	// Revision is the revision afterwards, or as it was last.
	Revision *rollout.ControllerRevision
}

// RevisionEffect is what a write does to a revision.
type RevisionEffect string

// The effects.
const (
	// RevisionMade is a new revision.
	RevisionMade RevisionEffect = "made"
	// RevisionDeleted is one that was deleted, as a duplicate or as one too many.
	RevisionDeleted RevisionEffect = "deleted"
	// RevisionRenumbered is one that has become current again.
	RevisionRenumbered RevisionEffect = "renumbered"
	// RevisionLabelled is one that had no hash, and has its name for one now.
	RevisionLabelled RevisionEffect = "labelled"
	// RevisionAdopted and RevisionReleased got and lost the DaemonSet as their controller.
	RevisionAdopted  RevisionEffect = "adopted"
	RevisionReleased RevisionEffect = "released"
)

// Event is what the controller says about the DaemonSet.
type Event struct {
	Type            cluster.EventType
	Reason, Message string
}

// What a sync does is noted where that is asked for: a nil Outcome notes nothing.

func (o *Outcome) noteCreated(p *cluster.Pod, n creation) {
	if o != nil {
		o.Created = append(o.Created, PodCreation{Node: p.TargetNode(), Pod: p, Rollout: n.why})
	}
}

func (o *Outcome) noteRemoved(d deletion) {
	if o != nil {
		o.Deleted = append(o.Deleted, PodRemoval{d.PodDeletion, d.why})
	}
}

func (o *Outcome) noteRequeued(delay time.Duration) {
	if o != nil {
		o.Requeued = append(o.Requeued, delay)
	}
}

func (o *Outcome) noteFailed(err error, retry time.Duration) {
	if o != nil {
		o.Err, o.Retry = err, retry
	}
}

func (o *Outcome) noteStatus() {
	if o != nil {
		o.StatusWritten = true
	}
}

// event records an event about the DaemonSet.
func (c *Controller) event(cl *cluster.Client, t *tracked, kind cluster.EventType, reason, message string) {
	cl.Event(t.set, kind, reason, message)
	if c.notes != nil {
		c.notes.Events = append(c.notes.Events, Event{kind, reason, message})
	}
}
