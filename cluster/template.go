package cluster

import (
	"maps"
	"slices"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster/field"
)

// PodTemplateSpec is what a workload says about its pods: the metadata and the spec that each of
// them starts from.
type PodTemplateSpec struct {
	ObjectMeta TemplateMeta `json:"metadata,omitempty"`
	Spec       PodSpec      `json:"spec,omitempty"`
}

// TemplateMeta is the metadata of a template: the part of ObjectMeta that makes sense there.
type TemplateMeta struct {
	Name         string            `json:"name,omitempty"`
	GenerateName string            `json:"generateName,omitempty"`
	Namespace    string            `json:"namespace,omitempty"`
	Labels       map[string]string `json:"labels,omitempty"`
	Annotations  map[string]string `json:"annotations,omitempty"`
	Finalizers   []string          `json:"finalizers,omitempty"`
}

// Clone returns a deep copy.
func (t *PodTemplateSpec) Clone() PodTemplateSpec {
	c := PodTemplateSpec{ObjectMeta: t.ObjectMeta, Spec: t.Spec.Clone()}
	c.ObjectMeta.Labels = maps.Clone(t.ObjectMeta.Labels)
	c.ObjectMeta.Annotations = maps.Clone(t.ObjectMeta.Annotations)
	c.ObjectMeta.Finalizers = slices.Clone(t.ObjectMeta.Finalizers)
	return c
}

// Template is what the pods of one revision have in common, worked out once: the template itself
// and everything about it that decisions ask for again and again. A Template never changes, so any
// number of pods, clusters and forks can share one.
type Template struct {
	meta     TemplateMeta
	owners   []OwnerReference
	spec     PodSpec
	requests Resources
	nonZero  Resources
	scored   Resources
	ports    []HostPort
	affinity affinity.RequiredNodeAffinity
	// metaErrs and errs are what is wrong with the metadata and with the spec of such a pod.
	metaErrs, errs field.ErrorList
	wishes
	// detailed says that the status of such a pod tells its containers apart: see PodDetail.
	detailed bool
	// folded is the template of pods with the labels of this one, if label keys make it another.
	folded *Template
	// origin is what this template has been made of for certain labels; nil for an ordinary one.
	origin *Template
	// admitted is the template of pods that come through admission, if that adds tolerations.
	admitted *Template
}

// NewTemplate copies a template spec, gives it the defaults of a pod and works out what decisions need
// of it. Pods made from the Template get owners as their owner references. A mistake in the spec is
// reported when a pod is created from it.
func NewTemplate(t PodTemplateSpec, owners ...OwnerReference) *Template {
	f := newTemplate(t.Clone(), cloneOwners(owners))
	if usesLabelKeys(&f.spec) {
		f.folded = f.fold(f.meta.Labels)
		f.folded.prepareAdmission()
	} else {
		f.prepareAdmission()
	}
	return f
}

// newTemplate is NewTemplate for memory of its own.
func newTemplate(c PodTemplateSpec, owners []OwnerReference) *Template {
	DefaultPod(&c)
	f := &Template{meta: c.ObjectMeta, owners: owners, spec: c.Spec}
	meta := ObjectMeta{Labels: c.ObjectMeta.Labels, Annotations: c.ObjectMeta.Annotations,
		OwnerReferences: owners}
	f.metaErrs = validateFreeMeta(&meta, field.NewPath("metadata"))
	f.errs = validatePodSpec(&f.spec, field.NewPath("spec"), ofPod)
	f.requests = PodRequests(&f.spec)
	f.nonZero = NonZeroRequests(&f.spec)
	f.scored = f.nonZero
	if f.spec.Resources != nil {
		f.scored = ScoredRequests(&f.spec)
	}
	f.ports = PodHostPorts(&f.spec)
	f.affinity = CompileNodeAffinity(&f.spec)
	f.wishes = compileWishes(&f.spec)
	f.detailed = needsDetail(&f.spec)
	return f
}

// Meta is the metadata that the pods start with, for reading.
func (t *Template) Meta() *TemplateMeta { return &t.meta }

// Spec is the pod spec, for reading. A pod's own node name and its pinned affinity are not in it: see
// Pod.FullSpec.
func (t *Template) Spec() *PodSpec { return &t.spec }

// Requests is what a pod asks of its node's resources.
func (t *Template) Requests() Resources { return t.requests }

// NonZeroRequests is what a pod counts for in the sums by which nodes are scored: see the function of
// this name.
func (t *Template) NonZeroRequests() Resources { return t.nonZero }

// ScoredRequests is what a new pod is taken for when free resources are scored: see the function of
// this name.
func (t *Template) ScoredRequests() Resources { return t.scored }

// HostPorts lists the ports that a pod takes on its node.
func (t *Template) HostPorts() []HostPort { return t.ports }

// NodeAffinity is the template's node selector and required node affinity, ready to match.
func (t *Template) NodeAffinity() affinity.RequiredNodeAffinity { return t.affinity }

// CompileNodeAffinity makes a spec's node selector and required node affinity ready to match.
func CompileNodeAffinity(spec *PodSpec) affinity.RequiredNodeAffinity {
	var node *affinity.NodeAffinity
	if spec.Affinity != nil {
		node = spec.Affinity.NodeAffinity
	}
	return affinity.CompileRequiredNodeAffinity(spec.NodeSelector, node)
}

// labelKey is a text that two label sets share exactly when they are equal.
func labelKey(labels map[string]string) string {
	keys := sortedKeys(labels)
	var b []byte
	for _, k := range keys {
		b = append(b, k...)
		b = append(b, '=')
		b = append(b, labels[k]...)
		b = append(b, '\n')
	}
	return string(b)
}
