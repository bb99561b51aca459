package daemonset

import (
	"bytes"
	"strconv"
	"time"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/rollout"
)

// Kind is the kind of DaemonSet.
const Kind cluster.Kind = "DaemonSet"

// The labels and annotations with a meaning to the DaemonSet controller.
const (
	// TemplateGenerationAnnotation carries the number of changes of the template.
	TemplateGenerationAnnotation = "deprecated.daemonset.template.generation"
	// TemplateGenerationLabel carries it on the pods.
	TemplateGenerationLabel = "pod-template-generation"
)

// DaemonSet runs one pod on every node that its template fits.
type DaemonSet struct {
	cluster.ObjectMeta
	Spec   Spec   `json:"spec"`
	Status Status `json:"status"`
}

// Spec is what a user asks for.
type Spec struct {
	// Selector finds the DaemonSet's pods; it must match the template's labels and cannot change.
	Selector *affinity.LabelSelector `json:"selector"`
	// Template is what the pods are made from. Its placement is always up to date; the rest reaches
	// the pods by way of a rollout.
	Template cluster.PodTemplateSpec `json:"template"`
	// UpdateStrategy says how a rollout goes.
	UpdateStrategy UpdateStrategy `json:"updateStrategy,omitempty"`
	// MinReadySeconds is for how long a pod must be ready to count as available.
	MinReadySeconds int32 `json:"minReadySeconds,omitempty"`
	// RevisionHistoryLimit is how many old revisions are kept. Nil becomes 10.
	RevisionHistoryLimit *int32 `json:"revisionHistoryLimit,omitempty"`
}

// StrategyType is the kind of an update strategy.
type StrategyType string

// The update strategies of Kubernetes.
const (
	RollingUpdate StrategyType = "RollingUpdate"
	OnDelete      StrategyType = "OnDelete"
)

// UpdateStrategy says how pods of an old template are replaced.
type UpdateStrategy struct {
	// Type is RollingUpdate (the default) or OnDelete.
	Type StrategyType `json:"type,omitempty"`
	// RollingUpdate is only looked at when Type is RollingUpdate.
	RollingUpdate *RollingUpdateSpec `json:"rollingUpdate,omitempty"`
}

// RollingUpdateSpec limits a rolling update. Exactly one of its fields must be other than zero.
type RollingUpdateSpec struct {
	// MaxUnavailable is how many pods, or which percent of the desired ones rounded up, may be
	// unavailable. Nil becomes 1.
	MaxUnavailable *cluster.IntOrString `json:"maxUnavailable,omitempty"`
	// MaxSurge is on how many nodes a new pod may run beside the old one. Nil becomes 0.
	MaxSurge *cluster.IntOrString `json:"maxSurge,omitempty"`
}

