package daemonset_test

import (
	"fmt"
	"time"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
)

// What the controller does next can be asked of any state, without a cluster: here of a rolling update that
// may take one pod, where one has failed.
func ExampleReconcile() {
	labels := map[string]string{"app": "agent"}
	set := &daemonset.DaemonSet{
		ObjectMeta: cluster.ObjectMeta{Name: "agent", Generation: 2},
		Spec: daemonset.Spec{
			Selector: &affinity.LabelSelector{MatchLabels: labels},
			Template: cluster.PodTemplateSpec{
				ObjectMeta: cluster.TemplateMeta{Labels: labels},
				Spec:       cluster.PodSpec{Containers: []cluster.Container{{Name: "main", Image: "agent:v2"}}},
			},
		},
	}
	mine := true
	pod := func(name, node string, status cluster.PodStatus) *cluster.Pod {
		return &cluster.Pod{
			ObjectMeta: cluster.ObjectMeta{
				Name: name, Labels: labels,
				OwnerReferences: []cluster.OwnerReference{
					{APIVersion: "apps/v1", Kind: daemonset.Kind, Name: "agent", Controller: &mine},
				},
			},
			Template: cluster.NewTemplate(set.Spec.Template), NodeName: node, Status: status,
		}
	}
	running := cluster.PodStatus{Phase: cluster.PodRunning, Ready: true}
	outcome, err := daemonset.Reconcile(daemonset.Found{
		Now:       time.Hour,
		DaemonSet: set,
		Nodes: []*cluster.Node{
			{ObjectMeta: cluster.ObjectMeta{Name: "a"}}, {ObjectMeta: cluster.ObjectMeta{Name: "b"}},
			{ObjectMeta: cluster.ObjectMeta{Name: "c"}},
		},
		Pods: []*cluster.Pod{
			pod("agent-1", "a", running), pod("agent-2", "b", cluster.PodStatus{Phase: cluster.PodFailed}),
		},
		Backoff: []daemonset.NodeBackoff{{Node: "b", Failures: 3, Since: time.Second}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range outcome.Created {
		fmt.Println("create on", c.Node)
	}
	for _, d := range outcome.Deleted {
		fmt.Printf("delete %s: %v\n", d.Pod.Name, d)
	}
	fmt.Println("look again after", outcome.Requeued)
	fmt.Println("desired", outcome.Status.DesiredNumberScheduled, "available", outcome.Status.NumberAvailable)
	// Output:
	// create on c
	// look again after [4s]
	// desired 3 available 1
}
