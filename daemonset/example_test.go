package daemonset_test

import (
	"fmt"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/taints"
)

// Whether a pod belongs on a node can be asked without a cluster, and so can the reasons.
func ExamplePlacement_Explain() {
	template := &cluster.PodTemplateSpec{}
	template.Spec.NodeSelector = map[string]string{"disk": "ssd"}
	n := &cluster.Node{
		ObjectMeta: cluster.ObjectMeta{Name: "a", Labels: map[string]string{"disk": "ssd"}},
		Spec: cluster.NodeSpec{Taints: []taints.Taint{
			{Key: "node.kubernetes.io/not-ready", Effect: taints.EffectNoExecute},
			{Key: "dedicated", Value: "gpu", Effect: taints.EffectNoSchedule},
		}},
	}
	d := daemonset.NewPlacement(template).Explain(n)
	fmt.Println("should run:", d.ShouldRun)
	fmt.Println("should continue running:", d.ShouldContinueRunning)
	for _, r := range d.Reasons {
		fmt.Printf("%-5v %v\n", r.Passed, r)
	}
	// Output:
	// should run: false
	// should continue running: true
	// true  label disk is "ssd"
	// true  taint node.kubernetes.io/not-ready:NoExecute is tolerated automatically
	// false taint dedicated=gpu:NoSchedule is not tolerated
}

// What a node needs is a function of the pods there. Of two pods the first stays, also if it is old.
func ExampleView_Manage() {
	entry := &daemonset.Entry{
		Node: "a", Exists: true, ShouldRun: true, ShouldContinueRunning: true,
		Pods: []*cluster.Pod{
			{ObjectMeta: cluster.ObjectMeta{Name: "agent-old"}, NodeName: "a"},
			{ObjectMeta: cluster.ObjectMeta{Name: "agent-new"}, NodeName: "a"},
		},
	}
	view := daemonset.View{Hash: "5d4f8c7b9"}
	for _, d := range view.Manage(entry).Delete {
		fmt.Printf("delete %s: %v\n", d.Pod.Name, d.Reason)
	}
	// Output:
	// delete agent-new: node has another pod
}
