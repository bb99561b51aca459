package daemonset_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/kubelet"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/rollout"
)

// recount works the status out the slow way, from the definitions of D-185, and compares. It holds once
// the controller has looked at everything.
func recount(t require.TestingT, w *world) {
	set := w.set()
	revisions := daemonset.Revisions(w.Reader, set)
	current := revisions[len(revisions)-1].Hash()
	placement := daemonset.NewPlacement(&set.Spec.Template)
	var want daemonset.Status
	for n := range w.Nodes() {
		var entry []*cluster.Pod
		for p := range w.Pods(set.Namespace) {
			ref := p.Controller()
			if ref != nil && ref.UID == set.UID && p.TargetNode() == n.Name && !(p.Terminal() && p.Terminating()) {
				entry = append(entry, p)
			}
		}
		slices.SortFunc(entry, bySurvival)
		run, _ := placement.Verdict(n)
		switch {
		case !run && len(entry) > 0:
			want.NumberMisscheduled++
		case run:
			want.DesiredNumberScheduled++
		}
		if !run || len(entry) == 0 {
			continue
		}
		want.CurrentNumberScheduled++
		first := entry[0]
		if first.Status.Ready {
			want.NumberReady++
			if first.Status.ReadySince+set.MinReady() <= w.Now() {
				want.NumberAvailable++
			}
		}
		if first.Labels[rollout.HashLabel] == current ||
			first.Labels[daemonset.TemplateGenerationLabel] == set.Annotations[daemonset.TemplateGenerationAnnotation] {
			want.UpdatedNumberScheduled++
		}
	}
	want.NumberUnavailable = want.DesiredNumberScheduled - want.NumberAvailable
	require.Equal(t, counts(want), counts(set.Status), "D-185: desired/current/misscheduled/ready/updated/…")
	require.Equal(t, set.Generation, set.Status.ObservedGeneration, "D-31")
}

func bySurvival(a, b *cluster.Pod) int {
	switch {
	case a.Bound() != b.Bound():
		if a.Bound() {
			return -1
		}
		return 1
	case a.CreationTimestamp/time.Second != b.CreationTimestamp/time.Second:
		return int(a.CreationTimestamp/time.Second - b.CreationTimestamp/time.Second)
	default:
		return strings.Compare(a.Name, b.Name)
	}
}

// TestStatus goes through the examples of D-190, with D-186 to D-189. The test plays the kubelet.
func TestStatus(t *testing.T) {
	const nodes = "abc"
	each := func(do func(*world, *cluster.Pod)) func(*world) {
		return func(w *world) {
			for _, n := range strings.Split(nodes, "") {
				for _, p := range w.on(n) {
					do(w, p)
				}
			}
		}
	}
	allReady := each(func(w *world, p *cluster.Pod) { w.ready(p, true) })
	tests := []struct {
		name   string
		edit   func(*daemonset.DaemonSet)
		script []func(*world)
		want   string
		reason string
	}{
		{"D-189 pending", onDelete, nil, "3/3/0/0/3/0/3", "D-190, D-189: pending pods are current"},
		{"D-190 not available on c", minReady(10), []func(*world){
			func(w *world) { w.ready(w.only("a"), true); w.ready(w.only("b"), true) },
			func(w *world) { w.run(10 * time.Second); w.ready(w.only("c"), true) },
		}, "3/3/0/3/3/2/1", "D-190"},
		{"D-190 c tainted", onDelete, []func(*world){
			allReady,
			func(w *world) { w.taint("c", noSchedule("k")); w.touch() },
		}, "2/2/1/2/2/2/0", "D-190"},
		{"D-188 surge, a has both", surge("1"), []func(*world){
			allReady,
			func(w *world) { w.run(2 * time.Second); w.image("agent:v2") },
		}, "3/3/0/3/0/3/0", "D-188: the old pod is first"},
		{"D-190 c failed", onDelete, []func(*world){
			allReady,
			func(w *world) { w.fail(w.only("c")) },
			func(w *world) { w.fail(w.only("c")) },
		}, "3/3/0/2/3/2/1", "D-190: in back-off"},
		{"D-186 node of c deleted", onDelete, []func(*world){
			allReady,
			func(w *world) { w.removeNode("c"); w.touch() },
		}, "2/2/0/2/2/2/0", "D-190, D-186: pods of missing nodes count nowhere"},
		{"D-187 terminating", onDelete, []func(*world){
			allReady,
			func(w *world) {
				require.NoError(w.t, w.DeletePod(w.only("c").UID, cluster.DeleteOptions{}))
			},
		}, "3/3/0/3/3/3/0", "D-187, KP-23: it still counts as ready and available"},
		{"D-187 terminating beside a new one", surge("1"), []func(*world){
			allReady,
			func(w *world) { w.run(2 * time.Second); w.image("agent:v2") },
			func(w *world) { w.ready(w.on("a")[1], true) },
		}, "3/3/0/3/0/3/0", "the old one hides the new one"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, setup{noKubelet: true}, strings.Split(nodes, "")...)
			w.create(agent(tt.edit))
			w.instant()
			for _, step := range tt.script {
				step(w)
				w.instant()
			}
			require.Equal(t, tt.want, counts(w.set().Status), tt.reason)
			recount(t, w)
		})
	}
	t.Run("D-189 not even bound", func(t *testing.T) {
		w := newWorld(t, setup{noScheduler: true}, "a", "b", "c")
		w.create(agent(onDelete))
		w.settle()
		require.False(t, w.only("a").Bound())
		require.Equal(t, "3/3/0/0/3/0/3", counts(w.set().Status))
	})
}

