package scheduler

import (
	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
)

// hasPodAffinity reports whether a pod has terms about other pods.
func hasPodAffinity(p *cluster.Pod) bool { return !termsOf(p).Empty() }

// termsOf are a pod's terms about other pods. Lists with a term that cannot be read are left out.
func termsOf(p *cluster.Pod) *affinity.InterPodAffinity {
	terms, _ := p.Template.InterPodAffinity()
	return terms
}

// matches reports whether a term of a pod is about another one.
func matches(c *Cycle, t *affinity.PodMatcher, of, p *cluster.Pod) bool {
	return t.Matches(of.Namespace, p.Namespace, p.Labels, c.Snapshot.NamespaceLabels)
}

// matchesAll reports whether all of some terms of a pod are about another one. No terms are about nobody.
func matchesAll(c *Cycle, terms []affinity.PodMatcher, of, p *cluster.Pod) bool {
	for i := range terms {
		if !matches(c, &terms[i], of, p) {
			return false
		}
	}
	return len(terms) > 0
}

// mayMatchAll and mayMatchAny ask terms without knowing the labels of namespaces: a term that selects
// namespaces by their labels may be about any.
func mayMatchAll(terms []affinity.PodMatcher, of, p *cluster.Pod) bool {
	for i := range terms {
		if !mayMatch(&terms[i], of, p) {
			return false
		}
	}
	return len(terms) > 0
}

func mayMatchAny(terms []affinity.PodMatcher, of, p *cluster.Pod) bool {
	for i := range terms {
		if mayMatch(&terms[i], of, p) {
			return true
		}
	}
	return false
}

func mayMatch(t *affinity.PodMatcher, of, p *cluster.Pod) bool {
	return t.MatchesLabels(p.Labels) &&
		(t.SelectsNamespaces() || t.MatchesNamespace(of.Namespace, p.Namespace, nil))
}
