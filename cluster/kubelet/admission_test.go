package kubelet_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/kubelet"
	"github.com/daemonsim/daemonsim/cluster/quantity"
	"github.com/daemonsim/daemonsim/taints"
)

// wish is a change of a pod that comes to the node.
type wish func(*cluster.PodTemplateSpec)

func asking(name cluster.ResourceName, amount string) wish {
	return func(s *cluster.PodTemplateSpec) {
		r := &s.Spec.Containers[0].Resources
		if r.Requests == nil {
			r.Requests = cluster.ResourceList{}
		}
		r.Requests[name] = quantity.MustParse(amount)
		if strings.Contains(string(name), "/") {
			r.Limits = r.Requests
		}
	}
}

func onPort(port int32) wish {
	return func(s *cluster.PodTemplateSpec) {
		s.Spec.Containers[0].Ports = []cluster.ContainerPort{{ContainerPort: 80, HostPort: port}}
	}
}

func selecting(key, value string) wish {
	return func(s *cluster.PodTemplateSpec) { s.Spec.NodeSelector = map[string]string{key: value} }
}

func requiring(r affinity.NodeSelectorRequirement) wish {
	return func(s *cluster.PodTemplateSpec) {
		s.Spec.Affinity = &affinity.Affinity{NodeAffinity: &affinity.NodeAffinity{
			RequiredDuringSchedulingIgnoredDuringExecution: &affinity.NodeSelector{
				NodeSelectorTerms: []affinity.NodeSelectorTerm{{
					MatchExpressions: []affinity.NodeSelectorRequirement{r},
				}},
			},
		}}
	}
}

func tolerating(key string) wish {
	return func(s *cluster.PodTemplateSpec) {
		s.Spec.Tolerations = append(s.Spec.Tolerations, taints.Toleration{Key: key, Operator: taints.OperatorExists})
	}
}

func critical(s *cluster.PodTemplateSpec) { s.Spec.PriorityClassName = "system-node-critical" }

func labelled(key, value string) wish {
	return func(s *cluster.PodTemplateSpec) { s.ObjectMeta.Labels = map[string]string{key: value} }
}

func forSystem(name string) wish {
	return func(s *cluster.PodTemplateSpec) { s.Spec.OS = &cluster.PodOS{Name: cluster.OSName(name)} }
}

// place binds a pod with the wishes to the node, past any scheduler.
func (w *world) place(name string, wishes ...wish) {
	spec := cluster.PodTemplateSpec{}
	spec.Spec.Containers = []cluster.Container{{Name: "c", Image: "agent:v1"}}
	for _, change := range wishes {
		change(&spec)
	}
	_, err := w.Create(&cluster.Pod{
		ObjectMeta: cluster.ObjectMeta{Name: name}, Template: cluster.NewTemplate(spec), NodeName: "a",
	})
	require.NoError(w.t, err)
}

// change changes the node, its status included.
func (w *world) change(edit func(*cluster.Node)) {
	n := w.Node("a").Clone().(*cluster.Node)
	edit(n)
	_, err := w.Update(n)
	require.NoError(w.t, err)
	edit(n)
	n.ResourceVersion = 0
	_, err = w.UpdateStatus(n)
	require.NoError(w.t, err)
}

func tainted(effect taints.Effect) func(*cluster.Node) {
	return func(n *cluster.Node) { n.Spec.Taints = []taints.Taint{{Key: "gpu", Effect: effect}} }
}

func pressed(kinds ...string) func(*cluster.Node) {
	return func(n *cluster.Node) {
		n.Status.Conditions = n.Status.Conditions[:1]
		for _, kind := range kinds {
			n.Status.Conditions = append(n.Status.Conditions,
				cluster.NodeCondition{Type: kind, Status: cluster.ConditionTrue})
		}
	}
}

const (
	affinityFailed = "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector"
	portsFailed    = "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports"
	taintFailed    = "Predicate TaintToleration failed: node(s) had taints that the pod didn't tolerate"
)

