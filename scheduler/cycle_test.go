package scheduler_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/quantity"
	"github.com/daemonsim/daemonsim/scheduler"
	"github.com/daemonsim/daemonsim/taints"
)

// verdictOf is a PreFilter that gives a fixed answer, and a Filter that must not be asked when it skips.
type verdictOf struct {
	name   string
	result scheduler.PreFilterResult
	calls  *[]string
}

func (v verdictOf) Name() string { return v.name }

func (v verdictOf) PreFilter(*scheduler.Cycle) scheduler.PreFilterResult {
	*v.calls = append(*v.calls, "pre "+v.name)
	return v.result
}

func (v verdictOf) Filter(_ *scheduler.Cycle, node *scheduler.NodeInfo) scheduler.Status {
	*v.calls = append(*v.calls, v.name+" "+node.Node.Name)
	return scheduler.Status{}
}

func no(code scheduler.Code, reason string) scheduler.PreFilterResult {
	return scheduler.PreFilterResult{Status: scheduler.Status{Code: code, Reasons: []string{reason}}}
}

func only(nodes ...string) scheduler.PreFilterResult {
	return scheduler.PreFilterResult{Narrowed: true, Nodes: nodes}
}

// TestPreFilters is about two plugins and two nodes.
func TestPreFilters(t *testing.T) {
	for _, row := range []struct {
		rule, name string
		a, b       scheduler.PreFilterResult
		calls      []string
		message    string
	}{
		{"S-54", "skip takes the filter out", scheduler.PreFilterResult{Skip: true}, scheduler.PreFilterResult{},
			[]string{"pre A", "pre B", "B m", "B n"}, ""},
		{"S-55", "what nothing can resolve ends it at once",
			no(scheduler.UnschedulableAndUnresolvable, "hopeless"), no(scheduler.Unschedulable, "full"),
			[]string{"pre A"}, "0/2 nodes are available: hopeless."},
		{"S-55", "anything else is remembered while the rest is asked",
			no(scheduler.Unschedulable, "full"), scheduler.PreFilterResult{},
			[]string{"pre A", "pre B"}, "0/2 nodes are available: full."},
		{"S-56", "sets of names are intersected", only("m", "n"), only("n", "gone"),
			[]string{"pre A", "pre B", "A n", "B n"}, ""},
		{"S-56", "nothing in common", only("m"), only("n"), []string{"pre A", "pre B"},
			"0/2 nodes are available: node(s) didn't satisfy plugin(s) [A B] simultaneously."},
		{"S-56", "one that leaves nothing", only(), scheduler.PreFilterResult{}, []string{"pre A"},
			"0/2 nodes are available: node(s) didn't satisfy plugin A."},
		{"S-56", "names of nodes that do not exist are dropped", only("gone"), scheduler.PreFilterResult{},
			[]string{"pre A", "pre B"}, "0/2 nodes are available: 2 node(s) didn't satisfy plugin(s) [A]."},
	} {
		t.Run(row.rule+" "+row.name, func(t *testing.T) {
			var calls []string
			profile := scheduler.Profile{
				{Plugin: verdictOf{"A", row.a, &calls}}, {Plugin: verdictOf{"B", row.b, &calls}},
			}
			e := profile.Evaluate(newPod("p"), scheduler.NewSnapshot(newNode("m"), newNode("n")))
			require.Empty(t, cmp.Diff(row.calls, calls), "(-want +got)")
			require.Equal(t, row.message, e.Message)
		})
	}
}

func fieldTerm(names ...string) affinity.NodeSelectorTerm {
	var t affinity.NodeSelectorTerm
	for _, name := range names {
		t.MatchFields = append(t.MatchFields, affinity.NodeSelectorRequirement{
			Key: affinity.FieldMetadataName, Operator: affinity.NodeSelectorOpIn, Values: []string{name},
		})
	}
	return t
}

