package cluster_test

import (
	"fmt"
	"reflect"

	"pgregory.net/rapid"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/quantity"
)

// randomTemplate draws a template in which every field can occur. It is seldom a valid one.
func randomTemplate() *rapid.Generator[*cluster.PodTemplateSpec] {
	return rapid.Custom(func(t *rapid.T) *cluster.PodTemplateSpec {
		template := new(cluster.PodTemplateSpec)
		fill(t, reflect.ValueOf(template).Elem(), rapid.IntRange(1, 12).Draw(t, "one in"))
		return template
	})
}

// fill draws a value; of what is optional about one in oneIn is set.
func fill(t *rapid.T, v reflect.Value, oneIn int) {
	switch dst := v.Addr().Interface().(type) {
	case *quantity.Quantity:
		*dst = quantity.MustParse(rapid.SampledFrom([]string{"0", "1", "100m", "1.5Gi", "3k"}).Draw(t, "quantity"))
		return
	case *cluster.IntOrString:
		*dst = rapid.SampledFrom([]cluster.IntOrString{
			cluster.FromInt(80), cluster.FromString("web"), cluster.FromString("10%"), {},
		}).Draw(t, "int or string")
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fill(t, v.Field(i), oneIn)
		}
	case reflect.Pointer:
		if sometimes(t, oneIn) {
			v.Set(reflect.New(v.Type().Elem()))
			fill(t, v.Elem(), oneIn+3)
		}
	case reflect.Slice:
		if sometimes(t, oneIn) {
			n := rapid.IntRange(1, 2).Draw(t, "length")
			v.Set(reflect.MakeSlice(v.Type(), n, n))
			for i := range n {
				fill(t, v.Index(i), oneIn+3)
			}
		}
	case reflect.Map:
		if sometimes(t, oneIn) {
			fillMap(t, v, oneIn)
		}
	default:
		fillScalar(t, v)
	}
}

func fillMap(t *rapid.T, v reflect.Value, oneIn int) {
	v.Set(reflect.MakeMap(v.Type()))
	for i := range rapid.IntRange(1, 3).Draw(t, "length") {
		value := reflect.New(v.Type().Elem()).Elem()
		fill(t, value, oneIn)
		v.SetMapIndex(reflect.ValueOf(fmt.Sprintf("key%d", 9-i)).Convert(v.Type().Key()), value)
	}
}

func fillScalar(t *rapid.T, v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(rapid.SampledFrom([]string{"", "a", "b-c", "<é&\"\n"}).Draw(t, "string"))
	case reflect.Bool:
		v.SetBool(rapid.Bool().Draw(t, "bool"))
	case reflect.Int32, reflect.Int64:
		v.SetInt(int64(rapid.IntRange(-1, 3).Draw(t, "int")))
	default:
		panic(fmt.Sprintf("no random %v", v.Type()))
	}
}

func sometimes(t *rapid.T, oneIn int) bool { return rapid.IntRange(1, oneIn).Draw(t, "set") == 1 }
