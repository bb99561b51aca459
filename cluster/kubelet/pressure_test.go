package kubelet_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/kubelet"
)

const mi = 1 << 20

func image(name string) wish {
	return func(s *cluster.PodTemplateSpec) { s.Spec.Containers[0].Image = name }
}

// short begins or, with nil, ends a shortage of the node.
func (w *world) short(condition string, shortage *cluster.Shortage) {
	_, err := w.SetShortage(w.Node("a").UID, condition, shortage)
	require.NoError(w.t, err)
}

// turns are the times at which a condition of the node changed since the world began, beside what happened to pods.
func (w *world) follow(condition string) {
	was := cluster.ConditionFalse
	w.OnChange(func(ch *cluster.Change) {
		n, ok := ch.After.(*cluster.Node)
		if !ok {
			return
		}
		if is := n.ConditionStatus(condition); is != "" && is != was {
			w.moments = append(w.moments, fmt.Sprintf("%v %s", ch.Time, is))
			was = is
		}
	})
}

// TestPressureLasts has a node without pods that could be ended.
func TestPressureLasts(t *testing.T) {
	for _, row := range []struct {
		name  string
		steps []step
		want  []string
	}{
		{"N-103 until it is taken back", []step{
			{3 * s, func(w *world) { w.short(cluster.NodeDiskPressure, &cluster.Shortage{}) }},
			{65 * s, func(w *world) { w.short(cluster.NodeDiskPressure, nil) }},
		}, []string{"10s True", "6m0s False"}},
		{"N-103 for a time", []step{
			{3 * s, func(w *world) { w.short(cluster.NodeDiskPressure, &cluster.Shortage{End: 65 * s}) }},
		}, []string{"10s True", "6m0s False"}},
		{"N-103 for too short a time to be seen", []step{
			{3 * s, func(w *world) { w.short(cluster.NodeDiskPressure, &cluster.Shortage{End: 9 * s}) }},
		}, nil},
		{"N-103 counts from the last time", []step{
			{3 * s, func(w *world) { w.short(cluster.NodeDiskPressure, &cluster.Shortage{End: 65 * s}) }},
			{200 * s, func(w *world) { w.short(cluster.NodeDiskPressure, &cluster.Shortage{End: 205 * s}) }},
			{311 * s, func(w *world) { w.short(cluster.NodeDiskPressure, &cluster.Shortage{End: 325 * s}) }},
		}, []string{"10s True", "10m20s False"}},
		{"N-103 in an outage nobody says so", []step{
			{3 * s, func(w *world) { failing(100 * s)(w) }},
			{5 * s, func(w *world) { w.short(cluster.NodeDiskPressure, &cluster.Shortage{}) }},
			{115 * s, func(w *world) { w.short(cluster.NodeDiskPressure, nil) }},
		}, []string{"1m50s True", "6m50s False"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			w := newWorld(t, kubelet.Config{})
			w.follow(cluster.NodeDiskPressure)
			w.place("p", critical)
			require.NoError(t, w.RunFor(s))
			w.moments = nil
			for _, st := range row.steps {
				require.NoError(t, w.RunFor(st.at-w.Now()))
				st.do(w)
			}
			fork := w.Fork()
			require.NoError(t, w.Settle())
			if diff := cmp.Diff(row.want, w.moments); diff != "" {
				t.Errorf("moments (-want +got):\n%s", diff)
			}
			require.NoError(t, fork.Settle())
			require.Equal(t, w.Hash(), fork.Hash())
		})
	}
}

// TestPressureConditions has the words of a kubelet.
func TestPressureConditions(t *testing.T) {
	t.Run("N-103", func(t *testing.T) {
		w := newWorld(t, kubelet.Config{})
		for _, kind := range []string{cluster.NodeMemoryPressure, cluster.NodeDiskPressure, cluster.NodePIDPressure} {
			w.short(kind, &cluster.Shortage{})
		}
		require.NoError(t, w.RunFor(time.Minute))
		var got []string
		for _, c := range w.Node("a").Status.Conditions {
			if c.Status == cluster.ConditionTrue && c.Type != cluster.NodeReady {
				got = append(got, fmt.Sprintf("%s %v %s: %s", c.Type, c.LastTransitionTime, c.Reason, c.Message))
			}
		}
		require.Equal(t, []string{
			"MemoryPressure 10s KubeletHasInsufficientMemory: kubelet has insufficient memory available",
			"DiskPressure 10s KubeletHasDiskPressure: kubelet has disk pressure",
			"PIDPressure 10s KubeletHasInsufficientPID: kubelet has insufficient PID available",
		}, got)
	})
}

