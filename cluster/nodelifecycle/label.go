package nodelifecycle

import (
	"maps"

	"github.com/daemonsim/daemonsim/cluster"
)

// BetaLabels returns the labels of a node with the older twins of those of operating system and architecture as
// these have them, and whether that is a change. The twin of a label that is not there stays as it is.
func BetaLabels(n *cluster.Node) (labels map[string]string, changed bool) {
	labels = n.Labels
	for _, l := range [...]struct{ key, twin string }{
		{cluster.LabelOS, cluster.LabelBetaOS}, {cluster.LabelArch, cluster.LabelBetaArch},
	} {
		value, ok := n.Labels[l.key]
		if twin, same := n.Labels[l.twin]; !ok || same && twin == value {
			continue
		}
		if !changed {
			labels, changed = maps.Clone(labels), true
		}
		labels[l.twin] = value
	}
	return labels, changed
}

// reconcile brings the taints of effect NoSchedule and the labels of a node up to date.
func reconcile(cl *cluster.Client, n *cluster.Node) {
	if list, changed := NoScheduleTaints(n); changed {
		if next, err := cl.SetNodeTaints(n.UID, list); err == nil {
			n = next
		}
	}
	if labels, changed := BetaLabels(n); changed {
		own := *n
		own.Labels = labels
		_, _ = cl.Update(&own)
	}
}
