package affinity_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/daemonsim/daemonsim/affinity"
)

// need is a requirement: need("zone In a b").
func need(key string, op affinity.NodeSelectorOperator, values ...string) affinity.NodeSelectorRequirement {
	return affinity.NodeSelectorRequirement{Key: key, Operator: op, Values: values}
}

// labels is a term of requirements on labels.
func labels(requirements ...affinity.NodeSelectorRequirement) affinity.NodeSelectorTerm {
	return affinity.NodeSelectorTerm{MatchExpressions: requirements}
}

// fields is a term of requirements on fields.
func fields(requirements ...affinity.NodeSelectorRequirement) affinity.NodeSelectorTerm {
	return affinity.NodeSelectorTerm{MatchFields: requirements}
}

func terms(terms ...affinity.NodeSelectorTerm) *affinity.NodeSelector {
	return &affinity.NodeSelector{NodeSelectorTerms: terms}
}

func TestNodeSelectorWorkedTable_S14_S19(t *testing.T) {
	node := set{"cpu": "8", "disk": "ssd", "rack": "r-1"}
	name := func(op affinity.NodeSelectorOperator, value string) affinity.NodeSelectorRequirement {
		return need("metadata.name", op, value)
	}
	both := labels(need("disk", "In", "hdd"))
	both.MatchFields = fields(name("In", "n1")).MatchFields
	for _, tt := range []struct {
		selector *affinity.NodeSelector
		want     bool
		reason   string
	}{
		{terms(labels(need("cpu", "Gt", "4"))), true, "8 > 4"},
		{terms(labels(need("cpu", "Gt", "8"))), false, "strictly"},
		{terms(labels(need("cpu", "Lt", "8"))), false, "strictly"},
		{terms(labels(need("rack", "Gt", "0"))), false, "not an integer"},
		{terms(labels(need("gpu", "NotIn", "a"))), true, "absent"},
		{terms(labels(need("gpu", "DoesNotExist"))), true, "absent"},
		{terms(labels(need("disk", "In", "ssd"), need("cpu", "Gt", "4"))), true, "both hold"},
		{terms(labels(need("disk", "In", "hdd")), fields(name("In", "n1"))), true, "terms are ORed"},
		{terms(both), false, "a term is ANDed"},
		{terms(fields(name("NotIn", "n2"))), true, "another node"},
		{terms(labels()), false, "an empty term selects nothing"},
		{terms(), false, "no terms select nothing"},
		{nil, false, "no selector selects nothing"},
		{terms(labels(need("cpu", "Gt", "abc")), labels(need("disk", "Exists"))), true, "other terms are tried"},
		{terms(labels(need("cpu", "Gt", "abc"))), false, "malformed"},
		{terms(labels(need("cpu", "Gt", "-1"))), false, "-1 is no label value"},
		{terms(fields(need("metadata.name", "In", "n1", "n2"))), false, "fields take one value"},
		{terms(fields(need("metadata.name", "Exists"))), false, "fields know In and NotIn"},
		{terms(fields(need("spec.x", "In", ""))), true, "unknown fields are empty"},
		{terms(fields(need("spec.x", "In", "a"))), false, "unknown fields are empty"},
		{terms(labels(need("disk", "in", "ssd"))), false, "operators are case-sensitive"},
	} {
		m := affinity.CompileNodeSelector(tt.selector)
		if got := m.Matches("n1", node); got != tt.want {
			t.Errorf("%+v: got %v: %s", tt.selector, got, tt.reason)
		}
		matched, err := m.Match("n1", node)
		require.Equal(t, tt.want, matched)
		if matched {
			require.NoError(t, err)
		} else {
			require.Equal(t, m.Err(), err)
		}
	}
	m := affinity.CompileNodeSelector(terms(fields(name("In", "n1"))))
	require.True(t, m.Matches("", node), "a node without a name has no fields to check")
	require.False(t, affinity.NodeMatcher{}.Matches("n1", node))
}

