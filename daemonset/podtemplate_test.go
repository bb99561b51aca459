package daemonset_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/quantity"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/rollout"
	"github.com/daemonsim/daemonsim/taints"
)

func exists(key string, effect taints.Effect) taints.Toleration {
	return taints.Toleration{Key: key, Operator: taints.OperatorExists, Effect: effect}
}

// automatic are the tolerations of D-46, without the one for hostNetwork.
var automatic = []taints.Toleration{
	exists("node.kubernetes.io/not-ready", "NoExecute"),
	exists("node.kubernetes.io/unreachable", "NoExecute"),
	exists("node.kubernetes.io/disk-pressure", "NoSchedule"),
	exists("node.kubernetes.io/memory-pressure", "NoSchedule"),
	exists("node.kubernetes.io/pid-pressure", "NoSchedule"),
	exists("node.kubernetes.io/unschedulable", "NoSchedule"),
}

func seconds(t taints.Toleration, n int64) taints.Toleration {
	t.TolerationSeconds = &n
	return t
}

// TestPodTolerations looks at the pods that the controller creates.
func TestPodTolerations(t *testing.T) {
	hostNetwork := exists("node.kubernetes.io/network-unavailable", "NoSchedule")
	broad := seconds(taints.Toleration{Operator: taints.OperatorExists, Effect: "NoExecute"}, 60)
	equal := taints.Toleration{Key: "node.kubernetes.io/not-ready", Operator: taints.OperatorEqual, Effect: "NoExecute"}
	own := exists("mine", "NoSchedule")
	tests := []struct {
		name   string
		edit   func(*cluster.PodSpec)
		want   []taints.Toleration
		reason string
	}{
		{"none of its own", func(*cluster.PodSpec) {}, automatic, "D-46"},
		{"hostNetwork", func(s *cluster.PodSpec) { s.HostNetwork = true }, append(automatic[:6:6], hostNetwork), "D-46"},
		{"its own first", func(s *cluster.PodSpec) { s.Tolerations = []taints.Toleration{own} },
			append([]taints.Toleration{own}, automatic...), "D-46"},
		{"equal", func(s *cluster.PodSpec) {
			s.Tolerations = []taints.Toleration{seconds(automatic[1], 300), own}
		}, append([]taints.Toleration{automatic[1], own, automatic[0]}, automatic[2:]...),
			"D-47: it stays in its place and loses the seconds"},
		{"nearly equal", func(s *cluster.PodSpec) { s.Tolerations = []taints.Toleration{equal} },
			append([]taints.Toleration{equal}, automatic...), "D-47"},
		{"broader", func(s *cluster.PodSpec) { s.Tolerations = []taints.Toleration{broad} },
			append([]taints.Toleration{broad}, automatic...), "D-48: it stays in front"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, setup{}, "n")
			w.create(agent(spec(tt.edit)))
			w.settle()
			if diff := cmp.Diff(tt.want, w.only("n").FullSpec().Tolerations); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tt.reason, diff)
			}
			t.Run("D-49", func(t *testing.T) {
				before := template(tt.edit).Spec.Tolerations
				require.Empty(t, cmp.Diff(before, w.set().Spec.Template.Spec.Tolerations))
				stored, err := rollout.Decode(daemonset.Revisions(w.Reader, w.set())[0].Data)
				require.NoError(t, err)
				require.Empty(t, cmp.Diff(before, stored.Spec.Tolerations))
			})
		})
	}
}

// TestPodAffinity looks at what is left of the template's affinity in a pod that is pinned to its node.
func TestPodAffinity(t *testing.T) {
	pinned := &affinity.NodeSelector{NodeSelectorTerms: []affinity.NodeSelectorTerm{
		fields(requirement("metadata.name", affinity.NodeSelectorOpIn, "n")),
	}}
	preferred := []affinity.PreferredSchedulingTerm{
		{Weight: 1, Preference: expressions(requirement("zone", affinity.NodeSelectorOpIn, "a"))},
	}
	near := &affinity.PodAffinity{RequiredDuringSchedulingIgnoredDuringExecution: []affinity.PodAffinityTerm{
		{LabelSelector: &affinity.LabelSelector{MatchLabels: map[string]string{"app": "agent"}}, TopologyKey: "zone"},
	}}
	w := newWorld(t, setup{noScheduler: true}, "n")
	w.create(agent(spec(func(s *cluster.PodSpec) {
		required(expressions(requirement("kubernetes.io/hostname", affinity.NodeSelectorOpExists)))(s)
		s.Affinity.NodeAffinity.PreferredDuringSchedulingIgnoredDuringExecution = preferred
		s.Affinity.PodAffinity = near
		s.NodeSelector = map[string]string{"kubernetes.io/hostname": "n"}
	})))
	w.settle()
	p := w.only("n")
	got := p.FullSpec()
	want := &affinity.Affinity{
		NodeAffinity: &affinity.NodeAffinity{
			RequiredDuringSchedulingIgnoredDuringExecution:  pinned,
			PreferredDuringSchedulingIgnoredDuringExecution: preferred,
		},
		PodAffinity: near,
	}
	t.Run("D-50", func(t *testing.T) {
		required := got.Affinity.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution
		require.Empty(t, cmp.Diff(pinned, required), "one term with one field")
		require.Empty(t, got.NodeName, "the scheduler binds it")
	})
	t.Run("D-51", func(t *testing.T) {
		require.Empty(t, cmp.Diff(want, got.Affinity), "the required terms are dropped, the rest is kept")
		require.Equal(t, map[string]string{"kubernetes.io/hostname": "n"}, got.NodeSelector)
	})
	t.Run("D-52", checkSchedulerAsksAgain)
	t.Run("D-53", checkPodIsBornBound)
	t.Run("D-54", func(t *testing.T) {
		name, ok := cluster.PinnedNode(&got)
		require.True(t, ok)
		require.Equal(t, "n", name)
	})
	t.Run("D-55", checkPodWithoutTarget)
	t.Run("D-56", checkEntry)
}

