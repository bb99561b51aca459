package nodelifecycle_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/kubelet"
	"github.com/daemonsim/daemonsim/cluster/nodelifecycle"
	"github.com/daemonsim/daemonsim/taints"
)

// TestNodeObject is what kubelets, people and the controller write to a node, and what they leave alone.
func TestNodeObject(t *testing.T) {
	t.Run("N-1", func(t *testing.T) {
		w := newWorld(t, nodelifecycle.Config{})
		w.addNode("a")
		since := func() time.Duration {
			conditions := w.Node("a").Status.Conditions
			return conditions[len(conditions)-1].LastTransitionTime
		}
		for _, row := range []struct {
			at     time.Duration
			c      cluster.NodeCondition
			want   time.Duration
			reason string
		}{
			{10 * s, kubelet.NotReady("one reason"), 10 * s, "another status"},
			{20 * s, kubelet.NotReady("another reason"), 10 * s, "another message alone"},
			{30 * s, ready("True"), 30 * s, "another status"},
		} {
			w.run(row.at)
			w.report("a", row.c)
			require.Equal(t, row.want, since(), row.reason)
		}
	})
	t.Run("N-2", func(t *testing.T) {
		w := newWorld(t, nodelifecycle.Config{})
		w.addNode("a", cluster.NodeCondition{Type: cluster.NodeNetworkUnavailable, Status: "True", Reason: "NoRoute"}, ready("True"))
		w.addNode("b")
		w.run(s)
		require.Equal(t, "Ready=True network-unavailable:NoSchedule", state(w.Node("a")))
		require.Equal(t, "Ready=True", state(w.Node("b")), "without the condition the network counts as available")
		w.fail("a", s)
		w.run(2 * time.Minute)
		w.recover("a")
		w.run(3 * time.Minute)
		var types []string
		for _, c := range w.Node("a").Status.Conditions {
			types = append(types, c.Type+"="+c.Status)
		}
		require.Equal(t, []string{
			"NetworkUnavailable=True", "Ready=True", "MemoryPressure=False", "DiskPressure=False", "PIDPressure=False",
		}, types, "a kubelet reports all but that one")
	})
	t.Run("N-6 N-7", func(t *testing.T) {
		w := newWorld(t, nodelifecycle.Config{})
		w.addNode("a")
		labels := func() [4]string {
			l := w.Node("a").Labels
			return [...]string{
				l["kubernetes.io/os"], l["beta.kubernetes.io/os"],
				l["kubernetes.io/arch"], l["beta.kubernetes.io/arch"],
			}
		}
		label := func(key, value string) {
			t.Helper()
			own := w.Node("a").Clone()
			own.Meta().Labels[key] = value
			_, err := w.Update(own)
			require.NoError(t, err)
		}
		require.Equal(t, [...]string{"linux", "linux", "amd64", "amd64"}, labels(), "the kubelet sets both")
		w.run(s)
		label("kubernetes.io/arch", "arm64")
		require.Equal(t, [...]string{"linux", "linux", "arm64", "amd64"}, labels())
		label("beta.kubernetes.io/os", "windows")
		w.run(s)
		require.Equal(t, [...]string{"linux", "linux", "arm64", "arm64"}, labels(), "what is stable wins")
		require.NoError(t, w.Stop(nodelifecycle.Name))
		label("beta.kubernetes.io/os", "windows")
		w.run(2 * s)
		require.Equal(t, [...]string{"linux", "windows", "arm64", "arm64"}, labels())
		require.NoError(t, w.Start(nodelifecycle.New(nodelifecycle.Config{})))
		w.run(3 * s)
		require.Equal(t, [...]string{"linux", "linux", "arm64", "arm64"}, labels())
	})
	t.Run("N-4 N-9", func(t *testing.T) {
		w := newWorld(t, nodelifecycle.Config{})
		w.addNode("a")
		w.run(s)
		n := w.Node("a").Clone().(*cluster.Node)
		n.Spec.Unschedulable, n.Spec.Taints = true, []taints.Taint{{Key: "gpu", Effect: taints.EffectNoSchedule}}
		_, err := w.Update(n)
		require.NoError(t, err)
		w.fail("a", s)
		w.run(5 * time.Minute)
		w.recover("a")
		w.run(6 * time.Minute)
		after := w.Node("a")
		require.Equal(t, n.UID, after.UID, "a kubelet that is back takes the node that is there")
		require.True(t, after.Spec.Unschedulable, "and leaves what people have said of it")
		require.Equal(t, "Ready=True gpu:NoSchedule unschedulable:NoSchedule", state(after))
	})
	t.Run("N-11", func(t *testing.T) {
		w := newWorld(t, nodelifecycle.Config{})
		n := &cluster.Node{ObjectMeta: cluster.ObjectMeta{Name: "a"}}
		own := taints.Taint{Key: "node.cloudprovider.kubernetes.io/uninitialized", Value: "true", Effect: taints.EffectNoSchedule}
		n.Spec.Taints = []taints.Taint{own}
		w.create(n)
		w.run(time.Hour)
		require.Equal(t, []taints.Taint{own}, w.Node("a").Spec.Taints, "it is for the cloud's controller to take off")
	})
}

