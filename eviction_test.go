package daemonsim_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/taints"
)

// evicting is a cluster of three nodes with the DaemonSet agent, whose template has the tolerations given, and an
// ordinary pod on node n2.
const evicting = `
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent}
spec:
  selector: {matchLabels: {app: agent}}
  template:
    metadata: {labels: {app: agent}}
    spec:
      tolerations: [%s]
      containers: [{name: main, image: "agent:v1"}]
---
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  nodeName: n2
  containers: [{name: main, image: "web:v1"}]
`

func evictingSim(t *testing.T, tolerations string) (sim *daemonsim.Sim, take func() []string) {
	t.Helper()
	sim = daemonsim.New(daemonsim.Config{Seed: 1})
	require.NoError(t, sim.AddNodes("n1", "n2", "n3"))
	require.NoError(t, sim.ApplyYAML("evicting.yaml", fmt.Sprintf(evicting, tolerations)))
	require.NoError(t, sim.RunFor(100*time.Second))
	var lines []string
	sim.OnChange(func(ch *cluster.Change) { lines = append(lines, evictionNews(ch)...) })
	return sim, func() []string {
		was := lines
		lines = nil
		return was
	}
}

// evictionNews says what a change has to do with the node n2 and its pods.
func evictionNews(ch *cluster.Change) []string {
	var what string
	switch obj := ch.Object().(type) {
	case *cluster.Node:
		what = fmt.Sprint(obj.ConditionStatus(cluster.NodeReady), " ", obj.Spec.Taints)
	case *cluster.Pod:
		before, _ := ch.Before.(*cluster.Pod)
		name, _, _ := strings.Cut(obj.Name, "-")
		switch {
		case obj.TargetNode() != "n2":
		case before == nil:
			what = name + " created"
		case ch.Verb == cluster.Deleted:
			what = name + " gone"
		case obj.Terminating() && !before.Terminating():
			what = name + " deleted"
		case before.Status.Ready && !obj.Status.Ready:
			what = name + " not ready"
		}
	}
	if what == "" {
		return nil
	}
	return []string{fmt.Sprintf("t=%v %s: %s", ch.Time, ch.Actor, what)}
}

func wantNews(t *testing.T, reason string, got []string, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", reason, diff)
	}
}

func TestSilentNode_N53(t *testing.T) {
	t.Run("N-51 N-53", func(t *testing.T) {
		sim, take := evictingSim(t, "")
		_, err := sim.SetOutage(sim.Node("n2").UID, &cluster.Outage{LastHeartbeat: 100 * time.Second})
		require.NoError(t, err)
		require.NoError(t, sim.RunFor(time.Hour))
		wantNews(t, "the ordinary pod is evicted 300 s later, and its object stays; the DaemonSet's pod is not", take(),
			"t=1m40s user: True []",
			"t=2m35s node-controller: Unknown []",
			"t=2m35s node-controller: web not ready",
			"t=2m35s node-controller: agent not ready",
			"t=2m35s node-controller: Unknown [node.kubernetes.io/unreachable:NoSchedule]",
			"t=2m35s node-controller: Unknown [node.kubernetes.io/unreachable:NoSchedule node.kubernetes.io/unreachable:NoExecute]",
			"t=7m35s taint-eviction-controller: web deleted")
		require.True(t, sim.Pod("default", "web").Terminating())
		require.Equal(t, []taints.Toleration{}, append([]taints.Toleration{}, sim.Pod("default", "web").Template.Spec().Tolerations[2:]...),
			"N-50: two tolerations and no more")
	})
	t.Run("N-51 a toleration of the template's own that comes first", func(t *testing.T) {
		sim, take := evictingSim(t, "{operator: Exists, effect: NoExecute, tolerationSeconds: 60}")
		require.NoError(t, sim.Delete(cluster.KindPod, "default", "web", cluster.DeleteOptions{GracePeriod: new(time.Duration)}))
		_, err := sim.SetOutage(sim.Node("n2").UID, &cluster.Outage{LastHeartbeat: 100 * time.Second})
		require.NoError(t, err)
		require.NoError(t, sim.RunFor(time.Hour))
		wantNews(t, "the pod goes after that time", take(),
			"t=1m40s user: web gone",
			"t=1m40s user: True []",
			"t=2m35s node-controller: Unknown []",
			"t=2m35s node-controller: agent not ready",
			"t=2m35s node-controller: Unknown [node.kubernetes.io/unreachable:NoSchedule]",
			"t=2m35s node-controller: Unknown [node.kubernetes.io/unreachable:NoSchedule node.kubernetes.io/unreachable:NoExecute]",
			"t=3m35s taint-eviction-controller: agent deleted")
	})
}

