package scheduler_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/quantity"
	"github.com/daemonsim/daemonsim/scheduler"
	"github.com/daemonsim/daemonsim/taints"
)

// amounts reads "cpu", "1", "memory", "2Gi" as a resource list.
func amounts(pairs ...string) cluster.ResourceList {
	list := cluster.ResourceList{}
	for i := 0; i < len(pairs); i += 2 {
		list[cluster.ResourceName(pairs[i])] = quantity.MustParse(pairs[i+1])
	}
	return list
}

// a podChange makes a plain pod template one that a row needs.
type podChange func(*cluster.PodSpec)

// requesting makes the container ask for amounts. Those of extended resources are its limits as well,
// as the API server demands.
func requesting(pairs ...string) podChange {
	return func(s *cluster.PodSpec) {
		r := &s.Containers[0].Resources
		r.Requests, r.Limits = amounts(pairs...), cluster.ResourceList{}
		for name, amount := range r.Requests {
			if strings.Contains(string(name), "/") {
				r.Limits[name] = amount
			}
		}
	}
}

func tolerating(t ...taints.Toleration) podChange {
	return func(s *cluster.PodSpec) { s.Tolerations = t }
}

func takingPort(ip string, protocol cluster.Protocol, port int32) podChange {
	return func(s *cluster.PodSpec) {
		s.Containers[0].Ports = append(s.Containers[0].Ports, cluster.ContainerPort{
			HostIP: ip, Protocol: protocol, HostPort: port, ContainerPort: port,
		})
	}
}

func selecting(labels map[string]string) podChange {
	return func(s *cluster.PodSpec) { s.NodeSelector = labels }
}

func requiring(terms ...affinity.NodeSelectorTerm) podChange {
	return func(s *cluster.PodSpec) {
		s.Affinity = &affinity.Affinity{NodeAffinity: &affinity.NodeAffinity{
			RequiredDuringSchedulingIgnoredDuringExecution: &affinity.NodeSelector{NodeSelectorTerms: terms},
		}}
	}
}

func prioritized(class string) podChange {
	return func(s *cluster.PodSpec) { s.PriorityClassName = class }
}

func handledBy(name string) podChange {
	return func(s *cluster.PodSpec) { s.SchedulerName = name }
}

func newTemplate(changes ...podChange) *cluster.Template {
	spec := cluster.PodTemplateSpec{Spec: cluster.PodSpec{
		Containers: []cluster.Container{{Name: "main", Image: "agent:v1"}},
	}}
	for _, change := range changes {
		change(&spec.Spec)
	}
	return cluster.NewTemplate(spec)
}

func newPod(name string, changes ...podChange) *cluster.Pod {
	return &cluster.Pod{ObjectMeta: cluster.ObjectMeta{Name: name}, Template: newTemplate(changes...)}
}

// newPods are pods that are there already, one for each change.
func newPods(changes ...podChange) []*cluster.Pod {
	var list []*cluster.Pod
	for _, change := range changes {
		list = append(list, newPod("there", change))
	}
	return list
}

// a nodeChange makes a plain node one that a row needs.
type nodeChange func(*cluster.Node)

func allocating(pairs ...string) nodeChange {
	return func(n *cluster.Node) { n.Status.Allocatable = amounts(pairs...) }
}

func tainted(key string, effect taints.Effect) nodeChange {
	return func(n *cluster.Node) { n.Spec.Taints = append(n.Spec.Taints, taints.Taint{Key: key, Effect: effect}) }
}

func cordoned(n *cluster.Node) { n.Spec.Unschedulable = true }

func labelled(key, value string) nodeChange {
	return func(n *cluster.Node) {
		if n.Labels == nil {
			n.Labels = map[string]string{}
		}
		n.Labels[key] = value
	}
}

// newNode has room for ten pods and no more than that to say.
func newNode(name string, changes ...nodeChange) *cluster.Node {
	n := &cluster.Node{ObjectMeta: cluster.ObjectMeta{Name: name}}
	allocating("cpu", "4", "memory", "8Gi", "ephemeral-storage", "10Gi", "pods", "10")(n)
	for _, change := range changes {
		change(n)
	}
	return n
}

// filterRow is one question to all filters about node "a".
type filterRow struct {
	name   string
	pod    []podChange
	target string
	node   []nodeChange
	there  []*cluster.Pod
	want   scheduler.Verdict
	reason string
}

