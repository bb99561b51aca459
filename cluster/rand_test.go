package cluster_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
)

// TestStreamGolden holds the numbers on which every recorded run depends. They must never change.
func TestStreamGolden(t *testing.T) {
	for _, row := range []struct {
		name   string
		seed   uint64
		stream string
		bits   [4]uint32
		intN   [6]int
		reason string
	}{
		{
			name: "user of seed 0", seed: 0, stream: "user",
			bits:   [4]uint32{3087866988, 1389159036, 2754168008, 1946085437},
			intN:   [6]int{7, 3, 6, 4, 2, 4},
			reason: "the zero Config draws from it",
		}, {
			name: "another actor", seed: 0, stream: "daemonset-controller",
			bits:   [4]uint32{3240479071, 2966886039, 667926034, 3559454944},
			intN:   [6]int{7, 6, 1, 8, 7, 0},
			reason: "the name selects the stream",
		}, {
			name: "another seed", seed: 1, stream: "user",
			bits:   [4]uint32{4108783696, 2610629287, 1951897352, 3294677955},
			intN:   [6]int{9, 6, 4, 7, 1, 6},
			reason: "the seed moves along the stream",
		}, {
			name: "highest bit of the seed", seed: 1 << 63, stream: "chooser",
			bits:   [4]uint32{216853723, 2064095010, 2664286054, 3448870509},
			intN:   [6]int{0, 4, 6, 8, 5, 0},
			reason: "all 64 bits of the seed count",
		}, {
			name: "no name", seed: 0, stream: "",
			bits:   [4]uint32{2736566296, 488449998, 3719960008, 3520286729},
			intN:   [6]int{6, 1, 8, 8, 3, 6},
			reason: "the empty name is a name",
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			var bits [4]uint32
			s := cluster.NewStream(row.seed, row.stream)
			for i := range bits {
				bits[i] = s.Uint32()
			}
			assert.Equal(t, row.bits, bits, row.reason)

			s = cluster.NewStream(row.seed, row.stream)
			assert.Equal(t, uint64(row.bits[0])<<32|uint64(row.bits[1]), s.Uint64(), "the first half is the upper one")

			var numbers [6]int
			s = cluster.NewStream(row.seed, row.stream)
			for i := range numbers {
				numbers[i] = s.IntN(10)
			}
			assert.Equal(t, row.intN, numbers, row.reason)
		})
	}
}

func TestStreamIsAValue(t *testing.T) {
	s := cluster.NewStream(3, "x")
	s.Uint32()
	fork := s
	require.Equal(t, s.Uint64(), fork.Uint64(), "a copy goes on from the same point")
	s.Uint32()
	require.NotEqual(t, s, fork)
}

func TestStreamIntN(t *testing.T) {
	s := cluster.NewStream(0, "range")
	for _, n := range []int{0, -1, 1} {
		require.Zero(t, s.IntN(n), "IntN(%d) has one answer", n)
	}
	for _, n := range []int{2, 3, 7, 27, 100, 1<<31 - 1} {
		for range 100 {
			x := s.IntN(n)
			require.True(t, x >= 0 && x < n, "IntN(%d) = %d", n, x)
		}
	}
}

// TestStreamUniform draws often enough that a biased draw would stand out: each of 27 numbers is expected
// 10,000 times, and six standard deviations are allowed.
func TestStreamUniform(t *testing.T) {
	s := cluster.NewStream(42, "uniform")
	var counts [27]int
	for range 27 * 10_000 {
		counts[s.IntN(27)]++
	}
	for n, count := range counts {
		assert.InDelta(t, 10_000, count, 600, "number %d", n)
	}
}

// TestGenerateName is D-105: 58 characters of the prefix and five of an alphabet without vowels.
func TestGenerateName(t *testing.T) {
	create := func(c *cluster.Cluster, prefix string) string {
		obj, err := c.Create(&cluster.PriorityClass{ObjectMeta: cluster.ObjectMeta{GenerateName: prefix}})
		require.NoError(t, err)
		return obj.Meta().Name
	}
	c := cluster.New(cluster.Config{Seed: 7})
	var names []string
	for range 4 {
		names = append(names, create(c, "a-"))
	}
	if diff := cmp.Diff([]string{"a-4bwpb", "a-stxf8", "a-665gt", "a-dk727"}, names); diff != "" {
		t.Errorf("golden names (-want +got):\n%s", diff)
	}

	long := strings.Repeat("x", 80)
	name := create(c, long)
	require.Len(t, name, 63, "D-105: a name is cut to what fits a label")
	require.Equal(t, long[:58], name[:58])

	seen := make(map[rune]bool)
	for range 500 {
		suffix := strings.TrimPrefix(create(c, "n-"), "n-")
		require.Len(t, suffix, 5)
		for _, r := range suffix {
			require.Contains(t, "bcdfghjklmnpqrstvwxz2456789", string(r), "D-105: the alphabet")
			seen[r] = true
		}
	}
	require.Len(t, seen, 27, "every character of the alphabet comes up")
}

// fixedChooser gives the same answer to every question.
type fixedChooser int

func (f fixedChooser) Choose(cluster.Choice) int { return int(f) }
func (f fixedChooser) Fork() cluster.Chooser     { return f }

func TestChooserAnswers(t *testing.T) {
	for _, row := range []struct {
		name    string
		chooser cluster.Chooser
		n       int
		want    int
		reason  string
	}{
		{"none", nil, 3, 0, "without a chooser the first candidate is taken"},
		{"in range", fixedChooser(2), 3, 2, "the answer is taken"},
		{"too large", fixedChooser(3), 3, 0, "an answer out of range counts as 0"},
		{"negative", fixedChooser(-1), 3, 0, "an answer out of range counts as 0"},
		{"one candidate", fixedChooser(1), 1, 0, "there is nothing to choose"},
		{"no candidate", fixedChooser(1), 0, 0, "there is nothing to choose"},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := cluster.New(cluster.Config{Chooser: row.chooser})
			got := c.Choose(cluster.Choice{Point: "test", N: row.n})
			require.Equal(t, row.want, got, row.reason)
			require.Equal(t, row.chooser != nil, c.Chooses())
		})
	}
	require.Equal(t, "rollout-candidate/3", cluster.Choice{Point: "rollout-candidate", N: 3}.String())
}

func TestRandomChooser(t *testing.T) {
	choice := cluster.Choice{Point: "test", N: 5}
	answers := func(c cluster.Chooser) []int {
		list := make([]int, 40)
		for i := range list {
			list[i] = c.Choose(choice)
		}
		return list
	}
	a, b := cluster.NewRandomChooser(9), cluster.NewRandomChooser(9)
	first := answers(a)
	require.Equal(t, first, answers(b), "equal seeds answer alike")
	require.NotEqual(t, first, answers(cluster.NewRandomChooser(10)))
	for i := range 5 {
		require.Contains(t, first, i, "any candidate may be taken")
	}
	fork := a.Fork()
	require.Equal(t, answers(a), answers(fork), "a fork goes on from the same point")
}
