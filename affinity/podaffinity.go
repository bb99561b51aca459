package affinity

import (
	"fmt"
	"slices"
	"strings"
)

// PodMatcher is a compiled [PodAffinityTerm]: it tells which pods the term is about, and in which
// topology. [CompilePodAffinityTerm] makes one. It is immutable and safe to copy.
type PodMatcher struct {
	topologyKey string
	selector    Selector
	// namespaces are those listed, sorted; within selects others by their labels.
	namespaces []string
	within     Selector
	// home says that the namespace is that of the pod that has the term.
	home bool
}

// WeightedPodMatcher is a compiled [WeightedPodAffinityTerm].
type WeightedPodMatcher struct {
	PodMatcher
	// Weight is what a matching node gains.
	Weight int32
}

// NamespaceLabels tells the labels of a namespace; nil for one that does not exist.
type NamespaceLabels func(namespace string) map[string]string

// CompilePodAffinityTerm compiles a term. One of its two selectors that is malformed is an error, see
// [Compile]. The keys of MatchLabelKeys and MismatchLabelKeys take no part: they are folded into the
// label selector when a pod is created, see [Affinity.FoldLabelKeys].
func CompilePodAffinityTerm(term *PodAffinityTerm) (PodMatcher, error) {
	none := PodMatcher{selector: Nothing(), within: Nothing()}
	selector, err := Compile(term.LabelSelector)
	if err != nil {
		return none, err
	}
	within, err := Compile(term.NamespaceSelector)
	if err != nil {
		return none, err
	}
	return PodMatcher{
		topologyKey: term.TopologyKey,
		selector:    selector,
		namespaces:  slices.Compact(slices.Sorted(slices.Values(term.Namespaces))),
		within:      within,
		home:        len(term.Namespaces) == 0 && term.NamespaceSelector == nil,
	}, nil
}

// TopologyKey is the node label whose equal values make nodes near.
func (m *PodMatcher) TopologyKey() string { return m.topologyKey }

// Matches reports whether the term is about a pod with these labels in the namespace; home is the
// namespace of the pod that has the term. The labels of the namespace are asked for only if a
// namespace selector needs them; without a function no namespace has any. Matching does not allocate.
func (m *PodMatcher) Matches(
	home, namespace string, labels map[string]string, of NamespaceLabels,
) bool {
	return m.MatchesNamespace(home, namespace, of) && m.selector.Matches(labels)
}

// MatchesNamespace reports whether the term is about pods of the namespace at all.
func (m *PodMatcher) MatchesNamespace(home, namespace string, of NamespaceLabels) bool {
	switch {
	case m.home:
		return namespace == home
	case m.lists(namespace):
		return true
	case m.within.nothing || m.within.Empty() || of == nil:
		return m.within.Matches(nil)
	}
	return m.within.Matches(of(namespace))
}

func (m *PodMatcher) lists(namespace string) bool {
	_, found := slices.BinarySearch(m.namespaces, namespace)
	return found
}

// SelectsNamespaces reports whether the term selects namespaces by their labels, so that those decide.
func (m *PodMatcher) SelectsNamespaces() bool { return !m.within.nothing && !m.within.Empty() }

// MatchesLabels reports whether the label selector of the term selects the labels, in whatever
// namespace.
func (m *PodMatcher) MatchesLabels(labels map[string]string) bool { return m.selector.Matches(labels) }

// InterPodAffinity is what a pod demands and wishes of the pods near it, compiled. The zero value
// neither demands nor wishes anything. Its lists are in the order of the terms and for reading only.
type InterPodAffinity struct {
	// Near and Away are the required terms of the affinity and of the anti-affinity.
	Near, Away []PodMatcher
	// PreferNear and PreferAway are the preferred ones.
	PreferNear, PreferAway []WeightedPodMatcher
}

// CompileInterPodAffinity compiles the pod affinity and the pod anti-affinity of a pod; a may be nil.
// A list with a malformed term is left out, and the error tells about the first such term of each.
func CompileInterPodAffinity(a *Affinity) (InterPodAffinity, error) {
	if a == nil || a.PodAffinity == nil && a.PodAntiAffinity == nil {
		return InterPodAffinity{}, nil
	}
	var near PodAffinity
	var away PodAntiAffinity
	if a.PodAffinity != nil {
		near = *a.PodAffinity
	}
	if a.PodAntiAffinity != nil {
		away = *a.PodAntiAffinity
	}
	var l termLists
	return InterPodAffinity{
		Near:       l.required("requiredAffinityTerms", near.RequiredDuringSchedulingIgnoredDuringExecution),
		Away:       l.required("requiredAntiAffinityTerms", away.RequiredDuringSchedulingIgnoredDuringExecution),
		PreferNear: l.preferred("preferredAffinityTerms", near.PreferredDuringSchedulingIgnoredDuringExecution),
		PreferAway: l.preferred("preferredAntiAffinityTerms", away.PreferredDuringSchedulingIgnoredDuringExecution),
	}, l.err()
}

// Empty reports whether there is neither a demand nor a wish.
func (c *InterPodAffinity) Empty() bool {
	return len(c.Near) == 0 && len(c.Away) == 0 && len(c.PreferNear) == 0 && len(c.PreferAway) == 0
}

// termLists compiles lists of terms and collects what is wrong with them.
type termLists []error

func (l *termLists) required(name string, terms []PodAffinityTerm) []PodMatcher {
	var list []PodMatcher
	for i := range terms {
		m, err := CompilePodAffinityTerm(&terms[i])
		if err != nil {
			*l = append(*l, fmt.Errorf("%s: %w", name, err))
			return nil
		}
		list = append(list, m)
	}
	return list
}

func (l *termLists) preferred(name string, terms []WeightedPodAffinityTerm) []WeightedPodMatcher {
	var list []WeightedPodMatcher
	for i := range terms {
		m, err := CompilePodAffinityTerm(&terms[i].PodAffinityTerm)
		if err != nil {
			*l = append(*l, fmt.Errorf("%s: %w", name, err))
			return nil
		}
		list = append(list, WeightedPodMatcher{m, terms[i].Weight})
	}
	return list
}

// err returns one error bare and several as one.
func (l termLists) err() error {
	switch len(l) {
	case 0:
		return nil
	case 1:
		return l[0]
	}
	return l
}

// Error returns the errors as [first, second].
func (l termLists) Error() string {
	texts := make([]string, len(l))
	for i, err := range l {
		texts[i] = err.Error()
	}
	return "[" + strings.Join(texts, ", ") + "]"
}

// Unwrap returns the errors, for errors.As.
func (l termLists) Unwrap() []error { return l }
