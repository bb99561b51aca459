package disruption_test

import (
	"maps"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/disruption"
)

type budgetStatus = cluster.PodDisruptionBudgetStatus

// askedFor is a budget for the pods of app a, with that status.
func askedFor(name string, s budgetStatus) *cluster.PodDisruptionBudget {
	b := &cluster.PodDisruptionBudget{Status: s}
	b.Name, b.Namespace = name, "ns"
	b.Spec.Selector = &affinity.LabelSelector{MatchLabels: map[string]string{"app": "a"}}
	return b
}

// judged is a pod of app a as it is judged.
func judged(edit func(*cluster.Pod)) *cluster.Pod {
	p := &cluster.Pod{Template: template, NodeName: "n"}
	p.Name, p.Namespace, p.Labels = "p", "ns", map[string]string{"app": "a"}
	p.Status = cluster.PodStatus{Phase: cluster.PodRunning, Ready: true}
	if edit != nil {
		edit(p)
	}
	return p
}

func phase(phase cluster.PodPhase) func(*cluster.Pod) {
	return func(p *cluster.Pod) { p.Status = cluster.PodStatus{Phase: phase} }
}

func unready(p *cluster.Pod) { p.Status.Ready = false }

func TestJudge(t *testing.T) {
	exhausted := askedFor("b", budgetStatus{CurrentHealthy: 2, DesiredHealthy: 2})
	roomy := askedFor("b", budgetStatus{DisruptionsAllowed: 1, CurrentHealthy: 3, DesiredHealthy: 2})
	always := askedFor("b", budgetStatus{CurrentHealthy: 1, DesiredHealthy: 2})
	always.Spec.UnhealthyPodEvictionPolicy = new(cluster.AlwaysAllow)
	explicit := askedFor("b", budgetStatus{CurrentHealthy: 1, DesiredHealthy: 2})
	explicit.Spec.UnhealthyPodEvictionPolicy = new(cluster.IfHealthyBudget)
	other := askedFor("other", budgetStatus{})
	other.Spec.Selector.MatchLabels["app"] = "z"
	elsewhere := askedFor("elsewhere", budgetStatus{})
	elsewhere.Namespace = "other"
	unobserved := askedFor("b", budgetStatus{DisruptionsAllowed: 1, ObservedGeneration: 1})
	unobserved.Generation = 2
	backlog := askedFor("b", budgetStatus{DisruptionsAllowed: 1, DisruptedPods: map[string]time.Duration{}})
	for i := range disruption.MaxDisruptedPods {
		backlog.Status.DisruptedPods[strconv.Itoa(i)] = 0
	}
	full := askedFor("b", *clone(&backlog.Status))
	full.Status.DisruptedPods["one more"] = 0
	condition := func(reason, message string, healthy int32) *cluster.PodDisruptionBudget {
		return askedFor("b", budgetStatus{CurrentHealthy: healthy, DesiredHealthy: 2, Conditions: []cluster.Condition{
			{Type: "Other", Status: "True"},
			{Type: disruption.DisruptionAllowed, Status: "False", Reason: reason, Message: message},
		}})
	}

	const (
		refused  = "Cannot evict pod as it would violate the pod's disruption budget."
		several  = "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."
		denied   = "The disruption budget b does not allow evicting pods currently"
		forbids  = `poddisruptionbudget.policy "b" is forbidden: `
		needsTwo = "The disruption budget b needs 2 healthy pods and has 2 currently"
	)
	for _, row := range []struct {
		rule    string
		pod     func(*cluster.Pod)
		budgets []*cluster.PodDisruptionBudget
		want    disruption.Reason
		cause   string
		text    string
		is      error
	}{
		{rule: "N-59 Pending", pod: phase(cluster.PodPending), budgets: list(exhausted), want: disruption.NotRunning},
		{rule: "N-59 no phase", pod: phase(""), budgets: list(exhausted), want: disruption.NotRunning},
		{rule: "N-59 Failed", pod: phase(cluster.PodFailed), budgets: list(exhausted), want: disruption.NotRunning},
		{rule: "N-59 Succeeded", pod: phase(cluster.PodSucceeded), budgets: list(exhausted, roomy), want: disruption.NotRunning},
		{rule: "N-59 Terminating", pod: func(p *cluster.Pod) { p.DeletionTimestamp = new(time.Minute) },
			budgets: list(exhausted), want: disruption.NotRunning},
		{rule: "N-59 no budget", want: disruption.NoBudget},
		{rule: "N-59 budgets of others", budgets: list(other, elsewhere), want: disruption.NoBudget},
		{rule: "N-59 two budgets", budgets: list(roomy, askedFor("c", roomy.Status)),
			want: disruption.SeveralBudgets, text: several, is: disruption.ErrSeveralBudgets},
		{rule: "N-59 two budgets and a pod that is not ready", pod: unready, budgets: list(always, roomy),
			want: disruption.SeveralBudgets, text: several, is: disruption.ErrSeveralBudgets},
		{rule: "N-60 room", budgets: list(other, roomy), want: disruption.WithinBudget},
		{rule: "N-60 no room", budgets: list(exhausted), want: disruption.BudgetExhausted,
			cause: needsTwo, text: refused, is: cluster.ErrTooManyRequests},
		{rule: "N-60 not ready, AlwaysAllow", pod: unready, budgets: list(always), want: disruption.UnhealthyAlways},
		{rule: "N-60 ready, AlwaysAllow", budgets: list(always), want: disruption.BudgetExhausted,
			cause: "The disruption budget b needs 2 healthy pods and has 1 currently", text: refused, is: cluster.ErrTooManyRequests},
		{rule: "N-60 not ready, as many as are wanted", pod: unready, budgets: list(exhausted), want: disruption.UnhealthySpare},
		{rule: "N-60 not ready, fewer than are wanted", pod: unready, budgets: list(explicit),
			want: disruption.BudgetExhausted, text: refused, is: cluster.ErrTooManyRequests,
			cause: "The disruption budget b needs 2 healthy pods and has 1 currently"},
		{rule: "N-60 not ready, none wanted", pod: unready, budgets: list(askedFor("b", budgetStatus{CurrentHealthy: 1})),
			want: disruption.BudgetExhausted, cause: denied, text: refused, is: cluster.ErrTooManyRequests},
		{rule: "N-60 not ready, none wanted, room", pod: unready, budgets: list(askedFor("b", budgetStatus{DisruptionsAllowed: 1})),
			want: disruption.WithinBudget},
		{rule: "N-60 not observed", budgets: list(unobserved), want: disruption.BudgetUnobserved,
			cause: "The disruption budget b is still being processed by the server.", text: refused, is: cluster.ErrTooManyRequests},
		{rule: "N-60 negative", budgets: list(askedFor("b", budgetStatus{DisruptionsAllowed: -1})),
			want: disruption.BudgetNegative, cause: denied + ": pdb disruptions allowed is negative",
			text: forbids + "pdb disruptions allowed is negative", is: cluster.ErrForbidden},
		{rule: "N-60 a long list", budgets: list(backlog), want: disruption.WithinBudget},
		{rule: "N-60 a list that is too long", budgets: list(full), want: disruption.BudgetBacklog,
			cause: denied + ": too many pending evictions not confirmed by PDB controller",
			text:  forbids + "DisruptedPods map too big - too many evictions not confirmed by PDB controller", is: cluster.ErrForbidden},
		{rule: "N-60 a sync that failed", budgets: list(condition("SyncFailed", "no scale", 2)), want: disruption.BudgetExhausted,
			cause: denied + " because it failed sync: no scale", text: refused, is: cluster.ErrTooManyRequests},
		{rule: "N-60 more than are wanted", budgets: list(condition("Special", "wait", 3)), want: disruption.BudgetExhausted,
			cause: denied + " (Special): wait", text: refused, is: cluster.ErrTooManyRequests},
	} {
		t.Run(row.rule, func(t *testing.T) {
			v := disruption.Judge(judged(row.pod), slices.Values(row.budgets))
			require.Equal(t, row.want, v.Reason)
			require.Equal(t, row.cause, v.Cause)
			require.Equal(t, row.want == disruption.WithinBudget, v.Charged())
			err := v.Err()
			require.Equal(t, row.text == "", v.Allowed())
			if row.text == "" {
				require.NoError(t, err)
				return
			}
			require.EqualError(t, err, row.text)
			for _, kind := range []error{cluster.ErrTooManyRequests, disruption.ErrSeveralBudgets, cluster.ErrForbidden} {
				require.Equal(t, kind == row.is, isError(err, kind), "%v is %v", err, kind)
			}
		})
	}
}

func list(budgets ...*cluster.PodDisruptionBudget) []*cluster.PodDisruptionBudget { return budgets }

func clone(s *budgetStatus) *budgetStatus {
	c := *s
	c.DisruptedPods = maps.Clone(s.DisruptedPods)
	return &c
}
