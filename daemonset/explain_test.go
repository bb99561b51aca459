package daemonset_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/taints"
)

// told is what an explanation comes down to: both answers and, for each that is no, what decided.
type told struct {
	Answer        answer
	Run, Continue string
}

func tell(edit func(*cluster.PodSpec), n *cluster.Node) told {
	d := daemonset.NewPlacement(template(edit)).Explain(n)
	t := told{Answer: answer{d.ShouldRun, d.ShouldContinueRunning}}
	if r, ok := d.Decided(daemonset.QuestionShouldRun); ok {
		t.Run = r.Subject()
	}
	if r, ok := d.Decided(daemonset.QuestionShouldContinueRunning); ok {
		t.Continue = r.Subject()
	}
	return t
}

func both(subject string) told { return told{none, subject, subject} }

func onlyNew(subject string) told { return told{Answer: kept, Run: subject} }

var all = told{Answer: wanted}

// TestExplainRules has a row for each thing that a rule says about what decides.
func TestExplainRules(t *testing.T) {
	const (
		in, notIn            = affinity.NodeSelectorOpIn, affinity.NodeSelectorOpNotIn
		exists, doesNotExist = affinity.NodeSelectorOpExists, affinity.NodeSelectorOpDoesNotExist
		gt, lt               = affinity.NodeSelectorOpGt, affinity.NodeSelectorOpLt
	)
	zoneA := node("n", map[string]string{"zone": "a", "rank": "5", "word": "five"})
	one := func(r affinity.NodeSelectorRequirement) func(*cluster.PodSpec) { return required(expressions(r)) }
	prefer := taints.Taint{Key: "k", Effect: taints.EffectPreferNoSchedule}
	tolerate := func(list ...taints.Toleration) func(*cluster.PodSpec) {
		return func(s *cluster.PodSpec) { s.Tolerations = list }
	}
	short := int64(5)
	for _, tt := range []struct {
		name string
		edit func(*cluster.PodSpec)
		node *cluster.Node
		want told
	}{
		{"D-32 the name before the labels", func(s *cluster.PodSpec) {
			s.NodeName = "m"
			selector("a", "b")(s)
		}, node("n", nil, noExecute("k")), both("metadata.name")},
		{"D-32 the selector before affinity", func(s *cluster.PodSpec) {
			required()(s)
			selector("a", "b")(s)
		}, node("n", nil, noExecute("k")), both("label a")},
		{"D-32 affinity before taints", one(requirement("a", exists)), node("n", nil, noExecute("k")), both("label a")},
		{"D-33 its name", func(s *cluster.PodSpec) { s.NodeName = "n" }, zoneA, all},
		{"D-33 another name", func(s *cluster.PodSpec) { s.NodeName = "m" }, zoneA, both("metadata.name")},
		{"D-33 a name does not excuse taints", func(s *cluster.PodSpec) { s.NodeName = "n" },
			node("n", nil, noSchedule("k")), onlyNew("taint k=v:NoSchedule")},
		{"D-34 the first pair that is missing", func(s *cluster.PodSpec) {
			s.NodeSelector = map[string]string{"zone": "a", "y": "1", "x": "1"}
		}, zoneA, both("label x")},
		{"D-34 an empty value is a value", selector("zone", ""), zoneA, both("label zone")},
		{"D-34 selector and no term", func(s *cluster.PodSpec) {
			selector("zone", "a")(s)
			required(expressions(requirement("zone", in, "b")), expressions(requirement("x", exists)))(s)
		}, zoneA, both("node affinity")},
		{"D-34 selector and one term", func(s *cluster.PodSpec) {
			selector("zone", "a")(s)
			required(expressions(requirement("zone", in, "b")), expressions(requirement("rank", exists)))(s)
		}, zoneA, all},
		{"D-35 expressions and fields", required(affinity.NodeSelectorTerm{
			MatchExpressions: []affinity.NodeSelectorRequirement{requirement("zone", in, "a")},
			MatchFields:      []affinity.NodeSelectorRequirement{requirement("metadata.name", in, "m")},
		}), zoneA, both("metadata.name")},
		{"D-35 no terms", required(), zoneA, both("node affinity")},
		{"D-35 an empty term", required(affinity.NodeSelectorTerm{}), zoneA, both("node affinity")},
		{"D-35 an empty term beside another", required(affinity.NodeSelectorTerm{},
			expressions(requirement("zone", exists))), zoneA, all},
		{"D-36 In", one(requirement("zone", in, "b", "c")), zoneA, both("label zone")},
		{"D-36 NotIn", one(requirement("zone", notIn, "a")), zoneA, both("label zone")},
		{"D-36 NotIn, absent", one(requirement("x", notIn, "a")), zoneA, all},
		{"D-36 Exists", one(requirement("x", exists)), zoneA, both("label x")},
		{"D-36 DoesNotExist", one(requirement("zone", doesNotExist)), zoneA, both("label zone")},
		{"D-36 DoesNotExist, absent", one(requirement("x", doesNotExist)), zoneA, all},
		{"D-36 Gt", one(requirement("rank", gt, "4")), zoneA, all},
		{"D-36 Gt, equal", one(requirement("rank", gt, "5")), zoneA, both("label rank")},
		{"D-36 Lt, no number", one(requirement("word", lt, "9")), zoneA, both("label word")},
		{"D-36 Lt, absent", one(requirement("x", lt, "9")), zoneA, both("label x")},
		{"D-37 malformed alone", one(requirement("zone", exists, "a")), zoneA, both("node affinity")},
		{"D-37 malformed beside another", required(expressions(requirement("zone", exists, "a")),
			expressions(requirement("zone", in, "a"))), zoneA, all},
		{"D-38 NoSchedule", nil, node("n", nil, noSchedule("k")), onlyNew("taint k=v:NoSchedule")},
		{"D-38 NoExecute", nil, node("n", nil, noExecute("k")), both("taint k=v:NoExecute")},
		{"D-38 the first for each question", nil, node("n", nil, noSchedule("k"), noExecute("l")),
			told{none, "taint k=v:NoSchedule", "taint l=v:NoExecute"}},
		{"D-39", nil, node("n", nil, prefer), all},
		{"D-39 beside another", nil, node("n", nil, prefer, noExecute("l")), both("taint l=v:NoExecute")},
		{"D-40 no effect is every effect", tolerate(taints.Toleration{Key: "k", Value: "v"}),
			node("n", nil, noSchedule("k"), noExecute("k")), all},
		{"D-40 no key is every key", tolerate(taints.Toleration{Operator: taints.OperatorExists}),
			node("n", nil, noSchedule("k"), noExecute("l")), all},
		{"D-40 another effect", tolerate(taints.Toleration{
			Key: "k", Operator: taints.OperatorExists, Effect: taints.EffectNoExecute,
		}), node("n", nil, noSchedule("k")), onlyNew("taint k=v:NoSchedule")},
		{"D-40 another value", tolerate(taints.Toleration{Key: "k", Value: "w"}),
			node("n", nil, noExecute("k")), both("taint k=v:NoExecute")},
		{"D-40 the seconds play no part", tolerate(taints.Toleration{
			Key: "k", Operator: taints.OperatorExists, TolerationSeconds: &short,
		}), node("n", nil, noExecute("k")), all},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, tell(tt.edit, tt.node)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestExplainCommonTaints goes through the table of D-43.
func TestExplainCommonTaints(t *testing.T) {
	host := func(s *cluster.PodSpec) { s.HostNetwork = true }
	for _, tt := range []struct {
		taint string
		edit  func(*cluster.PodSpec)
		want  answer
	}{
		{"k=v:NoSchedule", nil, kept},
		{"k=v:NoExecute", nil, none},
		{"k=v:PreferNoSchedule", nil, wanted},
		{"node.kubernetes.io/not-ready:NoExecute", nil, wanted},
		{"node.kubernetes.io/unreachable:NoExecute", nil, wanted},
		{"node.kubernetes.io/not-ready:NoSchedule", nil, kept},
		{"node.kubernetes.io/unreachable:NoSchedule", nil, kept},
		{"node.kubernetes.io/unschedulable:NoSchedule", nil, wanted},
		{"node.kubernetes.io/disk-pressure:NoSchedule", nil, wanted},
		{"node.kubernetes.io/memory-pressure:NoSchedule", nil, wanted},
		{"node.kubernetes.io/pid-pressure:NoSchedule", nil, wanted},
		{"node.kubernetes.io/disk-pressure:NoExecute", nil, none},
		{"node.kubernetes.io/network-unavailable:NoSchedule", nil, kept},
		{"node.kubernetes.io/network-unavailable:NoSchedule", host, wanted},
		{"node.kubernetes.io/out-of-service:NoExecute", nil, none},
		{"node-role.kubernetes.io/control-plane:NoSchedule", nil, kept},
		{"node.cloudprovider.kubernetes.io/uninitialized:NoSchedule", nil, kept},
	} {
		t.Run("D-43 "+tt.taint, func(t *testing.T) {
			taint, err := taints.ParseTaint(tt.taint)
			require.NoError(t, err)
			want := told{Answer: tt.want}
			if !tt.want.Run {
				want.Run = "taint " + tt.taint
			}
			if !tt.want.Continue {
				want.Continue = "taint " + tt.taint
			}
			require.Equal(t, want, tell(tt.edit, node("n", nil, taint)))
		})
	}
}

// TestExplainLooksAtNothingElse changes everything about a node and a template that does not count.
func TestExplainLooksAtNothingElse(t *testing.T) {
	bare := daemonset.NewPlacement(template(selector("a", "b"))).Explain(node("n", map[string]string{"a": "b"}))
	full := node("n", map[string]string{"a": "b", "other": "label"})
	full.Annotations = map[string]string{"a": "x"}
	full.Spec.Unschedulable = true
	full.Status.Allocatable = cluster.ResourceList{}
	full.Status.Conditions = []cluster.NodeCondition{{Type: "Ready", Status: "False"}, {Type: "DiskPressure", Status: "True"}}
	busy := template(func(s *cluster.PodSpec) {
		selector("a", "b")(s)
		s.PriorityClassName = "system-node-critical"
		s.Containers[0].Ports = []cluster.ContainerPort{{ContainerPort: 80, HostPort: 80}}
		s.Affinity = &affinity.Affinity{
			NodeAffinity: &affinity.NodeAffinity{
				PreferredDuringSchedulingIgnoredDuringExecution: []affinity.PreferredSchedulingTerm{
					{Weight: 100, Preference: expressions(requirement("nowhere", affinity.NodeSelectorOpExists))},
				},
			},
			PodAntiAffinity: &affinity.PodAntiAffinity{
				RequiredDuringSchedulingIgnoredDuringExecution: []affinity.PodAffinityTerm{{
					LabelSelector: &affinity.LabelSelector{}, TopologyKey: "a",
				}},
			},
		}
	})
	t.Run("D-41", func(t *testing.T) {
		require.Equal(t, bare, daemonset.NewPlacement(busy).Explain(full))
		require.True(t, bare.ShouldRun)
	})
	t.Run("D-45", func(t *testing.T) {
		dead := node("n", nil)
		dead.Status.Conditions = []cluster.NodeCondition{{Type: "Ready", Status: "False"}}
		require.Equal(t, all, tell(nil, dead), "the condition without the taints")
	})
	t.Run("D-44", func(t *testing.T) {
		notReady := []taints.Taint{
			{Key: taints.KeyNotReady, Effect: taints.EffectNoExecute},
			{Key: taints.KeyNotReady, Effect: taints.EffectNoSchedule},
		}
		require.Equal(t, onlyNew("taint node.kubernetes.io/not-ready:NoSchedule"),
			tell(nil, node("n", nil, notReady...)))
		own := func(s *cluster.PodSpec) {
			s.Tolerations = []taints.Toleration{{Key: taints.KeyNotReady, Operator: taints.OperatorExists}}
		}
		require.Equal(t, all, tell(own, node("n", nil, notReady...)), "unless the template itself tolerates it")
	})
}

// TestExplainFollowsTheTemplate covers D-42 for the answers; the engine's tests cover what is done.
func TestExplainFollowsTheTemplate(t *testing.T) {
	for _, strategy := range []daemonset.StrategyType{daemonset.RollingUpdate, daemonset.OnDelete} {
		t.Run("D-42 "+string(strategy), func(t *testing.T) {
			set := agent()
			set.Spec.UpdateStrategy.Type = strategy
			n := node("n", map[string]string{"a": "b"})
			require.True(t, first(answers(set, n)))
			set.Spec.Template.Spec.NodeSelector = map[string]string{"a": "c"}
			run, goOn := answers(set, n)
			require.False(t, run)
			require.False(t, goOn, "also for a pod of the old template, which would fit")
		})
	}
}

func answers(set *daemonset.DaemonSet, n *cluster.Node) (run, goOn bool) {
	e := daemonset.Explain(set, n)
	return e.ShouldRun, e.ShouldContinueRunning
}

// TestExplainNamesTheToleration tells the template's tolerations and the automatic ones apart.
func TestExplainNamesTheToleration(t *testing.T) {
	seconds := int64(60)
	equal := taints.Toleration{
		Key: taints.KeyNotReady, Operator: taints.OperatorExists, Effect: taints.EffectNoExecute,
		TolerationSeconds: &seconds,
	}
	broad := taints.Toleration{Operator: taints.OperatorExists, Effect: taints.EffectNoExecute, TolerationSeconds: &seconds}
	for _, tt := range []struct {
		name string
		own  []taints.Toleration
		host bool
		key  string
		want string
	}{
		{"D-46 automatic", nil, false, taints.KeyNotReady, "is tolerated automatically"},
		{"D-46 with hostNetwork", nil, true, taints.KeyNetworkUnavailable, "is tolerated automatically, with hostNetwork"},
		{"D-47 in the place of an equal one, without its seconds", []taints.Toleration{equal}, false,
			taints.KeyNotReady, "is tolerated by the template: node.kubernetes.io/not-ready:NoExecute op=Exists"},
		{"D-48 a broader one comes first", []taints.Toleration{broad}, false,
			taints.KeyNotReady, "is tolerated by the template: :NoExecute op=Exists for 60s"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			effect := taints.EffectNoExecute
			if tt.host {
				effect = taints.EffectNoSchedule
			}
			taint := taints.Taint{Key: tt.key, Effect: effect}
			d := daemonset.NewPlacement(template(func(s *cluster.PodSpec) {
				s.Tolerations, s.HostNetwork = slices.Clone(tt.own), tt.host
			})).Explain(node("n", nil, taint))
			require.Len(t, d.Reasons, 1)
			require.Equal(t, "taint "+taint.String()+" "+tt.want, d.Reasons[0].String())
			require.Equal(t, tt.own == nil, d.Reasons[0].Automatic)
			require.True(t, d.ShouldRun)
		})
	}
}
