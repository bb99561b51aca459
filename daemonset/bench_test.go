package daemonset_test

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster/kubelet"
	"github.com/daemonsim/daemonsim/daemonset"
)

// drain runs a world until nothing is left to do, and returns the number of tasks.
func drain(w *world) int {
	tasks := 0
	for w.Pending() > 0 {
		w.Step()
		tasks++
	}
	return tasks
}

// installed returns a world of n nodes with one DaemonSet that is available on all of them, and the
// number of tasks that took. It keeps no record of what happened.
func installed(tb testing.TB, n int, edits ...func(*daemonset.DaemonSet)) (*world, int) {
	tb.Helper()
	w := newWorld(tb, setup{pods: kubelet.Typical()})
	for i := range n {
		w.join(fmt.Sprintf("node-%06d", i))
	}
	w.create(agent(edits...))
	tasks := drain(w)
	require.Equal(tb, n, int(w.set().Status.NumberAvailable))
	w.actions = nil
	return w, tasks
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
			w, _ := installed(b, n)
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

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// BenchmarkInstall goes from no node to a DaemonSet that is available on all nodes.
func BenchmarkInstall(b *testing.B) {
	for _, n := range []int{100, 1_000, 10_000, 100_000} {
		b.Run(fmt.Sprintf("nodes=%d", n), func(b *testing.B) {
			if n > 10_000 && testing.Short() {
				b.Skip("large")
			}
			b.ReportAllocs()
			tasks := 0
			for b.Loop() {
				_, done := installed(b, n)
				tasks += done
			}
			b.ReportMetric(float64(tasks)/b.Elapsed().Seconds(), "events/s")
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/node")
			b.StopTimer()
			before := heap()
			w, _ := installed(b, n)
			b.ReportMetric(float64(heap()-before)/float64(n), "bytes/node")
			runtime.KeepAlive(w)
		})
	}
}

// BenchmarkRoll installs a DaemonSet on 5,000 nodes and rolls it at ten percent.
func BenchmarkRoll(b *testing.B) {
	const n = 5_000
	b.ReportAllocs()
	tasks := 0
	for b.Loop() {
		w, done := installed(b, n, unavailable("10%"))
		w.image("agent:v2")
		tasks += done + drain(w)
		require.Equal(b, n, int(w.set().Status.UpdatedNumberScheduled))
		require.Equal(b, n, int(w.set().Status.NumberAvailable))
	}
	b.ReportMetric(float64(tasks)/b.Elapsed().Seconds(), "events/s")
}