var fits = scheduler.Verdict{}

func unschedulable(plugin string, reasons ...string) scheduler.Verdict {
	return scheduler.Verdict{
		Plugin: plugin, Status: scheduler.Status{Code: scheduler.Unschedulable, Reasons: reasons},
	}
}

func hopeless(plugin string, reasons ...string) scheduler.Verdict {
	return scheduler.Verdict{
		Plugin: plugin, Status: scheduler.Status{Code: scheduler.UnschedulableAndUnresolvable, Reasons: reasons},
	}
}

// notAsked is the verdict on a node that plugins have ruled out before it was looked at.
func notAsked(plugins ...string) scheduler.Verdict {
	v := hopeless(strings.Join(plugins, ","),
		fmt.Sprintf("node(s) didn't satisfy plugin(s) %v", plugins))
	v.ByPreFilter = true
	return v
}

var (
	wrongName      = notAsked("NodeName")
	isCordoned     = hopeless("NodeUnschedulable", "node(s) were unschedulable")
	hasTaint       = hopeless("TaintToleration", "node(s) had untolerated taint(s)")
	wrongNode      = hopeless("NodeAffinity", "node(s) didn't match Pod's node affinity/selector")
	portTaken      = unschedulable("NodePorts", "node(s) didn't have free ports for the requested pod ports")
	tooManyPods    = unschedulable("NodeResourcesFit", "Too many pods")
	shortOfCPU     = unschedulable("NodeResourcesFit", "Insufficient cpu")
	fourCores      = requesting("cpu", "4")
	tolerateKey    = taints.Toleration{Key: "k", Operator: taints.OperatorExists}
	tolerateAll    = taints.Toleration{Operator: taints.OperatorExists}
	onNamedA       = affinity.NodeSelectorTerm{MatchFields: []affinity.NodeSelectorRequirement{field("a")}}
	onNamedB       = affinity.NodeSelectorTerm{MatchFields: []affinity.NodeSelectorRequirement{field("b")}}
	withDisk       = affinity.NodeSelectorTerm{MatchExpressions: []affinity.NodeSelectorRequirement{hasLabel("disk")}}
	emptyTerm      = affinity.NodeSelectorTerm{}
	cordonTaint    = tainted(taints.KeyUnschedulable, taints.EffectNoSchedule)
	tolerateCordon = taints.Toleration{
		Key: taints.KeyUnschedulable, Operator: taints.OperatorExists, Effect: taints.EffectNoSchedule,
	}
)

func field(name string) affinity.NodeSelectorRequirement {
	return affinity.NodeSelectorRequirement{
		Key: "metadata.name", Operator: affinity.NodeSelectorOpIn, Values: []string{name},
	}
}

func hasLabel(key string) affinity.NodeSelectorRequirement {
	return affinity.NodeSelectorRequirement{Key: key, Operator: affinity.NodeSelectorOpExists}
}

var nodeNameRows = []filterRow{
	{name: "no name", want: fits, reason: "S-58"},
	{name: "its name", pod: []podChange{func(s *cluster.PodSpec) { s.NodeName = "a" }}, want: fits, reason: "S-58"},
	{
		name: "another name", pod: []podChange{func(s *cluster.PodSpec) { s.NodeName = "b" }},
		want: wrongName, reason: "S-58",
	},
}

var nodeUnschedulableRows = []filterRow{
	{name: "cordoned", node: []nodeChange{cordoned}, want: isCordoned, reason: "S-59"},
	{
		name: "cordoned, with the taint", node: []nodeChange{cordoned, cordonTaint},
		want: isCordoned, reason: "S-59: comes before the taint",
	},
	{
		name: "cordoned and tolerated", pod: []podChange{tolerating(tolerateCordon)}, node: []nodeChange{cordoned, cordonTaint},
		want: fits, reason: "S-59",
	},
	{
		name: "cordoned, everything tolerated", pod: []podChange{tolerating(tolerateAll)}, node: []nodeChange{cordoned},
		want: fits, reason: "S-25",
	},
	{
		name: "cordoned, another effect tolerated", node: []nodeChange{cordoned},
		pod: []podChange{tolerating(taints.Toleration{
			Key: taints.KeyUnschedulable, Operator: taints.OperatorExists, Effect: taints.EffectNoExecute,
		})},
		want: isCordoned, reason: "S-59: the effect is NoSchedule",
	},
	{
		name: "taint without the field", node: []nodeChange{cordonTaint},
		want: hasTaint, reason: "S-59: it looks at the field, not at the taint",
	},
}