func TestUntolerated_N52(t *testing.T) {
	taint := func(t *testing.T, sim *daemonsim.Sim, list ...taints.Taint) {
		t.Helper()
		require.NoError(t, sim.UpdateNode("n2", func(n *cluster.Node) { n.Spec.Taints = list }))
		require.NoError(t, sim.RunFor(time.Minute))
	}
	t.Run("N-52 NoExecute", func(t *testing.T) {
		sim, take := evictingSim(t, "")
		taint(t, sim, taints.Taint{Key: "maint", Effect: taints.EffectNoExecute})
		got := take()
		require.Contains(t, got, "t=1m40s daemonset-controller: agent deleted")
		require.Contains(t, got, "t=1m40s taint-eviction-controller: web deleted")
		require.NotContains(t, strings.Join(got, "\n"), "created", "it is not created again while the taint stays")
		for _, e := range []string{"SuccessfulDelete", "TaintManagerEviction"} {
			require.Equal(t, 1, countEvents(sim, e, "agent"), "both controllers delete it: %s", e)
		}
		taint(t, sim)
		require.Contains(t, strings.Join(take(), "\n"), "agent created")
	})
	t.Run("N-52 NoSchedule", func(t *testing.T) {
		sim, take := evictingSim(t, "")
		taint(t, sim, taints.Taint{Key: "maint", Effect: taints.EffectNoSchedule})
		require.Len(t, take(), 1, "what runs is left alone")
		pod := podOn(sim, "n2")
		require.NoError(t, sim.Delete(cluster.KindPod, "default", pod.Name, cluster.DeleteOptions{}))
		require.NoError(t, sim.RunFor(time.Minute))
		wantNews(t, "and no new one comes", take(), "t=2m40s user: agent deleted", "t=2m41s kubelet: agent gone")
	})
}

// countEvents counts Events of a reason whose message is about a pod of that prefix.
func countEvents(sim *daemonsim.Sim, reason, prefix string) int {
	n := 0
	for e := range sim.Events(0) {
		if e.Reason == reason && strings.Contains(e.Message, prefix) {
			n += int(e.Count)
		}
	}
	return n
}

// podOn is the DaemonSet's pod on a node.
func podOn(sim *daemonsim.Sim, node string) *cluster.Pod {
	for p := range sim.PodsOn(node) {
		if p.Controller() != nil {
			return p
		}
	}
	return nil
}

// TestWithoutTaintEviction leaves the controller out.
func TestWithoutTaintEviction(t *testing.T) {
	sim := daemonsim.New(daemonsim.Config{Without: []string{"taint-eviction-controller"}})
	require.NoError(t, sim.AddNodes("n2"))
	require.NoError(t, sim.ApplyYAML("evicting.yaml", fmt.Sprintf(evicting, "")))
	require.NoError(t, sim.UpdateNode("n2", func(n *cluster.Node) {
		n.Spec.Taints = []taints.Taint{{Key: "maint", Effect: taints.EffectNoExecute}}
	}))
	require.NoError(t, sim.RunFor(time.Hour))
	require.NotNil(t, sim.Pod("default", "web"), "nobody evicts the ordinary pod")
}
