package kubectl

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestAge(t *testing.T) {
	for _, tt := range []struct {
		d    time.Duration
		want string
	}{
		{-2 * time.Second, "<invalid>"}, {-time.Second / 2, "0s"}, {0, "0s"}, {999 * time.Millisecond, "0s"},
		{119 * time.Second, "119s"}, {2 * time.Minute, "2m"}, {121 * time.Second, "2m1s"},
		{10*time.Minute - 1, "9m59s"}, {10 * time.Minute, "10m"}, {3*time.Hour - 1, "179m"},
		{3 * time.Hour, "3h"}, {3*time.Hour + time.Minute, "3h1m"}, {8 * time.Hour, "8h"},
		{48*time.Hour - 1, "47h"}, {48 * time.Hour, "2d"}, {49 * time.Hour, "2d1h"},
		{8*day - 1, "7d23h"}, {8 * day, "8d"}, {2*year - 1, "729d"}, {2 * year, "2y"},
		{2*year + 40*day, "2y40d"}, {8 * year, "8y"}, {9*year - 1, "8y"},
	} {
		t.Run("D-228 "+tt.want, func(t *testing.T) { require.Equal(t, tt.want, age(tt.d), "%v", tt.d) })
	}
}

func TestCompareNatural(t *testing.T) {
	sorted := []string{"", "a", "a1", "a2", "a10", "b", "b01", "b1", "b1c"}
	for i := 1; i < len(sorted); i++ {
		require.LessOrEqual(t, compareNatural(sorted[i-1], sorted[i]), 0, "%q %q", sorted[i-1], sorted[i])
		require.GreaterOrEqual(t, compareNatural(sorted[i], sorted[i-1]), 0, "%q %q", sorted[i], sorted[i-1])
	}
}
