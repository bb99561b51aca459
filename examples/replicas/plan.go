package replicas

import (
	"cmp"
	"slices"

	"github.com/daemonsim/daemonsim/cluster"
)

// Actions are what is to be done for a ReplicaSet.
type Actions struct {
	// Create is how many pods are missing.
	Create int
	// Delete are the pods that are too many, those first that are missed least.
	Delete []*cluster.Pod
}

// Active reports whether a pod counts: it has not ended and is not terminating. So the place of a pod that is
// deleted is filled as soon as the deletion is asked for, where a DaemonSet waits until it is gone.
func Active(p *cluster.Pod) bool { return !p.Terminal() && !p.Terminating() }

// Plan compares the pods of a ReplicaSet with the number that there should be. Pods that are not active are passed
// over, and a negative number is none.
func Plan(replicas int, pods []*cluster.Pod) Actions {
	replicas = max(0, replicas)
	active := slices.DeleteFunc(slices.Clone(pods), func(p *cluster.Pod) bool { return !Active(p) })
	if surplus := len(active) - replicas; surplus > 0 {
		return Actions{Delete: least(active)[:surplus]}
	}
	return Actions{Create: replicas - len(active)}
}

// least orders pods by how little they are missed: those without a node, those that do not run, those that are not
// ready, those on the nodes with the most of them, those that have been ready for the shortest time, those with the
// most restarts, the newest.
func least(pods []*cluster.Pod) []*cluster.Pod {
	together := make(map[string]int)
	for _, p := range pods {
		together[p.NodeName]++
	}
	slices.SortStableFunc(pods, func(a, b *cluster.Pod) int {
		return cmp.Or(
			falseFirst(a.Bound(), b.Bound()),
			falseFirst(a.Phase() != cluster.PodPending, b.Phase() != cluster.PodPending),
			falseFirst(a.Status.Ready, b.Status.Ready),
			cmp.Compare(together[b.NodeName], together[a.NodeName]),
			cmp.Compare(b.Status.ReadySince, a.Status.ReadySince),
			cmp.Compare(b.Status.Restarts, a.Status.Restarts),
			cmp.Compare(b.CreationTimestamp, a.CreationTimestamp),
		)
	})
	return pods
}

func falseFirst(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// Observed is the status that follows from the pods of a ReplicaSet.
func Observed(generation int64, pods []*cluster.Pod) Status {
	s := Status{ObservedGeneration: generation}
	for _, p := range pods {
		if !Active(p) {
			continue
		}
		s.Replicas++
		if p.Status.Ready {
			s.ReadyReplicas++
			s.AvailableReplicas++
		}
	}
	return s
}