func TestGtLt_S10_S11(t *testing.T) {
	for _, tt := range []struct {
		value, op, operand string
		want               bool
	}{
		{"007", "Gt", "6", true}, {"007", "Lt", "8", true}, {"-5", "Lt", "0", true}, {"+5", "Gt", "4", true},
		{"9223372036854775807", "Gt", "9223372036854775806", true},
		{"9223372036854775808", "Gt", "0", false}, {"-9223372036854775808", "Lt", "0", true},
		{"-9223372036854775809", "Lt", "0", false}, {"1.5", "Gt", "0", false}, {"", "Lt", "5", false},
		{" 5", "Gt", "0", false}, {"0x10", "Gt", "0", false}, {"1_0", "Gt", "0", false}, {"-", "Lt", "5", false},
		{"18446744073709551617", "Gt", "0", false}, {"99999999999999999999999", "Gt", "0", false},
	} {
		m := affinity.CompileNodeSelector(terms(labels(
			need("k", affinity.NodeSelectorOperator(tt.op), tt.operand))))
		require.NoError(t, m.Err())
		require.Equal(t, tt.want, m.Matches("n", set{"k": tt.value}), "%+v", tt)
	}
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(
			rapid.Custom(func(t *rapid.T) string { return fmt.Sprint(rapid.Int64().Draw(t, "n")) }),
			rapid.StringMatching("[+-]?[0-9]{1,22}"), rapid.String()).Draw(t, "text")
		n, err := strconv.ParseInt(text, 10, 64)
		m := affinity.CompileNodeSelector(terms(labels(need("k", "Gt", "0"))))
		if m.Matches("n", set{"k": text}) != (err == nil && n > 0) {
			t.Fatalf("%q compares wrongly", text)
		}
	})
}

