package tainteviction_test

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/daemonsim/daemonsim/cluster/tainteviction"
	"github.com/daemonsim/daemonsim/taints"
)

const s = time.Second

// execute is a taint that evicts.
func execute(key string) taints.Taint {
	return taints.Taint{Key: key, Effect: taints.EffectNoExecute}
}

// forever tolerates the NoExecute taint of a key for ever, lasting for some seconds; "" is every key.
func forever(key string) taints.Toleration {
	return taints.Toleration{Key: key, Operator: taints.OperatorExists, Effect: taints.EffectNoExecute}
}

func lasting(key string, seconds int64) taints.Toleration {
	t := forever(key)
	t.TolerationSeconds = &seconds
	return t
}

func TestStayOf(t *testing.T) {
	a, b := execute("a"), execute("b")
	const atOnce, never = time.Duration(0), time.Duration(-1)
	noSchedule := taints.Taint{Key: "c", Effect: taints.EffectNoSchedule}
	for _, row := range []struct {
		rule        string
		taints      []taints.Taint
		tolerations []taints.Toleration
		want        time.Duration
		text        string
	}{
		{"N-43 no toleration", []taints.Taint{a}, nil, atOnce, "not at all: a:NoExecute is not tolerated"},
		{"N-43 for a time", []taints.Taint{a}, []taints.Toleration{lasting("a", 300)}, 300 * s,
			"5m0s: a:NoExecute is tolerated by a:NoExecute op=Exists for 300s"},
		{"N-43 the shortest time", []taints.Taint{a, b}, []taints.Toleration{lasting("a", 300), lasting("b", 60)}, 60 * s,
			"1m0s: b:NoExecute is tolerated by b:NoExecute op=Exists for 60s"},
		{"N-43 one for ever", []taints.Taint{a, b}, []taints.Toleration{lasting("a", 300), forever("b")}, 300 * s,
			"5m0s: a:NoExecute is tolerated by a:NoExecute op=Exists for 300s"},
		{"N-43 one not at all", []taints.Taint{a, b}, []taints.Toleration{lasting("a", 300)}, atOnce,
			"not at all: b:NoExecute is not tolerated"},
		{"N-43 for ever", []taints.Taint{a}, []taints.Toleration{forever("a")}, never, "for ever"},
		{"N-43 zero", []taints.Taint{a}, []taints.Toleration{lasting("a", 0)}, atOnce,
			"0s: a:NoExecute is tolerated by a:NoExecute op=Exists for 0s"},
		{"N-43 negative", []taints.Taint{a, b}, []taints.Toleration{lasting("a", 9), lasting("b", -9)}, atOnce,
			"0s: b:NoExecute is tolerated by b:NoExecute op=Exists for -9s"},
		{"N-44 for ever comes first", []taints.Taint{a}, []taints.Toleration{forever("a"), lasting("a", 10)}, never, "for ever"},
		{"N-44 for a time comes first", []taints.Taint{a}, []taints.Toleration{lasting("a", 10), forever("a")}, 10 * s,
			"10s: a:NoExecute is tolerated by a:NoExecute op=Exists for 10s"},
		{"N-44 every key comes second", []taints.Taint{a}, []taints.Toleration{lasting("a", 60), {Operator: taints.OperatorExists}}, 60 * s,
			"1m0s: a:NoExecute is tolerated by a:NoExecute op=Exists for 60s"},
		{"N-44 every key comes first", []taints.Taint{a}, []taints.Toleration{{Operator: taints.OperatorExists}, lasting("a", 60)}, never, "for ever"},
		{"N-42 other effects", []taints.Taint{noSchedule, {Key: "d", Effect: taints.EffectPreferNoSchedule}}, nil, never, "for ever"},
		{"N-42 beside others", []taints.Taint{noSchedule, a}, []taints.Toleration{lasting("a", 5)}, 5 * s,
			"5s: a:NoExecute is tolerated by a:NoExecute op=Exists for 5s"},
		{"N-43 longer than time is", []taints.Taint{a}, []taints.Toleration{lasting("a", math.MaxInt64)},
			math.MaxInt64 / s * s, "2562047h47m16s: a:NoExecute is tolerated by a:NoExecute op=Exists for 9223372036854775807s"},
	} {
		t.Run(row.rule, func(t *testing.T) {
			stay := tainteviction.StayOf(row.taints, row.tolerations)
			require.Equal(t, row.want == never, stay.Forever)
			require.Equal(t, max(0, row.want), stay.For)
			require.Equal(t, row.text, stay.String())
		})
	}
}

