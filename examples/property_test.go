package examples

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/simtest"
)

// TestRolloutProperty rolls an agent over clusters of any size with any budget, and loses a node on the
// way. Whatever happens, no invariant may break, and in the end every node runs the new image.
func TestRolloutProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sim := daemonsim.New(daemonsim.Config{Seed: rapid.Uint64().Draw(t, "seed")})
		checker := simtest.Watch(sim)
		nodes := rapid.IntRange(1, 8).Draw(t, "nodes")
		for i := range nodes {
			must(t, sim.AddNodes(fmt.Sprintf("node-%d", i)))
		}
		must(t, sim.ApplyYAML("gpu-agent.yaml", gpuAgent))
		must(t, sim.UpdateDaemonSet("default", "gpu-agent", func(d *daemonset.DaemonSet) {
			budget := cluster.FromInt(rapid.Int32Range(1, 4).Draw(t, "maxUnavailable"))
			d.Spec.UpdateStrategy.RollingUpdate.MaxUnavailable = &budget
			d.Spec.Template.Spec.NodeSelector = nil
		}))
		must(t, sim.Settle())

		must(t, sim.SetImage("default", "gpu-agent", "main", "registry.example/gpu-agent:v2"))
		must(t, sim.RunFor(time.Duration(rapid.IntRange(0, 20).Draw(t, "seconds"))*time.Second))
		must(t, sim.RemoveNode(fmt.Sprintf("node-%d", rapid.IntRange(0, nodes-1).Draw(t, "lost"))))

		must(t, simtest.Converged(sim))
		must(t, checker.Err())
	})
}

func must(t *rapid.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
