package daemonsim_test

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
)

// install lets a cluster of n nodes start one DaemonSet until all pods are ready, and returns it with
// the number of tasks that took.
func install(tb testing.TB, n int) (*daemonsim.Sim, int) {
	tb.Helper()
	sim := daemonsim.New(daemonsim.Config{})
	for i := range n {
		if err := sim.AddNodes(fmt.Sprintf("node-%07d", i)); err != nil {
			tb.Fatal(err)
		}
	}
	if err := sim.ApplyYAML("agent.yaml", agent); err != nil {
		tb.Fatal(err)
	}
	return sim, drain(tb, sim, n)
}

// drain runs a simulation until n pods are available and nothing is left to do.
func drain(tb testing.TB, sim *daemonsim.Sim, n int) int {
	tb.Helper()
	tasks := 0
	for sim.Pending() > 0 {
		sim.Step()
		tasks++
	}
	if got := sim.DaemonSet("default", "agent").Status.NumberAvailable; int(got) != n {
		tb.Fatalf("%d of %d available", got, n)
	}
	return tasks
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// BenchmarkInstall starts one DaemonSet on an empty cluster, from no node to all pods ready.
func BenchmarkInstall(b *testing.B) {
	for _, n := range []int{10, 1_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprintf("nodes=%d", n), func(b *testing.B) {
			if n > 10_000 && testing.Short() {
				b.Skip("large")
			}
			b.ReportAllocs()
			tasks := 0
			for b.Loop() {
				_, done := install(b, n)
				tasks += done
			}
			b.ReportMetric(float64(tasks)/b.Elapsed().Seconds(), "events/s")
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/node")
			b.StopTimer()
			before := heap()
			sim, _ := install(b, n)
			b.ReportMetric(float64(heap()-before)/float64(n), "bytes/node")
			runtime.KeepAlive(sim)
		})
	}
}

// BenchmarkRoll installs a DaemonSet and rolls it once at ten percent.
func BenchmarkRoll(b *testing.B) {
	for _, n := range []int{10, 5_000} {
		b.Run(fmt.Sprintf("nodes=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				sim, _ := install(b, n)
				update(b, sim, cluster.FromString("10%"))
				drain(b, sim, n)
			}
		})
	}
}

// BenchmarkRollOnly rolls a DaemonSet that is there: many nodes at ten percent, and a thousand one by one.
// What it takes to replace one pod, in evaluations of a placement and in tasks, does not grow with the nodes.
func BenchmarkRollOnly(b *testing.B) {
	for _, bm := range []struct {
		budget cluster.IntOrString
		nodes  []int
	}{
		{cluster.FromString("10%"), []int{1_000, 5_000, 20_000}},
		{cluster.FromInt(1), []int{100, 1_000}},
	} {
		for _, n := range bm.nodes {
			b.Run(fmt.Sprintf("maxUnavailable=%v/nodes=%d", bm.budget, n), func(b *testing.B) {
				if n > 10_000 && testing.Short() {
					b.Skip("large")
				}
				start, _ := install(b, n)
				b.ReportAllocs()
				tasks, evaluations := 0, uint64(0)
				for b.Loop() {
					sim := start.Fork()
					before := sim.Controller().Evaluations()
					update(b, sim, bm.budget)
					tasks += drain(b, sim, n)
					evaluations += sim.Controller().Evaluations() - before
				}
				pods := float64(b.N) * float64(n)
				b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/run")
				b.ReportMetric(float64(tasks)/b.Elapsed().Seconds(), "events/s")
				b.ReportMetric(float64(tasks)/pods, "events/pod")
				b.ReportMetric(float64(evaluations)/float64(b.N), "evaluations/op")
				b.ReportMetric(float64(evaluations)/pods, "evaluations/pod")
			})
		}
	}
}

// update gives the DaemonSet another image and a budget.
func update(tb testing.TB, sim *daemonsim.Sim, budget cluster.IntOrString) {
	tb.Helper()
	err := sim.UpdateDaemonSet("default", "agent", func(d *daemonset.DaemonSet) {
		d.Spec.UpdateStrategy.RollingUpdate.MaxUnavailable = &budget
		d.Spec.Template.Spec.Containers[0].Image = "agent:v2"
	})
	if err != nil {
		tb.Fatal(err)
	}
}

// BenchmarkFork forks a cluster in the middle of a rollout.
func BenchmarkFork(b *testing.B) {
	for _, n := range []int{10, 10_000} {
		b.Run(fmt.Sprintf("nodes=%d", n), func(b *testing.B) {
			sim, _ := install(b, n)
			if err := sim.SetImage("default", "agent", "main", "agent:v2"); err != nil {
				b.Fatal(err)
			}
			if err := sim.RunFor(4 * time.Second); err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				sim.Fork()
			}
		})
	}
}

// BenchmarkSmallRun is what property tests do by the thousand: ten nodes, one DaemonSet, one rollout.
func BenchmarkSmallRun(b *testing.B) {
	set := daemonset.DaemonSet{ObjectMeta: cluster.ObjectMeta{Name: "agent"}}
	set.Spec.Selector = &affinity.LabelSelector{MatchLabels: map[string]string{"app": "agent"}}
	set.Spec.Template.ObjectMeta.Labels = map[string]string{"app": "agent"}
	set.Spec.Template.Spec.Containers = []cluster.Container{{Name: "main", Image: "agent:v1"}}
	var nodes []string
	for i := range 10 {
		nodes = append(nodes, fmt.Sprintf("node-%d", i))
	}
	b.ReportAllocs()
	changes := 0
	for b.Loop() {
		sim := daemonsim.New(daemonsim.Config{})
		sim.OnChange(func(*cluster.Change) { changes++ })
		if err := sim.AddNodes(nodes...); err != nil {
			b.Fatal(err)
		}
		if _, err := sim.Create(&set); err != nil {
			b.Fatal(err)
		}
		drain(b, sim, 10)
		if err := sim.SetImage("default", "agent", "main", "agent:v2"); err != nil {
			b.Fatal(err)
		}
		drain(b, sim, 10)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "runs/s")
	b.ReportMetric(float64(changes)/float64(b.N), "changes/op")
}
