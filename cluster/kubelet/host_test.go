package kubelet_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/kubelet"
)

// failing begins an outage of the node, which ends at a time or, for 0, not by itself.
func failing(end time.Duration) func(*world) {
	return func(w *world) {
		n := w.Node("a")
		_, err := w.SetOutage(n.UID, &cluster.Outage{LastHeartbeat: kubelet.LastHeartbeat(n, w.Now()), End: end})
		require.NoError(w.t, err)
	}
}

func recovering(w *world) {
	_, err := w.SetOutage(w.Node("a").UID, nil)
	require.NoError(w.t, err)
}

// marked is what the node lifecycle controller makes of the pod.
func marked(w *world) {
	_, err := w.SetPodStatus(w.pod().UID, w.pod().Status.WithoutNode(w.Now()))
	require.NoError(w.t, err)
}

var outages = []row{
	{
		name: "bound before it, due in it", behaviour: kubelet.Behaviour{Start: 20 * s, ReadyAfter: 5 * s},
		steps: []step{{10 * s, failing(0)}, {60 * s, recovering}}, until: time.Hour,
		want:   []string{"0s p: Pending", "1m0s p: Running", "1m5s p: Running ready"},
		reason: "what happens meanwhile is heard of when the kubelet answers again",
	}, {
		name: "bound before it, due after it", behaviour: kubelet.Behaviour{Start: 20 * s},
		steps: []step{{5 * s, failing(0)}, {10 * s, recovering}}, until: time.Hour,
		want:   []string{"0s p: Pending", "20s p: Running ready"},
		reason: "an outage that nothing falls into changes nothing",
	}, {
		name: "bound in it", behaviour: kubelet.Behaviour{Start: 20 * s},
		steps: []step{
			{0, deleted(0)}, {5 * s, failing(0)}, {10 * s, func(w *world) { w.addPod("q", nil, "agent:v1") }},
			{60 * s, recovering},
		},
		until:  time.Hour,
		want:   []string{"0s p: Pending", "0s p: gone", "10s q: Pending", "1m20s q: Running ready"},
		reason: "the kubelet has not heard of the pod",
	}, {
		name: "D-224 deleted in it", behaviour: kubelet.Behaviour{Stop: 8 * s},
		steps: []step{{5 * s, failing(0)}, {10 * s, deleted()}, {10 * time.Minute, recovering}}, until: time.Hour,
		want: []string{
			"0s p: Pending", "0s p: Running ready", "10s p: Running ready until 40s", "10m8s p: gone",
		},
		reason: "it stays terminating until the kubelet answers, and then has its time to stop",
	}, {
		name: "N-67 deleted in it, and slow to stop", behaviour: kubelet.Behaviour{Stop: time.Minute},
		steps: []step{{5 * s, failing(0)}, {10 * s, deleted()}, {10 * time.Minute, recovering}}, until: time.Hour,
		want: []string{
			"0s p: Pending", "0s p: Running ready", "10s p: Running ready until 40s", "10m30s p: gone",
		},
		reason: "the grace period counts from when the kubelet hears of it",
	}, {
		name: "D-224 deleted before it", behaviour: kubelet.Behaviour{Stop: 8 * s},
		steps: []step{{5 * s, deleted()}, {10 * s, failing(0)}, {10 * time.Minute, recovering}}, until: time.Hour,
		want:   []string{"0s p: Pending", "0s p: Running ready", "5s p: Running ready until 35s", "10m0s p: gone"},
		reason: "the containers have stopped, and nobody was told",
	}, {
		name:  "D-224 deleted without grace in it",
		steps: []step{{5 * s, failing(0)}, {10 * s, deleted()}, {20 * s, deleted(0)}}, until: time.Hour,
		want: []string{
			"0s p: Pending", "0s p: Running ready", "10s p: Running ready until 40s", "20s p: gone",
		},
		reason: "grace 0 needs no kubelet",
	}, {
		name: "crash in it", behaviour: kubelet.Behaviour{CrashAfter: 20 * s},
		steps: []step{{10 * s, failing(0)}, {60 * s, recovering}}, until: 70 * s,
		want: []string{
			"0s p: Pending", "0s p: Running ready", "1m0s p: Running stopped", "1m0s p: Running ready restarts=1",
		},
		reason: "the crash is seen late",
	}, {
		name: "N-27 ready before it", behaviour: kubelet.Behaviour{},
		steps: []step{{5 * s, failing(0)}, {60 * s, marked}, {80 * s, recovering}}, until: time.Hour,
		want:   []string{"0s p: Pending", "0s p: Running ready", "1m0s p: Running", "1m20s p: Running ready"},
		reason: "the kubelet rewrites the true status when it is back",
	}, {
		name: "ends by itself", behaviour: kubelet.Behaviour{Start: 20 * s},
		steps: []step{{10 * s, failing(70 * s)}}, until: time.Hour,
		want:   []string{"0s p: Pending", "1m10s p: Running ready"},
		reason: "the outage has an end",
	}, {
		name: "another end", behaviour: kubelet.Behaviour{Start: 20 * s},
		steps: []step{{10 * s, failing(70 * s)}, {30 * s, failing(40 * s)}}, until: time.Hour,
		want:   []string{"0s p: Pending", "40s p: Running ready"},
		reason: "the latest end counts",
	}, {
		name: "no end any more", behaviour: kubelet.Behaviour{Start: 20 * s},
		steps: []step{{10 * s, failing(70 * s)}, {30 * s, failing(0)}}, until: time.Hour,
		want:   []string{"0s p: Pending"},
		reason: "the latest end counts",
	}, {
		name: "node removed in it", behaviour: kubelet.Behaviour{Start: 20 * s},
		steps: []step{{10 * s, failing(0)}, {30 * s, (*world).removeNode}}, until: time.Hour,
		want:   []string{"0s p: Pending"},
		reason: "nothing answers for the pods of a node that has failed and is gone",
	}, {
		name: "node removed the moment it is over", behaviour: kubelet.Behaviour{Stop: 8 * s},
		steps: []step{{5 * s, failing(0)}, {10 * s, deleted()}, {60 * s, func(w *world) {
			recovering(w)
			w.removeNode()
		}}},
		until: time.Hour,
		want: []string{
			"0s p: Pending", "0s p: Running ready", "10s p: Running ready until 40s", "1m8s p: gone",
		},
		reason: "there is no node to report on, but there are its pods",
	}, {
		name: "KP-31 node removed in it and back", behaviour: kubelet.Behaviour{Start: 20 * s},
		steps: []step{{10 * s, failing(0)}, {30 * s, (*world).removeNode}, {40 * s, (*world).addNode}},
		until: time.Hour, want: []string{"0s p: Pending", "40s p: Running ready"},
		reason: "a kubelet that registers its node answers",
	},
}

