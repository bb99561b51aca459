package quantity

import (
	"math/big"
)

// Quantity is an exact amount of a resource and the format it is written in. The zero Quantity is
// 0. It is a value: every method leaves its receiver alone.
type Quantity struct {
	// value times ten to the power of scale is the amount, while big is nil.
	value int64
	scale int32
	// format is how the amount is written.
	format format
	// wide holds amounts that value and scale do not carry, in units of ten to the power of
	// minus wideScale. Invariant: nobody writes to the big.Int once a Quantity holds it.
	wide      *big.Int
	wideScale int32
	// text is what the amount was parsed from, kept only while it is a faithful rendering;
	// otherwise empty and the canonical text is made on demand.
	text string
}

// format is a family of suffixes.
type format uint8

const (
	decimalSI       format = iota // n u m "" k M G T P E
	binarySI                      // Ki Mi Gi Ti Pi Ei
	decimalExponent               // e3, e-3
)

// Decimal scales with a name.
const (
	nano  int32 = -9
	milli int32 = -3
)

// New returns n whole units, written with decimal suffixes.
func New(n int64) Quantity {
	return Quantity{value: n}
}

// NewMilli returns n thousandths, written with decimal suffixes.
func NewMilli(n int64) Quantity {
	return Quantity{value: n, scale: milli}
}

// NewBinary returns n whole units, written with binary suffixes where they fit.
func NewBinary(n int64) Quantity {
	return Quantity{value: n, format: binarySI}
}

// IsZero reports whether the amount is 0.
func (q Quantity) IsZero() bool {
	return q.Sign() == 0
}

// Sign returns -1, 0 or 1 as the amount is negative, zero or positive.
func (q Quantity) Sign() int {
	switch {
	case q.wide != nil:
		return q.wide.Sign()
	case q.value < 0:
		return -1
	case q.value > 0:
		return 1
	default:
		return 0
	}
}

// Cmp returns -1, 0 or 1 as q is less than, equal to or greater than other. Only the amounts
// count, not how they are written: 1Gi is greater than 1G, and 1000m equals 1.
func (q Quantity) Cmp(other Quantity) int {
	if q.wide == nil && other.wide == nil {
		if a, b, _, ok := align(q, other); ok {
			switch {
			case a < b:
				return -1
			case a > b:
				return 1
			default:
				return 0
			}
		}
	}
	if s, t := q.Sign(), other.Sign(); s != t {
		if s < t {
			return -1
		}
		return 1
	}
	a, b, _ := alignWide(q, other)
	return a.Cmp(b)
}

// Equal reports whether q and other are the same amount. It is also what go-cmp asks.
func (q Quantity) Equal(other Quantity) bool {
	return q.Cmp(other) == 0
}

// Value returns the amount in whole units, a fraction rounded away from zero. See the package
// documentation for amounts that do not fit.
func (q Quantity) Value() int64 {
	return q.scaled(0)
}

// MilliValue returns the amount in thousandths, a finer fraction rounded away from zero. See the
// package documentation for amounts that do not fit.
func (q Quantity) MilliValue() int64 {
	return q.scaled(milli)
}

// scaled returns the amount in units of ten to the power of scale.
func (q Quantity) scaled(scale int32) int64 {
	if q.wide != nil {
		return scaledWide(q.wide, int(q.wideScale+scale))
	}
	if q.scale < scale {
		v, _ := divideUp(q.value, scale-q.scale)
		return v
	}
	v, ok := timesPow10(q.value, q.scale-scale)
	if !ok {
		return 0
	}
	return v
}

// scaledWide returns n divided by ten to the power of digits (multiplied, if negative). NB: out of
// range and for negative fractions it deliberately repeats what Kubernetes' conversion does, so
// that a simulated node overflows exactly as a real one.
func scaledWide(n *big.Int, digits int) int64 {
	if digits == 0 {
		return n.Int64()
	}
	if digits < 0 {
		return new(big.Int).Mul(n, pow10Big(-digits)).Int64()
	}
	if digits < len(pow10) && n.Cmp(maxInt64) < 0 {
		low, divisor := n.Int64(), pow10[digits]
		if low%divisor != 0 {
			return low/divisor + 1
		}
		return low / divisor
	}
	whole, rest := new(big.Int).QuoRem(n, pow10Big(digits), new(big.Int))
	if rest.Sign() != 0 {
		return whole.Int64() + 1
	}
	return whole.Int64()
}
