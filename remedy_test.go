package daemonsim_test

import (
	"math"
	"os"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/field"
	"github.com/daemonsim/daemonsim/daemonset/standstill"
)

// TestCarryOutRefuses has remedies that are none, whatever the cluster.
func TestCarryOutRefuses(t *testing.T) {
	for _, tt := range []struct {
		remedy standstill.Remedy
		want   string
	}{
		{standstill.Remedy{}, `carry out "": invalid: kind: Unsupported value: ""`},
		{standstill.Remedy{Kind: "Pray"}, `carry out "Pray": invalid: kind: Unsupported value: "Pray"`},
		{standstill.Remedy{Kind: standstill.RemoveTaint, Name: "a"},
			`carry out "RemoveTaint": invalid: taint: Required value`},
		{standstill.Remedy{Kind: standstill.AddToleration},
			`carry out "AddToleration": invalid: toleration: Required value`},
		{standstill.Remedy{Kind: standstill.SetMaxUnavailable, Number: 1<<32 + 2},
			`carry out "SetMaxUnavailable": invalid: number: Invalid value: 4294967298: must be from 0 to 2147483647`},
		{standstill.Remedy{Kind: standstill.SetMaxSurge, Number: math.MaxInt64},
			`carry out "SetMaxSurge": invalid: number: Invalid value: 9223372036854775807: must be from 0 to 2147483647`},
		{standstill.Remedy{Kind: standstill.SetMinReadySeconds, Number: -1},
			`carry out "SetMinReadySeconds": invalid: number: Invalid value: -1: must be from 0 to 2147483647`},
	} {
		r := tt.remedy
		if r.Name == "" {
			r.Namespace, r.Name = "default", "agent"
		}
		t.Run(r.String(), func(t *testing.T) {
			sim := rolling(t, 1)
			hash := sim.Hash()
			err := sim.CarryOut(r)
			require.ErrorIs(t, err, cluster.ErrInvalid)
			require.EqualError(t, err, tt.want)
			var list field.ErrorList
			require.ErrorAs(t, err, &list)
			require.Len(t, list, 1)
			require.Equal(t, hash, sim.Hash(), "nothing is changed")
			require.Equal(t, string(r.Kind)+" "+r.Name, r.String())
			require.Empty(t, r.Command())
		})
	}
}

// TestCarryOutSetsNumbers sets as much as a budget holds.
func TestCarryOutSetsNumbers(t *testing.T) {
	sim := rolling(t, 1)
	require.NoError(t, sim.CarryOut(standstill.Remedy{
		Kind: standstill.SetMaxUnavailable, Namespace: "default", Name: "agent", Number: math.MaxInt32,
	}))
	require.Equal(t, cluster.FromInt(math.MaxInt32),
		*sim.DaemonSet("default", "agent").Spec.UpdateStrategy.RollingUpdate.MaxUnavailable)
}

// TestCarryOutNothing carries out remedies that are a kind and nothing else: there is no such pod, node or
// DaemonSet.
func TestCarryOutNothing(t *testing.T) {
	source, err := os.ReadFile("daemonset/standstill/remedy.go")
	require.NoError(t, err)
	kinds := regexp.MustCompile(`RemedyKind += "(\w+)"`).FindAllStringSubmatch(string(source), -1)
	require.Len(t, kinds, 15)
	sim := rolling(t, 1)
	for _, m := range kinds {
		r := standstill.Remedy{Kind: standstill.RemedyKind(m[1])}
		hash := sim.Hash()
		require.Error(t, sim.CarryOut(r), m[1])
		require.Equal(t, hash, sim.Hash(), m[1])
		require.NotEmpty(t, r.String()+r.Command())
	}
}
