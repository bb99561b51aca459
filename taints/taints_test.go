package taints_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/daemonsim/daemonsim/taints"
)

const (
	noSchedule       = taints.EffectNoSchedule
	preferNoSchedule = taints.EffectPreferNoSchedule
	noExecute        = taints.EffectNoExecute
)

func TestTolerates_S24_S25_S29(t *testing.T) {
	taint := taints.Taint{Key: "k", Value: "v", Effect: noSchedule}
	bare := taints.Taint{Key: "k", Effect: noSchedule}
	for _, tt := range []struct {
		toleration taints.Toleration
		taint      taints.Taint
		want       bool
		reason     string
	}{
		{taints.Toleration{Key: "k", Operator: "Equal", Value: "v", Effect: noSchedule}, taint, true, "all equal"},
		{taints.Toleration{Key: "k", Value: "v", Effect: noSchedule}, taint, true, "no operator is Equal"},
		{taints.Toleration{Key: "k", Value: "v"}, taint, true, "no effect is every effect"},
		{taints.Toleration{Key: "k", Value: "w", Effect: noSchedule}, taint, false, "other value"},
		{taints.Toleration{Key: "k", Effect: noSchedule}, taint, false, "empty value is a value"},
		{taints.Toleration{Key: "k", Effect: noSchedule}, bare, true, "both values empty"},
		{taints.Toleration{Key: "k", Operator: "Exists", Effect: noSchedule}, taint, true, "any value"},
		{taints.Toleration{Key: "k", Operator: "Exists"}, taint, true, "any value and effect"},
		{taints.Toleration{Key: "k", Operator: "Exists", Effect: noExecute}, taint, false, "other effect"},
		{taints.Toleration{Key: "k", Operator: "Exists", Effect: preferNoSchedule}, taint, false, "other effect"},
		{taints.Toleration{Key: "other", Operator: "Exists"}, taint, false, "other key"},
		{taints.Toleration{Key: "other", Value: "v"}, taint, false, "other key"},
		{taints.Toleration{Operator: "Exists"}, taint, true, "tolerates everything"},
		{taints.Toleration{Operator: "Exists", Effect: noSchedule}, taint, true, "everything of the effect"},
		{taints.Toleration{Operator: "Exists", Effect: noExecute}, taint, false, "other effect"},
		{taints.Toleration{Value: "v"}, taint, true, "invalid, but matches by value alone"},
		{taints.Toleration{Key: "k", Operator: "exists"}, taint, false, "unknown operator"},
		{taints.Toleration{Key: "k", Operator: "Lt", Value: "9"}, taint, false, "gate off"},
		{taints.Toleration{Key: "K", Operator: "Exists"}, taint, false, "keys compare byte for byte"},
		{taints.Toleration{}, taints.Taint{}, true, "everything empty is equal"},
	} {
		if got := tt.toleration.Tolerates(tt.taint); got != tt.want {
			t.Errorf("%+v, %s: got %v: %s", tt.toleration, tt.taint, got, tt.reason)
		}
	}
}

func TestComparison_S26_S30(t *testing.T) {
	for _, tt := range []struct {
		operator     taints.Operator
		taint, value string
		want         bool
	}{
		{"Gt", "5", "3", true}, {"Gt", "5", "5", false}, {"Gt", "5", "7", false}, {"Gt", "5", "-1", true},
		{"Lt", "5", "7", true}, {"Lt", "5", "5", false}, {"Lt", "5", "07", false}, {"Lt", "5", "x", false},
		{"Lt", "05", "7", false}, {"Lt", "+5", "7", false}, {"Lt", "5", "+7", false}, {"Lt", "-0", "7", false},
		{"Lt", "", "7", false}, {"Lt", "5", "", false}, {"Lt", "0", "1", true}, {"Lt", "-", "1", false},
		{"Lt", "-9223372036854775808", "9223372036854775807", true},
		{"Lt", "1", "9223372036854775808", false},
	} {
		toleration := taints.Toleration{Key: "k", Operator: tt.operator, Value: tt.value}
		taint := taints.Taint{Key: "k", Value: tt.taint, Effect: noSchedule}
		require.Equal(t, tt.want, toleration.ToleratesWithComparison(taint, taints.ComparisonOn),
			"%s %s %s", tt.taint, tt.operator, tt.value)
		require.False(t, toleration.ToleratesWithComparison(taint, taints.ComparisonOff))
		require.False(t, toleration.Tolerates(taint))
	}
}

