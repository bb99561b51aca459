package scheduler_test

import (
	"fmt"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/scheduler"
)

// quiet is a filter of one's own: pods stay off nodes that are labelled as noisy.
type quiet struct{}

func (quiet) Name() string { return "Quiet" }

func (quiet) Filter(_ *cluster.Pod, node *scheduler.NodeInfo) (scheduler.Code, []string) {
	if node.Node.Labels["noisy"] == "true" {
		return scheduler.UnschedulableAndUnresolvable, []string{"node(s) were noisy"}
	}
	return scheduler.Success, nil
}

func ExampleFilter() {
	filters := append(scheduler.DefaultFilters(), quiet{})
	c := cluster.New(cluster.Config{}, scheduler.New(scheduler.Config{Filters: filters}))
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

func ExampleFilters_Run() {
	node := &scheduler.NodeInfo{Node: &cluster.Node{
		ObjectMeta: cluster.ObjectMeta{Name: "a"},
		Spec:       cluster.NodeSpec{Unschedulable: true},
	}}
	pod := &cluster.Pod{Template: cluster.NewTemplate(cluster.PodTemplateSpec{})}

	fmt.Println(scheduler.DefaultFilters().Run(pod, node))
	// Output: {NodeUnschedulable UnschedulableAndUnresolvable [node(s) were unschedulable]}
}
