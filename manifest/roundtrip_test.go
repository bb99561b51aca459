package manifest_test

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/quantity"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/manifest"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestRoundTrip: whatever a DaemonSet holds, valid or not, reads back from what is written of it.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ds := &daemonset.DaemonSet{}
		ds.Name, ds.Namespace = "agent", "default"
		ds.Labels = rapid.MapOfN(text(), text(), 0, 3).Draw(t, "labels")
		fill(t, reflect.ValueOf(&ds.Spec).Elem(), 0)
		requireSame(t, ds)
	})
}

// TestRoundTripNode is the same for a Node, whose status is kept.
func TestRoundTripNode(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := &cluster.Node{}
		n.Name = "node"
		fill(t, reflect.ValueOf(&n.Spec).Elem(), 0)
		fill(t, reflect.ValueOf(&n.Status).Elem(), 0)
		requireSame(t, n)
	})
}

// TestRoundTripBudget is the same for a PodDisruptionBudget.
func TestRoundTripBudget(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := &cluster.PodDisruptionBudget{}
		b.Name, b.Namespace = "budget", "default"
		fill(t, reflect.ValueOf(&b.Spec).Elem(), 0)
		fill(t, reflect.ValueOf(&b.Status).Elem(), 0)
		requireSame(t, b)
	})
}

func requireSame(t require.TestingT, obj cluster.Object) {
	want := manifest.JSON(obj, manifest.Options{})
	for name, text := range map[string][]byte{
		"f.yaml": manifest.YAML(obj, manifest.Options{}),
		"f.json": want,
		"l.yaml": manifest.YAMLList([]cluster.Object{obj}, manifest.Options{}),
		"l.json": manifest.JSONList([]cluster.Object{obj}, manifest.Options{}),
	} {
		set, err := manifest.Decode(name, text, manifest.Options{Namespace: obj.Meta().Namespace})
		require.NoError(t, err, "%s", text)
		require.Len(t, set.Items, 1)
		got := manifest.JSON(set.Items[0].Object, manifest.Options{})
		require.Equal(t, string(want), string(got), "by way of %s", text)
	}
}

func text() *rapid.Generator[string] {
	return rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{
		"", "true", "yes", "0640", "1e3", "~", "a: b", "- a", "l1\nl2\n", " x", "*", "<<", "80",
	}))
}

// fill draws a value for everything below v, less and less of it with depth.
func fill(t *rapid.T, v reflect.Value, depth int) {
	switch v.Type() {
	case reflect.TypeFor[quantity.Quantity]():
		v.Set(reflect.ValueOf(quantity.New(rapid.Int64().Draw(t, "quantity"))))
		return
	case reflect.TypeFor[cluster.IntOrString]():
		v.Set(reflect.ValueOf(rapid.OneOf(
			rapid.Map(rapid.Int32(), cluster.FromInt), rapid.Map(text(), cluster.FromString),
		).Draw(t, "intOrString")))
		return
	case reflect.TypeFor[cluster.TemplateMeta]():
		v.FieldByName("Labels").Set(reflect.ValueOf(rapid.MapOfN(text(), text(), 0, 2).Draw(t, "labels")))
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() && rapid.IntRange(0, depth/2).Draw(t, "skip") == 0 {
				fill(t, v.Field(i), depth+1)
			}
		}
	case reflect.Pointer:
		if rapid.Bool().Draw(t, "set") {
			v.Set(reflect.New(v.Type().Elem()))
			fill(t, v.Elem(), depth+1)
		}
	case reflect.Slice:
		n := rapid.IntRange(0, 2).Draw(t, "len")
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			fill(t, v.Index(i), depth+1)
		}
	case reflect.Map:
		fillMap(t, v, depth)
	case reflect.String:
		v.SetString(text().Draw(t, "string"))
	case reflect.Bool:
		v.SetBool(rapid.Bool().Draw(t, "bool"))
	case reflect.Int32:
		v.SetInt(int64(rapid.Int32().Draw(t, "int32")))
	case reflect.Int64:
		fillInt64(t, v)
	default:
		t.Fatalf("no generator for %v", v.Type())
	}
}

// fillInt64 draws a number, in whole seconds if it is a time: timestamps have no fractions.
func fillInt64(t *rapid.T, v reflect.Value) {
	if v.Type().Name() == "Duration" {
		v.SetInt(rapid.Int64Range(0, 1e9).Draw(t, "seconds") * 1e9)
		return
	}
	v.SetInt(rapid.Int64().Draw(t, "int64"))
}

func fillMap(t *rapid.T, v reflect.Value, depth int) {
	v.Set(reflect.MakeMap(v.Type()))
	for _, key := range rapid.SliceOfNDistinct(text(), 0, 2, rapid.ID).Draw(t, "keys") {
		value := reflect.New(v.Type().Elem()).Elem()
		fill(t, value, depth+1)
		v.SetMapIndex(reflect.ValueOf(key).Convert(v.Type().Key()), value)
	}
}

// FuzzDecode: no input makes the package panic, and whatever decodes reads back from what is
// written.
func FuzzDecode(f *testing.F) {
	paths, err := filepath.Glob("testdata/broken/*.*")
	require.NoError(f, err)
	for _, path := range paths {
		if !strings.HasSuffix(path, ".txt") {
			data, err := os.ReadFile(path)
			require.NoError(f, err)
			f.Add(data)
		}
	}
	f.Add([]byte(serverPod))
	f.Fuzz(func(t *testing.T, data []byte) {
		_, err := manifest.Parse(manifest.Options{}, manifest.File{Name: "f.yaml", Data: data})
		if err != nil && strings.Contains(err.Error(), "\n\n") {
			t.Errorf("an empty line in %q", err)
		}
		set, err := manifest.Decode("f.yaml", data, manifest.Options{})
		if err != nil {
			return
		}
		for _, item := range set.Items {
			requireSame(t, item.Object)
		}
	})
}
