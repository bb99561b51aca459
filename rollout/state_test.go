package rollout_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/rollout"
)

var (
	newUp    = rollout.Pod{New: true, Available: true}
	newDown  = rollout.Pod{New: true}
	oldUp    = rollout.Pod{Available: true}
	oldDown  = rollout.Pod{}
	leaving  = rollout.Pod{Available: true, Terminating: true}
	leavingN = rollout.Pod{New: true, Terminating: true}
)

// TestSituation covers the rows of D-135 and D-147, and D-130.
func TestSituation(t *testing.T) {
	tests := []struct {
		want   rollout.Situation
		pods   []rollout.Pod
		reason string
	}{
		{rollout.Vacant, nil, "D-126: an empty entry"},
		{rollout.Leaving, []rollout.Pod{leaving}, "D-135: only terminating pods"},
		{rollout.Leaving, []rollout.Pod{leaving, leavingN}, "D-135"},
		{rollout.NewAvailable, []rollout.Pod{newUp}, "D-135"},
		{rollout.NewUnavailable, []rollout.Pod{newDown}, "D-135"},
		{rollout.OldAvailable, []rollout.Pod{oldUp}, "D-135"},
		{rollout.OldUnavailable, []rollout.Pod{oldDown}, "D-135"},
		{rollout.NewAvailable, []rollout.Pod{leaving, newUp}, "D-151: a terminating pod does not count"},
		{rollout.OldUnavailable, []rollout.Pod{oldDown, leavingN}, "D-151"},
		{rollout.BothAvailable, []rollout.Pod{oldUp, newUp}, "D-147"},
		{rollout.BothOldAvailable, []rollout.Pod{newDown, oldUp}, "D-147"},
		{rollout.BothNewAvailable, []rollout.Pod{oldDown, newUp}, "D-147"},
		{rollout.BothUnavailable, []rollout.Pod{oldDown, newDown}, "D-147"},
		{rollout.Crowded, []rollout.Pod{oldUp, oldUp}, "D-135: two or more old"},
		{rollout.Crowded, []rollout.Pod{newUp, newUp, oldUp}, "D-135: two or more new"},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprintf("%v %v", tt.want, tt.pods), func(t *testing.T) {
			var tally rollout.Tally
			for _, p := range tt.pods {
				tally.Add(p)
			}
			require.Equal(t, tt.want, tally.Situation(), tt.reason)
		})
	}
}

// nodes makes the nodes of a state from a short text: the situation's sign, how often. The signs are
// those of the table below; a sign after "-" is a node that should not run a pod.
func nodes(text string) []rollout.Node {
	signs := map[byte]rollout.Situation{
		'.': rollout.Vacant, 'l': rollout.Leaving, 'c': rollout.Crowded,
		'N': rollout.NewAvailable, 'n': rollout.NewUnavailable,
		'O': rollout.OldAvailable, 'o': rollout.OldUnavailable,
		'A': rollout.BothAvailable, 'B': rollout.BothOldAvailable,
		'D': rollout.BothNewAvailable, 'U': rollout.BothUnavailable,
	}
	var list []rollout.Node
	run := true
	for i := range len(text) {
		if text[i] == '-' {
			run = false
			continue
		}
		situation, ok := signs[text[i]]
		if !ok {
			panic("no such sign: " + text[i:i+1])
		}
		n := rollout.Node{
			Name: fmt.Sprintf("n%03d", len(list)), ID: cluster.NodeID(len(list) + 1), Exists: true,
			ShouldRun: run, Situation: situation,
		}
		if situation.HasOld() {
			n.Old = &cluster.Pod{ObjectMeta: cluster.ObjectMeta{Name: "old-" + n.Name}}
		}
		if strings.IndexByte("NnABDU", text[i]) >= 0 {
			n.New = &cluster.Pod{ObjectMeta: cluster.ObjectMeta{Name: "new-" + n.Name}}
		}
		list = append(list, n)
		run = true
	}
	return list
}

func state(text string) rollout.State { return rollout.NewState(nodes(text), nil) }

func names(list []rollout.Node) []string {
	var texts []string
	for _, n := range list {
		texts = append(texts, n.Name)
	}
	return texts
}

func TestState(t *testing.T) {
	list := nodes("OoN-O.-lO")
	slices.Reverse(list)
	s := rollout.NewState(list, nil)
	require.Equal(t, 5, s.Desired())
	require.Equal(t, []string{"n000", "n001", "n002", "n003", "n004", "n005", "n006"},
		names(slices.Collect(s.Nodes())), "by name")
	require.Equal(t, []string{"n000", "n006"}, names(slices.Collect(s.In(rollout.OldAvailable, true))))
	require.Equal(t, []string{"n003"}, names(slices.Collect(s.In(rollout.OldAvailable, false))))
	require.Equal(t, 2, s.Count(rollout.OldAvailable, true))
	require.Equal(t, 1, s.Count(rollout.Vacant, true))
	require.Equal(t, 1, s.Count(rollout.Leaving, false))
	require.Equal(t, "n006", list[0].Name, "the argument is left alone")
	require.Zero(t, s.Choose(cluster.Choice{Point: "x", N: 3}), "without a chooser it is the first")
}

// TestNames makes sure that every situation has a name.
func TestNames(t *testing.T) {
	seen := map[string]bool{}
	for s := range rollout.Situation(rollout.Situations) {
		require.NotEmpty(t, s.String())
		require.False(t, seen[s.String()])
		seen[s.String()] = true
	}
	require.Equal(t, "RollingUpdate", rollout.RollingUpdate{}.Name())
	require.Equal(t, "OnDelete", rollout.OnDelete{}.Name())
}

// TestTallyAgainstDefinition compares with a count of the live pods.
func TestTallyAgainstDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var tally rollout.Tally
		old, fresh, gone := 0, 0, 0
		for range rapid.IntRange(0, 4).Draw(t, "pods") {
			p := rollout.Pod{
				New: rapid.Bool().Draw(t, "new"), Available: rapid.Bool().Draw(t, "available"),
				Terminating: rapid.Bool().Draw(t, "terminating"),
			}
			tally.Add(p)
			switch {
			case p.Terminating:
				gone++
			case p.New:
				fresh++
			default:
				old++
			}
		}
		got := tally.Situation()
		require.Equal(t, old > 1 || fresh > 1, got == rollout.Crowded)
		require.Equal(t, old == 1 && fresh < 2, got.HasOld())
		require.Equal(t, old+fresh+gone == 0, got == rollout.Vacant)
		if diff := cmp.Diff(old+fresh == 0 && gone > 0, got == rollout.Leaving); diff != "" {
			t.Errorf("Leaving (-want +got):\n%s", diff)
		}
	})
}
