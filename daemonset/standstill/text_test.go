package standstill_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset/standstill"
)

// TestCauseString has the words that a cause chooses among, as far as TestExplain does not show them.
func TestCauseString(t *testing.T) {
	const m = time.Minute
	for _, tt := range []struct {
		cause standstill.Cause
		want  string
	}{
		{standstill.Cause{Kind: standstill.BudgetUsed, Setting: "maxUnavailable 10%", Limit: 0},
			"maxUnavailable 10% comes to 0"},
		{standstill.Cause{Kind: standstill.BudgetUsed, Setting: "maxUnavailable 10%", Limit: 3,
			By: []string{"a", "b", "c"}}, "maxUnavailable 10%, which is 3, is used up by a, b and c"},
		{standstill.Cause{Kind: standstill.SurgeUsed, Setting: "maxSurge 5", Limit: 5,
			By: []string{"a", "b", "c", "d", "e"}}, "maxSurge 5 is used up by a, b, c and 2 more"},
		{standstill.Cause{Kind: standstill.TooFewAvailable},
			"the old pod stays until enough other nodes have an available pod"},
		{standstill.Cause{Kind: standstill.ControllerExpects, Creations: 2, Until: m},
			"the controller has not seen what it asked for, 2 new pods, and waits for it until t=1m0s"},
		{standstill.Cause{Kind: standstill.ControllerExpects, Deletions: 1, Until: m},
			"the controller has not seen what it asked for, 1 deleted pod, and waits for it until t=1m0s"},
		{standstill.Cause{Kind: standstill.ControllerFails, Restarts: 1, Until: m},
			"the controller has failed once and tries again at t=1m0s"},
		{standstill.Cause{Kind: standstill.PodCrashing, Pod: "p", Images: "i", Since: m},
			"pod p keeps crashing (image i), once so far, the last time at t=1m0s"},
		{standstill.Cause{Kind: standstill.NodeNotReady, Node: "a", Since: m},
			"node a has not been ready since t=1m0s"},
		{standstill.Cause{Kind: standstill.NodeGone, Node: "a"}, "node a does not exist any more"},
		{standstill.Cause{Kind: standstill.NoRoom, Node: "a", Shortages: []standstill.Shortage{
			{Resource: cluster.ResourceCPU, Requested: 1500, Free: 250, Allocatable: 4000},
			{Resource: cluster.ResourceMemory, Requested: 1 << 30, Free: -1, Allocatable: 1 << 31},
			{Resource: cluster.ResourcePods, Requested: 1, Free: 0, Allocatable: 110},
			{Resource: "example.com/gpu", Requested: 2, Free: 1, Allocatable: 8},
		}}, "node a has too little room: 250m of 4 cpu free, 1500m requested, " +
			"0 of 2Gi memory free, 1Gi requested, 0 of 110 pods free, 1 requested, " +
			"1 of 8 example.com/gpu free, 2 requested"},
	} {
		require.Equal(t, tt.want, tt.cause.String())
	}
}

func TestNames(t *testing.T) {
	require.Equal(t, "", standstill.Names(nil))
	require.Equal(t, "a", standstill.Names([]string{"a"}))
	require.Equal(t, "a and b", standstill.Names([]string{"a", "b"}))
	require.Equal(t, "a, b, c and d", standstill.Names([]string{"a", "b", "c", "d"}))
	list := []string{"a", "b", "c", "d", "e"}
	require.Equal(t, "a, b, c and 2 more", standstill.Names(list))
	require.Equal(t, []string{"a", "b", "c", "d", "e"}, list, "the list stays as it is")
}

// TestChain follows nodes to what is to blame, whatever there is between.
func TestChain(t *testing.T) {
	s := newScene("a", "b")
	leaving(s.find("old-a"))
	_, e := s.explain(t)
	chain := func(node string) (list []string) {
		for _, l := range e.Chain(node) {
			list = append(list, l.Node+" "+string(l.Cause.Kind))
		}
		return list
	}
	require.Equal(t, []string{"b BudgetUsed", "a PodTerminating", "a NodeSilent"}, chain("b"))
	require.Equal(t, []string{"a PodTerminating", "a NodeSilent"}, chain("a"))
	require.Empty(t, chain("nobody"))
	require.Equal(t, standstill.NodeSilent, e.Waits[0].Cause.Root().Kind)
	_, found := e.Wait("nobody")
	require.False(t, found)
	require.False(t, e.Done())
	require.Equal(t, []int{2, 0, 2, 5}, []int{e.Desired, e.Moved, int(e.Revision), e.Distance})
	require.EqualValues(t, 1, e.Previous)

	// A circle is followed once round.
	s = newScene("a", "b")
	s.question.Planner = own{waits: map[string][]string{"a": {"b"}, "b": {"a"}}}
	_, e = s.explain(t)
	require.Equal(t, []string{"a Strategy", "b Strategy"}, chain("a"))
}
