package cluster_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
)

// keyed is a spec in which everything that can has label keys.
func keyed(s *cluster.PodSpec) {
	app := func() *affinity.LabelSelector {
		return &affinity.LabelSelector{MatchLabels: map[string]string{"app": "agent"}}
	}
	s.Affinity = &affinity.Affinity{
		PodAffinity: &affinity.PodAffinity{
			RequiredDuringSchedulingIgnoredDuringExecution: []affinity.PodAffinityTerm{
				{LabelSelector: app(), TopologyKey: "zone", MatchLabelKeys: []string{"rev"}},
			},
		},
		PodAntiAffinity: &affinity.PodAntiAffinity{
			PreferredDuringSchedulingIgnoredDuringExecution: []affinity.WeightedPodAffinityTerm{{
				Weight: 5,
				PodAffinityTerm: affinity.PodAffinityTerm{
					LabelSelector: app(), TopologyKey: "host", MismatchLabelKeys: []string{"rev", "absent"},
				},
			}},
		},
	}
	s.TopologySpreadConstraints = []cluster.TopologySpreadConstraint{{
		MaxSkew: 2, TopologyKey: "zone", WhenUnsatisfiable: cluster.DoNotSchedule,
		LabelSelector: app(), MatchLabelKeys: []string{"rev"},
	}}
}

// keyedSelectors are the three selectors of such a spec, as texts.
func keyedSelectors(t *testing.T, spec cluster.PodSpec) [3]string {
	text := func(s *affinity.LabelSelector) string {
		compiled, err := affinity.Compile(s)
		require.NoError(t, err)
		return compiled.String()
	}
	return [3]string{
		text(spec.Affinity.PodAffinity.RequiredDuringSchedulingIgnoredDuringExecution[0].LabelSelector),
		text(spec.Affinity.PodAntiAffinity.PreferredDuringSchedulingIgnoredDuringExecution[0].PodAffinityTerm.LabelSelector),
		text(spec.TopologySpreadConstraints[0].LabelSelector),
	}
}

func TestLabelKeysAreFoldedAtCreation_S72_S81(t *testing.T) {
	shared := templateWith(func(s *cluster.PodTemplateSpec) {
		keyed(&s.Spec)
		s.ObjectMeta.Labels = map[string]string{"app": "agent", "rev": "7"}
	})
	before := string(cluster.JSON(shared.Spec(), time.Time{}))
	c := cluster.New(cluster.Config{})
	withLabels := func(name string, labels map[string]string) *cluster.Pod {
		return create(t, c, &cluster.Pod{
			ObjectMeta: cluster.ObjectMeta{Name: name, Labels: labels}, Template: shared,
		})
	}
	a, b := withLabels("a", nil), withLabels("b", nil)
	require.Same(t, a.Template, b.Template, "pods of one revision share what is worked out")
	for _, tt := range []struct {
		reason string
		pod    *cluster.Pod
		want   [3]string
	}{
		{"S-72 the template's labels", a,
			[3]string{"app=agent,rev in (7)", "app=agent,rev notin (7)", "app=agent,rev in (7)"}},
		{"S-72 labels of its own", withLabels("c", map[string]string{"app": "agent", "rev": "8", "absent": "x"}),
			[3]string{"app=agent,rev in (8)", "absent notin (x),app=agent,rev notin (8)", "app=agent,rev in (8)"}},
		{"S-72 none of them", withLabels("d", map[string]string{}), [3]string{"app=agent", "app=agent", "app=agent"}},
		{"S-72 made from a pod", create(t, c, &cluster.Pod{
			ObjectMeta: cluster.ObjectMeta{Name: "e", Labels: map[string]string{"rev": "9"}}, Template: a.Template,
		}), [3]string{"app=agent,rev in (9)", "app=agent,rev notin (9)", "app=agent,rev in (9)"}},
	} {
		t.Run(tt.reason, func(t *testing.T) {
			require.Equal(t, tt.want, keyedSelectors(t, tt.pod.FullSpec()))
			near, err := tt.pod.Template.InterPodAffinity()
			require.NoError(t, err)
			like := map[string]string{"app": "agent", "rev": tt.pod.Labels["rev"]}
			other := map[string]string{"app": "agent", "rev": "other"}
			require.True(t, near.Near[0].Matches("default", "default", like, nil))
			require.Equal(t, tt.pod.Labels["rev"] == "", near.Near[0].Matches("default", "default", other, nil))
			spread, err := tt.pod.Template.Spread()
			require.NoError(t, err)
			require.True(t, spread[0].Selector.Matches(like))
			require.Equal(t, tt.pod.Labels["rev"] == "", spread[0].Selector.Matches(other))
		})
	}
	t.Run("S-134 S-72 labels of the node that it is born on", func(t *testing.T) {
		n := newNode("n")
		n.Labels = map[string]string{"topology.kubernetes.io/zone": "z1"}
		create(t, c, n)
		p := newPodOn("f", "n")
		p.Template = templateWith(func(s *cluster.PodTemplateSpec) {
			keyed(&s.Spec)
			s.Spec.TopologySpreadConstraints[0].MatchLabelKeys = []string{"topology.kubernetes.io/zone"}
		})
		require.Equal(t, "app=agent,topology.kubernetes.io/zone in (z1)", keyedSelectors(t, create(t, c, p).FullSpec())[2])
	})
	require.Equal(t, before, string(cluster.JSON(shared.Spec(), time.Time{})), "the template is as it was")
	changed := update(t, c, edited(a, func(p *cluster.Pod) { p.Labels = map[string]string{"rev": "10"} }))
	require.Equal(t, "app=agent,rev in (7)", keyedSelectors(t, changed.FullSpec())[0], "at creation, not later")
}

