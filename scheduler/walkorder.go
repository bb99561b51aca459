package scheduler

import "github.com/daemonsim/daemonsim/cluster"

// The labels that say where a node is. The old ones win where a node has both.
const (
	labelZone      = "topology.kubernetes.io/zone"
	labelRegion    = "topology.kubernetes.io/region"
	labelOldZone   = "failure-domain.beta.kubernetes.io/zone"
	labelOldRegion = "failure-domain.beta.kubernetes.io/region"
)

// zone is the place of a node. The zero zone is that of nodes without such labels.
type zone struct{ region, zone string }

func zoneOf(n *cluster.Node) zone {
	if len(n.Labels) == 0 {
		return zone{}
	}
	pick := func(old, current string) string {
		if v, ok := n.Labels[old]; ok {
			return v
		}
		return n.Labels[current]
	}
	return zone{pick(labelOldRegion, labelRegion), pick(labelOldZone, labelZone)}
}

// interleave lists nodes as the scheduler walks them: the first of each zone, then the second of each, and
// so on. Zones are in the order in which they came up, the nodes of a zone in that of their addition.
func interleave[T any](zones [][]T) []T {
	var walk []T
	for i, more := 0, true; more; i++ {
		more = false
		for _, nodes := range zones {
			if i < len(nodes) {
				more = true
				walk = append(walk, nodes[i])
			}
		}
	}
	return walk
}
