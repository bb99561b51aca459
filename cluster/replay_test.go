package cluster_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/daemonsim/daemonsim/cluster"
)

// scripted is a chooser with answers written down, right or wrong.
type scripted []int

func (s *scripted) Choose(cluster.Choice) int {
	if len(*s) == 0 {
		return 0
	}
	i := (*s)[0]
	*s = (*s)[1:]
	return i
}

func (s *scripted) Fork() cluster.Chooser {
	f := append(scripted(nil), *s...)
	return &f
}

func TestTokenReplaysTheChoices(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		script := scripted(rapid.SliceOf(rapid.IntRange(-1, 5)).Draw(t, "answers"))
		sizes := rapid.SliceOfN(rapid.IntRange(2, 5), len(script), len(script)).Draw(t, "sizes")
		recorder := cluster.NewRecorder(&script)
		var want []int
		for _, n := range sizes {
			want = append(want, recorder.Choose(cluster.Choice{N: n}))
		}
		replay, err := cluster.NewReplay(recorder.Token())
		require.NoError(t, err)
		fork := replay.Fork()
		for i, n := range sizes {
			require.Equal(t, want[i], replay.Choose(cluster.Choice{N: n}), "choice %d", i)
			require.Equal(t, want[i], fork.Choose(cluster.Choice{N: n}), "choice %d of the fork", i)
		}
		require.Zero(t, replay.Choose(cluster.Choice{N: 3}), "beyond the end")
	})
}

func TestForkedRecorderKeepsThePast(t *testing.T) {
	r := cluster.NewRecorder(nil)
	r.Choose(cluster.Choice{N: 2})
	f := r.Fork().(*cluster.Recorder)
	require.Equal(t, r.Token(), f.Token())
	f.Choose(cluster.Choice{N: 2})
	require.NotEqual(t, r.Token(), f.Token())
}

func TestBadToken(t *testing.T) {
	for _, token := range []string{"!", "gA", "____________"} {
		_, err := cluster.NewReplay(token)
		require.ErrorIs(t, err, cluster.ErrToken, token)
	}
}

func FuzzNewReplay(f *testing.F) {
	f.Add("AAE")
	f.Fuzz(func(t *testing.T, token string) {
		c, err := cluster.NewReplay(token)
		if err != nil {
			return
		}
		for range 5 {
			if i := c.Choose(cluster.Choice{N: 3}); i < 0 || i > 2 {
				t.Fatalf("choice %d of 3", i)
			}
		}
	})
}
