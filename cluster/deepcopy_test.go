package cluster_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/quantity"
)

// TestCloneSharesNothing scribbles over all that a clone reaches and expects the original unchanged.
func TestCloneSharesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		template := randomTemplate().Draw(t, "template")
		before := string(cluster.JSON(template, time.Time{}))
		clone := template.Clone()
		if diff := cmp.Diff(template, &clone); diff != "" {
			t.Fatalf("clone differs (-want +got):\n%s", diff)
		}
		scribble(reflect.ValueOf(&clone).Elem())
		if after := string(cluster.JSON(template, time.Time{})); after != before {
			t.Fatalf("scribbling on a clone changed the original:\n%s\n%s", before, after)
		}
	})
}

// scribble changes everything that v reaches.
func scribble(v reflect.Value) {
	if q, ok := v.Addr().Interface().(*quantity.Quantity); ok {
		*q = q.Add(quantity.New(7))
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			scribble(v.Field(i))
		}
	case reflect.Pointer:
		if !v.IsNil() {
			scribble(v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			scribble(v.Index(i))
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			v.SetMapIndex(key, reflect.Zero(v.Type().Elem()))
		}
	case reflect.String:
		v.SetString(v.String() + "!")
	case reflect.Bool:
		v.SetBool(!v.Bool())
	case reflect.Int32, reflect.Int64:
		v.SetInt(v.Int() + 1)
	}
}

func TestCloneKeepsNilAndEmpty(t *testing.T) {
	for _, spec := range []cluster.PodSpec{
		{},
		{Containers: []cluster.Container{}, NodeSelector: map[string]string{}},
		{SecurityContext: &cluster.PodSecurityContext{SupplementalGroups: []int64{}}},
	} {
		if clone := spec.Clone(); !reflect.DeepEqual(spec, clone) {
			t.Errorf("clone of %+v is %+v", spec, clone)
		}
	}
}
