package daemonset_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/taints"
)

// answer is the pair of shouldRun and shouldContinueRunning.
type answer struct{ Run, Continue bool }

var (
	wanted = answer{true, true}
	kept   = answer{false, true}
	none   = answer{false, false}
)

func judge(template *cluster.PodTemplateSpec, node *cluster.Node) answer {
	run, goOn := daemonset.NewPlacement(template).Verdict(node)
	return answer{run, goOn}
}

func node(name string, labels map[string]string, list ...taints.Taint) *cluster.Node {
	return &cluster.Node{
		ObjectMeta: cluster.ObjectMeta{Name: name, Labels: labels},
		Spec:       cluster.NodeSpec{Taints: list},
	}
}

func template(edit func(*cluster.PodSpec)) *cluster.PodTemplateSpec {
	t := &agent().Spec.Template
	if edit != nil {
		edit(&t.Spec)
	}
	return t
}

func expressions(list ...affinity.NodeSelectorRequirement) affinity.NodeSelectorTerm {
	return affinity.NodeSelectorTerm{MatchExpressions: list}
}

func fields(list ...affinity.NodeSelectorRequirement) affinity.NodeSelectorTerm {
	return affinity.NodeSelectorTerm{MatchFields: list}
}

func requirement(
	key string, op affinity.NodeSelectorOperator, values ...string,
) affinity.NodeSelectorRequirement {
	return affinity.NodeSelectorRequirement{Key: key, Operator: op, Values: values}
}

func required(terms ...affinity.NodeSelectorTerm) func(*cluster.PodSpec) {
	return func(s *cluster.PodSpec) {
		s.Affinity = &affinity.Affinity{NodeAffinity: &affinity.NodeAffinity{
			RequiredDuringSchedulingIgnoredDuringExecution: &affinity.NodeSelector{
				NodeSelectorTerms: terms,
			},
		}}
	}
}

func selector(key, value string) func(*cluster.PodSpec) {
	return func(s *cluster.PodSpec) { s.NodeSelector = map[string]string{key: value} }
}

func TestVerdict(t *testing.T) {
	const (
		in, notIn            = affinity.NodeSelectorOpIn, affinity.NodeSelectorOpNotIn
		exists, doesNotExist = affinity.NodeSelectorOpExists, affinity.NodeSelectorOpDoesNotExist
		gt, lt               = affinity.NodeSelectorOpGt, affinity.NodeSelectorOpLt
	)
	zoneA := node("n", map[string]string{"zone": "a", "rank": "5", "word": "five"})
	inA := requirement("zone", in, "a")
	notInA := requirement("zone", notIn, "a")
	malformed := requirement("zone", exists, "a")
	tests := []struct {
		name   string
		edit   func(*cluster.PodSpec)
		node   *cluster.Node
		want   answer
		reason string
	}{
		{"nothing asked", nil, zoneA, wanted, "D-32"},
		{"its name", func(s *cluster.PodSpec) { s.NodeName = "n" }, zoneA, wanted, "D-33"},
		{"another name", func(s *cluster.PodSpec) { s.NodeName = "m" }, zoneA, none, "D-33"},
		{"label", selector("zone", "a"), zoneA, wanted, "D-34"},
		{"other value", selector("zone", "b"), zoneA, none, "D-34"},
		{"absent label", selector("disk", ""), zoneA, none, "D-34: absent is not empty"},
		{"selector and affinity", func(s *cluster.PodSpec) {
			required(expressions(inA))(s)
			selector("zone", "b")(s)
		}, zoneA, none, "D-34: both must hold"},
		{"one of two terms", required(expressions(notInA), expressions(inA)), zoneA, wanted, "D-34: terms are ORed"},
		{"both requirements", required(expressions(inA, notInA)), zoneA, none, "D-35: requirements are ANDed"},
		{"empty term", required(affinity.NodeSelectorTerm{}), zoneA, none, "D-35: an empty term matches nothing"},
		{"empty term beside another", required(affinity.NodeSelectorTerm{}, expressions(inA)), zoneA, wanted, "D-35"},
		{"no terms", required(), zoneA, none, "D-35: a block without terms matches nothing"},
		{"field", required(fields(requirement("metadata.name", in, "n"))), zoneA, wanted, "D-35"},
		{"other field", required(fields(requirement("metadata.name", in, "m"))), zoneA, none, "D-35"},
		{"not this field", required(fields(requirement("metadata.name", notIn, "m"))), zoneA, wanted, "D-35"},
		{"not in absent", required(expressions(requirement("disk", notIn, "x"))), zoneA, wanted, "D-36"},
		{"exists", required(expressions(requirement("zone", exists))), zoneA, wanted, "D-36"},
		{"exists absent", required(expressions(requirement("disk", exists))), zoneA, none, "D-36"},
		{"does not exist", required(expressions(requirement("disk", doesNotExist))), zoneA, wanted, "D-36"},
		{"greater", required(expressions(requirement("rank", gt, "4"))), zoneA, wanted, "D-36"},
		{"not greater", required(expressions(requirement("rank", gt, "5"))), zoneA, none, "D-36"},
		{"less", required(expressions(requirement("rank", lt, "6"))), zoneA, wanted, "D-36"},
		{"less, no number", required(expressions(requirement("word", lt, "6"))), zoneA, none, "D-36"},
		{"less, absent", required(expressions(requirement("disk", lt, "6"))), zoneA, none, "D-36"},
		{"malformed term", required(expressions(malformed)), zoneA, none, "D-37"},
		{"malformed beside another", required(expressions(malformed), expressions(inA)), zoneA, wanted, "D-37"},
	}
	for _, tt := range tests {
		t.Run(tt.reason+", "+tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, judge(template(tt.edit), tt.node)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tt.reason, diff)
			}
		})
	}
}

