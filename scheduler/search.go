package scheduler

import "github.com/daemonsim/daemonsim/cluster"

const (
	// Up to so many nodes are all looked at, and of more at least as many are to be found.
	minFeasible = 100
	// Of more nodes a share is enough, which shrinks with their number.
	maxFeasiblePercent  = 50
	minFeasiblePercent  = 5
	nodesPerPercentLess = 125
)

// enoughNodes is how many feasible nodes the scheduler looks for among n.
func enoughNodes(n int) int {
	if n < minFeasible {
		return n
	}
	percent := max(minFeasiblePercent, maxFeasiblePercent-n/nodesPerPercentLess)
	return max(minFeasible, n*percent/100)
}

// search looks for feasible nodes from a place in the walk on, until there are enough of them. It returns
// the place where the next search begins.
func (c *Cycle) search(found *candidates, start int) (feasible []*NodeInfo, next int) {
	total := c.Snapshot.Len()
	if total == 0 || !found.verdict.Fits() {
		return nil, start
	}
	// The node that others were displaced from is tried first, and taken if it fits.
	if name := c.Pod.NominatedNodeName(); name != "" {
		if node := c.Snapshot.Node(name); node != nil {
			if _, v := c.filter(node); v.Fits() {
				return []*NodeInfo{node}, start
			}
		}
	}
	nodes, feasible := c.inQuestion(found), c.feasible[:0]
	enough := enoughNodes(len(nodes))
	if len(c.fw.scores) == 0 {
		enough = min(1, enough)
	}
	looked := 0
	for ; looked < len(nodes) && len(feasible) < enough; looked++ {
		node := nodes[(start+looked)%len(nodes)]
		place, v := c.filter(node)
		c.diagnosis.add(place, v, node)
		if v.Fits() {
			feasible = append(feasible, node)
		}
	}
	c.feasible = feasible
	return feasible, (start + looked) % total
}

// inQuestion are the nodes to look at, in the order of the walk, or by name where there are few.
func (c *Cycle) inQuestion(found *candidates) []*NodeInfo {
	if !found.narrowed {
		return c.Snapshot.Nodes()
	}
	c.named = c.named[:0]
	for _, name := range found.names {
		if node := c.Snapshot.Node(name); node != nil {
			c.named = append(c.named, node)
		}
	}
	return c.named
}

// pick chooses among feasible nodes: the one with the highest total, and of several such anyone. The
// natural order is that of Kubernetes, which builds a heap of them and takes its root: the first of the
// highest in a walk over the heap that goes down the left side first.
func (c *Cycle) pick(feasible []*NodeInfo, totals []int64) *NodeInfo {
	best := heapRoot(totals, 0)
	equal := []*NodeInfo{feasible[best]}
	for i, node := range feasible {
		if i != best && totals[i] == totals[best] {
			equal = append(equal, node)
		}
	}
	return equal[c.Choose(cluster.Choice{
		Point: "scheduler-node", N: len(equal),
		Describe: func(i int) string { return equal[i].Node.Name },
	})]
}

// heapRoot is the place of the highest total in the subtree below a place.
func heapRoot(totals []int64, top int) int {
	best := top
	for _, child := range [...]int{2*top + 1, 2*top + 2} {
		if child >= len(totals) {
			continue
		}
		if root := heapRoot(totals, child); totals[root] > totals[best] {
			best = root
		}
	}
	return best
}
