package quantity_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/daemonsim/daemonsim/cluster/quantity"
)

// TestWorkedTable_S31_S36 is the worked table of the rules.
func TestWorkedTable_S31_S36(t *testing.T) {
	for _, tt := range []struct {
		text, canonical string
		value, milli    int64
	}{
		{"0", "0", 0, 0},
		{"1.5", "1500m", 2, 1500},
		{".5", "500m", 1, 500},
		{"0.5", "500m", 1, 500},
		{"0.1m", "100u", 1, 1},
		{"1500u", "1500u", 1, 2},
		{"0.1n", "1n", 1, 1},
		{"1000m", "1", 1, 1000},
		{"100000m", "100", 100, 100000},
		{"1000", "1k", 1000, 1000000},
		{"1024", "1024", 1024, 1024000},
		{"1Ki", "1Ki", 1024, 1024000},
		{"0.5Ki", "512", 512, 512000},
		{"512Ki", "512Ki", 524288, 524288000},
		{"1024Ki", "1Mi", 1048576, 1048576000},
		{"1.5Gi", "1536Mi", 1610612736, 1610612736000},
		{"1500Mi", "1500Mi", 1572864000, 1572864000000},
		{"2048Mi", "2Gi", 2147483648, 2147483648000},
		{"100.5Mi", "102912Ki", 105381888, 105381888000},
		{"1.1Ki", "1126400m", 1127, 1126400},
		{"0.1Gi", "107374182400m", 107374183, 107374182400},
		{"1e3", "1e3", 1000, 1000000},
		{"1E3", "1e3", 1000, 1000000},
		{"5e+2", "500", 500, 500000},
		{"1100000", "1100k", 1100000, 1100000000},
		{"129M", "129M", 129000000, 129000000000},
		{"129e6", "129e6", 129000000, 129000000000},
		{"123Mi", "123Mi", 128974848, 128974848000},
		{"8Ei", "9223372036854775807", math.MaxInt64, -1000},
		{"-1500m", "-1500m", -2, -1500},
		{"+1", "1", 1, 1000},
		{"1.", "1", 1, 1000},
		{"010", "10", 10, 10000},
	} {
		q, err := quantity.Parse(tt.text)
		require.NoError(t, err, tt.text)
		got := []any{q.Canonical(), q.Value(), q.MilliValue()}
		want := []any{tt.canonical, tt.value, tt.milli}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", tt.text, diff)
		}
		sum := q.Add(quantity.Quantity{})
		require.Equal(t, tt.canonical, sum.String(), "arithmetic makes the text canonical")
	}
}

func TestErrors_S31(t *testing.T) {
	for text, want := range map[string]error{
		"1K": quantity.ErrSuffix, "1e": quantity.ErrSuffix, "1mi": quantity.ErrSuffix,
		"1gi": quantity.ErrFormat, "1GiB": quantity.ErrFormat, "1 Gi": quantity.ErrFormat,
		"1.2.3": quantity.ErrFormat, "1,5": quantity.ErrFormat, "1e3m": quantity.ErrFormat,
		"": quantity.ErrFormat, " 1": quantity.ErrFormat, "1 ": quantity.ErrFormat,
		"--1": quantity.ErrSuffix, "0x10": quantity.ErrFormat, "1e-": quantity.ErrSuffix,
		"1ee3": quantity.ErrSuffix, "1m3": quantity.ErrSuffix, "Ei": quantity.ErrNumber,
		".Pi": quantity.ErrNumber, "1e1001": quantity.ErrRange, "1e1000000000": quantity.ErrRange,
		"1e99999999999999999999": quantity.ErrRange, "10e1000": quantity.ErrRange,
		strings.Repeat("9", 1002): quantity.ErrRange, "0e1001": quantity.ErrRange, "\xff": quantity.ErrFormat,
		strings.Repeat("9", 2000): quantity.ErrRange,
	} {
		_, err := quantity.Parse(text)
		require.ErrorIs(t, err, want, "%q", text)
	}
}

func TestPrecision_S32(t *testing.T) {
	for text, want := range map[string]string{
		"0.9n": "1n", "1.0000000001n": "2n", "-0.1n": "-1n", "1e-1000": "1e-9",
		"1e-99999999999999999999": "1e-9", "0.0000000000000000000000001": "1n",
		"9Ei": "9223372036854775807", "-9Ei": "-9223372036854775807",
		"99999999999999999999": "99999999999999999999", "0e1000": "0", "0.0e-1000": "0",
	} {
		q, err := quantity.Parse(text)
		require.NoError(t, err, text)
		require.Equal(t, want, q.Canonical(), text)
	}
}

