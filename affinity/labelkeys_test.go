package affinity_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/affinity"
)

func related(key string, op affinity.LabelSelectorOperator, values ...string) affinity.LabelSelectorRequirement {
	return affinity.LabelSelectorRequirement{Key: key, Operator: op, Values: values}
}

// TestFold_S72 folds the keys of a pod with the labels rev=7 and app=a.
func TestFold_S72(t *testing.T) {
	labels := map[string]string{"rev": "7", "app": "a"}
	for _, tt := range []struct {
		reason          string
		selector        *affinity.LabelSelector
		match, mismatch []string
		want            *affinity.LabelSelector
	}{
		{"S-72 nil stays nil", nil, []string{"rev"}, nil, nil},
		{"S-72 no keys", selects(labels), nil, nil, selects(labels)},
		{"S-72 keys that the pod lacks", selects(nil), []string{"zone"}, []string{"tier"}, selects(nil)},
		{"S-72 in their order, after what is there", &affinity.LabelSelector{
			MatchLabels: map[string]string{"x": "y"}, MatchExpressions: []affinity.LabelSelectorRequirement{related("e", "Exists")},
		}, []string{"rev", "zone", "app"}, []string{"app"}, &affinity.LabelSelector{
			MatchLabels: map[string]string{"x": "y"},
			MatchExpressions: []affinity.LabelSelectorRequirement{
				related("e", "Exists"), related("rev", "In", "7"), related("app", "In", "a"),
				related("app", "NotIn", "a"),
			},
		}},
	} {
		t.Run(tt.reason, func(t *testing.T) {
			before := affinity.LabelSelector{}
			if tt.selector != nil {
				before = *tt.selector
				before.MatchExpressions = append([]affinity.LabelSelectorRequirement(nil), before.MatchExpressions...)
			}
			a := &affinity.Affinity{PodAffinity: &affinity.PodAffinity{
				RequiredDuringSchedulingIgnoredDuringExecution: []affinity.PodAffinityTerm{
					{LabelSelector: tt.selector, MatchLabelKeys: tt.match, MismatchLabelKeys: tt.mismatch},
				},
			}}
			require.Equal(t, len(tt.match)+len(tt.mismatch) > 0, a.UsesLabelKeys())
			a.FoldLabelKeys(labels)
			got := a.PodAffinity.RequiredDuringSchedulingIgnoredDuringExecution[0]
			if diff := cmp.Diff(tt.want, got.LabelSelector); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			require.Equal(t, tt.match, got.MatchLabelKeys, "the keys stay")
			if tt.selector != nil {
				require.Empty(t, cmp.Diff(before, *tt.selector), "the selector itself is as it was")
			}
		})
	}
}

func TestFoldLabelKeysEverywhere(t *testing.T) {
	term := func() affinity.PodAffinityTerm {
		return affinity.PodAffinityTerm{LabelSelector: selects(nil), MatchLabelKeys: []string{"rev"}}
	}
	weighted := func() []affinity.WeightedPodAffinityTerm {
		return []affinity.WeightedPodAffinityTerm{{PodAffinityTerm: term()}}
	}
	a := &affinity.Affinity{
		PodAffinity: &affinity.PodAffinity{
			RequiredDuringSchedulingIgnoredDuringExecution:  []affinity.PodAffinityTerm{term()},
			PreferredDuringSchedulingIgnoredDuringExecution: weighted(),
		},
		PodAntiAffinity: &affinity.PodAntiAffinity{
			RequiredDuringSchedulingIgnoredDuringExecution:  []affinity.PodAffinityTerm{term()},
			PreferredDuringSchedulingIgnoredDuringExecution: weighted(),
		},
	}
	a.FoldLabelKeys(map[string]string{"rev": "7"})
	for _, s := range []*affinity.LabelSelector{
		a.PodAffinity.RequiredDuringSchedulingIgnoredDuringExecution[0].LabelSelector,
		a.PodAffinity.PreferredDuringSchedulingIgnoredDuringExecution[0].PodAffinityTerm.LabelSelector,
		a.PodAntiAffinity.RequiredDuringSchedulingIgnoredDuringExecution[0].LabelSelector,
		a.PodAntiAffinity.PreferredDuringSchedulingIgnoredDuringExecution[0].PodAffinityTerm.LabelSelector,
	} {
		require.Equal(t, []affinity.LabelSelectorRequirement{related("rev", "In", "7")}, s.MatchExpressions)
	}
	var none *affinity.Affinity
	none.FoldLabelKeys(nil)
	require.False(t, none.UsesLabelKeys())
	require.False(t, (&affinity.Affinity{}).UsesLabelKeys())
}

func TestValidateLabelKeys(t *testing.T) {
	about := func(keys ...string) *affinity.LabelSelector {
		s := &affinity.LabelSelector{}
		for _, key := range keys {
			s.MatchExpressions = append(s.MatchExpressions, related(key, "Exists"))
		}
		return s
	}
	for _, tt := range []struct {
		reason          string
		selector        *affinity.LabelSelector
		match, mismatch []string
		want            string
	}{
		{"nothing to fold", nil, nil, nil, ""},
		{"once is how they are folded", about("rev"), []string{"rev"}, nil, ""},
		{"a label is not looked at by itself", selects(map[string]string{"rev": "7"}), []string{"rev"}, nil, ""},
		{"no selector", nil, []string{"rev"}, []string{"app"},
			"[matchLabelKeys: Forbidden: must not be specified when labelSelector is not set, " +
				"mismatchLabelKeys: Forbidden: must not be specified when labelSelector is not set]"},
		{"a label, and folded", &affinity.LabelSelector{
			MatchLabels: map[string]string{"rev": "7"}, MatchExpressions: about("rev").MatchExpressions,
		}, []string{"app", "rev"}, nil, `[1]: Invalid value: "rev": exists in both matchLabelKeys and labelSelector`},
		{"an expression, and folded", about("rev", "rev"), []string{"rev"}, nil,
			`[0]: Invalid value: "rev": exists in both matchLabelKeys and labelSelector`},
		{"to mismatch may be there", about("rev", "rev"), nil, []string{"rev"}, ""},
		{"in both lists", about(), []string{"app", "rev"}, []string{"rev"},
			`matchLabelKeys[1]: Invalid value: "rev": exists in both matchLabelKeys and mismatchLabelKeys`},
		{"no key", about(), []string{"-"}, nil, `matchLabelKeys[0]: Invalid value: "-": name part must consist of ` +
			`alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character ` +
			`(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is ` +
			`'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')`},
	} {
		t.Run(tt.reason, func(t *testing.T) {
			got := ""
			if err := affinity.ValidateLabelKeys(tt.selector, tt.match, tt.mismatch).Err(); err != nil {
				got = err.Error()
			}
			require.Empty(t, cmp.Diff(tt.want, got))
		})
	}
}
