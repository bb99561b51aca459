package scheduler_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/scheduler"
	"github.com/daemonsim/daemonsim/taints"
)

// TestHints makes a change with a pod that one filter has rejected (S-120, S-121).
func TestHints(t *testing.T) {
	wantsX := selecting(map[string]string{"x": "y"})
	http := takingPort("", "TCP", 80)
	for _, row := range []struct {
		name   string
		node   *cluster.Node
		pod    *cluster.Pod
		change func(*world)
		woken  bool
	}{
		{"affinity, now it matches", newNode("a"), newPod("p", wantsX),
			func(w *world) { w.editNode("a", labelled("x", "y")) }, true},
		{"affinity, still not", newNode("a"), newPod("p", wantsX),
			func(w *world) { w.editNode("a", labelled("x", "z")) }, false},
		{"affinity, and a taint", newNode("a"), newPod("p", wantsX),
			func(w *world) { w.editNode("a", tainted("k", taints.EffectNoSchedule)) }, false},
		{"affinity, and a pod gone", newNode("a"), newPod("p", wantsX),
			func(w *world) { w.force("there") }, false},
		{"taint gone", newNode("a", tainted("k", taints.EffectNoSchedule)), newPod("p"),
			func(w *world) { w.editNode("a", func(n *cluster.Node) { n.Spec.Taints = nil }) }, true},
		{"another taint", newNode("a", tainted("k", taints.EffectNoSchedule)), newPod("p"),
			func(w *world) { w.editNode("a", tainted("l", taints.EffectNoSchedule)) }, false},
		{"taint, and more room", newNode("a", tainted("k", taints.EffectNoSchedule)), newPod("p"),
			func(w *world) { w.editNode("a", allocating("cpu", "64", "pods", "10")) }, false},
		{"ports, one is free", newNode("a"), newPod("p", http), func(w *world) { w.force("http") }, true},
		{"ports, another pod gone", newNode("a"), newPod("p", http), func(w *world) { w.force("there") }, false},
		{"room, more of another resource", newNode("a"), newPod("p", fourCores),
			func(w *world) { w.editNode("a", allocating("cpu", "4", "memory", "64Gi", "pods", "10")) }, false},
		{"room, more pods", newNode("a", allocating("cpu", "4", "pods", "2")), newPod("p"),
			func(w *world) { w.editNode("a", allocating("cpu", "4", "pods", "3")) }, true},
	} {
		for _, target := range []string{"", "a"} {
			t.Run("S-120 "+row.name+"/target="+target, func(t *testing.T) {
				pod := row.pod.Clone().(*cluster.Pod)
				w := newWorld(t, row.node.Clone().(*cluster.Node),
					on("a", newPod("there", requesting("cpu", "1"))), on("a", newPod("http", http)))
				w.create(pinned(target, pod))
				w.settle()
				require.Empty(t, w.bound)
				w.asked = 0
				row.change(w)
				w.settle()
				require.Equal(t, row.woken, w.asked > 0)
			})
		}
	}
}

// moody is a filter of a user's own: what could change its mind is not known.
type moody struct{}

func (moody) Name() string { return "Moody" }

func (moody) Filter(_ *scheduler.Cycle, info *scheduler.NodeInfo) scheduler.Status {
	if info.Node.Annotations["mood"] != "good" {
		return scheduler.Status{Code: scheduler.Unschedulable, Reasons: []string{"node(s) were moody"}}
	}
	return scheduler.Status{}
}

// TestOwnFilter wakes a pod that a filter of a user's own has rejected at any change of the node. The list
// of filters is the scheduler's own.
func TestOwnFilter(t *testing.T) {
	profile := scheduler.Profile{{Plugin: moody{}}}
	w := &world{t: t}
	w.Cluster = cluster.New(cluster.Config{}, scheduler.New(scheduler.Config{Profile: profile}))
	profile[0].Plugin = counter{&w.asked}
	w.create(newNode("a"), newPod("p"), pinned("a", newPod("q")))
	w.settle()
	require.Contains(t, w.message("p"), "1 node(s) were moody")
	w.editNode("a", func(n *cluster.Node) { n.Annotations = map[string]string{"mood": "good"} })
	w.settle()
	require.Equal(t, "a", w.pod("p").NodeName)
	require.Equal(t, "a", w.pod("q").NodeName)
	require.Zero(t, w.asked)
}

// TestGates is S-112: a pod with scheduling gates is not tried.
func TestGates(t *testing.T) {
	gate := func(s *cluster.PodSpec) {
		s.SchedulingGates = []cluster.PodSchedulingGate{{Name: "wait"}}
	}
	w := newWorld(t, newNode("a"), newPod("p", gate))
	w.settle()
	require.Zero(t, w.asked)
	w.create(newNode("b"))
	w.settle()
	require.Zero(t, w.asked)
	require.False(t, w.pod("p").Bound())
}

func TestCodeString(t *testing.T) {
	require.Equal(t, "Unschedulable", scheduler.Unschedulable.String())
	require.Equal(t, "Code(9)", scheduler.Code(9).String())
}
