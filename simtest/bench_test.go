package simtest_test

import (
	"fmt"
	"testing"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/simtest"
)

// roll installs a DaemonSet on n nodes and rolls it, with a budget of ten percent.
func roll(b *testing.B, n int, watch func(*daemonsim.Sim)) {
	b.Helper()
	sim := daemonsim.New(daemonsim.Config{})
	watch(sim)
	for i := range n {
		if err := sim.AddNodes(fmt.Sprintf("node-%05d", i)); err != nil {
			b.Fatal(err)
		}
	}
	labels, budget := map[string]string{"app": "agent"}, cluster.FromString("10%")
	_, err := sim.Create(&daemonset.DaemonSet{
		ObjectMeta: cluster.ObjectMeta{Name: "agent"},
		Spec: daemonset.Spec{
			Selector: &affinity.LabelSelector{MatchLabels: labels},
			Template: cluster.PodTemplateSpec{
				ObjectMeta: cluster.TemplateMeta{Labels: labels},
				Spec:       cluster.PodSpec{Containers: []cluster.Container{{Name: "main", Image: "agent:v1"}}},
			},
			UpdateStrategy: daemonset.UpdateStrategy{
				RollingUpdate: &daemonset.RollingUpdateSpec{MaxUnavailable: &budget},
			},
		},
	})
	if err != nil {
		b.Fatal(err)
	}
	if err := sim.Settle(); err != nil {
		b.Fatal(err)
	}
	if err := sim.SetImage("default", "agent", "main", "agent:v2"); err != nil {
		b.Fatal(err)
	}
	if err := sim.Settle(); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkWatch installs and rolls, without and with every change being checked; a check is one change
// held against all properties.
func BenchmarkWatch(b *testing.B) {
	for _, n := range []int{10, 1000} {
		b.Run(fmt.Sprintf("bare/nodes=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				roll(b, n, func(*daemonsim.Sim) {})
			}
		})
		b.Run(fmt.Sprintf("watched/nodes=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			checks := 0
			for b.Loop() {
				var checker *simtest.Checker
				roll(b, n, func(sim *daemonsim.Sim) { checker = simtest.Watch(sim) })
				if err := checker.Err(); err != nil {
					b.Fatal(err)
				}
				checks += checker.Changes()
			}
			b.ReportMetric(float64(checks)/float64(b.N), "checks/op")
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(checks), "ns/check")
		})
	}
}