func TestOutages(t *testing.T) { testRows(t, outages) }

// TestReportsAfterOutage has the conditions of a node before and after it was given up.
func TestReportsAfterOutage(t *testing.T) {
	w := newWorld(t, kubelet.Config{})
	n := w.Node("a")
	_, err := w.SetNodeConditions(n.UID, []cluster.NodeCondition{
		{Type: cluster.NodeDiskPressure, Status: cluster.ConditionTrue, Reason: "KubeletHasDiskPressure"},
		{Type: cluster.NodeNetworkUnavailable, Status: cluster.ConditionTrue, Reason: "NoRoute"},
		{Type: cluster.NodeReady, Status: cluster.ConditionTrue, Reason: "KubeletReady"},
	})
	require.NoError(t, err)
	failing(0)(w)
	require.NoError(t, w.RunFor(time.Minute))
	var unknown []cluster.NodeCondition
	for _, c := range w.Node("a").Status.Conditions {
		if c.Type != cluster.NodeNetworkUnavailable {
			c.Status, c.Reason, c.LastTransitionTime = cluster.ConditionUnknown, cluster.NodeStatusUnknown, w.Now()
		}
		unknown = append(unknown, c)
	}
	unknown = append(unknown, cluster.NodeCondition{
		Type: cluster.NodePIDPressure, Status: cluster.ConditionUnknown, Reason: "NodeStatusNeverUpdated",
	})
	_, err = w.SetNodeConditions(n.UID, unknown)
	require.NoError(t, err)
	require.NoError(t, w.RunFor(time.Minute))
	require.Equal(t, unknown, w.Node("a").Status.Conditions, "a kubelet that does not answer says nothing")
	recovering(w)
	require.NoError(t, w.RunFor(0))
	want := []cluster.NodeCondition{
		{Type: cluster.NodeDiskPressure, Status: cluster.ConditionTrue, Reason: "KubeletHasDiskPressure", LastTransitionTime: 2 * time.Minute},
		{Type: cluster.NodeNetworkUnavailable, Status: cluster.ConditionTrue, Reason: "NoRoute"},
		{Type: cluster.NodeReady, Status: cluster.ConditionTrue, Reason: "KubeletReady", LastTransitionTime: 2 * time.Minute, Message: "kubelet is posting ready status"},
		{Type: cluster.NodePIDPressure, Status: cluster.ConditionFalse, Reason: "KubeletHasSufficientPID", LastTransitionTime: 2 * time.Minute, Message: "kubelet has sufficient PID available"},
	}
	if diff := cmp.Diff(want, w.Node("a").Status.Conditions); diff != "" {
		t.Errorf("N-3: conditions (-want +got):\n%s", diff)
	}
}

