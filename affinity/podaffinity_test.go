package affinity_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/daemonsim/daemonsim/affinity"
)

// namespaces is a small cluster's.
func namespaces(name string) map[string]string {
	return map[string]map[string]string{
		"home": {"team": "a"}, "next": {"team": "a", "env": "prod"}, "far": {"team": "b"}, "bare": {},
	}[name]
}

func selects(labels map[string]string) *affinity.LabelSelector {
	return &affinity.LabelSelector{MatchLabels: labels}
}

func podMatcher(t require.TestingT, term affinity.PodAffinityTerm) affinity.PodMatcher {
	m, err := affinity.CompilePodAffinityTerm(&term)
	require.NoError(t, err)
	return m
}

// TestPodTermNamespaces_S71 asks for pods of every namespace.
func TestPodTermNamespaces_S71(t *testing.T) {
	all := []string{"bare", "far", "home", "next", "unknown"}
	for _, tt := range []struct {
		reason string
		term   affinity.PodAffinityTerm
		want   []string
	}{
		{"S-71 nothing said is the pod's own", affinity.PodAffinityTerm{}, []string{"home"}},
		{"S-71 an empty list is no list", affinity.PodAffinityTerm{Namespaces: []string{}}, []string{"home"}},
		{"S-71 those listed", affinity.PodAffinityTerm{Namespaces: []string{"next", "far", "next"}},
			[]string{"far", "next"}},
		{"S-71 an empty selector is all", affinity.PodAffinityTerm{NamespaceSelector: selects(nil)}, all},
		{"S-71 those selected", affinity.PodAffinityTerm{
			NamespaceSelector: selects(map[string]string{"team": "a"}),
		}, []string{"home", "next"}},
		{"S-71 the own one is not implied", affinity.PodAffinityTerm{
			NamespaceSelector: selects(map[string]string{"team": "b"}),
		}, []string{"far"}},
		{"S-71 listed or selected", affinity.PodAffinityTerm{
			Namespaces: []string{"bare"}, NamespaceSelector: selects(map[string]string{"team": "b"}),
		}, []string{"bare", "far"}},
		{"S-71 a nil selector adds nothing", affinity.PodAffinityTerm{Namespaces: []string{"far"}}, []string{"far"}},
	} {
		t.Run(tt.reason, func(t *testing.T) {
			tt.term.LabelSelector = selects(nil)
			m := podMatcher(t, tt.term)
			var got []string
			for _, ns := range all {
				if m.Matches("home", ns, nil, namespaces) {
					got = append(got, ns)
				}
				require.Equal(t, slices.Contains(tt.want, ns), m.MatchesNamespace("home", ns, namespaces))
			}
			require.Equal(t, tt.want, got)
		})
	}
	m := podMatcher(t, affinity.PodAffinityTerm{
		LabelSelector:     selects(nil),
		NamespaceSelector: &affinity.LabelSelector{MatchExpressions: []affinity.LabelSelectorRequirement{{Key: "team", Operator: "DoesNotExist"}}},
	})
	require.True(t, m.Matches("home", "next", nil, nil), "without a function no namespace has labels")
}

// TestPodTermLabels_S72 asks for pods of one namespace.
func TestPodTermLabels_S72(t *testing.T) {
	for _, tt := range []struct {
		reason   string
		selector *affinity.LabelSelector
		labels   map[string]string
		want     bool
	}{
		{"S-72 nil selects nothing", nil, map[string]string{"app": "a"}, false},
		{"S-72 empty selects everything", selects(nil), nil, true},
		{"S-72 by label", selects(map[string]string{"app": "a"}), map[string]string{"app": "a", "x": "y"}, true},
		{"S-72 by another label", selects(map[string]string{"app": "a"}), map[string]string{"app": "b"}, false},
	} {
		t.Run(tt.reason, func(t *testing.T) {
			m := podMatcher(t, affinity.PodAffinityTerm{LabelSelector: tt.selector, TopologyKey: "zone"})
			require.Equal(t, tt.want, m.Matches("home", "home", tt.labels, namespaces))
			require.False(t, m.Matches("home", "next", tt.labels, namespaces), "another namespace")
			require.Equal(t, "zone", m.TopologyKey())
			require.Equal(t, tt.want, m.MatchesLabels(tt.labels))
		})
	}
}

