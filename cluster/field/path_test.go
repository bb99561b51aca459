package field_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/daemonsim/daemonsim/cluster/field"
)

func TestPathString(t *testing.T) {
	var root *field.Path
	for _, tt := range []struct {
		path *field.Path
		want string
	}{
		{root, ""},
		{field.NewPath(), ""},
		{field.NewPath("spec"), "spec"},
		{field.NewPath("spec", "taints").Index(0).Child("effect"), "spec.taints[0].effect"},
		{field.NewPath("spec").Child("x").Key("key"), "spec.x[key]"},
		{field.NewPath("a").Child("b", "c", "d"), "a.b.c.d"},
		{root.Child("a"), "a"},
		{root.Index(3).Child("key"), "[3].key"},
		{root.Key("k").Index(1), "[k][1]"},
		{field.NewPath("spec").Child(), "spec"},
	} {
		if diff := cmp.Diff(tt.want, tt.path.String()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

// TestPathIsImmutable extends one path in several ways and expects each to be undisturbed.
func TestPathIsImmutable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		base := field.NewPath(rapid.SliceOfN(rapid.StringMatching("[a-z]{1,3}"), 1, 4).Draw(t, "base")...)
		before := base.String()
		first, second := base.Index(1), base.Index(2)
		third, fourth := base.Child("x"), base.Key("y")
		want := []string{before, before + "[1]", before + "[2]", before + ".x", before + "[y]"}
		var got []string
		for _, p := range []*field.Path{base, first, second, third, fourth} {
			got = append(got, p.String())
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
	})
}

func ExamplePath() {
	containers := field.NewPath("spec", "template", "spec").Child("containers")
	fmt.Println(containers.Index(0).Child("image"))
	fmt.Println(containers.Index(1).Child("resources", "limits").Key("cpu"))
	// Output:
	// spec.template.spec.containers[0].image
	// spec.template.spec.containers[1].resources.limits[cpu]
}