// checkSchedulerAsksAgain relabels a node while its pod waits for room: the scheduler looks at the
// nodeSelector, and no longer at the required terms.
func checkSchedulerAsksAgain(t *testing.T) {
	for _, tt := range []struct {
		name  string
		edit  func(*cluster.PodSpec)
		bound bool
	}{
		{"nodeSelector", selector("zone", "a"), false},
		{"required terms", required(expressions(requirement("zone", affinity.NodeSelectorOpIn, "a"))), true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, setup{})
			full := node("n", map[string]string{"zone": "a"})
			full.Status.Allocatable = cluster.ResourceList{}
			w.create(full)
			w.create(agent(spec(tt.edit)))
			w.settle()
			w.node("n", func(n *cluster.Node) { n.Labels["zone"] = "b" })
			w.settle()
			require.False(t, w.only("n").Bound())
			roomy := w.Node("n").Clone().(*cluster.Node)
			roomy.Status.Allocatable = cluster.ResourceList{"pods": quantity.New(1)}
			_, err := w.UpdateStatus(roomy)
			require.NoError(t, err)
			bound := false
			w.OnChange(func(ch *cluster.Change) {
				p, ok := ch.Object().(*cluster.Pod)
				bound = bound || ok && p.Bound()
			})
			w.settle()
			require.Equal(t, tt.bound, bound)
			require.Empty(t, w.on("n"), "the controller deletes what does not fit")
		})
	}
}

// checkPodWithoutTarget gives a DaemonSet a pod that is meant for no node.
func checkPodWithoutTarget(t *testing.T) {
	w := newWorld(t, setup{noScheduler: true}, "n")
	w.create(agent())
	w.settle()
	before := w.set().Status
	w.take()
	p := w.create(orphan("nowhere", "")).(*cluster.Pod)
	w.settle()
	require.Equal(t, w.set().UID, w.owner(p.Name), "it is adopted")
	w.image("agent:v2")
	w.settle()
	require.NotNil(t, w.PodByUID(p.UID), "not deleted, not even by a rollout")
	require.Equal(t, []string{"0s delete n", "0s create n"}, w.take(), "and it stops no other pod")
	require.Equal(t, counts(before), counts(w.set().Status), "not counted")
}

// checkEntry holds pods on their node by finalizers.
func checkEntry(t *testing.T) {
	for _, tt := range []struct {
		name    string
		fail    bool
		actions []string
		status  string
		reason  string
	}{
		{"terminating", false, nil, "1/1/0/1/1/1/0", "it is kept, counts, and blocks its node"},
		{"terminal and terminating", true, []string{"0s create n"}, "1/1/0/0/1/0/1", "it is left out"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, setup{noKubelet: true}, "n")
			w.create(agent(func(d *daemonset.DaemonSet) {
				d.Spec.Template.ObjectMeta.Finalizers = []string{"example.com/hold"}
			}))
			w.instant()
			p := w.only("n")
			w.ready(p, true)
			w.instant()
			w.take()
			require.NoError(t, w.DeletePod(p.UID, cluster.DeleteOptions{}))
			if tt.fail {
				w.fail(p)
			}
			w.instant()
			require.Equal(t, tt.actions, w.take(), tt.reason)
			require.Equal(t, tt.status, counts(w.set().Status), tt.reason)
		})
	}
}

func checkPodIsBornBound(t *testing.T) {
	w := newWorld(t, setup{noScheduler: true}, "m", "n")
	w.create(agent(spec(func(s *cluster.PodSpec) { s.NodeName = "n" })))
	w.settle()
	require.Empty(t, w.on("m"))
	got := w.only("n").FullSpec()
	require.Equal(t, "n", got.NodeName)
	name, _ := cluster.PinnedNode(&got)
	require.Equal(t, "n", name, "the term is added all the same")
	require.True(t, w.only("n").Status.Ready)
}

