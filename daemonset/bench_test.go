package daemonset_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster/kubelet"
)

// drain runs a world until nothing is left to do.
func drain(w *world) {
	for w.Pending() > 0 {
		w.Step()
	}
}

// installed returns a world of n nodes with one DaemonSet that is available on all of them. It keeps no
// record of what happened.
func installed(tb testing.TB, n int) *world {
	tb.Helper()
	w := newWorld(tb, setup{pods: kubelet.Typical()})
	for i := range n {
		w.join(fmt.Sprintf("node-%06d", i))
	}
	w.create(agent())
	drain(w)
	require.Equal(tb, n, int(w.set().Status.NumberAvailable))
	w.actions = nil
	return w
}

// joinAndLeave lets a node come, get its pod, and go again.
func joinAndLeave(tb testing.TB, w *world) {
	w.join("zz")
	drain(w)
	w.removeNode("zz")
	drain(w)
	require.Empty(tb, w.on("zz"))
	w.actions = nil
}

// BenchmarkNodeEvent lets one node join and leave. The evaluations are the same at any size.
func BenchmarkNodeEvent(b *testing.B) {
	for _, n := range []int{100, 10_000} {
		b.Run(fmt.Sprintf("nodes=%d", n), func(b *testing.B) {
			w := installed(b, n)
			before := w.control.Evaluations()
			b.ReportAllocs()
			for b.Loop() {
				w.join("zz")
				drain(w)
				w.removeNode("zz")
				drain(w)
				w.actions = nil
			}
			b.ReportMetric(float64(w.control.Evaluations()-before)/float64(b.N), "evaluations/op")
		})
	}
}
