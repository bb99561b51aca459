package affinity_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/daemonsim/daemonsim/affinity"
)

type set = map[string]string

func expression(key string, op affinity.LabelSelectorOperator, values ...string) *affinity.LabelSelector {
	return &affinity.LabelSelector{MatchExpressions: []affinity.LabelSelectorRequirement{
		{Key: key, Operator: op, Values: values}}}
}

func TestNilAndEmpty_S5(t *testing.T) {
	for _, labels := range []set{nil, {}, {"a": "b"}} {
		nothing, err := affinity.Compile(nil)
		require.NoError(t, err)
		require.False(t, nothing.Matches(labels))
		require.False(t, nothing.Empty())
		everything, err := affinity.Compile(&affinity.LabelSelector{})
		require.NoError(t, err)
		require.True(t, everything.Matches(labels))
		require.True(t, everything.Empty())
		require.True(t, affinity.Selector{}.Matches(labels))
		require.True(t, affinity.Everything().Matches(labels))
		require.False(t, affinity.Nothing().Matches(labels))
	}
}

func TestAllRequirementsHold_S6(t *testing.T) {
	selector, err := affinity.Compile(&affinity.LabelSelector{
		MatchLabels:      set{"a": "1", "b": "2"},
		MatchExpressions: expression("c", "Exists").MatchExpressions,
	})
	require.NoError(t, err)
	require.True(t, selector.Matches(set{"a": "1", "b": "2", "c": "", "d": "x"}))
	require.False(t, selector.Matches(set{"a": "1", "b": "2"}))
	require.False(t, selector.Matches(set{"a": "1", "b": "x", "c": ""}))
	require.False(t, selector.Matches(set{"b": "2", "c": ""}))
}

func TestOperators_S7_S8(t *testing.T) {
	in, notIn, absent := set{"k": "a"}, set{"k": "z"}, set{"other": "a"}
	for _, tt := range []struct {
		selector                *affinity.LabelSelector
		forIn, forNotIn, forAbs bool
	}{
		{expression("k", "In", "b", "a"), true, false, false},
		{expression("k", "NotIn", "b", "a"), false, true, true},
		{expression("k", "Exists"), true, true, false},
		{expression("k", "DoesNotExist"), false, false, true},
	} {
		selector, err := affinity.Compile(tt.selector)
		require.NoError(t, err)
		require.Equal(t, tt.forIn, selector.Matches(in), selector)
		require.Equal(t, tt.forNotIn, selector.Matches(notIn), selector)
		require.Equal(t, tt.forAbs, selector.Matches(absent), selector)
	}
}

func TestCompileErrors_S7_S10(t *testing.T) {
	for want, selector := range map[string]*affinity.LabelSelector{
		`"in" is not a valid label selector operator`:                                          expression("k", "in", "a"),
		`"Gt" is not a valid label selector operator`:                                          expression("k", "Gt", "1"),
		"values: Invalid value: null: for 'in', 'notin' operators, values set can't be empty":  expression("k", "In"),
		`values: Invalid value: ["a"]: values set must be empty for exists and does not exist`: expression("k", "Exists", "a"),
		`key: Invalid value: "/k": prefix part must be non-empty`:                              expression("/k", "Exists"),
		`key: Invalid value: "/a": prefix part must be non-empty`:                              {MatchLabels: set{"/b": "", "/a": ""}},
	} {
		compiled, err := affinity.Compile(selector)
		require.EqualError(t, err, want)
		require.False(t, compiled.Matches(set{"k": "a"}), "what is not compiled matches nothing")
	}
	_, err := affinity.Compile(expression("a b", "Exists", "-"))
	var problems affinity.Problems
	require.ErrorAs(t, err, &problems)
	require.Len(t, problems, 3, "all problems of the requirement")
	var problem *affinity.Problem
	require.ErrorAs(t, err, &problem)
	require.Equal(t, "key", problem.Field)
}

func TestSelectorFromSet_S12(t *testing.T) {
	require.True(t, affinity.SelectorFromSet(nil).Matches(nil))
	require.True(t, affinity.SelectorFromSet(set{}).Empty())
	selector := affinity.SelectorFromSet(set{"not a key": "not a value"})
	require.True(t, selector.Matches(set{"not a key": "not a value"}))
	require.False(t, selector.Matches(set{}))
	require.Equal(t, "a=1,b=", affinity.SelectorFromSet(set{"b": "", "a": "1"}).String())
}

