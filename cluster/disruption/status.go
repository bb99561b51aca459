package disruption

import (
	"maps"
	"math"
	"slices"
	"time"

	"github.com/daemonsim/daemonsim/cluster"
)

// Scale tells how many pods a controller is asked to have. The error says why nobody knows.
type Scale func(controller *cluster.OwnerReference) (int32, error)

// Expectation is how many pods of a budget there should be, and how many of them must be healthy.
type Expectation struct{ Pods, Healthy int32 }

// Expect works out what a budget asks of its pods. With minAvailable as a number, that many must be healthy
// and there should be as many pods as there are. A percentage and maxUnavailable are of what the pods'
// controllers are asked to have, so that a controller of which nobody knows the scale is an error, and
// pods without a controller do not count. A budget that says neither expects nothing.
func Expect(spec *cluster.PodDisruptionBudgetSpec, t *Tally, scale Scale) (Expectation, error) {
	if spec.MaxUnavailable == nil && spec.MinAvailable == nil {
		return Expectation{}, nil
	}
	if spec.MaxUnavailable == nil && !spec.MinAvailable.IsString {
		return Expectation{Pods: t.Pods, Healthy: spec.MinAvailable.Int}, nil
	}
	var pods int32
	for i := range t.Controllers {
		n, err := scale(&t.Controllers[i].Controller)
		if err != nil {
			return Expectation{}, err
		}
		pods += n
	}
	share := spec.MinAvailable
	if spec.MaxUnavailable != nil {
		share = spec.MaxUnavailable
	}
	n, err := share.Scaled(int(pods), true /* roundUp */)
	if err != nil {
		return Expectation{}, err
	}
	healthy := int32(n)
	if spec.MaxUnavailable != nil {
		healthy = max(0, pods-int32(n))
	}
	return Expectation{Pods: pods, Healthy: healthy}, nil
}

// asksScale reports whether the budget depends on the scale of controllers.
func asksScale(spec *cluster.PodDisruptionBudgetSpec) bool {
	return spec.MaxUnavailable != nil || spec.MinAvailable != nil && spec.MinAvailable.IsString
}

// The condition of a budget, and its reasons.
const (
	DisruptionAllowed = "DisruptionAllowed"
	sufficientPods    = "SufficientPods"
	insufficientPods  = "InsufficientPods"
	syncFailed        = "SyncFailed"
)

// Status is the status of a budget whose pods are healthy in that number, of the expectation, with those
// pods disrupted. As many more disruptions are allowed as there are more healthy pods than must be, and
// none if no pod is expected.
func Status(
	b *cluster.PodDisruptionBudget, healthy int32, want Expectation,
	disrupted map[string]time.Duration, now time.Duration,
) cluster.PodDisruptionBudgetStatus {
	allowed := int32(0)
	if want.Pods > 0 {
		allowed = max(0, healthy-want.Healthy)
	}
	return cluster.PodDisruptionBudgetStatus{
		ObservedGeneration: b.Generation,
		DisruptedPods:      disrupted,
		DisruptionsAllowed: allowed,
		CurrentHealthy:     healthy,
		DesiredHealthy:     want.Healthy,
		ExpectedPods:       want.Pods,
		Conditions:         withCondition(b.Status.Conditions, allowance(allowed, b.Generation, now)),
	}
}

// allowance is the condition of a budget that allows so many disruptions.
func allowance(allowed int32, generation int64, now time.Duration) cluster.Condition {
	c := cluster.Condition{
		Type: DisruptionAllowed, Status: "False", Reason: insufficientPods,
		ObservedGeneration: generation, LastTransitionTime: now,
	}
	if allowed > 0 {
		c.Status, c.Reason = "True", sufficientPods
	}
	return c
}

// Failed is the status of a budget of which nobody can say how many pods there should be: as it was, but
// nothing is allowed, to be on the safe side.
func Failed(b *cluster.PodDisruptionBudget, why error, now time.Duration) cluster.PodDisruptionBudgetStatus {
	status := b.Status
	status.DisruptionsAllowed = 0
	status.Conditions = withCondition(status.Conditions, cluster.Condition{
		Type: DisruptionAllowed, Status: "False", Reason: syncFailed, Message: why.Error(),
		ObservedGeneration: status.ObservedGeneration, LastTransitionTime: now,
	})
	return status
}

// withCondition returns the conditions with c in the place of the one of its type, or at the end. The time
// of the transition stays while the status does.
func withCondition(list []cluster.Condition, c cluster.Condition) []cluster.Condition {
	list = slices.Clone(list)
	i := slices.IndexFunc(list, func(o cluster.Condition) bool { return o.Type == c.Type })
	if i < 0 {
		return append(list, c)
	}
	if list[i].Status == c.Status {
		c.LastTransitionTime = list[i].LastTransitionTime
	}
	list[i] = c
	return list
}

// deletionTimeout is for how long a pod whose eviction has been granted is given to be deleted.
const deletionTimeout = 2 * time.Minute

// disrupted is what is left of the pods whose eviction has been granted.
type disrupted struct {
	// pods are those that may still be deleted, and late those that should have been.
	pods map[string]time.Duration
	late []*cluster.Pod
	// healthy is how many of the healthy pods are as good as gone.
	healthy int32
	// next is when the first of them is late; zero for never.
	next time.Duration
}

// stillDisrupted looks at the pods whose eviction has been granted: find returns the pod of a name that
// the budget selects, or nil.
func stillDisrupted(
	granted map[string]time.Duration, now time.Duration, find func(string) *cluster.Pod,
) disrupted {
	var d disrupted
	for _, name := range slices.Sorted(maps.Keys(granted)) {
		p := find(name)
		if p == nil || p.Terminating() {
			continue
		}
		until := granted[name] + min(deletionTimeout, math.MaxInt64-max(0, granted[name]))
		if until <= now {
			d.late = append(d.late, p)
			continue
		}
		if d.pods == nil {
			d.pods = make(map[string]time.Duration, len(granted))
		}
		d.pods[name] = granted[name]
		if Healthy(p) {
			d.healthy++
		}
		if d.next == 0 || until < d.next {
			d.next = until
		}
	}
	return d
}
