package daemonsim_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/kubelet"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/taints"
)

// bootstrap has two DaemonSets and no node yet: one whose image sets up the network, and an ordinary one.
func bootstrap(t *testing.T, edit func(*cluster.PodSpec)) *daemonsim.Sim {
	sim := daemonsim.New(daemonsim.Config{Images: map[string]kubelet.Behaviour{
		"network:v1": {Start: time.Second, NetworkAgent: true}, "logs:v1": {Start: time.Second},
	}})
	for _, name := range []string{"logs", "network"} {
		d := &daemonset.DaemonSet{ObjectMeta: cluster.ObjectMeta{Name: name}}
		labels := map[string]string{"app": name}
		d.Spec.Selector = &affinity.LabelSelector{MatchLabels: labels}
		d.Spec.Template.ObjectMeta.Labels = labels
		d.Spec.Template.Spec.Containers = []cluster.Container{{Name: name, Image: name + ":v1"}}
		if name == "network" {
			edit(&d.Spec.Template.Spec)
		}
		_, err := sim.Create(d)
		require.NoError(t, err)
	}
	return sim
}

// TestNetworkAgent adds a node to a cluster in which the network is an agent's to set up.
func TestNetworkAgent(t *testing.T) {
	everywhere := []taints.Toleration{{Operator: taints.OperatorExists}}
	for _, row := range []struct {
		name   string
		agent  func(*cluster.PodSpec)
		want   []string
		reason string
	}{
		{"N-16", func(s *cluster.PodSpec) { s.HostNetwork, s.Tolerations = true, everywhere }, []string{
			"0s node tainted not-ready:NoSchedule", "0s network on node",
			"1s network ready", "1.1s node ready", "1.1s node free of not-ready:NoSchedule", "1.1s logs on node",
			"2.1s logs ready",
		}, "the agent boots the node"},
		{"N-16 without hostNetwork", func(s *cluster.PodSpec) { s.Tolerations = everywhere }, []string{
			"0s node tainted not-ready:NoSchedule", "0s network on node",
		}, "the agent waits for itself"},
		{"N-16 without the toleration", func(s *cluster.PodSpec) { s.HostNetwork = true }, []string{
			"0s node tainted not-ready:NoSchedule",
		}, "the agent does not come"},
	} {
		t.Run(row.name, func(t *testing.T) {
			sim := bootstrap(t, row.agent)
			var got []string
			sim.OnChange(func(ch *cluster.Change) { got = append(got, milestones(ch)...) })
			require.NoError(t, sim.AddNodes("node"))
			require.NoError(t, sim.RunFor(time.Hour))
			// Which of two things comes first at one moment is N-17's to say.
			got = slices.DeleteFunc(got, func(m string) bool { return strings.Contains(m, "NoExecute") })
			if diff := cmp.Diff(row.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", row.reason, diff)
			}
		})
	}
	t.Run("N-17", func(t *testing.T) {
		sim := bootstrap(t, func(s *cluster.PodSpec) { s.HostNetwork, s.Tolerations = true, everywhere[:1] })
		require.NoError(t, sim.SetImageBehaviour("network:v1", kubelet.Behaviour{Start: 7 * time.Second, NetworkAgent: true}))
		_, err := sim.Create(&cluster.Node{
			ObjectMeta: cluster.ObjectMeta{Name: "other"},
			Status:     cluster.NodeStatus{Conditions: []cluster.NodeCondition{{Type: cluster.NodeReady, Status: "True"}}},
		})
		require.NoError(t, err)
		require.NoError(t, sim.RunFor(2*time.Second))
		var got []string
		sim.OnChange(func(ch *cluster.Change) { got = append(got, milestones(ch)...) })
		require.NoError(t, sim.AddNodes("node"))
		require.NoError(t, sim.RunFor(time.Hour))
		require.Contains(t, got, "5s node tainted not-ready:NoExecute", "the first pass that finds it not ready")
		require.Contains(t, got, "9.1s node ready")
		require.Contains(t, got, "10s node free of not-ready:NoExecute", "the first pass that finds it ready")
	})
}

// milestones are what a change means for a node that is booted.
func milestones(ch *cluster.Change) []string {
	var list []string
	say := func(format string, args ...any) {
		list = append(list, fmt.Sprintf("%v ", ch.Time)+fmt.Sprintf(format, args...))
	}
	switch after := ch.After.(type) {
	case *cluster.Node:
		before, _ := ch.Before.(*cluster.Node)
		if before == nil {
			before = &cluster.Node{}
		}
		if after.Ready() && !before.Ready() {
			say("node ready")
		}
		for _, effect := range []taints.Effect{taints.EffectNoSchedule, taints.EffectNoExecute} {
			switch was, is := notReady(before, effect), notReady(after, effect); {
			case is && !was:
				say("node tainted not-ready:%s", effect)
			case was && !is:
				say("node free of not-ready:%s", effect)
			}
		}
	case *cluster.Pod:
		before, _ := ch.Before.(*cluster.Pod)
		switch name := after.Labels["app"]; {
		case after.Bound() && (before == nil || !before.Bound()):
			say("%s on %s", name, after.NodeName)
		case before != nil && after.Status.Ready && !before.Status.Ready:
			say("%s ready", name)
		}
	}
	return list
}

func notReady(n *cluster.Node, effect taints.Effect) bool {
	for _, t := range n.Spec.Taints {
		if t.Key == taints.KeyNotReady && t.Effect == effect {
			return true
		}
	}
	return false
}
