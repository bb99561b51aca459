package field_test

import (
	"errors"
	"fmt"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/daemonsim/daemonsim/cluster/field"
)

type effect string

type strategy struct {
	Type  string `json:"type"`
	Limit *int   `json:"limit"`
}

// TestMessages_D12_D14 holds messages as the API server prints them.
func TestMessages_D12_D14(t *testing.T) {
	at := field.NewPath("f")
	two := 2
	for _, tt := range []struct {
		err  *field.Error
		want string
	}{
		{field.Invalid(at, "x", "detail"), `f: Invalid value: "x": detail`},
		{field.Invalid(at, -1, "must be greater than or equal to 0"),
			"f: Invalid value: -1: must be greater than or equal to 0"},
		{field.Invalid(at, int64(math.MaxInt64), ""), "f: Invalid value: 9223372036854775807"},
		{field.Invalid(at, true, ""), "f: Invalid value: true"},
		{field.Invalid(at, nil, "d"), "f: Invalid value: null: d"},
		{field.Invalid(at, (*int)(nil), "d"), "f: Invalid value: null: d"},
		{field.Invalid(at, &two, "d"), "f: Invalid value: 2: d"},
		{field.Invalid(at, effect("x"), "d"), `f: Invalid value: "x": d`},
		{field.Invalid(at, []string{"a", "b"}, "d"), `f: Invalid value: ["a","b"]: d`},
		{field.Invalid(at, []string(nil), "d"), "f: Invalid value: null: d"},
		{field.Invalid(at, map[string]string{"b": "2", "a": "1"}, "d"),
			`f: Invalid value: {"a":"1","b":"2"}: d`},
		{field.Invalid(at, struct{}{}, "empty selector is invalid for daemonset"),
			"f: Invalid value: {}: empty selector is invalid for daemonset"},
		{field.Invalid(at, math.NaN(), "d"), "f: Invalid value: NaN: d"},
		{field.TypeInvalid(at, "x", "d"), `f: Invalid value: "x": d`},
		{field.Required(at, ""), "f: Required value"},
		{field.Required(at, "cannot be 0 when maxSurge is 0"),
			"f: Required value: cannot be 0 when maxSurge is 0"},
		{field.NotSupported(at, "Foo", "A", "B"),
			`f: Unsupported value: "Foo": supported values: "A", "B"`},
		{field.NotSupported(at, "Foo"), `f: Unsupported value: "Foo"`},
		{field.NotSupported(at, strategy{"Foo", nil}, "OnDelete"),
			`f: Unsupported value: {"type":"Foo","limit":null}: supported values: "OnDelete"`},
		{field.Forbidden(at, "not here"), "f: Forbidden: not here"},
		{field.Duplicate(at, "TCP//80"), `f: Duplicate value: "TCP//80"`},
		{field.NotFound(at, "x"), `f: Not found: "x"`},
		{field.TooLong(at, "xxx", 63), "f: Too long: may not be more than 63 bytes"},
		{field.TooLong(at, "xxx", -1), "f: Too long: value is too long"},
		{field.TooMany(at, 5, 3), "f: Too many: 5: must have at most 3 items"},
		{field.TooMany(at, 5, 1), "f: Too many: 5: must have at most 1 item"},
		{field.TooMany(at, 5, -1), "f: Too many: 5: has too many items"},
		{field.InternalError(at, errors.New("boom")), "f: Internal error: boom"},
		{field.Required(nil, "d"), "Required value: d"},
		{&field.Error{Type: "Odd", Field: "f", BadValue: 1}, "f: Odd: 1"},
	} {
		if diff := cmp.Diff(tt.want, tt.err.Error()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

func TestErrorTypes(t *testing.T) {
	at := field.NewPath("f")
	require.Equal(t, field.ErrorType("FieldValueInvalid"), field.Invalid(at, 1, "").Type)
	require.Equal(t, field.ErrorType("FieldValueTypeInvalid"), field.TypeInvalid(at, 1, "").Type)
	require.Equal(t, field.ErrorType("FieldValueRequired"), field.Required(at, "").Type)
	require.Equal(t, field.ErrorType("FieldValueNotSupported"), field.NotSupported(at, 1).Type)
	require.Equal(t, field.ErrorType("FieldValueForbidden"), field.Forbidden(at, "").Type)
	require.Equal(t, field.ErrorType("FieldValueDuplicate"), field.Duplicate(at, 1).Type)
	require.Equal(t, field.ErrorType("FieldValueNotFound"), field.NotFound(at, 1).Type)
	require.Equal(t, field.ErrorType("FieldValueTooLong"), field.TooLong(at, 1, 1).Type)
	require.Equal(t, field.ErrorType("FieldValueTooMany"), field.TooMany(at, 2, 1).Type)
	require.Equal(t, field.ErrorType("InternalError"), field.InternalError(at, errors.New("x")).Type)
}

func TestErrorList_D12(t *testing.T) {
	a, b := field.Required(field.NewPath("a"), ""), field.Duplicate(field.NewPath("b"), "x")
	require.NoError(t, field.ErrorList(nil).Err())
	require.NoError(t, field.ErrorList{}.Err())
	require.EqualError(t, field.ErrorList{a}.Err(), "a: Required value")
	require.EqualError(t, field.ErrorList{a, b}.Err(),
		`[a: Required value, b: Duplicate value: "x"]`)
	require.EqualError(t, field.ErrorList{a, b, a}.Err(),
		`[a: Required value, b: Duplicate value: "x"]`, "equal findings are printed once")
	require.EqualError(t, field.ErrorList{a, a}.Err(), "a: Required value")
}

func TestErrorListUnwraps(t *testing.T) {
	a, b := field.Required(field.NewPath("a"), ""), field.Duplicate(field.NewPath("b"), "x")
	err := fmt.Errorf("apply: %w", field.ErrorList{a, b}.Err())
	require.ErrorIs(t, err, a)
	require.ErrorIs(t, err, b)
	var first *field.Error
	require.ErrorAs(t, err, &first)
	require.Same(t, a, first)
	var all field.ErrorList
	require.ErrorAs(t, err, &all)
	require.Len(t, all, 2)
}

// TestErrorIsItsMessage checks the layout for values drawn at random.
func TestErrorIsItsMessage(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.String().Draw(t, "value")
		detail := rapid.StringMatching("[a-z ]{1,9}").Draw(t, "detail")
		e := field.Invalid(field.NewPath("f"), value, detail)
		if want := fmt.Sprintf("Invalid value: %q: %s", value, detail); e.Message() != want {
			t.Fatalf("got %s, want %s", e.Message(), want)
		}
		if e.Error() != "f: "+e.Message() {
			t.Fatalf("got %s", e.Error())
		}
	})
}

func ExampleErrorList() {
	spec := field.NewPath("spec")
	errs := field.ErrorList{
		field.Invalid(spec.Child("minReadySeconds"), -1, "must be greater than or equal to 0"),
		field.Required(spec.Child("selector"), ""),
	}
	fmt.Println(errs.Err())
	// Output:
	// [spec.minReadySeconds: Invalid value: -1: must be greater than or equal to 0, spec.selector: Required value]
}

func ExampleError_Message() {
	path := field.NewPath("spec", "taints").Index(0).Child("effect")
	e := field.NotSupported(path, "Foo", "NoSchedule", "NoExecute")
	fmt.Println(e.Field)
	fmt.Println(e.Message())
	// Output:
	// spec.taints[0].effect
	// Unsupported value: "Foo": supported values: "NoSchedule", "NoExecute"
}
