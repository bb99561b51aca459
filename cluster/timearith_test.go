package cluster_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
)

func TestNextTurn(t *testing.T) {
	const last = time.Duration(math.MaxInt64)
	for _, tt := range []struct{ at, period, want time.Duration }{
		{0, 5 * time.Second, 0},
		{1, 5 * time.Second, 5 * time.Second},
		{5 * time.Second, 5 * time.Second, 5 * time.Second},
		{5*time.Second + 1, 5 * time.Second, 10 * time.Second},
		{last, 5 * time.Second, last},
		{last - time.Second, 5 * time.Second, last - time.Second},
	} {
		require.Equal(t, tt.want, cluster.NextTurn(tt.at, tt.period), "%v every %v", tt.at, tt.period)
	}
}

func TestAmount(t *testing.T) {
	r := cluster.Resources{
		MilliCPU: 1, Memory: 2, EphemeralStorage: 3,
		Scalars: []cluster.ScalarResource{{Name: "example.com/gpu", Value: 4}},
	}
	for name, want := range map[cluster.ResourceName]int64{
		cluster.ResourceCPU: 1, cluster.ResourceMemory: 2, cluster.ResourceEphemeralStorage: 3,
		"example.com/gpu": 4, "example.com/none": 0, cluster.ResourcePods: 0,
	} {
		require.Equal(t, want, r.Amount(name), name)
	}
}
