package field

import (
	"bytes"
	"encoding/json"
	"reflect"
)

// Internal wraps a value for the message of an [Error]: a struct within it is printed with the Go names
// of all its fields, set or not, as the API server prints the types that it works with. Other structs
// are printed as the JSON of a manifest. Values that choose their own JSON keep it.
func Internal(value any) any { return internal{value} }

type internal struct{ value any }

// MarshalJSON writes the value with the names of Go.
func (i internal) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	err := writeInternal(&b, reflect.ValueOf(i.value))
	return b.Bytes(), err
}

func writeInternal(b *bytes.Buffer, v reflect.Value) error {
	switch {
	case !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil():
		b.WriteString("null")
		return nil
	case isMarshaler(v):
	case v.Kind() == reflect.Pointer:
		return writeInternal(b, v.Elem())
	case v.Kind() == reflect.Struct:
		return writeFields(b, v)
	case v.Kind() == reflect.Slice && !v.IsNil():
		return writeItems(b, v)
	}
	text, err := json.Marshal(v.Interface())
	b.Write(text)
	return err
}

func writeFields(b *bytes.Buffer, v reflect.Value) error {
	b.WriteByte('{')
	for i := range v.NumField() {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(`"` + v.Type().Field(i).Name + `":`)
		if err := writeInternal(b, v.Field(i)); err != nil {
			return err
		}
	}
	b.WriteByte('}')
	return nil
}

func writeItems(b *bytes.Buffer, v reflect.Value) error {
	b.WriteByte('[')
	for i := range v.Len() {
		if i > 0 {
			b.WriteByte(',')
		}
		if err := writeInternal(b, v.Index(i)); err != nil {
			return err
		}
	}
	b.WriteByte(']')
	return nil
}
