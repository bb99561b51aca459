package cluster

import (
	"reflect"
	"slices"
	"time"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster/field"
)

// PodDisruptionBudget says how many of certain pods must be left when somebody disturbs them on purpose.
type PodDisruptionBudget struct {
	ObjectMeta
	Spec   PodDisruptionBudgetSpec   `json:"spec"`
	Status PodDisruptionBudgetStatus `json:"status"`

	// selector is Spec.Selector, compiled when the budget was stored.
	selector *affinity.Selector
}

// PodDisruptionBudgetSpec is what people decide about a budget.
type PodDisruptionBudgetSpec struct {
	// MinAvailable is how many of the pods must be left, as a number or as a percentage of those that
	// there should be. It excludes MaxUnavailable.
	MinAvailable *IntOrString `json:"minAvailable,omitempty"`
	// Selector selects the pods, in the budget's namespace. Nil selects none, an empty one all.
	Selector *affinity.LabelSelector `json:"selector,omitempty"`
	// MaxUnavailable is how many of the pods may be missing, as a number or as a percentage of those
	// that there should be.
	MaxUnavailable *IntOrString `json:"maxUnavailable,omitempty"`
	// UnhealthyPodEvictionPolicy says when a pod may be evicted that is not ready. Nil means
	// IfHealthyBudget.
	UnhealthyPodEvictionPolicy *UnhealthyPodEvictionPolicy `json:"unhealthyPodEvictionPolicy,omitempty"`
}

// UnhealthyPodEvictionPolicy says when a running pod may be evicted that is not ready.
type UnhealthyPodEvictionPolicy string

// The policies.
const (
	// IfHealthyBudget allows it while the budget has as many healthy pods as it wants.
	IfHealthyBudget UnhealthyPodEvictionPolicy = "IfHealthyBudget"
	// AlwaysAllow allows it.
	AlwaysAllow UnhealthyPodEvictionPolicy = "AlwaysAllow"
)

// PodDisruptionBudgetStatus is what is left of a budget.
type PodDisruptionBudgetStatus struct {
	// ObservedGeneration is the generation that the rest of the status is about.
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`
	// DisruptedPods are the names of pods whose eviction has been granted and that are still there,
	// with the time at which it was.
	DisruptedPods map[string]time.Duration `json:"disruptedPods,omitempty"`
	// DisruptionsAllowed is how many pods may be disturbed now.
	DisruptionsAllowed int32 `json:"disruptionsAllowed"`
	// CurrentHealthy and DesiredHealthy are how many pods are healthy, and how many must be.
	CurrentHealthy int32 `json:"currentHealthy"`
	DesiredHealthy int32 `json:"desiredHealthy"`
	// ExpectedPods is how many pods there should be.
	ExpectedPods int32 `json:"expectedPods"`
	// Conditions are the budget's conditions: there is one, DisruptionAllowed.
	Conditions []Condition `json:"conditions,omitempty"`
}

// Condition is one condition of an object, in the shape that newer kinds share.
type Condition struct {
	// Type is the name of the condition.
	Type string `json:"type"`
	// Status is True, False or Unknown.
	Status string `json:"status"`
	// ObservedGeneration is the generation that the condition is about.
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`
	// LastTransitionTime is the virtual time at which Status last changed.
	LastTransitionTime time.Duration `json:"lastTransitionTime"`
	// Reason and Message say why.
	Reason  string `json:"reason"`
	Message string `json:"message"`
}

// Kind is KindPodDisruptionBudget.
func (b *PodDisruptionBudget) Kind() Kind { return KindPodDisruptionBudget }

// APIVersion is "policy/v1".
func (b *PodDisruptionBudget) APIVersion() string { return "policy/v1" }

// Scope is Namespaced.
func (b *PodDisruptionBudget) Scope() Scope { return Namespaced }

// Selector is the compiled selector of the budget. One that is malformed selects nothing; no such budget
// is ever stored.
func (b *PodDisruptionBudget) Selector() affinity.Selector {
	if b.selector != nil {
		return *b.selector
	}
	selector, _ := affinity.Compile(b.Spec.Selector)
	return selector
}

