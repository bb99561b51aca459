package scheduler_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/scheduler"
	"github.com/daemonsim/daemonsim/taints"
)

// codes asks the default profile about a pod and says of each node which plugin rejected it, and how: "U"
// for what removing pods may resolve and "UAU" for what it may not.
func codes(pod *cluster.Pod, objects ...cluster.Object) map[string]string {
	got := make(map[string]string)
	for _, r := range scheduler.DefaultProfile().Evaluate(pod, scheduler.NewSnapshot(objects...)).Nodes {
		switch r.Status.Code {
		case scheduler.Success:
			got[r.Node] = "fits"
		case scheduler.Unschedulable:
			got[r.Node] = "U " + r.Status.Reasons[0]
		default:
			got[r.Node] = "UAU " + r.Status.Reasons[0]
		}
	}
	return got
}

const (
	notNear   = "UAU node(s) didn't match pod affinity rules"
	tooNear   = "U node(s) didn't match pod anti-affinity rules"
	unwelcome = "U node(s) didn't satisfy existing pods anti-affinity rules"
	skewed    = "U node(s) didn't match pod topology spread constraints"
	noDomain  = "UAU node(s) didn't match pod topology spread constraints (missing required label)"
)

func app(name string) *affinity.LabelSelector {
	return &affinity.LabelSelector{MatchLabels: map[string]string{"app": name}}
}

func term(key string, selector *affinity.LabelSelector, changes ...func(*affinity.PodAffinityTerm)) affinity.PodAffinityTerm {
	t := affinity.PodAffinityTerm{TopologyKey: key, LabelSelector: selector}
	for _, change := range changes {
		change(&t)
	}
	return t
}

func in(namespaces ...string) func(*affinity.PodAffinityTerm) {
	return func(t *affinity.PodAffinityTerm) { t.Namespaces = namespaces }
}

func inSpaces(selector affinity.LabelSelector) func(*affinity.PodAffinityTerm) {
	return func(t *affinity.PodAffinityTerm) { t.NamespaceSelector = &selector }
}

func near(terms ...affinity.PodAffinityTerm) podChange {
	return func(s *cluster.PodSpec) {
		if s.Affinity == nil {
			s.Affinity = &affinity.Affinity{}
		}
		s.Affinity.PodAffinity = &affinity.PodAffinity{RequiredDuringSchedulingIgnoredDuringExecution: terms}
	}
}

func away(terms ...affinity.PodAffinityTerm) podChange {
	return func(s *cluster.PodSpec) {
		if s.Affinity == nil {
			s.Affinity = &affinity.Affinity{}
		}
		s.Affinity.PodAntiAffinity = &affinity.PodAntiAffinity{RequiredDuringSchedulingIgnoredDuringExecution: terms}
	}
}

func spaced(namespace string, p *cluster.Pod) *cluster.Pod {
	p.Namespace = namespace
	return p
}

func namespace(name string, labels map[string]string) *cluster.Namespace {
	return &cluster.Namespace{ObjectMeta: cluster.ObjectMeta{Name: name, Labels: labels}}
}

// twoZones are a node in each of two zones and one that is in none.
func twoZones(others ...cluster.Object) []cluster.Object {
	return append([]cluster.Object{
		newNode("a", labelled("zone", "a")), newNode("b", labelled("zone", "b")), newNode("none"),
	}, others...)
}

