package kubelet_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/kubelet"
)

// agents makes agent:v1 the image that sets up the network, a second after its pod has been bound.
func agents() kubelet.Config {
	return kubelet.Config{Images: map[string]kubelet.Behaviour{"agent:v1": {Start: s, NetworkAgent: true}}}
}

// addTo binds a pod to the node, with hostNetwork or without.
func (w *world) addTo(name string, hostNetwork bool, image string) {
	spec := cluster.PodTemplateSpec{}
	spec.Spec.HostNetwork = hostNetwork
	spec.Spec.Containers = []cluster.Container{{Name: "c", Image: image}}
	_, err := w.Create(&cluster.Pod{
		ObjectMeta: cluster.ObjectMeta{Name: name}, Template: cluster.NewTemplate(spec), NodeName: "a",
	})
	require.NoError(w.t, err)
}

func host(name, image string) func(*world)     { return func(w *world) { w.addTo(name, true, image) } }
func ordinary(name, image string) func(*world) { return func(w *world) { w.addTo(name, false, image) } }

const networkMissing = "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady " +
	"message:Network plugin returns error: cni plugin not initialized"

// readiness says since when the node is as ready as it is.
func (w *world) readiness() string {
	for _, c := range w.Node("a").Status.Conditions {
		if c.Type == cluster.NodeReady {
			return fmt.Sprintf("%s %s since %v", c.Status, c.Reason, c.LastTransitionTime)
		}
	}
	return "unknown"
}

func (w *world) play(steps []step) {
	for _, st := range steps {
		require.NoError(w.t, w.RunFor(st.at-w.Now()))
		st.do(w)
	}
}

// TestFirstNetwork has a node that joins where the network is an agent's to set up.
func TestFirstNetwork(t *testing.T) {
	for _, row := range []struct {
		name, reason string
		steps        []step
		at           time.Duration
		node         string
		want         []string
	}{
		{
			"N-14", "nobody sets up the network", nil, time.Hour, "False KubeletNotReady since 0s", nil,
		}, {
			"N-12", "with the network the node is ready", []step{{2 * s, host("p", "agent:v1")}}, 4 * s,
			"True KubeletReady since 3.1s", []string{"2s p: Pending", "3s p: Running ready"},
		}, {
			"N-13 between two polls", "the kubelet asks ten times a second", []step{{2040 * time.Millisecond, host("p", "agent:v1")}},
			4 * s, "True KubeletReady since 3.1s", []string{"2.04s p: Pending", "3.04s p: Running ready"},
		}, {
			"N-13 after two minutes", "the next poll is at 125 s, the next report at 130 s",
			[]step{{s, ordinary("q", "other")}, {121 * s, host("p", "agent:v1")}}, 200 * s, "True KubeletReady since 2m10s",
			[]string{"1s q: Pending", "1s q: Pending no network", "2m1s p: Pending", "2m2s p: Running ready", "2m5s q: Pending", "2m5s q: Running ready"},
		}, {
			"N-13 just before two minutes", "it is the last time that it asks often",
			[]step{{118*s + 900*time.Millisecond, host("p", "agent:v1")}}, 200 * s, "True KubeletReady since 2m0s",
			[]string{"1m58.9s p: Pending", "1m59.9s p: Running ready"},
		}, {
			"N-15", "it is tried every second from 0.5 s on, and starts at the first time after 3.1 s",
			[]step{{s / 2, ordinary("q", "other")}, {2 * s, host("p", "agent:v1")}}, 5 * s, "True KubeletReady since 3.1s",
			[]string{"500ms q: Pending", "500ms q: Pending no network", "2s p: Pending", "3s p: Running ready", "3.5s q: Pending", "3.5s q: Running ready"},
		}, {
			"N-15 an agent without hostNetwork", "it waits for itself", []step{{s, ordinary("p", "agent:v1")}}, time.Hour,
			"False KubeletNotReady since 0s", []string{"1s p: Pending", "1s p: Pending no network"},
		}, {
			"N-15 another pod with hostNetwork", "it starts, and changes nothing", []step{{s, host("p", "other")}}, time.Hour,
			"False KubeletNotReady since 0s", []string{"1s p: Pending", "1s p: Running ready"},
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			w := newWorld(t, agents())
			w.play(row.steps)
			require.NoError(t, w.RunFor(row.at-w.Now()))
			require.Equal(t, row.node, w.readiness(), row.reason)
			if diff := cmp.Diff(row.want, w.moments); diff != "" {
				t.Errorf("%s (-want +got):\n%s", row.reason, diff)
			}
		})
	}
}

// TestWaitsForNetwork has what is told of a pod that cannot start.
func TestWaitsForNetwork(t *testing.T) {
	t.Run("N-15", func(t *testing.T) {
		w := newWorld(t, agents())
		ordinary("p", "other")(w)
		require.NoError(t, w.RunFor(time.Minute))
		require.Equal(t, []string{"Warning NetworkNotReady x1: network is not ready: " + networkMissing}, told(w))
		require.Equal(t, cluster.PodPending, w.pod().Phase())
		require.Equal(t, "ContainerCreating", w.pod().ContainerStatuses()[0].State.Waiting.Reason)
		w.delete()
		require.NoError(t, w.RunFor(time.Second))
		require.Nil(t, w.pod(), "it has nothing to stop")
	})
	t.Run("N-14", func(t *testing.T) {
		c := newWorld(t, agents()).Node("a").Status.Conditions
		require.Equal(t, []cluster.NodeCondition{{
			Type: "Ready", Status: "False", Reason: "KubeletNotReady", Message: networkMissing,
		}}, c)
	})
}

