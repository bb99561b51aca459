package nodelifecycle_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/kubelet"
	"github.com/daemonsim/daemonsim/cluster/nodelifecycle"
	"github.com/daemonsim/daemonsim/taints"
)

const s = time.Second

// world is a cluster with kubelets and the controller, and what was told of its nodes and pods.
type world struct {
	*cluster.Cluster
	t     *testing.T
	lines []string
}

func newWorld(t *testing.T, config nodelifecycle.Config) *world {
	w := &world{t: t}
	w.Cluster = cluster.New(cluster.Config{TaintNewNodes: true},
		nodelifecycle.New(config), kubelet.New(kubelet.Config{}))
	// Where no node is ready nobody is evicted, so there is one that always is.
	w.create(&cluster.Node{ObjectMeta: cluster.ObjectMeta{Name: "spare"}})
	w.OnChange(func(ch *cluster.Change) {
		if ch.Object().Meta().Name == "spare" {
			return
		}
		switch obj := ch.After.(type) {
		case *cluster.Node:
			w.tell(ch, "%s %s", obj.Name, state(obj))
		case *cluster.Pod:
			w.tell(ch, "%s %s ready=%t", obj.Name, obj.Phase(), obj.Status.Ready)
		}
	})
	return w
}

func (w *world) tell(ch *cluster.Change, format string, args ...any) {
	line := fmt.Sprintf("t=%v %s: ", ch.Time, ch.Actor) + fmt.Sprintf(format, args...)
	if n := len(w.lines); n == 0 || w.lines[n-1] != line {
		w.lines = append(w.lines, line)
	}
}

// state is the status of Ready and the taints of a node.
func state(n *cluster.Node) string {
	words := []string{"Ready=" + n.ConditionStatus(cluster.NodeReady)}
	for _, taint := range n.Spec.Taints {
		words = append(words, strings.TrimPrefix(taint.String(), "node.kubernetes.io/"))
	}
	return strings.Join(words, " ")
}

func (w *world) create(obj cluster.Object) {
	w.t.Helper()
	_, err := w.Create(obj)
	require.NoError(w.t, err)
}

func (w *world) addNode(name string, conditions ...cluster.NodeCondition) {
	w.t.Helper()
	n := &cluster.Node{ObjectMeta: cluster.ObjectMeta{Name: name}}
	n.Status.Conditions = conditions
	w.create(n)
}

func (w *world) addPod(name, node string) {
	w.t.Helper()
	spec := cluster.PodTemplateSpec{}
	spec.Spec.Containers = []cluster.Container{{Name: "main", Image: "agent:v1"}}
	w.create(&cluster.Pod{
		ObjectMeta: cluster.ObjectMeta{Name: name}, Template: cluster.NewTemplate(spec), NodeName: node,
	})
}

func (w *world) run(until time.Duration) {
	w.t.Helper()
	require.NoError(w.t, w.RunFor(until-w.Now()))
}

// fail begins an outage of a node whose kubelet has last renewed its lease at a time.
func (w *world) fail(name string, last time.Duration) {
	w.t.Helper()
	_, err := w.SetOutage(w.Node(name).UID, &cluster.Outage{LastHeartbeat: last})
	require.NoError(w.t, err)
}

func (w *world) recover(name string) {
	w.t.Helper()
	_, err := w.SetOutage(w.Node(name).UID, nil)
	require.NoError(w.t, err)
}

func (w *world) report(name string, c cluster.NodeCondition) {
	w.t.Helper()
	n := w.Node(name)
	_, err := w.SetNodeConditions(n.UID, kubelet.With(n.Status.Conditions, c, w.Now()))
	require.NoError(w.t, err)
}

// take returns what was told since it was last asked.
func (w *world) take() []string {
	lines := w.lines
	w.lines = nil
	return lines
}

func (w *world) want(reason string, want ...string) {
	w.t.Helper()
	if diff := cmp.Diff(want, w.take()); diff != "" {
		w.t.Errorf("%s (-want +got):\n%s", reason, diff)
	}
}

func ready(status string) cluster.NodeCondition {
	return cluster.NodeCondition{Type: cluster.NodeReady, Status: status}
}

