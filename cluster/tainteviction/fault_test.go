package tainteviction_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/tainteviction"
	"github.com/daemonsim/daemonsim/taints"
)

// TestRequestsFail has an eviction fail: it is tried five times, 10 ms apart, and announced once.
func TestRequestsFail(t *testing.T) {
	for _, row := range []struct {
		name  string
		verb  cluster.Verb
		times int
		want  []string
	}{
		{"N-48 the condition, four times", cluster.Updated, 4, []string{
			"t=1s p Normal TaintManagerEviction: Marking for deletion Pod default/p",
			"t=1.04s p deleted by taint-eviction-controller, 30 s of grace",
			"t=1.04s p gone",
		}},
		{"N-48 the deletion, once", cluster.Deleted, 1, []string{
			"t=1s p Normal TaintManagerEviction: Marking for deletion Pod default/p",
			"t=1.01s p deleted by taint-eviction-controller, 30 s of grace",
			"t=1.01s p gone",
		}},
		{"N-48 five times, and it is given up", cluster.Deleted, 5, []string{
			"t=1s p Normal TaintManagerEviction: Marking for deletion Pod default/p",
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			w := newWorld(t, "n")
			w.addPod("p", "n")
			w.run(time.Second)
			require.NoError(t, w.AddFault(cluster.Fault{
				Actor: tainteviction.Name, Verb: row.verb, Kind: cluster.KindPod, Times: row.times,
			}))
			w.taint("n", taints.Taint{Key: "a", Effect: taints.EffectNoExecute})
			fork := w.Fork()
			w.run(time.Minute)
			w.want("tried again", row.want...)
			require.NoError(t, fork.RunFor(time.Minute-time.Second))
			require.Equal(t, w.Hash(), fork.Hash())
			require.Empty(t, w.Faults())
			require.Equal(t, len(row.want) == 1, w.Pod("default", "p") != nil)
		})
	}
}
