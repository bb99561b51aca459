package scheduler

import (
	"math"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
)

// hardPodAffinityWeight is what a required term of affinity of a pod that is there adds for a pod that
// it matches.
const hardPodAffinityWeight = 1

// pairScores is what the places are worth.
type pairScores map[pair]int64

// add makes the place of a node worth more, if a term of a pod is about another one.
func (m pairScores) add(
	c *Cycle, t *affinity.PodMatcher, weight int64, of, p *cluster.Pod, n *cluster.Node,
) {
	if value, ok := n.Labels[t.TopologyKey()]; ok && matches(c, t, of, p) {
		m[pair{t.TopologyKey(), value}] += weight
	}
}

func (m pairScores) addAll(
	c *Cycle, terms []affinity.WeightedPodMatcher, sign int64, of, p *cluster.Pod, n *cluster.Node,
) {
	for i := range terms {
		m.add(c, &terms[i].PodMatcher, sign*int64(terms[i].Weight), of, p, n)
	}
}

// PreScore works out what each place is worth: to the pod, by its preferences, and to the pods that are
// there, by theirs.
func (InterPodAffinity) PreScore(c *Cycle, _ []*NodeInfo) (skip bool, err error) {
	own := termsOf(c.Pod)
	nodes := c.Snapshot.WithAffinity()
	prefers := len(own.PreferNear)+len(own.PreferAway) > 0
	if prefers {
		nodes = c.Snapshot.Nodes()
	}
	scores := make(pairScores)
	for _, node := range nodes {
		for _, p := range node.Pods {
			if prefers {
				scores.addAll(c, own.PreferNear, +1, c.Pod, p, node.Node)
				scores.addAll(c, own.PreferAway, -1, c.Pod, p, node.Node)
			}
			scores.addExisting(c, p, node.Node)
		}
	}
	if len(scores) == 0 {
		return true, nil
	}
	c.SetState(&scores)
	return false, nil
}

// addExisting adds what the terms of a pod that is there say of the pod.
func (m pairScores) addExisting(c *Cycle, p *cluster.Pod, n *cluster.Node) {
	terms := termsOf(p)
	for i := range terms.Near {
		m.add(c, &terms.Near[i], hardPodAffinityWeight, p, c.Pod, n)
	}
	m.addAll(c, terms.PreferNear, +1, p, c.Pod, n)
	m.addAll(c, terms.PreferAway, -1, p, c.Pod, n)
}

// Score is the sum of what the node's places are worth. It may be negative.
func (InterPodAffinity) Score(c *Cycle, node *NodeInfo) (int64, error) {
	scores, ok := c.State().(*pairScores)
	if !ok {
		return 0, nil
	}
	var sum int64
	for key, value := range node.Node.Labels { //house:ok integers add up in any order
		sum += (*scores)[pair{key, value}]
	}
	return sum, nil
}

// NormalizeScore spreads the scores over the whole range.
func (InterPodAffinity) NormalizeScore(_ *Cycle, _ []*NodeInfo, scores []int64) {
	lowest, highest := int64(math.MaxInt64), int64(math.MinInt64)
	for _, s := range scores {
		lowest, highest = min(lowest, s), max(highest, s)
	}
	for i, s := range scores {
		scores[i] = 0
		if highest > lowest {
			scores[i] = int64(float64(MaxNodeScore) * (float64(s-lowest) / float64(highest-lowest)))
		}
	}
}