func TestCanonical_S33(t *testing.T) {
	for text, want := range map[string]string{
		"1023Ki": "1023Ki", "1000Ki": "1000Ki", "1023": "1023", "0Mi": "0", "0.001Ki": "1024m",
		"1e4": "10e3", "1e-1": "100e-3", "1500e0": "1500", "1E": "1E", "0.001E": "1P",
		"-1024Ki": "-1Mi", "-0.5Ki": "-512", "1e21": "1e21", "7Ei": "7Ei",
	} {
		require.Equal(t, want, quantity.MustParse(text).Canonical(), text)
	}
	big := quantity.MustParse("900E")
	require.Equal(t, "1800E", big.Add(big).String())
	require.Equal(t, "1e21", quantity.MustParse("500E").Add(quantity.MustParse("500E")).String(),
		"no suffix goes beyond E")
	half := quantity.MustParse("4Ei")
	require.Equal(t, "8Ei", half.Add(half).String(), "only parsing caps")
	for range 9 {
		half = half.Add(half)
	}
	require.Equal(t, "2048Ei", half.String(), "no suffix goes beyond Ei")
}

// TestBinaryTextAgrees compares the everyday way of writing a binary amount with the general one,
// which a detour over thousandths takes.
func TestBinaryTextAgrees(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(-1<<40, 1<<40).Draw(t, "n") << rapid.IntRange(0, 22).Draw(t, "shift")
		milli := quantity.NewMilli(1)
		plain := quantity.NewBinary(n)
		if got := plain.Add(milli).Sub(milli); got.Canonical() != plain.Canonical() {
			t.Fatalf("%d is %s and %s", n, plain.Canonical(), got.Canonical())
		}
	})
	require.Equal(t, "-8Ei", quantity.NewBinary(math.MinInt64).String())
}

// TestBounds runs the largest accepted inputs through everything: they must be quick.
func TestBounds(t *testing.T) {
	longest := quantity.MustParse(strings.Repeat("9", quantity.MaxExponent-18) + "E+19")
	finest := quantity.MustParse("1n")
	sum := longest.Add(finest).RoundUpMilli()
	require.Equal(t, 1, sum.Cmp(longest))
	require.True(t, sum.Sub(longest).Equal(quantity.MustParse("1m")))
	_, _ = sum.Value(), sum.MilliValue()
	require.Len(t, longest.Canonical(), quantity.MaxExponent-18+1+len("e18"))
	for _, text := range []string{
		"0." + strings.Repeat("1", quantity.MaxTextLength-2), "1" + strings.Repeat("0", 18) + "e982",
		strings.Repeat("9", quantity.MaxTextLength-2) + "Ei", "-1e1000", "1e-1000",
	} {
		q := quantity.MustParse(text)
		again, err := quantity.Parse(q.Canonical())
		require.NoError(t, err, text)
		require.True(t, again.Equal(q), text)
	}
}

func TestText_S34(t *testing.T) {
	for text, want := range map[string]string{
		"1024": "1024", "00100m": "00100m", "+3": "+3", "1.k": "1.k", "1E3": "1E3",
		"0.5": "500m", "1024Ki": "1Mi", "1000": "1k", "8Mi": "8Mi", "0": "0", "000": "0",
	} {
		q := quantity.MustParse(text)
		require.Equal(t, want, q.String(), text)
		require.Equal(t, text == want || q.String() == q.Canonical(), true)
		require.Equal(t, q.Canonical(), q.Neg().Neg().String(), "arithmetic drops the text")
	}
}

func TestCompare_S35(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want int
	}{
		{"1000m", "1", 0}, {"1Gi", "1G", 1}, {"1024", "1Ki", 0}, {"0", "0Mi", 0}, {"-1", "1", -1},
		{"1e3", "1k", 0}, {"1n", "0", 1}, {"-1n", "0", -1}, {"9E", "10E", -1}, {"1e1000", "1n", 1},
		{"99999999999999999999", "99999999999999999998", 1}, {"100Ei", "9223372036854775807", 0},
		{"0.5Ki", "512", 0}, {"-1e1000", "-1e999", -1},
	} {
		a, b := quantity.MustParse(tt.a), quantity.MustParse(tt.b)
		require.Equal(t, tt.want, a.Cmp(b), "%s ? %s", tt.a, tt.b)
		require.Equal(t, -tt.want, b.Cmp(a), "%s ? %s", tt.b, tt.a)
		require.Equal(t, tt.want == 0, a.Equal(b))
	}
}

func TestRoundUpMilli_S37(t *testing.T) {
	for text, want := range map[string]string{
		"1500u": "2m", "1n": "1m", "-1n": "-1m", "1": "1", "100m": "100m", "00100m": "00100m",
		"0": "0", "1.1Ki": "1126400m", "0.0001Gi": "107374183m", "8Ei": "9223372036854775807",
		"1234567890123456789.0001": "1234567890123456789001m",
	} {
		require.Equal(t, want, quantity.MustParse(text).RoundUpMilli().String(), text)
	}
}

