package daemonset_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/taints"
)

// TestNodeChanges goes through the table of D-122: for each change of one node what the controller does,
// and whether its status notices. The DaemonSet wants nodes labelled run=yes; a and b are there from
// the start.
func TestNodeChanges(t *testing.T) {
	yes := map[string]string{"run": "yes"}
	label := func(value string) func(*world) {
		return func(w *world) { w.node("b", func(n *cluster.Node) { n.Labels["run"] = value }) }
	}
	taint := func(list ...taints.Taint) func(*world) {
		return func(w *world) { w.taint("b", list...) }
	}
	join := func(list ...taints.Taint) func(*world) {
		return func(w *world) { w.create(node("c", yes, list...)) }
	}
	// then does one thing after the other and lets each have its effects.
	then := func(list ...func(*world)) func(*world) {
		return func(w *world) {
			for _, f := range list {
				f(w)
				w.instant()
			}
		}
	}
	touch := func(w *world) { w.touch() }
	gone := func(w *world) { w.remove(w.only("b")) }
	tests := []struct {
		name        string
		setup       setup
		before, now func(*world)
		want        []string
		status      string // desired/current/misscheduled/…
		healed      string // the status after another sync, where that differs
		reason      string
	}{
		{"node joins", setup{}, nil, join(), []string{"0s create c"}, "3/3/0/3/3/3/0", "", "row 1"},
		{"node joins tainted", setup{}, nil, join(noSchedule("k")), nil, "2/2/0/2/2/2/0", "", "row 2"},
		{"that taint is removed", setup{}, join(noSchedule("k")), func(w *world) { w.taint("c") },
			[]string{"0s create c"}, "3/3/0/3/3/3/0", "", "row 3"},
		{"label added", setup{}, label("no"), label("yes"), []string{"0s create b"}, "2/2/0/2/2/2/0", "", "row 4"},
		{"label removed, pod bound", setup{}, nil, label("no"), []string{"0s delete b"}, "1/1/0/1/1/1/0", "", "row 5"},
		{"label removed, pod unbound", setup{noScheduler: true}, nil, label("no"), nil,
			"2/2/0/0/2/0/2", "1/1/0/0/1/0/1", "row 6, KP-26: it stays until some other sync"},
		{"NoSchedule taint added", setup{}, nil, taint(noSchedule("k")), nil,
			"2/2/0/2/2/2/0", "1/1/1/1/1/1/0", "row 7, KP-19: stale until some other sync"},
		{"the same, misscheduled before", setup{}, then(
			func(w *world) { w.taint("a", noSchedule("k")) }, touch,
		), taint(noSchedule("k")), nil, "0/0/2/0/0/0/0", "", "row 8: status corrected"},
		{"NoSchedule taint removed, never counted", setup{}, taint(noSchedule("k")), taint(), nil,
			"2/2/0/2/2/2/0", "", "row 9: nothing to correct"},
		{"NoSchedule taint removed", setup{}, then(taint(noSchedule("k")), touch), taint(), nil,
			"2/2/0/2/2/2/0", "", "row 9, KP-18: status corrected"},
		{"NoExecute taint added", setup{}, nil, taint(noExecute("k")),
			[]string{"0s delete b"}, "1/1/0/1/1/1/0", "", "row 10"},
		{"NoExecute taint removed", setup{}, taint(noExecute("k")), taint(),
			[]string{"0s create b"}, "2/2/0/2/2/2/0", "", "row 11"},
		{"NoExecute taint removed, pod leaving", setup{noKubelet: true}, taint(noExecute("k")), taint(), nil,
			"2/2/0/0/2/0/2", "", "row 12: nothing yet"},
		{"and then gone", setup{noKubelet: true}, then(taint(noExecute("k")), taint()), gone,
			[]string{"0s create b"}, "2/2/0/0/2/0/2", "", "row 12: created with the delete event"},
		{"cordon", setup{}, nil, func(w *world) {
			w.node("b", func(n *cluster.Node) { n.Spec.Unschedulable = true })
			w.taint("b", taints.Taint{Key: taints.KeyUnschedulable, Effect: taints.EffectNoSchedule})
		}, nil, "2/2/0/2/2/2/0", "", "row 13, KP-36"},
		{"cordon, pod missing", setup{}, then(
			taint(taints.Taint{Key: taints.KeyUnschedulable, Effect: taints.EffectNoSchedule}),
		), gone, []string{"0s create b"}, "2/2/0/2/2/2/0", "", "row 13: it is still created"},
		{"condition", setup{}, nil, func(w *world) {
			w.node("b", func(n *cluster.Node) {
				n.Status.Conditions = []cluster.NodeCondition{{Type: "Ready", Status: "False"}}
			})
		}, nil, "2/2/0/2/2/2/0", "", "row 14"},
		{"annotation", setup{}, nil, func(w *world) {
			w.node("b", func(n *cluster.Node) { n.Annotations = yes })
		}, nil, "2/2/0/2/2/2/0", "", "row 15"},
		{"node deleted, bound pod", setup{noKubelet: true}, nil, func(w *world) { w.removeNode("b") }, nil,
			"2/2/0/0/2/0/2", "1/1/0/0/1/0/1", "row 16: counts change with the next sync"},
		{"node re-created", setup{noKubelet: true}, nil, then(
			func(w *world) { w.removeNode("b") },
			func(w *world) { w.create(node("b", yes)) },
		), nil, "2/2/0/0/2/0/2", "", "row 17, KP-31: the old pod goes on"},
	}
	for _, tt := range tests {
		t.Run("D-122 "+tt.name, func(t *testing.T) {
			w := newWorld(t, tt.setup)
			w.create(node("a", map[string]string{"run": "yes"}))
			w.create(node("b", map[string]string{"run": "yes"}))
			w.create(agent(spec(selector("run", "yes"))))
			w.instant()
			if tt.before != nil {
				tt.before(w)
				w.instant()
			}
			w.take()
			tt.now(w)
			w.instant()
			if diff := cmp.Diff(tt.want, w.take()); diff != "" {
				t.Errorf("D-122 %s (-want +got):\n%s", tt.reason, diff)
			}
			require.Equal(t, tt.status, counts(w.set().Status), tt.reason)
			w.touch()
			if tt.healed == "" {
				tt.healed = tt.status
			}
			require.Equal(t, tt.healed, counts(w.set().Status), "another sync: %s", tt.reason)
			recount(t, w)
		})
	}
}

