package daemonsim_test

import (
	"fmt"
	"log"
	"time"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/kubelet"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/taints"
)

func Example() {
	sim := daemonsim.New(daemonsim.Config{Seed: 7})
	if err := sim.ApplyYAML("agent.yaml", agent); err != nil {
		log.Fatal(err)
	}
	if err := sim.AddNodes("node-1", "node-2", "node-3"); err != nil {
		log.Fatal(err)
	}
	if err := sim.Settle(); err != nil {
		log.Fatal(err)
	}
	status := sim.DaemonSet("default", "agent").Status
	fmt.Printf("%v: %d of %d ready\n", sim.Now(), status.NumberReady, status.DesiredNumberScheduled)
	// Output: 2s: 3 of 3 ready
}

func ExampleSim_Explain() {
	sim := daemonsim.New(daemonsim.Config{})
	must(sim.ApplyYAML("agent.yaml", agent))
	must(sim.AddNodes("node-1"))
	must(sim.UpdateNode("node-1", func(n *cluster.Node) {
		n.Spec.Taints = []taints.Taint{
			{Key: taints.KeyDiskPressure, Effect: taints.EffectNoSchedule},
			{Key: "dedicated", Value: "gpu", Effect: taints.EffectNoSchedule},
		}
	}))

	explanation, err := sim.Explain("default", "agent", "node-1")
	must(err)
	fmt.Print(explanation)
	for _, flip := range explanation.Flips {
		if flip.ShouldRun && flip.Side == daemonset.SideDaemonSet {
			fmt.Println("tolerate", flip.Edits[0].Toleration.Key)
		}
	}
	// Output:
	// shouldRun: no, by taint dedicated=gpu:NoSchedule
	// shouldContinueRunning: yes
	//   yes  taint node.kubernetes.io/disk-pressure:NoSchedule is tolerated automatically
	//   no   taint dedicated=gpu:NoSchedule is not tolerated
	// a pod would run here after one of these changes:
	//   node       remove taint dedicated=gpu:NoSchedule
	//   daemonset  add toleration dedicated=gpu:NoSchedule
	// no pod would start or go on here after one of these changes:
	//   node       add a taint that is not tolerated, such as example.com/keep-away:NoExecute
	//   daemonset  require metadata.name NotIn [node-1] by node affinity
	// tolerate dedicated
}

func ExampleSim_ExplainAll() {
	sim := daemonsim.New(daemonsim.Config{})
	must(sim.ApplyYAML("agent.yaml", agent))
	must(sim.AddNodes("node-1", "node-2"))
	must(sim.Settle()) // until then the nodes are tainted as ones that have just joined
	must(sim.UpdateNode("node-2", func(n *cluster.Node) {
		n.Spec.Taints = []taints.Taint{{Key: "dedicated", Value: "gpu", Effect: taints.EffectNoExecute}}
	}))

	list, err := sim.ExplainAll("default", "agent")
	must(err)
	for _, e := range list {
		decided, _ := e.Decided(daemonset.QuestionShouldRun)
		fmt.Println(e.Node, e.ShouldRun, decided.Taint)
	}
	// Output:
	// node-1 true <nil>
	// node-2 false dedicated=gpu:NoExecute
}

func ExampleSim_ExplainPod() {
	sim := daemonsim.New(daemonsim.Config{})
	must(sim.AddNodes("node-1", "node-2"))
	must(sim.Cordon("node-2"))
	must(sim.Settle())
	must(sim.ApplyYAML("pod.yaml", `
apiVersion: v1
kind: Pod
metadata: {name: job}
spec:
  containers:
  - name: main
    image: job:v1
    resources: {requests: {cpu: "6"}}
`))

	evaluation, err := sim.ExplainPod("default", "job")
	must(err)
	for _, node := range evaluation.Nodes {
		fmt.Println(node.Node, node.Plugin, node.Status.Reasons)
	}
	// Output:
	// node-1 NodeResourcesFit [Insufficient cpu]
	// node-2 NodeUnschedulable [node(s) were unschedulable]
}

func ExampleSim_Fork() {
	sim := daemonsim.New(daemonsim.Config{})
	must(sim.ApplyYAML("agent.yaml", agent))
	must(sim.AddNodes("node-1", "node-2", "node-3"))
	must(sim.Settle())

	// What would a rollout do that loses a node?
	fork := sim.Fork()
	must(fork.RemoveNode("node-2"))
	must(fork.SetImage("default", "agent", "main", "agent:v2"))
	must(fork.Settle())

	fmt.Println("fork:", fork.DaemonSet("default", "agent").Status.NumberReady, "ready at", fork.Now())
	fmt.Println("original:", sim.DaemonSet("default", "agent").Status.NumberReady, "ready at", sim.Now())
	// Output:
	// fork: 2 ready at 20s
	// original: 3 ready at 2s
}

func ExampleSim_Undo() {
	sim := daemonsim.New(daemonsim.Config{})
	must(sim.ApplyYAML("agent.yaml", agent))
	must(sim.AddNodes("node-1", "node-2", "node-3"))
	must(sim.Settle())

	must(sim.SetImage("default", "agent", "main", "agent:v2"))
	must(sim.RunFor(5 * time.Second))
	show := func(when string) {
		fmt.Println(when)
		for node := range sim.Nodes() {
			for pod := range sim.PodsOn(node.Name) {
				fmt.Println(" ", node.Name, pod.Spec().Containers[0].Image)
			}
		}
	}
	show("in the middle of the rollout:")
	must(sim.Undo("default", "agent", 0))
	must(sim.Settle())
	show("undone:")
	// Output:
	// in the middle of the rollout:
	//   node-1 agent:v2
	//   node-2 agent:v2
	//   node-3 agent:v1
	// undone:
	//   node-1 agent:v1
	//   node-2 agent:v1
	//   node-3 agent:v1
}

// must ends an example that cannot go on.
func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// A forecast plays a rollout many times and counts.
func ExampleSim_Forecast() {
	sim := daemonsim.New(daemonsim.Config{Images: map[string]kubelet.Behaviour{
		"agent:v2": {Random: kubelet.Random{
			Pull: kubelet.Skewed(20*time.Second, 2*time.Minute), NeverReady: kubelet.Always / 1000,
		}},
	}})
	for _, err := range []error{
		sim.ApplyYAML("agent.yaml", agent),
		sim.AddNodes("a", "b", "c", "d", "e", "f", "g", "h"),
		sim.Settle(),
	} {
		if err != nil {
			fmt.Println(err)
		}
	}
	forecast, err := sim.Forecast("default", "agent", daemonsim.ForecastConfig{
		Runs: 500,
		Change: func(d *daemonset.DaemonSet) {
			d.Spec.Template.Spec.Containers[0].Image = "agent:v2"
		},
		Target: daemonsim.Target{Within: 5 * time.Minute, Available: daemonsim.Whole * 8 / 10},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(forecast)
	// Output:
	// 500 futures of the rollout of daemonset/agent: 8 pods, maxUnavailable 1, maxSurge 0
	//
	// OF THE FUTURES       50%     90%     99%     ALL
	// done within          3m33s   5m7s    7m52s   never
	// available at least   87.5%   87.5%   87.5%   87.5%
	//
	// most unavailable at a time: 1; most replaced: 8
	// 1 of 500 (0.2%) gets stuck:
	//   1   a pod does not become ready
	// 443 of 500 (88.6%) are on target: done within 5m0s, never below 80% available
}