// TestInterPodAffinity is about one pod of app x on node a, in namespace one.
func TestInterPodAffinity(t *testing.T) {
	there := on("a", spaced("one", withLabels(newPod("there"), "app", "x", "tier", "1")))
	spaces := []cluster.Object{
		namespace("one", map[string]string{"team": "red"}), namespace("two", map[string]string{"team": "blue"}),
	}
	base := twoZones(append(spaces, there)...)
	nearA := map[string]string{"a": "fits", "b": notNear, "none": notNear}
	nowhere := map[string]string{"a": notNear, "b": notNear, "none": notNear}
	awayA := map[string]string{"a": tooNear, "b": "fits", "none": "fits"}
	anywhere := map[string]string{"a": "fits", "b": "fits", "none": "fits"}
	for _, row := range []struct {
		rule, name string
		pod        *cluster.Pod
		more       []cluster.Object
		want       map[string]string
	}{
		{"S-71", "no namespaces are the pod's own", spaced("one", newPod("p", near(term("zone", app("x"))))), nil, nearA},
		{"S-71", "another namespace does not qualify", spaced("two", newPod("p", near(term("zone", app("x"))))), nil, nowhere},
		{"S-71", "a list of namespaces", spaced("two", newPod("p", near(term("zone", app("x"), in("one"))))), nil, nearA},
		{"S-71", "an empty selector is all namespaces",
			spaced("two", newPod("p", near(term("zone", app("x"), inSpaces(affinity.LabelSelector{}))))), nil, nearA},
		{"S-71", "a selector of namespaces", spaced("two", newPod("p", near(term("zone", app("x"),
			inSpaces(affinity.LabelSelector{MatchLabels: map[string]string{"team": "red"}}))))), nil, nearA},
		{"S-71", "a selector of other namespaces", spaced("two", newPod("p", near(term("zone", app("x"),
			inSpaces(affinity.LabelSelector{MatchLabels: map[string]string{"team": "blue"}}))))), nil, nowhere},
		{"S-72", "no label selector matches nothing", spaced("one", newPod("p", near(term("zone", nil)))), nil, nowhere},
		{"S-73", "a pod must match all terms to count",
			spaced("one", newPod("p", near(term("zone", app("x")), term("zone", app("y"))))), nil, nowhere},
		{"S-73", "a node must have all the keys",
			spaced("one", newPod("p", near(term("zone", app("x")), term("rack", app("x"))))), nil, nowhere},
		{"S-74", "the first of its kind may go anywhere with the key",
			spaced("two", withLabels(newPod("p", near(term("zone", app("x")))), "app", "x")), nil,
			map[string]string{"a": "fits", "b": "fits", "none": notNear}},
		{"S-74", "but not when there is one already",
			spaced("one", withLabels(newPod("p", near(term("zone", app("x")))), "app", "x")), nil, nearA},
		{"S-75", "a node without the key passes", spaced("one", newPod("p", away(term("zone", app("x"))))), nil, awayA},
		{"S-75", "each term for itself",
			spaced("one", newPod("p", away(term("zone", app("y")), term("zone", app("x"))))), nil, awayA},
		{"S-76", "whom an existing pod does not want near",
			spaced("one", withLabels(newPod("p"), "app", "y")),
			[]cluster.Object{on("b", spaced("one", newPod("shy", away(term("zone", app("y"))))))},
			map[string]string{"a": "fits", "b": unwelcome, "none": "fits"}},
		{"S-77", "the first failure is the only reason",
			spaced("one", withLabels(newPod("p", near(term("zone", app("x"))), away(term("zone", app("x")))), "app", "y")),
			[]cluster.Object{on("a", spaced("one", newPod("shy", away(term("zone", app("y"))))))},
			map[string]string{"a": tooNear, "b": notNear, "none": notNear}},
		{"S-78", "terms that are only wishes do not filter",
			spaced("one", withLabels(newPod("p", wishing(5, term("zone", app("x")))), "app", "x")), nil, anywhere},
	} {
		t.Run(row.rule+" "+row.name, func(t *testing.T) {
			require.Empty(t, cmp.Diff(row.want, codes(row.pod, append(base, row.more...)...)), "(-want +got)")
		})
	}
}

// wishing prefers to be near, or away from for a negative weight.
func wishing(weight int32, t affinity.PodAffinityTerm) podChange {
	return func(s *cluster.PodSpec) {
		s.Affinity = &affinity.Affinity{}
		if weight > 0 {
			s.Affinity.PodAffinity = &affinity.PodAffinity{
				PreferredDuringSchedulingIgnoredDuringExecution: []affinity.WeightedPodAffinityTerm{{Weight: weight, PodAffinityTerm: t}},
			}
			return
		}
		s.Affinity.PodAntiAffinity = &affinity.PodAntiAffinity{
			PreferredDuringSchedulingIgnoredDuringExecution: []affinity.WeightedPodAffinityTerm{{Weight: -weight, PodAffinityTerm: t}},
		}
	}
}

// TestInterPodAffinityScores is S-92 and S-93 about a pod of app x.
func TestInterPodAffinityScores(t *testing.T) {
	x := func(changes ...podChange) *cluster.Pod { return withLabels(newPod("p", changes...), "app", "x") }
	y := func(changes ...podChange) *cluster.Pod { return withLabels(newPod("y", changes...), "app", "y") }
	for _, row := range []struct {
		rule, name string
		pod        *cluster.Pod
		there      []cluster.Object
		want       map[string]string
	}{
		{"S-92", "what the pod wishes", x(wishing(10, term("zone", app("y")))), []cluster.Object{on("a", y())},
			map[string]string{"a": "10/200", "b": "0/0", "none": "0/0"}},
		{"S-92", "what the pod wishes to be away from", x(wishing(-10, term("zone", app("y")))), []cluster.Object{on("a", y())},
			map[string]string{"a": "-10/0", "b": "0/200", "none": "0/200"}},
		{"S-92", "what a pod that is there demands", x(), []cluster.Object{on("a", y(near(term("zone", app("x")))))},
			map[string]string{"a": "1/200", "b": "0/0", "none": "0/0"}},
		{"S-92", "what a pod that is there wishes", x(), []cluster.Object{on("a", y(wishing(7, term("zone", app("x"))))),
			on("b", y(wishing(-3, term("zone", app("x")))))},
			map[string]string{"a": "7/200", "b": "-3/0", "none": "0/60"}},
		{"S-93", "everything adds up", x(wishing(5, term("zone", app("y")))), []cluster.Object{
			on("a", y()), on("a", y()), on("b", y(wishing(5, term("zone", app("x"))))),
		}, map[string]string{"a": "10/200", "b": "10/200", "none": "0/0"}},
		{"S-93", "all equal is nothing", x(wishing(5, term("pool", app("y")))), []cluster.Object{on("a", y())},
			map[string]string{"a": "-", "b": "-", "none": "-"}},
	} {
		t.Run(row.rule+" "+row.name, func(t *testing.T) {
			got := scores(scheduler.DefaultProfile(), "InterPodAffinity", row.pod, twoZones(row.there...)...)
			require.Empty(t, cmp.Diff(row.want, got), "(-want +got)")
		})
	}
}

