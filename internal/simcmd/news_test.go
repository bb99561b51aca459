package simcmd

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/taints"
)

// onA is a pod on node a with a status.
func onA(status cluster.PodStatus) *cluster.Pod { return &cluster.Pod{NodeName: "a", Status: status} }

// ownedBy is a pod on node a that belongs to a DaemonSet.
func ownedBy(name string) *cluster.Pod {
	p := onA(cluster.PodStatus{})
	p.OwnerReferences = []cluster.OwnerReference{
		{Kind: daemonset.Kind, Name: name, Controller: new(true)},
	}
	return p
}

func TestPodNews(t *testing.T) {
	starting := onA(cluster.PodStatus{})
	running := onA(cluster.PodStatus{Phase: cluster.PodRunning, Started: true})
	ready := onA(cluster.PodStatus{Phase: cluster.PodRunning, Started: true, Ready: true})
	leaving := ready.Clone().(*cluster.Pod)
	leaving.DeletionTimestamp = new(time.Duration)
	crashed := onA(cluster.PodStatus{Phase: cluster.PodRunning, Trouble: &cluster.PodTrouble{ExitCode: 1}})
	looping := onA(cluster.PodStatus{
		Phase: cluster.PodRunning, Trouble: &cluster.PodTrouble{ExitCode: 137, Waiting: "CrashLoopBackOff"},
	})
	evicted := onA(cluster.PodStatus{
		Phase: cluster.PodFailed, Trouble: &cluster.PodTrouble{Reason: "Evicted"},
	})
	stuck := &cluster.Pod{Target: "a", Status: cluster.PodStatus{
		Trouble: &cluster.PodTrouble{Unschedulable: "0/1 nodes are available."},
	}}

	for _, tt := range []struct {
		reason        string
		before, after *cluster.Pod
		want          []string
	}{
		{"a new pod is pinned", nil, &cluster.Pod{Target: "a"}, []string{"created for a"}},
		{"a new pod may go anywhere", nil, &cluster.Pod{}, []string{"created"}},
		{"binding is bookkeeping", &cluster.Pod{Target: "a"}, starting, nil},
		{"no node fits", &cluster.Pod{Target: "a"}, stuck, []string{"unschedulable: 0/1 nodes are available."}},
		{"no node fits still", stuck, stuck, nil},
		{"running and ready at once", starting, ready, []string{"ready on a"}},
		{"running first", starting, running, []string{"running on a, not ready"}},
		{"ready later", running, ready, []string{"ready on a"}},
		{"not ready any more", ready, running, []string{"not ready on a"}},
		{"a crash tells of the readiness, too", ready, crashed, []string{"crashed on a with exit code 1"}},
		{"a crash with back-off", running, looping,
			[]string{"crashed on a with exit code 137, CrashLoopBackOff"}},
		{"restarted", looping, running, []string{"running on a, not ready"}},
		{"deleted", ready, leaving, []string{"terminating on a"}},
		{"still terminating", leaving, leaving, nil},
		{"gone at last", leaving, nil, []string{"gone from a"}},
		{"gone before it was bound", &cluster.Pod{Target: "a"}, nil,
			[]string{"gone before it was bound to a"}},
		{"an orphan finds a controller", onA(cluster.PodStatus{}), ownedBy("agent"),
			[]string{"adopted by daemonset agent"}},
		{"a controller lets go", ownedBy("agent"), onA(cluster.PodStatus{}),
			[]string{"released by daemonset agent"}},
		{"the same controller", ownedBy("agent"), ownedBy("agent"), nil},
		{"failed", ready, evicted, []string{"failed on a: Evicted"}},
		{"failed for no reason given", ready, onA(cluster.PodStatus{Phase: cluster.PodFailed}),
			[]string{"failed on a"}},
		{"succeeded", ready, onA(cluster.PodStatus{Phase: cluster.PodSucceeded}), []string{"succeeded on a"}},
	} {
		require.Equal(t, tt.want, podNews(tt.before, tt.after), tt.reason)
	}
}