func TestVerdictOnTaints(t *testing.T) {
	const prefix = "node.kubernetes.io/"
	taint := func(key string, effect taints.Effect) taints.Taint {
		return taints.Taint{Key: key, Effect: effect}
	}
	const schedule, execute = taints.EffectNoSchedule, taints.EffectNoExecute
	host := func(s *cluster.PodSpec) { s.HostNetwork = true }
	tolerate := func(list ...taints.Toleration) func(*cluster.PodSpec) {
		return func(s *cluster.PodSpec) { s.Tolerations = list }
	}
	five := int64(5)
	tests := []struct {
		name   string
		edit   func(*cluster.PodSpec)
		taints []taints.Taint
		want   answer
		reason string
	}{
		{"none", nil, nil, wanted, "D-43"},
		{"NoSchedule", nil, []taints.Taint{noSchedule("k")}, kept, "D-43"},
		{"NoExecute", nil, []taints.Taint{noExecute("k")}, none, "D-43"},
		{"PreferNoSchedule", nil, []taints.Taint{taint("k", taints.EffectPreferNoSchedule)}, wanted, "D-39, D-43"},
		{"not-ready, NoExecute", nil, []taints.Taint{taint(prefix+"not-ready", execute)}, wanted, "D-43"},
		{"unreachable, NoExecute", nil, []taints.Taint{taint(prefix+"unreachable", execute)}, wanted, "D-43"},
		{"not-ready, NoSchedule", nil, []taints.Taint{taint(prefix+"not-ready", schedule)}, kept, "D-43, D-44"},
		{"unreachable, NoSchedule", nil, []taints.Taint{taint(prefix+"unreachable", schedule)}, kept, "D-43, D-44"},
		{"a dead node", nil, []taints.Taint{
			taint(prefix+"unreachable", schedule), taint(prefix+"unreachable", execute),
		}, kept, "D-44: it keeps the pod and gets no new one"},
		{"unschedulable", nil, []taints.Taint{taint(prefix+"unschedulable", schedule)}, wanted, "D-43"},
		{"disk-pressure", nil, []taints.Taint{taint(prefix+"disk-pressure", schedule)}, wanted, "D-43"},
		{"memory-pressure", nil, []taints.Taint{taint(prefix+"memory-pressure", schedule)}, wanted, "D-43"},
		{"pid-pressure", nil, []taints.Taint{taint(prefix+"pid-pressure", schedule)}, wanted, "D-43"},
		{"disk-pressure, NoExecute", nil, []taints.Taint{taint(prefix+"disk-pressure", execute)}, none, "D-43"},
		{"network-unavailable", nil, []taints.Taint{taint(prefix+"network-unavailable", schedule)}, kept, "D-43"},
		{"network-unavailable with hostNetwork", host,
			[]taints.Taint{taint(prefix+"network-unavailable", schedule)}, wanted, "D-43"},
		{"out-of-service", nil, []taints.Taint{taint(prefix+"out-of-service", execute)}, none, "D-43"},
		{"control-plane", nil,
			[]taints.Taint{taint("node-role.kubernetes.io/control-plane", schedule)}, kept, "D-43"},
		{"uninitialized", nil,
			[]taints.Taint{taint("node.cloudprovider.kubernetes.io/uninitialized", schedule)}, kept, "D-43"},
		{"NoSchedule and NoExecute", nil, []taints.Taint{noSchedule("k"), noExecute("k")}, none, "D-38"},
		{"tolerated for five seconds", tolerate(taints.Toleration{
			Key: "k", Operator: taints.OperatorExists, Effect: execute, TolerationSeconds: &five,
		}), []taints.Taint{noExecute("k")}, wanted, "D-40: the seconds play no part"},
		{"equal value", tolerate(taints.Toleration{Key: "k", Value: "v"}),
			[]taints.Taint{noSchedule("k"), noExecute("k")}, wanted, "D-40: no effect means all"},
		{"other value", tolerate(taints.Toleration{Key: "k", Value: "w"}),
			[]taints.Taint{noSchedule("k")}, kept, "D-40"},
		{"everything", tolerate(taints.Toleration{Operator: taints.OperatorExists}),
			[]taints.Taint{noSchedule("k"), noExecute("l")}, wanted, "D-40: no key means all"},
	}
	for _, tt := range tests {
		t.Run(tt.reason+", "+tt.name, func(t *testing.T) {
			got := judge(template(tt.edit), node("n", nil, tt.taints...))
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tt.reason, diff)
			}
		})
	}
}

