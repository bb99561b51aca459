package nodelifecycle

import (
	"math"
	"time"
)

// bucket is a token bucket that holds one token. Interval 0 stands for one that never has any.
type bucket struct {
	interval time.Duration
	// full is when the bucket has its token again.
	full time.Duration
}

// take takes the token, if there is one.
func (b *bucket) take(now time.Duration) bool {
	if b.interval == 0 || now < b.full {
		return false
	}
	b.full = now + min(b.interval, math.MaxInt64-now)
	return true
}

// swap replaces the bucket by one of another interval. One that was empty stays empty.
func (b *bucket) swap(interval, now time.Duration) {
	if b.interval == interval {
		return
	}
	next := bucket{interval: interval}
	if !b.take(now) {
		next.take(now)
	}
	*b = next
}
