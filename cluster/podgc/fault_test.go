package podgc_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/podgc"
)

func (w *world) fault(verb cluster.Verb, times int) {
	w.t.Helper()
	require.NoError(w.t, w.AddFault(cluster.Fault{
		Actor: podgc.Name, Verb: verb, Kind: cluster.KindPod, Times: times,
	}))
}

// TestRequestsFail has the collector's requests fail: the next pass tries again.
func TestRequestsFail(t *testing.T) {
	t.Run("N-70 a stuck pod", func(t *testing.T) {
		w := newWorld(t, podgc.Config{})
		w.addPod("stuck", "a")
		w.run(s)
		w.delete("stuck")
		w.outOfService(true, true)
		w.fault(cluster.Updated, 2)
		w.fault(cluster.Deleted, 1)
		w.run(time.Hour)
		w.want("the status at the third pass, the deletion at the fourth",
			"t=1m0s update stuck Failed", "t=1m20s delete stuck Failed")
	})
	t.Run("N-70 the pod of a node that is gone", func(t *testing.T) {
		w := newWorld(t, podgc.Config{})
		w.addNode("b")
		w.addPod("orphan", "b")
		w.run(s)
		w.removeNode("b")
		w.fault(cluster.Updated, 1)
		w.run(time.Hour)
		w.want("after another quarantine", "t=2m0s update orphan Failed", "t=2m0s delete orphan Failed")
	})
	t.Run("N-70 a surplus", func(t *testing.T) {
		w := newWorld(t, podgc.Config{TerminatedThreshold: 1})
		for _, name := range []string{"one", "two"} {
			w.addPod(name, "a")
			w.end(name, cluster.PodFailed, "")
			w.run(w.Now() + s)
		}
		w.fault(cluster.Deleted, 1)
		w.run(time.Hour)
		w.want("at the next pass", "t=40s delete one Failed")
	})
}
