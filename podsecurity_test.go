package daemonsim_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/podsecurity"
	"github.com/daemonsim/daemonsim/daemonset"
)

// secured is a simulation with three nodes and the namespace "mon", which enforces the level, with a DaemonSet in
// it whose pods are in the network of their nodes.
func secured(t *testing.T, level string, edit func(*daemonset.DaemonSet)) *daemonsim.Sim {
	t.Helper()
	sim := daemonsim.New(daemonsim.Config{})
	enforce(t, sim, level)
	require.NoError(t, sim.AddNodes("node-1", "node-2", "node-3"))
	require.NoError(t, sim.Settle())
	require.NoError(t, sim.ApplyYAML("agent.yaml", strings.Replace(agent, "name: agent", "name: agent, namespace: mon", 1)))
	require.NoError(t, sim.UpdateDaemonSet("mon", "agent", func(d *daemonset.DaemonSet) {
		d.Spec.Template.Spec.HostNetwork = true
		if edit != nil {
			edit(d)
		}
	}))
	return sim
}

// enforce makes the namespace "mon" enforce a level.
func enforce(t *testing.T, sim *daemonsim.Sim, level string) {
	t.Helper()
	ns := &cluster.Namespace{ObjectMeta: cluster.ObjectMeta{
		Name: "mon", Labels: map[string]string{podsecurity.LabelEnforce: level},
	}}
	var err error
	if sim.Object(cluster.KindNamespace, "", "mon") == nil {
		_, err = sim.Create(ns)
	} else {
		_, err = sim.Update(ns)
	}
	require.NoError(t, err)
}

// failures collects the creations that fail from now on, with the time since.
func failures(sim *daemonsim.Sim) *[]string {
	messages, start := new([]string), sim.Now()
	sim.OnEvent(func(e *cluster.Event) {
		if e.Reason == "FailedCreate" {
			*messages = append(*messages, fmt.Sprintf("%v %s %s %s", sim.Now()-start, e.Type, e.Source, e.Message))
		}
	})
	return messages
}

// TestForbiddenPods is about what the owner of a DaemonSet sees whose pods are refused.
func TestForbiddenPods(t *testing.T) {
	sim := secured(t, "baseline", nil)
	require.Equal(t, []string{`would violate PodSecurity "baseline:latest": host namespaces (hostNetwork=true)`},
		sim.Warnings())
	told := failures(sim)
	require.NoError(t, sim.RunFor(25*time.Minute))

	t.Run("P-46 each failed attempt is an event on the DaemonSet", func(t *testing.T) {
		names := make(map[string]bool)
		for _, text := range *told {
			_, rest, _ := strings.Cut(text, " ")
			prefix := `Warning daemonset-controller Error creating: pods "agent-`
			require.True(t, strings.HasPrefix(rest, prefix), text)
			name, detail, _ := strings.Cut(strings.TrimPrefix(rest, prefix), `" is forbidden: `)
			require.Len(t, name, 5)
			require.Equal(t, `violates PodSecurity "baseline:latest": host namespaces (hostNetwork=true)`, detail)
			names[name] = true
		}
		require.Len(t, names, len(*told), "the name differs each time")
	})
	t.Run("P-47 P-48 one attempt per sync, and the syncs back off", func(t *testing.T) {
		var at []string
		for _, text := range *told {
			when, _, _ := strings.Cut(text, " ")
			at = append(at, when)
		}
		// The second follows at once from the status that the first one has written; it fails too, but the 5 ms
		// that the first one asked for come before its 10 ms. Then the delays double.
		require.Equal(t, []string{
			"0s", "0s", "5ms", "25ms", "65ms", "145ms", "305ms", "625ms", "1.265s", "2.545s", "5.105s", "10.225s",
			"20.465s", "40.945s", "1m21.905s", "2m43.825s", "5m27.665s", "10m55.345s", "21m50.705s",
		}, at)
	})
	t.Run("P-49 the status counts what should be there and is not", func(t *testing.T) {
		s := sim.DaemonSet("mon", "agent").Status
		require.Equal(t, [7]int32{3, 0, 0, 0, 0, 0, 3}, [7]int32{
			s.DesiredNumberScheduled, s.CurrentNumberScheduled, s.NumberMisscheduled, s.NumberReady,
			s.UpdatedNumberScheduled, s.NumberAvailable, s.NumberUnavailable,
		})
		require.Equal(t, sim.DaemonSet("mon", "agent").Generation, s.ObservedGeneration)
	})
	t.Run("P-50 there is no pod, and nothing about one", func(t *testing.T) {
		for range sim.Pods("mon") {
			t.Fatal("a pod")
		}
		for e := range sim.Events(0) {
			require.NotEqual(t, cluster.KindPod, e.Kind)
		}
	})
	t.Run("P-53 similar events are folded, and those that come too fast dropped", func(t *testing.T) {
		var shown, combined int
		for e := range sim.Events(sim.DaemonSet("mon", "agent").UID) {
			if strings.HasPrefix(e.Message, "(combined from similar events): ") {
				combined++
			} else {
				shown++
			}
		}
		require.GreaterOrEqual(t, shown, 9)
		require.Equal(t, 1, combined)
	})
}

