package daemonset_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/taints"
)

// flipTexts are the flips of one question, each with its side.
func flipTexts(t *cluster.PodTemplateSpec, n *cluster.Node, q daemonset.Question) []string {
	var list []string
	for _, f := range daemonset.Flips(t, n) {
		if f.Question == q {
			list = append(list, strings.ToLower(string(f.Side))+": "+f.String())
		}
	}
	return list
}

func TestFlipsToYes(t *testing.T) {
	const (
		in, notIn            = affinity.NodeSelectorOpIn, affinity.NodeSelectorOpNotIn
		exists, doesNotExist = affinity.NodeSelectorOpExists, affinity.NodeSelectorOpDoesNotExist
		gt, lt               = affinity.NodeSelectorOpGt, affinity.NodeSelectorOpLt
	)
	zoneC := node("n", map[string]string{"zone": "c", "rank": "5"})
	tests := []struct {
		name string
		edit func(*cluster.PodSpec)
		node *cluster.Node
		want []string
	}{
		{"D-33", func(s *cluster.PodSpec) { s.NodeName = "m" }, node("n", nil, noSchedule("k")),
			[]string{"daemonset: remove nodeName m, and add toleration k=v:NoSchedule"}},
		{"D-34 selector, label absent", selector("disk", "ssd"), zoneC,
			[]string{"node: set label disk=ssd", "daemonset: remove disk=ssd from nodeSelector"}},
		{"D-34 selector, another value", selector("zone", "a"), zoneC,
			[]string{"node: set label zone=a", "daemonset: remove zone=a from nodeSelector"}},
		{"D-34 selector and affinity", func(s *cluster.PodSpec) {
			required(expressions(requirement("zone", in, "a")), expressions(requirement("gpu", exists)))(s)
			selector("disk", "ssd")(s)
		}, zoneC, []string{
			"node: set label disk=ssd, and set label zone=a",
			"node: set label disk=ssd, and set label gpu=true",
			"daemonset: remove disk=ssd from nodeSelector, and " +
				"change zone In [a] to zone In [a c] in term 0 of node affinity",
		}},
		{"D-35 no terms", required(), zoneC, []string{"daemonset: remove the required node affinity"}},
		{"D-35 an empty term", required(affinity.NodeSelectorTerm{}), zoneC,
			[]string{"daemonset: remove the required node affinity"}},
		{"D-35 a name that it has not", required(fields(requirement("metadata.name", in, "m"))), zoneC,
			[]string{"daemonset: remove the required node affinity"}},
		{"D-36 In", required(expressions(requirement("zone", in, "a", "b"))), zoneC, []string{
			"node: set label zone=a",
			"daemonset: change zone In [a b] to zone In [a b c] in term 0 of node affinity",
		}},
		{"D-36 NotIn", required(expressions(requirement("zone", notIn, "b", "c"))), zoneC, []string{
			"node: remove label zone",
			"daemonset: change zone NotIn [b c] to zone NotIn [b] in term 0 of node affinity",
		}},
		{"D-36 Exists", required(expressions(requirement("gpu", exists))), zoneC, []string{
			"node: set label gpu=true", "daemonset: remove the required node affinity",
		}},
		{"D-36 Exists beside another", required(
			expressions(requirement("gpu", exists), requirement("zone", in, "c"))), zoneC, []string{
			"node: set label gpu=true", "daemonset: remove gpu Exists from term 0 of node affinity",
		}},
		{"D-36 DoesNotExist", required(expressions(requirement("zone", doesNotExist))), zoneC,
			[]string{"node: remove label zone", "daemonset: remove the required node affinity"}},
		{"D-36 Gt", required(expressions(requirement("rank", gt, "7"))), zoneC,
			[]string{"node: set label rank=8", "daemonset: remove the required node affinity"}},
		{"D-36 between, and not the first", required(expressions(requirement("rank", gt, "7"),
			requirement("rank", lt, "11"), requirement("rank", notIn, "8"))), zoneC,
			[]string{"node: set label rank=9", "daemonset: remove rank Gt [7] from term 0 of node affinity"}},
		{"D-36 no integer is left", required(expressions(requirement("rank", gt, "7"),
			requirement("rank", lt, "8"))), zoneC,
			[]string{"daemonset: remove rank Gt [7] from term 0 of node affinity"}},
		{"D-36 no label is negative", required(expressions(requirement("rank", lt, "0"))), zoneC,
			[]string{"daemonset: remove the required node affinity"}},
		{"D-36 a contradiction", required(expressions(requirement("zone", in, "a"),
			requirement("zone", notIn, "a"))), zoneC,
			[]string{"daemonset: change zone In [a] to zone In [a c] in term 0 of node affinity"}},
		{"D-37 malformed beside another", required(
			expressions(requirement("zone", exists, "a")), expressions(requirement("zone", in, "a"))), zoneC,
			[]string{
				"node: set label zone=a",
				"daemonset: change zone In [a] to zone In [a c] in term 1 of node affinity",
			}},
		{"D-38", nil, node("n", nil, noSchedule("k"), noExecute("l")), []string{
			"node: remove taint k=v:NoSchedule, and remove taint l=v:NoExecute",
			"daemonset: add toleration k=v:NoSchedule, and add toleration l=v:NoExecute",
		}},
		{"D-38 two effects of a key", nil, node("n", nil, noSchedule("k"), noExecute("k")), []string{
			"node: remove taint k=v:NoSchedule, and remove taint k=v:NoExecute",
			"daemonset: add toleration k=v",
		}},
		{"D-39 what only asks is left alone", nil,
			node("n", nil, noSchedule("k"), taints.Taint{Key: "p", Effect: taints.EffectPreferNoSchedule}),
			[]string{"node: remove taint k=v:NoSchedule", "daemonset: add toleration k=v:NoSchedule"}},
		{"D-46 what is tolerated is left alone", selector("zone", "c"), node("n", nil,
			taints.Taint{Key: taints.KeyDiskPressure, Effect: taints.EffectNoSchedule}),
			[]string{"node: set label zone=c", "daemonset: remove zone=c from nodeSelector"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := flipTexts(template(tt.edit), tt.node, daemonset.QuestionShouldRun)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestFlipsToNo(t *testing.T) {
	const in, notIn = affinity.NodeSelectorOpIn, affinity.NodeSelectorOpNotIn
	taint := func(effect string) string {
		return "node: add a taint that is not tolerated, such as example.com/keep-away:" + effect
	}
	const exclude = "daemonset: require metadata.name NotIn [n] by node affinity"
	tolerate := func(list ...taints.Toleration) func(*cluster.PodSpec) {
		return func(s *cluster.PodSpec) { s.Tolerations = list }
	}
	tests := []struct {
		name string
		edit func(*cluster.PodSpec)
		node *cluster.Node
		want []string
	}{
		{"nothing asked", nil, node("n", nil), []string{taint("NoSchedule"), exclude}},
		{"selector", selector("zone", "a"), node("n", map[string]string{"zone": "a", "x": "y"}),
			[]string{"node: remove label zone", taint("NoSchedule"), exclude}},
		{"either term will do", required(
			expressions(requirement("zone", in, "a")), expressions(requirement("rank", notIn, "1"))),
			node("n", map[string]string{"zone": "a"}),
			[]string{taint("NoSchedule"), "node: set label rank=1, and remove label zone", exclude}},
		{"one toleration of two", tolerate(
			taints.Toleration{Key: "k", Operator: taints.OperatorExists},
			taints.Toleration{Key: "l", Operator: taints.OperatorExists, Effect: taints.EffectNoSchedule}),
			node("n", nil, noSchedule("k"), noSchedule("l")), []string{
				taint("NoSchedule"), exclude,
				"daemonset: remove toleration k op=Exists", "daemonset: remove toleration l:NoSchedule op=Exists",
			}},
		{"a taint tolerated twice", tolerate(
			taints.Toleration{Key: "k", Operator: taints.OperatorExists},
			taints.Toleration{Key: "k", Value: "v"}), node("n", nil, noSchedule("k")), []string{
			taint("NoSchedule"), exclude,
			"daemonset: remove toleration k op=Exists, and remove toleration k=v",
		}},
		{"D-46 automatic ones stay", tolerate(
			taints.Toleration{Key: taints.KeyNotReady, Operator: taints.OperatorExists}),
			node("n", nil, taints.Taint{Key: taints.KeyNotReady, Effect: taints.EffectNoExecute}),
			[]string{taint("NoSchedule"), exclude}},
		{"every NoSchedule is tolerated", tolerate(
			taints.Toleration{Operator: taints.OperatorExists, Effect: taints.EffectNoSchedule}),
			node("n", nil), []string{taint("NoExecute"), exclude}},
		{"everything is tolerated", tolerate(taints.Toleration{Operator: taints.OperatorExists}),
			node("n", nil), []string{exclude}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := flipTexts(template(tt.edit), tt.node, daemonset.QuestionShouldRun)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestFlipsHold tries every flip out: it turns the answer, no part of it does, the answers it promises
// are those that come, and what was handed in stays as it is.
func TestFlipsHold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pt, n := drawTemplate(t), drawNode(t)
		ptBefore, nBefore := pt.Clone(), n.Clone()
		before := daemonset.NewPlacement(pt).Explain(n)
		for _, f := range daemonset.Flips(pt, n) {
			run, goOn := daemonset.NewPlacement(first(f.Apply(pt, n))).Verdict(second(f.Apply(pt, n)))
			require.Equal(t, answer{run, goOn}, answer{f.ShouldRun, f.ShouldContinueRunning}, "%v", f)
			require.NotEmpty(t, f.Edits)
			require.LessOrEqual(t, len(f.Edits), 12)
			for part := range 1 << len(f.Edits) {
				some := f
				some.Edits = nil
				for i, e := range f.Edits {
					if part&(1<<i) != 0 {
						some.Edits = append(some.Edits, e)
					}
				}
				after := daemonset.Decision{}
				after.ShouldRun, after.ShouldContinueRunning = daemonset.NewPlacement(
					first(some.Apply(pt, n))).Verdict(second(some.Apply(pt, n)))
				turned := after.Answer(f.Question) != before.Answer(f.Question)
				require.Equal(t, len(some.Edits) == len(f.Edits), turned, "%s: %v of %v", f.Question, some, f)
			}
			for _, e := range f.Edits {
				require.NotEmpty(t, e.String())
			}
		}
		require.Empty(t, cmp.Diff(ptBefore, *pt))
		require.Empty(t, cmp.Diff(nBefore, cluster.Object(n), cmp.AllowUnexported(cluster.Node{})))
	})
}

// TestFlipsAreThere makes sure that a way is found when there is one. The labels that could let a node in
// are few enough here to try them all.
func TestFlipsAreThere(t *testing.T) {
	all := labelSets("a", "b", "metadata.name")
	rapid.Check(t, func(t *rapid.T) {
		pt, n := drawTemplate(t), drawNode(t)
		d := daemonset.NewPlacement(pt).Explain(n)
		for _, q := range daemonset.Questions() {
			var onNode, onSet bool
			for _, f := range daemonset.Flips(pt, n) {
				onNode = onNode || f.Question == q && f.Side == daemonset.SideNode
				onSet = onSet || f.Question == q && f.Side == daemonset.SideDaemonSet
			}
			require.True(t, onSet, "%s: a DaemonSet can always be changed", q)
			if d.Answer(q) {
				continue
			}
			p := daemonset.NewPlacement(pt)
			possible := slices.ContainsFunc(all, func(labels map[string]string) bool {
				run, _ := p.Verdict(node(n.Name, labels))
				return run
			})
			require.Equal(t, possible, onNode, "%s: %v", q, d.Reasons)
		}
	})
}

// labelSets returns all labels of the keys with one of some values each, or without a value.
func labelSets(keys ...string) []map[string]string {
	sets := []map[string]string{{}}
	for _, key := range keys {
		for _, labels := range slices.Clone(sets) {
			for _, value := range []string{"", "0", "1", "2", "3", "x", "n", "true", "other-1"} {
				next := maps.Clone(labels)
				next[key] = value
				sets = append(sets, next)
			}
		}
	}
	return sets
}

func drawNode(t *rapid.T) *cluster.Node {
	n := node(rapid.SampledFrom([]string{"n", "m"}).Draw(t, "node"), drawLabels(t, "labels"))
	for _, taint := range rapid.SliceOfN(rapid.Custom(drawTaint), 0, 3).Draw(t, "taints") {
		if !slices.ContainsFunc(n.Spec.Taints, taint.Same) {
			n.Spec.Taints = append(n.Spec.Taints, taint)
		}
	}
	return n
}

func first[A, B any](a A, _ B) A  { return a }
func second[A, B any](_ A, b B) B { return b }

// TestFlipsOfNothing asks about templates and nodes that are not there.
func TestFlipsOfNothing(t *testing.T) {
	require.Empty(t, daemonset.Flips(nil, nil))
	require.Empty(t, daemonset.Flips(template(nil), nil))
	require.Len(t, daemonset.Flips(nil, node("n", nil)), 4)
	require.NotPanics(t, func() { daemonset.Flips(template(nil), &cluster.Node{}) })
}

func TestExplanation(t *testing.T) {
	set := agent()
	set.Spec.Template.Spec.NodeSelector = map[string]string{"disk": "ssd"}
	e := daemonset.Explain(set, node("n", map[string]string{"disk": "ssd"}, noSchedule("k")))
	want := `shouldRun: no, by taint k=v:NoSchedule
shouldContinueRunning: yes
  yes  label disk is "ssd"
  no   taint k=v:NoSchedule is not tolerated
a pod would run here after one of these changes:
  node       remove taint k=v:NoSchedule
  daemonset  add toleration k=v:NoSchedule
no pod would start or go on here after one of these changes:
  node       remove label disk
  node       add a taint that is not tolerated, such as example.com/keep-away:NoExecute
  daemonset  require metadata.name NotIn [n] by node affinity
`
	require.Equal(t, want, e.String())
	nodes := []*cluster.Node{node("b", nil), node("a", nil)}
	list := daemonset.ExplainAll(set, slices.Values(nodes))
	require.Equal(t, "b a", fmt.Sprint(list[0].Node, " ", list[1].Node))
	for i, e := range list {
		require.Equal(t, daemonset.Explain(set, nodes[i]), e)
	}
}
