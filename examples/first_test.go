package examples_test

import (
	"testing"

	"github.com/daemonsim/daemonsim"
)

const agent = `
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent}
spec:
  selector: {matchLabels: {app: agent}}
  template:
    metadata: {labels: {app: agent}}
    spec:
      containers: [{name: main, image: "agent:v1"}]
`

func TestAgentRunsEverywhere(t *testing.T) {
	sim := daemonsim.New(daemonsim.Config{Seed: 7})
	if err := sim.ApplyYAML("agent.yaml", agent); err != nil {
		t.Fatal(err)
	}
	if err := sim.AddNodes("node-1", "node-2", "node-3"); err != nil {
		t.Fatal(err)
	}
	if err := sim.Settle(); err != nil {
		t.Fatal(err)
	}
	if ready := sim.DaemonSet("default", "agent").Status.NumberReady; ready != 3 {
		t.Errorf("%d pods are ready at %v, want 3", ready, sim.Now())
	}
}