// TestContradictsWhatIsNotTrue has a node that is given up though its kubelet answers.
func TestContradictsWhatIsNotTrue(t *testing.T) {
	w := newWorld(t, kubelet.Config{})
	w.addPod("p", nil, "agent:v1")
	require.NoError(t, w.RunFor(time.Minute))
	_, err := w.SetNodeConditions(w.Node("a").UID, []cluster.NodeCondition{
		{Type: cluster.NodeReady, Status: cluster.ConditionUnknown, Reason: cluster.NodeStatusUnknown},
	})
	require.NoError(t, err)
	marked(w)
	require.False(t, w.pod().Status.Ready)
	require.True(t, w.pod().Status.ContainersReady())
	require.NoError(t, w.RunFor(0))
	require.True(t, w.Node("a").Ready())
	require.True(t, w.pod().Status.Ready)
	require.Zero(t, w.pod().Status.ReadySince, "it has been ready all the time")
}

// TestReadyEvents_N3: the kubelet tells when it reports another status.
func TestReadyEvents_N3(t *testing.T) {
	w := newWorld(t, kubelet.Config{})
	for _, c := range []cluster.NodeCondition{
		kubelet.NotReady(""), kubelet.NotReady("another reason"),
		{Type: cluster.NodeReady, Status: cluster.ConditionTrue},
	} {
		_, err := w.SetNodeConditions(w.Node("a").UID, []cluster.NodeCondition{c})
		require.NoError(t, err)
	}
	var got []string
	for e := range w.Events(w.Node("a").UID) {
		got = append(got, e.Source+" "+e.Reason+": "+e.Message)
	}
	want := []string{
		"kubelet NodeNotReady: Node a status is now: NodeNotReady",
		"kubelet NodeReady: Node a status is now: NodeReady",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("N-3: events (-want +got):\n%s", diff)
	}
}

// TestLastHeartbeat_N18: the lease is renewed every 10 s.
func TestLastHeartbeat_N18(t *testing.T) {
	n := &cluster.Node{ObjectMeta: cluster.ObjectMeta{CreationTimestamp: 3 * s}}
	for now, want := range map[time.Duration]time.Duration{
		3 * s: 3 * s, 12 * s: 3 * s, 13 * s: 13 * s, 49 * s: 43 * s,
	} {
		require.Equal(t, want, kubelet.LastHeartbeat(n, now), "at t=%v", now)
	}
}

// TestForkInOutage lets only a fork recover: what a host holds is the fork's own.
func TestForkInOutage(t *testing.T) {
	w := newWorld(t, kubelet.Config{Default: kubelet.Behaviour{Start: 20 * s}})
	w.addPod("p", nil, "agent:v1")
	failing(0)(w)
	require.NoError(t, w.RunFor(time.Minute))
	fork := w.Fork()
	require.Equal(t, w.Hash(), fork.Hash())
	_, err := fork.SetOutage(fork.Node("a").UID, nil)
	require.NoError(t, err)
	require.NoError(t, fork.RunFor(0))
	require.True(t, fork.Pod("default", "p").Status.Started)
	require.NotEqual(t, w.Hash(), fork.Hash())
	require.NoError(t, w.RunFor(time.Hour))
	require.False(t, w.pod().Status.Started)
	recovering(w)
	require.NoError(t, w.RunFor(0))
	require.True(t, w.pod().Status.Started)
}
