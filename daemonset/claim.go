package daemonset

import (
	"slices"

	"github.com/daemonsim/daemonsim/cluster"
)

// claim settles who owns which pods: pods that no longer match the selector are released, and pods
// without a controller that match it are adopted.
func claim(cl *cluster.Client, t *tracked) {
	if hasStrangers(cl, t) {
		release(cl, t)
	}
	for _, p := range slices.Collect(cl.OrphansMatching(t.set.Namespace, t.selector)) {
		if p.Terminating() {
			continue
		}
		next := *p
		next.OwnerReferences = append(slices.Clip(p.OwnerReferences), t.set.ownerReference())
		update(cl, &next)
	}
}

// hasStrangers reports whether any owned pod no longer matches the selector.
func hasStrangers(cl *cluster.Client, t *tracked) bool {
	for labels := range cl.LabelSetsOwnedBy(t.set.Namespace, t.set.UID) {
		if !t.selector.Matches(labels) {
			return true
		}
	}
	return false
}

func release(cl *cluster.Client, t *tracked) {
	for _, p := range slices.Collect(cl.PodsOwnedBy(t.set.Namespace, t.set.UID)) {
		if t.selector.Matches(p.Labels) {
			continue
		}
		next := *p
		next.OwnerReferences = slices.DeleteFunc(slices.Clone(p.OwnerReferences),
			func(r cluster.OwnerReference) bool { return r.UID == t.set.UID })
		update(cl, &next)
	}
}

// update writes a pod that was read in the same step, so it cannot conflict.
func update(cl *cluster.Client, p *cluster.Pod) { _, _ = cl.Update(p) }
