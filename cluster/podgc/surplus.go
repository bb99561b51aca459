package podgc

import (
	"cmp"
	"slices"

	"github.com/daemonsim/daemonsim/cluster"
)

// Surplus returns which of the pods that have ended are more than the threshold, in the order in which they are
// deleted: evicted ones first, then the oldest, then by name. Pods that have not ended are passed over.
func Surplus(pods []*cluster.Pod, threshold int) []*cluster.Pod {
	var ended []*cluster.Pod
	for _, p := range pods {
		if p.Terminal() {
			ended = append(ended, p)
		}
	}
	if len(ended) <= threshold {
		return nil
	}
	slices.SortFunc(ended, func(a, b *cluster.Pod) int {
		return cmp.Or(
			cmp.Compare(rank(a), rank(b)),
			cmp.Compare(a.CreationTimestamp, b.CreationTimestamp),
			cmp.Compare(a.Name, b.Name),
			cmp.Compare(a.Namespace, b.Namespace))
	})
	return ended[:len(ended)-max(0, threshold)]
}

// rank puts pods first that were evicted.
func rank(p *cluster.Pod) int {
	if t := p.Status.Trouble; t != nil && t.Reason == "Evicted" {
		return 0
	}
	return 1
}
