package kubelet_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/kubelet"
	"github.com/daemonsim/daemonsim/cluster/quantity"
)

// outage begins an outage of the node.
func (w *world) outage(o cluster.Outage) {
	o.LastHeartbeat = kubelet.LastHeartbeat(w.Node("a"), w.Now())
	_, err := w.SetOutage(w.Node("a").UID, &o)
	require.NoError(w.t, err)
}

// TestReboot switches the node off and on again.
func TestReboot(t *testing.T) {
	t.Run("N-109", func(t *testing.T) {
		w := newWorld(t, kubelet.Config{Default: kubelet.Behaviour{Start: 2 * s, ReadyAfter: s, CrashAfter: 500 * s}})
		w.place("p")
		require.NoError(t, w.RunFor(100*s))
		uid := w.pod().UID
		w.moments = nil
		w.outage(cluster.Outage{Off: true, End: 130 * s})
		require.NoError(t, w.RunFor(10*s))
		fork := w.Fork()
		require.NoError(t, w.RunFor(900*s))
		want := []string{
			"2m10s p: Running stopped", "2m12s p: Running restarts=1", "2m13s p: Running ready restarts=1",
			"10m32s p: Running stopped restarts=1", "10m32s p: Running restarts=2", "10m33s p: Running ready restarts=2",
		}
		if diff := cmp.Diff(want, w.moments); diff != "" {
			t.Errorf("the containers start once more, and an earlier crash is forgotten (-want +got):\n%s", diff)
		}
		require.Equal(t, uid, w.pod().UID)
		require.NoError(t, fork.RunFor(900*s))
		require.Equal(t, w.Hash(), fork.Hash())
	})
	t.Run("N-109 what was under way", func(t *testing.T) {
		w := newWorld(t, kubelet.Config{Default: kubelet.Behaviour{Pull: 30 * s, Start: s, Stop: 25 * s}})
		w.place("p")
		require.NoError(t, w.RunFor(50*s))
		w.place("starts")
		require.NoError(t, w.RunFor(s))
		w.delete()
		require.NoError(t, w.RunFor(s))
		w.moments = nil
		w.outage(cluster.Outage{Off: true, End: 100 * s})
		require.NoError(t, w.RunFor(100*s))
		want := []string{"1m40s starts: Pending", "1m40s p: gone", "2m11s starts: Running ready"}
		if diff := cmp.Diff(want, w.moments); diff != "" {
			t.Errorf("moments (-want +got):\n%s", diff)
		}
	})
	t.Run("N-109 the Node comes back by its name", func(t *testing.T) {
		w := newWorld(t, kubelet.Config{})
		w.place("p")
		require.NoError(t, w.RunFor(s))
		w.outage(cluster.Outage{Off: true})
		require.NoError(t, w.RunFor(s))
		w.removeNode()
		require.NoError(t, w.RunFor(s))
		w.addNode()
		require.NoError(t, w.RunFor(s))
		require.EqualValues(t, 1, w.pod().Status.Restarts)
		require.True(t, w.pod().Status.Ready)
	})
}

// TestKubeletStartsAnew has pods that would not be admitted any more.
func TestKubeletStartsAnew(t *testing.T) {
	for _, off := range []bool{false, true} {
		t.Run("N-77", func(t *testing.T) {
			w := newWorld(t, kubelet.Config{})
			w.change(func(n *cluster.Node) { n.Labels["disk"] = "ssd" })
			w.place("p", selecting("disk", "ssd"))
			w.place("first", asking("cpu", "2"))
			w.place("second", asking("cpu", "2"))
			require.NoError(t, w.RunFor(s))
			w.change(func(n *cluster.Node) {
				delete(n.Labels, "disk")
				n.Status.Allocatable["cpu"] = quantity.New(3)
			})
			require.NoError(t, w.RunFor(s))
			require.Empty(t, w.failed(), "nobody asks again")
			w.outage(cluster.Outage{Restart: true, Off: off, End: w.Now()})
			require.NoError(t, w.RunFor(time.Minute))
			require.Equal(t, []string{"p NodeAffinity", "second OutOfcpu"}, w.failed())
			require.False(t, w.pod().Status.Ready)
			require.Empty(t, w.pod().ContainerStatuses())
			restarts := map[bool]int32{true: 1}[off]
			require.Equal(t, restarts, w.Pod("default", "first").Status.Restarts, "it runs on, unless the node was off")
			require.True(t, w.Pod("default", "first").Status.Ready)
		})
	}
}

