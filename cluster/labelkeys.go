package cluster

import (
	"maps"
	"slices"

	"github.com/daemonsim/daemonsim/affinity"
)

// usesLabelKeys reports whether selectors of a spec are to be completed with labels of the pod itself.
func usesLabelKeys(s *PodSpec) bool {
	return s.Affinity.UsesLabelKeys() ||
		slices.ContainsFunc(s.TopologySpreadConstraints, func(c TopologySpreadConstraint) bool {
			return len(c.MatchLabelKeys) > 0
		})
}

// foldLabelKeys completes the selectors of a spec of one's own with labels of the pod.
func foldLabelKeys(s *PodSpec, labels map[string]string) {
	s.Affinity.FoldLabelKeys(labels)
	for i := range s.TopologySpreadConstraints {
		c := &s.TopologySpreadConstraints[i]
		c.LabelSelector = c.LabelSelector.Fold(affinity.LabelSelectorOpIn, c.MatchLabelKeys, labels)
	}
}

// fold returns the template of pods with these labels.
func (t *Template) fold(labels map[string]string) *Template {
	c := PodTemplateSpec{t.meta, t.spec.Clone()}
	foldLabelKeys(&c.Spec, labels)
	f := newTemplate(c, t.owners)
	f.origin = t
	return f
}

// of returns the template of a new pod with these labels: the one that it was given, unless that leaves
// something to the labels.
func (t *Template) of(labels map[string]string) *Template {
	if t.origin != nil {
		t = t.origin
	}
	switch {
	case t.folded == nil:
		return t
	case maps.Equal(labels, t.meta.Labels):
		return t.folded
	}
	return t.fold(labels)
}
