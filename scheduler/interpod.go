package scheduler

import (
	"maps"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
)

const (
	reasonPodAffinity  = "node(s) didn't match pod affinity rules"
	reasonPodAnti      = "node(s) didn't match pod anti-affinity rules"
	reasonExistingAnti = "node(s) didn't satisfy existing pods anti-affinity rules"
)

// InterPodAffinity brings pods near others, or keeps them away from others, where near is to have the same
// value of a node label: the topology key of a term. Required terms of the pod reject nodes, and so do
// required terms of anti-affinity of pods that are there already; all other terms rank them.
type InterPodAffinity struct{}

// Name is "InterPodAffinity".
func (InterPodAffinity) Name() string { return "InterPodAffinity" }

// pair is one place: a node label and its value.
type pair struct{ key, value string }

// pairCounts counts pods per place. Invariant: no count is 0.
type pairCounts map[pair]int

func (m pairCounts) add(n *cluster.Node, key string, count int) {
	value, ok := n.Labels[key]
	if !ok {
		return
	}
	at := pair{key, value}
	if m[at] += count; m[at] == 0 {
		delete(m, at)
	}
}

// interPodState is what the filter knows of the places.
type interPodState struct {
	terms *affinity.InterPodAffinity
	// near counts the pods that match all terms of affinity, away those that match each one of
	// anti-affinity, and unwelcome the pods that do not want the pod near.
	near, away, unwelcome pairCounts
}

// PreFilter counts the pods that matter to the pod, and those to which it matters.
func (InterPodAffinity) PreFilter(c *Cycle) PreFilterResult {
	terms, existing := termsOf(c.Pod), c.Snapshot.WithAffinity()
	asks := len(terms.Near)+len(terms.Away) > 0
	if !asks && len(existing) == 0 {
		return PreFilterResult{Skip: true}
	}
	s := &interPodState{
		terms: terms, near: make(pairCounts), away: make(pairCounts), unwelcome: make(pairCounts),
	}
	for _, node := range existing {
		for _, p := range node.Pods {
			s.countUnwelcome(c, p, node, +1)
		}
	}
	if !asks && len(s.unwelcome) == 0 {
		return PreFilterResult{Skip: true}
	}
	c.SetState(s)
	if !asks {
		return PreFilterResult{}
	}
	for _, node := range c.Snapshot.Nodes() {
		for _, p := range node.Pods {
			s.countOwn(c, p, node, +1)
		}
	}
	return PreFilterResult{}
}

func (s *interPodState) countUnwelcome(c *Cycle, p *cluster.Pod, node *NodeInfo, n int) {
	away := termsOf(p).Away
	for i := range away {
		if matches(c, &away[i], p, c.Pod) {
			s.unwelcome.add(node.Node, away[i].TopologyKey(), n)
		}
	}
}

func (s *interPodState) countOwn(c *Cycle, p *cluster.Pod, node *NodeInfo, n int) {
	if matchesAll(c, s.terms.Near, c.Pod, p) {
		for i := range s.terms.Near {
			s.near.add(node.Node, s.terms.Near[i].TopologyKey(), n)
		}
	}
	for i := range s.terms.Away {
		if t := &s.terms.Away[i]; matches(c, t, c.Pod, p) {
			s.away.add(node.Node, t.TopologyKey(), n)
		}
	}
}

// Filter rejects a node that is in the wrong place. The first rule that is broken is the only reason.
func (InterPodAffinity) Filter(c *Cycle, node *NodeInfo) Status {
	s, ok := c.State().(*interPodState)
	switch {
	case !ok:
		return Status{}
	case !s.isNear(c, node.Node):
		return reject(UnschedulableAndUnresolvable, reasonPodAffinity)
	case s.isAmong(node.Node):
		return reject(Unschedulable, reasonPodAnti)
	case s.isUnwelcome(node.Node):
		return reject(Unschedulable, reasonExistingAnti)
	}
	return Status{}
}

// isNear reports whether the node is near a pod that matches the terms, by each of them. While there is
// no such pod anywhere, one that matches its own terms may be the first.
func (s *interPodState) isNear(c *Cycle, n *cluster.Node) bool {
	near := true
	for i := range s.terms.Near {
		key := s.terms.Near[i].TopologyKey()
		value, ok := n.Labels[key]
		if !ok {
			return false
		}
		near = near && s.near[pair{key, value}] > 0
	}
	return near || len(s.near) == 0 && matchesAll(c, s.terms.Near, c.Pod, c.Pod)
}

func (s *interPodState) isAmong(n *cluster.Node) bool {
	for i := range s.terms.Away {
		key := s.terms.Away[i].TopologyKey()
		if value, ok := n.Labels[key]; ok && s.away[pair{key, value}] > 0 {
			return true
		}
	}
	return false
}

func (s *interPodState) isUnwelcome(n *cluster.Node) bool {
	if len(s.unwelcome) == 0 {
		return false
	}
	for key, value := range n.Labels { //house:ok any of them will do
		if s.unwelcome[pair{key, value}] > 0 {
			return true
		}
	}
	return false
}

// Clone returns an independent copy.
func (s *interPodState) Clone() PodCounter {
	return &interPodState{s.terms, maps.Clone(s.near), maps.Clone(s.away), maps.Clone(s.unwelcome)}
}

// AddPod counts a pod.
func (s *interPodState) AddPod(c *Cycle, p *cluster.Pod, node *NodeInfo) { s.count(c, p, node, +1) }

// RemovePod counts a pod no more.
func (s *interPodState) RemovePod(c *Cycle, p *cluster.Pod, node *NodeInfo) { s.count(c, p, node, -1) }

func (s *interPodState) count(c *Cycle, p *cluster.Pod, node *NodeInfo, n int) {
	s.countUnwelcome(c, p, node, n)
	s.countOwn(c, p, node, n)
}
