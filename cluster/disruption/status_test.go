package disruption_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/disruption"
)

func number(n int32) *cluster.IntOrString      { v := cluster.FromInt(n); return &v }
func percent(text string) *cluster.IntOrString { v := cluster.FromString(text); return &v }

type spec = cluster.PodDisruptionBudgetSpec

// controlled is so many pods, as many of them of each of these controllers, the rest of none.
func controlled(pods int32, each int32, controllers ...cluster.UID) *disruption.Tally {
	t := &disruption.Tally{Pods: pods, Bare: pods}
	for _, uid := range controllers {
		t.Bare -= each
		t.Controllers = append(t.Controllers, disruption.Controlled{
			Controller: cluster.OwnerReference{UID: uid}, Pods: each,
		})
	}
	return t
}

var errNoScale = errors.New("no scale")

// scales is what the controllers 5 and 7 are asked to have; nobody else has a scale.
func scales(ref *cluster.OwnerReference) (int32, error) {
	switch ref.UID {
	case 5, 7:
		return int32(ref.UID), nil
	}
	return 0, errNoScale
}

func TestExpect(t *testing.T) {
	for _, tt := range []struct {
		rule  string
		spec  spec
		tally *disruption.Tally
		want  disruption.Expectation
		err   error
	}{
		{"N-62 a number is of the pods that there are", spec{MinAvailable: number(2)}, controlled(9, 4, 1),
			disruption.Expectation{Pods: 9, Healthy: 2}, nil},
		{"N-62 a number may be more than there are", spec{MinAvailable: number(20)}, controlled(3, 0),
			disruption.Expectation{Pods: 3, Healthy: 20}, nil},
		{"N-62 a percentage asks for the scale", spec{MinAvailable: percent("50%")}, controlled(2, 1, 5),
			disruption.Expectation{Pods: 5, Healthy: 3}, nil},
		{"N-62 of all controllers", spec{MinAvailable: percent("50%")}, controlled(2, 1, 5, 7),
			disruption.Expectation{Pods: 12, Healthy: 6}, nil},
		{"N-62 maxUnavailable asks for the scale, too", spec{MaxUnavailable: number(1)}, controlled(2, 1, 5),
			disruption.Expectation{Pods: 5, Healthy: 4}, nil},
		{"N-62 a percentage of it is rounded up", spec{MaxUnavailable: percent("30%")}, controlled(2, 1, 5),
			disruption.Expectation{Pods: 5, Healthy: 3}, nil},
		{"N-62 more than all", spec{MaxUnavailable: number(9)}, controlled(2, 1, 5),
			disruption.Expectation{Pods: 5, Healthy: 0}, nil},
		{"N-62 a DaemonSet has no scale", spec{MaxUnavailable: number(1)}, controlled(2, 1, 1),
			disruption.Expectation{}, errNoScale},
		{"N-62 nor a percentage of it", spec{MinAvailable: percent("0%")}, controlled(2, 1, 5, 6),
			disruption.Expectation{}, errNoScale},
		{"N-62 bare pods do not count", spec{MaxUnavailable: number(1)}, controlled(3, 0), disruption.Expectation{}, nil},
		{"nothing said", spec{}, controlled(3, 0), disruption.Expectation{}, nil},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			got, err := disruption.Expect(&tt.spec, tt.tally, scales)
			require.ErrorIs(t, err, tt.err)
			require.Equal(t, tt.want, got)
		})
	}
}

func TestStatus(t *testing.T) {
	b := &cluster.PodDisruptionBudget{}
	b.Generation = 4
	condition := func(status, reason string, at time.Duration) []cluster.Condition {
		return []cluster.Condition{{
			Type: "DisruptionAllowed", Status: status, Reason: reason, ObservedGeneration: 4, LastTransitionTime: at,
		}}
	}
	status := func(healthy, pods, want int32, now time.Duration) cluster.PodDisruptionBudgetStatus {
		return disruption.Status(b, healthy, disruption.Expectation{Pods: pods, Healthy: want}, nil, now)
	}
	for _, tt := range []struct {
		name                string
		healthy, pods, want int32
		allowed             int32
	}{
		{"as many as must be", 3, 3, 3, 0},
		{"one more", 3, 3, 2, 1},
		{"fewer than must be", 1, 3, 2, 0},
		{"none must be", 3, 3, 0, 3},
		{"none is expected", 3, 0, 0, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := condition("False", "InsufficientPods", time.Second)
			if tt.allowed > 0 {
				c = condition("True", "SufficientPods", time.Second)
			}
			want := cluster.PodDisruptionBudgetStatus{
				ObservedGeneration: 4, DisruptionsAllowed: tt.allowed, CurrentHealthy: tt.healthy,
				DesiredHealthy: tt.want, ExpectedPods: tt.pods, Conditions: c,
			}
			if diff := cmp.Diff(want, status(tt.healthy, tt.pods, tt.want, time.Second)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}

	b.Status = status(3, 3, 2, time.Second)
	b.Generation = 5
	later := status(2, 3, 1, time.Minute)
	require.Equal(t, time.Second, later.Conditions[0].LastTransitionTime, "the status is the same")
	require.EqualValues(t, 5, later.Conditions[0].ObservedGeneration)
	require.Equal(t, time.Minute, status(2, 3, 2, time.Minute).Conditions[0].LastTransitionTime, "now it is another")
	require.Equal(t, "True", b.Status.Conditions[0].Status, "and the old one is as it was")

	failed := disruption.Failed(b, errNoScale, time.Minute)
	require.Zero(t, failed.DisruptionsAllowed)
	require.EqualValues(t, 3, failed.CurrentHealthy, "the rest stays")
	require.Equal(t, cluster.Condition{
		Type: "DisruptionAllowed", Status: "False", Reason: "SyncFailed", Message: "no scale",
		ObservedGeneration: 4, LastTransitionTime: time.Minute,
	}, failed.Conditions[0])
}
