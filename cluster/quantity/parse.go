package quantity

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
)

// Bounds on what [Parse] accepts; they keep every later computation small.
const (
	// MaxTextLength is the number of bytes of the longest text.
	MaxTextLength = 1024
	// MaxExponent is the largest decimal exponent, as in 1e1000; the whole part of an amount has at
	// most one digit more. There is no smallest exponent: what is finer than a nano is rounded up
	// to one.
	MaxExponent = 1000
)

// Errors of [Parse].
var (
	// ErrFormat reports a text that is not a number followed by a suffix.
	ErrFormat = errors.New("quantities must match the regular expression " +
		"'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'")
	// ErrNumber reports a text whose part before the suffix has no digits.
	ErrNumber = errors.New("unable to parse numeric part of quantity")
	// ErrSuffix reports a suffix that does not exist, such as K or mi.
	ErrSuffix = errors.New("unable to parse quantity's suffix")
	// ErrRange reports a text beyond [MaxTextLength] or [MaxExponent].
	ErrRange = fmt.Errorf("quantity is out of range: at most %d bytes and an amount below 1e%d",
		MaxTextLength, MaxExponent+1)
)

// MustParse is [Parse] for literals known to be right; it panics on any other text.
func MustParse(text string) Quantity {
	q, err := Parse(text)
	if err != nil {
		panic(fmt.Sprintf("quantity: MustParse(%q): %v", text, err))
	}
	return q
}

// Parse reads an amount: an optional sign, digits with at most one point, one suffix out of
// Ki Mi Gi Ti Pi Ei, n u m k M G T P E, or an exponent such as e3 or E-3. Digits finer than a nano
// round away from zero; a binary amount is capped at the largest int64. The error is one of
// [ErrFormat], [ErrNumber], [ErrSuffix] and [ErrRange].
func Parse(text string) (Quantity, error) {
	if len(text) > MaxTextLength {
		return Quantity{}, ErrRange
	}
	if text == "0" {
		return Quantity{text: text}, nil
	}
	s, ok := split(text)
	if !ok {
		return Quantity{}, ErrFormat
	}
	suffix, err := parseSuffix(s.suffix)
	if err != nil {
		return Quantity{}, err
	}
	if suffix.format != binarySI && len(s.whole)+suffix.exponent > MaxExponent+1 {
		return Quantity{}, ErrRange
	}
	if q, ok := parseNarrow(text, s, suffix); ok {
		return q, nil
	}
	return parseWide(s, suffix)
}

// parts is a text taken apart, before anything is interpreted.
type parts struct {
	negative bool
	digits   bool   // whether there was a digit before the suffix, leading zeros included
	whole    string // before the point, without leading zeros
	fraction string // after the point
	suffix   string
}

// split takes text apart. NB: like Kubernetes, it accepts a number without digits, so that "k" and
// "+" are zero.
func split(text string) (p parts, ok bool) {
	if text == "" {
		return parts{}, false
	}
	rest := text
	if rest[0] == '+' || rest[0] == '-' {
		p.negative = rest[0] == '-'
		rest = rest[1:]
	}
	bare := strings.TrimLeft(rest, "0")
	n := digitsPrefix(bare)
	p.digits = len(bare) < len(rest) || n > 0
	p.whole, rest = bare[:n], bare[n:]
	if rest != "" && rest[0] == '.' {
		n = digitsPrefix(rest[1:])
		p.fraction, rest = rest[1:1+n], rest[1+n:]
		p.digits = p.digits || n > 0
	}
	p.suffix = rest
	return p, isSuffixShaped(rest)
}

// isSuffixShaped reports whether s is letters used by suffixes, then a sign, then digits, all
// optional.
func isSuffixShaped(s string) bool {
	for s != "" && strings.IndexByte("eEinumkKMGTP", s[0]) >= 0 {
		s = s[1:]
	}
	if s != "" && (s[0] == '+' || s[0] == '-') {
		s = s[1:]
	}
	return digitsPrefix(s) == len(s)
}

// digitsPrefix returns the number of decimal digits that s starts with.
func digitsPrefix(s string) int {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return i
		}
	}
	return len(s)
}

// parseNarrow computes an amount that fits an int64 mantissa; ok is false for all others.
func parseNarrow(text string, p parts, s suffix) (q Quantity, ok bool) {
	scale, factor := int64(s.exponent), int64(1)
	room := 18 - len(p.whole) - len(p.fraction)
	if len(p.whole) == 0 {
		room-- // an absent whole part counts as the digit zero
	}
	if s.format == binarySI {
		if p.fraction != "" {
			return Quantity{}, false
		}
		scale, factor = 0, 1<<s.exponent
		// A factor of 1024 takes three of the digits that an int64 has room for.
		room -= 4 + s.exponent/10*3
	}
	scale -= int64(len(p.fraction))
	if room < 0 || scale < int64(nano) {
		return Quantity{}, false
	}
	mantissa := decimal(p.whole)*pow10[len(p.fraction)] + decimal(p.fraction)
	value := mantissa * factor
	if value/factor != mantissa {
		return Quantity{}, false
	}
	q = Quantity{value: value, scale: int32(scale), format: s.format}
	if p.negative {
		q.value = -value
	}
	if keepsText(p, s.format, mantissa, q.scale) {
		q.text = text
	}
	return q, true
}

