package scheduler

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/daemonsim/daemonsim/cluster"
)

// importance orders pods, the more important first: by priority, then who has run for longer.
func importance(a, b *cluster.Pod) int {
	return cmp.Or(cmp.Compare(b.Priority, a.Priority), cmp.Compare(startTime(a), startTime(b)))
}

// startTime is when a kubelet took the pod on, in whole seconds.
func startTime(p *cluster.Pod) time.Duration { return p.Status.ScheduledAt.Truncate(time.Second) }

// pickNode chooses the node where the least is lost. Each criterion is applied to the nodes that are left
// by the one before; among those that are equal by all, anyone may be taken.
func pickNode(c *Cycle, found []sacrifice) sacrifice {
	for _, cost := range [...]func(sacrifice) int64{
		func(s sacrifice) int64 { return int64(s.violations) },
		highestPriority,
		prioritySum,
		func(s sacrifice) int64 { return int64(len(s.victims)) },
		func(s sacrifice) int64 { return -int64(earliestStart(s)) },
	} {
		found = cheapest(found, cost)
	}
	return found[c.Choose(cluster.Choice{
		Point: "preemption-node", N: len(found),
		Describe: func(i int) string { return found[i].node.Node.Name },
	})]
}

func cheapest(found []sacrifice, cost func(sacrifice) int64) []sacrifice {
	least := int64(math.MaxInt64)
	for _, s := range found {
		least = min(least, cost(s))
	}
	return slices.DeleteFunc(slices.Clone(found), func(s sacrifice) bool { return cost(s) > least })
}

func highestPriority(s sacrifice) int64 {
	if len(s.victims) == 0 {
		return math.MinInt64
	}
	return int64(s.victims[0].Priority)
}

// prioritySum adds up the priorities from the lowest possible one on, so that one victim more never makes
// a node cheaper.
func prioritySum(s sacrifice) int64 {
	var sum int64
	for _, p := range s.victims {
		sum += int64(p.Priority) - math.MinInt32
	}
	return sum
}

// earliestStart is when the first of the most important victims started.
func earliestStart(s sacrifice) time.Duration {
	earliest := time.Duration(math.MaxInt64)
	for _, p := range s.victims {
		if p.Priority == s.victims[0].Priority {
			earliest = min(earliest, startTime(p))
		}
	}
	return earliest
}