var taintTolerationRows = []filterRow{
	{name: "NoSchedule", node: []nodeChange{tainted("k", taints.EffectNoSchedule)}, want: hasTaint, reason: "S-60"},
	{name: "NoExecute", node: []nodeChange{tainted("k", taints.EffectNoExecute)}, want: hasTaint, reason: "S-60"},
	{
		name: "PreferNoSchedule", node: []nodeChange{tainted("k", taints.EffectPreferNoSchedule)},
		want: fits, reason: "S-28: only scoring looks at it",
	},
	{
		name: "tolerated", pod: []podChange{tolerating(tolerateKey)},
		node: []nodeChange{tainted("k", taints.EffectNoSchedule), tainted("k", taints.EffectNoExecute)},
		want: fits, reason: "S-24",
	},
	{
		name: "one of two tolerated", pod: []podChange{tolerating(tolerateKey)},
		node: []nodeChange{tainted("k", taints.EffectNoSchedule), tainted("m", taints.EffectNoSchedule)},
		want: hasTaint, reason: "S-28: every one has to be",
	},
}

var nodeAffinityRows = []filterRow{
	{
		name: "selector matches", pod: []podChange{selecting(map[string]string{"disk": "ssd"})},
		node: []nodeChange{labelled("disk", "ssd")}, want: fits, reason: "S-20",
	},
	{
		name: "selector does not match", pod: []podChange{selecting(map[string]string{"disk": "ssd"})},
		node: []nodeChange{labelled("disk", "hdd")}, want: wrongNode, reason: "S-61",
	},
	{
		name: "one of two terms", pod: []podChange{requiring(onNamedB, withDisk)},
		node: []nodeChange{labelled("disk", "hdd")}, want: fits, reason: "S-14: terms are ORed",
	},
	{name: "no term matches", pod: []podChange{requiring(onNamedB, withDisk)}, want: wrongNode, reason: "S-61"},
	{name: "empty term", pod: []podChange{requiring(emptyTerm)}, want: wrongNode, reason: "S-15"},
	{name: "no terms", pod: []podChange{requiring()}, want: wrongNode, reason: "S-15"},
	{
		name: "selector and terms", pod: []podChange{requiring(onNamedA), selecting(map[string]string{"disk": "ssd"})},
		want: wrongNode, reason: "S-20: both have to match",
	},
	{name: "pinned here", target: "a", want: fits, reason: "S-163"},
	{name: "pinned elsewhere", target: "b", want: notAsked("NodeAffinity"), reason: "S-141, S-163"},
	{
		name: "pinned here, selector does not match", target: "a",
		pod: []podChange{selecting(map[string]string{"disk": "ssd"})}, want: wrongNode, reason: "S-165",
	},
}

// portRows is the table of S-64 and what lies around it.
var portRows = []filterRow{
	portRow("all, then one", "", "10.0.0.1", portTaken, "S-64"),
	portRow("one, then all", "10.0.0.1", "", portTaken, "S-64"),
	portRow("the same one", "10.0.0.1", "10.0.0.1", portTaken, "S-64"),
	portRow("another", "10.0.0.1", "10.0.0.2", fits, "S-64"),
	portRow("all of IPv6, then one", "::", "10.0.0.1", fits, "S-64: :: is an ordinary address"),
	portRow("all of IPv6, then all", "::", "0.0.0.0", portTaken, "S-64"),
	portRow("all spelled out", "0.0.0.0", "", portTaken, "S-63: empty reads as 0.0.0.0"),
	{
		name: "another protocol", there: newPods(takingPort("", "TCP", 80)),
		pod: []podChange{takingPort("", "UDP", 80)}, want: fits, reason: "S-64",
	},
	{
		name: "another number", there: newPods(takingPort("", "TCP", 80)),
		pod: []podChange{takingPort("", "TCP", 81)}, want: fits, reason: "S-64",
	},
	{
		name: "no protocol", there: newPods(takingPort("", "", 80)),
		pod: []podChange{takingPort("", "TCP", 80)}, want: portTaken, reason: "S-63: empty reads as TCP",
	},
	{
		name: "twice in one pod", pod: []podChange{takingPort("", "TCP", 80), takingPort("", "TCP", 80)},
		want: fits, reason: "S-65",
	},
	{
		name:  "second port of the second pod",
		there: newPods(takingPort("", "TCP", 1), takingPort("", "TCP", 2)),
		pod:   []podChange{takingPort("", "TCP", 3), takingPort("", "TCP", 2)}, want: portTaken, reason: "S-63",
	},
	{
		name: "container port alone", there: newPods(takingPort("", "TCP", 80)),
		pod: []podChange{func(s *cluster.PodSpec) {
			s.Containers[0].Ports = []cluster.ContainerPort{{ContainerPort: 80}}
		}},
		want: fits, reason: "S-63: only host ports count",
	},
	{
		name: "container port in the node's network", there: newPods(takingPort("", "TCP", 80)),
		pod: []podChange{func(s *cluster.PodSpec) {
			s.HostNetwork = true
			s.Containers[0].Ports = []cluster.ContainerPort{{ContainerPort: 80}}
		}},
		want: portTaken, reason: "S-44: it becomes a host port",
	},
}

