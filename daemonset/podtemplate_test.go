package daemonset_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
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
			before := template(tt.edit).Spec.Tolerations
			require.Empty(t, cmp.Diff(before, w.set().Spec.Template.Spec.Tolerations), "D-49: on pods only")
			stored, err := rollout.Decode(daemonset.Revisions(w.Reader, w.set())[0].Data)
			require.NoError(t, err)
			require.Empty(t, cmp.Diff(before, stored.Spec.Tolerations), "D-49: on pods only")
		})
	}
}

// TestPodAffinity covers D-50 to D-52.
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
	if diff := cmp.Diff(want, got.Affinity); diff != "" {
		t.Errorf("D-50: one term, D-51: the rest is kept (-want +got):\n%s", diff)
	}
	require.Equal(t, map[string]string{"kubernetes.io/hostname": "n"}, got.NodeSelector, "D-51, D-52")
	require.Empty(t, got.NodeName, "the scheduler binds it")
	name, ok := cluster.PinnedNode(&got)
	require.True(t, ok, "D-54")
	require.Equal(t, "n", name, "D-54")
}

// TestPodIsBornBound covers D-53.
func TestPodIsBornBound(t *testing.T) {
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

// TestPodMetadata covers D-105 to D-108.
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
	require.Regexp(t, `^agent-[bcdfghjklmnpqrstvwxz2456789]{5}$`, p.Name, "D-105")
	require.Equal(t, "agent-", p.GenerateName, "D-105")
	require.Equal(t, map[string]string{
		"app": "agent", rollout.HashLabel: hash, daemonset.TemplateGenerationLabel: "7",
	}, p.Labels, "D-106, D-108")
	require.Equal(t, map[string]string{"scrape": "yes"}, p.Annotations, "D-106")
	require.Equal(t, []string{"example.com/hold"}, p.Finalizers, "D-106")
	want := []cluster.OwnerReference{{
		APIVersion: "apps/v1", Kind: "DaemonSet", Name: "agent", UID: set.UID,
		Controller: ptr(true), BlockOwnerDeletion: ptr(true),
	}}
	if diff := cmp.Diff(want, p.OwnerReferences); diff != "" {
		t.Errorf("D-107 (-want +got):\n%s", diff)
	}
}

// TestLongName covers D-105: the prefix is cut so that the pod's name fits into a label.
func TestLongName(t *testing.T) {
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