func TestFirstUntolerated_S28(t *testing.T) {
	node := []taints.Taint{
		{Key: "a", Effect: preferNoSchedule}, {Key: "b", Effect: noSchedule},
		{Key: "c", Effect: noExecute}, {Key: "d", Effect: noSchedule},
	}
	exists := func(keys ...string) (list []taints.Toleration) {
		for _, k := range keys {
			list = append(list, taints.Toleration{Key: k, Operator: "Exists"})
		}
		return list
	}
	for _, tt := range []struct {
		tolerations []taints.Toleration
		effects     []taints.Effect
		want        int
	}{
		{nil, []taints.Effect{noSchedule, noExecute}, 1},
		{nil, []taints.Effect{noExecute}, 2},
		{nil, []taints.Effect{preferNoSchedule}, 0},
		{nil, nil, -1},
		{exists("b"), []taints.Effect{noSchedule, noExecute}, 2},
		{exists("b", "c"), []taints.Effect{noExecute, noSchedule}, 3},
		{exists("d", "c", "b"), []taints.Effect{noSchedule, noExecute}, -1},
		{exists(""), []taints.Effect{noSchedule, noExecute, preferNoSchedule}, -1},
	} {
		index, ok := taints.FirstUntolerated(node, tt.tolerations, tt.effects...)
		require.Equal(t, tt.want, index)
		require.Equal(t, tt.want >= 0, ok)
	}
	gt := []taints.Toleration{{Key: "k", Operator: "Gt", Value: "3"}}
	five := []taints.Taint{{Key: "k", Value: "5", Effect: noSchedule}}
	_, ok := taints.FirstUntoleratedWithComparison(five, gt, taints.ComparisonOn, noSchedule)
	require.False(t, ok)
	_, ok = taints.FirstUntolerated(five, gt, noSchedule)
	require.True(t, ok)
}

func TestFirstUntoleratedDoesNotAllocate(t *testing.T) {
	node := []taints.Taint{{Key: "a", Effect: noSchedule}, {Key: "b", Effect: noExecute}}
	pod := taints.WithDaemonTolerations([]taints.Toleration{{Key: "a", Operator: "Exists"}}, false)
	require.Zero(t, testing.AllocsPerRun(100, func() {
		if _, ok := taints.FirstUntolerated(node, pod, noSchedule, noExecute); !ok {
			panic("wrong")
		}
	}))
}

// TestComparisonDoesNotAllocate_S26 compares numbers, and texts that are none.
func TestComparisonDoesNotAllocate_S26(t *testing.T) {
	node := []taints.Taint{{Key: "k", Value: "5", Effect: noSchedule}, {Key: "k", Value: "x", Effect: noExecute}}
	pod := []taints.Toleration{{Key: "k", Operator: "Lt", Value: "x"}, {Key: "k", Operator: "Gt", Value: "3"}}
	require.Zero(t, testing.AllocsPerRun(100, func() {
		i, _ := taints.FirstUntoleratedWithComparison(node, pod, taints.ComparisonOn, noSchedule, noExecute)
		if i != 1 {
			panic("wrong")
		}
	}))
}

// TestFirstUntoleratedModel compares with the definition, taint by taint.
func TestFirstUntoleratedModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		node := rapid.SliceOfN(rapid.Custom(drawTaint), 0, 4).Draw(t, "taints")
		pod := rapid.SliceOfN(rapid.Custom(drawToleration), 0, 4).Draw(t, "tolerations")
		effect := rapid.SampledFrom([]taints.Effect{noSchedule, preferNoSchedule, noExecute}).Draw(t, "effect")
		want := -1
		for i := len(node) - 1; i >= 0; i-- {
			tolerated := false
			for _, toleration := range pod {
				tolerated = tolerated || toleration.Tolerates(node[i])
			}
			if !tolerated && node[i].Effect == effect {
				want = i
			}
		}
		if got, _ := taints.FirstUntolerated(node, pod, effect); got != want {
			t.Fatalf("got %d, want %d", got, want)
		}
	})
}

