package kubelet_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/kubelet"
	"github.com/daemonsim/daemonsim/cluster/quantity"
	"github.com/daemonsim/daemonsim/taints"
)

// guaranteed asks for cpu and memory and for no more than that.
func guaranteed(cpu, memory string) wish {
	return func(s *cluster.PodTemplateSpec) {
		asking("cpu", cpu)(s)
		asking("memory", memory)(s)
		r := &s.Spec.Containers[0].Resources
		r.Limits = r.Requests
	}
}

func ofClass(name string) wish {
	return func(s *cluster.PodTemplateSpec) { s.Spec.PriorityClassName = name }
}

// failed lists the pods that have failed, with the reason.
func (w *world) failed() []string {
	var list []string
	for p := range w.Pods("default") {
		if p.Phase() == cluster.PodFailed {
			list = append(list, p.Name+" "+p.Status.Trouble.Reason)
		}
	}
	slices.Sort(list)
	return list
}

// TestMakingRoom binds a critical pod to a node of 4 CPUs and 16Gi on which others are.
func TestMakingRoom(t *testing.T) {
	const noSet = "Pod was rejected: Unexpected error while attempting to recover from admission failure: preemption: " +
		"error finding a set of pods to preempt: no set of running pods found to reclaim resources: "
	type pods map[string][]wish
	for _, row := range []struct {
		name    string
		others  pods
		pod     []wish
		want    []string
		message string
	}{
		{name: "N-83 one that will do", others: pods{
			"a-one": {asking("cpu", "1")}, "b-two": {asking("cpu", "2")}, "c-one": {asking("cpu", "1")},
		}, pod: []wish{critical, asking("cpu", "2")}, want: []string{"b-two Preempting"}},
		{name: "N-83 as few as will do", others: pods{
			"a-one": {asking("cpu", "1")}, "b-two": {asking("cpu", "2")}, "c-one": {asking("cpu", "1")},
		}, pod: []wish{critical, asking("cpu", "3")}, want: []string{"a-one Preempting", "b-two Preempting"}},
		{name: "N-83 the one that asks for less", others: pods{
			"a": {asking("cpu", "2"), asking("memory", "2Gi")}, "b": {asking("cpu", "2"), asking("memory", "1Gi")},
		}, pod: []wish{critical, asking("cpu", "1")}, want: []string{"b Preempting"}},
		{name: "N-83 burstable before guaranteed", others: pods{
			"a": {guaranteed("2", "1Gi")}, "b": {asking("cpu", "2"), asking("memory", "8Gi")},
		}, pod: []wish{critical, asking("cpu", "1")}, want: []string{"b Preempting"}},
		{name: "N-83 guaranteed if it must be", others: pods{
			"a": {guaranteed("3", "1Gi")}, "b": {asking("cpu", "500m")},
		}, pod: []wish{critical, asking("cpu", "2")}, want: []string{"a Preempting"}},
		{name: "N-83 several resources", others: pods{
			"a": {asking("cpu", "4")}, "b": {asking("memory", "16Gi")},
		}, pod: []wish{critical, asking("cpu", "1"), asking("memory", "1Gi")}, want: []string{"a Preempting", "b Preempting"}},
		{name: "N-83 not enough of them", others: pods{"a": {asking("cpu", "3")}},
			pod: []wish{critical, asking("cpu", "5")}, want: []string{"p UnexpectedAdmissionError"},
			message: noSet + "[(res: cpu, q: 1000), ]"},
		{name: "N-83 another reason counts", others: pods{"a": {asking("cpu", "3"), onPort(80)}},
			pod: []wish{critical, asking("cpu", "2"), onPort(80)}, want: []string{"p NodePorts"},
			message: "Pod was rejected: " + portsFailed},
		{name: "N-83 not for others", others: pods{"a": {asking("cpu", "3")}},
			pod: []wish{asking("cpu", "2")}, want: []string{"p OutOfcpu"},
			message: "Pod was rejected: Node didn't have enough resource: cpu, requested: 2000, used: 3000, capacity: 4000"},
		{name: "N-84 less critical ones", others: pods{"a": {ofClass("system-cluster-critical"), asking("cpu", "3")}},
			pod: []wish{critical, asking("cpu", "2")}, want: []string{"a Preempting"}},
		{name: "N-84 as critical ones", others: pods{"a": {critical, asking("cpu", "3")}},
			pod: []wish{critical, asking("cpu", "2")}, want: []string{"p UnexpectedAdmissionError"},
			message: noSet + "[(res: cpu, q: 1000), ]"},
	} {
		t.Run(row.name, func(t *testing.T) {
			w := newWorld(t, kubelet.Config{})
			for _, name := range []string{"a", "a-one", "b", "b-two", "c-one"} {
				if wishes, ok := row.others[name]; ok {
					w.place(name, wishes...)
				}
			}
			require.NoError(t, w.RunFor(s))
			require.Empty(t, w.failed())
			w.place("p", row.pod...)
			require.NoError(t, w.RunFor(time.Minute))
			if diff := cmp.Diff(row.want, w.failed()); diff != "" {
				t.Errorf("failed (-want +got):\n%s", diff)
			}
			if row.message == "" {
				require.True(t, w.pod().Status.Ready)
			} else {
				require.Equal(t, row.message, w.pod().Status.Trouble.Message)
			}
		})
	}
}

