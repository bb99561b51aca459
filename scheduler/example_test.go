package scheduler_test

import (
	"fmt"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/quantity"
	"github.com/daemonsim/daemonsim/scheduler"
)

// quiet is a filter of one's own: pods stay off nodes that are labelled as noisy.
type quiet struct{}

func (quiet) Name() string { return "Quiet" }

func (quiet) Filter(_ *scheduler.Cycle, node *scheduler.NodeInfo) scheduler.Status {
	if node.Node.Labels["noisy"] == "true" {
		return scheduler.Status{
			Code:    scheduler.UnschedulableAndUnresolvable,
			Reasons: []string{"node(s) were noisy"},
		}
	}
	return scheduler.Status{}
}

func ExampleFilterPlugin() {
	profile := scheduler.DefaultProfile().With(quiet{})
	c := cluster.New(cluster.Config{}, scheduler.New(scheduler.Config{Profile: profile}))
	pod := cluster.NewTemplate(cluster.PodTemplateSpec{
		Spec: cluster.PodSpec{Containers: []cluster.Container{{Name: "main", Image: "agent:v1"}}},
	})
	for _, obj := range []cluster.Object{
		&cluster.Node{ObjectMeta: cluster.ObjectMeta{Name: "a", Labels: map[string]string{"noisy": "true"}}},
		&cluster.Pod{ObjectMeta: cluster.ObjectMeta{Name: "p"}, Template: pod},
	} {
		if _, err := c.Create(obj); err != nil {
			fmt.Println(err)
		}
	}
	fmt.Println(c.Settle())
	fmt.Println(c.Pod("default", "p").Status.Trouble.Unschedulable)

	if _, err := c.Create(&cluster.Node{ObjectMeta: cluster.ObjectMeta{Name: "b"}}); err != nil {
		fmt.Println(err)
	}
	fmt.Println(c.Settle())
	fmt.Println(c.Pod("default", "p").NodeName)
	// Output:
	// <nil>
	// 0/1 nodes are available: 1 node(s) were noisy. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.
	// <nil>
	// b
}

func ExampleProfile_Evaluate() {
	nodes := scheduler.NewSnapshot(
		&cluster.Node{
			ObjectMeta: cluster.ObjectMeta{Name: "a"},
			Spec:       cluster.NodeSpec{Unschedulable: true},
		},
		&cluster.Node{
			ObjectMeta: cluster.ObjectMeta{Name: "b"},
			Status: cluster.NodeStatus{Allocatable: cluster.ResourceList{
				"cpu": quantity.MustParse("4"), "memory": quantity.MustParse("8Gi"), "pods": quantity.MustParse("10"),
			}},
		},
	)
	pod := &cluster.Pod{Template: cluster.NewTemplate(cluster.PodTemplateSpec{
		Spec: cluster.PodSpec{Containers: []cluster.Container{{Name: "main", Image: "agent:v1"}}},
	})}

	result := scheduler.DefaultProfile().Evaluate(pod, nodes)
	for _, node := range result.Nodes {
		fmt.Println(node.Node, node.Plugin, node.Status.Reasons, node.Total)
	}
	// Output:
	// a NodeUnschedulable [node(s) were unschedulable] 0
	// b  [] 397
}
