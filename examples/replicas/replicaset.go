package replicas

import (
	"reflect"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/field"
)

// Kind is the kind of ReplicaSet.
const Kind cluster.Kind = "ReplicaSet"

// ReplicaSet keeps a number of pods.
type ReplicaSet struct {
	cluster.ObjectMeta
	Spec   Spec   `json:"spec"`
	Status Status `json:"status"`
}

// Spec is what a user asks for.
type Spec struct {
	// Replicas is the number of pods. Nil becomes 1.
	Replicas *int32 `json:"replicas,omitempty"`
	// Selector must match the template's labels and cannot change.
	Selector *affinity.LabelSelector `json:"selector"`
	// Template is what new pods are made from. Pods that are there stay as they are.
	Template cluster.PodTemplateSpec `json:"template"`
}

// Status is what the controller reports.
type Status struct {
	// Replicas counts the pods that are neither terminating nor ended, and the others those of them that are
	// ready.
	Replicas          int32 `json:"replicas"`
	ReadyReplicas     int32 `json:"readyReplicas"`
	AvailableReplicas int32 `json:"availableReplicas"`
	// ObservedGeneration is the generation that the controller has acted upon.
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`
}

// Kind is Kind.
func (r *ReplicaSet) Kind() cluster.Kind { return Kind }

// APIVersion is "apps/v1".
func (r *ReplicaSet) APIVersion() string { return "apps/v1" }

// Scope is cluster.Namespaced.
func (r *ReplicaSet) Scope() cluster.Scope { return cluster.Namespaced }

// Scale is the number of pods: by it, disruption budgets know how many there should be.
func (r *ReplicaSet) Scale() int32 {
	if r.Spec.Replicas == nil {
		return 1
	}
	return *r.Spec.Replicas
}

// Clone returns a deep copy.
func (r *ReplicaSet) Clone() cluster.Object {
	c := *r
	c.ObjectMeta = r.CloneMeta()
	if r.Spec.Replicas != nil {
		c.Spec.Replicas = new(*r.Spec.Replicas)
	}
	c.Spec.Selector = r.Spec.Selector.Clone()
	c.Spec.Template = r.Spec.Template.Clone()
	return &c
}

// Default fills in what a manifest leaves out.
func (r *ReplicaSet) Default() {
	if r.Spec.Replicas == nil {
		r.Spec.Replicas = new(int32(1))
	}
	cluster.DefaultPodTemplate(&r.Spec.Template)
}

// PrepareCreate empties the status and starts with generation 1.
func (r *ReplicaSet) PrepareCreate() {
	r.Status = Status{}
	r.Generation = 1
}

// PrepareUpdate keeps the status and raises the generation when the spec changes.
func (r *ReplicaSet) PrepareUpdate(old cluster.Object) {
	was := old.(*ReplicaSet)
	r.Status = was.Status
	if !reflect.DeepEqual(r.Spec, was.Spec) {
		r.Generation = was.Generation + 1
	}
}

// CopyStatus returns r with the status of another version.
func (r *ReplicaSet) CopyStatus(from cluster.Object) cluster.Object {
	status := from.(*ReplicaSet).Status
	if status == r.Status {
		return r
	}
	c := *r
	c.Status = status
	return &c
}

// Validate reports everything that is wrong with the ReplicaSet.
func (r *ReplicaSet) Validate() field.ErrorList {
	errs := cluster.ValidateMeta(&r.ObjectMeta, cluster.Namespaced, field.NewPath("metadata"))
	return append(errs, r.Spec.validate(field.NewPath("spec"))...)
}

// ValidateUpdate does the same for the next version of old. The selector may not change.
func (r *ReplicaSet) ValidateUpdate(old cluster.Object) field.ErrorList {
	errs := cluster.ValidateMetaUpdate(&r.ObjectMeta, old.Meta(), field.NewPath("metadata"))
	if !reflect.DeepEqual(r.Spec.Selector, old.(*ReplicaSet).Spec.Selector) {
		errs = append(errs, field.Invalid(field.NewPath("spec", "selector"), r.Spec.Selector, "field is immutable"))
	}
	return append(errs, r.Spec.validate(field.NewPath("spec"))...)
}

func (s *Spec) validate(path *field.Path) field.ErrorList {
	var errs field.ErrorList
	if n := s.Replicas; n != nil && *n < 0 {
		errs = append(errs, field.Invalid(path.Child("replicas"), *n, "must be greater than or equal to 0"))
	}
	at := path.Child("selector")
	errs = append(errs, cluster.SelectorErrors(at, affinity.ValidateLabelSelector(s.Selector))...)
	labels, template := s.Template.ObjectMeta.Labels, path.Child("template")
	selector, err := affinity.Compile(s.Selector)
	switch {
	case s.Selector == nil:
		errs = append(errs, field.Required(at, ""))
	case len(s.Selector.MatchLabels)+len(s.Selector.MatchExpressions) == 0:
		errs = append(errs, field.Invalid(at, s.Selector, "empty selector is invalid for deployment"))
	case err == nil && !selector.Matches(labels):
		errs = append(errs, field.Invalid(template.Child("metadata", "labels"), labels,
			"`selector` does not match template `labels`"))
	}
	errs = append(errs, cluster.ValidatePodTemplate(&s.Template, template)...)
	if p := s.Template.Spec.RestartPolicy; p != "Always" {
		errs = append(errs, field.NotSupported(template.Child("spec", "restartPolicy"), string(p), "Always"))
	}
	return errs
}