// TestNarrowing is S-62.
func TestNarrowing(t *testing.T) {
	absent := "UAU node(s) didn't satisfy plugin(s) [NodeAffinity]"
	mismatch := "UAU node(s) didn't match Pod's node affinity/selector"
	labelTerm := affinity.NodeSelectorTerm{MatchExpressions: []affinity.NodeSelectorRequirement{
		{Key: "x", Operator: affinity.NodeSelectorOpExists},
	}}
	for _, row := range []struct {
		name  string
		terms []affinity.NodeSelectorTerm
		want  map[string]string
	}{
		{"every term names nodes", []affinity.NodeSelectorTerm{fieldTerm("a"), fieldTerm("b")},
			map[string]string{"a": "fits", "b": "fits", "c": absent}},
		{"one does not", []affinity.NodeSelectorTerm{fieldTerm("a"), labelTerm},
			map[string]string{"a": "fits", "b": mismatch, "c": mismatch}},
		{"names that exclude each other", []affinity.NodeSelectorTerm{fieldTerm("a", "b")},
			map[string]string{"a": "UAU pod affinity terms conflict", "b": "UAU pod affinity terms conflict",
				"c": "UAU pod affinity terms conflict"}},
	} {
		t.Run("S-62 "+row.name, func(t *testing.T) {
			got := codes(newPod("p", requiring(row.terms...)), newNode("a"), newNode("b"), newNode("c"))
			require.Empty(t, cmp.Diff(row.want, got), "(-want +got)")
		})
	}
}

// TestRejecters is S-57: who narrowed and who rejected decide which events matter.
func TestRejecters(t *testing.T) {
	t.Run("S-57 a plugin that has not rejected is not asked for hints", func(t *testing.T) {
		w := newWorld(t, newNode("a"), on("a", newPod("there", fourCores)))
		w.create(newPod("p", fourCores))
		w.settle()
		w.asked = 0
		w.editNode("a", tainted("k", taints.EffectNoSchedule))
		w.editNode("a", func(n *cluster.Node) { n.Spec.Taints = nil })
		w.settle()
		require.Zero(t, w.asked, "taints never were in the way")
	})
}

// TestAccounting is S-49: two pods that hold the same port free it together... or not.
func TestAccounting(t *testing.T) {
	t.Run("S-49 what pods request adds up", func(t *testing.T) {
		objects := []cluster.Object{newNode("a"), on("a", newPod("x", cpu2)), on("a", newPod("y", cpu1))}
		require.Equal(t, map[string]string{"a": "fits"}, codes(newPod("p", cpu1), objects...))
		require.Equal(t, map[string]string{"a": "U Insufficient cpu"}, codes(newPod("p", cpu2), objects...))
	})
	t.Run("S-49 a port is taken for as long as anybody holds it", func(t *testing.T) {
		http := takingPort("", "TCP", 80)
		require.Equal(t, map[string]string{"a": "U node(s) didn't have free ports for the requested pod ports"},
			codes(newPod("p", http), newNode("a"), on("a", newPod("x", http)), on("a", newPod("y"))))
	})
}

// TestOrdinaryPodsNeedNoFeatures is S-70.
func TestOrdinaryPodsNeedNoFeatures(t *testing.T) {
	t.Run("S-70 no plugin asks for features of nodes", func(t *testing.T) {
		require.Equal(t, map[string]string{"a": "fits"}, codes(newPod("p"), newNode("a")))
	})
}

// TestDefaultArguments is S-52.
func TestDefaultArguments(t *testing.T) {
	t.Run("S-52 LeastAllocated by cpu and memory, which count the same", func(t *testing.T) {
		explicit := scheduler.NodeResourcesFit{Strategy: scheduler.ScoringStrategy{
			Type:      scheduler.LeastAllocated,
			Resources: []scheduler.ResourceWeight{{Name: "cpu", Weight: 1}, {Name: "memory", Weight: 1}},
		}}
		pod := newPod("p", requesting("cpu", "1", "memory", "3Gi", "ephemeral-storage", "9Gi"))
		require.Equal(t, scores(scheduler.DefaultProfile(), "NodeResourcesFit", pod, newNode("a")),
			scores(scheduler.DefaultProfile().With(explicit), "NodeResourcesFit", pod, newNode("a")))
	})
}

