package affinity

import "strconv"

// RequiredNodeAffinity is what a pod demands of its node, compiled: the plain nodeSelector and the
// required part of the node affinity, both of which must hold. The zero value demands nothing.
type RequiredNodeAffinity struct {
	nodeSelector Selector
	affinity     NodeMatcher
	hasAffinity  bool
}

// CompileRequiredNodeAffinity compiles a pod's spec.nodeSelector and spec.affinity.nodeAffinity;
// either may be nil. Malformed terms of the affinity match no node, see [CompileNodeSelector].
func CompileRequiredNodeAffinity(
	nodeSelector map[string]string, affinity *NodeAffinity,
) RequiredNodeAffinity {
	r := RequiredNodeAffinity{nodeSelector: SelectorFromSet(nodeSelector)}
	if affinity != nil && affinity.RequiredDuringSchedulingIgnoredDuringExecution != nil {
		r.hasAffinity = true
		r.affinity = CompileNodeSelector(affinity.RequiredDuringSchedulingIgnoredDuringExecution)
	}
	return r
}

// Matches reports whether a pod with these demands may run on the node. It does not allocate.
func (r RequiredNodeAffinity) Matches(nodeName string, labels map[string]string) bool {
	return r.nodeSelector.Matches(labels) &&
		(!r.hasAffinity || r.affinity.Matches(nodeName, labels))
}

// NodeSelector returns the compiled spec.nodeSelector.
func (r RequiredNodeAffinity) NodeSelector() Selector { return r.nodeSelector }

// Affinity returns the compiled required node affinity; ok is false if the pod has none.
func (r RequiredNodeAffinity) Affinity() (matcher NodeMatcher, ok bool) {
	return r.affinity, r.hasAffinity
}

// PreferredNodeAffinity is what a pod would like of its node, compiled. The zero value has no
// wishes.
type PreferredNodeAffinity struct {
	terms []preferredTerm
}

// preferredTerm is a compiled preference.
type preferredTerm struct {
	term   nodeTerm
	weight int64
}

// CompilePreferredNodeAffinity compiles preferences. Those of weight 0 or without requirements are
// dropped. Unlike with required terms, one malformed term makes the whole list an error.
func CompilePreferredNodeAffinity(terms []PreferredSchedulingTerm) (PreferredNodeAffinity, error) {
	var p PreferredNodeAffinity
	var problems Problems
	for i := range terms {
		term := compileTerm("["+strconv.Itoa(i)+"]", &terms[i].Preference)
		if terms[i].Weight == 0 || term.isEmpty() {
			continue
		}
		problems = append(problems, term.problems...)
		p.terms = append(p.terms, preferredTerm{term: term, weight: int64(terms[i].Weight)})
	}
	if err := problems.Err(); err != nil {
		return PreferredNodeAffinity{}, err
	}
	return p, nil
}

// Score returns the sum of the weights of the preferences that select the node. It does not
// allocate.
func (p PreferredNodeAffinity) Score(nodeName string, labels map[string]string) int64 {
	var score int64
	for i := range p.terms {
		if p.terms[i].term.matches(nodeName, labels) {
			score += p.terms[i].weight
		}
	}
	return score
}

// Empty reports whether there are no preferences, so that every node scores 0.
func (p PreferredNodeAffinity) Empty() bool { return len(p.terms) == 0 }