// TestMakingRoomForPods has no room for another pod: best-effort ones go first.
func TestMakingRoomForPods(t *testing.T) {
	t.Run("N-83", func(t *testing.T) {
		w := newWorld(t, kubelet.Config{})
		w.change(func(n *cluster.Node) { n.Status.Allocatable["pods"] = quantity.New(2) })
		w.place("burstable", asking("cpu", "1m"))
		w.place("best-effort")
		require.NoError(t, w.RunFor(s))
		w.place("p", critical)
		require.NoError(t, w.RunFor(s))
		require.Equal(t, []string{"best-effort Preempting"}, w.failed())
	})
}

// TestMakingRoomTakesTime has pods that take five seconds to stop, one after the other.
func TestMakingRoomTakesTime(t *testing.T) {
	t.Run("N-83", func(t *testing.T) {
		w := newWorld(t, kubelet.Config{Default: kubelet.Behaviour{Stop: 5 * s}})
		w.place("x", asking("cpu", "2"))
		w.place("y", asking("cpu", "2"))
		require.NoError(t, w.RunFor(s))
		w.moments = nil
		w.place("p", critical, asking("cpu", "4"))
		require.NoError(t, w.RunFor(7*s))
		fork := w.Fork()
		require.NoError(t, w.RunFor(time.Minute))
		want := []string{"1s p: Pending", "6s x: Failed", "11s y: Failed", "11s p: Running ready"}
		if diff := cmp.Diff(want, w.moments); diff != "" {
			t.Errorf("moments (-want +got):\n%s", diff)
		}
		require.NoError(t, fork.RunFor(time.Minute))
		require.Equal(t, w.Hash(), fork.Hash())
		x := w.Pod("default", "x")
		d, _ := x.Disruption()
		require.Equal(t, cluster.Disruption{
			Reason: "TerminationByKubelet", At: 6 * s,
			Message: "Pod was preempted by Kubelet to accommodate a critical pod.",
		}, d)
		require.Equal(t, "Preempted in order to admit critical pod", x.Status.Trouble.Message)
		events := slices.Collect(w.Events(x.UID))
		require.Len(t, events, 1)
		require.Equal(t, "Warning Preempting 1s",
			string(events[0].Type)+" "+events[0].Reason+" "+events[0].First.String())
	})
}

// TestMirror has pods that show what kubelets run from files.
func TestMirror(t *testing.T) {
	mirror := func(s *cluster.PodTemplateSpec) {
		s.ObjectMeta.Annotations = map[string]string{"kubernetes.io/config.mirror": "hash"}
	}
	t.Run("N-84, N-90", func(t *testing.T) {
		w := newWorld(t, kubelet.Config{})
		w.place("mirror", mirror, asking("cpu", "3"))
		w.place("plain", asking("cpu", "1"))
		require.NoError(t, w.RunFor(s))
		w.short(cluster.NodeDiskPressure, &cluster.Shortage{})
		require.NoError(t, w.RunFor(time.Minute))
		require.Equal(t, []string{"plain Evicted"}, w.failed(), "it is not evicted")
		w.place("under-pressure", mirror)
		w.place("critical", ofClass("system-cluster-critical"), asking("cpu", "2"))
		require.NoError(t, w.RunFor(time.Minute))
		require.Equal(t, []string{"critical UnexpectedAdmissionError", "plain Evicted"}, w.failed(), "nor preempted")
		w.change(tainted(taints.EffectNoExecute))
		w.place("tainted", mirror)
		require.NoError(t, w.RunFor(time.Minute))
		require.True(t, w.Pod("default", "tainted").Status.Ready, "it need not tolerate anything")
	})
}