// TestUnboundPodOfMissingNode covers D-81, KP-25 and KP-30.
func TestUnboundPodOfMissingNode(t *testing.T) {
	w := newWorld(t, setup{noScheduler: true}, "a", "b")
	w.create(agent())
	w.settle()
	w.take()
	w.removeNode("b")
	w.settle()
	require.Empty(t, w.take(), "no handler looks at a deleted node")
	w.touch()
	require.Equal(t, []string{"0s delete b"}, w.take())
	w.settle()
	require.Empty(t, w.on("b"))
}

// TestUnboundPodHeldByFinalizer covers D-82 and KP-35: it is asked to go again and again. Nothing follows from
// that, so the DaemonSet waits for five minutes each time and does nothing else, such as a rollout.
func TestUnboundPodHeldByFinalizer(t *testing.T) {
	w := newWorld(t, setup{noScheduler: true, noKubelet: true}, "a", "b")
	w.create(agent(func(d *daemonset.DaemonSet) {
		d.Spec.Template.ObjectMeta.Finalizers = []string{"example.com/hold"}
	}))
	w.settle()
	w.removeNode("b")
	w.take()
	deleted := func() int {
		n := 0
		for e := range w.Events(w.set().UID) {
			if e.Reason == "SuccessfulDelete" {
				n += e.Count
			}
		}
		return n
	}
	for range 3 {
		w.touch()
	}
	require.Equal(t, 2, deleted(), "by the first sync, and by the one that the first deletion brings")
	w.image("agent:v2")
	w.run(5 * time.Minute)
	require.Equal(t, 2, deleted())
	require.Equal(t, int64(1), w.set().Status.ObservedGeneration, "D-115")
	w.run(time.Nanosecond)
	for range 3 {
		w.touch()
	}
	require.Equal(t, 3, deleted(), "once more, and five more minutes")
	require.Equal(t, int64(2), w.set().Status.ObservedGeneration)
	require.False(t, w.only("a").Terminating(), "the rolling update waits")
	w.join("c")
	w.run(time.Minute)
	require.Empty(t, w.on("c"), "and so does everything else")
}

