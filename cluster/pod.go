package cluster

import (
	"maps"
	"reflect"
	"slices"
)

// Pod is one pod. What it shares with the other pods of its revision is in its Template; the fields
// here are its own.
type Pod struct {
	ObjectMeta
	// Template holds the spec and the metadata that the pod started from. It is required.
	Template *Template
	// NodeName is the node that the pod is bound to; empty until it is bound.
	NodeName string
	// Target is the node that the pod is pinned to by required node affinity, as the pods of a
	// DaemonSet are; empty for a pod that may go anywhere its template allows.
	Target string
	// Priority orders pods in the scheduler's queue. It is set on creation, from the priority class.
	Priority int32
	// Status is what the kubelet reports.
	Status PodStatus

	// class is the stored PriorityClass that Priority came from, as it was then; nil for a pod without
	// one, and for the classes that are built in.
	class *PriorityClass

	node, target NodeID
	group        uint32
	// asTemplate says that the pod has the metadata of its template.
	asTemplate bool
	// linked says that the pod has owners by whom its group does not find it.
	linked bool
	// binder is the actor that has bound the pod; the user's for a pod that came with its node.
	binder ActorID
}

// Kind is KindPod.
func (p *Pod) Kind() Kind { return KindPod }

// APIVersion is "v1".
func (p *Pod) APIVersion() string { return "v1" }

// Scope is Namespaced.
func (p *Pod) Scope() Scope { return Namespaced }

// Spec is the template's spec, for reading; an empty one for a pod without a template.
func (p *Pod) Spec() *PodSpec {
	if p.Template == nil {
		return &PodSpec{}
	}
	return &p.Template.spec
}

// Bound reports whether the pod has a node.
func (p *Pod) Bound() bool { return p.NodeName != "" }

// TargetNode is the name of the node that the pod is on or meant for: the node that it is bound
// to, else the one it is pinned to, else "".
func (p *Pod) TargetNode() string {
	if p.NodeName != "" {
		return p.NodeName
	}
	return p.Target
}

// TargetID is the NodeID of TargetNode; NoNode when there is none.
func (p *Pod) TargetID() NodeID {
	if p.node != NoNode {
		return p.node
	}
	return p.target
}

// Clone returns a copy that shares the template, which cannot change.
func (p *Pod) Clone() Object {
	c := *p
	c.ObjectMeta = p.CloneMeta()
	c.Status.Trouble = clonePointer(p.Status.Trouble)
	return &c
}

// Default takes over the labels, annotations and owners of the template if the pod has none at all, and
// its finalizers and node name. A pod that is stored already takes over nothing: what an update leaves
// out is gone. What it fills in belongs to the caller.
func (p *Pod) Default() {
	p.defaultShared()
	if p.asTemplate {
		p.Labels, p.Annotations = maps.Clone(p.Labels), maps.Clone(p.Annotations)
		p.OwnerReferences = cloneOwners(p.OwnerReferences)
		// The caller may write to them from now on.
		p.asTemplate = false
	}
	p.Finalizers = slices.Clone(p.Finalizers)
}

// defaultShared is Default for the store's own copy, which never changes: it shares what the template
// has.
func (p *Pod) defaultShared() {
	t := p.Template
	if t == nil {
		return
	}
	if p.UID != 0 {
		p.asTemplate = false
		return
	}
	p.asTemplate = p.Labels == nil && p.Annotations == nil && p.OwnerReferences == nil
	if p.asTemplate {
		p.Labels, p.Annotations, p.OwnerReferences = t.meta.Labels, t.meta.Annotations, t.owners
	}
	if p.Finalizers == nil {
		p.Finalizers = t.meta.Finalizers
	}
	if p.NodeName == "" {
		p.NodeName = t.spec.NodeName
	}
}

// PrepareCreate empties the status, since a pod starts Pending, and folds labels of the pod into the
// selectors that ask for them.
func (p *Pod) PrepareCreate() {
	p.Status = PodStatus{Phase: PodPending}
	p.binder = userActor
	if p.Template != nil {
		p.Template = p.Template.of(p.Labels)
	}
}

// CopyStatus returns p with the status of another version.
func (p *Pod) CopyStatus(from Object) Object {
	if reflect.DeepEqual(p.Status, from.(*Pod).Status) {
		return p
	}
	c := *p
	c.Status = from.(*Pod).Status
	c.Status.Trouble = clonePointer(c.Status.Trouble)
	return &c
}

// PrepareUpdate keeps the status and what is fixed once a pod exists.
func (p *Pod) PrepareUpdate(old Object) {
	was := old.(*Pod)
	p.Status, p.Priority, p.class = was.Status, was.Priority, was.class
	p.node, p.target, p.group, p.linked, p.binder = was.node, was.target, was.group, was.linked, was.binder
	p.Template = p.Template.respec(was)
	p.asTemplate = was.asTemplate && p.Template == was.Template && maps.Equal(p.Labels, was.Labels) &&
		maps.Equal(p.Annotations, was.Annotations) &&
		reflect.DeepEqual(p.OwnerReferences, was.OwnerReferences)
}
