package affinity_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/affinity"
)

// TestKeysCompareByteForByte_S4: Foo and foo are different labels.
func TestKeysCompareByteForByte_S4(t *testing.T) {
	s := affinity.SelectorFromSet(set{"Foo": "a"})
	require.True(t, s.Matches(set{"Foo": "a"}))
	require.False(t, s.Matches(set{"foo": "a"}))
	require.False(t, s.Matches(set{"Foo": "A"}))
}

// TestNodeOperators_S16 asks for each operator of a label that a node has, has otherwise and lacks.
func TestNodeOperators_S16(t *testing.T) {
	for _, tt := range []struct {
		need               affinity.NodeSelectorRequirement
		has, other, absent bool
	}{
		{need("k", "In", "5"), true, false, false},
		{need("k", "NotIn", "5"), false, true, true},
		{need("k", "Exists"), true, true, false},
		{need("k", "DoesNotExist"), false, false, true},
		{need("k", "Gt", "4"), true, false, false},
		{need("k", "Lt", "4"), false, true, false},
	} {
		m := affinity.CompileNodeSelector(&affinity.NodeSelector{
			NodeSelectorTerms: []affinity.NodeSelectorTerm{{MatchExpressions: []affinity.NodeSelectorRequirement{tt.need}}},
		})
		require.Equal(t, tt.has, m.Matches("n", set{"k": "5"}), tt.need.String())
		require.Equal(t, tt.other, m.Matches("n", set{"k": "3"}), tt.need.String())
		require.Equal(t, tt.absent, m.Matches("n", set{}), tt.need.String())
	}
}
