package kubelet_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/kubelet"
)

// last is what the API shows in the end.
func last(told *[]string) string { return (*told)[len(*told)-1] }

// TestOutageAroundBinding has an outage begin just after a pod has been bound.
func TestOutageAroundBinding(t *testing.T) {
	t.Run("before the kubelet has heard of it", func(t *testing.T) {
		w, told := crew{regular: "a"}.run(t)
		require.NoError(t, w.SetLag("kubelet", cluster.Lag{Delay: 5 * s}))
		w.addPod("q", nil, "a")
		require.NoError(t, w.RunFor(2*s))
		w.outage(cluster.Outage{End: 20 * s})
		require.NoError(t, w.RunFor(time.Hour))
		require.Equal(t, cluster.PodRunning, w.Pod("default", "q").Phase(), "%v", *told)
	})
	for name, o := range map[string]cluster.Outage{"silent": {End: 10 * s}, "restarted": {End: 10 * s, Restart: true}} {
		t.Run(name+" in the same moment", func(t *testing.T) {
			w, told := crew{inits: "i", regular: "a", images: map[string]kubelet.Behaviour{"i": {Pull: s}}}.run(t)
			w.outage(o)
			require.NoError(t, w.RunFor(time.Hour))
			require.Equal(t, "10s Running i=exit0 a=ready Initialized Ready ContainersReady", last(told),
				"each container is started once: %v", *told)
		})
	}
}

// TestNetworkGoesMidway has the network of a node go while an init container is pulled.
func TestNetworkGoesMidway(t *testing.T) {
	w, told := crew{
		inits: "i", regular: "a", images: map[string]kubelet.Behaviour{"i": {Pull: 5 * s, ExitAfter: s}},
	}.run(t)
	require.NoError(t, w.RunFor(s))
	w.loseNetwork()
	require.NoError(t, w.RunFor(s))
	w.change(func(n *cluster.Node) {
		n.Status.Conditions = kubelet.Report(n.Status.Conditions, nil, w.Now())
	})
	require.NoError(t, w.RunFor(time.Hour))
	require.Equal(t, "6s Running i=exit0 a=ready Initialized Ready ContainersReady", last(told), "%v", *told)
}

// TestRebootWithoutNetwork switches a node off that has lost its network: a pod that ran waits like any other.
func TestRebootWithoutNetwork(t *testing.T) {
	w, told := crew{inits: "i", regular: "a"}.run(t)
	require.NoError(t, w.RunFor(3*s))
	w.loseNetwork()
	w.outage(cluster.Outage{Off: true, End: 10 * s})
	require.NoError(t, w.RunFor(20*s))
	require.Equal(t, "Running i=exit0 a=exit255 Initialized", crewText(w.pod()), "%v", *told)
	w.change(func(n *cluster.Node) {
		n.Status.Conditions = kubelet.Report(n.Status.Conditions, nil, w.Now())
	})
	require.NoError(t, w.RunFor(time.Hour))
	require.Equal(t, "Running i=exit0(1) a=ready(1) Initialized Ready ContainersReady", crewText(w.pod()), "%v", *told)
}

// TestGateOpensInRestart opens a readiness gate while the kubelet starts anew.
func TestGateOpensInRestart(t *testing.T) {
	const gate = "example.com/attached"
	w, told := crew{regular: "a", shape: func(spec *cluster.PodSpec) {
		spec.ReadinessGates = []cluster.PodReadinessGate{{ConditionType: gate}}
	}}.run(t)
	require.NoError(t, w.RunFor(s))
	w.outage(cluster.Outage{Restart: true, End: 10 * s})
	_, err := w.SetPodCondition(w.pod().UID, cluster.PodCondition{Type: gate, Status: "True"})
	require.NoError(t, err)
	require.NoError(t, w.RunFor(time.Hour))
	require.True(t, w.pod().Status.Ready, "%v", *told)
}

// TestUnreadyOutOfSight makes a pod unready of which nothing is heard.
func TestUnreadyOutOfSight(t *testing.T) {
	for _, regular := range []string{"a", "a b"} {
		w, _ := crew{regular: regular}.run(t)
		require.NoError(t, w.RunFor(s))
		p := w.pod()
		p, err := w.SetPodStatus(p.UID, p.Status.WithoutNode(w.Now()))
		require.NoError(t, err)
		p, err = w.SetPodStatus(p.UID, p.WithRecords(w.Now(), func(_ int, r *cluster.ContainerRecord) { r.Ready = false }))
		require.NoError(t, err)
		require.False(t, p.Status.ContainersReady())
		status := p.Status.WithNode()
		require.False(t, status.Ready, regular)
	}
}

// TestInitFailsBesideSidecar has an init container fail for good while a sidecar runs.
func TestInitFailsBesideSidecar(t *testing.T) {
	_, told := crew{inits: "+x i", regular: "a", shape: func(spec *cluster.PodSpec) {
		spec.RestartPolicy = cluster.RestartPolicyNever
	}, images: map[string]kubelet.Behaviour{"i": {CrashAfter: 2 * s}, "x": {Stop: 3 * s}}}.runFor(t, time.Minute)
	require.Equal(t, "5s Failed x=exit0 i=exit1 a=PodInitializing", last(told), "%v", *told)
}

// TestManyContainers starts more containers than anybody has.
func TestManyContainers(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes seconds")
	}
	w := newWorld(t, kubelet.Config{})
	images := make([]string, 4100)
	for i := range images {
		images[i] = "a"
	}
	w.addPod("p", nil, images...)
	w.moments = nil
	require.NoError(t, w.RunFor(s))
	require.True(t, w.pod().Status.Ready)
}

// TestHandMadeRecords asks for what there is not.
func TestHandMadeRecords(t *testing.T) {
	w, _ := crew{regular: "a b", images: map[string]kubelet.Behaviour{"a": {PullError: "gone"}}}.run(t)
	p := w.pod()
	require.Equal(t, p.Status, p.WithRecord(7, cluster.ContainerRecord{}, 0))
	require.Equal(t, p.Status, p.WithRecord(-1, cluster.ContainerRecord{}, 0))
	r := p.Record(0)
	r.FailedPulls = -5
	_, err := w.SetPodStatus(p.UID, p.WithRecord(0, r, 0))
	require.NoError(t, err)
	require.NoError(t, w.RunFor(time.Minute))
}
