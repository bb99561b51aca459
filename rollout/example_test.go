package rollout_test

import (
	"fmt"
	"log"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/kubelet"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/rollout"
	"github.com/daemonsim/daemonsim/scheduler"

	"github.com/daemonsim/daemonsim/affinity"
)

// A plan can be had without any cluster: say who runs what where, and ask.
func ExampleRollingUpdate_Plan() {
	var nodes []rollout.Node
	for _, name := range []string{"a", "b", "c", "d"} {
		nodes = append(nodes, rollout.Node{
			Name: name, Exists: true, ShouldRun: true, Situation: rollout.OldAvailable,
			Old: &cluster.Pod{ObjectMeta: cluster.ObjectMeta{Name: "agent-" + name}},
		})
	}
	nodes[3].Situation = rollout.OldUnavailable
	half := rollout.RollingUpdate{MaxUnavailable: cluster.FromString("50%")}
	for _, d := range half.Plan(rollout.NewState(nodes, nil)).Delete {
		fmt.Printf("delete %s: %v\n", d.Pod.Name, d.Reason)
	}
	// Output:
	// delete agent-d: old pod is not available
	// delete agent-a: within the budget
}

// oneZone replaces all old pods of a zone at once, and goes on to the next zone when every pod of the zone
// is new and available.
type oneZone struct{}

func (oneZone) Name() string { return "OneZone" }

func (oneZone) Plan(s rollout.State) rollout.Plan {
	zone := func(n rollout.Node) string { return n.Label("topology.kubernetes.io/zone") }
	var plan rollout.Plan
	open := ""
	for n := range s.Nodes() {
		if n.Situation != rollout.NewAvailable && (open == "" || zone(n) < open) {
			open = zone(n)
		}
	}
	for n := range s.Nodes() {
		if n.Old != nil && zone(n) == open {
			reason := rollout.Reason("it is the turn of zone " + open)
			plan.Delete = append(plan.Delete, rollout.Deletion{Pod: n.Old, Node: n, Reason: reason})
		}
	}
	return plan
}

// A strategy of your own has the same standing as those of Kubernetes: hand it to the controller.
func ExamplePlanner() {
	c := cluster.New(cluster.Config{},
		daemonset.New(daemonset.Config{Planner: oneZone{}}),
		scheduler.New(scheduler.Config{}),
		kubelet.New(kubelet.Config{Default: kubelet.Typical()}))
	for _, n := range [][2]string{{"a", "west"}, {"b", "east"}, {"c", "east"}, {"d", "west"}} {
		create(c, &cluster.Node{ObjectMeta: cluster.ObjectMeta{
			Name: n[0], Labels: map[string]string{"topology.kubernetes.io/zone": n[1]},
		}})
	}
	labels := map[string]string{"app": "agent"}
	set := &daemonset.DaemonSet{ObjectMeta: cluster.ObjectMeta{Name: "agent"}}
	set.Spec.Selector = &affinity.LabelSelector{MatchLabels: labels}
	set.Spec.Template.ObjectMeta.Labels = labels
	set.Spec.Template.Spec.Containers = []cluster.Container{{Name: "main", Image: "agent:v1"}}
	create(c, set)
	settle(c)

	c.OnChange(func(ch *cluster.Change) {
		if p, ok := ch.Before.(*cluster.Pod); ok && ch.Verb == cluster.Deleted {
			fmt.Printf("t=%v old pod gone from %s\n", ch.Time, p.NodeName)
		}
	})
	stored := daemonset.Get(c.Reader, "default", "agent")
	if _, err := daemonset.SetImage(c.Client, stored, "main", "agent:v2"); err != nil {
		log.Fatal(err)
	}
	settle(c)
	fmt.Println("updated:", daemonset.Get(c.Reader, "default", "agent").Status.UpdatedNumberScheduled)
	// Output:
	// t=3s old pod gone from b
	// t=3s old pod gone from c
	// t=6s old pod gone from a
	// t=6s old pod gone from d
	// updated: 4
}

func create(c *cluster.Cluster, obj cluster.Object) {
	if _, err := c.Create(obj); err != nil {
		log.Fatal(err)
	}
}

func settle(c *cluster.Cluster) {
	if err := c.Settle(); err != nil {
		log.Fatal(err)
	}
}
