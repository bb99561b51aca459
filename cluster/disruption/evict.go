package disruption

import (
	"maps"
	"time"

	"github.com/daemonsim/daemonsim/cluster"
)

// The condition DisruptionTarget of a pod that is evicted.
const (
	evictionReason  = "EvictionByEvictionAPI"
	evictionMessage = "Eviction API: evicting"
)

// EvictOptions say how to evict. The zero value is what kubectl drain does.
type EvictOptions struct {
	// Delete says how the pod is deleted: its grace period, and which pod is meant.
	Delete cluster.DeleteOptions
	// DryRun asks without doing anything.
	DryRun bool
}

// Evict asks for a pod to go in a way that respects budgets: a create of its Eviction. The verdict is that of Judge,
// about the cluster as it is even if the client lags. What is granted is charged to the budget, if one has to
// allow it; the pod is marked as the target of a disruption and deleted.
//
// The error is that of the verdict, cluster.ErrNotFound when there is no such pod, or cluster.ErrConflict when it is
// not as the preconditions say. They are looked at last, as an API server does, so that the budget has been
// charged in vain then and gets its own back after two minutes.
func Evict(cl *cluster.Client, namespace, name string, opts EvictOptions) (Verdict, error) {
	p := cl.Live().Pod(namespace, name)
	if p == nil {
		return Verdict{}, evictError(namespace, name, cluster.ErrNotFound)
	}
	v := Judge(p, cl.Live().PodDisruptionBudgets(namespace))
	if err := v.Err(); err != nil {
		return v, evictError(namespace, name, err)
	}
	if v.Charged() && !opts.DryRun {
		next := v.Budget.CopyStatus(&cluster.PodDisruptionBudget{Status: charged(v.Budget, name, cl.Now())})
		if _, err := cl.UpdateStatus(next); err != nil {
			return v, evictError(namespace, name, err)
		}
	}
	if err := opts.Delete.Preconditions.Check(&p.ObjectMeta); err != nil {
		return v, evictError(namespace, name, err)
	}
	if opts.DryRun {
		return v, nil
	}
	_, err := cl.SetPodStatus(p.UID, p.Status.WithDisruption(evictionReason, evictionMessage, cl.Now()))
	if err != nil {
		return v, evictError(namespace, name, err)
	}
	// The condition has made another version of the pod than the one that was meant.
	opts.Delete.Preconditions = cluster.Preconditions{}
	return v, cl.DeletePod(p.UID, opts.Delete)
}

func evictError(namespace, name string, err error) error {
	return &cluster.ObjectError{Op: "evict", Kind: cluster.KindPod, Key: namespace + "/" + name, Err: err}
}

// charged is the status of a budget that has allowed the eviction of a pod: it allows one less, and notes the pod,
// which the controller counts as gone from then on.
func charged(b *cluster.PodDisruptionBudget, pod string, now time.Duration) cluster.PodDisruptionBudgetStatus {
	s := b.Status
	s.DisruptedPods = maps.Clone(s.DisruptedPods)
	if s.DisruptedPods == nil {
		s.DisruptedPods = make(map[string]time.Duration, 1)
	}
	s.DisruptedPods[pod] = now
	if s.DisruptionsAllowed--; s.DisruptionsAllowed == 0 {
		s.Conditions = withCondition(s.Conditions, allowance(0, s.ObservedGeneration, now))
	}
	return s
}