// TestShortageValidation has what is no shortage, and no shutdown.
func TestShortageValidation(t *testing.T) {
	w := newWorld(t, kubelet.Config{})
	require.NoError(t, w.RunFor(time.Minute))
	id := w.Node("a").UID
	for _, row := range []struct {
		condition string
		shortage  cluster.Shortage
		want      string
	}{
		{"Ready", cluster.Shortage{}, `no shortage leads to the condition "Ready"`},
		{cluster.NodeDiskPressure, cluster.Shortage{By: -1}, "a shortage by -1 is none"},
		{cluster.NodeDiskPressure, cluster.Shortage{End: s}, "the shortage ends at t=1s, which is over"},
	} {
		_, err := w.SetShortage(id, row.condition, &row.shortage)
		require.ErrorIs(t, err, cluster.ErrInvalid)
		require.ErrorContains(t, err, row.want)
	}
	for _, how := range []cluster.Shutdown{
		{Off: -1}, {Phases: []cluster.ShutdownPhase{{Priority: 1, Period: -1}}},
		{Phases: []cluster.ShutdownPhase{{Priority: 1}, {Priority: 1}}},
	} {
		_, err := w.SetShutdown(id, &how)
		require.ErrorIs(t, err, cluster.ErrInvalid)
	}
	err := kubelet.Behaviour{Usage: kubelet.Usage{Disk: -1}}.Validate()
	require.ErrorContains(t, err, "Usage: Disk: -1 is negative")
}

// TestRankForEviction ends one pod after the other of a node that is short of something for good.
func TestRankForEviction(t *testing.T) {
	images := map[string]kubelet.Behaviour{
		"big":   {Usage: kubelet.Usage{Memory: 900 * mi, Disk: 900 * mi, Processes: 90}},
		"small": {Usage: kubelet.Usage{Memory: 300 * mi, Disk: 300 * mi, Processes: 30}},
	}
	for _, row := range []struct {
		name, condition, want, reason string
		pods                          map[string][]wish
	}{
		{"N-104 memory", cluster.NodeMemoryPressure, "c d b a", "above the request, then priority, then by how much", map[string][]wish{
			"a": {image("big"), asking("memory", "1Gi")},
			"b": {image("small"), asking("memory", "200Mi"), ofClass("high")},
			"c": {image("big"), asking("memory", "200Mi")},
			"d": {image("small"), asking("memory", "200Mi")},
		}},
		{"N-104 disk", cluster.NodeDiskPressure, "c d b a", "the same, by what is on the disk", map[string][]wish{
			"a": {image("big"), asking("ephemeral-storage", "1Gi")},
			"b": {image("small"), asking("ephemeral-storage", "200Mi"), ofClass("high")},
			"c": {image("big"), asking("ephemeral-storage", "200Mi")},
			"d": {image("small"), asking("ephemeral-storage", "200Mi")},
		}},
		{"N-104 processes", cluster.NodePIDPressure, "c d a b", "priority, then number", map[string][]wish{
			"a": {image("big"), ofClass("high")}, "b": {image("small"), ofClass("high")},
			"c": {image("small")}, "d": {image("other")},
		}},
		{"N-104 nothing is told of what they use", cluster.NodeMemoryPressure, "a c b", "priority alone", map[string][]wish{
			"a": {image("other"), asking("memory", "1Gi")}, "b": {image("other"), ofClass("high")}, "c": {image("other")},
		}},
		{"N-105", cluster.NodeMemoryPressure, "b", "critical pods are spared, however much they use", map[string][]wish{
			"a": {image("big"), critical}, "b": {image("small")}, "c": {image("big"), ofClass("system-cluster-critical")},
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			w := newWorld(t, kubelet.Config{Images: images})
			_, err := w.Create(&cluster.PriorityClass{ObjectMeta: cluster.ObjectMeta{Name: "high"}, Value: 1000})
			require.NoError(t, err)
			for _, name := range []string{"a", "b", "c", "d"} {
				if wishes, ok := row.pods[name]; ok {
					w.place(name, wishes...)
				}
			}
			require.NoError(t, w.RunFor(s))
			w.moments = nil
			w.short(row.condition, &cluster.Shortage{})
			require.NoError(t, w.Settle())
			var got []string
			for _, m := range w.moments {
				if at, failed := strings.CutSuffix(m, ": Failed"); failed {
					got = append(got, strings.Fields(at)[1])
				}
			}
			require.Equal(t, row.want, strings.Join(got, " "), row.reason)
		})
	}
}