// TestVerdictLooksAtNothingElse covers D-41 and D-45.
func TestVerdictLooksAtNothingElse(t *testing.T) {
	n := node("n", nil)
	n.Spec.Unschedulable = true
	n.Status.Conditions = []cluster.NodeCondition{{Type: "Ready", Status: "False"}}
	n.Status.Allocatable = cluster.ResourceList{}
	require.Equal(t, wanted, judge(template(nil), n))
}

func TestExplain(t *testing.T) {
	tests := []struct {
		name   string
		edit   func(*cluster.PodSpec)
		node   *cluster.Node
		want   []string
		reason string
	}{
		{"nothing to check", nil, node("n", nil), nil, "no checks, no reasons"},
		{"name", func(s *cluster.PodSpec) { s.NodeName = "m" }, node("n", nil),
			[]string{`no metadata.name is "n", want "m"`}, "D-33"},
		{
			"every check, in order",
			func(s *cluster.PodSpec) {
				required(
					affinity.NodeSelectorTerm{},
					expressions(requirement("zone", affinity.NodeSelectorOpIn, "a", "b")),
				)(s)
				s.NodeName = "n"
				s.NodeSelector = map[string]string{"os": "linux", "disk": "ssd"}
			},
			node("n", map[string]string{"zone": "c", "os": "linux"}),
			[]string{
				`ok metadata.name is "n"`,
				`no label disk is missing, want "ssd"`,
				`ok label os is "linux"`,
				"no node affinity: term 0: no requirements, selects no node; " +
					"term 1: zone In [a b], but the node has zone=c",
			},
			"D-32: name, affinity by key, then terms",
		},
		{"no terms", required(), node("n", nil),
			[]string{"no node affinity: no terms, so no node matches"}, "D-35"},
		{
			"taints", nil,
			node("n", nil, noSchedule("k"), noExecute("l"),
				taints.Taint{Key: "p", Effect: taints.EffectPreferNoSchedule},
				taints.Taint{Key: taints.KeyNotReady, Effect: taints.EffectNoExecute}),
			[]string{
				"no taint k=v:NoSchedule is not tolerated",
				"no taint l=v:NoExecute is not tolerated",
				"ok taint p:PreferNoSchedule only asks to be avoided",
				"ok taint node.kubernetes.io/not-ready:NoExecute is tolerated automatically",
			},
			"D-38, D-39",
		},
		{"taints of a node that does not match", selector("a", "b"), node("n", nil, noSchedule("k")),
			[]string{`no label a is missing, want "b"`, "no taint k=v:NoSchedule is not tolerated"},
			"D-32: the first that fails decides"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			d := daemonset.NewPlacement(template(tt.edit)).Explain(tt.node)
			require.Equal(t, "n", d.Node)
			for _, r := range d.Reasons {
				verdict := "no "
				if r.Passed {
					verdict = "ok "
				}
				got = append(got, verdict+r.String())
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tt.reason, diff)
			}
		})
	}
}