func TestNodeSelectorErrors_S17_S19(t *testing.T) {
	broken := fields(need("metadata.name", "Exists"), need("metadata.name", "In"))
	broken.MatchExpressions = labels(need("k", "Gt", "abc"), need("k", "In")).MatchExpressions
	m := affinity.CompileNodeSelector(terms(labels(need("ok", "Exists")), broken))
	var got []string
	var problems affinity.Problems
	require.ErrorAs(t, m.Err(), &problems)
	for _, p := range problems {
		got = append(got, p.Error())
	}
	want := []string{
		`nodeSelectorTerms[1].matchExpressions[0].values[0]: Invalid value: "abc": for 'Gt', 'Lt' operators, the value must be an integer`,
		`nodeSelectorTerms[1].matchExpressions[1].values: Invalid value: null: for 'in', 'notin' operators, values set can't be empty`,
		`nodeSelectorTerms[1].matchFields[0].operator: Unsupported value: "Exists": supported values: "In", "NotIn"`,
		`nodeSelectorTerms[1].matchFields[1].values: Invalid value: null: must have one element`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestValidateNodeSelector_S15_S17_S18(t *testing.T) {
	require.Empty(t, affinity.ValidateNodeSelector(nil))
	require.Empty(t, affinity.ValidateNodeSelector(terms(labels(need("k", "Gt", "abc")))),
		"the operand of Gt is not checked")
	require.EqualError(t, affinity.ValidateNodeSelector(terms()),
		"nodeSelectorTerms: Required value: must have at least one node selector term")
	var got []string
	broken := fields(need("metadata.namespace", "In", "x"), need("metadata.name", "Exists", "N_1"))
	broken.MatchExpressions = labels(need("k", "Lt"), need("k", "Exists", "a"), need("k", "x")).MatchExpressions
	for _, p := range affinity.ValidateNodeSelector(terms(labels(), broken)) {
		text := p.Error()
		got = append(got, text[len("nodeSelectorTerms[1]."):min(len(text), 90)])
	}
	want := []string{
		"matchExpressions[0].values: Required value: must be specified single v",
		"matchExpressions[1].values: Forbidden: may not be specified when `oper",
		`matchExpressions[2].operator: Invalid value: "x": not a valid selector`,
		`matchFields[0].key: Invalid value: "metadata.namespace": not a valid f`,
		`matchFields[1].operator: Invalid value: "Exists": not a valid selector`,
		`matchFields[1].values[0]: Invalid value: "N_1": a lowercase RFC 1123 s`,
	}
	for i := range want {
		want[i] = want[i][:min(len(want[i]), len(got[i]))]
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestExplain(t *testing.T) {
	mixed := labels(need("disk", "In", "ssd"))
	mixed.MatchFields = fields(need("metadata.name", "In", "n2")).MatchFields
	m := affinity.CompileNodeSelector(terms(
		labels(),
		labels(need("cpu", "Gt", "abc")),
		labels(need("disk", "Exists"), need("zone", "In", "a", "b")),
		labels(need("gpu", "Exists")),
		mixed,
		labels(need("disk", "In", "ssd")),
	))
	var got []string
	for i, v := range m.Explain("n1", set{"disk": "ssd", "zone": "c"}) {
		require.Equal(t, i, v.Term)
		got = append(got, v.String())
	}
	want := []string{
		"term 0: no requirements, selects no node",
		`term 1: malformed: nodeSelectorTerms[1].matchExpressions[0].values[0]: Invalid value: "abc": ` +
			"for 'Gt', 'Lt' operators, the value must be an integer",
		"term 2: zone In [a b], but the node has zone=c",
		"term 3: gpu Exists, but the node has no gpu",
		"term 4: metadata.name In [n2], but the node has metadata.name=n1",
		"term 5: disk In [ssd]: matches",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	verdict := m.Explain("n1", set{"disk": "ssd", "zone": "c"})[2]
	require.Equal(t, affinity.TermVerdict{
		Term: 2, Outcome: affinity.TermExpressionFailed, Index: 1,
		Requirement: need("zone", "In", "a", "b"), Value: "c", Present: true,
	}, verdict)
}

func drawTerm(t *rapid.T) affinity.NodeSelectorTerm {
	draw := func(keys []string, ops []affinity.NodeSelectorOperator, values []string, label string) []affinity.NodeSelectorRequirement {
		return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) affinity.NodeSelectorRequirement {
			return affinity.NodeSelectorRequirement{
				Key:      rapid.SampledFrom(keys).Draw(t, "key"),
				Operator: rapid.SampledFrom(ops).Draw(t, "operator"),
				Values:   rapid.SliceOfN(rapid.SampledFrom(values), 0, 2).Draw(t, "values"),
			}
		}), 0, 2).Draw(t, label)
	}
	return affinity.NodeSelectorTerm{
		MatchExpressions: draw([]string{"a", "b", "c"},
			[]affinity.NodeSelectorOperator{"In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt", "x"},
			[]string{"", "1", "2", "x", "-"}, "matchExpressions"),
		MatchFields: draw([]string{"metadata.name", "x"},
			[]affinity.NodeSelectorOperator{"In", "NotIn", "Exists"}, []string{"n1", "n2"}, "matchFields"),
	}
}

// TestNodeSelectorProperties: the parts agree with one another, terms are ORed, and the source may
// be scribbled on.
func TestNodeSelectorProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		source := rapid.SliceOfN(rapid.Custom(drawTerm), 0, 3).Draw(t, "terms")
		node := drawLabels(t)
		m := affinity.CompileNodeSelector(&affinity.NodeSelector{NodeSelectorTerms: source})
		got := m.Matches("n1", node)
		any := false
		for i := range source {
			any = any || affinity.CompileNodeSelector(terms(source[i])).Matches("n1", node)
		}
		if got != any {
			t.Fatalf("together %v, one by one %v", got, any)
		}
		explained := slices.ContainsFunc(m.Explain("n1", node), func(v affinity.TermVerdict) bool {
			return v.Outcome == affinity.TermMatched
		})
		if got != explained {
			t.Fatalf("matches %v, explained %v", got, explained)
		}
		for i := range source {
			for j := range source[i].MatchExpressions {
				source[i].MatchExpressions[j].Key = "scribble"
				for k := range source[i].MatchExpressions[j].Values {
					source[i].MatchExpressions[j].Values[k] = "scribble"
				}
			}
			for j := range source[i].MatchFields {
				for k := range source[i].MatchFields[j].Values {
					source[i].MatchFields[j].Values[k] = "scribble"
				}
			}
		}
		if m.Matches("n1", node) != got {
			t.Fatal("the matcher shares the selector's memory")
		}
	})
}

func TestNodeMatchingDoesNotAllocate(t *testing.T) {
	m := affinity.CompileNodeSelector(terms(
		labels(need("cpu", "Gt", "abc")),
		labels(need("rack", "Gt", "0")),
		fields(need("metadata.name", "In", "n9")),
	))
	node := set{"cpu": "8", "rack": "r-1"}
	require.Zero(t, testing.AllocsPerRun(100, func() {
		if matched, err := m.Match("n1", node); matched || err == nil {
			panic("wrong")
		}
	}))
}

