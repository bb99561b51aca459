package manifest

import (
	"encoding/base64"
	"encoding/json"
	"math"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// scalar is what a single YAML value means.
type scalar struct {
	kind scalarKind
	// text is the string of a string, and the JSON of everything else: 416 for 0640, true for yes.
	text string
	// source is how the value stands in the file.
	source string
	// plain reports whether the value stands there without quotes.
	plain bool
}

type scalarKind uint8

const (
	scalarNull scalarKind = iota
	scalarBool
	scalarInt
	scalarFloat
	scalarString
	// scalarInvalid is a value that contradicts its explicit tag, or has one nobody knows.
	scalarInvalid
)

// String names the kind as messages do.
func (k scalarKind) String() string {
	return [...]string{"null", "boolean", "integer", "number", "string", "invalid value"}[k]
}

// describe prints the scalar for a message.
func (s scalar) describe() string {
	switch s.kind {
	case scalarNull:
		return "null"
	case scalarString:
		return "string " + quote(s.text)
	}
	return s.kind.String() + " " + bare(s.source)
}

// value is the scalar as a Go value, for [Error.Value].
func (s scalar) value() any {
	switch s.kind {
	case scalarNull:
		return nil
	case scalarBool:
		return s.text == "true"
	case scalarInt, scalarFloat:
		return json.Number(s.text)
	}
	return s.text
}

// resolve interprets a scalar node as the YAML layer of Kubernetes does, which follows YAML 1.1:
// yes and off are booleans, 0640 is octal.
func resolve(n *yaml.Node) scalar {
	const quoted = yaml.DoubleQuotedStyle | yaml.SingleQuotedStyle | yaml.LiteralStyle |
		yaml.FoldedStyle
	if n.Style&yaml.TaggedStyle != 0 {
		return resolveTagged(n.Tag, n.Value)
	}
	if n.Style&quoted != 0 {
		return scalar{kind: scalarString, text: n.Value, source: n.Value}
	}
	return resolvePlain(n.Value)
}

func resolveTagged(tag, value string) scalar {
	s := resolvePlain(value)
	switch {
	case tag == "!!str" || tag == "!!timestamp":
		return scalar{kind: scalarString, text: value, source: value}
	case tag == "!!binary":
		data, err := base64.StdEncoding.DecodeString(value)
		if err == nil && utf8.Valid(data) {
			return scalar{kind: scalarString, text: string(data), source: value}
		}
	case tag == "!!int" && s.kind == scalarInt, tag == "!!float" && s.kind == scalarFloat,
		tag == "!!bool" && s.kind == scalarBool, tag == "!!null" && s.kind == scalarNull:
		return s
	case tag == "!!float" && s.kind == scalarInt:
		s.kind = scalarFloat
		return s
	}
	return scalar{kind: scalarInvalid, text: value, source: tag + " " + value}
}

func resolvePlain(value string) scalar {
	s := scalar{kind: scalarString, text: value, source: value, plain: true}
	switch value {
	case "", "~", "null", "Null", "NULL":
		s.kind, s.text = scalarNull, "null"
	case "y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON":
		s.kind, s.text = scalarBool, "true"
	case "n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF":
		s.kind, s.text = scalarBool, "false"
	case ".nan", ".NaN", ".NAN", ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF",
		"-.inf", "-.Inf", "-.INF":
		// These are numbers that JSON cannot say, so no field can take them.
		s.kind = scalarInvalid
	default:
		s.resolveNumber()
	}
	return s
}

// maxNumber is the length of the longest text that is tried as a number.
const maxNumber = 1024

func (s *scalar) resolveNumber() {
	if len(s.source) > maxNumber || strings.IndexByte("+-.0123456789", s.source[0]) < 0 {
		return
	}
	if s.source[0] == '.' {
		s.resolveFloat(s.source)
		return
	}
	digits := strings.ReplaceAll(s.source, "_", "")
	if i, err := strconv.ParseInt(digits, 0, 64); err == nil {
		s.kind, s.text = scalarInt, strconv.FormatInt(i, 10)
		return
	}
	if i, err := strconv.ParseUint(digits, 0, 64); err == nil {
		s.kind, s.text = scalarInt, strconv.FormatUint(i, 10)
		return
	}
	s.resolveFloat(digits)
}

var yamlFloat = regexp.MustCompile(`^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$`)

func (s *scalar) resolveFloat(digits string) {
	if !yamlFloat.MatchString(digits) {
		return
	}
	f, err := strconv.ParseFloat(digits, 64)
	if err != nil || math.IsInf(f, 0) {
		return
	}
	text, err := json.Marshal(f)
	if err != nil {
		return
	}
	s.kind, s.text = scalarFloat, string(text)
}
