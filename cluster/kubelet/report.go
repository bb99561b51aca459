package kubelet

import (
	"slices"
	"time"

	"github.com/daemonsim/daemonsim/cluster"
)

// conditions are what a kubelet reports of its node when all is well, in the order in which it does so.
func conditions() [4]cluster.NodeCondition {
	return [...]cluster.NodeCondition{
		{
			Type: cluster.NodeMemoryPressure, Status: cluster.ConditionFalse,
			Reason: "KubeletHasSufficientMemory", Message: "kubelet has sufficient memory available",
		}, {
			Type: cluster.NodeDiskPressure, Status: cluster.ConditionFalse,
			Reason: "KubeletHasNoDiskPressure", Message: "kubelet has no disk pressure",
		}, {
			Type: cluster.NodePIDPressure, Status: cluster.ConditionFalse,
			Reason: "KubeletHasSufficientPID", Message: "kubelet has sufficient PID available",
		}, {
			Type: cluster.NodeReady, Status: cluster.ConditionTrue,
			Reason: "KubeletReady", Message: "kubelet is posting ready status",
		},
	}
}

// NotReady is the condition Ready of a node whose kubelet reports that it cannot run pods. The message says
// why; an empty one is that of a container runtime which is down.
func NotReady(message string) cluster.NodeCondition {
	if message == "" {
		message = "container runtime is down"
	}
	return cluster.NodeCondition{
		Type: cluster.NodeReady, Status: cluster.ConditionFalse, Reason: "KubeletNotReady", Message: message,
	}
}

// Report returns the conditions of a node as its kubelet reports them once it answers again: ready, and under
// the pressures that it was under when it last answered. Those that are not a kubelet's stay as they are.
func Report(current, last []cluster.NodeCondition, now time.Duration) []cluster.NodeCondition {
	all := conditions()
	return report(current, last, all[len(all)-1], now)
}

// report is Report with something else to say of the condition Ready.
func report(
	current, last []cluster.NodeCondition, ready cluster.NodeCondition, now time.Duration,
) []cluster.NodeCondition {
	next := slices.Clone(current)
	for _, well := range conditions() {
		if well.Type == ready.Type {
			well = ready
		}
		i := find(current, well.Type)
		if i < 0 && find(last, well.Type) < 0 && well.Type != cluster.NodeReady {
			continue
		}
		if l := find(last, well.Type); l >= 0 && well.Type != cluster.NodeReady {
			well.Status, well.Reason, well.Message = last[l].Status, last[l].Reason, last[l].Message
		}
		next = With(next, well, now)
	}
	return next
}

// With returns the list with a condition in the place of the one of its type, or at the end. Its
// LastTransitionTime is that of the one before as long as the status is the same, else now.
func With(list []cluster.NodeCondition, c cluster.NodeCondition, now time.Duration) []cluster.NodeCondition {
	c.LastTransitionTime = now
	i := find(list, c.Type)
	if i < 0 {
		return append(slices.Clip(list), c)
	}
	if list[i].Status == c.Status {
		c.LastTransitionTime = list[i].LastTransitionTime
	}
	next := slices.Clone(list)
	next[i] = c
	return next
}

func find(list []cluster.NodeCondition, conditionType string) int {
	return slices.IndexFunc(list, func(c cluster.NodeCondition) bool { return c.Type == conditionType })
}
