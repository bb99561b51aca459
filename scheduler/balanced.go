package scheduler

import (
	"math"

	"github.com/daemonsim/daemonsim/cluster"
)

// NodeResourcesBalancedAllocation prefers nodes on which the pod makes the use of cpu and memory more even.
type NodeResourcesBalancedAllocation struct {
	// Resources are those that are compared. Nil means cpu and memory.
	Resources []cluster.ResourceName
}

// Name is "NodeResourcesBalancedAllocation".
func (NodeResourcesBalancedAllocation) Name() string { return "NodeResourcesBalancedAllocation" }

func (b NodeResourcesBalancedAllocation) resources() []cluster.ResourceName {
	if b.Resources == nil {
		return []cluster.ResourceName{cluster.ResourceCPU, cluster.ResourceMemory}
	}
	return b.Resources
}

// PreScore skips pods that ask for none of the resources.
func (b NodeResourcesBalancedAllocation) PreScore(c *Cycle, _ []*NodeInfo) (skip bool, err error) {
	request := c.Pod.Template.Requests()
	for _, name := range b.resources() {
		if request.Amount(name) != 0 {
			return false, nil
		}
	}
	return true, nil
}

// Score is above 75 if the pod makes the use of the node more even, and below if less.
func (b NodeResourcesBalancedAllocation) Score(c *Cycle, node *NodeInfo) (int64, error) {
	request, requested := c.Pod.Template.Requests(), node.requested()
	var with, without []float64
	for _, name := range b.resources() {
		allocatable, want := allocatableOf(node.Node, name), request.Amount(name)
		if allocatable == 0 || want == 0 && isScalar(name) {
			continue
		}
		taken := requested.Amount(name)
		with = append(with, share(taken+want, allocatable))
		without = append(without, share(taken, allocatable))
	}
	half := MaxNodeScore / 2
	return half + (half+evenness(with)-evenness(without))/2, nil
}

// share is how much of a resource is taken: all of it at most.
func share(taken, allocatable int64) float64 {
	return min(1, float64(taken)/float64(allocatable))
}

// evenness is MaxNodeScore when all shares are equal, and less by their standard deviation.
func evenness(shares []float64) int64 {
	deviation := 0.0
	switch n := float64(len(shares)); {
	case len(shares) == 2:
		deviation = math.Abs((shares[0] - shares[1]) / 2)
	case len(shares) > 2:
		mean, sum := 0.0, 0.0
		for _, s := range shares {
			mean += s
		}
		mean /= n
		for _, s := range shares {
			// The conversion keeps the compiler from fusing the operations.
			sum += float64((s - mean) * (s - mean))
		}
		deviation = math.Sqrt(sum / n)
	}
	return int64((1 - deviation) * float64(MaxNodeScore))
}