func TestFormatOfSum_S38(t *testing.T) {
	for _, tt := range []struct{ a, b, want string }{
		{"0", "1Gi", "1Gi"}, {"1Gi", "0", "1Gi"}, {"1Gi", "1G", "2073741824"},
		{"1G", "1Gi", "2073741824"}, {"0", "1e3", "1e3"}, {"1Ki", "1024", "2Ki"},
		{"1024", "1Ki", "2048"}, {"0Mi", "1000", "1k"}, {"1Mi", "1m", "1048576001m"},
	} {
		require.Equal(t, tt.want,
			quantity.MustParse(tt.a).Add(quantity.MustParse(tt.b)).String(), "%s + %s", tt.a, tt.b)
	}
	var zero quantity.Quantity
	require.Equal(t, "1Gi", zero.Add(quantity.MustParse("1Gi")).String())
	require.Equal(t, "-1Gi", zero.Sub(quantity.MustParse("1Gi")).String())
}

func TestConstructors(t *testing.T) {
	require.Equal(t, "0", quantity.Quantity{}.String())
	require.True(t, quantity.Quantity{}.IsZero())
	require.Equal(t, "110", quantity.New(110).String())
	require.Equal(t, "250m", quantity.NewMilli(250).String())
	require.Equal(t, "1Gi", quantity.NewBinary(1<<30).String())
	require.Equal(t, "-9223372036854775808", quantity.New(math.MinInt64).String())
	require.Equal(t, "9223372036854775808", quantity.New(math.MinInt64).Neg().String())
	require.Equal(t, "9223372036854775808", quantity.New(math.MaxInt64).Add(quantity.New(1)).String())
	require.Equal(t, "-9223372036854775809", quantity.New(math.MinInt64).Sub(quantity.New(1)).String())
	require.Equal(t, -1, quantity.New(-3).Sign())
	require.Equal(t, -1, quantity.MustParse("-99999999999999999999").Sign())
	require.PanicsWithValue(t,
		`quantity: MustParse("1K"): unable to parse quantity's suffix`,
		func() { quantity.MustParse("1K") })
}

func TestJSON(t *testing.T) {
	var got struct{ A, B, C, D quantity.Quantity }
	require.NoError(t, json.Unmarshal(
		[]byte(`{"A": "1.5Gi", "B": 2, "C": null, "D": " 100m "}`), &got))
	text, err := json.Marshal(got)
	require.NoError(t, err)
	require.JSONEq(t, `{"A":"1536Mi","B":"2","C":"0","D":"100m"}`, string(text))
	require.Error(t, json.Unmarshal([]byte(`{"A": "x"}`), &got))
	require.Error(t, json.Unmarshal([]byte(`{"A": {}}`), &got))
	require.Equal(t, "1536Mi", got.A.String(), "an error leaves the amount alone")
	_, err = json.Marshal(map[string]quantity.Quantity{"cpu": quantity.New(1)})
	require.NoError(t, err)
	require.ErrorIs(t, got.A.UnmarshalText([]byte("1K")), quantity.ErrSuffix)
}

// drawText draws a well-formed text that is far below the int64 cap of binary amounts.
func drawText(t *rapid.T, label string) string {
	return rapid.StringMatching(`[+-]?[0-9]{1,7}(\.[0-9]{0,3})?(Ki|Mi|n|u|m|k|M|G|E|e[+-]?[0-9]{1,2})?`).
		Draw(t, label)
}

func TestArithmeticProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := quantity.MustParse(drawText(t, "a")), quantity.MustParse(drawText(t, "b"))
		c := quantity.MustParse(drawText(t, "c"))
		check := func(name string, holds bool) {
			if !holds {
				t.Fatalf("%s fails for %s, %s, %s", name, a, b, c)
			}
		}
		check("a+b = b+a", a.Add(b).Equal(b.Add(a)))
		check("(a+b)+c = a+(b+c)", a.Add(b).Add(c).Equal(a.Add(b.Add(c))))
		check("a+b-b = a", a.Add(b).Sub(b).Equal(a))
		check("a-b = -(b-a)", a.Sub(b).Equal(b.Sub(a).Neg()))
		check("a ? b = -(b ? a)", a.Cmp(b) == -b.Cmp(a))
		check("a ? b = sign(a-b)", a.Cmp(b) == a.Sub(b).Sign())
		check("a-a = 0", a.Sub(a).IsZero())
		if a.Cmp(b) <= 0 && b.Cmp(c) <= 0 {
			check("order is transitive", a.Cmp(c) <= 0)
		}
	})
}

func TestTextProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := quantity.MustParse(drawText(t, "q"))
		for _, text := range []string{q.String(), q.Canonical()} {
			again, err := quantity.Parse(text)
			if err != nil || !again.Equal(q) {
				t.Fatalf("%s reads back as %s, %v", text, again, err)
			}
			if again.Canonical() != q.Canonical() {
				t.Fatalf("canonical text %s became %s", q.Canonical(), again.Canonical())
			}
		}
		up := q.RoundUpMilli()
		if up.Neg().Cmp(q.Neg().RoundUpMilli()) != 0 || !up.Equal(up.RoundUpMilli()) {
			t.Fatalf("rounding %s gave %s", q, up)
		}
	})
}

// TestAgainstRationals recomputes sums and comparisons the slow, obvious way.
func TestAgainstRationals(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(label string) (quantity.Quantity, *big.Rat) {
			n := rapid.Int64().Draw(t, label)
			scale := rapid.SampledFrom([]string{"n", "u", "m", "", "k", "E"}).Draw(t, label+"Scale")
			exponent := map[string]int64{"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "E": 18}[scale]
			factor := new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(max(exponent, -exponent)), nil))
			if exponent < 0 {
				factor.Inv(factor)
			}
			return quantity.MustParse(fmt.Sprint(n) + scale), factor.Mul(factor, new(big.Rat).SetInt64(n))
		}
		a, ra := draw("a")
		b, rb := draw("b")
		if a.Cmp(b) != ra.Cmp(rb) {
			t.Fatalf("%s ? %s is %d", a, b, a.Cmp(b))
		}
		sum, rsum := a.Add(b), new(big.Rat).Add(ra, rb)
		milli := new(big.Rat).Mul(rsum, big.NewRat(1000, 1))
		// Kubernetes converts large negative amounts wrongly, and so do we: see the package documentation.
		nano := new(big.Rat).Mul(rsum, big.NewRat(1_000_000_000, 1))
		wide := rsum.Sign() < 0 && nano.Cmp(big.NewRat(math.MinInt64, 1)) <= 0
		if !wide && milli.IsInt() && milli.Num().IsInt64() && sum.MilliValue() != milli.Num().Int64() {
			t.Fatalf("%s + %s = %s, want %s milli", a, b, sum, milli)
		}
		if !sum.Equal(quantity.MustParse(sum.String())) {
			t.Fatalf("%s + %s = %s", a, b, sum)
		}
	})
}

func TestNoAllocation(t *testing.T) {
	a, b := quantity.MustParse("1500m"), quantity.MustParse("3")
	require.Zero(t, testing.AllocsPerRun(100, func() {
		q, _ := quantity.Parse("1536Mi")
		if a.Add(b).Sub(b).Cmp(q) >= 0 || q.Value() == 0 || a.MilliValue() == 0 {
			panic("wrong")
		}
	}))
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{
		"0", "1.5Gi", "-1e-3", "9223372036854775808E", "1e1000", ".5n", "Ki", "+", "8Ei", "00100m",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		q, err := quantity.Parse(text)
		if err != nil {
			require.True(t, q.IsZero())
			return
		}
		q.Value()
		q.MilliValue()
		q.RoundUpMilli().Add(q).Sub(q).Neg()
		again, err := quantity.Parse(q.Canonical())
		require.NoError(t, err, "%q", q.Canonical())
		require.True(t, again.Equal(q), "%q reads back as %s", q.Canonical(), again)
	})
}

func ExampleQuantity_Add() {
	used := quantity.MustParse("1500m").Add(quantity.MustParse("0.25"))
	free := quantity.MustParse("2").Sub(used)
	fmt.Println(used, free, free.MilliValue())
	// Output: 1750m 250m 250
}

func ExampleParse() {
	for _, text := range []string{"1.5Gi", "1024Ki", "0.1", "1K"} {
		q, err := quantity.Parse(text)
		if err != nil {
			fmt.Println(text, "error:", err)
			continue
		}
		fmt.Println(text, "=", q, "=", q.Value())
	}
	// Output:
	// 1.5Gi = 1536Mi = 1610612736
	// 1024Ki = 1Mi = 1048576
	// 0.1 = 100m = 1
	// 1K error: unable to parse quantity's suffix
}

func BenchmarkParse(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		_, _ = quantity.Parse("1536Mi")
	}
}

func BenchmarkAdd(b *testing.B) {
	x, y := quantity.MustParse("1500m"), quantity.MustParse("3")
	b.ReportAllocs()
	for b.Loop() {
		x.Add(y)
	}
}

func BenchmarkCanonical(b *testing.B) {
	for _, text := range []string{"1.5Gi", "1500m", "0.0001Ei"} {
		q := quantity.MustParse(text)
		b.Run(text, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_ = q.Canonical()
			}
		})
	}
}