func TestParseSelector_S13(t *testing.T) {
	for _, tt := range []struct {
		text, want string
		yes, no    []set
	}{
		{"", "", []set{nil, {"a": ""}}, nil},
		{"  ", "", []set{nil}, nil},
		{"a", "a", []set{{"a": ""}}, []set{nil}},
		{"!a", "!a", []set{nil}, []set{{"a": ""}}},
		{"a=b", "a=b", []set{{"a": "b"}}, []set{nil, {"a": "c"}}},
		{"a==b", "a==b", []set{{"a": "b"}}, []set{nil, {"a": "c"}}},
		{"a=", "a=", []set{{"a": ""}}, []set{nil, {"a": "c"}}},
		{"a!=b", "a!=b", []set{nil, {"a": "c"}}, []set{{"a": "b"}}},
		{"a!=", "a!=", []set{nil, {"a": "c"}}, []set{{"a": ""}}},
		{"a in (c,b)", "a in (b,c)", []set{{"a": "b"}, {"a": "c"}}, []set{nil, {"a": "d"}}},
		{"a notin (b)", "a notin (b)", []set{nil, {"a": "d"}}, []set{{"a": "b"}}},
		{"a in ()", "a in ()", []set{{"a": ""}}, []set{nil, {"a": "d"}}},
		{"a in (,b)", "a in (,b)", []set{{"a": ""}, {"a": "b"}}, []set{nil}},
		{"a in (b,)", "a in (,b)", []set{{"a": ""}, {"a": "b"}}, []set{nil}},
		{"a in (b,b)", "a in (b)", []set{{"a": "b"}}, []set{nil}},
		{"a>5", "a>5", []set{{"a": "6"}, {"a": "007"}}, []set{nil, {"a": "5"}, {"a": "x"}}},
		{"a<5", "a<5", []set{{"a": "4"}, {"a": "-4"}}, []set{nil, {"a": "5"}, {"a": "4.5"}}},
		{" x , a in ( b , c ) , !y ", "a in (b,c),x,!y", []set{{"a": "b", "x": ""}}, []set{{"a": "b"}}},
		{"in in (in),notin", "in in (in),notin", []set{{"in": "in", "notin": ""}}, nil},
		{"a=b,", "", nil, nil},
		{"a=,b", "a=,b", []set{{"a": "", "b": ""}}, nil},
		{"example.com/a=b", "example.com/a=b", []set{{"example.com/a": "b"}}, nil},
	} {
		selector, err := affinity.ParseSelector(tt.text)
		if tt.yes == nil {
			require.Error(t, err, tt.text)
			continue
		}
		require.NoError(t, err, tt.text)
		require.Equal(t, tt.want, selector.String())
		for _, labels := range tt.yes {
			require.True(t, selector.Matches(labels), "%q %v", tt.text, labels)
		}
		for _, labels := range tt.no {
			require.False(t, selector.Matches(labels), "%q %v", tt.text, labels)
		}
	}
}

func TestParseSelectorErrors_S13(t *testing.T) {
	for text, want := range map[string]string{
		",":          `unable to parse selector ",": found ",", expected a label key`,
		"a,,b":       `unable to parse selector "a,,b": found ",", expected a label key`,
		"!":          `unable to parse selector "!": found the end, expected a label key`,
		"!!a":        `unable to parse selector "!!a": found "!", expected a label key`,
		"!a=b":       `unable to parse selector "!a=b": found "=", expected ','`,
		"a b":        `unable to parse selector "a b": found "b", expected one of '=', '==', '!=', 'in', 'notin', '>', '<'`,
		"a in b":     `unable to parse selector "a in b": found "b", expected '('`,
		"a in (b":    `unable to parse selector "a in (b": found the end, expected ',' or ')'`,
		"a in (b c)": `unable to parse selector "a in (b c)": found "c", expected ',' or ')'`,
		"a=b c":      `unable to parse selector "a=b c": found "c", expected ','`,
		"a=(b)":      `unable to parse selector "a=(b)": found "(", expected a value`,
		"a>x": `unable to parse selector "a>x": values[0]: Invalid value: "x": ` +
			"for 'Gt', 'Lt' operators, the value must be an integer",
	} {
		_, err := affinity.ParseSelector(text)
		require.EqualError(t, err, want)
	}
	for _, text := range []string{"a>-1", "a=-", "a in (b/c)", "/a", "a/b/c=d", "ä", "a>", "a=\x00"} {
		_, err := affinity.ParseSelector(text)
		require.Error(t, err, text)
	}
}

// drawSelector draws a valid selector over few keys and values, so that matches are common.
func drawSelector(t *rapid.T) *affinity.LabelSelector {
	key := rapid.SampledFrom([]string{"a", "b", "c"})
	value := rapid.SampledFrom([]string{"", "1", "2", "x"})
	return &affinity.LabelSelector{
		MatchLabels: rapid.MapOfN(key, value, 0, 2).Draw(t, "matchLabels"),
		MatchExpressions: rapid.SliceOfN(rapid.Custom(func(t *rapid.T) affinity.LabelSelectorRequirement {
			op := rapid.SampledFrom([]affinity.LabelSelectorOperator{"In", "NotIn", "Exists", "DoesNotExist"}).Draw(t, "operator")
			r := affinity.LabelSelectorRequirement{Key: key.Draw(t, "key"), Operator: op}
			if op == "In" || op == "NotIn" {
				r.Values = rapid.SliceOfN(value, 1, 3).Draw(t, "values")
			}
			return r
		}), 0, 3).Draw(t, "matchExpressions"),
	}
}

func drawLabels(t *rapid.T) set {
	return rapid.MapOf(rapid.SampledFrom([]string{"a", "b", "c"}),
		rapid.SampledFrom([]string{"", "1", "2", "x"})).Draw(t, "labels")
}

