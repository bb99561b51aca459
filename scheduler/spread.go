package scheduler

import (
	"maps"
	"slices"

	"github.com/daemonsim/daemonsim/cluster"
)

const (
	reasonSpread      = "node(s) didn't match pod topology spread constraints"
	reasonSpreadLabel = "node(s) didn't match pod topology spread constraints (missing required label)"
)

// PodTopologySpread keeps the pods that a constraint selects from getting together in too few domains, which
// are the values of a node label. Constraints with DoNotSchedule reject nodes, those with ScheduleAnyway rank
// them. A pod without constraints is left alone: there are no Services here from which default
// constraints could follow.
type PodTopologySpread struct{}

// Name is "PodTopologySpread".
func (PodTopologySpread) Name() string { return "PodTopologySpread" }

// spreadRules are those constraints of a pod that say what to do.
func spreadRules(p *cluster.Pod, action cluster.UnsatisfiableConstraintAction) ([]cluster.SpreadRule, error) {
	rules, err := p.Template.Spread()
	if err != nil || len(rules) == 0 {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(rules), func(r cluster.SpreadRule) bool {
		return r.WhenUnsatisfiable != action
	}), nil
}

// counts reports whether a node counts for a constraint, as far as the pod's affinity and tolerations go.
func counts(r *cluster.SpreadRule, p *cluster.Pod, n *cluster.Node) bool {
	return (!r.HonorAffinity || selects(p, n)) && (!r.HonorTaints || toleratesNode(p, n))
}

// matching is how many of the node's pods the constraint selects: live ones in the pod's namespace. A
// selector that asks for nothing selects none.
func matching(r *cluster.SpreadRule, p *cluster.Pod, node *NodeInfo) int {
	if r.Selector.Empty() {
		return 0
	}
	count := 0
	for _, there := range node.Pods {
		if !there.Terminating() && there.Namespace == p.Namespace && r.Selector.Matches(there.Labels) {
			count++
		}
	}
	return count
}

// hasKeys reports whether a node is in a domain of every constraint.
func hasKeys(rules []cluster.SpreadRule, n *cluster.Node) bool {
	for i := range rules {
		if _, ok := n.Labels[rules[i].TopologyKey]; !ok {
			return false
		}
	}
	return true
}

// spreadState is what the filter knows of the domains: for each constraint how many pods are where.
type spreadState struct {
	rules   []cluster.SpreadRule
	domains []map[string]int
}

// PreFilter counts the pods in each domain. A selector that cannot be read rejects the pod everywhere.
func (PodTopologySpread) PreFilter(c *Cycle) PreFilterResult {
	rules, err := spreadRules(c.Pod, cluster.DoNotSchedule)
	if err != nil {
		return PreFilterResult{Status: reject(UnschedulableAndUnresolvable, err.Error())}
	}
	if len(rules) == 0 {
		return PreFilterResult{Skip: true}
	}
	s := &spreadState{rules: rules, domains: make([]map[string]int, len(rules))}
	for i := range s.domains {
		s.domains[i] = make(map[string]int)
	}
	for _, node := range c.Snapshot.Nodes() {
		if !hasKeys(rules, node.Node) {
			continue
		}
		for i := range rules {
			if r := &rules[i]; counts(r, c.Pod, node.Node) {
				s.domains[i][node.Node.Labels[r.TopologyKey]] += matching(r, c.Pod, node)
			}
		}
	}
	c.SetState(s)
	return PreFilterResult{}
}

// Filter rejects a node that is in no domain, or in one that would get too far ahead of the emptiest.
func (PodTopologySpread) Filter(c *Cycle, node *NodeInfo) Status {
	s, ok := c.State().(*spreadState)
	if !ok {
		return Status{}
	}
	for i := range s.rules {
		r := &s.rules[i]
		domain, ok := node.Node.Labels[r.TopologyKey]
		if !ok {
			return reject(UnschedulableAndUnresolvable, reasonSpreadLabel)
		}
		self := 0
		if r.Selector.Matches(c.Pod.Labels) {
			self = 1
		}
		if s.domains[i][domain]+self-s.fewest(i) > int(r.MaxSkew) {
			return reject(Unschedulable, reasonSpread)
		}
	}
	return Status{}
}

// fewest is the number of pods in the emptiest domain of a constraint; 0 while there are not enough domains.
func (s *spreadState) fewest(i int) int {
	domains := s.domains[i]
	if len(domains) < int(s.rules[i].MinDomains) {
		return 0
	}
	first, fewest := true, 0
	for _, n := range domains { //house:ok the least of them does not depend on the order
		if first || n < fewest {
			first, fewest = false, n
		}
	}
	return fewest
}

// Clone returns an independent copy.
func (s *spreadState) Clone() PodCounter {
	next := &spreadState{rules: s.rules, domains: make([]map[string]int, len(s.domains))}
	for i, d := range s.domains {
		next.domains[i] = maps.Clone(d)
	}
	return next
}

// AddPod counts a pod.
func (s *spreadState) AddPod(c *Cycle, p *cluster.Pod, node *NodeInfo) { s.count(c, p, node, +1) }

// RemovePod counts a pod no more. NB: Kubernetes takes off a terminating pod too, which it had not counted.
func (s *spreadState) RemovePod(c *Cycle, p *cluster.Pod, node *NodeInfo) { s.count(c, p, node, -1) }

func (s *spreadState) count(c *Cycle, p *cluster.Pod, node *NodeInfo, n int) {
	if p.Namespace != c.Pod.Namespace || !hasKeys(s.rules, node.Node) {
		return
	}
	for i := range s.rules {
		r := &s.rules[i]
		if r.Selector.Matches(p.Labels) && counts(r, c.Pod, node.Node) {
			s.domains[i][node.Node.Labels[r.TopologyKey]] += n
		}
	}
}
