package taints

// WithDaemonTolerations returns the tolerations of a DaemonSet's pods: the template's own and the
// ones that the DaemonSet controller adds, so that an agent comes and stays where ordinary pods do
// not. They are, all with the operator Exists:
//
//	node.kubernetes.io/not-ready:NoExecute
//	node.kubernetes.io/unreachable:NoExecute
//	node.kubernetes.io/disk-pressure:NoSchedule
//	node.kubernetes.io/memory-pressure:NoSchedule
//	node.kubernetes.io/pid-pressure:NoSchedule
//	node.kubernetes.io/unschedulable:NoSchedule
//	node.kubernetes.io/network-unavailable:NoSchedule   (only with hostNetwork)
//
// Each is appended, unless the template has a toleration of the same key, operator, value and
// effect: then that one stays where it is and only loses its TolerationSeconds. The template is
// not changed, and the result does not share its array.
func WithDaemonTolerations(template []Toleration, hostNetwork bool) []Toleration {
	added := daemonTolerations()
	count := len(added)
	if !hostNetwork {
		count--
	}
	all := make([]Toleration, len(template), len(template)+count)
	copy(all, template)
	for _, t := range added[:count] {
		all = addOrReplace(all, t)
	}
	return all
}

// daemonTolerations returns what the controller adds, the hostNetwork one last.
func daemonTolerations() [7]Toleration {
	return [...]Toleration{
		{Key: KeyNotReady, Operator: OperatorExists, Effect: EffectNoExecute},
		{Key: KeyUnreachable, Operator: OperatorExists, Effect: EffectNoExecute},
		{Key: KeyDiskPressure, Operator: OperatorExists, Effect: EffectNoSchedule},
		{Key: KeyMemoryPressure, Operator: OperatorExists, Effect: EffectNoSchedule},
		{Key: KeyPIDPressure, Operator: OperatorExists, Effect: EffectNoSchedule},
		{Key: KeyUnschedulable, Operator: OperatorExists, Effect: EffectNoSchedule},
		{Key: KeyNetworkUnavailable, Operator: OperatorExists, Effect: EffectNoSchedule},
	}
}

// addOrReplace puts t into list in the place of its equals, or at the end, and returns the list.
func addOrReplace(list []Toleration, t Toleration) []Toleration {
	found := false
	for i := range list {
		if list[i].sameMatch(t) {
			list[i] = t
			found = true
		}
	}
	if found {
		return list
	}
	return append(list, t)
}