// TestEvictedPod has what is known of a pod that was evicted, and how often one is.
func TestEvictedPod(t *testing.T) {
	w := newWorld(t, kubelet.Config{Default: kubelet.Behaviour{Stop: 20 * s, Usage: kubelet.Usage{Memory: 500 * mi}}})
	for _, name := range []string{"p", "q", "r"} {
		w.place(name, asking("memory", "256Mi"))
	}
	require.NoError(t, w.RunFor(3*s))
	w.moments = nil
	w.short(cluster.NodeMemoryPressure, &cluster.Shortage{By: 60 * mi})
	require.NoError(t, w.RunFor(time.Hour))
	t.Run("N-104 one at a time", func(t *testing.T) {
		require.Equal(t, []string{"12s p: Failed"}, w.moments, "its memory will do")
	})
	const message = "The node was low on resource: memory. Threshold quantity: 100Mi, available: 40Mi. " +
		"Container c was using 500Mi, request is 256Mi, has larger consumption of memory. "
	t.Run("N-106", func(t *testing.T) {
		p := w.pod()
		require.Equal(t, cluster.PodFailed, p.Phase())
		require.Equal(t, "Evicted", p.Status.Trouble.Reason)
		require.Equal(t, message, p.Status.Trouble.Message)
		d, _ := p.Disruption()
		require.Equal(t, cluster.Disruption{Reason: "TerminationByKubelet", Message: message, At: 12 * s}, d)
		require.Equal(t, []string{"Warning Evicted x1: " + message}, told(w))
		for _, c := range p.Conditions() {
			if c.Type == cluster.PodReady || c.Type == cluster.ContainersReady {
				require.Equal(t, "False PodFailed", c.Status+" "+c.Reason)
			}
		}
		var node []string
		for e := range w.Events(w.Node("a").UID) {
			node = append(node, string(e.Type)+" "+e.Reason+": "+e.Message)
		}
		require.Contains(t, node, "Warning EvictionThresholdMet: Attempting to reclaim memory")
	})
	t.Run("N-104 what comes takes again", func(t *testing.T) {
		w.change(func(n *cluster.Node) {})
		require.Equal(t, cluster.ConditionFalse, w.Node("a").ConditionStatus(cluster.NodeMemoryPressure), "it is over")
		w.moments = nil
		w.place("s", asking("memory", "256Mi"))
		require.NoError(t, w.RunFor(time.Minute))
		require.Equal(t, []string{"1h0m3s s: Pending", "1h0m3s s: Running ready", "1h0m12s q: Failed"}, w.moments)
	})
}

// TestEvictionsFollowEachOther has pods whose memory is not enough each: the next one follows a second after the
// one before it has stopped.
func TestEvictionsFollowEachOther(t *testing.T) {
	t.Run("N-104", func(t *testing.T) {
		w := newWorld(t, kubelet.Config{Default: kubelet.Behaviour{Usage: kubelet.Usage{Memory: 100 * mi}}})
		for _, name := range []string{"p", "q", "r", "s"} {
			w.place(name)
		}
		require.NoError(t, w.RunFor(3*s))
		w.moments = nil
		w.short(cluster.NodeMemoryPressure, &cluster.Shortage{By: 201 * mi})
		require.NoError(t, w.RunFor(time.Hour))
		require.Equal(t, []string{"10s p: Failed", "11s q: Failed", "12s r: Failed"}, w.moments)
	})
}

// TestEvictionCandidates leaves to a chooser which of several equal pods goes.
func TestEvictionCandidates(t *testing.T) {
	gone := map[string]bool{}
	for seed := range uint64(20) {
		w := newWorld(t, kubelet.Config{})
		w.SetChooser(cluster.NewRandomChooser(seed))
		w.place("p")
		w.place("q")
		require.NoError(t, w.RunFor(s))
		w.short(cluster.NodeDiskPressure, &cluster.Shortage{})
		require.NoError(t, w.RunFor(9*s))
		require.Len(t, w.failed(), 1)
		gone[w.failed()[0]] = true
	}
	require.Len(t, gone, 2)
}

// TestPressureAtAdmission lets the kubelet itself find that its node is under pressure.
func TestPressureAtAdmission(t *testing.T) {
	t.Run("N-85, N-86", func(t *testing.T) {
		w := newWorld(t, kubelet.Config{})
		w.short(cluster.NodeDiskPressure, &cluster.Shortage{})
		w.place("before")
		require.NoError(t, w.RunFor(15*s))
		w.place("p", tolerating("node.kubernetes.io/disk-pressure"))
		require.NoError(t, w.RunFor(s))
		require.Equal(t, []string{"before Evicted", "p Evicted"}, w.failed())
		require.Equal(t, "Pod was rejected: The node had condition: [DiskPressure]. ", w.pod().Status.Trouble.Message)
		require.True(t, slices.Contains(w.moments, "10s before: Failed"))
	})
}

// TestUsageWithoutBounds has a pod whose containers take more together than can be counted.
func TestUsageWithoutBounds(t *testing.T) {
	w := newWorld(t, kubelet.Config{Images: map[string]kubelet.Behaviour{
		"greedy": {Usage: kubelet.Usage{Memory: math.MaxInt64}}, "modest": {Usage: kubelet.Usage{Memory: mi}},
	}})
	w.addPod("modest", nil, "modest")
	w.addPod("greedy", nil, "greedy", "greedy")
	require.NoError(t, w.RunFor(s))
	w.short(cluster.NodeMemoryPressure, &cluster.Shortage{By: 1})
	require.NoError(t, w.RunFor(time.Minute))
	require.Equal(t, cluster.PodFailed, w.Pod("default", "greedy").Phase())
	require.Equal(t, cluster.PodRunning, w.Pod("default", "modest").Phase())
}