func TestRegistration(t *testing.T) {
	t.Run("D-218", func(t *testing.T) {
		w := newWorld(t, nodelifecycle.Config{})
		w.addNode("a")
		w.want("whatever its conditions", "t=0s user: a Ready=True not-ready:NoSchedule")
		w.run(0)
		w.want("until the controller has seen it", "t=0s node-controller: a Ready=True")
		require.Zero(t, w.Pending(), "a node that is well costs nothing from then on")
	})
	t.Run("N-10 beside other taints, and once", func(t *testing.T) {
		w := newWorld(t, nodelifecycle.Config{})
		own := taints.Taint{Key: "gpu", Effect: taints.EffectNoSchedule}
		n := &cluster.Node{ObjectMeta: cluster.ObjectMeta{Name: "a"}}
		n.Spec.Taints = []taints.Taint{own}
		w.create(n)
		n.Name, n.Spec.Taints = "b", []taints.Taint{{
			Key: taints.KeyNotReady, Value: "own", Effect: taints.EffectNoSchedule,
		}}
		w.create(n)
		w.want("it is added if it is missing",
			"t=0s user: a Ready=True gpu:NoSchedule not-ready:NoSchedule",
			"t=0s user: b Ready=True not-ready=own:NoSchedule")
		w.run(0)
		require.Equal(t, []taints.Taint{own}, w.Node("a").Spec.Taints)
		require.Empty(t, w.Node("b").Spec.Taints)
	})
	t.Run("N-17", func(t *testing.T) {
		w := newWorld(t, nodelifecycle.Config{})
		w.run(s)
		w.addNode("a", ready("False"))
		w.run(time.Minute)
		w.want("one that stays not ready has the other taint from the next pass on",
			"t=1s user: a Ready=False not-ready:NoSchedule",
			"t=5s node-controller: a Ready=False not-ready:NoSchedule not-ready:NoExecute")
		w.report("a", ready("True"))
		w.run(2 * time.Minute)
		w.want("both go",
			"t=1m0s user: a Ready=True not-ready:NoSchedule not-ready:NoExecute",
			"t=1m0s node-controller: a Ready=True not-ready:NoExecute",
			"t=1m0s node-controller: a Ready=True")
	})
	t.Run("N-31", func(t *testing.T) {
		w := newWorld(t, nodelifecycle.Config{})
		n := &cluster.Node{ObjectMeta: cluster.ObjectMeta{Name: "a"}}
		n.Status.Conditions = []cluster.NodeCondition{}
		w.create(n)
		w.run(time.Hour)
		w.want("a condition that is missing yields no taint",
			"t=0s user: a Ready= not-ready:NoSchedule", "t=0s node-controller: a Ready=")
	})
}

