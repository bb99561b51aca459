package daemonsim

import (
	"math"
	"slices"
	"time"

	"golang.org/x/exp/stats"
)

// Spread is how a figure differs from future to future: the median, then what nine in ten of them reach, 99
// in a hundred, and all. Between two futures it interpolates.
type Spread[T ~int64 | ~uint32] struct{ P50, P90, P99, All T }

// Never is the duration of what does not come to an end.
const Never = time.Duration(math.MaxInt64)

// percents are those of a Spread.
var percents = [...]int{50, 90, 99, 100}

// spread works out a Spread of values, best first: of them only the first so many are finite, the other
// futures are worse than any. Without a finite value where one is needed the result is never.
func spread[T ~int64 | ~uint32](best []T, others int, never T) Spread[T] {
	n := len(best) + others
	if n == 0 {
		return Spread[T]{}
	}
	values := make([]float64, n)
	for i := range values {
		if len(best) > 0 {
			values[i] = float64(best[min(i, len(best)-1)])
		}
	}
	var at [len(percents)]T
	for i, percent := range percents {
		// The place of the quantile among the values, rounded up in whole numbers.
		if place := ((n-1)*percent + 99) / 100; place >= len(best) {
			at[i] = never
			continue
		}
		at[i] = whole[T](quantile(values, percent))
	}
	return Spread[T]{at[0], at[1], at[2], at[3]}
}

// quantile is that of values which rise or, if they fall, of the same from the other end.
func quantile(values []float64, percent int) float64 {
	if values[0] > values[len(values)-1] {
		values = slices.Clone(values)
		slices.Reverse(values)
		percent = 100 - percent
	}
	return stats.Quantiles(values, float64(percent)/100)[0]
}

// whole rounds to the nearest whole number. Between whole numbers a quantile is a multiple of a hundredth;
// half of that keeps the last digit, in which platforms may differ, from deciding.
func whole[T ~int64 | ~uint32](x float64) T { return T(math.Floor(x + 0.505)) }