func TestNodeNews(t *testing.T) {
	healthy := &cluster.Node{Status: cluster.NodeStatus{
		Conditions: []cluster.NodeCondition{{Type: "Ready", Status: "True"}},
	}}
	tainted := healthy.Clone().(*cluster.Node)
	tainted.Status.Conditions[0].Status = "Unknown"
	tainted.Spec.Taints = []taints.Taint{
		{Key: taints.KeyUnreachable, Effect: taints.EffectNoSchedule},
		{Key: taints.KeyUnreachable, Effect: taints.EffectNoExecute},
	}
	for _, tt := range []struct {
		reason        string
		before, after *cluster.Node
		want          []string
	}{
		{"a new node", nil, healthy, []string{"joined"}},
		{"gone", healthy, nil, []string{"left"}},
		{"labels and heartbeats are nothing to tell", healthy, healthy, nil},
		{"unreachable", healthy, tainted, []string{
			"not ready",
			"tainted node.kubernetes.io/unreachable:NoSchedule",
			"tainted node.kubernetes.io/unreachable:NoExecute",
		}},
		{"back again", tainted, healthy, []string{
			"ready",
			"no longer tainted node.kubernetes.io/unreachable:NoSchedule",
			"no longer tainted node.kubernetes.io/unreachable:NoExecute",
		}},
	} {
		require.Equal(t, tt.want, nodeNews(tt.before, tt.after, time.Minute), tt.reason)
	}
}

// set is a DaemonSet whose controller has seen a generation, with its numbers of nodes.
func set(observed int64, desired, updated, available int32) *daemonset.DaemonSet {
	d := &daemonset.DaemonSet{Status: daemonset.Status{
		ObservedGeneration: observed, DesiredNumberScheduled: desired,
		UpdatedNumberScheduled: updated, NumberAvailable: available,
	}}
	d.Generation = 2
	return d
}

func TestSetNews(t *testing.T) {
	for _, tt := range []struct {
		reason        string
		before, after *daemonset.DaemonSet
		want          []string
	}{
		{"creation is the user's", nil, set(0, 0, 0, 0), nil},
		{"deletion, too", set(2, 3, 3, 3), nil, nil},
		{"the last pod is available", set(2, 3, 3, 2), set(2, 3, 3, 3),
			[]string{"has all 3 pods up to date and available"}},
		{"the only pod is available", set(2, 1, 1, 0), set(2, 1, 1, 1),
			[]string{"has its one pod up to date and available"}},
		{"another template", set(1, 3, 3, 3), set(2, 3, 0, 3),
			[]string{"has another template: 0 of 3 pods up to date"}},
		{"back to a template that some pods have", set(1, 3, 1, 2), set(2, 3, 2, 2),
			[]string{"has another template: 2 of 3 pods up to date"}},
		{"another update strategy", set(1, 3, 1, 3), set(2, 3, 1, 3), nil},
		{"the first look", set(0, 0, 0, 0), set(1, 3, 1, 0), nil},
		{"a generation that the controller has not seen completes nothing", set(1, 3, 3, 2), set(1, 3, 3, 3), nil},
		{"no node fits", set(1, 0, 0, 0), set(2, 0, 0, 0), nil},
		{"a node left", set(2, 3, 3, 3), set(2, 2, 2, 2), nil},
		{"half way", set(2, 3, 1, 3), set(2, 3, 1, 2), nil},
	} {
		require.Equal(t, tt.want, setNews(tt.before, tt.after), tt.reason)
	}
}

// TestNarratorIsOff makes sure that nothing is kept while nobody listens.
func TestNarratorIsOff(t *testing.T) {
	var n narrator
	pod := onA(cluster.PodStatus{})
	pod.Name = "agent-1"
	ch := &cluster.Change{After: pod}
	n.observe(ch)
	require.Empty(t, n.stop())
	n.start()
	n.observe(ch)
	require.Equal(t, "t=0s  agent-1 created for a\n", n.stop())
	n.observe(ch)
	require.Empty(t, n.stop())
}
