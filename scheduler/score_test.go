package scheduler_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/scheduler"
	"github.com/daemonsim/daemonsim/taints"
)

// scores asks a profile about a pod and returns what a plugin made of each node: raw/weighted, or "-"
// where it had nothing to say.
func scores(profile scheduler.Profile, plugin string, pod *cluster.Pod, objects ...cluster.Object) map[string]string {
	got := make(map[string]string)
	for _, r := range profile.Evaluate(pod, scheduler.NewSnapshot(objects...)).Nodes {
		got[r.Node] = "-"
		for _, s := range r.Scores {
			if s.Plugin == plugin {
				got[r.Node] = fmt.Sprintf("%d/%d", s.Raw, s.Weighted)
			}
		}
	}
	return got
}

type scoreRow struct {
	rule, name, plugin string
	pod                *cluster.Pod
	objects            []cluster.Object
	want               map[string]string
}

func withLabels(p *cluster.Pod, pairs ...string) *cluster.Pod {
	p.Labels = map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		p.Labels[pairs[i]] = pairs[i+1]
	}
	return p
}

func with(change func(*cluster.PodSpec)) podChange { return change }

func preferring(terms ...affinity.PreferredSchedulingTerm) podChange {
	return func(s *cluster.PodSpec) {
		s.Affinity = &affinity.Affinity{NodeAffinity: &affinity.NodeAffinity{
			PreferredDuringSchedulingIgnoredDuringExecution: terms,
		}}
	}
}

func prefers(weight int32, key string) affinity.PreferredSchedulingTerm {
	return affinity.PreferredSchedulingTerm{Weight: weight, Preference: affinity.NodeSelectorTerm{
		MatchExpressions: []affinity.NodeSelectorRequirement{{Key: key, Operator: affinity.NodeSelectorOpExists}},
	}}
}

func spreading(maxSkew int32, key string, action cluster.UnsatisfiableConstraintAction) podChange {
	return func(s *cluster.PodSpec) {
		s.TopologySpreadConstraints = append(s.TopologySpreadConstraints, cluster.TopologySpreadConstraint{
			MaxSkew: maxSkew, TopologyKey: key, WhenUnsatisfiable: action,
			LabelSelector: &affinity.LabelSelector{MatchLabels: map[string]string{"app": "a"}},
		})
	}
}

func having(images ...cluster.ContainerImage) nodeChange {
	return func(n *cluster.Node) { n.Status.Images = images }
}

func image(name string, mebibytes int64) cluster.ContainerImage {
	return cluster.ContainerImage{Names: []string{name}, SizeBytes: mebibytes << 20}
}

// several are so many equal pods of app a on a node.
func several(n int, node string) []cluster.Object {
	var list []cluster.Object
	for i := range n {
		list = append(list, on(node, withLabels(newPod(fmt.Sprint(node, i)), "app", "a")))
	}
	return list
}

func objects(lists ...[]cluster.Object) []cluster.Object {
	var all []cluster.Object
	for _, l := range lists {
		all = append(all, l...)
	}
	return all
}

var (
	soft   = cluster.ScheduleAnyway
	hard   = cluster.DoNotSchedule
	prefer = taints.EffectPreferNoSchedule
)

