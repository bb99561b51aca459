package cluster

import "github.com/daemonsim/daemonsim/affinity"

// wishes is what a template says about where its pods run beyond the node affinity that is required,
// ready to match.
type wishes struct {
	preferred    affinity.PreferredNodeAffinity
	preferredErr error
	near         affinity.InterPodAffinity
	nearErr      error
	spread       []SpreadRule
	spreadErr    error
}

func compileWishes(s *PodSpec) wishes {
	var w wishes
	if a := s.Affinity; a != nil {
		if a.NodeAffinity != nil {
			w.preferred, w.preferredErr = affinity.CompilePreferredNodeAffinity(
				a.NodeAffinity.PreferredDuringSchedulingIgnoredDuringExecution)
		}
		w.near, w.nearErr = affinity.CompileInterPodAffinity(a)
	}
	w.spread, w.spreadErr = CompileSpread(s.TopologySpreadConstraints)
	return w
}

// PreferredNodeAffinity is the template's preferred node affinity, ready to score. A malformed term is
// an error for the pods' scheduling, though not necessarily one of validation.
func (t *Template) PreferredNodeAffinity() (affinity.PreferredNodeAffinity, error) {
	return t.preferred, t.preferredErr
}

// InterPodAffinity is the template's pod affinity and anti-affinity, ready to match. Of a stored pod,
// the label keys have been folded into the selectors. The result is never nil and for reading only.
func (t *Template) InterPodAffinity() (*affinity.InterPodAffinity, error) { return &t.near, t.nearErr }

// Spread are the template's topology spread constraints, ready to match, for reading only. Of a stored
// pod, the label keys have been folded into the selectors.
func (t *Template) Spread() ([]SpreadRule, error) { return t.spread, t.spreadErr }

// SpreadRule is a compiled TopologySpreadConstraint.
type SpreadRule struct {
	// TopologyKey is the node label whose values are the domains.
	TopologyKey string
	// MaxSkew is the largest permitted difference between a domain and the emptiest one.
	MaxSkew int32
	// MinDomains is the number of domains below which the emptiest one counts as having no pods, 1
	// unless the constraint says more.
	MinDomains int32
	// WhenUnsatisfiable says whether the constraint is a rule or a preference.
	WhenUnsatisfiable UnsatisfiableConstraintAction
	// HonorAffinity and HonorTaints say whether nodes that the pod cannot use for these reasons are
	// left out of the count. By default affinity is honoured, and taints are ignored.
	HonorAffinity, HonorTaints bool
	// Selector selects the pods that are counted.
	Selector affinity.Selector
}

// CompileSpread compiles constraints. The first malformed selector is an error.
func CompileSpread(constraints []TopologySpreadConstraint) ([]SpreadRule, error) {
	if len(constraints) == 0 {
		return nil, nil
	}
	rules := make([]SpreadRule, len(constraints))
	for i := range constraints {
		c := &constraints[i]
		selector, err := affinity.Compile(c.LabelSelector)
		if err != nil {
			return nil, err
		}
		rules[i] = SpreadRule{
			TopologyKey: c.TopologyKey, MaxSkew: c.MaxSkew, MinDomains: 1,
			WhenUnsatisfiable: c.WhenUnsatisfiable,
			HonorAffinity:     c.NodeAffinityPolicy == nil || *c.NodeAffinityPolicy == NodeInclusionPolicyHonor,
			HonorTaints:       c.NodeTaintsPolicy != nil && *c.NodeTaintsPolicy == NodeInclusionPolicyHonor,
			Selector:          selector,
		}
		if c.MinDomains != nil {
			rules[i].MinDomains = *c.MinDomains
		}
	}
	return rules, nil
}