// TestOnlyWhatChanged holds the cost of a node event against the size of the cluster.
func TestOnlyWhatChanged(t *testing.T) {
	cost := func(n int, labels map[string]string) uint64 {
		w := installed(t, n)
		before := w.control.Evaluations()
		joinAndLeave(t, w, labels)
		return w.control.Evaluations() - before
	}
	unlike := map[string]string{"zone": "new"}
	require.Equal(t, []uint64{0, 0}, []uint64{cost(10, nil), cost(1000, nil)}, "it looks like the others")
	require.Equal(t, []uint64{1, 1}, []uint64{cost(10, unlike), cost(1000, unlike)}, "it does not")
}

// TestOneEvaluationForAll holds the cost of placing a DaemonSet against what it has to ask.
func TestOneEvaluationForAll(t *testing.T) {
	const in, notIn = affinity.NodeSelectorOpIn, affinity.NodeSelectorOpNotIn
	host, name := cluster.LabelHostname, affinity.FieldMetadataName
	zone := requirement("zone", in, "a")
	for _, tt := range []struct {
		name        string
		edit        func(*cluster.PodSpec)
		pods        int
		evaluations uint64
		reason      string
	}{
		{"all", func(*cluster.PodSpec) {}, 30, 4, "one for each look"},
		{"one zone", selector("zone", "a"), 10, 4, "one for each look"},
		{"host name", selector(host, "node-01"), 1, 4 + 30, "and the name of each node without taints"},
		{"host name in a zone", required(expressions(zone, requirement(host, notIn, "node-00"))), 9, 4 + 10,
			"only the names of zone a are asked"},
		{"name in a zone", required(affinity.NodeSelectorTerm{
			MatchExpressions: []affinity.NodeSelectorRequirement{zone},
			MatchFields:      []affinity.NodeSelectorRequirement{requirement(name, in, "node-03")},
		}), 1, 4 + 10, "only the names of zone a are asked"},
		{"name or zone", required(fields(requirement(name, in, "node-01")), expressions(zone)), 11, 4 + 20,
			"the names of zone a do not matter"},
		{"nodeName", func(s *cluster.PodSpec) { s.NodeName = "node-02" }, 1, 1, "the look of one node"},
		{"nodeName of nobody", func(s *cluster.PodSpec) { s.NodeName = "gone" }, 0, 0, "nothing to ask"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, setup{noScheduler: true, noKubelet: true})
			for i := range 30 {
				w.create(node(fmt.Sprintf("node-%02d", i), map[string]string{"zone": string(rune('a' + i%3))}))
			}
			w.create(node("tainted", nil, noSchedule("k")))
			w.create(agent(spec(tt.edit)))
			w.instant()
			require.Equal(t, tt.pods, w.Count(cluster.KindPod))
			require.Equal(t, tt.evaluations, w.control.Evaluations(), tt.reason)
			recount(t, w)
			w.node("node-00", func(n *cluster.Node) { n.Annotations = map[string]string{"a": "b"} })
			w.touch()
			require.Equal(t, tt.evaluations, w.control.Evaluations(), "nothing has changed that counts")
		})
	}
}

// TestPodWhereNothingFits lets a pod turn up on a node that the DaemonSet had no reason to look at.
func TestPodWhereNothingFits(t *testing.T) {
	for _, tt := range []struct {
		name string
		node *cluster.Node
		want []string
	}{
		{"may stay", node("b", nil, noSchedule("k")), nil},
		{"may not stay", node("b", nil, noExecute("k")), []string{"0s delete b"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, setup{}, "a")
			w.create(tt.node)
			w.create(agent(onDelete))
			w.settle()
			w.take()
			w.create(orphan("stray", "b"))
			w.settle()
			require.Equal(t, tt.want, w.take())
			recount(t, w)
		})
	}
}