// decimal returns the value of at most 18 decimal digits.
func decimal(digits string) int64 {
	var n int64
	for i := range len(digits) {
		n = n*10 + int64(digits[i]-'0')
	}
	return n
}

// keepsText reports whether the text an amount was parsed from is close enough to the canonical
// one to be kept. The test is Kubernetes' own: cheap, and not the same as being canonical (1024Ki
// becomes 1Mi, and 1024 as well as 0001k stay).
func keepsText(p parts, f format, mantissa int64, scale int32) bool {
	if f == binarySI {
		return mantissa%8 != 0
	}
	return p.whole != "" && scale%3 == 0 && !endsInThousand(p)
}

// endsInThousand reports whether the digits of p, the point left out, end in three zeros.
func endsInThousand(p parts) bool {
	zeros := 0
	for _, digits := range [...]string{p.fraction, p.whole} {
		kept := len(strings.TrimRight(digits, "0"))
		zeros += len(digits) - kept
		if kept > 0 {
			break
		}
	}
	return zeros >= 3
}

// parseWide computes any amount with big integers, in nanos.
func parseWide(p parts, s suffix) (Quantity, error) {
	if !p.digits {
		return Quantity{}, ErrNumber
	}
	n, _ := new(big.Int).SetString("0"+p.whole+p.fraction, 10)
	if n.Sign() == 0 {
		return Quantity{format: s.format}, nil
	}
	places := len(p.fraction)
	if s.format == binarySI {
		n.Lsh(n, uint(s.exponent))
	} else {
		places -= s.exponent
	}
	n = toNano(n, places)
	q := Quantity{wide: n, wideScale: -nano, format: s.format}
	if s.format == binarySI {
		limit := new(big.Int).Mul(maxInt64, pow10Big(int(-nano)))
		if n.Cmp(limit) > 0 {
			q.wide, q.wideScale = new(big.Int).Set(maxInt64), 0
		}
		if n.Cmp(pow10Big(int(-nano))) < 0 {
			q.format = decimalSI
		}
	}
	if p.negative {
		q.wide.Neg(q.wide)
	}
	return narrowed(q), nil
}

// narrowed returns q in the cheap representation if it is a positive number of whole units, such
// as 1.5Gi, and small enough for both representations to convert alike.
func narrowed(q Quantity) Quantity {
	if q.wideScale != -nano || q.wide.Sign() < 0 {
		return q
	}
	whole, rest := new(big.Int).QuoRem(q.wide, big.NewInt(pow10[-nano]), new(big.Int))
	if rest.Sign() != 0 || !whole.IsInt64() || whole.Int64() > math.MaxInt64/1000 {
		return q
	}
	return Quantity{value: whole.Int64(), format: q.format}
}

// toNano converts a positive n with the given number of decimal places to nanos, rounding up. It
// may reuse n.
func toNano(n *big.Int, places int) *big.Int {
	digits := places - int(-nano)
	switch {
	case digits <= 0:
		return n.Mul(n, pow10Big(-digits))
	case digits > MaxTextLength:
		// No text has that many digits, so what is left is a fraction of a nano.
		return big.NewInt(1)
	default:
		return divideUpWide(n, digits)
	}
}

// suffix is what stands behind the number: a power of ten, or of two for binary suffixes.
type suffix struct {
	format   format
	exponent int
}

// parseSuffix interprets a suffix. Exponents far below any use are clamped: they all mean "finer
// than a nano".
func parseSuffix(text string) (suffix, error) {
	for i, s := range decimalSuffixes {
		if text == s {
			return suffix{format: decimalSI, exponent: 3*i + int(nano)}, nil
		}
	}
	for i, s := range binarySuffixes {
		if text == s {
			return suffix{format: binarySI, exponent: 10 * (i + 1)}, nil
		}
	}
	if len(text) < 2 || (text[0] != 'e' && text[0] != 'E') {
		return suffix{}, ErrSuffix
	}
	exponent, err := strconv.ParseInt(text[1:], 10, 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		return suffix{}, ErrSuffix
	}
	if exponent > MaxExponent {
		return suffix{}, ErrRange
	}
	return suffix{
		format:   decimalExponent,
		exponent: int(max(exponent, -4*MaxTextLength)),
	}, nil
}

// decimalSuffixes holds the decimal suffixes from nano upwards, a factor of 1000 apart.
var decimalSuffixes = [...]string{"n", "u", "m", "", "k", "M", "G", "T", "P", "E"}

// binarySuffixes holds the binary suffixes, a factor of 1024 apart.
var binarySuffixes = [...]string{"Ki", "Mi", "Gi", "Ti", "Pi", "Ei"}