func drawTaint(t *rapid.T) taints.Taint {
	return taints.Taint{
		Key:    rapid.SampledFrom([]string{"a", "b", taints.KeyNotReady}).Draw(t, "key"),
		Value:  rapid.SampledFrom([]string{"", "1", "v"}).Draw(t, "value"),
		Effect: rapid.SampledFrom([]taints.Effect{noSchedule, preferNoSchedule, noExecute}).Draw(t, "effect"),
	}
}

func drawToleration(t *rapid.T) taints.Toleration {
	return taints.Toleration{
		Key:      rapid.SampledFrom([]string{"", "a", "b", taints.KeyNotReady}).Draw(t, "key"),
		Operator: rapid.SampledFrom([]taints.Operator{"", "Equal", "Exists", "Gt"}).Draw(t, "operator"),
		Value:    rapid.SampledFrom([]string{"", "1", "v"}).Draw(t, "value"),
		Effect:   rapid.SampledFrom([]taints.Effect{"", noSchedule, preferNoSchedule, noExecute}).Draw(t, "effect"),
	}
}

func automatic(hostNetwork bool) []taints.Toleration {
	list := []taints.Toleration{
		{Key: "node.kubernetes.io/not-ready", Operator: "Exists", Effect: noExecute},
		{Key: "node.kubernetes.io/unreachable", Operator: "Exists", Effect: noExecute},
		{Key: "node.kubernetes.io/disk-pressure", Operator: "Exists", Effect: noSchedule},
		{Key: "node.kubernetes.io/memory-pressure", Operator: "Exists", Effect: noSchedule},
		{Key: "node.kubernetes.io/pid-pressure", Operator: "Exists", Effect: noSchedule},
		{Key: "node.kubernetes.io/unschedulable", Operator: "Exists", Effect: noSchedule},
	}
	if hostNetwork {
		list = append(list, taints.Toleration{
			Key: "node.kubernetes.io/network-unavailable", Operator: "Exists", Effect: noSchedule})
	}
	return list
}

func TestDaemonTolerations_D46(t *testing.T) {
	require.Equal(t, automatic(false), taints.WithDaemonTolerations(nil, false))
	require.Equal(t, automatic(true), taints.WithDaemonTolerations(nil, true))
	own := taints.Toleration{Key: "x", Operator: "Exists"}
	require.Equal(t, append([]taints.Toleration{own}, automatic(false)...),
		taints.WithDaemonTolerations([]taints.Toleration{own}, false))
}

func TestDaemonTolerations_D47_S168(t *testing.T) {
	seconds := int64(300)
	same := automatic(false)[1]
	limited := same
	limited.TolerationSeconds = &seconds
	noEffect := taints.Toleration{Key: same.Key, Operator: "Exists"}
	equal := taints.Toleration{Key: same.Key, Operator: "Equal", Effect: noExecute}

	got := taints.WithDaemonTolerations([]taints.Toleration{limited, noEffect, limited}, false)
	require.Equal(t, []taints.Toleration{same, noEffect, same}, got[:3], "replaced in place")
	require.Len(t, got, 3+5)

	got = taints.WithDaemonTolerations([]taints.Toleration{noEffect, equal}, false)
	require.Len(t, got, 2+6, "any other difference adds beside")
}

func TestDaemonTolerationsLeaveTheTemplateAlone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		template := rapid.SliceOfN(rapid.Custom(drawToleration), 0, 4).Draw(t, "template")
		backing := make([]taints.Toleration, len(template), len(template)+10)
		copy(backing, template)
		host := rapid.Bool().Draw(t, "hostNetwork")
		got := taints.WithDaemonTolerations(backing, host)
		got[0].Key = "scribble"
		if diff := cmp.Diff(template, backing); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
		if again := backing[:cap(backing)][len(template):]; len(again) > 0 && again[0].Key != "" {
			t.Fatalf("wrote into the template's spare room: %v", again)
		}
		once := taints.WithDaemonTolerations(template, host)
		if diff := cmp.Diff(once, taints.WithDaemonTolerations(once, host)); diff != "" {
			t.Fatalf("not idempotent (-want +got):\n%s", diff)
		}
	})
}