// TestRelaxedNamespaces is about when pods come that were forbidden before.
func TestRelaxedNamespaces(t *testing.T) {
	t.Run("P-51 at the next retry", func(t *testing.T) {
		sim := secured(t, "baseline", nil)
		require.NoError(t, sim.RunFor(12*time.Minute))
		enforce(t, sim, "privileged")
		require.NoError(t, sim.RunFor(5*time.Minute))
		require.Zero(t, sim.DaemonSet("mon", "agent").Status.CurrentNumberScheduled, "nothing tells the controller")
		require.NoError(t, sim.RunFor(1000*time.Second))
		require.Equal(t, int32(3), sim.DaemonSet("mon", "agent").Status.NumberReady)
	})
	t.Run("P-51 or when something else happens", func(t *testing.T) {
		sim := secured(t, "baseline", nil)
		require.NoError(t, sim.RunFor(12*time.Minute))
		enforce(t, sim, "privileged")
		require.NoError(t, sim.AddNodes("node-4"))
		require.NoError(t, sim.RunFor(10*time.Second))
		require.Equal(t, int32(4), sim.DaemonSet("mon", "agent").Status.NumberReady)
	})
}

// TestTightenedNamespaces is about DaemonSets that run when their namespace begins to forbid their pods.
func TestTightenedNamespaces(t *testing.T) {
	running := func(t *testing.T, edit func(*daemonset.DaemonSet)) *daemonsim.Sim {
		sim := secured(t, "privileged", edit)
		require.NoError(t, sim.Settle())
		enforce(t, sim, "baseline")
		require.NoError(t, sim.RunFor(time.Hour))
		require.Equal(t, int32(3), sim.DaemonSet("mon", "agent").Status.NumberAvailable, "they are left alone")
		require.NoError(t, sim.SetImage("mon", "agent", "main", "agent:v2"))
		require.NoError(t, sim.RunFor(time.Hour))
		return sim
	}
	t.Run("P-52 a rollout loses one pod and stops", func(t *testing.T) {
		s := running(t, nil).DaemonSet("mon", "agent").Status
		require.Equal(t, int32(2), s.NumberAvailable)
		require.Zero(t, s.UpdatedNumberScheduled)
	})
	t.Run("P-52 with surge it loses none", func(t *testing.T) {
		s := running(t, func(d *daemonset.DaemonSet) {
			none, one := cluster.FromInt(0), cluster.FromInt(1)
			d.Spec.UpdateStrategy.RollingUpdate = &daemonset.RollingUpdateSpec{MaxUnavailable: &none, MaxSurge: &one}
		}).DaemonSet("mon", "agent").Status
		require.Equal(t, int32(3), s.NumberAvailable)
		require.Zero(t, s.UpdatedNumberScheduled)
	})
}
