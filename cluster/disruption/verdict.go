package disruption

import (
	"fmt"
	"iter"
	"slices"

	"github.com/daemonsim/daemonsim/cluster"
)

// Verdict is what is decided about an eviction, and why.
type Verdict struct {
	// Reason says what was decided, and what decided it.
	Reason Reason
	// Budget is the budget that was asked; nil when none was, or when there are several.
	Budget *cluster.PodDisruptionBudget
	// Cause says more about a budget that refuses, in the words of an API server.
	Cause string
}

// Reason is what an eviction is granted or refused for.
type Reason uint8

// The reasons, in the order in which they are looked for.
const (
	// NotRunning grants an eviction that disturbs nobody: the pod is Pending, has ended or is terminating.
	NotRunning Reason = iota + 1
	// SeveralBudgets refuses the eviction of a pod that more than one budget selects.
	SeveralBudgets
	// NoBudget grants the eviction of a pod that no budget selects.
	NoBudget
	// UnhealthyAlways grants the eviction of a pod that is not ready, as the budget's policy is AlwaysAllow.
	UnhealthyAlways
	// UnhealthySpare grants the eviction of a pod that is not ready, as the budget has as many healthy pods as
	// it wants, and wants some.
	UnhealthySpare
	// BudgetUnobserved refuses as the status of the budget is about an older version of it.
	BudgetUnobserved
	// BudgetNegative refuses as the status of the budget makes no sense.
	BudgetNegative
	// BudgetBacklog refuses as more than MaxDisruptedPods evictions have been granted of which nothing is seen.
	BudgetBacklog
	// BudgetExhausted refuses as the budget allows no disruption now.
	BudgetExhausted
	// WithinBudget grants an eviction that the budget allows, and charges it to the budget.
	WithinBudget
)

// MaxDisruptedPods is how many granted evictions a budget's status may list for another one to be granted.
const MaxDisruptedPods = 2000

// Judge decides whether a pod may be evicted, as the eviction API does. Budgets that do not select the pod are
// passed over. The zero Reason is never returned.
func Judge(p *cluster.Pod, budgets iter.Seq[*cluster.PodDisruptionBudget]) Verdict {
	if p.Terminal() || p.Phase() == cluster.PodPending || p.Terminating() {
		return Verdict{Reason: NotRunning}
	}
	var asked []*cluster.PodDisruptionBudget
	for b := range budgets {
		if b.Selects(p) {
			asked = append(asked, b)
		}
	}
	switch len(asked) {
	case 0:
		return Verdict{Reason: NoBudget}
	case 1:
		return ask(asked[0], p.Status.Ready)
	}
	return Verdict{Reason: SeveralBudgets}
}

// ask asks a budget about one of its pods.
func ask(b *cluster.PodDisruptionBudget, ready bool) Verdict {
	s, policy := &b.Status, b.Spec.UnhealthyPodEvictionPolicy
	v := Verdict{Budget: b}
	switch {
	case !ready && policy != nil && *policy == cluster.AlwaysAllow:
		v.Reason = UnhealthyAlways
	case !ready && s.CurrentHealthy >= s.DesiredHealthy && s.DesiredHealthy > 0:
		v.Reason = UnhealthySpare
	case s.ObservedGeneration < b.Generation:
		v.Reason = BudgetUnobserved
		v.Cause = fmt.Sprintf("The disruption budget %s is still being processed by the server.", b.Name)
	case s.DisruptionsAllowed < 0:
		v.Reason = BudgetNegative
		v.Cause = currently(b) + ": pdb disruptions allowed is negative"
	case len(s.DisruptedPods) > MaxDisruptedPods:
		v.Reason = BudgetBacklog
		v.Cause = currently(b) + ": too many pending evictions not confirmed by PDB controller"
	case s.DisruptionsAllowed == 0:
		v.Reason, v.Cause = BudgetExhausted, exhausted(b)
	default:
		v.Reason = WithinBudget
	}
	return v
}

func currently(b *cluster.PodDisruptionBudget) string {
	return fmt.Sprintf("The disruption budget %s does not allow evicting pods currently", b.Name)
}

// exhausted says why a budget allows nothing.
func exhausted(b *cluster.PodDisruptionBudget) string {
	s := &b.Status
	var c cluster.Condition
	if i := slices.IndexFunc(s.Conditions, isAllowance); i >= 0 && s.Conditions[i].Status == cluster.ConditionFalse {
		c = s.Conditions[i]
	}
	switch {
	case c.Reason == syncFailed && c.Message != "":
		// The numbers are those of the last time that they were known.
		return currently(b) + " because it failed sync: " + c.Message
	case s.CurrentHealthy <= s.DesiredHealthy:
		return fmt.Sprintf("The disruption budget %s needs %d healthy pods and has %d currently",
			b.Name, s.DesiredHealthy, s.CurrentHealthy)
	case c.Message != "":
		return fmt.Sprintf("%s (%s): %s", currently(b), c.Reason, c.Message)
	}
	return currently(b)
}

func isAllowance(c cluster.Condition) bool { return c.Type == DisruptionAllowed }

// Allowed reports whether the eviction is granted.
func (v Verdict) Allowed() bool {
	switch v.Reason {
	case NotRunning, NoBudget, UnhealthyAlways, UnhealthySpare, WithinBudget:
		return true
	}
	return false
}

// Charged reports whether the eviction is granted at the expense of the budget.
func (v Verdict) Charged() bool { return v.Reason == WithinBudget }

// Err is the refusal, a *RefusedError; nil when the eviction is granted.
func (v Verdict) Err() error {
	if v.Allowed() {
		return nil
	}
	return &RefusedError{v}
}

// ErrSeveralBudgets says that more than one budget selects a pod: the answer 500 of the eviction API.
const ErrSeveralBudgets = refusal("This pod has more than one PodDisruptionBudget, which the eviction " +
	"subresource does not support.")

// refusal is a refusal in the words of an API server.
type refusal string

func (e refusal) Error() string { return string(e) }

// RefusedError is an eviction that has been refused. It wraps cluster.ErrTooManyRequests when the same request may
// be granted later, ErrSeveralBudgets, or cluster.ErrForbidden when the status of the budget is out of order.
type RefusedError struct{ Verdict Verdict }

// Error is the message of an API server.
func (e *RefusedError) Error() string {
	switch e.Verdict.Reason {
	case SeveralBudgets:
		return ErrSeveralBudgets.Error()
	case BudgetNegative:
		return e.forbidden("pdb disruptions allowed is negative")
	case BudgetBacklog:
		return e.forbidden("DisruptedPods map too big - too many evictions not confirmed by PDB controller")
	}
	return "Cannot evict pod as it would violate the pod's disruption budget."
}

func (e *RefusedError) forbidden(why string) string {
	name := ""
	if e.Verdict.Budget != nil {
		name = e.Verdict.Budget.Name
	}
	return fmt.Sprintf("poddisruptionbudget.policy %q is forbidden: %s", name, why)
}

// Unwrap returns the kind of refusal.
func (e *RefusedError) Unwrap() error {
	switch e.Verdict.Reason {
	case SeveralBudgets:
		return ErrSeveralBudgets
	case BudgetNegative, BudgetBacklog:
		return cluster.ErrForbidden
	}
	return cluster.ErrTooManyRequests
}