// TestUnreachable is the life of a node that stops answering and comes back, with two pods.
func TestUnreachable(t *testing.T) {
	t.Run("D-216 D-217 N-20 N-25 N-27", func(t *testing.T) {
		w := newWorld(t, nodelifecycle.Config{})
		w.addNode("a")
		w.addPod("p", "a")
		w.run(100 * s)
		w.take()
		w.fail("a", 100*s)
		w.run(154 * s)
		w.want("nothing shows for 50 s and more", "t=1m40s user: a Ready=True")
		w.run(time.Hour)
		w.want("then all of it in one pass",
			"t=2m35s node-controller: a Ready=Unknown",
			"t=2m35s node-controller: p Running ready=false",
			"t=2m35s node-controller: a Ready=Unknown unreachable:NoSchedule",
			"t=2m35s node-controller: a Ready=Unknown unreachable:NoSchedule unreachable:NoExecute")
		var conditions []string
		for _, c := range w.Pod("default", "p").Conditions() {
			conditions = append(conditions, fmt.Sprintf("%s=%s %s%s at %v", c.Type, c.Status, c.Reason, c.Message, *c.LastTransitionTime))
		}
		want := []string{
			"PodReadyToStartContainers=True  at 0s", "Initialized=True  at 0s", "Ready=False  at 2m35s", "ContainersReady=True  at 0s", "PodScheduled=True  at 0s",
		}
		if diff := cmp.Diff(want, conditions); diff != "" {
			t.Errorf("N-27: conditions (-want +got):\n%s", diff)
		}
		require.True(t, w.Pod("default", "p").ContainerStatuses()[0].Ready)
		require.Equal(t, []string{
			"node-controller Normal RegisteredNode: Node a event: Registered Node a in Controller",
			"node-controller Normal NodeNotReady: Node a status is now: NodeNotReady",
		}, w.events("a"))
		require.Equal(t, []string{"node-controller Warning NodeNotReady: Node is not ready"}, w.events("p"))

		w.recover("a")
		w.run(2 * time.Hour)
		w.want("and back",
			"t=1h0m0s user: a Ready=Unknown unreachable:NoSchedule unreachable:NoExecute",
			"t=1h0m0s kubelet: a Ready=True unreachable:NoSchedule unreachable:NoExecute",
			"t=1h0m0s node-controller: a Ready=True unreachable:NoExecute",
			"t=1h0m0s node-controller: a Ready=True",
			"t=1h0m0s kubelet: p Running ready=true")
		require.Zero(t, w.Pod("default", "p").Status.ReadySince, "it has been ready all the time")
	})
	t.Run("N-20 conditions", func(t *testing.T) {
		w := newWorld(t, nodelifecycle.Config{})
		w.addNode("a",
			cluster.NodeCondition{Type: cluster.NodeDiskPressure, Status: "True", Reason: "KubeletHasDiskPressure", LastHeartbeatTime: s},
			cluster.NodeCondition{Type: cluster.NodeNetworkUnavailable, Status: "True", Reason: "NoRoute"},
			ready("True"))
		w.fail("a", 0)
		w.run(time.Hour)
		const stopped, never = "Kubelet stopped posting node status.", "Kubelet never posted node status."
		want := []cluster.NodeCondition{
			{Type: "DiskPressure", Status: "Unknown", Reason: "NodeStatusUnknown", Message: stopped, LastTransitionTime: 55 * s, LastHeartbeatTime: s},
			{Type: "NetworkUnavailable", Status: "True", Reason: "NoRoute"},
			{Type: "Ready", Status: "Unknown", Reason: "NodeStatusUnknown", Message: stopped, LastTransitionTime: 55 * s},
			{Type: "MemoryPressure", Status: "Unknown", Reason: "NodeStatusNeverUpdated", Message: never, LastTransitionTime: 55 * s},
			{Type: "PIDPressure", Status: "Unknown", Reason: "NodeStatusNeverUpdated", Message: never, LastTransitionTime: 55 * s},
		}
		if diff := cmp.Diff(want, w.Node("a").Status.Conditions); diff != "" {
			t.Errorf("N-20: conditions (-want +got):\n%s", diff)
		}
		require.Equal(t, "Ready=Unknown network-unavailable:NoSchedule unreachable:NoSchedule unreachable:NoExecute", state(w.Node("a")))
	})
	t.Run("N-25 it was not ready before", func(t *testing.T) {
		w := newWorld(t, nodelifecycle.Config{})
		w.addNode("a")
		w.addPod("p", "a")
		w.run(s)
		w.report("a", ready("False"))
		w.fail("a", 0)
		w.run(time.Hour)
		require.True(t, w.Pod("default", "p").Status.Ready, "no transition from True, so no pod is marked")
		require.Equal(t, []string{
			"node-controller Normal RegisteredNode: Node a event: Registered Node a in Controller",
			"kubelet Normal NodeNotReady: Node a status is now: NodeNotReady",
		}, w.events("a"))
		require.Equal(t, "Ready=Unknown unreachable:NoExecute unreachable:NoSchedule", state(w.Node("a")), "N-33: swapped")
	})
	t.Run("recovers in time", func(t *testing.T) {
		w := newWorld(t, nodelifecycle.Config{})
		w.addNode("a")
		w.fail("a", 0)
		w.run(54 * s)
		w.recover("a")
		w.take()
		w.run(time.Hour)
		w.want("nothing has happened")
	})
}