// TestStatusOfNothing_D193 covers the first row of D-190, too: what is there before the first pod is.
func TestStatusOfNothing_D193(t *testing.T) {
	w := newWorld(t, setup{}, "a", "b", "c")
	var statuses []string
	w.logStatus(&statuses)
	w.create(agent())
	w.settle()
	require.Equal(t, []string{"0s 0/0/0/0/0/0/0", "0s 3/0/0/0/0/0/3"}, statuses[:2],
		"D-193: the status of a sync does not know what the sync has done")
}

// TestStatusOfNodesWithoutPod_D185 has a controller that creates one pod at a time: a node that should run
// a pod and has none is unavailable, too.
func TestStatusOfNodesWithoutPod_D185(t *testing.T) {
	s := setup{noKubelet: true, noScheduler: true, config: daemonset.Config{BurstReplicas: 1}}
	w := newWorld(t, s, "a", "b")
	var statuses []string
	w.logStatus(&statuses)
	w.create(agent())
	w.settle()
	require.Equal(t, []string{
		"0s 0/0/0/0/0/0/0", "0s 2/0/0/0/0/0/2", "0s 2/1/0/0/1/0/2", "0s 2/2/0/0/2/0/2",
	}, statuses)
}

// TestStatusIsWrittenOnlyWhenDifferent_D191 counts the writes of the controller.
func TestStatusIsWrittenOnlyWhenDifferent_D191(t *testing.T) {
	w := newWorld(t, setup{}, "a")
	w.create(agent())
	w.settle()
	writes := 0
	w.OnChange(func(ch *cluster.Change) {
		if ch.Actor == daemonset.Name && ch.Object().Kind() == daemonset.Kind {
			writes++
		}
	})
	w.touch()
	require.Zero(t, writes)
	w.change(minReady(0))
	w.change(onDelete)
	w.settle()
	require.Equal(t, 1, writes, "for the observed generation")

	m := newMoment(t, onDelete, "a")
	o := m.reconcile()
	require.True(t, o.StatusWritten)
	m.DaemonSet.Status = o.Status
	require.False(t, m.reconcile().StatusWritten, "the API server is not asked to write what is there")
}

// TestStatusAfterAnything_D185 lets anything happen to a cluster and recounts: the sums that the controller
// keeps must never drift from what there is.
func TestStatusAfterAnything_D185(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(t, setup{pods: kubelet.Typical()}, "a", "b", "c", "d")
		strategy := rapid.SampledFrom([]func(*daemonset.DaemonSet){
			onDelete, unavailable("1"), unavailable("50%"), surge("1"), surge("100%"),
		})
		w.create(agent(strategy.Draw(rt, "strategy")))
		nodes := rapid.SampledFrom([]string{"a", "b", "c", "d"})
		for range rapid.IntRange(1, 12).Draw(rt, "steps") {
			anything(rt, w, nodes.Draw(rt, "node"), strategy)
			w.run(time.Duration(rapid.IntRange(0, 3000).Draw(rt, "ms")) * time.Millisecond)
		}
		w.touch()
		recount(rt, w)
	})
}

func anything(
	t *rapid.T, w *world, name string, strategy *rapid.Generator[func(*daemonset.DaemonSet)],
) {
	exists := w.Node(name) != nil
	switch rapid.IntRange(0, 10).Draw(t, "what") {
	case 0:
		w.image(rapid.SampledFrom([]string{"agent:v1", "agent:v2", "agent:v3"}).Draw(t, "image"))
	case 1:
		w.change(strategy.Draw(t, "strategy"))
	case 2:
		w.change(minReady(rapid.Int32Range(0, 4).Draw(t, "minReady")))
	case 3:
		if exists {
			w.taint(name, rapid.SliceOfN(rapid.Custom(drawTaint), 0, 1).Draw(t, "taints")...)
		}
	case 4:
		if exists {
			w.removeNode(name)
		} else {
			w.join(name)
		}
	case 5:
		for _, p := range w.on(name) {
			w.fail(p)
		}
	case 6:
		for _, p := range w.on(name) {
			require.NoError(t, w.DeletePod(p.UID, cluster.DeleteOptions{}))
		}
	case 7:
		for _, p := range w.on(name) {
			next := p.Clone().(*cluster.Pod)
			next.Labels["app"] = rapid.SampledFrom([]string{"agent", "other"}).Draw(t, "app")
			w.update(next)
		}
	case 8:
		if exists {
			w.create(orphan("", name, func(p *cluster.Pod) { p.GenerateName = "orphan-" }))
		}
	case 9:
		if exists {
			w.node(name, func(n *cluster.Node) {
				n.Labels["a"] = rapid.SampledFrom([]string{"1", "2"}).Draw(t, "label")
				n.Labels[cluster.LabelHostname] = rapid.SampledFrom([]string{name, "x"}).Draw(t, "hostname")
			})
		}
	case 10:
		w.change(spec(func(s *cluster.PodSpec) {
			s.NodeSelector = drawLabels(t, "nodeSelector")
			delete(s.NodeSelector, "b")
			s.Affinity = nil
			if rapid.Bool().Draw(t, "affinity") {
				required(
					expressions(requirement(cluster.LabelHostname, affinity.NodeSelectorOpIn, "x")),
					fields(requirement(affinity.FieldMetadataName, affinity.NodeSelectorOpIn, name)),
				)(s)
			}
		}))
	}
}
