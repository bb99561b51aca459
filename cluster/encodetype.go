package cluster

import (
	"encoding"
	"encoding/json"
	"reflect"
	"strings"
	"time"
)

// notation is how the values of a type are written.
type notation uint8

const (
	notationPlain notation = iota
	notationObject
	notationMarshaler
	notationText
	notationTime
)

// typeShape is what an Encoder knows of a type.
type typeShape struct {
	notation notation
	fields   []fieldShape
}

// fieldShape is what an Encoder knows of a field of a struct.
type fieldShape struct {
	index int
	// key is the name with its quotes and colon.
	key string
	// inline says that the fields of an embedded struct stand in its place.
	inline    bool
	omitEmpty bool
	// quoted says that a number is written as a string.
	quoted bool
	// creation marks the time of creation.
	creation bool
}

// templateShapes are the shapes of all types within a pod template. Templates are written at every change
// of one, each time by a new Encoder; so these are worked out once and only read from then on.
var templateShapes = shapesWithin(reflect.TypeFor[*PodTemplateSpec](), map[reflect.Type]*typeShape{})

// shapesWithin adds the shapes of a type and of all that can be reached from it.
func shapesWithin(t reflect.Type, shapes map[reflect.Type]*typeShape) map[reflect.Type]*typeShape {
	if shapes[t] != nil {
		return shapes
	}
	shapes[t] = shapeOf(t)
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		shapesWithin(t.Elem(), shapes)
	case reflect.Struct:
		for _, f := range shapes[t].fields {
			shapesWithin(t.Field(f.index).Type, shapes)
		}
	}
	return shapes
}

func (e *Encoder) of(t reflect.Type) *typeShape {
	if shape := templateShapes[t]; shape != nil {
		return shape
	}
	shape := e.types[t]
	if shape == nil {
		shape = shapeOf(t)
		if e.types == nil {
			e.types = make(map[reflect.Type]*typeShape)
		}
		e.types[t] = shape
	}
	return shape
}

func shapeOf(t reflect.Type) *typeShape {
	shape := &typeShape{notation: notationOf(t)}
	if t.Kind() == reflect.Struct && shape.notation == notationPlain {
		for i := range t.NumField() {
			if f, ok := fieldOf(t, i); ok {
				shape.fields = append(shape.fields, f)
			}
		}
	}
	return shape
}

func notationOf(t reflect.Type) notation {
	switch {
	case t == reflect.TypeFor[time.Duration]():
		return notationTime
	case t == reflect.TypeFor[UID]():
		return notationText
	case t.Kind() == reflect.Interface || t.NumMethod() == 0:
		return notationPlain
	case t.Implements(reflect.TypeFor[json.Marshaler]()):
		return notationMarshaler
	case t.Implements(reflect.TypeFor[encoding.TextMarshaler]()):
		return notationText
	case t.Kind() == reflect.Pointer && isObject(t):
		return notationObject
	}
	return notationPlain
}

func isObject(t reflect.Type) bool {
	return t.Implements(reflect.TypeFor[Object]()) || t.Implements(reflect.TypeFor[APIShaped]())
}

// fieldOf says how field i of a struct is written; ok is false for a field that is not.
func fieldOf(t reflect.Type, i int) (f fieldShape, ok bool) {
	field := t.Field(i)
	name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
	isMeta := field.Type == reflect.TypeFor[ObjectMeta]()
	switch {
	case name == "-" && options == "":
		return f, false
	case name != "":
	case field.Anonymous && isMeta:
		name = "metadata"
	case field.Anonymous:
		return fieldShape{index: i, inline: true}, true
	default:
		name = field.Name
	}
	number := field.Type.Kind() == reflect.Uint64
	return fieldShape{
		index:     i,
		key:       `"` + name + `":`,
		omitEmpty: strings.Contains(options, "omitempty"),
		quoted:    number && name == "resourceVersion",
		creation:  t == reflect.TypeFor[ObjectMeta]() && name == "creationTimestamp",
	}, field.IsExported()
}