// TestVerdictEqualsExplain holds the fast answer against the one with reasons, for any template and
// any node.
func TestVerdictEqualsExplain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := daemonset.NewPlacement(drawTemplate(t))
		n := node(rapid.SampledFrom([]string{"n", "m"}).Draw(t, "node"), drawLabels(t, "labels"),
			rapid.SliceOfN(rapid.Custom(drawTaint), 0, 3).Draw(t, "taints")...)
		run, goOn := p.Verdict(n)
		d := p.Explain(n)
		require.Equal(t, answer{run, goOn}, answer{d.ShouldRun, d.ShouldContinueRunning}, "%v", d.Reasons)
		require.True(t, goOn || !run, "a pod that should run may go on")
		passed := true
		for _, r := range d.Reasons {
			passed = passed && r.Passed
			require.NotEmpty(t, r.String())
		}
		require.Equal(t, run, passed, "all checks pass exactly when a pod should run")
	})
}

func drawLabels(t *rapid.T, label string) map[string]string {
	return rapid.MapOfN(rapid.SampledFrom([]string{"a", "b"}), rapid.SampledFrom([]string{"", "1", "2", "x"}),
		0, 2).Draw(t, label)
}

func drawTaint(t *rapid.T) taints.Taint {
	return taints.Taint{
		Key:   rapid.SampledFrom([]string{"k", "l", taints.KeyNotReady, taints.KeyNetworkUnavailable}).Draw(t, "key"),
		Value: rapid.SampledFrom([]string{"", "v"}).Draw(t, "value"),
		Effect: rapid.SampledFrom([]taints.Effect{
			taints.EffectNoSchedule, taints.EffectNoExecute, taints.EffectPreferNoSchedule,
		}).Draw(t, "effect"),
	}
}

func drawToleration(t *rapid.T) taints.Toleration {
	return taints.Toleration{
		Key:      rapid.SampledFrom([]string{"", "k", taints.KeyNotReady}).Draw(t, "key"),
		Operator: rapid.SampledFrom([]taints.Operator{"", "Equal", "Exists", "Lt"}).Draw(t, "operator"),
		Value:    rapid.SampledFrom([]string{"", "v"}).Draw(t, "value"),
		Effect:   rapid.SampledFrom([]taints.Effect{"", "NoSchedule", "NoExecute"}).Draw(t, "effect"),
	}
}

func drawRequirement(t *rapid.T) affinity.NodeSelectorRequirement {
	return affinity.NodeSelectorRequirement{
		Key: rapid.SampledFrom([]string{"a", "b", "metadata.name"}).Draw(t, "key"),
		Operator: rapid.SampledFrom([]affinity.NodeSelectorOperator{
			"In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt", "Near",
		}).Draw(t, "operator"),
		Values: rapid.SliceOfN(rapid.SampledFrom([]string{"1", "2", "x", "n"}), 0, 2).Draw(t, "values"),
	}
}

func drawTemplate(t *rapid.T) *cluster.PodTemplateSpec {
	pt := template(nil)
	s := &pt.Spec
	s.NodeName = rapid.SampledFrom([]string{"", "", "n"}).Draw(t, "nodeName")
	s.NodeSelector = drawLabels(t, "nodeSelector")
	s.HostNetwork = rapid.Bool().Draw(t, "hostNetwork")
	s.Tolerations = rapid.SliceOfN(rapid.Custom(drawToleration), 0, 2).Draw(t, "tolerations")
	if rapid.Bool().Draw(t, "affinity") {
		var terms []affinity.NodeSelectorTerm
		for i := range rapid.IntRange(0, 2).Draw(t, "terms") {
			terms = append(terms, affinity.NodeSelectorTerm{
				MatchExpressions: rapid.SliceOfN(rapid.Custom(drawRequirement), 0, 2).Draw(t, fmt.Sprint("expressions", i)),
				MatchFields:      rapid.SliceOfN(rapid.Custom(drawRequirement), 0, 1).Draw(t, fmt.Sprint("fields", i)),
			})
		}
		required(terms...)(s)
	}
	return pt
}
