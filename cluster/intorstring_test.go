package cluster_test

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/daemonsim/daemonsim/cluster"
)

// TestScaled_D131 has a few rows of the table of rule D-131, and the corners.
func TestScaled_D131(t *testing.T) {
	for _, tt := range []struct {
		value    cluster.IntOrString
		total    int
		up, down int
	}{
		{cluster.FromInt(1000), 5, 1000, 1000},
		{cluster.FromInt(-1), 5, -1, -1},
		{cluster.FromString("0%"), 5, 0, 0},
		{cluster.FromString("1%"), 1, 1, 0},
		{cluster.FromString("10%"), 19, 2, 1},
		{cluster.FromString("25%"), 10, 3, 2},
		{cluster.FromString("99%"), 2, 2, 1},
		{cluster.FromString("100%"), 19, 19, 19},
		{cluster.FromString("-10%"), 15, -1, -2},
		{cluster.FromString("9223372036854775807%"), math.MaxInt, math.MaxInt, math.MaxInt},
	} {
		up, err := tt.value.Scaled(tt.total, true)
		require.NoError(t, err)
		down, err := tt.value.Scaled(tt.total, false)
		require.NoError(t, err)
		assert.Equal(t, [2]int{tt.up, tt.down}, [2]int{up, down}, "%v of %d", tt.value, tt.total)
	}
	for _, bad := range []string{"", "5", "x%", "1.5%", "5 %", "%", "5%%"} {
		n, err := cluster.FromString(bad).Scaled(10, true)
		assert.Error(t, err, bad)
		assert.Zero(t, n)
	}
}

func TestIntOrStringRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := cluster.FromInt(rapid.Int32().Draw(t, "int"))
		if rapid.Bool().Draw(t, "text") {
			v = cluster.FromString(rapid.String().Draw(t, "string"))
		}
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		var back cluster.IntOrString
		if err := json.Unmarshal(text, &back); err != nil || back != v {
			t.Fatalf("%v became %s became %v (%v)", v, text, back, err)
		}
	})
	var v cluster.IntOrString
	for _, bad := range []string{"1.5", "true", "{}", "99999999999", ""} {
		assert.Error(t, v.UnmarshalJSON([]byte(bad)), bad)
	}
}
