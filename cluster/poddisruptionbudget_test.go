package cluster_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
)

const marker = "pdb.kubernetes.io/deprecated-v1beta1-empty-selector-match"

func number(n int32) *cluster.IntOrString      { v := cluster.FromInt(n); return &v }
func percent(text string) *cluster.IntOrString { v := cluster.FromString(text); return &v }

func budget(edit func(*cluster.PodDisruptionBudgetSpec)) *cluster.PodDisruptionBudget {
	b := &cluster.PodDisruptionBudget{ObjectMeta: named("b")}
	edit(&b.Spec)
	return b
}

func asks(key string, op affinity.LabelSelectorOperator) affinity.LabelSelectorRequirement {
	return affinity.LabelSelectorRequirement{Key: key, Operator: op}
}

func TestBudgetValidation(t *testing.T) {
	for _, tt := range []struct {
		name string
		edit func(*cluster.PodDisruptionBudgetSpec)
		want string
	}{
		{"nothing said", func(*cluster.PodDisruptionBudgetSpec) {}, ""},
		{"numbers and percentages", func(s *cluster.PodDisruptionBudgetSpec) { s.MinAvailable = percent("100%") }, ""},
		{"zero", func(s *cluster.PodDisruptionBudgetSpec) { s.MaxUnavailable = number(0) }, ""},
		{"both", func(s *cluster.PodDisruptionBudgetSpec) { s.MinAvailable, s.MaxUnavailable = number(1), number(2) },
			`spec: Invalid value: {"minAvailable":1,"maxUnavailable":2}: minAvailable and maxUnavailable cannot be both set`},
		{"negative", func(s *cluster.PodDisruptionBudgetSpec) { s.MinAvailable = number(-1) },
			`spec.minAvailable: Invalid value: -1: must be greater than or equal to 0`},
		{"no percentage", func(s *cluster.PodDisruptionBudgetSpec) { s.MaxUnavailable = percent("1") },
			`spec.maxUnavailable: Invalid value: "1": a valid percent string must be a numeric string followed by an ` +
				`ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')`},
		{"too much", func(s *cluster.PodDisruptionBudgetSpec) { s.MaxUnavailable = percent("101%") },
			`spec.maxUnavailable: Invalid value: "101%": must not be greater than 100%`},
		{"more than an int", func(s *cluster.PodDisruptionBudgetSpec) { s.MinAvailable = percent("99999999999999999999%") },
			`must not be greater than 100%`},
		{"selector", func(s *cluster.PodDisruptionBudgetSpec) {
			s.Selector = &affinity.LabelSelector{MatchExpressions: []affinity.LabelSelectorRequirement{asks("k", "Near")}}
		}, `spec.selector.matchExpressions[0].operator: Invalid value: "Near": not a valid selector operator`},
		{"policy", func(s *cluster.PodDisruptionBudgetSpec) {
			s.UnhealthyPodEvictionPolicy = new(cluster.UnhealthyPodEvictionPolicy("Never"))
		}, `spec.unhealthyPodEvictionPolicy: Unsupported value: "Never": supported values: "AlwaysAllow", "IfHealthyBudget"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := cluster.New(cluster.Config{})
			_, err := c.Create(budget(tt.edit))
			if tt.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, cluster.ErrInvalid)
			require.ErrorContains(t, err, tt.want)

			create(t, c, budget(func(*cluster.PodDisruptionBudgetSpec) {}))
			_, err = c.Update(budget(tt.edit))
			require.ErrorIs(t, err, cluster.ErrInvalid)
			require.ErrorContains(t, err, tt.want)
		})
	}
}

func TestBudgetVersions(t *testing.T) {
	c := cluster.New(cluster.Config{})
	b := budget(func(s *cluster.PodDisruptionBudgetSpec) { s.MinAvailable = number(1) })
	b.Status.DisruptionsAllowed = 5
	b = create(t, c, b)
	require.EqualValues(t, 1, b.Generation)
	require.Zero(t, b.Status.DisruptionsAllowed, "a new budget has no status")
	b = update(t, c, edited(b, func(b *cluster.PodDisruptionBudget) { b.Labels = map[string]string{"a": "b"} }))
	require.EqualValues(t, 1, b.Generation, "labels are not spec")
	b = update(t, c, edited(b, func(b *cluster.PodDisruptionBudget) { b.Spec.MinAvailable, b.Status.CurrentHealthy = number(2), 7 }))
	require.EqualValues(t, 2, b.Generation)
	require.Zero(t, b.Status.CurrentHealthy, "the status is written apart")
	stored, err := c.UpdateStatus(edited(b, func(b *cluster.PodDisruptionBudget) {
		b.Status.DisruptedPods = map[string]time.Duration{"p": time.Second}
		b.Spec.MinAvailable = number(9)
	}))
	require.NoError(t, err)
	require.Equal(t, number(2), stored.(*cluster.PodDisruptionBudget).Spec.MinAvailable)
	require.Contains(t, string(cluster.JSON(stored, time.Time{})),
		`"spec":{"minAvailable":2},"status":{"disruptedPods":{"p":"0001-01-01T00:00:01Z"},"disruptionsAllowed":0,`)
	again, err := c.UpdateStatus(stored)
	require.NoError(t, err)
	require.Same(t, stored, again, "nothing new")
	require.Equal(t, []*cluster.PodDisruptionBudget{stored.(*cluster.PodDisruptionBudget)},
		slices.Collect(c.PodDisruptionBudgets("default")))
	require.Empty(t, slices.Collect(c.PodDisruptionBudgets("elsewhere")))
}

func TestBudgetSelects(t *testing.T) {
	labels := map[string]string{"app": "a"}
	for _, tt := range []struct {
		name      string
		selector  *affinity.LabelSelector
		namespace string
		want      bool
		stored    *affinity.LabelSelector
	}{
		{"nil selects nothing", nil, "default", false, nil},
		{"empty selects all", &affinity.LabelSelector{}, "default", true, &affinity.LabelSelector{}},
		{"another namespace", &affinity.LabelSelector{}, "elsewhere", false, &affinity.LabelSelector{}},
		{"by label", &affinity.LabelSelector{MatchLabels: labels}, "default", true, &affinity.LabelSelector{MatchLabels: labels}},
		{"the marker alone", &affinity.LabelSelector{MatchExpressions: []affinity.LabelSelectorRequirement{asks(marker, "Exists")}},
			"default", false, &affinity.LabelSelector{MatchExpressions: []affinity.LabelSelectorRequirement{asks(marker, "Exists")}}},
		{"the marker beside others", &affinity.LabelSelector{MatchLabels: labels,
			MatchExpressions: []affinity.LabelSelectorRequirement{asks(marker, "Exists"), asks("app", "Exists")}},
			"default", true, &affinity.LabelSelector{MatchLabels: labels,
				MatchExpressions: []affinity.LabelSelectorRequirement{asks("app", "Exists")}}},
		{"without the marker", &affinity.LabelSelector{MatchExpressions: []affinity.LabelSelectorRequirement{asks(marker, "DoesNotExist")}},
			"default", true, &affinity.LabelSelector{MatchExpressions: []affinity.LabelSelectorRequirement{}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := cluster.New(cluster.Config{})
			made := budget(func(s *cluster.PodDisruptionBudgetSpec) { s.Selector = tt.selector })
			b := create(t, c, made)
			if diff := cmp.Diff(tt.stored, b.Spec.Selector); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			p := newPod("p")
			p.Namespace, p.Labels = tt.namespace, labels
			p = create(t, c, p)
			require.Equal(t, tt.want, b.Selects(p))
			require.Equal(t, tt.want, b.Clone().(*cluster.PodDisruptionBudget).Selects(p))
			b = update(t, c, edited(b, func(b *cluster.PodDisruptionBudget) {
				b.Spec.Selector = &affinity.LabelSelector{MatchLabels: map[string]string{"app": "z"}}
			}))
			require.False(t, b.Selects(p), "the new selector counts")
		})
	}
}
