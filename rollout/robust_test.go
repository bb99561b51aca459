package rollout_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/rollout"
)

// liar is a state that counts more nodes than it has and answers out of bounds.
type liar struct {
	rollout.State
	answer int
	asked  []int
}

func (l *liar) Count(s rollout.Situation, run bool) int {
	if s == rollout.OldAvailable && run {
		return 100
	}
	return l.State.Count(s, run)
}

func (l *liar) Chooses() bool { return true }

func (l *liar) Choose(c cluster.Choice) int {
	l.asked = append(l.asked, c.N)
	return l.answer
}

// TestLyingState plans with states that cannot be trusted.
func TestLyingState(t *testing.T) {
	for _, answer := range []int{-1, 0, 2, 99} {
		s := &liar{State: state("OOO"), answer: answer}
		plan := rolling("50", "0").Plan(s)
		require.Len(t, plan.Delete, 3)
		require.Equal(t, []int{3, 2}, s.asked, "one candidate is no choice")

		s = &liar{State: state("OOO"), answer: answer}
		require.Len(t, rolling("0", "50").Plan(s).Create, 3)
	}
}

func TestStringsOutOfRange(t *testing.T) {
	require.Equal(t, "Situation(200)", rollout.Situation(200).String())
	require.False(t, rollout.Situation(200).HasOld())
	require.Equal(t, "BothUnavailable", rollout.BothUnavailable.String())
}

// TestEncodeNothing writes a patch all the same.
func TestEncodeNothing(t *testing.T) {
	data := rollout.Encode(nil)
	require.True(t, json.Valid(data), string(data))
	require.Equal(t, rollout.Encode(new(cluster.PodTemplateSpec)), data)
}
