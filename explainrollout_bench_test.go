package daemonsim_test

import (
	"fmt"
	"testing"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/cluster/kubelet"
	"github.com/daemonsim/daemonsim/daemonset"
)

// BenchmarkExplainRollout explains a rollout at ten percent to an image that never gets ready, and tries what
// might help.
func BenchmarkExplainRollout(b *testing.B) {
	for _, n := range []int{10, 100, 1_000, 5_000} {
		b.Run(fmt.Sprintf("nodes=%d", n), func(b *testing.B) {
			sim, _ := install(b, n)
			if err := sim.SetImageBehaviour("agent:bad", kubelet.Behaviour{NeverReady: true}); err != nil {
				b.Fatal(err)
			}
			err := sim.UpdateDaemonSet("default", "agent", func(d *daemonset.DaemonSet) {
				d.Spec.UpdateStrategy.RollingUpdate.MaxUnavailable.IsString = true
				d.Spec.UpdateStrategy.RollingUpdate.MaxUnavailable.Str = "10%"
				d.Spec.Template.Spec.Containers[0].Image = "agent:bad"
			})
			if err != nil {
				b.Fatal(err)
			}
			if err := sim.Settle(); err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				e, err := sim.ExplainRollout("default", "agent")
				if err != nil {
					b.Fatal(err)
				}
				if e.State != daemonsim.RolloutStuck || len(e.Offers) == 0 {
					b.Fatal(e)
				}
			}
		})
	}
}