func (w *world) events(name string) []string {
	var list []string
	for e := range w.Events(0) {
		if e.Name == name {
			list = append(list, e.Source+" "+string(e.Type)+" "+e.Reason+": "+e.Message)
		}
	}
	return list
}

func TestReportedNotReady(t *testing.T) {
	t.Run("N-24", func(t *testing.T) {
		w := newWorld(t, nodelifecycle.Config{})
		w.addNode("a")
		w.addPod("p", "a")
		w.run(61 * s)
		w.take()
		w.report("a", kubelet.NotReady(""))
		w.run(2 * time.Minute)
		w.want("it is seen immediately, and marks no pods",
			"t=1m1s user: a Ready=False",
			"t=1m1s node-controller: a Ready=False not-ready:NoSchedule",
			"t=1m5s node-controller: a Ready=False not-ready:NoSchedule not-ready:NoExecute")
	})
	t.Run("N-34", func(t *testing.T) {
		w := newWorld(t, nodelifecycle.Config{})
		w.addNode("a", ready("False"))
		w.run(61 * s)
		w.take()
		w.report("a", ready("True"))
		w.run(2 * time.Minute)
		w.want("NoSchedule at once, NoExecute in the next pass",
			"t=1m1s user: a Ready=True not-ready:NoSchedule not-ready:NoExecute",
			"t=1m1s node-controller: a Ready=True not-ready:NoExecute",
			"t=1m5s node-controller: a Ready=True")
	})
	t.Run("N-27 bound later", func(t *testing.T) {
		w := newWorld(t, nodelifecycle.Config{})
		w.addNode("a", ready("False"))
		w.run(61 * s)
		w.take()
		w.addPod("p", "a")
		w.run(62 * s)
		require.True(t, w.Pod("default", "p").Status.Ready, "a kubelet that answers has the last word")
	})
	t.Run("N-35", func(t *testing.T) {
		w := newWorld(t, nodelifecycle.Config{})
		w.addNode("a")
		w.addPod("p", "a")
		w.run(s)
		n := w.Node("a").Clone().(*cluster.Node)
		n.Spec.Unschedulable = true
		_, err := w.Update(n)
		require.NoError(t, err)
		w.run(2 * s)
		require.Equal(t, "Ready=True unschedulable:NoSchedule", state(w.Node("a")))
		require.True(t, w.Pod("default", "p").Status.Ready)
		n = w.Node("a").Clone().(*cluster.Node)
		n.Spec.Unschedulable = false
		_, err = w.Update(n)
		require.NoError(t, err)
		w.run(3 * s)
		require.Equal(t, "Ready=True", state(w.Node("a")))
	})
}

// TestQuietNodesCostNothing lets time pass over nodes that are well.
func TestQuietNodesCostNothing(t *testing.T) {
	w := newWorld(t, nodelifecycle.Config{})
	for i := range 100 {
		w.addNode(fmt.Sprint("n", i))
	}
	w.run(0)
	require.Zero(t, w.Pending())
	w.fail("n7", 0)
	require.Equal(t, 1, w.Pending(), "one that is not has its own moment")
	require.NoError(t, w.Settle())
	require.Zero(t, w.Pending())
	require.Equal(t, 55*s, w.Now())
}

// TestLagging has a controller that hears of everything three seconds late.
func TestLagging(t *testing.T) {
	w := newWorld(t, nodelifecycle.Config{})
	require.NoError(t, w.SetLag(nodelifecycle.Name, cluster.Lag{Delay: 3 * s}))
	w.addNode("a")
	w.addPod("p", "a")
	w.run(2 * s)
	require.Equal(t, "Ready=True not-ready:NoSchedule", state(w.Node("a")))
	w.run(3 * s)
	require.Equal(t, "Ready=True", state(w.Node("a")))
	w.fail("a", 0)
	require.NoError(t, w.Settle())
	require.Equal(t, "Ready=Unknown unreachable:NoExecute unreachable:NoSchedule", state(w.Node("a")))
	w.recover("a")
	require.NoError(t, w.Settle())
	require.Equal(t, "Ready=True", state(w.Node("a")))
	require.True(t, w.Pod("default", "p").Status.Ready)
}