func portRow(name, there, wanted string, want scheduler.Verdict, reason string) filterRow {
	return filterRow{
		name: name, there: newPods(takingPort(there, "TCP", 80)),
		pod: []podChange{takingPort(wanted, "TCP", 80)}, want: want, reason: reason,
	}
}

var fitRows = []filterRow{
	{
		name: "exactly the rest", pod: []podChange{requesting("cpu", "1")}, there: newPods(requesting("cpu", "3")),
		want: fits, reason: "S-69: equal fits",
	},
	{
		name: "a thousandth more", pod: []podChange{requesting("cpu", "1001m")}, there: newPods(requesting("cpu", "3")),
		want: shortOfCPU, reason: "S-66 (3)",
	},
	{
		name: "all of the node", pod: []podChange{fourCores}, there: newPods(requesting("cpu", "1m")),
		want: shortOfCPU, reason: "S-67: the node would do without the other pod",
	},
	{
		name: "more than the node", pod: []podChange{requesting("cpu", "4001m")},
		want: hopeless("NodeResourcesFit", "Insufficient cpu"), reason: "S-67",
	},
	{
		name: "nothing on a full node", there: newPods(fourCores, requesting("memory", "8Gi")),
		want: fits, reason: "S-46: a pod without requests fits",
	},
	{
		name: "number of pods", there: slices.Repeat(newPods(requesting()), 10),
		want: tooManyPods, reason: "S-66 (1): also for a pod without requests",
	},
	{
		name: "one place left", there: slices.Repeat(newPods(requesting()), 9),
		want: fits, reason: "S-66 (1)",
	},
	{
		name: "no number of pods", node: []nodeChange{allocating("cpu", "4")},
		want: tooManyPods, reason: "S-48: a node without it accepts none, and S-67: it is never hopeless",
	},
	{
		name:  "everything at once",
		pod:   []podChange{requesting("cpu", "2", "memory", "6Gi", "ephemeral-storage", "9Gi", "example.com/gpu", "2")},
		node:  []nodeChange{allocating("cpu", "4", "memory", "8Gi", "ephemeral-storage", "10Gi", "example.com/gpu", "2", "pods", "1")},
		there: newPods(requesting("cpu", "3", "memory", "3Gi", "ephemeral-storage", "2Gi", "example.com/gpu", "1")),
		want: unschedulable("NodeResourcesFit", "Too many pods", "Insufficient cpu", "Insufficient memory",
			"Insufficient ephemeral-storage", "Insufficient example.com/gpu"),
		reason: "S-66: all failures, in this order",
	},
	{
		name: "one of several above allocatable", pod: []podChange{requesting("cpu", "2", "memory", "9Gi")},
		there:  newPods(requesting("cpu", "3")),
		want:   hopeless("NodeResourcesFit", "Insufficient cpu", "Insufficient memory"),
		reason: "S-67: any of them is enough",
	},
	{
		name: "resource that the node does not list", pod: []podChange{requesting("example.com/gpu", "1")},
		want: hopeless("NodeResourcesFit", "Insufficient example.com/gpu"), reason: "S-68",
	},
	{
		name: "capacity", pod: []podChange{fourCores},
		node: []nodeChange{allocating("cpu", "3", "pods", "10"), func(n *cluster.Node) {
			n.Status.Capacity = amounts("cpu", "64", "pods", "10")
		}},
		want: hopeless("NodeResourcesFit", "Insufficient cpu"), reason: "S-48: never capacity",
	},
	{
		name: "limits without requests", pod: []podChange{func(s *cluster.PodSpec) {
			s.Containers[0].Resources.Limits = amounts("cpu", "2")
		}},
		there: newPods(requesting("cpu", "3")), want: shortOfCPU, reason: "S-44",
	},
}

