package affinity_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/daemonsim/daemonsim/affinity"
)

const hostname = "kubernetes.io/hostname"

// drawDemands draws a node selector and node affinity over few labels, the host name and the name.
func drawDemands(t *rapid.T) affinity.RequiredNodeAffinity {
	keys := []string{"zone", "disk", hostname, "bad key"}
	values := rapid.SampledFrom([]string{"a", "b", "1", "2"})
	var selector map[string]string
	for _, key := range keys[:3] {
		if rapid.IntRange(0, 3).Draw(t, "selects") == 0 {
			if selector == nil {
				selector = map[string]string{}
			}
			selector[key] = values.Draw(t, "selected")
		}
	}
	var node *affinity.NodeAffinity
	if rapid.IntRange(0, 3).Draw(t, "affinity") > 0 {
		required := new(affinity.NodeSelector)
		for range rapid.IntRange(0, 3).Draw(t, "terms") {
			var term affinity.NodeSelectorTerm
			for range rapid.IntRange(0, 2).Draw(t, "expressions") {
				term.MatchExpressions = append(term.MatchExpressions, affinity.NodeSelectorRequirement{
					Key: rapid.SampledFrom(keys).Draw(t, "key"),
					Operator: rapid.SampledFrom([]affinity.NodeSelectorOperator{"In", "NotIn", "Exists",
						"DoesNotExist", "Gt", "Lt", "Is"}).Draw(t, "operator"),
					Values: rapid.SliceOfN(values, 0, 2).Draw(t, "values"),
				})
			}
			for range rapid.IntRange(0, 1).Draw(t, "fields") {
				term.MatchFields = append(term.MatchFields, affinity.NodeSelectorRequirement{
					Key:      rapid.SampledFrom([]string{"metadata.name", "metadata.uid"}).Draw(t, "field"),
					Operator: rapid.SampledFrom([]affinity.NodeSelectorOperator{"In", "NotIn"}).Draw(t, "operator"),
					Values:   []string{values.Draw(t, "value")},
				})
			}
			required.NodeSelectorTerms = append(required.NodeSelectorTerms, term)
		}
		node = &affinity.NodeAffinity{RequiredDuringSchedulingIgnoredDuringExecution: required}
	}
	return affinity.CompileRequiredNodeAffinity(selector, node)
}

// TestRemainder asks in one step and in two, and expects the same answer.
func TestRemainder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		demands := drawDemands(t)
		labels := map[string]string{}
		for _, key := range []string{"zone", "disk"} {
			if value := rapid.SampledFrom([]string{"", "a", "b", "1", "2"}).Draw(t, key); value != "" {
				labels[key] = value
			}
		}
		rest := demands.Given(labels, hostname)
		answer, settled := rest.Settled()
		for _, host := range []string{"", "a", "b", "1", "2"} {
			node := map[string]string{"zone": labels["zone"], "disk": labels["disk"], hostname: host}
			for key, value := range node {
				if value == "" {
					delete(node, key)
				}
			}
			for _, name := range []string{"", "a", "b"} {
				want := demands.Matches(name, node)
				if got := rest.Matches(name, node); got != want {
					t.Fatalf("node %q %v: the remainder says %v, want %v", name, node, got, want)
				}
				if settled && answer != want {
					t.Fatalf("node %q %v: settled on %v, want %v", name, node, answer, want)
				}
			}
		}
	})
}

func TestRemainderSettles(t *testing.T) {
	term := func(key string) affinity.NodeSelectorTerm {
		return affinity.NodeSelectorTerm{MatchExpressions: []affinity.NodeSelectorRequirement{
			{Key: key, Operator: affinity.NodeSelectorOpIn, Values: []string{"a"}}}}
	}
	for _, tt := range []struct {
		name            string
		selector        map[string]string
		terms           []affinity.NodeSelectorTerm
		answer, settled bool
	}{
		{"no demands", nil, nil, true, true},
		{"a label that is there", map[string]string{"zone": "a"}, nil, true, true},
		{"a label that is not", map[string]string{"disk": "a", hostname: "a"}, nil, false, true},
		{"the host name", map[string]string{hostname: "a"}, nil, true, false},
		{"a term on a label", nil, []affinity.NodeSelectorTerm{term(hostname), term("zone")}, true, true},
		{"a term on the host name", nil, []affinity.NodeSelectorTerm{term("disk"), term(hostname)}, true, false},
		{"no term holds", nil, []affinity.NodeSelectorTerm{term("disk"), {}}, false, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var node *affinity.NodeAffinity
			if tt.terms != nil {
				node = &affinity.NodeAffinity{RequiredDuringSchedulingIgnoredDuringExecution: &affinity.NodeSelector{
					NodeSelectorTerms: tt.terms}}
			}
			rest := affinity.CompileRequiredNodeAffinity(tt.selector, node).Given(
				map[string]string{"zone": "a", hostname: "b"}, hostname)
			answer, settled := rest.Settled()
			require.Equal(t, tt.settled, settled)
			require.Equal(t, tt.answer, answer)
		})
	}
	answer, settled := affinity.Remainder{}.Settled()
	require.True(t, answer && settled, "the zero Remainder matches every node")
	require.True(t, affinity.Remainder{}.Matches("a", nil))
}

func TestRemainderDoesNotAllocate(t *testing.T) {
	rest := affinity.CompileRequiredNodeAffinity(map[string]string{"zone": "a", hostname: "b"}, nil).Given(
		map[string]string{"zone": "a"}, hostname)
	node := map[string]string{hostname: "b"}
	require.Zero(t, testing.AllocsPerRun(100, func() { rest.Matches("b", node) }))
}
