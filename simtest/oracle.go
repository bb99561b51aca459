package simtest

import (
	"slices"
	"strconv"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/taints"
)

// This file answers the two questions about a node from the text of the rules, without any of the code
// that the controller uses.

// shouldRun answers both questions for a DaemonSet and a node; a nil node fits nothing.
func shouldRun(set *daemonset.DaemonSet, node *cluster.Node) (run, goOn bool) {
	return fits(&set.Spec.Template.Spec, node)
}

// fits answers both questions for the spec of a daemon's pods.
func fits(spec *cluster.PodSpec, node *cluster.Node) (run, goOn bool) {
	if node == nil {
		return false, false
	}
	if spec.NodeName != "" && spec.NodeName != node.Name {
		return false, false
	}
	for key, want := range spec.NodeSelector {
		if got, ok := node.Labels[key]; !ok || got != want {
			return false, false
		}
	}
	if required := requiredAffinity(spec); required != nil {
		if !slices.ContainsFunc(required.NodeSelectorTerms, func(t affinity.NodeSelectorTerm) bool {
			return termMatches(&t, node)
		}) {
			return false, false
		}
	}
	run, goOn = true, true
	for _, taint := range node.Spec.Taints {
		if tolerated(spec, taint) {
			continue
		}
		switch taint.Effect {
		case taints.EffectNoSchedule:
			run = false
		case taints.EffectNoExecute:
			run, goOn = false, false
		}
	}
	return run, goOn
}

func requiredAffinity(spec *cluster.PodSpec) *affinity.NodeSelector {
	if spec.Affinity == nil || spec.Affinity.NodeAffinity == nil {
		return nil
	}
	return spec.Affinity.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution
}

// termMatches reports whether a term selects a node. A term that asks for nothing selects nothing.
func termMatches(term *affinity.NodeSelectorTerm, node *cluster.Node) bool {
	if len(term.MatchExpressions) == 0 && len(term.MatchFields) == 0 {
		return false
	}
	for _, r := range term.MatchExpressions {
		value, present := node.Labels[r.Key]
		if !requirementMatches(r, value, present) {
			return false
		}
	}
	for _, r := range term.MatchFields {
		if r.Key != "metadata.name" || !requirementMatches(r, node.Name, true) {
			return false
		}
	}
	return true
}

func requirementMatches(r affinity.NodeSelectorRequirement, value string, present bool) bool {
	switch r.Operator {
	case affinity.NodeSelectorOpIn:
		return present && slices.Contains(r.Values, value)
	case affinity.NodeSelectorOpNotIn:
		return !present || !slices.Contains(r.Values, value)
	case affinity.NodeSelectorOpExists:
		return present
	case affinity.NodeSelectorOpDoesNotExist:
		return !present
	}
	if !present || len(r.Values) != 1 {
		return false
	}
	got, err := strconv.ParseInt(value, 10, 64)
	if err != nil {
		return false
	}
	bound, err := strconv.ParseInt(r.Values[0], 10, 64)
	if err != nil {
		return false
	}
	if r.Operator == affinity.NodeSelectorOpGt {
		return got > bound
	}
	return r.Operator == affinity.NodeSelectorOpLt && got < bound
}

// tolerated reports whether a pod of the template tolerates a taint, be it by itself or because it is a
// daemon's.
func tolerated(spec *cluster.PodSpec, taint taints.Taint) bool {
	switch taint.Key + ":" + string(taint.Effect) {
	case "node.kubernetes.io/not-ready:NoExecute", "node.kubernetes.io/unreachable:NoExecute",
		"node.kubernetes.io/disk-pressure:NoSchedule", "node.kubernetes.io/memory-pressure:NoSchedule",
		"node.kubernetes.io/pid-pressure:NoSchedule", "node.kubernetes.io/unschedulable:NoSchedule":
		return true
	case "node.kubernetes.io/network-unavailable:NoSchedule":
		if spec.HostNetwork {
			return true
		}
	}
	return slices.ContainsFunc(spec.Tolerations, func(t taints.Toleration) bool { return matches(t, taint) })
}

// matches reports whether a toleration tolerates a taint.
func matches(t taints.Toleration, taint taints.Taint) bool {
	effect := t.Effect == "" || t.Effect == taint.Effect
	key := t.Key == "" || t.Key == taint.Key
	exists := t.Operator == taints.OperatorExists
	equal := (t.Operator == "" || t.Operator == taints.OperatorEqual) && t.Value == taint.Value
	return effect && key && (exists || equal)
}
