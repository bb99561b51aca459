package cluster_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/quantity"
)

// TestJSONIsStandard: where the API has no notation of its own, the bytes are those of encoding/json,
// and decoding gives back the value.
func TestJSONIsStandard(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		template := randomTemplate().Draw(t, "template")
		got := cluster.JSON(template, time.Time{})
		want, err := json.Marshal(template)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
		var back cluster.PodTemplateSpec
		if err := json.Unmarshal(got, &back); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(template, &back, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("round trip (-want +got):\n%s", diff)
		}
	})
}

func TestJSONNotation(t *testing.T) {
	epoch := time.Date(2026, 1, 1, 12, 0, 0, 0, time.FixedZone("", 2*60*60))
	second := 1999 * time.Millisecond
	for _, tt := range []struct {
		name, want, reason string
		value              any
	}{
		{"nil", `null`, "", nil},
		{"time", `"2026-01-01T10:00:01Z"`, "UTC, and fractions are dropped (D-11)", second},
		{"pointer to time", `"2026-01-01T10:00:01Z"`, "", &second},
		{"nil time", `null`, "", (*time.Duration)(nil)},
		{"quantity", `"1536Mi"`, "its text", quantity.MustParse("1.5Gi")},
		{"number", `80`, "", cluster.FromInt(80)},
		{"text", `"10%"`, "", cluster.FromString("10%")},
		{"UID", `"00000001-0000-4000-8000-000000000002"`, "", cluster.UID(1<<40 | 2)},
		{"map", `{"a":1,"b":2}`, "keys are sorted", map[string]int{"b": 2, "a": 1}},
		{"bytes", `"aGk="`, "base64", []byte("hi")},
		{"raw", `{"a":1}`, "as it is", json.RawMessage(`{"a":1}`)},
		{"escapes", `"\u003ca\u0026b\u003e\"\\"`, "as encoding/json", `<a&b>"\`},
		{
			"metadata", `{"name":"n","uid":"00000001-0000-4000-8000-000000000002","resourceVersion":"7",` +
				`"creationTimestamp":"2026-01-01T10:00:00Z"}`,
			"the version is a string; a stored object has a creation time, also at zero",
			cluster.ObjectMeta{Name: "n", UID: 1<<40 | 2, ResourceVersion: 7},
		},
		{"new metadata", `{"name":"n"}`, "not stored", cluster.ObjectMeta{Name: "n"}},
		{
			"object", `{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"n"}}`,
			"embedded metadata is called so", &cluster.Namespace{ObjectMeta: cluster.ObjectMeta{Name: "n"}},
		},
		{
			"nested", `[{"apiVersion":"v1","kind":"Namespace","metadata":{}},null]`, "",
			[]cluster.Object{&cluster.Namespace{}, nil},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := string(cluster.JSON(tt.value, epoch))
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tt.reason, diff)
			}
		})
	}
}

func TestEncoderAppends(t *testing.T) {
	e := cluster.NewEncoder(time.Time{})
	buf := e.Append([]byte("x"), []int(nil))
	buf = e.Append(buf, [2]bool{true, false})
	require.Equal(t, "xnull[true,false]", string(buf))
	require.Panics(t, func() { e.Append(nil, make(chan int)) })
}

func BenchmarkJSONTemplate(b *testing.B) {
	template := randomTemplate().Example(1)
	b.ReportAllocs()
	var buf []byte
	for b.Loop() {
		buf = cluster.AppendJSON(buf[:0], template, time.Time{})
	}
	b.SetBytes(int64(len(buf)))
}
