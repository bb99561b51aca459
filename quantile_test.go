package daemonsim

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestSpread(t *testing.T) {
	hundred := make([]time.Duration, 101)
	for i := range hundred {
		hundred[i] = time.Duration(i)
	}
	falling := make([]Share, 101)
	for i := range falling {
		falling[i] = Share(1000 - i)
	}
	type D = Spread[time.Duration]
	for _, row := range []struct {
		reason string
		best   []time.Duration
		others int
		want   D
	}{
		{"no future at all", nil, 0, D{}},
		{"one", []time.Duration{7}, 0, D{7, 7, 7, 7}},
		{"one that never ends", nil, 1, D{Never, Never, Never, Never}},
		{"exact places", hundred, 0, D{50, 90, 99, 100}},
		{"half-way between two, rounded up", []time.Duration{1, 2}, 0, D{2, 2, 2, 2}},
		{"nine tenths of the way", []time.Duration{0, 100}, 0, D{50, 90, 99, 100}},
		{"the last never ends", hundred[:100], 1, D{50, 90, 99, Never}},
		{"one in ten never ends", hundred[:91], 10, D{50, 90, Never, Never}},
		{"between one that ends and one that does not", []time.Duration{1, 2, 3}, 1, D{3, Never, Never, Never}},
	} {
		require.Equal(t, row.want, spread(row.best, row.others, Never), row.reason)
	}
	require.Equal(t, Spread[Share]{950, 910, 901, 900}, spread(falling, 0, 0), "the best share is the greatest")
}

// TestSpreadIsExact compares with the same quantiles in whole numbers.
func TestSpreadIsExact(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		values := make([]time.Duration, 1+r.IntN(300))
		for i := range values {
			values[i] = time.Duration(r.Int64N(100_000_000))
		}
		slices.Sort(values)
		got := spread(values, 0, Never)
		for i, percent := range percents {
			place := (len(values) - 1) * percent
			low, rest := place/100, place%100
			hundredths := 100 * int64(values[low])
			if rest > 0 {
				hundredths += int64(rest) * int64(values[low+1]-values[low])
			}
			want := (hundredths + 50) / 100
			require.EqualValues(t, want, [...]time.Duration{got.P50, got.P90, got.P99, got.All}[i], "p%d of %v", percent, values)
		}
	}
}