func TestWellKnownKeys_N8(t *testing.T) {
	prefix := "node.kubernetes.io/"
	want := map[string]string{
		taints.KeyNotReady: "not-ready", taints.KeyUnreachable: "unreachable",
		taints.KeyUnschedulable: "unschedulable", taints.KeyMemoryPressure: "memory-pressure",
		taints.KeyDiskPressure: "disk-pressure", taints.KeyPIDPressure: "pid-pressure",
		taints.KeyNetworkUnavailable: "network-unavailable", taints.KeyOutOfService: "out-of-service",
	}
	require.Len(t, want, 8)
	for key, name := range want {
		require.Equal(t, prefix+name, key)
	}
	require.Equal(t, "node.cloudprovider.kubernetes.io/uninitialized", taints.KeyUninitialized)
}

func TestTaintString(t *testing.T) {
	for want, taint := range map[string]taints.Taint{
		"k=v:NoSchedule": {Key: "k", Value: "v", Effect: noSchedule},
		"k:NoExecute":    {Key: "k", Effect: noExecute},
		"k=v:":           {Key: "k", Value: "v"},
		"k":              {Key: "k"},
	} {
		require.Equal(t, want, taint.String())
	}
	require.True(t, taints.Taint{Key: "k", Value: "1"}.Same(taints.Taint{Key: "k"}))
	require.False(t, taints.Taint{Key: "k", Effect: noExecute}.Same(taints.Taint{Key: "k"}))
}

func TestTolerationEqual(t *testing.T) {
	one, uno, two := int64(1), int64(1), int64(2)
	base := taints.Toleration{Key: "k", Effect: noExecute}
	with := func(seconds *int64) taints.Toleration {
		limited := base
		limited.TolerationSeconds = seconds
		return limited
	}
	require.True(t, with(&one).Equal(with(&uno)))
	require.True(t, base.Equal(base))
	require.False(t, with(&one).Equal(with(&two)))
	require.False(t, with(&one).Equal(base))
	require.False(t, base.Equal(with(&one)))
	require.False(t, base.Equal(taints.Toleration{Key: "k", Effect: noExecute, Operator: "Equal"}))
}

func TestJSON(t *testing.T) {
	seconds := int64(0)
	for want, value := range map[string]any{
		`{"key":"k","effect":"NoSchedule"}`: taints.Taint{Key: "k", Effect: noSchedule},
		`{}`:                                taints.Toleration{},
		`{"key":"k","operator":"Exists","effect":"NoExecute","tolerationSeconds":0}`: taints.Toleration{
			Key: "k", Operator: "Exists", Effect: noExecute, TolerationSeconds: &seconds},
	} {
		got, err := json.Marshal(value)
		require.NoError(t, err)
		require.Equal(t, want, string(got))
	}
}