var scoreRows = []scoreRow{
	{
		rule: "S-84", name: "the more is left the better", plugin: "NodeResourcesFit",
		pod: newPod("p", requesting("cpu", "3", "memory", "5000")),
		objects: []cluster.Object{
			newNode("n1", allocating("cpu", "4", "memory", "10000", "pods", "10")),
			newNode("n2", allocating("cpu", "6", "memory", "10000", "pods", "10")),
			newNode("n3", allocating("cpu", "6", "pods", "10", "memory", "5000")),
		},
		want: map[string]string{"n1": "37/37", "n2": "50/50", "n3": "25/25"},
	}, {
		rule: "S-45", name: "a container that says nothing counts a little", plugin: "NodeResourcesFit",
		pod: newPod("p"),
		objects: []cluster.Object{
			newNode("empty", allocating("cpu", "4", "memory", "8Gi", "pods", "10")),
			newNode("shared", allocating("cpu", "4", "memory", "8Gi", "pods", "10")),
			on("shared", newPod("there")),
		},
		want: map[string]string{"empty": "97/97", "shared": "95/95"},
	}, {
		rule: "S-85", name: "the more is taken the better", plugin: "NodeResourcesFit",
		pod: newPod("p", requesting("cpu", "1", "memory", "1Gi")),
		objects: []cluster.Object{
			newNode("a"), newNode("b"), on("b", newPod("there", requesting("cpu", "2", "memory", "2Gi"))),
		},
		want: map[string]string{"a": "18/18", "b": "56/56"},
	}, {
		rule: "S-86", name: "an extended resource that is not asked for is left out", plugin: "NodeResourcesFit",
		pod:     newPod("p", requesting("cpu", "2", "memory", "0")),
		objects: []cluster.Object{newNode("a", allocating("cpu", "4", "example.com/dev", "8", "pods", "10"))},
		want:    map[string]string{"a": "50/50"},
	}, {
		rule: "S-87", name: "what is asked for the pod as a whole is not looked at", plugin: "NodeResourcesFit",
		pod: newPod("p", requesting("cpu", "1", "memory", "2Gi"), with(func(s *cluster.PodSpec) {
			s.Resources = &cluster.ResourceRequirements{Requests: amounts("cpu", "3")}
		})),
		objects: []cluster.Object{newNode("a")},
		want:    map[string]string{"a": "75/75"},
	}, {
		rule: "S-88", name: "a pod that asks for nothing", plugin: "NodeResourcesBalancedAllocation",
		pod: newPod("p"), objects: []cluster.Object{newNode("a")}, want: map[string]string{"a": "-"},
	}, {
		rule: "S-89", name: "less even, neutral", plugin: "NodeResourcesBalancedAllocation",
		pod: newPod("p", requesting("cpu", "3", "memory", "5000")),
		objects: []cluster.Object{
			newNode("n1", allocating("cpu", "4", "memory", "10000", "pods", "10")),
			newNode("n2", allocating("cpu", "6", "memory", "10000", "pods", "10")),
		},
		want: map[string]string{"n1": "68/68", "n2": "75/75"},
	}, {
		rule: "S-90", name: "taints that ask to be avoided", plugin: "TaintToleration",
		pod: newPod("p", tolerating(taints.Toleration{Key: "k3", Operator: taints.OperatorExists, Effect: taints.EffectNoSchedule})),
		objects: []cluster.Object{
			newNode("none"), newNode("one", tainted("k1", prefer)),
			newNode("three", tainted("k1", prefer), tainted("k2", prefer), tainted("k3", prefer)),
		},
		want: map[string]string{"none": "0/300", "one": "1/201", "three": "3/0"},
	}, {
		rule: "S-91", name: "weights of what matches", plugin: "NodeAffinity",
		pod: newPod("p", preferring(prefers(3, "x"), prefers(7, "y"))),
		objects: []cluster.Object{
			newNode("none"), newNode("x", labelled("x", "")), newNode("both", labelled("x", ""), labelled("y", "")),
		},
		want: map[string]string{"none": "0/0", "x": "3/60", "both": "10/200"},
	}, {
		rule: "S-91", name: "nothing preferred", plugin: "NodeAffinity",
		pod: newPod("p"), objects: []cluster.Object{newNode("a")}, want: map[string]string{"a": "-"},
	}, {
		rule: "S-95", name: "soft, by zone", plugin: "PodTopologySpread",
		pod: withLabels(newPod("p", spreading(1, "zone", soft)), "app", "a"),
		objects: objects([]cluster.Object{
			newNode("a", labelled("zone", "a")), newNode("b", labelled("zone", "b")), newNode("none"),
		}, several(3, "a"), several(1, "b")),
		want: map[string]string{"a": "4/50", "b": "1/200", "none": "0/0"},
	}, {
		rule: "S-96", name: "soft, by host name", plugin: "PodTopologySpread",
		pod: withLabels(newPod("p", spreading(1, cluster.LabelHostname, soft)), "app", "a"),
		objects: objects([]cluster.Object{
			newNode("a", labelled(cluster.LabelHostname, "a")), newNode("b", labelled(cluster.LabelHostname, "b")),
			newNode("c", labelled(cluster.LabelHostname, "c")),
		}, several(2, "a"), several(1, "b")),
		want: map[string]string{"a": "3/0", "b": "2/66", "c": "0/200"},
	}, {
		rule: "S-97", name: "a node without the key", plugin: "PodTopologySpread",
		pod:     withLabels(newPod("p", spreading(1, "zone", soft)), "app", "a"),
		objects: []cluster.Object{newNode("a", labelled("zone", "a")), newNode("none")},
		want:    map[string]string{"a": "0/200", "none": "0/0"},
	}, {
		rule: "S-98", name: "no soft constraint", plugin: "PodTopologySpread",
		pod:     withLabels(newPod("p", spreading(1, "zone", hard)), "app", "a"),
		objects: []cluster.Object{newNode("a", labelled("zone", "a"))},
		want:    map[string]string{"a": "-"},
	}, {
		rule: "S-94", name: "no constraint and no Service", plugin: "PodTopologySpread",
		pod: withLabels(newPod("p"), "app", "a"), objects: []cluster.Object{newNode("a")},
		want: map[string]string{"a": "-"},
	}, {
		rule: "S-99", name: "images that are there", plugin: "ImageLocality",
		pod: newPod("p", with(func(s *cluster.PodSpec) { s.Containers[0].Image = "repo/agent" })),
		objects: []cluster.Object{
			newNode("none"), newNode("small", having(image("repo/agent:latest", 20))),
			newNode("large", having(image("repo/agent:latest", 1023))), newNode("other", having(image("repo/agent:v2", 900))),
		},
		want: map[string]string{"none": "0/0", "small": "0/0", "large": "50/50", "other": "0/0"},
	}, {
		rule: "S-100", name: "no claims", plugin: "VolumeBinding",
		pod: newPod("p"), objects: []cluster.Object{newNode("a")}, want: map[string]string{"a": "0/0"},
	},
}

