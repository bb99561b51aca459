package examples

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/taints"
)

// The agent of this test wants nodes with a GPU, and comes to those that are set aside for it.
const gpuAgent = `
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: gpu-agent}
spec:
  selector: {matchLabels: {app: gpu-agent}}
  template:
    metadata: {labels: {app: gpu-agent}}
    spec:
      nodeSelector: {gpu: "yes"}
      tolerations: [{key: dedicated, value: gpu, effect: NoSchedule}]
      containers: [{name: main, image: "registry.example/gpu-agent:v1"}]
`

// TestWhichNodes is a table of clusters: the nodes, and those of them that get a pod.
func TestWhichNodes(t *testing.T) {
	gpu := map[string]string{"gpu": "yes"}
	dedicated := taints.Taint{Key: "dedicated", Value: "gpu", Effect: taints.EffectNoSchedule}
	broken := taints.Taint{Key: "broken", Effect: taints.EffectNoExecute}
	for _, test := range []struct {
		name   string
		nodes  []*cluster.Node
		want   []string
		reason string
	}{{
		name:   "labels",
		nodes:  []*cluster.Node{node("a", gpu), node("b", nil)},
		want:   []string{"a"},
		reason: "b does not have the label that the nodeSelector asks for",
	}, {
		name:   "tolerated taint",
		nodes:  []*cluster.Node{node("a", gpu, dedicated), node("b", nil, dedicated)},
		want:   []string{"a"},
		reason: "a toleration lets a pod onto a node, it does not draw it there",
	}, {
		name:   "one taint too many",
		nodes:  []*cluster.Node{node("a", gpu, dedicated, broken), node("b", gpu)},
		want:   []string{"b"},
		reason: "every taint must be tolerated",
	}} {
		t.Run(test.name, func(t *testing.T) {
			sim := daemonsim.New(daemonsim.Config{})
			for _, n := range test.nodes {
				if _, err := sim.Create(n); err != nil {
					t.Fatal(err)
				}
			}
			if err := sim.ApplyYAML("gpu-agent.yaml", gpuAgent); err != nil {
				t.Fatal(err)
			}
			if err := sim.Settle(); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, nodesWithPods(sim)); diff != "" {
				t.Errorf("nodes with a pod (-want +got):\n%s%s", diff, test.reason)
			}
		})
	}
}

func node(name string, labels map[string]string, marks ...taints.Taint) *cluster.Node {
	return &cluster.Node{
		ObjectMeta: cluster.ObjectMeta{Name: name, Labels: labels},
		Spec:       cluster.NodeSpec{Taints: marks},
	}
}

func nodesWithPods(sim *daemonsim.Sim) []string {
	var names []string
	for n := range sim.Nodes() {
		for range sim.PodsOn(n.Name) {
			names = append(names, n.Name)
		}
	}
	return names
}