// TestFirstSight_N26 has nodes that are tainted before the controller has seen them.
func TestFirstSight_N26(t *testing.T) {
	const notReady, unreachable = taints.KeyNotReady, taints.KeyUnreachable
	tainted := func(w *world, name, key string, conditions ...cluster.NodeCondition) {
		n := &cluster.Node{ObjectMeta: cluster.ObjectMeta{Name: name}}
		n.Spec.Taints = []taints.Taint{{Key: key, Effect: taints.EffectNoExecute}}
		n.Status.Conditions = conditions
		w.create(n)
	}
	t.Run("it is taken off", func(t *testing.T) {
		w := newWorld(t, nodelifecycle.Config{})
		w.run(s)
		tainted(w, "a", unreachable)
		w.run(time.Minute)
		w.want("in the next pass",
			"t=1s user: a Ready=True unreachable:NoExecute not-ready:NoSchedule",
			"t=1s node-controller: a Ready=True unreachable:NoExecute",
			"t=5s node-controller: a Ready=True")
	})
	t.Run("and put on again", func(t *testing.T) {
		w := newWorld(t, nodelifecycle.Config{})
		w.run(s)
		tainted(w, "a", notReady, ready("False"))
		tainted(w, "b", notReady, ready("False"))
		w.run(time.Minute)
		w.want("in its turn",
			"t=1s user: a Ready=False not-ready:NoExecute not-ready:NoSchedule",
			"t=1s user: b Ready=False not-ready:NoExecute not-ready:NoSchedule",
			"t=5s node-controller: a Ready=False not-ready:NoSchedule",
			"t=5s node-controller: b Ready=False not-ready:NoSchedule",
			"t=5s node-controller: a Ready=False not-ready:NoSchedule not-ready:NoExecute",
			"t=15s node-controller: b Ready=False not-ready:NoSchedule not-ready:NoExecute")
	})
	t.Run("the opposite one", func(t *testing.T) {
		w := newWorld(t, nodelifecycle.Config{})
		w.run(s)
		tainted(w, "a", unreachable, ready("False"))
		w.run(time.Minute)
		w.want("is swapped at once",
			"t=1s user: a Ready=False unreachable:NoExecute not-ready:NoSchedule",
			"t=5s node-controller: a Ready=False not-ready:NoSchedule",
			"t=5s node-controller: a Ready=False not-ready:NoSchedule not-ready:NoExecute")
	})
	t.Run("the controller starts anew", func(t *testing.T) {
		w := newWorld(t, nodelifecycle.Config{})
		w.addNode("a", ready("False"))
		w.run(61 * s)
		w.take()
		require.NoError(t, w.Stop(nodelifecycle.Name))
		require.NoError(t, w.Start(nodelifecycle.New(nodelifecycle.Config{})))
		w.run(2 * time.Minute)
		w.want("it sees all nodes for the first time",
			"t=1m5s node-controller: a Ready=False not-ready:NoSchedule",
			"t=1m5s node-controller: a Ready=False not-ready:NoSchedule not-ready:NoExecute")
	})
}

// TestFlappingNodeLeavesNothingBehind has a node fall silent over and over, for less than the grace period each time:
// what was planned for one outage does not live on in the next ones.
func TestFlappingNodeLeavesNothingBehind(t *testing.T) {
	w := newWorld(t, nodelifecycle.Config{})
	w.addNode("a", ready("True"))
	w.run(s)
	most := 0
	for range 500 {
		n := w.Node("a")
		_, err := w.SetOutage(n.UID, &cluster.Outage{LastHeartbeat: kubelet.LastHeartbeat(n, w.Now()), End: w.Now() + 8*s})
		require.NoError(t, err)
		require.NoError(t, w.RunFor(10*s))
		most = max(most, w.Pending())
	}
	require.Less(t, most, 15)
	require.True(t, w.Node("a").Ready())
	require.NoError(t, w.RunFor(time.Minute))
	require.Zero(t, w.Pending())
}
