package cluster

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
)

// IntOrString is a number or a text, as the API allows in some places: a port by number or by name,
// an amount as such or as a percentage. The zero IntOrString is the number 0.
type IntOrString struct {
	// IsString says which of the two it is.
	IsString bool
	// Int is the number.
	Int int32
	// Str is the text.
	Str string
}

// FromInt returns a number.
func FromInt(n int32) IntOrString { return IntOrString{Int: n} }

// FromString returns a text.
func FromString(s string) IntOrString { return IntOrString{IsString: true, Str: s} }

// String is the text, or the number in decimal.
func (v IntOrString) String() string {
	if v.IsString {
		return v.Str
	}
	return strconv.Itoa(int(v.Int))
}

// MarshalJSON writes a JSON number or a JSON string.
func (v IntOrString) MarshalJSON() ([]byte, error) {
	if v.IsString {
		return json.Marshal(v.Str)
	}
	return strconv.AppendInt(nil, int64(v.Int), 10), nil
}

// UnmarshalJSON reads a JSON number without a fraction, or a JSON string.
func (v *IntOrString) UnmarshalJSON(data []byte) error {
	*v = IntOrString{}
	if len(data) > 0 && data[0] == '"' {
		v.IsString = true
		return json.Unmarshal(data, &v.Str)
	}
	return json.Unmarshal(data, &v.Int)
}

// Scaled returns the number as it is and a percentage of total: of the whole numbers that enclose it
// the upper one if roundUp is set, else the lower one. Anything but digits and a percent sign is an
// error, a negative percentage is not; the result then is 0.
func (v IntOrString) Scaled(total int, roundUp bool) (int, error) {
	if !v.IsString {
		return int(v.Int), nil
	}
	digits, ok := strings.CutSuffix(v.Str, "%")
	if !ok {
		return 0, errNotPercent
	}
	percent, err := strconv.Atoi(digits)
	if err != nil {
		return 0, fmt.Errorf("invalid value for IntOrString: invalid value %q: %w", v.Str, err)
	}
	return scale(int64(percent), total, roundUp), nil
}

var errNotPercent = errors.New("invalid value for IntOrString: invalid type: string is not a percentage")

// scale returns percent hundredths of total, exactly; what no int can hold becomes the nearest one
// that can.
func scale(percent int64, total int, roundUp bool) int {
	product := new(big.Int).Mul(big.NewInt(percent), big.NewInt(int64(total)))
	whole, rest := product.DivMod(product, big.NewInt(100), new(big.Int))
	if roundUp && rest.Sign() > 0 {
		whole.Add(whole, big.NewInt(1))
	}
	switch {
	case whole.Cmp(big.NewInt(math.MaxInt)) > 0:
		return math.MaxInt
	case whole.Cmp(big.NewInt(math.MinInt)) < 0:
		return math.MinInt
	}
	return int(whole.Int64())
}