// Status is what the controller reports.
type Status struct {
	// CurrentNumberScheduled counts nodes that should run a pod and have one, in whatever state.
	CurrentNumberScheduled int32 `json:"currentNumberScheduled"`
	// NumberMisscheduled counts nodes that should not run a pod and have one.
	NumberMisscheduled int32 `json:"numberMisscheduled"`
	// DesiredNumberScheduled counts nodes that should run a pod.
	DesiredNumberScheduled int32 `json:"desiredNumberScheduled"`
	// NumberReady counts nodes that should run a pod and have a ready one.
	NumberReady int32 `json:"numberReady"`
	// ObservedGeneration is the generation that the controller has acted upon.
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`
	// UpdatedNumberScheduled counts nodes that should run a pod and have one of the current
	// revision.
	UpdatedNumberScheduled int32 `json:"updatedNumberScheduled,omitempty"`
	// NumberAvailable counts nodes that should run a pod and have an available one.
	NumberAvailable int32 `json:"numberAvailable,omitempty"`
	// NumberUnavailable is desired less available.
	NumberUnavailable int32 `json:"numberUnavailable,omitempty"`
	// CollisionCount is raised when the hash of a template was taken by another.
	CollisionCount *int32 `json:"collisionCount,omitempty"`
}

// Kind is Kind.
func (d *DaemonSet) Kind() cluster.Kind { return Kind }

// APIVersion is "apps/v1".
func (d *DaemonSet) APIVersion() string { return "apps/v1" }

// Scope is cluster.Namespaced.
func (d *DaemonSet) Scope() cluster.Scope { return cluster.Namespaced }

// TemplateSpec is what the pods are made from, for reading.
func (d *DaemonSet) TemplateSpec() *cluster.PodTemplateSpec { return &d.Spec.Template }

// MinReady is MinReadySeconds as a duration.
func (d *DaemonSet) MinReady() time.Duration {
	return time.Duration(d.Spec.MinReadySeconds) * time.Second
}

// Planner is the update strategy as a planner. An unknown type plans nothing.
func (d *DaemonSet) Planner() rollout.Planner {
	if d.Spec.UpdateStrategy.Type != RollingUpdate {
		return rollout.OnDelete{}
	}
	return d.limits()
}

// limits are the limits of a rolling update, zero under another strategy.
func (d *DaemonSet) limits() rollout.RollingUpdate {
	var limits rollout.RollingUpdate
	r := d.Spec.UpdateStrategy.RollingUpdate
	if d.Spec.UpdateStrategy.Type != RollingUpdate || r == nil {
		return limits
	}
	if r.MaxUnavailable != nil {
		limits.MaxUnavailable = *r.MaxUnavailable
	}
	if r.MaxSurge != nil {
		limits.MaxSurge = *r.MaxSurge
	}
	return limits
}

// RolledOut reports whether the latest rollout is done, as kubectl rollout status judges it by the status: the
// controller has seen the spec, and all desired pods are up to date and available.
func (d *DaemonSet) RolledOut() bool {
	s := &d.Status
	return s.ObservedGeneration >= d.Generation && s.UpdatedNumberScheduled >= s.DesiredNumberScheduled &&
		s.NumberAvailable >= s.DesiredNumberScheduled
}

// surges reports whether the DaemonSet may run two pods on a node during a rollout: whether its surge
// comes to more than zero for one node.
func (d *DaemonSet) surges() bool {
	n, err := d.limits().MaxSurge.Scaled(1, true /* round up */)
	return err == nil && n > 0
}

// Clone returns a deep copy.
func (d *DaemonSet) Clone() cluster.Object {
	c := *d
	c.ObjectMeta = d.CloneMeta()
	c.Spec.Selector = d.Spec.Selector.Clone()
	c.Spec.Template = d.Spec.Template.Clone()
	if r := d.Spec.UpdateStrategy.RollingUpdate; r != nil {
		c.Spec.UpdateStrategy.RollingUpdate = &RollingUpdateSpec{
			MaxUnavailable: clonePointer(r.MaxUnavailable),
			MaxSurge:       clonePointer(r.MaxSurge),
		}
	}
	c.Spec.RevisionHistoryLimit = clonePointer(d.Spec.RevisionHistoryLimit)
	c.Status.CollisionCount = clonePointer(d.Status.CollisionCount)
	return &c
}

func clonePointer[T any](p *T) *T {
	if p == nil {
		return nil
	}
	v := *p
	return &v
}

// Default fills in what the API server would.
func (d *DaemonSet) Default() {
	s := &d.Spec
	if s.UpdateStrategy.Type == "" {
		s.UpdateStrategy.Type = RollingUpdate
	}
	if s.UpdateStrategy.Type == RollingUpdate {
		s.UpdateStrategy.defaultBudget()
	}
	if s.RevisionHistoryLimit == nil {
		limit := int32(10)
		s.RevisionHistoryLimit = &limit
	}
	cluster.DefaultPodTemplate(&s.Template)
}

func (u *UpdateStrategy) defaultBudget() {
	if u.RollingUpdate == nil {
		u.RollingUpdate = &RollingUpdateSpec{}
	}
	if u.RollingUpdate.MaxUnavailable == nil {
		one := cluster.FromInt(1)
		u.RollingUpdate.MaxUnavailable = &one
	}
	if u.RollingUpdate.MaxSurge == nil {
		zero := cluster.FromInt(0)
		u.RollingUpdate.MaxSurge = &zero
	}
}

// complete writes out the zero of a budget that has no default, as the API server does when it stores
// one of another strategy than RollingUpdate.
func (u *UpdateStrategy) complete() {
	if r := u.RollingUpdate; r != nil {
		u.RollingUpdate = &RollingUpdateSpec{orZero(r.MaxUnavailable), orZero(r.MaxSurge)}
	}
}

func orZero(v *cluster.IntOrString) *cluster.IntOrString {
	if v == nil {
		v = new(cluster.IntOrString)
	}
	return v
}

// TemplateGeneration counts the changes of the template; 0 when the annotation cannot be read.
func (d *DaemonSet) TemplateGeneration() int64 {
	n, err := strconv.ParseInt(d.Annotations[TemplateGenerationAnnotation], 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// templateGenerationError says why the annotation cannot be read; nil when there is none.
func (d *DaemonSet) templateGenerationError() error {
	text, ok := d.Annotations[TemplateGenerationAnnotation]
	if !ok {
		return nil
	}
	_, err := strconv.ParseInt(text, 10, 64)
	return err
}

func (d *DaemonSet) setTemplateGeneration(n int64) {
	if d.Annotations == nil {
		d.Annotations = make(map[string]string, 1)
	}
	d.Annotations[TemplateGenerationAnnotation] = strconv.FormatInt(n, 10)
}

// PrepareCreate empties the status and starts to count generations.
func (d *DaemonSet) PrepareCreate() {
	d.Status = Status{}
	d.Generation = 1
	d.Spec.UpdateStrategy.complete()
	if d.templateGenerationError() == nil {
		d.setTemplateGeneration(max(1, d.TemplateGeneration()))
	}
}

// PrepareUpdate keeps the status and raises the generations: one for any change of the spec, the other
// for a change of the template. Quantities that are the same but written in another way are no change, and stay
// as they are.
func (d *DaemonSet) PrepareUpdate(old cluster.Object) {
	was := old.(*DaemonSet)
	d.Status = was.Status
	d.Spec.UpdateStrategy.complete()
	generation := was.TemplateGeneration()
	same := sameJSON(d.Spec.Template, was.Spec.Template)
	if !same && d.Spec.Template.SemanticallyEqual(&was.Spec.Template) {
		// The revision of the template has the quantities as they were written.
		d.Spec.Template, same = was.Spec.Template, true
	}
	if !same {
		generation++
		d.Generation++
	} else if !sameJSON(d.Spec, was.Spec) {
		d.Generation++
	}
	if d.templateGenerationError() == nil {
		d.setTemplateGeneration(generation)
	}
}

// CopyStatus returns d with the status of another version.
func (d *DaemonSet) CopyStatus(from cluster.Object) cluster.Object {
	status := from.(*DaemonSet).Status
	if d.Status.equal(status) {
		return d
	}
	c := *d
	c.Status = status
	c.Status.CollisionCount = clonePointer(status.CollisionCount)
	return &c
}

func (s Status) equal(o Status) bool {
	same := (s.CollisionCount == nil) == (o.CollisionCount == nil) &&
		(s.CollisionCount == nil || *s.CollisionCount == *o.CollisionCount)
	s.CollisionCount, o.CollisionCount = nil, nil
	return same && s == o
}

// sameJSON reports whether two values say the same in a manifest, where nil and empty are the same.
func sameJSON(a, b any) bool {
	return bytes.Equal(cluster.JSON(a, time.Time{}), cluster.JSON(b, time.Time{}))
}