// TestAdmission has a node of 4 CPUs, 16Gi and 110 pods, with a pod of 3 CPUs and the host port 9100 on it, and
// one that comes to it. An empty reason is that of a pod that is admitted.
func TestAdmission(t *testing.T) {
	for _, row := range []struct {
		name            string
		node            func(*cluster.Node)
		pod             []wish
		reason, message string
	}{
		{"N-79 fits", nil, []wish{asking("cpu", "1"), onPort(9101)}, "", ""},
		{"N-79 cpu", nil, []wish{asking("cpu", "1500m")}, "OutOfcpu",
			"Node didn't have enough resource: cpu, requested: 1500, used: 3000, capacity: 4000"},
		{"N-79 memory", nil, []wish{asking("memory", "17Gi")}, "OutOfmemory",
			"Node didn't have enough resource: memory, requested: 18253611008, used: 0, capacity: 17179869184"},
		{"N-79 ephemeral-storage", nil, []wish{asking("ephemeral-storage", "1Ti")}, "OutOfephemeral-storage",
			"Node didn't have enough resource: ephemeral-storage, requested: 1099511627776, used: 0, capacity: 107374182400"},
		{"N-79 pods", func(n *cluster.Node) { n.Status.Allocatable["pods"] = quantity.New(1) }, nil, "OutOfpods",
			"Node didn't have enough resource: pods, requested: 1, used: 1, capacity: 1"},
		{"N-79 another resource", func(n *cluster.Node) { n.Status.Allocatable["example.com/gpu"] = quantity.New(1) },
			[]wish{asking("example.com/gpu", "2")}, "OutOfexample.com/gpu",
			"Node didn't have enough resource: example.com/gpu, requested: 2, used: 0, capacity: 1"},
		{"N-82", nil, []wish{asking("example.com/gpu", "2")}, "", ""},
		{"N-79 node selector", nil, []wish{selecting("disk", "ssd")}, "NodeAffinity", affinityFailed},
		{"N-79 node affinity", nil, []wish{requiring(affinity.NodeSelectorRequirement{
			Key: cluster.LabelHostname, Operator: affinity.NodeSelectorOpNotIn, Values: []string{"a"},
		})}, "NodeAffinity", affinityFailed},
		{"N-79 host port", nil, []wish{onPort(9100)}, "NodePorts", portsFailed},
		{"N-79 NoExecute", tainted(taints.EffectNoExecute), nil, "TaintToleration", taintFailed},
		{"N-79 NoExecute tolerated", tainted(taints.EffectNoExecute), []wish{tolerating("gpu")}, "", ""},
		{"N-79 NoSchedule", tainted(taints.EffectNoSchedule), nil, "", ""},
		{"N-79 cordon", func(n *cluster.Node) { n.Spec.Unschedulable = true }, nil, "", ""},
		{"N-79 the first of several", tainted(taints.EffectNoExecute),
			[]wish{onPort(9100), asking("cpu", "2"), selecting("disk", "ssd")}, "OutOfcpu",
			"Node didn't have enough resource: cpu, requested: 2000, used: 3000, capacity: 4000"},
		{"N-79 affinity before ports", tainted(taints.EffectNoExecute), []wish{onPort(9100), selecting("disk", "ssd")},
			"NodeAffinity", affinityFailed},
		{"N-80", nil, []wish{labelled("kubernetes.io/os", "windows")}, "PodOSSelectorNodeLabelDoesNotMatch",
			"Failed to admit pod as the `kubernetes.io/os` label doesn't match node label"},
		{"N-79 operating system", nil, []wish{forSystem("windows")}, "PodOSNotSupported",
			"Failed to admit pod as the OS field doesn't match node OS"},
		{"N-85 memory pressure", pressed("MemoryPressure"), nil, "Evicted", "The node had condition: [MemoryPressure]. "},
		{"N-85 burstable", pressed("MemoryPressure"), []wish{asking("memory", "1Gi")}, "", ""},
		{"N-85 tolerated", pressed("MemoryPressure"), []wish{tolerating(taints.KeyMemoryPressure)}, "", ""},
		{"N-86 disk pressure tolerated", pressed("DiskPressure"), []wish{tolerating(taints.KeyDiskPressure)}, "Evicted",
			"The node had condition: [DiskPressure]. "},
		{"N-85 two pressures", pressed("MemoryPressure", "PIDPressure"), []wish{asking("memory", "1Gi")}, "Evicted",
			"The node had condition: [MemoryPressure PIDPressure]. "},
		{"N-84 critical under pressure", pressed("DiskPressure"), []wish{critical}, "", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			w := newWorld(t, kubelet.Config{})
			w.place("there", asking("cpu", "3"), onPort(9100))
			require.NoError(t, w.RunFor(s))
			if row.node != nil {
				w.change(row.node)
			}
			w.place("p", row.pod...)
			require.NoError(t, w.RunFor(time.Minute))
			p := w.pod()
			if row.reason == "" {
				require.Equal(t, cluster.PodRunning, p.Phase())
				return
			}
			require.Equal(t, cluster.PodFailed, p.Phase())
			require.Equal(t, row.reason, p.Status.Trouble.Reason)
			require.Equal(t, "Pod was rejected: "+row.message, p.Status.Trouble.Message)
			require.Equal(t, []string{"Warning " + row.reason + " x1: " + row.message}, told(w))
			require.True(t, w.Pod("default", "there").Status.Ready, "nothing happens to the others")
		})
	}
}

