package scheduler

import "slices"

// direction says which end of a range of scores is the good one.
type direction bool

const (
	mostIsBest  direction = false
	mostIsWorst direction = true
)

// normalize brings scores that start at 0 into the range up to MaxNodeScore, in proportion to the highest.
// When all are 0, so is every result, or MaxNodeScore where most is worst.
func normalize(scores []int64, d direction) {
	var highest int64
	if len(scores) > 0 {
		highest = max(0, slices.Max(scores))
	}
	for i := range scores {
		var s int64
		if highest > 0 {
			s = MaxNodeScore * scores[i] / highest
		}
		if d == mostIsWorst {
			s = MaxNodeScore - s
		}
		scores[i] = s
	}
}