func TestScores(t *testing.T) {
	for _, row := range scoreRows {
		t.Run(row.rule+" "+row.plugin+" "+row.name, func(t *testing.T) {
			profile := scheduler.DefaultProfile()
			switch row.rule {
			case "S-85":
				profile = profile.With(scheduler.NodeResourcesFit{
					Strategy: scheduler.ScoringStrategy{Type: scheduler.MostAllocated},
				})
			case "S-86":
				profile = profile.With(scheduler.NodeResourcesFit{Strategy: scheduler.ScoringStrategy{
					Resources: []scheduler.ResourceWeight{{Name: "cpu"}, {Name: "example.com/dev", Weight: 9}},
				}})
			}
			got := scores(profile, row.plugin, row.pod, row.objects...)
			if diff := cmp.Diff(row.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestTotals is the first worked table of section 10: everything together.
func TestTotals(t *testing.T) {
	for _, row := range []struct {
		name    string
		pod     *cluster.Pod
		objects []cluster.Object
		want    map[string]int64
	}{
		{"two empty nodes", newPod("p", requesting("cpu", "3", "memory", "5000")), []cluster.Object{
			newNode("n1", allocating("cpu", "4", "memory", "10000", "pods", "10")),
			newNode("n2", allocating("cpu", "6", "memory", "10000", "pods", "10")),
		}, map[string]int64{"n1": 405, "n2": 425}},
		{"without requests", newPod("p"), []cluster.Object{
			newNode("n1"), newNode("n2"), on("n2", newPod("there")),
		}, map[string]int64{"n1": 397, "n2": 395}},
		{"with others there", newPod("p", requesting("cpu", "500m", "memory", "1Gi")), []cluster.Object{
			newNode("n1"), newNode("n2"), newNode("n3"),
			on("n1", newPod("a", requesting("cpu", "2", "memory", "1Gi"))),
			on("n2", newPod("b", requesting("cpu", "500m", "memory", "4Gi"))),
			on("n3", newPod("c")),
		}, map[string]int64{"n1": 431, "n2": 431, "n3": 460}},
	} {
		t.Run("S-83 "+row.name, func(t *testing.T) {
			e := scheduler.DefaultProfile().Evaluate(row.pod, scheduler.NewSnapshot(row.objects...))
			got := make(map[string]int64)
			for _, r := range e.Nodes {
				got[r.Node] = r.Total
			}
			require.Empty(t, cmp.Diff(row.want, got), "(-want +got)")
		})
	}
}

// TestBadPreference is S-21: a preference that makes no sense fails the attempt.
func TestBadPreference(t *testing.T) {
	t.Run("S-21 a malformed preference is an error", func(t *testing.T) {
		bad := prefers(1, "x")
		bad.Preference.MatchExpressions[0] = affinity.NodeSelectorRequirement{
			Key: "x", Operator: affinity.NodeSelectorOpGt, Values: []string{"many"},
		}
		e := scheduler.DefaultProfile().Evaluate(newPod("p", preferring(prefers(3, "y"), bad)),
			scheduler.NewSnapshot(newNode("a"), newNode("b")))
		require.ErrorContains(t, e.ScoreErr, `running PreScore plugin "NodeAffinity": [1].matchExpressions[0]`)
		require.Empty(t, e.Best)
	})
}