// rule edits the only constraint of a pod.
func rule(edit func(*cluster.TopologySpreadConstraint)) podChange {
	return func(s *cluster.PodSpec) { edit(&s.TopologySpreadConstraints[0]) }
}

// TestPodTopologySpread is about zones with three, one and no pods of app a: the worked table first.
func TestPodTopologySpread(t *testing.T) {
	ignore, honor := cluster.NodeInclusionPolicyIgnore, cluster.NodeInclusionPolicyHonor
	p := func(changes ...podChange) *cluster.Pod {
		return withLabels(newPod("p", append([]podChange{spreading(1, "zone", hard)}, changes...)...), "app", "a", "v", "1")
	}
	full := objects(twoZones(), several(3, "a"), several(1, "b"))
	three := int32(3)
	terminating := on("b", withLabels(newPod("going"), "app", "a"))
	terminating.DeletionTimestamp = &terminating.CreationTimestamp
	for _, row := range []struct {
		rule, name string
		pod        *cluster.Pod
		objects    []cluster.Object
		want       map[string]string
	}{
		{"S-82", "the fuller domain is too far ahead", p(), full,
			map[string]string{"a": skewed, "b": "fits", "none": noDomain}},
		{"S-82", "too few domains count as empty ones",
			p(rule(func(c *cluster.TopologySpreadConstraint) { c.MinDomains = &three })), full,
			map[string]string{"a": skewed, "b": skewed, "none": noDomain}},
		{"S-82", "a pod that the selector does not match is not counted itself",
			withLabels(newPod("p", spreading(2, "zone", hard)), "app", "b"), full,
			map[string]string{"a": "fits", "b": "fits", "none": noDomain}},
		{"S-79", "a wish does not filter", withLabels(newPod("p", spreading(1, "zone", soft)), "app", "a"), full,
			map[string]string{"a": "fits", "b": "fits", "none": "fits"}},
		{"S-80", "nodes that the affinity rules out do not count", p(selecting(map[string]string{"zone": "a"})), full,
			map[string]string{"a": "fits", "b": "UAU node(s) didn't match Pod's node affinity/selector",
				"none": "UAU node(s) didn't match Pod's node affinity/selector"}},
		{"S-80", "unless it is ignored", p(selecting(map[string]string{"zone": "a"}),
			rule(func(c *cluster.TopologySpreadConstraint) { c.NodeAffinityPolicy = &ignore })), full,
			map[string]string{"a": skewed, "b": "UAU node(s) didn't match Pod's node affinity/selector",
				"none": "UAU node(s) didn't match Pod's node affinity/selector"}},
		{"S-80", "tainted nodes count", p(), objects([]cluster.Object{
			newNode("a", labelled("zone", "a")), newNode("b", labelled("zone", "b"), tainted("k", taints.EffectNoSchedule)),
		}, several(1, "a")), map[string]string{"a": skewed, "b": "UAU node(s) had untolerated taint(s)"}},
		{"S-80", "unless taints are honoured",
			p(rule(func(c *cluster.TopologySpreadConstraint) { c.NodeTaintsPolicy = &honor })), objects([]cluster.Object{
				newNode("a", labelled("zone", "a")), newNode("b", labelled("zone", "b"), tainted("k", taints.EffectNoSchedule)),
			}, several(1, "a")), map[string]string{"a": "fits", "b": "UAU node(s) had untolerated taint(s)"}},
		{"S-81", "terminating pods and those of other namespaces do not count", p(), objects([]cluster.Object{
			newNode("a", labelled("zone", "a")), newNode("b", labelled("zone", "b")),
			terminating, on("b", spaced("other", withLabels(newPod("o"), "app", "a"))),
		}), map[string]string{"a": "fits", "b": "fits"}},
		{"S-81", "an empty selector counts nothing",
			p(rule(func(c *cluster.TopologySpreadConstraint) { c.LabelSelector = &affinity.LabelSelector{} })), full,
			map[string]string{"a": "fits", "b": "fits", "none": noDomain}},
	} {
		t.Run(row.rule+" "+row.name, func(t *testing.T) {
			require.Empty(t, cmp.Diff(row.want, codes(row.pod, row.objects...)), "(-want +got)")
		})
	}
}