// TestCycle is about the attempt as a whole.
func TestCycle(t *testing.T) {
	t.Run("S-53 a node's first failing plugin is the only one", func(t *testing.T) {
		got := codes(newPod("p", requesting("cpu", "9")), newNode("a", cordoned, tainted("k", taints.EffectNoSchedule)))
		require.Equal(t, map[string]string{"a": "UAU node(s) were unschedulable"}, got)
	})
	t.Run("S-103 nodes are looked at one after the other", func(t *testing.T) {
		var calls []string
		profile := scheduler.Profile{{Plugin: verdictOf{"A", scheduler.PreFilterResult{}, &calls}}}
		profile.Evaluate(newPod("p"), scheduler.NewSnapshot(newNode("z"), newNode("m"), newNode("a")))
		require.Equal(t, []string{"pre A", "A z", "A m", "A a"}, calls)
	})
	t.Run("S-107 without a chooser ties are settled by the heap", func(t *testing.T) {
		w := newWorld(t, newNode("z"), newNode("a"), newPod("p"))
		w.settle()
		require.Equal(t, []string{"p on z"}, w.bound)
	})
	t.Run("S-109 equal pods are ranked each for itself", func(t *testing.T) {
		w := newWorld(t, newNode("a"), newNode("b"), newPod("p", cpu1), newPod("q", cpu1))
		w.settle()
		require.Equal(t, []string{"p on a", "q on b"}, w.bound)
	})
	t.Run("S-111 a pod is in one place at a time", func(t *testing.T) {
		w := newWorld(t, newNode("a", cordoned), newPod("p"))
		w.settle()
		w.editNode("a", func(n *cluster.Node) { n.Spec.Unschedulable = false })
		w.editNode("a", func(n *cluster.Node) { n.Labels["x"] = "y" })
		w.settle()
		require.Equal(t, []string{"p on a"}, w.bound)
	})
	t.Run("S-127 an attempt sees what was there at its start", func(t *testing.T) {
		w := newWorld(t, newNode("a"), newPod("p"), newPod("q", fourCores))
		w.force("p")
		w.settle()
		require.Equal(t, []string{"q on a"}, w.bound)
	})
	t.Run("S-131 a plain pod is bound without being nominated", func(t *testing.T) {
		w := newWorld(t, newNode("a"))
		w.OnChange(func(ch *cluster.Change) {
			if p, ok := ch.After.(*cluster.Pod); ok {
				require.Empty(t, p.NominatedNodeName())
			}
		})
		w.create(newPod("p"))
		w.settle()
	})
	t.Run("S-132 binding asks neither for the node nor for room", func(t *testing.T) {
		w := newWorld(t, newPod("p"))
		_, err := w.Bind(w.pod("p").UID, "nowhere")
		require.NoError(t, err)
		_, err = w.Bind(w.pod("p").UID, "elsewhere")
		require.ErrorIs(t, err, cluster.ErrConflict)
	})
	t.Run("S-137 a pod that names its node never enters the queue", func(t *testing.T) {
		w := newWorld(t, newNode("a", cordoned), on("a", newPod("p", fourCores)), newPod("q", fourCores))
		w.settle()
		require.Empty(t, w.bound)
		require.Equal(t, "0/1 nodes are available: 1 node(s) were unschedulable. preemption: 0/1 nodes are "+
			"available: 1 Preemption is not helpful for scheduling.", w.message("q"))
	})
	t.Run("S-138 pods of other schedulers are left alone", func(t *testing.T) {
		w := newWorld(t, newNode("a"), newPod("p", handledBy("other")))
		w.settle()
		require.False(t, w.pod("p").Bound())
		require.Empty(t, w.message("p"))
	})
	t.Run("S-113 failures are counted for themselves", func(t *testing.T) {
		profile := scheduler.DefaultProfile().With(brokenScore{})
		w := &world{t: t}
		w.Cluster = cluster.New(cluster.Config{}, scheduler.New(scheduler.Config{Profile: profile}))
		w.create(newNode("a", cordoned), newNode("b", cordoned), newPod("p"))
		w.settle()
		for range 3 {
			w.editNode("a", allocating("cpu", "9", "pods", "9"))
			w.editNode("a", func(n *cluster.Node) { n.Spec.Unschedulable = false })
			w.editNode("b", func(n *cluster.Node) { n.Spec.Unschedulable = false })
		}
		require.Equal(t, 2, len(failures(w, "p", 2500_000_000)), "one rejection, one error, and the next at 2 s")
	})
	t.Run("S-164 a pinned pod is not ranked", func(t *testing.T) {
		profile := scheduler.DefaultProfile().With(brokenScore{})
		w := &world{t: t}
		w.Cluster = cluster.New(cluster.Config{}, scheduler.New(scheduler.Config{Profile: profile}))
		w.create(newNode("a"), newNode("b"), pinned("b", newPod("p")))
		w.settle()
		require.Equal(t, "b", w.pod("p").NodeName)
	})
}

// TestZeroQuantities keeps the amounts of a node that says nothing at nothing.
func TestZeroQuantities(t *testing.T) {
	t.Run("S-48 a node without pods in allocatable accepts none", func(t *testing.T) {
		bare := &cluster.Node{ObjectMeta: cluster.ObjectMeta{Name: "a"}}
		require.Equal(t, map[string]string{"a": "U Too many pods"}, codes(newPod("p"), bare))
		bare.Status.Allocatable = cluster.ResourceList{"pods": quantity.MustParse("1")}
		require.Equal(t, map[string]string{"a": "fits"}, codes(newPod("p"), bare))
	})
}