func TestHeartbeats(t *testing.T) {
	t.Run("N-19", func(t *testing.T) {
		for _, clock := range []time.Duration{0, time.Hour, 1000 * time.Hour} {
			w := newWorld(t, nodelifecycle.Config{})
			c := ready("True")
			c.LastHeartbeatTime = clock
			w.addNode("a", c)
			w.run(100 * s)
			w.fail("a", 100*s)
			w.run(154 * s)
			require.True(t, w.Node("a").Ready(), "whatever the node's own clock says")
			w.run(155 * s)
			require.False(t, w.Node("a").Ready())
		}
	})
	t.Run("N-22", func(t *testing.T) {
		w := newWorld(t, nodelifecycle.Config{})
		require.NoError(t, w.SetLag(nodelifecycle.Name, cluster.Lag{Delay: 30 * s}))
		w.addNode("a")
		w.addNode("b")
		w.run(40 * s)
		w.fail("a", 40*s)
		w.fail("b", 40*s)
		w.run(80 * s)
		w.recover("a")
		w.run(105 * s)
		require.True(t, w.Node("a").Ready(), "its view is stale: the node has a new heartbeat, which it has not heard of")
		require.False(t, w.Node("b").Ready())
		w.run(time.Hour)
		require.Len(t, w.events("a"), 1, "that it has been registered")
	})
}

func TestRegister_N26(t *testing.T) {
	const registered = "node-controller Normal RegisteredNode: Node a event: Registered Node a in Controller"
	const removing = "node-controller Normal RemovingNode: Node a event: Removing Node a from Controller"
	remove := func(w *world) {
		w.t.Helper()
		require.NoError(w.t, w.Delete(cluster.KindNode, "", "a", cluster.DeleteOptions{}))
	}
	t.Run("in the next pass", func(t *testing.T) {
		w := newWorld(t, nodelifecycle.Config{})
		w.run(s)
		w.addNode("a")
		w.run(5*s - 1)
		require.Empty(t, w.events("a"))
		w.run(5 * s)
		require.Equal(t, []string{registered}, w.events("a"))
		f := w.Fork()
		remove(w)
		require.Equal(t, []string{registered}, w.events("a"))
		w.run(10 * s)
		require.Equal(t, []string{registered, removing}, w.events("a"))
		require.NoError(t, f.RunFor(5*s))
		require.NotEqual(t, w.Hash(), f.Hash())
	})
	t.Run("gone before", func(t *testing.T) {
		w := newWorld(t, nodelifecycle.Config{})
		w.run(s)
		w.addNode("a")
		w.run(2 * s)
		remove(w)
		w.run(time.Minute)
		require.Empty(t, w.events("a"), "nobody has seen it")
	})
	t.Run("back before", func(t *testing.T) {
		w := newWorld(t, nodelifecycle.Config{})
		w.addNode("a")
		w.run(6 * s)
		remove(w)
		w.addNode("a")
		w.run(time.Minute)
		require.Equal(t, []string{registered}, w.events("a"), "nobody has missed it")
	})
	t.Run("back and gone again before", func(t *testing.T) {
		w := newWorld(t, nodelifecycle.Config{})
		w.addNode("a")
		w.run(6 * s)
		uid := w.Node("a").UID
		for range 2 {
			remove(w)
			w.addNode("a")
		}
		remove(w)
		w.run(time.Minute)
		require.Equal(t, []string{registered, removing}, w.events("a"))
		require.Len(t, slices.Collect(w.Events(uid)), 2, "it is the first that was known")
	})
	t.Run("gone before the new controller's pass", func(t *testing.T) {
		w := newWorld(t, nodelifecycle.Config{})
		w.addNode("a")
		require.NoError(t, w.Stop(nodelifecycle.Name))
		w.run(31 * s)
		require.NoError(t, w.Start(nodelifecycle.New(nodelifecycle.Config{})))
		w.run(32 * s)
		remove(w)
		w.run(time.Minute)
		require.Equal(t, []string{registered}, w.events("a"))
	})
	t.Run("the controller starts anew", func(t *testing.T) {
		w := newWorld(t, nodelifecycle.Config{})
		w.addNode("a")
		w.run(6 * s)
		require.NoError(t, w.Stop(nodelifecycle.Name))
		w.run(30 * s)
		require.NoError(t, w.Start(nodelifecycle.New(nodelifecycle.Config{})))
		w.run(time.Minute)
		require.Equal(t, []string{registered, registered}, w.events("a"))
	})
	t.Run("stopped before the pass", func(t *testing.T) {
		w := newWorld(t, nodelifecycle.Config{})
		w.run(s)
		w.addNode("a")
		require.NoError(t, w.Stop(nodelifecycle.Name))
		w.run(30 * s)
		require.Empty(t, w.events("a"))
	})
}