// TestStayOfProperty compares with the rule, told the slow way.
func TestStayOfProperty(t *testing.T) {
	keys := rapid.SampledFrom([]string{"a", "b", "c"})
	toleration := rapid.Custom(func(t *rapid.T) taints.Toleration {
		key := rapid.SampledFrom([]string{"a", "b", "c", ""}).Draw(t, "key")
		if rapid.Bool().Draw(t, "limited") {
			return lasting(key, rapid.Int64Range(-1, 5).Draw(t, "seconds"))
		}
		return forever(key)
	})
	rapid.Check(t, func(t *rapid.T) {
		var list []taints.Taint
		for _, key := range rapid.SliceOfDistinct(keys, rapid.ID[string]).Draw(t, "taints") {
			list = append(list, execute(key))
		}
		tolerations := rapid.SliceOf(toleration).Draw(t, "tolerations")
		var limits []int64
		tolerated := true
		for _, taint := range list {
			found := false
			for _, tol := range tolerations {
				if !found && tol.Tolerates(taint) {
					found = true
					if tol.TolerationSeconds != nil {
						limits = append(limits, max(0, *tol.TolerationSeconds))
					}
				}
			}
			tolerated = tolerated && found
		}
		stay := tainteviction.StayOf(list, tolerations)
		switch {
		case !tolerated:
			require.Nil(t, stay.Toleration)
			require.False(t, stay.Forever)
		case len(limits) == 0:
			require.Equal(t, tainteviction.Stay{Forever: true}, stay)
		default:
			least := limits[0]
			for _, n := range limits {
				least = min(least, n)
			}
			require.Equal(t, time.Duration(least)*s, stay.For)
			require.True(t, stay.Toleration.Tolerates(stay.Taint))
		}
	})
}

func TestReconsider(t *testing.T) {
	tolerated := forever("a")
	lasts := func(d time.Duration) tainteviction.Stay { return tainteviction.Stay{For: d, Toleration: &tolerated} }
	planned := &tainteviction.Eviction{Planned: 100 * s, Due: 400 * s}
	for _, row := range []struct {
		rule    string
		planned *tainteviction.Eviction
		stay    tainteviction.Stay
		now     time.Duration
		want    *tainteviction.Eviction
		reason  string
	}{
		{"N-45", nil, lasts(300 * s), 100 * s, planned, "it counts from now"},
		{"N-43 at once", nil, tainteviction.Stay{}, 100 * s, &tainteviction.Eviction{Planned: 100 * s, Due: 100 * s}, ""},
		{"N-43 never", nil, tainteviction.Stay{Forever: true}, 100 * s, nil, ""},
		{"N-46 untolerated", planned, tainteviction.Stay{}, 200 * s, &tainteviction.Eviction{Planned: 200 * s, Due: 200 * s}, "it goes now"},
		{"N-46 for ever", planned, tainteviction.Stay{Forever: true}, 200 * s, nil, "it is called off"},
		{"N-46 longer", planned, lasts(900 * s), 200 * s, planned, "kept"},
		{"N-46 shorter", planned, lasts(10 * s), 200 * s, planned, "kept, though it would come sooner now"},
		{"N-46 zero", planned, lasts(0), 200 * s, planned, "kept, even then"},
		{"N-46 the same instant", planned, lasts(10 * s), 100 * s, &tainteviction.Eviction{Planned: 100 * s, Due: 110 * s}, "replaced"},
		{"under way", &tainteviction.Eviction{Planned: 100 * s, Due: 100 * s}, tainteviction.Stay{Forever: true}, 100 * s,
			&tainteviction.Eviction{Planned: 100 * s, Due: 100 * s}, "nothing stops it"},
		{"N-45 beyond the end of time", nil, lasts(math.MaxInt64), 100 * s, &tainteviction.Eviction{Planned: 100 * s, Due: math.MaxInt64}, ""},
	} {
		t.Run(row.rule, func(t *testing.T) {
			got := tainteviction.Reconsider(row.planned, row.stay, row.now)
			if diff := cmp.Diff(row.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", row.reason, diff)
			}
		})
	}
}
