package daemonsim_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/kubelet"
)

// live runs a simulation for a while, and returns the number of tasks that took.
func live(tb testing.TB, sim *daemonsim.Sim, d time.Duration) int {
	tb.Helper()
	tasks, end := 0, sim.Now()+d
	for due := sim.Next(); len(due) > 0 && due[0].At <= end; due = sim.Next() {
		sim.Step()
		tasks++
	}
	if err := sim.RunFor(end - sim.Now()); err != nil {
		tb.Fatal(err)
	}
	return tasks
}

// failing has one in a hundred nodes fail every few minutes, and recover after one to three.
func failing(tb testing.TB, sim *daemonsim.Sim) {
	tb.Helper()
	err := sim.SetFlapping(kubelet.Flapping{
		Chance: kubelet.Always / 100,
		Up:     kubelet.Uniform(10*time.Second, 5*time.Minute), Down: kubelet.Uniform(time.Minute, 3*time.Minute),
	})
	if err != nil {
		tb.Fatal(err)
	}
}

// BenchmarkFailingNodes lets ten minutes pass in a cluster of which 1% of the nodes fail and recover while a DaemonSet
// is rolled at one percent.
func BenchmarkFailingNodes(b *testing.B) {
	for _, n := range []int{500, 5_000} {
		b.Run(fmt.Sprintf("nodes=%d", n), func(b *testing.B) {
			start, _ := install(b, n)
			b.ReportAllocs()
			tasks, outages, updated := 0, 0, int32(0)
			for b.Loop() {
				sim := start.Fork()
				sim.OnChange(func(ch *cluster.Change) {
					if before, ok := ch.Before.(*cluster.Node); ok && began(before, ch.After) {
						outages++
					}
				})
				failing(b, sim)
				update(b, sim, cluster.FromString("1%"))
				tasks += live(b, sim, 10*time.Minute)
				updated = sim.DaemonSet("default", "agent").Status.UpdatedNumberScheduled
			}
			b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/run")
			b.ReportMetric(float64(tasks)/b.Elapsed().Seconds(), "events/s")
			b.ReportMetric(float64(tasks)/float64(b.N), "events/op")
			b.ReportMetric(float64(outages)/float64(b.N), "outages/op")
			b.ReportMetric(float64(updated), "updated")
		})
	}
}

// began reports whether an outage of a node has begun.
func began(before *cluster.Node, obj cluster.Object) bool {
	after, ok := obj.(*cluster.Node)
	if !ok {
		return false
	}
	_, was := before.Outage()
	_, out := after.Outage()
	return out && !was
}

// BenchmarkQuietDay lets a day pass over a cluster in which nothing happens.
func BenchmarkQuietDay(b *testing.B) {
	for _, n := range []int{1_000, 100_000} {
		b.Run(fmt.Sprintf("nodes=%d", n), func(b *testing.B) {
			if n > 10_000 && testing.Short() {
				b.Skip("large")
			}
			sim, _ := install(b, n)
			b.ReportAllocs()
			tasks := 0
			for b.Loop() {
				tasks += live(b, sim, 24*time.Hour)
			}
			b.ReportMetric(float64(tasks)/float64(b.N), "events/day")
		})
	}
}

// TestQuietDay has nothing to do on a day on which nothing happens.
func TestQuietDay(t *testing.T) {
	sim, _ := install(t, 100)
	if tasks := live(t, sim, 24*time.Hour); tasks != 0 {
		t.Errorf("%d tasks on a quiet day, want none", tasks)
	}
}

// TestFailingNodes has all pods back and up to date once no node fails any more.
func TestFailingNodes(t *testing.T) {
	sim, _ := install(t, 500)
	failing(t, sim)
	update(t, sim, cluster.FromString("5%"))
	live(t, sim, 10*time.Minute)
	if err := sim.SetFlapping(); err != nil {
		t.Fatal(err)
	}
	live(t, sim, 15*time.Minute)
	status := sim.DaemonSet("default", "agent").Status
	if status.NumberAvailable != 500 || status.UpdatedNumberScheduled != 500 {
		t.Errorf("%d available and %d updated of 500", status.NumberAvailable, status.UpdatedNumberScheduled)
	}
}
