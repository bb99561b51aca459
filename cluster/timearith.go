package cluster

import (
	"math"
	"time"
)

// AddTime is a+b; the end of time, which is the longest duration, or its beginning, when that would be beyond it.
func AddTime(a, b time.Duration) time.Duration {
	switch {
	case b > 0 && a > math.MaxInt64-b:
		return math.MaxInt64
	case b < 0 && a < math.MinInt64-b:
		return math.MinInt64
	}
	return a + b
}

// NextTurn is the first multiple of a period at or after a time: when a loop that runs once in a period next does.
// It is the time itself where the end of time comes before that. The period is positive.
func NextTurn(at, period time.Duration) time.Duration {
	late := at % period
	if late == 0 || at > math.MaxInt64-period {
		return at
	}
	return at - late + period
}

// seconds is n seconds, or as many as a duration can hold.
func seconds(n int64) time.Duration {
	const most = int64(math.MaxInt64 / time.Second)
	return time.Duration(min(max(n, -most), most)) * time.Second
}