// TestShutdown stops the pods of a node in order before it is switched off.
func TestShutdown(t *testing.T) {
	begin := func(w *world, how cluster.Shutdown) {
		_, err := w.SetShutdown(w.Node("a").UID, &how)
		require.NoError(w.t, err)
	}
	config := kubelet.Config{Images: map[string]kubelet.Behaviour{
		"quick": {Stop: 3 * s}, "slow": {Stop: time.Minute}, "loud": {Stop: s, StopCode: 143},
	}}
	t.Run("N-108", func(t *testing.T) {
		w := newWorld(t, config)
		w.place("quick", image("quick"))
		w.place("slow", image("slow"))
		w.place("loud", image("loud"))
		w.place("agent", image("quick"), critical)
		require.NoError(t, w.RunFor(5*s))
		w.moments = nil
		begin(w, cluster.Shutdown{Phases: kubelet.ShutdownPhases(30*s, 10*s), Off: 30 * s})
		require.NoError(t, w.RunFor(s))
		n := w.Node("a")
		require.Equal(t, cluster.ConditionFalse, n.ConditionStatus(cluster.NodeReady))
		require.Equal(t, "KubeletNotReady: node is shutting down", n.Status.Conditions[0].Reason+": "+n.Status.Conditions[0].Message)
		w.place("p")
		fork := w.Fork()
		require.NoError(t, w.RunFor(2*time.Minute))
		want := []string{
			"6s loud: Failed", "6s p: Pending", "6s p: Failed", "8s quick: Succeeded", "25s slow: Failed", "28s agent: Succeeded",
		}
		if diff := cmp.Diff(want, w.moments); diff != "" {
			t.Errorf("moments (-want +got):\n%s", diff)
		}
		slow := w.Pod("default", "slow")
		require.Equal(t, "Terminated: Pod was terminated in response to imminent node shutdown.",
			slow.Status.Trouble.Reason+": "+slow.Status.Trouble.Message)
		d, _ := slow.Disruption()
		require.Equal(t, "TerminationByKubelet", d.Reason)
		require.True(t, w.Node("a").Ready(), "it is on again after 30 s")
		require.NoError(t, fork.RunFor(2*time.Minute))
		require.Equal(t, w.Hash(), fork.Hash())
	})
	t.Run("N-87", func(t *testing.T) {
		w := newWorld(t, config)
		w.place("slow", image("slow"))
		require.NoError(t, w.RunFor(s))
		begin(w, cluster.Shutdown{Phases: kubelet.ShutdownPhases(30*s, 10*s)})
		require.NoError(t, w.RunFor(s))
		w.place("p", critical, tolerating(""))
		require.NoError(t, w.RunFor(s))
		require.Equal(t, "NodeShutdown", w.pod().Status.Trouble.Reason)
		require.Equal(t, "Pod was rejected: Pod was rejected as the node is shutting down.", w.pod().Status.Trouble.Message)
		require.Equal(t, []string{"Warning NodeShutdown x1: Pod was rejected as the node is shutting down."}, told(w))
	})
	t.Run("N-108 bands of priority", func(t *testing.T) {
		w := newWorld(t, config)
		for name, value := range map[string]int32{"low": 10, "high": 1000} {
			_, err := w.Create(&cluster.PriorityClass{ObjectMeta: cluster.ObjectMeta{Name: name}, Value: value})
			require.NoError(t, err)
		}
		w.place("none", image("slow"))
		w.place("low", image("slow"), ofClass("low"))
		w.place("high", image("slow"), ofClass("high"))
		require.NoError(t, w.RunFor(s))
		w.moments = nil
		begin(w, cluster.Shutdown{Phases: []cluster.ShutdownPhase{
			{Priority: 5, Period: 5 * s}, {Priority: 500, Period: 20 * s}, {Priority: 2000, Period: time.Hour},
		}})
		require.NoError(t, w.RunFor(time.Hour))
		require.Equal(t, []string{"6s none: Failed", "6s low: Failed", "26s high: Failed"}, w.moments)
		_, off := w.Node("a").Outage()
		require.True(t, off, "for good")
	})
	t.Run("N-108 no time", func(t *testing.T) {
		w := newWorld(t, config)
		w.place("quick", image("quick"))
		require.NoError(t, w.RunFor(s))
		w.moments = nil
		begin(w, cluster.Shutdown{Off: 20 * s})
		require.NoError(t, w.RunFor(time.Minute))
		require.Equal(t, []string{"21s quick: Running stopped", "21s quick: Running ready restarts=1"}, w.moments)
	})
	t.Run("N-108 called off", func(t *testing.T) {
		w := newWorld(t, config)
		w.place("slow", image("slow"))
		require.NoError(t, w.RunFor(s))
		begin(w, cluster.Shutdown{Phases: kubelet.ShutdownPhases(30*s, 10*s)})
		require.NoError(t, w.RunFor(s))
		_, err := w.SetShutdown(w.Node("a").UID, nil)
		require.NoError(t, err)
		w.place("p")
		require.NoError(t, w.RunFor(time.Minute))
		require.True(t, w.Node("a").Ready())
		require.True(t, w.pod().Status.Ready)
		require.Equal(t, []string{"slow Terminated"}, w.failed(), "what has begun goes on")
	})
}