// TestRejectedPod has what is known of a pod that was not admitted: nothing but why.
func TestRejectedPod(t *testing.T) {
	t.Run("N-77", func(t *testing.T) {
		w := newWorld(t, kubelet.Config{Default: kubelet.Typical()})
		w.place("p", asking("cpu", "5"))
		require.NoError(t, w.RunFor(time.Hour))
		want := []string{"0s p: Pending", "0s p: Failed"}
		if diff := cmp.Diff(want, w.moments); diff != "" {
			t.Errorf("no container ever starts (-want +got):\n%s", diff)
		}
		require.Empty(t, w.pod().Conditions())
		require.Empty(t, w.pod().ContainerStatuses())
		w.change(func(n *cluster.Node) { n.Status.Allocatable["cpu"] = quantity.New(64) })
		require.NoError(t, w.RunFor(time.Hour))
		require.Len(t, w.moments, 2, "admission is not retried")
		w.delete()
		require.Nil(t, w.pod(), "N-63: it is gone at once")
	})
}

// TestAdmissionCounts says which of the other pods count.
func TestAdmissionCounts(t *testing.T) {
	for _, row := range []struct {
		name   string
		steps  []step
		want   cluster.PodPhase
		reason string
	}{
		{"N-77 one that runs", nil, cluster.PodFailed, "3 and 2 are more than 4"},
		{"N-77 one that terminates", []step{{s, func(w *world) {
			require.NoError(w.t, w.Delete(cluster.KindPod, "default", "other", cluster.DeleteOptions{}))
		}}}, cluster.PodFailed, "its containers may still run"},
		{"N-77 one that has ended", []step{{s, func(w *world) {
			status := w.Pod("default", "other").Status
			status.Phase, status.Started = cluster.PodFailed, false
			_, err := w.SetPodStatus(w.Pod("default", "other").UID, status)
			require.NoError(w.t, err)
		}}}, cluster.PodRunning, "it needs nothing any more"},
	} {
		t.Run(row.name, func(t *testing.T) {
			w := newWorld(t, kubelet.Config{Default: kubelet.Behaviour{Stop: 20 * s}})
			w.place("other", asking("cpu", "3"))
			for _, st := range row.steps {
				require.NoError(t, w.RunFor(st.at-w.Now()))
				st.do(w)
			}
			require.NoError(t, w.RunFor(s))
			w.place("p", asking("cpu", "2"))
			require.NoError(t, w.RunFor(time.Minute))
			require.Equal(t, row.want, w.pod().Phase(), row.reason)
		})
	}
}