func TestRequiredNodeAffinity_S20(t *testing.T) {
	node := set{"disk": "ssd", "zone": "a"}
	required := &affinity.NodeAffinity{
		RequiredDuringSchedulingIgnoredDuringExecution: terms(labels(need("zone", "In", "a")))}
	for _, tt := range []struct {
		nodeSelector set
		affinity     *affinity.NodeAffinity
		want         bool
	}{
		{nil, nil, true},
		{set{"disk": "ssd"}, nil, true},
		{set{"disk": "hdd"}, nil, false},
		{nil, required, true},
		{nil, &affinity.NodeAffinity{}, true},
		{set{"disk": "ssd"}, required, true},
		{set{"disk": "hdd"}, required, false},
		{set{"disk": "ssd"}, &affinity.NodeAffinity{
			RequiredDuringSchedulingIgnoredDuringExecution: terms()}, false},
	} {
		r := affinity.CompileRequiredNodeAffinity(tt.nodeSelector, tt.affinity)
		require.Equal(t, tt.want, r.Matches("n1", node), "%+v", tt)
		m, ok := r.Affinity()
		require.Equal(t, ok && m.Matches("n1", node) || !ok, r.Matches("n1", node) ||
			!r.NodeSelector().Matches(node))
	}
	require.True(t, affinity.RequiredNodeAffinity{}.Matches("n1", nil))
}

func TestPreferredNodeAffinity_S21(t *testing.T) {
	prefer := func(weight int32, term affinity.NodeSelectorTerm) affinity.PreferredSchedulingTerm {
		return affinity.PreferredSchedulingTerm{Weight: weight, Preference: term}
	}
	p, err := affinity.CompilePreferredNodeAffinity([]affinity.PreferredSchedulingTerm{
		prefer(0, labels(need("k", "Gt", "abc"))),
		prefer(100, labels()),
		prefer(10, labels(need("zone", "In", "a"))),
		prefer(5, labels(need("disk", "Exists"))),
		prefer(1, fields(need("metadata.name", "In", "n1"))),
	})
	require.NoError(t, err)
	require.False(t, p.Empty())
	require.EqualValues(t, 11, p.Score("n1", set{"zone": "a"}))
	require.EqualValues(t, 15, p.Score("n2", set{"zone": "a", "disk": ""}))
	require.EqualValues(t, 0, p.Score("n2", nil))
	p, err = affinity.CompilePreferredNodeAffinity([]affinity.PreferredSchedulingTerm{
		prefer(1, labels(need("zone", "In", "a"))), prefer(1, labels(need("k", "Gt", "abc")))})
	require.EqualError(t, err, `[1].matchExpressions[0].values[0]: Invalid value: "abc": `+
		"for 'Gt', 'Lt' operators, the value must be an integer")
	require.True(t, p.Empty())
}

func TestAffinityJSON(t *testing.T) {
	const text = `{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":` +
		`{"nodeSelectorTerms":[{"matchExpressions":[{"key":"a","operator":"In","values":["b"]}],` +
		`"matchFields":[{"key":"metadata.name","operator":"In","values":["n"]}]}]},` +
		`"preferredDuringSchedulingIgnoredDuringExecution":[{"weight":1,"preference":{}}]},` +
		`"podAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[{"labelSelector":{},` +
		`"namespaces":["x"],"topologyKey":"zone","namespaceSelector":{"matchLabels":{"a":"b"}},` +
		`"matchLabelKeys":["k"],"mismatchLabelKeys":["l"]}]},` +
		`"podAntiAffinity":{"preferredDuringSchedulingIgnoredDuringExecution":` +
		`[{"weight":2,"podAffinityTerm":{"topologyKey":"host"}}]}}`
	var a affinity.Affinity
	require.NoError(t, json.Unmarshal([]byte(text), &a))
	again, err := json.Marshal(a)
	require.NoError(t, err)
	require.Equal(t, text, string(again))
}

func ExampleNodeMatcher_Explain() {
	m := affinity.CompileNodeSelector(&affinity.NodeSelector{
		NodeSelectorTerms: []affinity.NodeSelectorTerm{{
			MatchExpressions: []affinity.NodeSelectorRequirement{
				{Key: "disk", Operator: affinity.NodeSelectorOpExists},
				{Key: "zone", Operator: affinity.NodeSelectorOpIn, Values: []string{"a", "b"}},
			},
		}},
	})
	node := map[string]string{"disk": "ssd", "zone": "c"}
	fmt.Println(m.Matches("node-1", node))
	for _, verdict := range m.Explain("node-1", node) {
		fmt.Println(verdict)
	}
	// Output:
	// false
	// term 0: zone In [a b], but the node has zone=c
}

func BenchmarkNodeMatcher(b *testing.B) {
	m := affinity.CompileNodeSelector(terms(
		labels(need("zone", "In", "a"), need("disk", "Exists")),
		fields(need("metadata.name", "In", "n1")),
	))
	node := set{"zone": "b", "disk": "ssd"}
	b.ReportAllocs()
	for b.Loop() {
		m.Matches("n1", node)
	}
}