func TestParseTaint(t *testing.T) {
	for text, want := range map[string]taints.Taint{
		"k=v:NoSchedule":                   {Key: "k", Value: "v", Effect: noSchedule},
		"k=:NoExecute":                     {Key: "k", Effect: noExecute},
		"example.com/k:NoExecute":          {Key: "example.com/k", Effect: noExecute},
		"k:PreferNoSchedule":               {Key: "k", Effect: preferNoSchedule},
		"node.kubernetes.io/x=1:NoExecute": {Key: "node.kubernetes.io/x", Value: "1", Effect: noExecute},
	} {
		got, err := taints.ParseTaint(text)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	for text, want := range map[string]error{
		"": taints.ErrSyntax, "k": taints.ErrSyntax, "k=v": taints.ErrSyntax, ":NoSchedule": taints.ErrSyntax,
		"k=v:": taints.ErrEffect, "k:Foo": taints.ErrEffect, "k:noschedule": taints.ErrEffect,
		"k=a=b:NoSchedule": taints.ErrSyntax, "k:NoSchedule:NoSchedule": taints.ErrSyntax,
		"a b:NoSchedule": taints.ErrSyntax, "k=a b:NoSchedule": taints.ErrSyntax,
		"/k:NoSchedule": taints.ErrSyntax, "A/k:NoSchedule": taints.ErrSyntax,
		"k:NoSchedule-": taints.ErrEffect,
	} {
		_, err := taints.ParseTaint(text)
		require.ErrorIs(t, err, want, text)
	}
}

func TestParseSpec(t *testing.T) {
	add, remove, err := taints.ParseSpec([]string{"a=1:NoSchedule", "b:NoExecute-", "c-", "d=x:NoExecute-", "a:NoExecute"})
	require.NoError(t, err)
	require.Equal(t, []taints.Taint{
		{Key: "a", Value: "1", Effect: noSchedule}, {Key: "a", Effect: noExecute}}, add)
	require.Equal(t, []taints.Taint{
		{Key: "b", Effect: noExecute}, {Key: "c"}, {Key: "d", Effect: noExecute}}, remove)
	for _, tt := range []struct {
		args []string
		want error
	}{
		{[]string{"a=1:NoSchedule", "a=2:NoSchedule"}, taints.ErrDuplicate},
		{[]string{"a=1:NoSchedule", "a-"}, taints.ErrConflict},
		{[]string{"a:NoSchedule-", "a=1:NoSchedule"}, taints.ErrConflict},
		{[]string{"a:Foo-"}, taints.ErrEffect},
		{[]string{"-"}, taints.ErrSyntax},
		{[]string{"a"}, taints.ErrSyntax},
	} {
		add, remove, err := taints.ParseSpec(tt.args)
		require.ErrorIs(t, err, tt.want)
		require.Nil(t, add)
		require.Nil(t, remove)
	}
	_, _, err = taints.ParseSpec([]string{"a:NoExecute-", "a=1:NoSchedule"})
	require.NoError(t, err, "another effect is another taint")
}

func TestParsePrints(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := drawTaint(t)
		got, err := taints.ParseTaint(want.String())
		if err != nil || got != want {
			t.Fatalf("%s reads back as %s, %v", want, got, err)
		}
	})
}

func FuzzParseTaint(f *testing.F) {
	f.Add("k=v:NoSchedule")
	f.Add("example.com/k:NoExecute")
	f.Fuzz(func(t *testing.T, text string) {
		taint, err := taints.ParseTaint(text)
		if err != nil {
			return
		}
		again, err := taints.ParseTaint(taint.String())
		require.NoError(t, err)
		require.Equal(t, taint, again)
		require.Empty(t, taints.ValidateTaints([]taints.Taint{taint}))
	})
}

func FuzzParseSpec(f *testing.F) {
	f.Add("k=v:NoSchedule b- c:NoExecute-")
	f.Fuzz(func(t *testing.T, text string) {
		add, _, err := taints.ParseSpec(strings.Split(text, " "))
		if err == nil {
			require.Empty(t, taints.ValidateTaints(add))
		}
	})
}

func ExampleFirstUntolerated() {
	node := []taints.Taint{
		{Key: "dedicated", Value: "gpu", Effect: taints.EffectNoSchedule},
		{Key: taints.KeyUnreachable, Effect: taints.EffectNoExecute},
	}
	pod := []taints.Toleration{{Key: "dedicated", Operator: taints.OperatorExists}}
	if i, ok := taints.FirstUntolerated(node, pod, taints.EffectNoSchedule, taints.EffectNoExecute); ok {
		fmt.Println("not tolerated:", node[i])
	}
	daemon := taints.WithDaemonTolerations(pod, false /* hostNetwork */)
	_, ok := taints.FirstUntolerated(node, daemon, taints.EffectNoSchedule, taints.EffectNoExecute)
	fmt.Println("a DaemonSet's pod is kept off:", ok)
	// Output:
	// not tolerated: node.kubernetes.io/unreachable:NoExecute
	// a DaemonSet's pod is kept off: false
}

func ExampleParseSpec() {
	add, remove, err := taints.ParseSpec([]string{"dedicated=gpu:NoSchedule", "old-"})
	fmt.Println(add, remove, err)
	// Output: [dedicated=gpu:NoSchedule] [old] <nil>
}

func BenchmarkFirstUntolerated(b *testing.B) {
	node := []taints.Taint{{Key: taints.KeyUnschedulable, Effect: noSchedule}, {Key: "x", Effect: noExecute}}
	pod := taints.WithDaemonTolerations(nil, true)
	b.ReportAllocs()
	for b.Loop() {
		taints.FirstUntolerated(node, pod, noSchedule, noExecute)
	}
}
