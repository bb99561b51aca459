package manifest

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"go.yaml.in/yaml/v3"
)

func TestResolvePlain(t *testing.T) {
	for _, tt := range []struct {
		in     string
		kind   scalarKind
		text   string
		reason string
	}{
		{"0640", scalarInt, "416", "YAML 1.1 writes octal with a leading zero"},
		{"0o640", scalarInt, "416", "YAML 1.2 writes octal with 0o"},
		{"0x1F", scalarInt, "31", "hexadecimal"},
		{"0b101", scalarInt, "5", "binary"},
		{"1_000", scalarInt, "1000", "underscores group digits"},
		{"+7", scalarInt, "7", "a sign is allowed"},
		{"-0", scalarInt, "0", "there is one zero"},
		{"18446744073709551615", scalarInt, "18446744073709551615", "the largest uint64"},
		{"18446744073709551616", scalarFloat, "18446744073709552000", "beyond it a float"},
		{"08", scalarFloat, "8", "no octal number, so a decimal one with a useless zero"},
		{"1.0", scalarFloat, "1", "floats travel as JSON, which drops the fraction"},
		{".5", scalarFloat, "0.5", "a leading point"},
		{"1e3", scalarFloat, "1000", "an exponent"},
		{"1e400", scalarString, "1e400", "no float64"},
		{".inf", scalarInvalid, ".inf", "JSON has no infinity"},
		{"yes", scalarBool, "true", "YAML 1.1"},
		{"Off", scalarBool, "false", "YAML 1.1"},
		{"n", scalarBool, "false", "YAML 1.1"},
		{"True", scalarBool, "true", "capitals"},
		{"tRUE", scalarString, "tRUE", "but not any capitals"},
		{"~", scalarNull, "null", "null"},
		{"", scalarNull, "null", "an absent value is null"},
		{"2024-01-01", scalarString, "2024-01-01", "a date stays text"},
		{"12:30", scalarString, "12:30", "sexagesimal numbers are not supported"},
		{"1.2.3.4", scalarString, "1.2.3.4", "an address is no number"},
		{"-", scalarString, "-", "a sign alone"},
		{"100m", scalarString, "100m", "a quantity is text"},
	} {
		got := resolvePlain(tt.in)
		assert.Equal(t, tt.kind, got.kind, "%q: %s", tt.in, tt.reason)
		assert.Equal(t, tt.text, got.text, "%q: %s", tt.in, tt.reason)
	}
}

func TestResolveTags(t *testing.T) {
	for _, tt := range []struct {
		in   string
		want string
	}{
		{"!!str 80", `string "80"`},
		{"!!str yes", `string "yes"`},
		{"!!int 0640", "integer 0640"},
		{"!!int x", "invalid value !!int x"},
		{"!!float 1", "number 1"},
		{"!!bool on", "boolean on"},
		{"!!null ''", "null"},
		{"!!binary aGk=", `string "hi"`},
		{"!!binary /w==", "invalid value !!binary /w=="},
		{"!mine x", "invalid value !mine x"},
		{"'80'", `string "80"`},
		{"\"\\u00e9\"", `string "é"`},
		{"[]", "a list"},
		{"{}", "a mapping"},
	} {
		var doc yaml.Node
		assert.NoError(t, yaml.Unmarshal([]byte(tt.in), &doc), tt.in)
		assert.Equal(t, tt.want, describe(doc.Content[0]), tt.in)
	}
}