// Selects reports whether the budget is about the pod: same namespace, labels that match.
func (b *PodDisruptionBudget) Selects(p *Pod) bool {
	return p.Namespace == b.Namespace && b.Selector().Matches(p.Labels)
}

// Clone returns a deep copy.
func (b *PodDisruptionBudget) Clone() Object {
	return &PodDisruptionBudget{
		ObjectMeta: b.CloneMeta(), Spec: deepCopy(b.Spec), Status: deepCopy(b.Status),
	}
}

// Default fills in nothing: all fields of a budget are optional.
func (b *PodDisruptionBudget) Default() {}

// PrepareCreate empties the status and starts with generation 1.
func (b *PodDisruptionBudget) PrepareCreate() {
	b.Status = PodDisruptionBudgetStatus{}
	b.Generation = 1
	b.unmark()
	b.compile()
}

// PrepareUpdate keeps the status and raises the generation when the spec changes.
func (b *PodDisruptionBudget) PrepareUpdate(old Object) {
	was := old.(*PodDisruptionBudget)
	b.Status = was.Status
	if !reflect.DeepEqual(b.Spec.Selector, was.Spec.Selector) {
		b.unmark()
	}
	b.compile()
	if !reflect.DeepEqual(b.Spec, was.Spec) {
		b.Generation = was.Generation + 1
	}
}

// markedSelector is the label by which an older version of the API told selectors of nothing from
// selectors of everything. It is not meant to stand beside other requirements.
const markedSelector = "pdb.kubernetes.io/deprecated-v1beta1-empty-selector-match"

// unmark takes that label out of the selector, unless the selector consists of asking for it.
func (b *PodDisruptionBudget) unmark() {
	s := b.Spec.Selector
	if s == nil || reflect.DeepEqual(s, &affinity.LabelSelector{MatchExpressions: []affinity.LabelSelectorRequirement{
		{Key: markedSelector, Operator: affinity.LabelSelectorOpExists},
	}}) {
		return
	}
	s.MatchExpressions = slices.DeleteFunc(s.MatchExpressions,
		func(r affinity.LabelSelectorRequirement) bool { return r.Key == markedSelector })
}

func (b *PodDisruptionBudget) compile() {
	selector, _ := affinity.Compile(b.Spec.Selector)
	b.selector = &selector
}

// CopyStatus returns b with the status of another version.
func (b *PodDisruptionBudget) CopyStatus(from Object) Object {
	status := from.(*PodDisruptionBudget).Status
	if reflect.DeepEqual(b.Status, status) {
		return b
	}
	c := *b
	c.Status = deepCopy(status)
	return &c
}

// Validate reports everything that is wrong with the budget.
func (b *PodDisruptionBudget) Validate() field.ErrorList {
	return append(ValidateMeta(&b.ObjectMeta, Namespaced, field.NewPath("metadata")), b.Spec.validate()...)
}

// ValidateUpdate allows every change that leaves a valid budget.
func (b *PodDisruptionBudget) ValidateUpdate(old Object) field.ErrorList {
	return append(ValidateMetaUpdate(&b.ObjectMeta, old.Meta(), field.NewPath("metadata")), b.Spec.validate()...)
}

func (s *PodDisruptionBudgetSpec) validate() field.ErrorList {
	path := field.NewPath("spec")
	var errs field.ErrorList
	if s.MinAvailable != nil && s.MaxUnavailable != nil {
		errs = append(errs, field.Invalid(path, *s, "minAvailable and maxUnavailable cannot be both set"))
	}
	errs = append(errs, validateShare(s.MinAvailable, path.Child("minAvailable"))...)
	errs = append(errs, validateShare(s.MaxUnavailable, path.Child("maxUnavailable"))...)
	errs = append(errs, SelectorErrors(path.Child("selector"), affinity.ValidateLabelSelector(s.Selector))...)
	if p := s.UnhealthyPodEvictionPolicy; p != nil && *p != IfHealthyBudget && *p != AlwaysAllow {
		errs = append(errs, notSupported(path.Child("unhealthyPodEvictionPolicy"), *p, AlwaysAllow, IfHealthyBudget)...)
	}
	return errs
}

func validateShare(v *IntOrString, path *field.Path) field.ErrorList {
	return append(ValidateIntOrPercent(v, path), ValidatePercent(v, path)...)
}
