package cluster

import (
	"reflect"

	"github.com/daemonsim/daemonsim/cluster/quantity"
)

// SemanticallyEqual reports whether two pod templates say the same, as the API server compares them: quantities
// by value, however they are written, and nothing is as good as an empty list or map.
func (t *PodTemplateSpec) SemanticallyEqual(other *PodTemplateSpec) bool {
	return sameValue(reflect.ValueOf(t).Elem(), reflect.ValueOf(other).Elem())
}

func sameValue(a, b reflect.Value) bool {
	switch a.Kind() {
	case reflect.Pointer, reflect.Interface:
		if a.IsNil() || b.IsNil() {
			return a.IsNil() == b.IsNil()
		}
		return a.Elem().Type() == b.Elem().Type() && sameValue(a.Elem(), b.Elem())
	case reflect.Slice, reflect.Array:
		if a.Len() != b.Len() {
			return false
		}
		for i := range a.Len() {
			if !sameValue(a.Index(i), b.Index(i)) {
				return false
			}
		}
		return true
	case reflect.Map:
		return sameMap(a, b)
	case reflect.Struct:
		return sameStruct(a, b)
	default:
		return a.Equal(b)
	}
}

func sameMap(a, b reflect.Value) bool {
	if a.Len() != b.Len() {
		return false
	}
	for it := a.MapRange(); it.Next(); {
		if there := b.MapIndex(it.Key()); !there.IsValid() || !sameValue(it.Value(), there) {
			return false
		}
	}
	return true
}

func sameStruct(a, b reflect.Value) bool {
	if a.Type() == reflect.TypeFor[quantity.Quantity]() {
		return a.Interface().(quantity.Quantity).Equal(b.Interface().(quantity.Quantity))
	}
	for i := range a.NumField() {
		if !sameValue(a.Field(i), b.Field(i)) {
			return false
		}
	}
	return true
}
