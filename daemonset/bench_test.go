package daemonset_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/kubelet"
	"github.com/daemonsim/daemonsim/daemonset"
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
func joinAndLeave(tb testing.TB, w *world, labels map[string]string) {
	w.create(node("zz", labels))
	drain(w)
	w.removeNode("zz")
	drain(w)
	require.Empty(tb, w.on("zz"))
	w.actions = nil
}

// sizes are numbers of nodes, of which -short leaves out the large ones.
func sizes(list ...int) []int {
	if testing.Short() {
		list = slices.DeleteFunc(list, func(n int) bool { return n > 10_000 })
	}
	return list
}

// BenchmarkNodeEvent lets one node join and leave, one that looks like the others and one that looks like
// none. The evaluations are the same at any size: none, and one.
func BenchmarkNodeEvent(b *testing.B) {
	for _, n := range sizes(100, 10_000, 100_000) {
		w := installed(b, n)
		for _, look := range []string{"alike", "unlike"} {
			b.Run(fmt.Sprintf("nodes=%d/%s", n, look), func(b *testing.B) {
				labels := map[string]string{}
				if look == "unlike" {
					labels["example.com/look"] = "of-its-own"
				}
				before := w.control.Evaluations()
				b.ReportAllocs()
				for b.Loop() {
					w.create(node("zz", labels))
					drain(w)
					w.removeNode("zz")
					drain(w)
					w.actions = nil
				}
				b.ReportMetric(float64(w.control.Evaluations()-before)/float64(b.N), "evaluations/op")
			})
		}
	}
}

// BenchmarkPlacement adds a DaemonSet to a cluster of which one node in a hundred has disk=ssd, until it
// has created all of its pods.
func BenchmarkPlacement(b *testing.B) {
	host := func(op affinity.NodeSelectorOperator) func(*daemonset.DaemonSet) {
		return spec(required(expressions(requirement(cluster.LabelHostname, op, "node-000000"))))
	}
	for _, n := range sizes(10_000, 100_000) {
		w := newWorld(b, setup{noScheduler: true, noKubelet: true})
		for i := range n {
			labels := map[string]string{"zone": fmt.Sprintf("zone-%d", i%3)}
			if i%100 == 0 {
				labels["disk"] = "ssd"
			}
			w.create(node(fmt.Sprintf("node-%06d", i), labels))
		}
		for _, tt := range []struct {
			name string
			edit func(*daemonset.DaemonSet)
			pods int
		}{
			{"all", func(*daemonset.DaemonSet) {}, n},
			{"one in 100", spec(selector("disk", "ssd")), n / 100},
			{"none", spec(selector("disk", "tape")), 0},
			{"all but one by host name", host(affinity.NodeSelectorOpNotIn), n - 1},
			{"one by host name", host(affinity.NodeSelectorOpIn), 1},
			{"one by nodeName", spec(func(s *cluster.PodSpec) { s.NodeName = "node-000000" }), 1},
		} {
			b.Run(fmt.Sprintf("nodes=%d/%s", n, tt.name), func(b *testing.B) {
				b.ReportAllocs()
				evaluations := uint64(0)
				for b.Loop() {
					b.StopTimer()
					f := w.fork()
					b.StartTimer()
					f.create(agent(tt.edit))
					drain(f)
					evaluations += f.control.Evaluations()
					require.Equal(b, tt.pods, f.Count(cluster.KindPod))
				}
				b.ReportMetric(float64(evaluations)/float64(b.N), "evaluations/op")
			})
		}
	}
}