// TestPodMetadata looks at everything about a pod but its spec.
func TestPodMetadata(t *testing.T) {
	w := newWorld(t, setup{}, "n")
	w.create(agent(func(d *daemonset.DaemonSet) {
		d.Annotations = map[string]string{daemonset.TemplateGenerationAnnotation: "7", "note": "not for pods"}
		d.Spec.Template.ObjectMeta.Annotations = map[string]string{"scrape": "yes"}
		d.Spec.Template.ObjectMeta.Finalizers = []string{"example.com/hold"}
	}))
	w.settle()
	p, set := w.only("n"), w.set()
	hash := daemonset.Revisions(w.Reader, set)[0].Labels[rollout.HashLabel]
	t.Run("D-105", func(t *testing.T) {
		require.Regexp(t, `^agent-[bcdfghjklmnpqrstvwxz2456789]{5}$`, p.Name)
		require.Equal(t, "agent-", p.GenerateName)
	})
	t.Run("D-105 a long name", checkLongName)
	t.Run("D-105 names that are taken", checkTakenNames)
	t.Run("D-106", func(t *testing.T) {
		require.Equal(t, map[string]string{
			"app": "agent", rollout.HashLabel: hash, daemonset.TemplateGenerationLabel: "7",
		}, p.Labels)
		require.Equal(t, map[string]string{"scrape": "yes"}, p.Annotations)
		require.Equal(t, []string{"example.com/hold"}, p.Finalizers)
	})
	t.Run("D-107", func(t *testing.T) {
		require.Empty(t, cmp.Diff([]cluster.OwnerReference{{
			APIVersion: "apps/v1", Kind: "DaemonSet", Name: "agent", UID: set.UID,
			Controller: ptr(true), BlockOwnerDeletion: ptr(true),
		}}, p.OwnerReferences))
	})
	t.Run("D-108", checkGenerationOfPods)
}

// checkGenerationOfPods changes the template before the controller has made a pod of the first one.
func checkGenerationOfPods(t *testing.T) {
	w := newWorld(t, setup{noScheduler: true}, "n")
	w.create(agent())
	w.image("agent:v2")
	w.settle()
	revisions := daemonset.Revisions(w.Reader, w.set())
	require.Len(t, revisions, 1, "the first template was never seen")
	labels := w.only("n").Labels
	require.Equal(t, "2", labels[daemonset.TemplateGenerationLabel])
	require.Equal(t, revisions[0].Hash(), labels[rollout.HashLabel])
}

// checkTakenNames takes the names away that the controller is about to draw. Forks tell which those are.
func checkTakenNames(t *testing.T) {
	next := func(w *world) string {
		f := w.fork()
		f.create(agent())
		f.instant()
		if len(f.on("n")) == 0 {
			return ""
		}
		return f.only("n").Name
	}
	w := newWorld(t, setup{noScheduler: true}, "n")
	first := next(w)
	for taken := range 8 {
		name := next(w)
		require.NotEmpty(t, name, "%d names are taken", taken)
		w.create(orphan(name, "", func(p *cluster.Pod) { p.Labels = nil }))
	}
	require.Empty(t, next(w), "the server gives up after eight attempts")
	w.create(agent())
	w.instant()
	require.Regexp(t, `^Warning FailedCreate Error creating: pods "agent-.{5}" already exists, the server was not `+
		`able to generate a unique name for the object$`, w.events()[0])
	w.remove(w.Pod("default", first))
	w.run(time.Second)
	require.Equal(t, first, w.only("n").Name, "the controller tries again")
}

// checkLongName is about the prefix, which is cut so that the pod's name fits into a label.
func checkLongName(t *testing.T) {
	name := "a-daemonset-with-a-name-that-is-longer-than-the-name-of-a-pod-may-be"
	w := newWorld(t, setup{}, "n")
	w.create(agent(func(d *daemonset.DaemonSet) { d.Name = name }))
	w.settle()
	require.Len(t, w.only("n").Name, 63)
	require.Equal(t, name[:58], w.only("n").Name[:58])
}

// TestPodTemplate looks at the template alone.
func TestPodTemplate(t *testing.T) {
	d := agent()
	before := d.Clone()
	require.Equal(t, map[string]string{"app": "agent"}, daemonset.PodTemplate(d, "").ObjectMeta.Labels,
		"no hash, no generation")
	d.Annotations = map[string]string{daemonset.TemplateGenerationAnnotation: "x"}
	require.Equal(t, map[string]string{"app": "agent", rollout.HashLabel: "h"},
		daemonset.PodTemplate(d, "h").ObjectMeta.Labels, "D-106: only if the annotation parses")
	d.Annotations = nil
	require.Empty(t, cmp.Diff(before, cluster.Object(d)), "the argument is left alone")
}
