package kubelet

import (
	"math"
	"math/bits"
	"time"
)

// The functions behind the distributions. Those of package math are written in assembly for some
// platforms and may differ there in the last digit, and a compiler may fuse a product with the sum that it
// goes into; the conversions to float64 below keep it from doing so.

// ln2 is the natural logarithm of 2, in units of 1<<-64.
const ln2 uint64 = 0xb17217f7d1cf79ab

// log2 is the logarithm to base 2 of a number that is not 0, in units of 1<<-32.
func log2(x uint64) uint64 {
	whole := 63 - bits.LeadingZeros64(x)
	result := uint64(whole)
	x <<= 63 - whole
	// x is a number from 1 to 2 in units of 1<<-63. Each time it is squared, the logarithm doubles.
	for range 32 {
		x, _ = bits.Mul64(x, x)
		result <<= 1
		if x>>63 > 0 {
			result |= 1
		} else {
			x <<= 1
		}
	}
	return result
}

// exponent is the logarithm to base 2 of a duration in nanoseconds.
func exponent(d time.Duration) float64 { return float64(float64(log2(uint64(d))) / (1 << 32)) }

// power is the duration of 2 to the y nanoseconds, at most the end of time.
func power(y float64) time.Duration {
	switch {
	case y < 0:
		return 0
	case y >= 63:
		return math.MaxInt64
	}
	// The series of the exponential function, in units of 1<<-62.
	part := uint64(float64(y*(1<<32))) & (1<<32 - 1)
	x, _ := bits.Mul64(part<<32, ln2)
	term := uint64(1) << 62
	sum := term
	for k := uint64(1); term > 0; k++ {
		term, _ = bits.Mul64(term, x)
		term /= k
		sum += term
	}
	if shift := int(y) - 62; shift <= 0 {
		return time.Duration(sum >> -shift)
	}
	return time.Duration(min(sum, math.MaxInt64))
}

// share is the middle of the step at u of 1<<32, so that it is never 0 or 1.
func share(u uint64) float64 { return float64((float64(u) + 0.5) / (1 << 32)) }

// normal is the value below which the share p of a standard normal distribution lies, with seven digits:
// the approximation PPND7 of M. J. Wichura, Algorithm AS 241, Applied Statistics 37 (1988), 477-484.
func normal(p float64) float64 {
	q := p - 0.5
	if math.Abs(q) <= 0.425 {
		r := 0.180625 - float64(q*q)
		return float64(q*horner(r, 59.109374720, 159.29113202, 50.434271938, 3.3871327179)) /
			horner(r, 67.187563600, 78.757757664, 17.895169469, 1)
	}
	tail := min(p, 1-p)
	// The tail is a multiple of 1<<-33, so that its logarithm can be taken in whole numbers.
	r := math.Sqrt(float64((33 - exponent(time.Duration(tail*(1<<33)))) * math.Ln2))
	if r <= 5 {
		r -= 1.6
		r = horner(r, 0.17023821103, 1.3067284816, 2.7568153900, 1.4234372777) /
			horner(r, 0.12021132975, 0.73700164250, 1)
	} else {
		r -= 5
		r = horner(r, 0.017337203997, 0.42868294337, 3.0812263860, 6.6579051150) /
			horner(r, 0.012258202635, 0.24197894225, 1)
	}
	if q < 0 {
		return -r
	}
	return r
}

// horner is a polynomial at x, the coefficient of the highest power first.
func horner(x float64, coefficients ...float64) float64 {
	sum := 0.0
	for _, c := range coefficients {
		sum = float64(sum*x) + c
	}
	return sum
}
