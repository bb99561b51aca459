package cluster

import (
	"reflect"

	"github.com/daemonsim/daemonsim/cluster/quantity"
)

// Clone returns a deep copy.
func (s *PodSpec) Clone() PodSpec { return deepCopy(*s) }

// deepCopy copies everything that v reaches through pointers, slices and maps. The types of a pod spec
// have neither cycles nor interfaces.
func deepCopy[T any](v T) T {
	var c T
	copyInto(reflect.ValueOf(&c).Elem(), reflect.ValueOf(&v).Elem())
	return c
}

// copyInto makes dst, which is zero, a deep copy of src.
func copyInto(dst, src reflect.Value) {
	switch src.Kind() {
	case reflect.Pointer:
		if !src.IsNil() {
			dst.Set(reflect.New(src.Type().Elem()))
			copyInto(dst.Elem(), src.Elem())
		}
	case reflect.Slice:
		if !src.IsNil() {
			dst.Set(reflect.MakeSlice(src.Type(), src.Len(), src.Len()))
			for i := range src.Len() {
				copyInto(dst.Index(i), src.Index(i))
			}
		}
	case reflect.Map:
		copyMap(dst, src)
	case reflect.Struct:
		copyStruct(dst, src)
	default:
		dst.Set(src)
	}
}

func copyMap(dst, src reflect.Value) {
	if src.IsNil() {
		return
	}
	dst.Set(reflect.MakeMapWithSize(src.Type(), src.Len()))
	for it := src.MapRange(); it.Next(); {
		value := reflect.New(src.Type().Elem()).Elem()
		copyInto(value, it.Value())
		dst.SetMapIndex(it.Key(), value)
	}
}

// copyStruct copies field by field what has something to follow. A quantity cannot change: it is
// copied as it is.
func copyStruct(dst, src reflect.Value) {
	dst.Set(src)
	if src.Type() == reflect.TypeFor[quantity.Quantity]() {
		return
	}
	for i := range src.NumField() {
		switch f := src.Field(i); f.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Struct:
			copyInto(dst.Field(i), f)
		}
	}
}