// TestRepeatedKey: a key that the selector has already is found when it has been folded in, not before.
func TestRepeatedKey(t *testing.T) {
	spec := cluster.PodTemplateSpec{Spec: plainSpec().Spec}
	spec.ObjectMeta.Labels = map[string]string{"rev": "7"}
	spec.Spec.TopologySpreadConstraints = []cluster.TopologySpreadConstraint{{
		MaxSkew: 1, TopologyKey: "zone", WhenUnsatisfiable: cluster.DoNotSchedule, MatchLabelKeys: []string{"rev"},
		LabelSelector: &affinity.LabelSelector{MatchLabels: map[string]string{"rev": "7"}},
	}}
	cluster.DefaultPodTemplate(&spec)
	require.Empty(t, cluster.ValidatePodTemplate(&spec, nil), "a template is judged as it is written")
	c := cluster.New(cluster.Config{})
	_, err := c.Create(&cluster.Pod{ObjectMeta: named("p"), Template: cluster.NewTemplate(spec)})
	require.ErrorIs(t, err, cluster.ErrInvalid)
	require.ErrorContains(t, err, `spec.topologySpreadConstraints[0][0]: Invalid value: "rev": `+
		`exists in both matchLabelKeys and labelSelector`)
}

func TestSpreadRules_S80_S82(t *testing.T) {
	honor, ignore := cluster.NodeInclusionPolicyHonor, cluster.NodeInclusionPolicyIgnore
	rules, err := cluster.CompileSpread([]cluster.TopologySpreadConstraint{
		{MaxSkew: 2, TopologyKey: "zone", WhenUnsatisfiable: cluster.DoNotSchedule},
		{
			MaxSkew: 1, TopologyKey: "host", WhenUnsatisfiable: cluster.ScheduleAnyway, MinDomains: new(int32(3)),
			NodeAffinityPolicy: &ignore, NodeTaintsPolicy: &honor, LabelSelector: &affinity.LabelSelector{},
		},
	})
	require.NoError(t, err)
	want := []cluster.SpreadRule{
		{
			TopologyKey: "zone", MaxSkew: 2, MinDomains: 1, WhenUnsatisfiable: cluster.DoNotSchedule,
			HonorAffinity: true, Selector: affinity.Nothing(),
		},
		{
			TopologyKey: "host", MaxSkew: 1, MinDomains: 3, WhenUnsatisfiable: cluster.ScheduleAnyway,
			HonorTaints: true, Selector: affinity.Everything(),
		},
	}
	if diff := cmp.Diff(want, rules, cmp.AllowUnexported(affinity.Selector{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	_, err = cluster.CompileSpread([]cluster.TopologySpreadConstraint{{LabelSelector: &affinity.LabelSelector{
		MatchExpressions: []affinity.LabelSelectorRequirement{{Key: "k", Operator: "Near"}},
	}}})
	require.ErrorContains(t, err, `"Near" is not a valid label selector operator`)
	rules, err = cluster.CompileSpread(nil)
	require.NoError(t, err)
	require.Empty(t, rules)
}

func TestPreferredNodeAffinityOfTemplate_S21(t *testing.T) {
	of := func(values ...string) *cluster.Template {
		return templateWith(func(s *cluster.PodTemplateSpec) {
			s.Spec.Affinity = &affinity.Affinity{NodeAffinity: &affinity.NodeAffinity{
				PreferredDuringSchedulingIgnoredDuringExecution: []affinity.PreferredSchedulingTerm{{
					Weight: 3, Preference: affinity.NodeSelectorTerm{MatchExpressions: []affinity.NodeSelectorRequirement{
						{Key: "rank", Operator: "Gt", Values: values},
					}},
				}},
			}}
		})
	}
	preferred, err := of("5").PreferredNodeAffinity()
	require.NoError(t, err)
	require.EqualValues(t, 3, preferred.Score("n", map[string]string{"rank": "6"}))
	bad := of("x")
	_, err = bad.PreferredNodeAffinity()
	require.EqualError(t, err, `[0].matchExpressions[0].values[0]: Invalid value: "x": `+
		`for 'Gt', 'Lt' operators, the value must be an integer`)
	_, err = cluster.New(cluster.Config{}).Create(&cluster.Pod{ObjectMeta: named("p"), Template: bad})
	require.NoError(t, err, "validation accepts it; scheduling does not")
	preferred, err = plain.PreferredNodeAffinity()
	require.NoError(t, err)
	require.True(t, preferred.Empty())
}
