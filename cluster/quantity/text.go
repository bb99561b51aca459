package quantity

import (
	"math/big"
	"math/bits"
	"strconv"
	"strings"
)

// String returns the amount as text. A parsed amount keeps the text it was parsed from as far as
// Kubernetes keeps it: 1024 and 00100m stay, while 1.5 becomes 1500m and 1024Ki becomes 1Mi. The
// result of arithmetic is canonical.
func (q Quantity) String() string {
	if q.text != "" {
		return q.text
	}
	return q.Canonical()
}

// Canonical returns the one text that amounts of equal value and format share: no fraction, the
// largest suffix that keeps the number whole. A binary amount that is below 1024 or not whole is
// written with decimal suffixes; one beyond the largest suffix with an exponent.
func (q Quantity) Canonical() string {
	if q.IsZero() {
		return "0"
	}
	if q.format == binarySI {
		if q.wide == nil && q.scale == 0 && (q.value >= 1024 || q.value <= -1024) {
			return binaryTextInt64(q.value)
		}
		if n, ok := q.whole(); ok && n.CmpAbs(big.NewInt(1024)) >= 0 {
			return binaryText(n)
		}
	}
	return q.decimalText()
}

// whole returns the amount in whole units; ok is false if there is a fraction.
func (q Quantity) whole() (n *big.Int, ok bool) {
	n, places := q.unscaled()
	if places <= 0 {
		return new(big.Int).Mul(n, pow10Big(int(-places))), true
	}
	whole, rest := new(big.Int).QuoRem(n, pow10Big(int(places)), new(big.Int))
	return whole, rest.Sign() == 0
}

// binaryText writes n with the largest binary suffix that divides it.
func binaryText(n *big.Int) string {
	abs := new(big.Int).Abs(n)
	power := min(int(abs.TrailingZeroBits()/10), len(binarySuffixes))
	text := abs.Rsh(abs, uint(10*power)).String()
	if n.Sign() < 0 {
		text = "-" + text
	}
	if power == 0 {
		return text
	}
	return text + binarySuffixes[power-1]
}

// binaryTextInt64 is binaryText for the everyday case.
func binaryTextInt64(n int64) string {
	power := bits.TrailingZeros64(uint64(n)) / 10
	text := strconv.FormatInt(n>>(10*power), 10)
	if power == 0 {
		return text
	}
	return text + binarySuffixes[power-1]
}

// decimalText writes the amount with a decimal suffix or exponent, a multiple of three either way.
func (q Quantity) decimalText() string {
	digits, exponent := q.mantissa()
	for exponent%3 != 0 {
		digits += "0"
		exponent--
	}
	if exponent == 0 {
		return digits
	}
	index := (exponent - int(nano)) / 3
	if q.format == decimalExponent || index < 0 || index >= len(decimalSuffixes) {
		return digits + "e" + strconv.Itoa(exponent)
	}
	return digits + decimalSuffixes[index]
}

// mantissa returns the amount's digits without trailing zeros, and the power of ten they count.
func (q Quantity) mantissa() (digits string, exponent int) {
	if q.wide != nil {
		digits, exponent = q.wide.String(), int(-q.wideScale)
	} else {
		digits, exponent = strconv.FormatInt(q.value, 10), int(q.scale)
	}
	kept := strings.TrimRight(digits, "0")
	return kept, exponent + len(digits) - len(kept)
}

// MarshalText returns the amount as [Quantity.String] does; in JSON it is a string.
func (q Quantity) MarshalText() ([]byte, error) {
	return []byte(q.String()), nil
}

// UnmarshalText parses text as [Parse] does. On an error q keeps its amount.
func (q *Quantity) UnmarshalText(text []byte) error {
	parsed, err := Parse(string(text))
	if err != nil {
		return err
	}
	*q = parsed
	return nil
}

// UnmarshalJSON accepts a string, a bare number and null, which is zero. White space around the
// amount is dropped, as the API server drops it.
func (q *Quantity) UnmarshalJSON(data []byte) error {
	text := string(data)
	if text == "null" {
		*q = Quantity{}
		return nil
	}
	if n := len(text); n >= 2 && text[0] == '"' && text[n-1] == '"' {
		text = text[1 : n-1]
	}
	return q.UnmarshalText([]byte(strings.TrimSpace(text)))
}