func TestCompileInterPodAffinity(t *testing.T) {
	term := func(key string) affinity.PodAffinityTerm {
		return affinity.PodAffinityTerm{TopologyKey: key, LabelSelector: selects(nil)}
	}
	a := &affinity.Affinity{
		PodAffinity: &affinity.PodAffinity{
			RequiredDuringSchedulingIgnoredDuringExecution: []affinity.PodAffinityTerm{term("a"), term("b")},
			PreferredDuringSchedulingIgnoredDuringExecution: []affinity.WeightedPodAffinityTerm{
				{Weight: 7, PodAffinityTerm: term("c")},
			},
		},
		PodAntiAffinity: &affinity.PodAntiAffinity{
			RequiredDuringSchedulingIgnoredDuringExecution: []affinity.PodAffinityTerm{term("d")},
			PreferredDuringSchedulingIgnoredDuringExecution: []affinity.WeightedPodAffinityTerm{
				{Weight: 9, PodAffinityTerm: term("e")},
			},
		},
	}
	c, err := affinity.CompileInterPodAffinity(a)
	require.NoError(t, err)
	require.False(t, c.Empty())
	require.Equal(t, []string{"a", "b"}, []string{c.Near[0].TopologyKey(), c.Near[1].TopologyKey()})
	require.Equal(t, "c", c.PreferNear[0].TopologyKey())
	require.EqualValues(t, 7, c.PreferNear[0].Weight)
	require.Equal(t, "d", c.Away[0].TopologyKey())
	require.Equal(t, "e", c.PreferAway[0].TopologyKey())
	require.EqualValues(t, 9, c.PreferAway[0].Weight)

	bad := &affinity.LabelSelector{MatchExpressions: []affinity.LabelSelectorRequirement{{Key: "k", Operator: "Near"}}}
	a.PodAffinity.RequiredDuringSchedulingIgnoredDuringExecution[1].LabelSelector = bad
	c, err = affinity.CompileInterPodAffinity(a)
	require.EqualError(t, err, `requiredAffinityTerms: "Near" is not a valid label selector operator`)
	require.Empty(t, c.Near, "the list is left out")
	require.Len(t, c.Away, 1, "the others are not")
	a.PodAntiAffinity.PreferredDuringSchedulingIgnoredDuringExecution[0].PodAffinityTerm.NamespaceSelector = bad
	c, err = affinity.CompileInterPodAffinity(a)
	require.EqualError(t, err, `[requiredAffinityTerms: "Near" is not a valid label selector operator, `+
		`preferredAntiAffinityTerms: "Near" is not a valid label selector operator]`)
	require.Empty(t, c.PreferAway)

	for _, none := range []*affinity.Affinity{nil, {}, {NodeAffinity: &affinity.NodeAffinity{}}, {PodAffinity: &affinity.PodAffinity{}}} {
		c, err := affinity.CompileInterPodAffinity(none)
		require.NoError(t, err)
		require.True(t, c.Empty())
	}
}

func TestPodMatcherDoesNotAllocate(t *testing.T) {
	m := podMatcher(t, affinity.PodAffinityTerm{
		LabelSelector: selects(map[string]string{"app": "a"}), Namespaces: []string{"x", "y"},
		NamespaceSelector: selects(map[string]string{"team": "a"}),
	})
	labels, team := map[string]string{"app": "a"}, map[string]string{"team": "a"}
	of := func(string) map[string]string { return team }
	require.True(t, m.Matches("home", "z", labels, of))
	require.Zero(t, testing.AllocsPerRun(100, func() { m.Matches("home", "z", labels, of) }))
}

// TestPodMatcherModel compares with what the rules say, one by one.
func TestPodMatcherModel(t *testing.T) {
	names := rapid.SampledFrom([]string{"home", "next", "far", "bare"})
	selector := rapid.Custom(func(t *rapid.T) *affinity.LabelSelector {
		switch rapid.IntRange(0, 3).Draw(t, "selector") {
		case 0:
			return nil
		case 1:
			return selects(nil)
		}
		return selects(map[string]string{
			"team": rapid.SampledFrom([]string{"a", "b"}).Draw(t, "team"),
		})
	})
	rapid.Check(t, func(t *rapid.T) {
		term := affinity.PodAffinityTerm{
			Namespaces:        rapid.SliceOfN(names, 0, 3).Draw(t, "namespaces"),
			NamespaceSelector: selector.Draw(t, "namespaceSelector"),
			LabelSelector:     selector.Draw(t, "labelSelector"),
		}
		ns := names.Draw(t, "namespace")
		labels := map[string]string{"team": rapid.SampledFrom([]string{"a", "b"}).Draw(t, "label")}
		holds := func(s *affinity.LabelSelector, labels map[string]string) bool {
			return s != nil && (len(s.MatchLabels) == 0 || s.MatchLabels["team"] == labels["team"])
		}
		want := slices.Contains(term.Namespaces, ns) || holds(term.NamespaceSelector, namespaces(ns))
		if len(term.Namespaces) == 0 && term.NamespaceSelector == nil {
			want = ns == "home"
		}
		want = want && holds(term.LabelSelector, labels)
		m := podMatcher(t, term)
		require.Equal(t, want, m.Matches("home", ns, labels, namespaces))
	})
}

func ExampleCompilePodAffinityTerm() {
	term, err := affinity.CompilePodAffinityTerm(&affinity.PodAffinityTerm{
		LabelSelector: &affinity.LabelSelector{MatchLabels: map[string]string{"app": "db"}},
		TopologyKey:   "topology.kubernetes.io/zone",
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	db := map[string]string{"app": "db"}
	fmt.Println(term.Matches("shop", "shop", db, nil), term.Matches("shop", "bank", db, nil))
	// Output: true false
}
