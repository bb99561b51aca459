package kubelet

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestInverse compares the functions behind the distributions with those of package math, which may differ
// from platform to platform in the last digit.
func TestInverse(t *testing.T) {
	for _, x := range []uint64{1, 2, 3, 7, 10, 1000, 1<<32 - 1, 1 << 32, 123456789012345, math.MaxInt64, math.MaxUint64} {
		require.InDelta(t, math.Log2(float64(x)), float64(log2(x))/(1<<32), 1e-9, "log2(%d)", x)
	}
	for _, y := range []float64{0, 0.25, 1, 9.99, 29.9, 30, 31.5, 45.123, 61, 62, 62.9} {
		require.InEpsilon(t, max(1, math.Floor(math.Exp2(y))), float64(power(y)), 1e-9+1/math.Exp2(y), "power(%v)", y)
	}
	require.Zero(t, power(-0.1))
	require.Equal(t, time.Duration(math.MaxInt64), power(63))
	require.Equal(t, time.Duration(math.MaxInt64), power(1e300))
	for _, u := range []uint64{
		0, 1, 2, 100, 12345, 1 << 20, 1 << 28, 322122547, 322122548, 1 << 30, 1 << 31, 3 << 30, 1<<32 - 2, 1<<32 - 1,
	} {
		p := share(u)
		want := math.Sqrt2 * math.Erfinv(2*p-1)
		require.InDelta(t, want, normal(p), 2e-6, "normal(%v)", p)
		require.InDelta(t, -normal(p), normal(1-p), 1e-12, "normal(%v) is symmetric", p)
	}
}
