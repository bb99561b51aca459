package cluster

import (
	"encoding"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// APIShaped is a value that has another shape in the API than in memory.
type APIShaped interface {
	// APIObject returns the value as the API shows it, for reading.
	APIObject() any
}

// JSON returns v as canonical JSON: equal values give equal bytes. Like AppendJSON, for one value.
func JSON(v any, epoch time.Time) []byte { return AppendJSON(nil, v, epoch) }

// AppendJSON appends v as JSON to dst. It follows the json tags as encoding/json does, with the
// notation of the Kubernetes API where that differs:
//
//   - An [Object] starts with apiVersion and kind, and its embedded ObjectMeta is its metadata. One that
//     is [APIShaped] is written in that shape.
//   - A time.Duration is a point in time, counted from epoch, with whole seconds.
//   - A UID has its usual text, and a resourceVersion is a string.
//   - The creation time of a stored object is written even if it is zero.
//
// The keys of maps are sorted; those of structs are in the order of their fields. A value that JSON
// cannot hold, such as a channel, panics.
func AppendJSON(dst []byte, v any, epoch time.Time) []byte {
	return NewEncoder(epoch).Append(dst, v)
}

// Encoder writes JSON as AppendJSON does. It remembers what it has learned about types, so whoever
// writes many values keeps one. It belongs to one caller.
type Encoder struct {
	epoch time.Time
	types map[reflect.Type]*typeShape
}

// NewEncoder returns an encoder that counts times from epoch.
func NewEncoder(epoch time.Time) *Encoder {
	return &Encoder{epoch: epoch.UTC()}
}

// Append appends v as JSON to dst.
func (e *Encoder) Append(dst []byte, v any) []byte { return e.value(dst, reflect.ValueOf(v)) }

func (e *Encoder) value(dst []byte, v reflect.Value) []byte {
	if !v.IsValid() {
		return append(dst, "null"...)
	}
	t := e.of(v.Type())
	switch t.notation {
	case notationObject:
		return e.object(dst, v)
	case notationMarshaler:
		return appendMarshaler(dst, v)
	case notationText:
		return appendText(dst, v)
	case notationTime:
		return e.time(dst, time.Duration(v.Int()))
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		return e.value(dst, v.Elem())
	case reflect.Struct:
		dst, _ = e.fields(append(dst, '{'), v, t, true)
		return append(dst, '}')
	case reflect.Map:
		return e.mapping(dst, v)
	case reflect.Slice, reflect.Array:
		return e.list(dst, v)
	}
	return scalar(dst, v)
}

func scalar(dst []byte, v reflect.Value) []byte {
	switch v.Kind() {
	case reflect.String:
		return appendString(dst, v.String())
	case reflect.Bool:
		return strconv.AppendBool(dst, v.Bool())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return strconv.AppendInt(dst, v.Int(), 10)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return strconv.AppendUint(dst, v.Uint(), 10)
	}
	return appendStandard(dst, v)
}

// object writes apiVersion and kind and then the fields.
func (e *Encoder) object(dst []byte, v reflect.Value) []byte {
	if v.IsNil() {
		return append(dst, "null"...)
	}
	obj, isObject := v.Interface().(Object)
	shape := v.Elem()
	if s, ok := v.Interface().(APIShaped); ok {
		shape = reflect.Indirect(reflect.ValueOf(s.APIObject()))
	}
	dst = append(dst, '{')
	if isObject {
		dst = appendString(append(dst, `"apiVersion":`...), obj.APIVersion())
		dst = appendString(append(dst, `,"kind":`...), string(obj.Kind()))
	}
	dst, _ = e.fields(dst, shape, e.of(shape.Type()), !isObject)
	return append(dst, '}')
}

// fields writes the fields of a struct. It reports whether the next field is still the first.
func (e *Encoder) fields(dst []byte, v reflect.Value, t *typeShape, first bool) ([]byte, bool) {
	for i := range t.fields {
		f := &t.fields[i]
		fv := v.Field(f.index)
		if f.inline {
			if fv = reflect.Indirect(fv); fv.IsValid() {
				dst, first = e.fields(dst, fv, e.of(fv.Type()), first)
			}
			continue
		}
		if f.omitEmpty && isEmpty(fv) && !(f.creation && isStored(v)) {
			continue
		}
		if !first {
			dst = append(dst, ',')
		}
		first = false
		dst = append(dst, f.key...)
		if f.quoted {
			dst = append(strconv.AppendUint(append(dst, '"'), fv.Uint(), 10), '"')
			continue
		}
		dst = e.value(dst, fv)
	}
	return dst, first
}

// isStored reports whether metadata is that of an object in a store: only there have UIDs.
func isStored(meta reflect.Value) bool { return meta.FieldByName("UID").Uint() != 0 }

// isEmpty reports what omitempty leaves out.
func isEmpty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Map, reflect.Slice, reflect.String, reflect.Array:
		return v.Len() == 0
	case reflect.Struct:
		return false
	}
	return v.IsZero()
}

func (e *Encoder) mapping(dst []byte, v reflect.Value) []byte {
	if v.IsNil() {
		return append(dst, "null"...)
	}
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
	dst = append(dst, '{')
	for i, key := range keys {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(appendString(dst, key.String()), ':')
		dst = e.value(dst, v.MapIndex(key))
	}
	return append(dst, '}')
}

func (e *Encoder) list(dst []byte, v reflect.Value) []byte {
	if v.Kind() == reflect.Slice {
		if v.IsNil() {
			return append(dst, "null"...)
		}
		if v.Type().Elem().Kind() == reflect.Uint8 {
			dst = base64.StdEncoding.AppendEncode(append(dst, '"'), v.Bytes())
			return append(dst, '"')
		}
	}
	dst = append(dst, '[')
	for i := range v.Len() {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = e.value(dst, v.Index(i))
	}
	return append(dst, ']')
}

// time writes the point in time at which the virtual time is d. A fraction of a second is dropped.
func (e *Encoder) time(dst []byte, d time.Duration) []byte {
	dst = e.epoch.Add(d).AppendFormat(append(dst, '"'), time.RFC3339)
	return append(dst, '"')
}

func appendMarshaler(dst []byte, v reflect.Value) []byte {
	if v.Kind() == reflect.Pointer && v.IsNil() {
		return append(dst, "null"...)
	}
	return appendStandard(dst, v)
}

func appendText(dst []byte, v reflect.Value) []byte {
	switch t := v.Interface().(type) {
	case UID:
		return appendString(dst, t.String())
	case encoding.TextMarshaler:
		if v.Kind() == reflect.Pointer && v.IsNil() {
			return append(dst, "null"...)
		}
		text, err := t.MarshalText()
		if err != nil {
			panic(fmt.Sprintf("cluster: no text for a %v: %v", v.Type(), err))
		}
		return appendString(dst, string(text))
	}
	return append(dst, "null"...)
}

// appendStandard leaves a value to encoding/json.
func appendStandard(dst []byte, v reflect.Value) []byte {
	text, err := json.Marshal(v.Interface())
	if err != nil {
		panic(fmt.Sprintf("cluster: no JSON for a %v: %v", v.Type(), err))
	}
	return append(dst, text...)
}

// appendString writes a string as encoding/json does, which escapes what is special in HTML.
func appendString(dst []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			return appendStandard(dst, reflect.ValueOf(s))
		}
	}
	dst = append(append(dst, '"'), s...)
	return append(dst, '"')
}
