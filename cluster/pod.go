package cluster

import (
	"maps"
	"reflect"
	"slices"
	"time"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster/field"
)

// PodPhase is where a pod is in its life.
type PodPhase string

// The phases of a pod. The empty phase reads as Pending.
const (
	PodPending   PodPhase = "Pending"
	PodRunning   PodPhase = "Running"
	PodSucceeded PodPhase = "Succeeded"
	PodFailed    PodPhase = "Failed"
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

	node, target NodeID
	group        uint32
	// asTemplate says that the pod has the metadata of its template.
	asTemplate bool
	// linked says that the pod has owners by whom its group does not find it.
	linked bool
}

// PodStatus is what is known of a running pod. The conditions and container statuses that Kubernetes
// shows follow from it: see Pod.Conditions.
type PodStatus struct {
	// Phase is the phase; empty reads as Pending.
	Phase PodPhase
	// Ready is the status of the condition Ready.
	Ready bool
	// Started reports whether the containers run.
	Started bool
	// Restarts counts the restarts of the containers.
	Restarts int32
	// ReadySince is the virtual time at which Ready last changed.
	ReadySince time.Duration
	// ScheduledAt and StartedAt are the virtual times of binding and of the containers' start.
	ScheduledAt, StartedAt time.Duration
	// Trouble says what is wrong; nil for a pod without trouble.
	Trouble *PodTrouble
}

// PodTrouble is why a pod is not what it should be. A PodTrouble never changes once it is stored.
type PodTrouble struct {
	// Reason and Message are status.reason and status.message, such as "Evicted".
	Reason, Message string
	// Waiting is why the containers wait, such as "ImagePullBackOff" or "CrashLoopBackOff".
	Waiting string
	// Unschedulable is the scheduler's message for a pod that fits nowhere.
	Unschedulable string
	// LastExitAt is the virtual time at which the containers last stopped.
	LastExitAt time.Duration
	// ExitCode is the exit code of that stop.
	ExitCode int32
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

// Terminal reports whether the pod has come to its end: phase Succeeded or Failed.
func (p *Pod) Terminal() bool {
	return p.Status.Phase == PodSucceeded || p.Status.Phase == PodFailed
}

// Phase is the status' phase, Pending when that is empty.
func (p *Pod) Phase() PodPhase {
	if p.Status.Phase == "" {
		return PodPending
	}
	return p.Status.Phase
}

// Available reports whether the pod is ready and has been for minReady by now.
func (p *Pod) Available(now, minReady time.Duration) bool {
	return p.Status.Ready && addTime(p.Status.ReadySince, minReady) <= now
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

// PrepareCreate empties the status: a pod starts Pending.
func (p *Pod) PrepareCreate() { p.Status = PodStatus{Phase: PodPending} }

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
	p.Status, p.Priority = was.Status, was.Priority
	p.node, p.target, p.group, p.linked = was.node, was.target, was.group, was.linked
	p.asTemplate = was.asTemplate && maps.Equal(p.Labels, was.Labels) &&
		maps.Equal(p.Annotations, was.Annotations) &&
		reflect.DeepEqual(p.OwnerReferences, was.OwnerReferences)
}

// ValidateUpdate reports changes to what is fixed once a pod exists.
func (p *Pod) ValidateUpdate(old Object) field.ErrorList {
	was := old.(*Pod)
	spec := field.NewPath("spec")
	var errs field.ErrorList
	if p.NodeName != was.NodeName {
		errs = append(errs, field.Forbidden(spec.Child("nodeName"), "bind the pod instead"))
	}
	if p.Target != was.Target {
		errs = append(errs, field.Forbidden(spec.Child("affinity"), "may not change"))
	}
	if p.Template != was.Template {
		errs = append(errs, field.Forbidden(spec, "pod updates may not change the spec"))
	}
	return errs
}

// Validate reports everything that is wrong with the pod. The template has been judged already, when
// it was made.
func (p *Pod) Validate() field.ErrorList {
	if p.Template == nil {
		return field.ErrorList{field.Required(field.NewPath("spec"), "")}
	}
	if p.asTemplate && !p.badName() {
		return p.Template.errs
	}
	own := p.ObjectMeta
	if p.asTemplate {
		own.Labels, own.Annotations = nil, nil
	}
	return append(ValidateMeta(&own, Namespaced, field.NewPath("metadata")), p.Template.errs...)
}

// badName reports whether the pod's name or namespace is not valid.
func (p *Pod) badName() bool {
	return len(affinity.DNSSubdomainErrors(p.Name)) > 0 || len(affinity.DNSLabelErrors(p.Namespace)) > 0
}

// FullSpec puts together the spec as the API server would show it: the template's, with the pod's
// own node name, priority and pinned node affinity. The caller owns the result.
func (p *Pod) FullSpec() PodSpec {
	spec := p.Spec().Clone()
	spec.NodeName = p.NodeName
	spec.Priority = clonePointer(&p.Priority)
	if p.Target != "" {
		spec.Affinity = pin(spec.Affinity, p.Target)
	}
	return spec
}

// pin replaces the required node affinity by the one term that names the node.
func pin(a *affinity.Affinity, node string) *affinity.Affinity {
	if a == nil {
		a = &affinity.Affinity{}
	}
	if a.NodeAffinity == nil {
		a.NodeAffinity = &affinity.NodeAffinity{}
	}
	a.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution = &affinity.NodeSelector{
		NodeSelectorTerms: []affinity.NodeSelectorTerm{{
			MatchFields: []affinity.NodeSelectorRequirement{{
				Key: "metadata.name", Operator: affinity.NodeSelectorOpIn, Values: []string{node},
			}},
		}},
	}
	return a
}

// PinnedNode reads back from a spec the node that its required affinity names, as the DaemonSet
// controller does: the value of the first matchFields entry for metadata.name with operator In and
// exactly one value.
func PinnedNode(spec *PodSpec) (name string, ok bool) {
	if spec.Affinity == nil || spec.Affinity.NodeAffinity == nil {
		return "", false
	}
	required := spec.Affinity.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution
	if required == nil {
		return "", false
	}
	for _, term := range required.NodeSelectorTerms {
		for _, f := range term.MatchFields {
			if f.Key == "metadata.name" && f.Operator == affinity.NodeSelectorOpIn {
				return only(f.Values)
			}
		}
	}
	return "", false
}

func only(values []string) (string, bool) {
	if len(values) != 1 {
		return "", false
	}
	return values[0], true
}
