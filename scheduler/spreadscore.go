package scheduler

import (
	"math"

	"github.com/daemonsim/daemonsim/cluster"
)

// spreadScore is what scoring knows of the domains.
type spreadScore struct {
	rules []cluster.SpreadRule
	// domains counts, for each constraint but those by host name, the pods in the domains of the feasible
	// nodes. sizes is the number of domains.
	domains []map[string]int
	sizes   []int
	// ignored are the feasible nodes that are in no domain of some constraint.
	ignored map[string]bool
}

// PreScore counts the pods in the domains of the nodes that are left.
func (PodTopologySpread) PreScore(c *Cycle, feasible []*NodeInfo) (skip bool, err error) {
	rules, err := spreadRules(c.Pod, cluster.ScheduleAnyway)
	if err != nil || len(rules) == 0 {
		return true, err
	}
	s := newSpreadScore(rules, feasible)
	for _, node := range c.Snapshot.Nodes() {
		if !hasKeys(rules, node.Node) {
			continue
		}
		for i := range rules {
			r := &rules[i]
			domain := node.Node.Labels[r.TopologyKey]
			if _, ok := s.domains[i][domain]; ok && counts(r, c.Pod, node.Node) {
				s.domains[i][domain] += matching(r, c.Pod, node)
			}
		}
	}
	c.SetState(s)
	return false, nil
}

func newSpreadScore(rules []cluster.SpreadRule, feasible []*NodeInfo) *spreadScore {
	s := &spreadScore{
		rules: rules, domains: make([]map[string]int, len(rules)),
		sizes: make([]int, len(rules)), ignored: make(map[string]bool),
	}
	for i := range s.domains {
		s.domains[i] = make(map[string]int)
	}
	for _, node := range feasible {
		if !hasKeys(rules, node.Node) {
			s.ignored[node.Node.Name] = true
			continue
		}
		for i := range rules {
			if key := rules[i].TopologyKey; key != cluster.LabelHostname {
				s.domains[i][node.Node.Labels[key]] = 0
			}
		}
	}
	for i := range rules {
		s.sizes[i] = len(s.domains[i])
		if rules[i].TopologyKey == cluster.LabelHostname {
			s.sizes[i] = len(feasible) - len(s.ignored)
		}
	}
	return s
}

// Score is higher the fuller the node's domains are. A constraint weighs more the more domains there
// are, and the wider its skew may be.
func (PodTopologySpread) Score(c *Cycle, node *NodeInfo) (int64, error) {
	s, ok := c.State().(*spreadScore)
	if !ok || s.ignored[node.Node.Name] {
		return 0, nil
	}
	var score float64
	for i := range s.rules {
		r := &s.rules[i]
		domain, ok := node.Node.Labels[r.TopologyKey]
		if !ok {
			continue
		}
		count := s.domains[i][domain]
		if r.TopologyKey == cluster.LabelHostname {
			count = matching(r, c.Pod, node)
		}
		// The conversion keeps the compiler from fusing the operations, which would round otherwise on
		// some processors.
		score += float64(float64(count)*math.Log(float64(s.sizes[i]+2))) + float64(r.MaxSkew-1)
	}
	return int64(math.Round(score)), nil
}

// NormalizeScore turns the scores round: the emptier its domains, the better the node. Nodes that are in
// no domain get nothing.
func (PodTopologySpread) NormalizeScore(c *Cycle, feasible []*NodeInfo, scores []int64) {
	s, ok := c.State().(*spreadScore)
	if !ok {
		return
	}
	lowest, highest := int64(math.MaxInt64), int64(0)
	for i, node := range feasible {
		if !s.ignored[node.Node.Name] {
			lowest, highest = min(lowest, scores[i]), max(highest, scores[i])
		}
	}
	for i, node := range feasible {
		switch {
		case s.ignored[node.Node.Name]:
			scores[i] = 0
		case highest == 0:
			scores[i] = MaxNodeScore
		default:
			scores[i] = MaxNodeScore * (highest + lowest - scores[i]) / highest
		}
	}
}