// TestSelectorModel compares with the definition of S-5 to S-8, written naively, and with what the
// printed selector means when read back.
func TestSelectorModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		source, labels := drawSelector(t), drawLabels(t)
		want := true
		for key, value := range source.MatchLabels {
			got, present := labels[key]
			want = want && present && got == value
		}
		for _, r := range source.MatchExpressions {
			value, present := labels[r.Key]
			in := present && slices.Contains(r.Values, value)
			want = want && map[affinity.LabelSelectorOperator]bool{
				"In": in, "NotIn": !in, "Exists": present, "DoesNotExist": !present}[r.Operator]
		}
		selector, err := affinity.Compile(source)
		if err != nil {
			t.Fatal(err)
		}
		if got := selector.Matches(labels); got != want {
			t.Fatalf("%s matches %v: %v", selector, labels, got)
		}
		again, err := affinity.ParseSelector(selector.String())
		if err != nil {
			t.Fatal(err)
		}
		if got := again.Matches(labels); got != want {
			t.Fatalf("%s, read back, matches %v: %v", selector, labels, got)
		}
		if len(affinity.ValidateLabelSelector(source)) > 0 {
			t.Fatalf("%s compiles but is not valid", selector)
		}
	})
}

// TestCompileCopies scribbles on a selector after compiling it.
func TestCompileCopies(t *testing.T) {
	source := expression("k", "In", "b", "a")
	source.MatchLabels = set{"l": "v"}
	before := source.MatchExpressions[0].Values
	selector, err := affinity.Compile(source)
	require.NoError(t, err)
	require.Equal(t, []string{"b", "a"}, before, "values are not sorted in place")
	before[0], before[1] = "x", "y"
	source.MatchLabels["l"] = "w"
	require.Equal(t, "k in (a,b),l=v", selector.String())
}

func TestMatchingDoesNotAllocate(t *testing.T) {
	selector, err := affinity.ParseSelector("a in (b,c),!x,n>5,m notin (y)")
	require.NoError(t, err)
	labels := set{"a": "c", "n": "99999999999999999999"}
	hit := maps.Clone(labels)
	hit["n"] = "6"
	require.Zero(t, testing.AllocsPerRun(100, func() {
		if selector.Matches(labels) || !selector.Matches(hit) {
			panic("wrong")
		}
	}))
}

func TestValidateLabelSelector_S9(t *testing.T) {
	require.Empty(t, affinity.ValidateLabelSelector(nil))
	selector := &affinity.LabelSelector{
		MatchLabels: set{"/b": "-", "a": "1"},
		MatchExpressions: []affinity.LabelSelectorRequirement{
			{Key: "k", Operator: "In"},
			{Key: "k", Operator: "Exists", Values: []string{"-"}},
			{Key: "/k", Operator: "in", Values: []string{"a"}},
		},
	}
	var got []string
	for _, p := range affinity.ValidateLabelSelector(selector) {
		text := p.Error()
		got = append(got, text[:min(len(text), 70)])
	}
	want := []string{
		`matchLabels: Invalid value: "/b": prefix part must be non-empty`,
		`matchLabels: Invalid value: "-": a valid label must be an empty string`,
		"matchExpressions[0].values: Required value: must be specified when `op",
		"matchExpressions[1].values: Forbidden: may not be specified when `oper",
		`matchExpressions[1].values[0]: Invalid value: "-": a valid label must `,
		`matchExpressions[2].operator: Invalid value: "in": not a valid selecto`,
		`matchExpressions[2].key: Invalid value: "/k": prefix part must be non-`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func FuzzParseSelector(f *testing.F) {
	for _, text := range []string{
		"a=b,c in (d,e),!x", "a!=", "a in (,)", "n>5,n<9", "example.com/k notin (v)", "a==b", "!",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		selector, err := affinity.ParseSelector(text)
		if err != nil {
			return
		}
		selector.Matches(set{"a": "b"})
		again, err := affinity.ParseSelector(selector.String())
		require.NoError(t, err)
		require.Equal(t, selector, again)
	})
}

func ExampleParseSelector() {
	selector, err := affinity.ParseSelector("app in (web,api),!canary")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(selector)
	fmt.Println(selector.Matches(map[string]string{"app": "api"}))
	fmt.Println(selector.Matches(map[string]string{"app": "api", "canary": ""}))
	// Output:
	// app in (api,web),!canary
	// true
	// false
}

func ExampleCompile() {
	selector, err := affinity.Compile(&affinity.LabelSelector{
		MatchLabels: map[string]string{"app": "agent"},
		MatchExpressions: []affinity.LabelSelectorRequirement{
			{Key: "tier", Operator: affinity.LabelSelectorOpNotIn, Values: []string{"test"}},
		},
	})
	fmt.Println(selector, err)
	// Output: app=agent,tier notin (test) <nil>
}

func BenchmarkSelectorMatches(b *testing.B) {
	selector, _ := affinity.ParseSelector("app=agent,tier in (a,b),!canary")
	labels := set{"app": "agent", "tier": "b", "zone": "z"}
	b.ReportAllocs()
	for b.Loop() {
		selector.Matches(labels)
	}
}