// TestNetworkStays has hosts that come back, and a network that is lost.
func TestNetworkStays(t *testing.T) {
	for _, row := range []struct {
		name, reason string
		steps        []step
		node         string
	}{
		{
			"N-9 the Node is created anew", "the host has its network",
			[]step{{s, host("p", "agent:v1")}, {5 * s, (*world).removeNode}, {6 * s, (*world).addNode}}, "True KubeletReady since 0s",
		}, {
			"N-13 the Node is created anew before its kubelet has found the network", "it finds it ten times a second",
			[]step{{s, host("p", "agent:v1")}, {2 * s, (*world).removeNode}, {6 * s, (*world).addNode}}, "True KubeletReady since 6.1s",
		}, {
			"N-69 the agent starts while there is no Node", "it has been set up when there is one",
			[]step{{s, host("p", "agent:v1")}, {s, (*world).removeNode}, {6 * s, (*world).addNode}}, "True KubeletReady since 6.1s",
		}, {
			"N-12 the kubelet is silent when the agent is to start", "it starts when the kubelet answers",
			[]step{{s, failing(10 * s)}, {2 * s, host("p", "agent:v1")}}, "True KubeletReady since 11.1s",
		}, {
			"N-12 the kubelet is silent when it would find the network", "it finds it when it answers",
			[]step{{s, host("p", "agent:v1")}, {2 * s, failing(10 * s)}}, "True KubeletReady since 10s",
		}, {
			"N-12 it answers again without a network", "what it reports is as before",
			[]step{{s, failing(100 * s)}}, "False KubeletNotReady since 0s",
		}, {
			"N-13 a network that is lost", "the agent starts anew at 21 s, the next poll is at 25 s, the next report at 30 s",
			[]step{
				{s, host("p", "agent:v1")}, {10 * s, (*world).loseNetwork},
				{20 * s, func(w *world) { w.delete(0) }}, {20 * s, host("q", "agent:v1")},
			}, "True KubeletReady since 30s",
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			w := newWorld(t, agents())
			w.play(row.steps)
			fork := w.Fork()
			require.NoError(t, w.RunFor(4*time.Minute))
			require.NoError(t, fork.RunFor(4*time.Minute))
			require.Equal(t, row.node, w.readiness(), row.reason)
			require.Equal(t, w.Hash(), fork.Hash())
		})
	}
}

// loseNetwork lets the kubelet report that the network is gone.
func (w *world) loseNetwork() {
	n := w.Node("a")
	_, err := w.SetNodeConditions(n.UID, kubelet.With(n.Status.Conditions, kubelet.NotReady(networkMissing), w.Now()))
	require.NoError(w.t, err)
}

// TestLostNetwork has pods of a node that had a network: those that run go on, what has to start waits.
func TestLostNetwork(t *testing.T) {
	t.Run("N-15", func(t *testing.T) {
		w := newWorld(t, kubelet.Config{Images: map[string]kubelet.Behaviour{"crashing": {CrashAfter: 8 * s}}})
		w.play([]step{
			{0, ordinary("runs", "other")}, {0, ordinary("crashes", "crashing")}, {4 * s, (*world).loseNetwork},
			{20*s + s/2, func(w *world) {
				n := w.Node("a")
				_, err := w.SetNodeConditions(n.UID, kubelet.Report(n.Status.Conditions, nil, w.Now()))
				require.NoError(t, err)
			}},
		})
		require.NoError(t, w.RunFor(s))
		require.Equal(t, []string{
			"0s runs: Pending", "0s runs: Running ready", "0s crashes: Pending", "0s crashes: Running ready",
			"8s crashes: Running stopped", "21s crashes: Running ready restarts=1",
		}, w.moments)
	})
}

// TestConditionsDecide has nodes that join with conditions of their own.
func TestConditionsDecide(t *testing.T) {
	for name, row := range map[string]struct {
		c     cluster.NodeCondition
		phase cluster.PodPhase
	}{
		"N-14 without network": {kubelet.NotReady("container runtime network not ready: no plugin"), cluster.PodPending},
		"N-15 not ready":       {kubelet.NotReady(""), cluster.PodRunning},
		"N-15 ready":           {cluster.NodeCondition{Type: "Ready", Status: "True"}, cluster.PodRunning},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, agents())
			_, err := w.Create(&cluster.Node{
				ObjectMeta: cluster.ObjectMeta{Name: "b"}, Status: cluster.NodeStatus{Conditions: []cluster.NodeCondition{row.c}},
			})
			require.NoError(t, err)
			w.addPodTo("b", "p", nil, "other")
			require.NoError(t, w.RunFor(time.Minute))
			require.Equal(t, row.phase, w.pod().Phase())
		})
	}
}
