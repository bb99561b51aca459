package kubelet

import (
	"errors"
	"fmt"
	"math"
	"math/bits"
	"time"

	"github.com/daemonsim/daemonsim/cluster"
)

// Distribution is how long something takes that does not take equally long each time. It is plain data;
// the functions that return one say which data each shape needs. The zero Distribution is none at all.
//
// What is drawn is a whole number of milliseconds. It takes one draw of 32 bits and is the inverse of the
// distribution function at it, worked out in whole numbers, or in floating-point operations that no
// compiler may fuse: a seed gives the same durations on every platform.
type Distribution struct {
	// Shape says what the points mean.
	Shape Shape
	// Points are what is known of the distribution, by rising At.
	Points []Percentile
}

// Percentile is a point of a distribution: the share At of all durations is Value or less.
type Percentile struct {
	At    Chance
	Value time.Duration
}

// Shape is a family of distributions.
type Shape uint8

// The shapes.
const (
	// Nothing is the shape of the zero Distribution, which is never drawn from.
	Nothing Shape = iota
	// Straight goes in straight lines from point to point: it is uniform between two of them. The first
	// point is at 0, the last at Always.
	Straight
	// LogNormal is log-normal and goes through its two points: most durations are near the median, a few
	// are far longer. Image pulls and starts are often like that.
	LogNormal
	// Exponential is that of waiting for something that may happen at any moment, such as a crash. The
	// Value of its one point is the mean.
	Exponential
)

// String is the shape in words.
func (s Shape) String() string {
	words := [...]string{"nothing", "straight lines", "log-normal", "exponential"}
	if int(s) >= len(words) {
		return fmt.Sprintf("Shape(%d)", uint8(s))
	}
	return words[s]
}

// Uniform takes from low to high, each duration as likely as any other.
func Uniform(low, high time.Duration) Distribution {
	return Measured(Percentile{0, low}, Percentile{Always, high})
}

// Measured goes in straight lines through percentiles that somebody has measured, from the shortest
// duration, which is at 0, to the longest, which is at Always.
func Measured(points ...Percentile) Distribution { return Distribution{Straight, points} }

// Skewed is log-normal, and given by its median and by how long the slowest one in a hundred take at
// least.
func Skewed(p50, p99 time.Duration) Distribution {
	return Distribution{LogNormal, []Percentile{{50 * percent, p50}, {99 * percent, p99}}}
}

// Memoryless is exponential with that mean.
func Memoryless(mean time.Duration) Distribution {
	return Distribution{Exponential, []Percentile{{Value: mean}}}
}

// Validate reports why nothing can be drawn: the wrong number of points, or points that do not rise.
func (d Distribution) Validate() error {
	switch d.Shape {
	case Nothing:
		if len(d.Points) > 0 {
			return errors.New("points without a shape")
		}
		return nil
	case Straight:
		return d.validateStraight()
	case LogNormal:
		return d.validateLogNormal()
	case Exponential:
		if len(d.Points) != 1 || d.Points[0].At != 0 {
			return errors.New("an exponential distribution is given by its mean alone")
		}
		return d.validateOrder(1 /* least */)
	}
	return fmt.Errorf("there is no %v", d.Shape)
}

func (d Distribution) validateStraight() error {
	n := len(d.Points)
	if n < 2 || d.Points[0].At != 0 || d.Points[n-1].At != Always {
		return errors.New("measured percentiles start with p0, the shortest, and end with p100, the longest")
	}
	return d.validateOrder(0 /* least */)
}

func (d Distribution) validateLogNormal() error {
	if len(d.Points) != 2 || d.Points[0].At == 0 || d.Points[1].At >= Always {
		return errors.New("a log-normal distribution is given by two percentiles between p0 and p100")
	}
	return d.validateOrder(1 /* least */)
}

// validateOrder asks for rising percentiles with rising values.
func (d Distribution) validateOrder(least time.Duration) error {
	for i, p := range d.Points {
		switch {
		case p.Value < least:
			return fmt.Errorf("%v: must be at least %v", p.Value, least)
		case i > 0 && p.At <= d.Points[i-1].At:
			return fmt.Errorf("p%s comes after p%s", p.At.digits(), d.Points[i-1].At.digits())
		case i > 0 && p.Value < d.Points[i-1].Value:
			return fmt.Errorf("p%s is %v, less than the %v of p%s",
				p.At.digits(), p.Value, d.Points[i-1].Value, d.Points[i-1].At.digits())
		}
	}
	return nil
}

// draw takes the next duration. The distribution must be valid.
func (d Distribution) draw(s *cluster.Stream) time.Duration {
	u := s.Uint32()
	var drawn time.Duration
	switch d.Shape {
	case Straight:
		drawn = d.straight(u)
	case LogNormal:
		drawn = d.logNormal(u)
	case Exponential:
		// The natural logarithm of u, taken as a number above 0 and up to 1, with its sign changed.
		e, _ := bits.Mul64(32<<32-log2(uint64(u)+1), ln2)
		drawn = scaled(d.Points[0].Value, e)
	}
	return drawn.Round(time.Millisecond)
}

// straight is the point of the line at u of 1<<32.
func (d Distribution) straight(u uint32) time.Duration {
	i := 1
	for i < len(d.Points)-1 && uint64(u) >= place(d.Points[i].At) {
		i++
	}
	a, b := d.Points[i-1], d.Points[i]
	from, to := place(a.At), place(b.At)
	hi, lo := bits.Mul64(uint64(b.Value-a.Value), uint64(u)-from)
	part, _ := bits.Div64(hi, lo, to-from)
	return a.Value + time.Duration(part)
}

// place is a chance of 1<<32.
func place(c Chance) uint64 { return uint64(c) << 32 / uint64(Always) }

// logNormal is the point at u of 1<<32: the logarithms are on a straight line over those of a normal
// distribution.
func (d Distribution) logNormal(u uint32) time.Duration {
	a, b := d.Points[0], d.Points[1]
	from, to := normal(share(place(a.At))), normal(share(place(b.At)))
	low, high := exponent(a.Value), exponent(b.Value)
	steps := (normal(share(uint64(u))) - from) / (to - from)
	return power(low + float64(steps*(high-low)))
}

// scaled is d times a factor in units of 1<<-32, at most the end of time.
func scaled(d time.Duration, factor uint64) time.Duration {
	hi, lo := bits.Mul64(uint64(d), factor)
	if hi>>31 > 0 {
		return math.MaxInt64
	}
	return time.Duration(hi<<32 | lo>>32)
}