var orderRows = []filterRow{
	{
		name: "everything is wrong", target: "b",
		pod:  []podChange{func(s *cluster.PodSpec) { s.NodeName = "b" }},
		node: []nodeChange{cordoned, tainted("k", taints.EffectNoSchedule), allocating()},
		want: notAsked("NodeAffinity", "NodeName"), reason: "S-141: both had ruled it out",
	}, {
		name: "all but the name", pod: []podChange{selecting(map[string]string{"x": "y"})},
		node: []nodeChange{cordoned, tainted("k", taints.EffectNoSchedule), allocating()},
		want: isCordoned, reason: "S-51: the order of the profile",
	}, {
		name: "affinity and room", pod: []podChange{selecting(map[string]string{"x": "y"})},
		node: []nodeChange{allocating()},
		want: wrongNode, reason: "S-51: the order of the profile",
	}, {
		name: "port and room", pod: []podChange{takingPort("", "TCP", 80), requesting("cpu", "9")},
		there: newPods(takingPort("", "TCP", 80)), want: portTaken, reason: "S-51: the order of the profile",
	},
}

func TestFilters(t *testing.T) {
	for plugin, rows := range map[string][]filterRow{
		"NodeName": nodeNameRows, "NodeUnschedulable": nodeUnschedulableRows,
		"TaintToleration": taintTolerationRows, "NodeAffinity": nodeAffinityRows,
		"NodePorts": portRows, "NodeResourcesFit": fitRows, "order": orderRows,
	} {
		for _, row := range rows {
			rules, _, _ := strings.Cut(row.reason, ":")
			t.Run(fmt.Sprintf("%s/%s %s", plugin, rules, row.name), func(t *testing.T) {
				pod := newPod("p", row.pod...)
				pod.Target = row.target
				objects := []cluster.Object{newNode("a", row.node...)}
				for _, p := range row.there {
					objects = append(objects, on("a", p))
				}
				result := scheduler.DefaultProfile().Evaluate(pod, scheduler.NewSnapshot(objects...))
				got := result.Nodes[0].Verdict
				require.Equal(t, "a", got.Node)
				got.Node = ""
				if diff := cmp.Diff(row.want, got); diff != "" {
					t.Errorf("%s (-want +got):\n%s", row.reason, diff)
				}
				require.Equal(t, row.want.Fits(), got.Fits())
				require.Equal(t, got.Fits(), len(result.Best) == 1)
			})
		}
	}
}

// TestProfile is S-51, as far as pods without volumes and claims are concerned, and S-52.
func TestProfile(t *testing.T) {
	type scorer struct {
		Name   string
		Weight int64
	}
	var filters []string
	var scorers []scorer
	for _, e := range scheduler.DefaultProfile() {
		if _, ok := e.Plugin.(scheduler.FilterPlugin); ok {
			filters = append(filters, e.Plugin.Name())
		}
		if _, ok := e.Plugin.(scheduler.ScorePlugin); ok {
			scorers = append(scorers, scorer{e.Plugin.Name(), max(1, e.Weight)})
		}
	}
	require.Empty(t, cmp.Diff([]string{
		"NodeName", "NodeUnschedulable", "TaintToleration", "NodeAffinity", "NodePorts", "NodeResourcesFit",
		"PodTopologySpread", "InterPodAffinity",
	}, filters))
	require.Empty(t, cmp.Diff([]scorer{
		{"TaintToleration", 3}, {"NodeAffinity", 2}, {"NodeResourcesFit", 1}, {"VolumeBinding", 1},
		{"PodTopologySpread", 2}, {"InterPodAffinity", 2}, {"DynamicResources", 2},
		{"NodeResourcesBalancedAllocation", 1}, {"ImageLocality", 1},
	}, scorers))
	require.Equal(t, "UnschedulableAndUnresolvable", scheduler.UnschedulableAndUnresolvable.String())
}