// TestAdmissionRace binds several pods at one moment: who comes first is admitted, and one that was turned away
// takes nothing from those after it. In an outage the kubelet hears of none, and then takes them as they were made.
func TestAdmissionRace(t *testing.T) {
	for name, silent := range map[string]bool{"N-77 at one moment": false, "N-77 in an outage": true} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, kubelet.Config{})
			if silent {
				failing(10 * s)(w)
				require.NoError(t, w.RunFor(s))
			}
			w.place("first", asking("cpu", "3"))
			w.place("too-big", asking("cpu", "2"))
			w.place("last", asking("cpu", "1"))
			fork := w.Fork()
			for _, c := range []*cluster.Cluster{w.Cluster, fork} {
				require.NoError(t, c.RunFor(time.Minute))
				require.Equal(t, cluster.PodRunning, c.Pod("default", "first").Phase())
				require.Equal(t, cluster.PodFailed, c.Pod("default", "too-big").Phase())
				require.Equal(t, cluster.PodRunning, c.Pod("default", "last").Phase())
			}
			require.Equal(t, w.Hash(), fork.Hash())
		})
	}
}

// TestKnownPodIsNotAskedAgain changes the labels of a node while its kubelet is silent.
func TestKnownPodIsNotAskedAgain(t *testing.T) {
	t.Run("N-77", func(t *testing.T) {
		w := newWorld(t, kubelet.Config{Default: kubelet.Behaviour{Start: 20 * s}})
		w.change(func(n *cluster.Node) { n.Labels["disk"] = "ssd" })
		w.place("p", selecting("disk", "ssd"))
		require.NoError(t, w.RunFor(5*s))
		failing(60 * s)(w)
		w.change(func(n *cluster.Node) { delete(n.Labels, "disk") })
		require.NoError(t, w.RunFor(time.Minute))
		require.Equal(t, cluster.PodRunning, w.pod().Phase())
	})
}

// TestStaleNode lets the kubelets hear of changes of nodes a minute late.
func TestStaleNode(t *testing.T) {
	t.Run("N-81", func(t *testing.T) {
		w := newWorld(t, kubelet.Config{})
		require.NoError(t, w.RunFor(s))
		late := cluster.Lag{Kinds: map[cluster.Kind]time.Duration{cluster.KindNode: time.Minute}}
		require.NoError(t, w.SetLag("kubelet", late))
		w.change(func(n *cluster.Node) {
			n.Labels["disk"], n.Spec.Taints = "ssd", []taints.Taint{{Key: "gpu", Effect: taints.EffectNoExecute}}
		})
		w.place("blind")
		w.place("p", selecting("disk", "ssd"))
		require.NoError(t, w.RunFor(s))
		require.Equal(t, cluster.PodRunning, w.Pod("default", "blind").Phase(), "the taint is not known yet")
		require.Equal(t, []string{"p TaintToleration"}, w.failed(), "the Node was read again for its labels")
	})
}

// TestHandlers has pods that several of the handlers would turn away: who is asked first says why.
func TestHandlers(t *testing.T) {
	setting := func(name string) wish {
		return func(s *cluster.PodTemplateSpec) {
			s.Spec.SecurityContext = &cluster.PodSecurityContext{Sysctls: []cluster.Sysctl{{Name: name, Value: "1"}}}
		}
	}
	for _, row := range []struct {
		name   string
		node   func(*cluster.Node)
		pod    []wish
		reason string
	}{
		{"N-78 safe parameter", nil, []wish{setting("net.ipv4.tcp_syncookies")}, ""},
		{"N-78 safe parameter with slashes", nil, []wish{setting("net/ipv4/tcp_syncookies")}, ""},
		{"N-78 another parameter", nil, []wish{setting("kernel.msgmax")}, "SysctlForbidden"},
		{"N-78 pressure before parameters", pressed("DiskPressure"), []wish{setting("kernel.msgmax")}, "Evicted"},
		{"N-78 parameters before predicates", nil, []wish{setting("kernel.msgmax"), asking("cpu", "9")}, "SysctlForbidden"},
	} {
		t.Run(row.name, func(t *testing.T) {
			w := newWorld(t, kubelet.Config{})
			if row.node != nil {
				w.change(row.node)
			}
			w.place("p", row.pod...)
			require.NoError(t, w.RunFor(s))
			if row.reason == "" {
				require.Empty(t, w.failed())
				return
			}
			require.Equal(t, []string{"p " + row.reason}, w.failed())
			if row.reason == "SysctlForbidden" {
				require.Equal(t, `Pod was rejected: forbidden sysctl: "kernel.msgmax" not allowlisted`, w.pod().Status.Trouble.Message)
			}
		})
	}
}
