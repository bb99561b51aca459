package scheduler

import "github.com/daemonsim/daemonsim/cluster"

// StrategyType says what NodeResourcesFit looks for in a node.
type StrategyType string

// The types of strategies.
const (
	// LeastAllocated prefers nodes of which the least is taken. It is what the empty type means.
	LeastAllocated StrategyType = "LeastAllocated"
	// MostAllocated prefers nodes of which the most is taken, to keep others free.
	MostAllocated StrategyType = "MostAllocated"
)

// ScoringStrategy says how NodeResourcesFit ranks nodes. The zero value is the default: LeastAllocated by
// cpu and memory, which count the same.
type ScoringStrategy struct {
	// Type is the kind of strategy.
	Type StrategyType
	// Resources are those that count. Nil means cpu and memory.
	Resources []ResourceWeight
}

// ResourceWeight is a resource that counts in a ranking.
type ResourceWeight struct {
	// Name is the resource.
	Name cluster.ResourceName
	// Weight is how much it counts. Zero means one.
	Weight int64
}

func (s *ScoringStrategy) resources() []ResourceWeight {
	if s.Resources == nil {
		return []ResourceWeight{{cluster.ResourceCPU, 1}, {cluster.ResourceMemory, 1}}
	}
	return s.Resources
}

// PreScore works out what the pod asks for in the eyes of the ranking: containers that say nothing of cpu
// or memory count as if they asked for a little. NB: what the pod asks for as a whole is not looked at.
func (f NodeResourcesFit) PreScore(c *Cycle, _ []*NodeInfo) (skip bool, err error) {
	request := c.Pod.Template.ScoredRequests()
	c.SetState(&request)
	return false, nil
}

// Score is the weighted mean over the resources of how good the node is. Resources that the node does not
// have are left out, and so are extended ones that the pod does not ask for.
func (f NodeResourcesFit) Score(c *Cycle, node *NodeInfo) (int64, error) {
	request, ok := c.State().(*cluster.Resources)
	if !ok {
		return 0, nil
	}
	requested := node.nonZeroRequested()
	var sum, weights int64
	for _, r := range f.Strategy.resources() {
		allocatable := allocatableOf(node.Node, r.Name)
		want := request.Amount(r.Name)
		if allocatable == 0 || want == 0 && isScalar(r.Name) {
			continue
		}
		weight := max(1, r.Weight)
		sum += weight * f.Strategy.rate(want+requested.Amount(r.Name), allocatable)
		weights += weight
	}
	if weights == 0 {
		return 0, nil
	}
	return sum / weights, nil
}

// rate is how good it is that so much of a resource is taken, from 0 to MaxNodeScore.
func (s *ScoringStrategy) rate(taken, allocatable int64) int64 {
	if s.Type == MostAllocated {
		return MaxNodeScore * min(taken, allocatable) / allocatable
	}
	if taken > allocatable {
		return 0
	}
	return MaxNodeScore * (allocatable - taken) / allocatable
}

// isScalar reports whether a resource is none of those that every node has.
func isScalar(name cluster.ResourceName) bool {
	switch name {
	case cluster.ResourceCPU, cluster.ResourceMemory, cluster.ResourceEphemeralStorage:
		return false
	}
	return true
}

func allocatableOf(n *cluster.Node, name cluster.ResourceName) int64 {
	q := n.Status.Allocatable[name]
	if name == cluster.ResourceCPU {
		return q.MilliValue()
	}
	return q.Value()
}
