package nodelifecycle

import (
	"slices"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/taints"
)

// readyKey is the key of the taints of a node with that status of the condition Ready; "" for one that is
// ready, or of which nothing is known.
func readyKey(status string) string {
	switch status {
	case cluster.ConditionFalse:
		return taints.KeyNotReady
	case cluster.ConditionUnknown:
		return taints.KeyUnreachable
	}
	return ""
}

// NoScheduleTaints returns the taints of a node with those of effect NoSchedule that the controller owns as
// the node's conditions and its cordon have them, and whether that is a change. A taint that has no cause is
// gone, whoever put it there; one that is there already stays as it is, its value too. Missing ones come last.
func NoScheduleTaints(n *cluster.Node) (list []taints.Taint, changed bool) {
	wanted := causes(n)
	list = n.Spec.Taints
	for i := range n.Spec.Taints {
		t := &n.Spec.Taints[i]
		if t.Effect == taints.EffectNoSchedule && owned(t.Key) && !slices.Contains(wanted, t.Key) {
			list, changed = without(list, *t), true
		}
	}
	for _, key := range wanted {
		if t := (taints.Taint{Key: key, Effect: taints.EffectNoSchedule}); !has(list, t) {
			list, changed = append(slices.Clip(list), t), true
		}
	}
	return list, changed
}

// causes are the keys of the taints that a node should have: those of its conditions in their order, and that
// of its cordon.
func causes(n *cluster.Node) []string {
	var keys []string
	for i := range n.Status.Conditions {
		if key := causedBy(&n.Status.Conditions[i]); key != "" {
			keys = append(keys, key)
		}
	}
	if n.Spec.Unschedulable {
		keys = append(keys, taints.KeyUnschedulable)
	}
	return keys
}

// causedBy is the key of the taint that a condition causes, "" for none.
func causedBy(c *cluster.NodeCondition) string {
	if c.Type == cluster.NodeReady {
		return readyKey(c.Status)
	}
	if c.Status != cluster.ConditionTrue {
		return ""
	}
	switch c.Type {
	case cluster.NodeMemoryPressure:
		return taints.KeyMemoryPressure
	case cluster.NodeDiskPressure:
		return taints.KeyDiskPressure
	case cluster.NodePIDPressure:
		return taints.KeyPIDPressure
	case cluster.NodeNetworkUnavailable:
		return taints.KeyNetworkUnavailable
	}
	return ""
}

func owned(key string) bool {
	switch key {
	case taints.KeyNotReady, taints.KeyUnreachable, taints.KeyMemoryPressure, taints.KeyDiskPressure,
		taints.KeyPIDPressure, taints.KeyNetworkUnavailable, taints.KeyUnschedulable:
		return true
	}
	return false
}

// NoExecuteTaints returns the taints of a node with not-ready or unreachable of effect NoExecute as its
// condition Ready has it, and whether that is a change. A node has at most one of them. One without the condition
// keeps what it has.
func NoExecuteTaints(n *cluster.Node) (list []taints.Taint, changed bool) {
	status := n.ConditionStatus(cluster.NodeReady)
	wanted := readyKey(status)
	list = n.Spec.Taints
	if status == "" {
		return list, false
	}
	for _, key := range [...]string{taints.KeyNotReady, taints.KeyUnreachable} {
		t := taints.Taint{Key: key, Effect: taints.EffectNoExecute}
		switch there := has(list, t); {
		case there && key != wanted:
			list, changed = without(list, t), true
		case !there && key == wanted:
			list, changed = append(slices.Clip(list), t), true
		}
	}
	return list, changed
}

// executes reports whether a node has one of these taints.
func executes(n *cluster.Node) bool {
	return has(n.Spec.Taints, taints.Taint{Key: taints.KeyNotReady, Effect: taints.EffectNoExecute}) ||
		has(n.Spec.Taints, taints.Taint{Key: taints.KeyUnreachable, Effect: taints.EffectNoExecute})
}

// has reports whether the list has a taint of that key and effect.
func has(list []taints.Taint, t taints.Taint) bool {
	for i := range list {
		if list[i].Same(t) {
			return true
		}
	}
	return false
}

// without returns a copy of the list that has no taint like t; nil when nothing is left.
func without(list []taints.Taint, t taints.Taint) []taints.Taint {
	var rest []taints.Taint
	for _, other := range list {
		if !t.Same(other) {
			rest = append(rest, other)
		}
	}
	return rest
}
