package cluster_test

import (
	"fmt"
	"time"

	"github.com/daemonsim/daemonsim/cluster"
)

// inspector is a controller of one's own: a node that joins is cordoned until it has been inspected,
// which takes a minute.
type inspector struct{}

// inspect is the inspector's only task: the node has been looked at.
const inspect cluster.TaskKind = 1

func (inspector) Name() string        { return "inspector" }
func (inspector) Fork() cluster.Actor { return inspector{} }

// Observe is told of every change. It only decides where to look.
func (inspector) Observe(cl *cluster.Client, ch *cluster.Change) {
	if node, ok := ch.After.(*cluster.Node); ok && ch.Verb == cluster.Created && node.Spec.Unschedulable {
		cl.After(time.Minute, cluster.Task{Kind: inspect, Object: node.UID})
	}
}

// Run does a task. What it does follows from what it reads then: the node may be gone.
func (inspector) Run(cl *cluster.Client, t cluster.Task) {
	if node, ok := cl.ByUID(t.Object).(*cluster.Node); ok {
		next := node.Clone().(*cluster.Node)
		next.Spec.Unschedulable = false
		_, _ = cl.Update(next)
	}
}

func ExampleActor() {
	c := cluster.New(cluster.Config{}, inspector{})
	c.OnChange(func(ch *cluster.Change) { fmt.Println(ch) })
	for _, name := range []string{"a", "b"} {
		node := &cluster.Node{ObjectMeta: cluster.ObjectMeta{Name: name}}
		node.Spec.Unschedulable = true
		if _, err := c.Create(node); err != nil {
			fmt.Println(err)
		}
	}
	if err := c.Delete(cluster.KindNode, "", "b", cluster.DeleteOptions{}); err != nil {
		fmt.Println(err)
	}
	fmt.Println(c.Settle())
	// Output:
	// t=0s user create Node a
	// t=0s user create Node b
	// t=0s user delete Node b
	// t=1m0s inspector update Node a
	// <nil>
}

func ExampleCluster_Fork() {
	c := cluster.New(cluster.Config{})
	if _, err := c.Create(&cluster.Node{ObjectMeta: cluster.ObjectMeta{Name: "a"}}); err != nil {
		fmt.Println(err)
	}

	whatIf := c.Fork()
	if err := whatIf.Delete(cluster.KindNode, "", "a", cluster.DeleteOptions{}); err != nil {
		fmt.Println(err)
	}

	fmt.Println(c.Count(cluster.KindNode), whatIf.Count(cluster.KindNode))
	// Output: 1 0
}
