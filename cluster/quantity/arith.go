package quantity

import (
	"math"
	"math/big"
)

// Add returns q plus other. The sum is written like q, or like other if q is zero.
func (q Quantity) Add(other Quantity) Quantity {
	return q.combine(other, false)
}

// Sub returns q minus other. The difference is written like q, or like other if q is zero.
func (q Quantity) Sub(other Quantity) Quantity {
	return q.combine(other, true)
}

// Neg returns minus q, written like q.
func (q Quantity) Neg() Quantity {
	q.text = ""
	if q.wide == nil && q.value != math.MinInt64 {
		q.value = -q.value
		return q
	}
	n, scale := q.unscaled()
	return fromWide(new(big.Int).Neg(n), scale, q.format)
}

// RoundUpMilli returns q with everything finer than a thousandth rounded away from zero, as the
// API server does to each entry of a resource list. An amount that needs no rounding is returned
// as it is, text included.
func (q Quantity) RoundUpMilli() Quantity {
	if q.wide == nil {
		if q.scale >= milli {
			return q
		}
		v, _ := divideUp(q.value, milli-q.scale)
		return Quantity{value: v, scale: milli, format: q.format}
	}
	digits := int(q.wideScale) + int(milli)
	if digits <= 0 {
		return q
	}
	return fromWide(divideUpWide(q.wide, digits), -milli, q.format)
}

// combine adds other to q or subtracts it.
func (q Quantity) combine(other Quantity, subtract bool) Quantity {
	f := q.format
	if q.IsZero() {
		f = other.format
	}
	if q.wide == nil && other.wide == nil {
		if a, b, scale, ok := align(q, other); ok {
			if sum, ok := addInt64(a, b, subtract); ok {
				return Quantity{value: sum, scale: scale, format: f}
			}
		}
	}
	a, b, scale := alignWide(q, other)
	sum := new(big.Int)
	if subtract {
		sum.Sub(a, b)
	} else {
		sum.Add(a, b)
	}
	return fromWide(sum, scale, f)
}

// addInt64 returns a+b or a-b; ok is false if that does not fit.
func addInt64(a, b int64, subtract bool) (sum int64, ok bool) {
	if subtract {
		diff := a - b
		return diff, (diff < a) == (b > 0)
	}
	sum = a + b
	return sum, (sum > a) == (b > 0)
}

// align returns the mantissas of two narrow quantities at their common, smaller scale; ok is false
// if one of them does not fit there.
func align(q, other Quantity) (a, b int64, scale int32, ok bool) {
	a, b, scale = q.value, other.value, q.scale
	switch {
	case q.scale == other.scale:
		return a, b, scale, true
	case a == 0:
		return 0, b, other.scale, true
	case b == 0:
		return a, 0, scale, true
	case q.scale < other.scale:
		b, ok = timesPow10(b, other.scale-q.scale)
		return a, b, scale, ok
	default:
		a, ok = timesPow10(a, q.scale-other.scale)
		return a, b, other.scale, ok
	}
}

// alignWide returns the mantissas of any two quantities at their common scale, as a number of
// decimal places. The results are for reading only.
func alignWide(q, other Quantity) (a, b *big.Int, places int32) {
	a, pa := q.unscaled()
	b, pb := other.unscaled()
	switch {
	case pa < pb:
		a = new(big.Int).Mul(a, pow10Big(int(pb-pa)))
		return a, b, pb
	case pb < pa:
		b = new(big.Int).Mul(b, pow10Big(int(pa-pb)))
	}
	return a, b, pa
}

// unscaled returns the amount as an integer and the number of its decimal places, for reading
// only.
func (q Quantity) unscaled() (n *big.Int, places int32) {
	if q.wide != nil {
		return q.wide, q.wideScale
	}
	return big.NewInt(q.value), -q.scale
}

// fromWide returns n at the given number of decimal places, narrow if it fits. It keeps n.
func fromWide(n *big.Int, places int32, f format) Quantity {
	if n.IsInt64() {
		return Quantity{value: n.Int64(), scale: -places, format: f}
	}
	return Quantity{wide: n, wideScale: places, format: f}
}

// pow10 holds the powers of ten that fit an int64.
var pow10 = [19]int64{
	1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000,
	1_000_000_000, 10_000_000_000, 100_000_000_000, 1_000_000_000_000,
	10_000_000_000_000, 100_000_000_000_000, 1_000_000_000_000_000,
	10_000_000_000_000_000, 100_000_000_000_000_000, 1_000_000_000_000_000_000,
}

// maxInt64 is the largest int64, for comparing only.
var maxInt64 = big.NewInt(math.MaxInt64)

// pow10Big returns a fresh ten to the power of n. Parsing bounds every n that can arise.
func pow10Big(n int) *big.Int {
	return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil)
}

// timesPow10 returns v times ten to the power of digits; ok is false if that does not fit.
func timesPow10(v int64, digits int32) (product int64, ok bool) {
	if v == 0 {
		return 0, true
	}
	if int(digits) >= len(pow10) {
		return 0, false
	}
	product = v * pow10[digits]
	return product, product/pow10[digits] == v
}

// divideUp returns v divided by ten to the power of digits, rounded away from zero, and whether
// that was exact.
func divideUp(v int64, digits int32) (quotient int64, exact bool) {
	if v == 0 {
		return 0, true
	}
	if int(digits) >= len(pow10) {
		if v < 0 {
			return -1, false
		}
		return 1, false
	}
	quotient = v / pow10[digits]
	switch rest := v % pow10[digits]; {
	case rest > 0:
		return quotient + 1, false
	case rest < 0:
		return quotient - 1, false
	default:
		return quotient, true
	}
}

// divideUpWide returns n divided by ten to the power of digits, rounded away from zero.
func divideUpWide(n *big.Int, digits int) *big.Int {
	quotient, rest := new(big.Int).QuoRem(n, pow10Big(digits), new(big.Int))
	return quotient.Add(quotient, big.NewInt(int64(rest.Sign())))
}
