package cluster

import "strconv"

// Choice is a place where Kubernetes leaves open what comes next: the walk over a map, deliveries that
// may overtake each other, candidates that are equally good.
type Choice struct {
	// Point names the place, such as "next-task" or "rollout-candidate".
	Point string
	// N is the number of candidates, at least 2.
	N int
	// Describe names candidate i, for people. It is nil where candidates have no names, and good only
	// until Choose returns.
	Describe func(i int) string
}

// String is "point/n".
func (c Choice) String() string { return c.Point + "/" + strconv.Itoa(c.N) }

// Chooser decides what comes next. Candidates are offered in the natural order of their choice point,
// so a chooser that always returns 0 is the everyday simulator. An answer out of range counts as 0.
//
// A cluster's fork goes on with the chooser that Fork returns.
type Chooser interface {
	Choose(Choice) int
	Fork() Chooser
}

// NewRandomChooser returns a chooser that takes any candidate with the same probability, drawn from
// the seed's stream.
func NewRandomChooser(seed uint64) Chooser {
	return &randomChooser{NewStream(seed, "chooser")}
}

type randomChooser struct{ stream Stream }

func (r *randomChooser) Choose(c Choice) int { return r.stream.IntN(c.N) }

func (r *randomChooser) Fork() Chooser {
	fork := *r
	return &fork
}
