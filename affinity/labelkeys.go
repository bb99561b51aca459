package affinity

import (
	"slices"
	"strconv"
)

// Fold returns the selector with a requirement added for each of the keys that the labels have: that
// the label is related by the operator to this very value. The selector itself is not changed, and is
// the result if nothing is added, as for a nil selector, which selects nothing anyway.
//
// This is how a pod's matchLabelKeys (In) and mismatchLabelKeys (NotIn) take effect.
func (s *LabelSelector) Fold(
	op LabelSelectorOperator, keys []string, labels map[string]string,
) *LabelSelector {
	if s == nil {
		return nil
	}
	expressions := slices.Clip(s.MatchExpressions)
	for _, key := range keys {
		if value, ok := labels[key]; ok {
			expressions = append(expressions,
				LabelSelectorRequirement{Key: key, Operator: op, Values: []string{value}})
		}
	}
	if len(expressions) == len(s.MatchExpressions) {
		return s
	}
	return &LabelSelector{MatchLabels: s.MatchLabels, MatchExpressions: expressions}
}

// UsesLabelKeys reports whether one of the pod affinity terms has MatchLabelKeys or MismatchLabelKeys.
// A nil affinity has no terms.
func (a *Affinity) UsesLabelKeys() bool {
	uses := false
	a.eachPodTerm(func(t *PodAffinityTerm) {
		uses = uses || len(t.MatchLabelKeys) > 0 || len(t.MismatchLabelKeys) > 0
	})
	return uses
}

// FoldLabelKeys folds the MatchLabelKeys and MismatchLabelKeys of all pod affinity terms into their label
// selectors, for a pod with these labels, as the API server does when the pod is created. The keys stay
// where they are. It changes the affinity, whose selectors are replaced; a nil affinity stays nil.
func (a *Affinity) FoldLabelKeys(labels map[string]string) {
	a.eachPodTerm(func(t *PodAffinityTerm) {
		t.LabelSelector = t.LabelSelector.
			Fold(LabelSelectorOpIn, t.MatchLabelKeys, labels).
			Fold(LabelSelectorOpNotIn, t.MismatchLabelKeys, labels)
	})
}

// eachPodTerm hands all pod affinity terms to f.
func (a *Affinity) eachPodTerm(f func(*PodAffinityTerm)) {
	if a == nil {
		return
	}
	if p := a.PodAffinity; p != nil {
		eachTerm(p.RequiredDuringSchedulingIgnoredDuringExecution,
			p.PreferredDuringSchedulingIgnoredDuringExecution, f)
	}
	if p := a.PodAntiAffinity; p != nil {
		eachTerm(p.RequiredDuringSchedulingIgnoredDuringExecution,
			p.PreferredDuringSchedulingIgnoredDuringExecution, f)
	}
}

func eachTerm(
	required []PodAffinityTerm, preferred []WeightedPodAffinityTerm, f func(*PodAffinityTerm),
) {
	for i := range required {
		f(&required[i])
	}
	for i := range preferred {
		f(&preferred[i].PodAffinityTerm)
	}
}

// ValidateLabelKeys returns what the API server finds wrong with the keys that are to be folded into a
// selector: each must be a label key, there must be a selector, none may be in both lists, and a key to
// match may not be in the selector already. It is meant for a selector into which the keys have been
// folded, where one mention of each is expected, and for the selector of a template, into which they
// have not. Paths start at the object that holds the three: matchLabelKeys[0].
//
// NB: as in Kubernetes, the path of a key that is in the selector is that of the object with the index
// of the key, [0].
func ValidateLabelKeys(selector *LabelSelector, match, mismatch []string) Problems {
	problems := checkLabelKeys("matchLabelKeys", selector, match)
	problems = append(problems, checkLabelKeys("mismatchLabelKeys", selector, mismatch)...)
	if selector != nil {
		problems = append(problems, checkRepeatedKeys(selector, match)...)
	}
	for i, key := range match {
		if slices.Contains(mismatch, key) {
			problems = append(problems, invalid("matchLabelKeys["+strconv.Itoa(i)+"]", key,
				"exists in both matchLabelKeys and mismatchLabelKeys"))
		}
	}
	return problems
}

func checkLabelKeys(path string, selector *LabelSelector, keys []string) Problems {
	if len(keys) == 0 {
		return nil
	}
	if selector == nil {
		return Problems{{Field: path, Kind: ProblemForbidden,
			Detail: "must not be specified when labelSelector is not set"}}
	}
	var problems Problems
	for i, key := range keys {
		problems = append(problems, invalids(path+"["+strconv.Itoa(i)+"]", key, KeyErrors(key))...)
	}
	return problems
}

// checkRepeatedKeys looks for expressions about one of the keys for which another requirement comes
// before them.
func checkRepeatedKeys(selector *LabelSelector, keys []string) Problems {
	var problems Problems
	for i, e := range selector.MatchExpressions {
		at := lastIndex(keys, e.Key)
		if at < 0 {
			continue
		}
		_, seen := selector.MatchLabels[e.Key]
		for _, earlier := range selector.MatchExpressions[:i] {
			seen = seen || earlier.Key == e.Key
		}
		if seen {
			problems = append(problems, invalid("["+strconv.Itoa(at)+"]", e.Key,
				"exists in both matchLabelKeys and labelSelector"))
		}
	}
	return problems
}

func lastIndex(list []string, s string) int {
	for i := len(list) - 1; i >= 0; i-- {
		if list[i] == s {
			return i
		}
	}
	return -1
}
