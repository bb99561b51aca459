package simtest_test

import (
	"fmt"
	"time"

	"pgregory.net/rapid"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/rollout"
	"github.com/daemonsim/daemonsim/taints"
)

// What happens to DaemonSets.

var (
	images = []string{"agent:v1", "agent:v2", "agent:v3"}
	names  = []string{"one", "two"}
)

func (m *machine) SetCreated(t *rapid.T) {
	name := rapid.SampledFrom(names).Draw(t, "name")
	if m.sim().DaemonSet("default", name) != nil {
		t.Skip("there is such a DaemonSet")
	}
	labels := map[string]string{"app": name}
	set := &daemonset.DaemonSet{
		ObjectMeta: cluster.ObjectMeta{Name: name, Namespace: "default"},
		Spec: daemonset.Spec{
			Selector:       &affinity.LabelSelector{MatchLabels: labels},
			UpdateStrategy: drawStrategy(t),
			Template: cluster.PodTemplateSpec{
				ObjectMeta: cluster.TemplateMeta{Labels: labels},
				Spec: cluster.PodSpec{
					Containers: []cluster.Container{{Name: "main", Image: drawImage(t)}},
				},
			},
		},
	}
	drawContainers(t, &set.Spec.Template.Spec)
	drawPlacement(t, &set.Spec.Template.Spec)
	m.do(t, "DaemonSet "+name+" created", func(sim *daemonsim.Sim) error {
		_, err := sim.Create(set)
		return err
	})
}

// drawContainers puts some beside the first one.
func drawContainers(t *rapid.T, spec *cluster.PodSpec) {
	always := cluster.ContainerRestartPolicyAlways
	probe := func() *cluster.Probe {
		return &cluster.Probe{ProbeHandler: cluster.ProbeHandler{Exec: &cluster.ExecAction{Command: []string{"true"}}}}
	}
	switch rapid.SampledFrom([]string{"alone", "alone", "two", "init", "sidecar", "probed"}).Draw(t, "containers") {
	case "two":
		spec.Containers = append(spec.Containers, cluster.Container{Name: "second", Image: drawImage(t)})
	case "init":
		spec.InitContainers = []cluster.Container{
			{Name: "first", Image: drawImage(t)}, {Name: "then", Image: "ready:v1"},
		}
	case "sidecar":
		spec.InitContainers = []cluster.Container{
			{Name: "beside", Image: drawImage(t), RestartPolicy: &always, StartupProbe: probe()},
			{Name: "then", Image: "ready:v1"},
		}
	case "probed":
		spec.Containers[0].StartupProbe, spec.Containers[0].LivenessProbe = probe(), probe()
	}
}

func drawImage(t *rapid.T) string { return rapid.SampledFrom(images).Draw(t, "image") }

func drawStrategy(t *rapid.T) daemonset.UpdateStrategy {
	u := daemonset.UpdateStrategy{Type: daemonset.RollingUpdate}
	budget := rapid.SampledFrom([]cluster.IntOrString{
		cluster.FromInt(1), cluster.FromInt(2), cluster.FromString("34%"), cluster.FromString("100%"),
	}).Draw(t, "budget")
	zero := cluster.FromInt(0)
	switch rapid.SampledFrom([]string{"unavailable", "surge", "OnDelete"}).Draw(t, "strategy") {
	case "unavailable":
		u.RollingUpdate = &daemonset.RollingUpdateSpec{MaxUnavailable: &budget, MaxSurge: &zero}
	case "surge":
		u.RollingUpdate = &daemonset.RollingUpdateSpec{MaxUnavailable: &zero, MaxSurge: &budget}
	default:
		u.Type = daemonset.OnDelete
	}
	return u
}

func drawPlacement(t *rapid.T, spec *cluster.PodSpec) {
	spec.NodeName, spec.NodeSelector, spec.Tolerations, spec.Affinity = "", nil, nil, nil
	spec.HostNetwork = rapid.Bool().Draw(t, "hostNetwork")
	switch rapid.SampledFrom([]string{"any", "zone", "affinity", "field", "name"}).Draw(t, "nodes") {
	case "zone":
		spec.NodeSelector = map[string]string{"zone": "a"}
	case "affinity":
		spec.Affinity = requireTerms(affinity.NodeSelectorTerm{MatchExpressions: []affinity.NodeSelectorRequirement{
			{Key: "zone", Operator: affinity.NodeSelectorOpNotIn, Values: []string{"b"}},
			{Key: "rank", Operator: affinity.NodeSelectorOpGt, Values: []string{"1"}},
		}}, affinity.NodeSelectorTerm{MatchExpressions: []affinity.NodeSelectorRequirement{
			{Key: "zone", Operator: affinity.NodeSelectorOpExists},
		}})
	case "field":
		spec.Affinity = requireTerms(affinity.NodeSelectorTerm{MatchFields: []affinity.NodeSelectorRequirement{
			{Key: affinity.FieldMetadataName, Operator: affinity.NodeSelectorOpNotIn, Values: []string{"n0"}},
		}})
	case "name":
		spec.NodeName = "n1"
	}
	switch rapid.SampledFrom([]string{"none", "dedicated", "all", "execute", "for a while"}).Draw(t, "tolerations") {
	case "dedicated":
		spec.Tolerations = []taints.Toleration{{Key: "dedicated", Value: "v"}}
	case "all":
		spec.Tolerations = []taints.Toleration{{Operator: taints.OperatorExists}}
	case "execute":
		spec.Tolerations = []taints.Toleration{
			{Key: "other", Operator: taints.OperatorExists, Effect: taints.EffectNoExecute},
		}
	case "for a while":
		// On a tainted node it comes, is evicted and comes again, without end.
		spec.Tolerations = []taints.Toleration{{
			Key: "other", Operator: taints.OperatorExists, Effect: taints.EffectNoExecute, TolerationSeconds: new(int64(8)),
		}}
	}
}

func requireTerms(terms ...affinity.NodeSelectorTerm) *affinity.Affinity {
	return &affinity.Affinity{NodeAffinity: &affinity.NodeAffinity{
		RequiredDuringSchedulingIgnoredDuringExecution: &affinity.NodeSelector{NodeSelectorTerms: terms},
	}}
}

func (m *machine) updateSet(t *rapid.T, what string, change func(*daemonset.DaemonSet)) {
	set := m.set(t)
	m.do(t, "DaemonSet "+set.Name+" "+what, func(sim *daemonsim.Sim) error {
		return sim.UpdateDaemonSet(set.Namespace, set.Name, change)
	})
}

func (m *machine) SetImage(t *rapid.T) {
	set, image := m.set(t), drawImage(t)
	m.do(t, "DaemonSet "+set.Name+" gets "+image, func(sim *daemonsim.Sim) error {
		return sim.SetImage(set.Namespace, set.Name, "*", image)
	})
}

func (m *machine) SetPlacement(t *rapid.T) {
	var spec cluster.PodSpec
	drawPlacement(t, &spec)
	m.updateSet(t, "gets another placement", func(d *daemonset.DaemonSet) {
		p := &d.Spec.Template.Spec
		p.NodeName, p.NodeSelector = spec.NodeName, spec.NodeSelector
		p.Tolerations, p.Affinity, p.HostNetwork = spec.Tolerations, spec.Affinity, spec.HostNetwork
	})
}

func (m *machine) SetStrategy(t *rapid.T) {
	strategy := drawStrategy(t)
	m.updateSet(t, fmt.Sprintf("gets strategy %+v", strategy), func(d *daemonset.DaemonSet) {
		d.Spec.UpdateStrategy = strategy
	})
}

func (m *machine) SetNumbers(t *rapid.T) {
	ready := rapid.SampledFrom([]int32{0, 3, 20}).Draw(t, "minReadySeconds")
	limit := rapid.SampledFrom([]int32{0, 1, 10}).Draw(t, "revisionHistoryLimit")
	m.updateSet(t, fmt.Sprintf("gets minReadySeconds %d, limit %d", ready, limit),
		func(d *daemonset.DaemonSet) {
			d.Spec.MinReadySeconds, d.Spec.RevisionHistoryLimit = ready, &limit
		})
}

func (m *machine) SetUndone(t *rapid.T) {
	set := m.set(t)
	m.do(t, "DaemonSet "+set.Name+" undone", func(sim *daemonsim.Sim) error {
		err := sim.Undo(set.Namespace, set.Name, 0)
		if err != nil && len(daemonset.Revisions(sim.Reader, set)) < 2 {
			return nil
		}
		return err
	})
}

func (m *machine) SetRestarted(t *rapid.T) {
	set := m.set(t)
	m.do(t, "DaemonSet "+set.Name+" restarted", func(sim *daemonsim.Sim) error {
		at := sim.Epoch().Add(sim.Now() / time.Second * time.Second)
		_, err := daemonset.Restart(sim.Client, sim.DaemonSet(set.Namespace, set.Name), at)
		return err
	})
}

func (m *machine) SetDeleted(t *rapid.T) {
	set := m.set(t)
	how := cluster.DeleteOptions{
		Propagation: rapid.SampledFrom([]cluster.Propagation{
			cluster.Background, cluster.Orphan, cluster.Foreground,
		}).Draw(t, "how"),
	}
	m.do(t, fmt.Sprintf("DaemonSet %s deleted %v", set.Name, how.Propagation), func(sim *daemonsim.Sim) error {
		return sim.Delete(daemonset.Kind, set.Namespace, set.Name, how)
	})
}

func (m *machine) RevisionDeleted(t *rapid.T) {
	var list []string
	for obj := range m.sim().Objects(rollout.KindControllerRevision, "") {
		list = append(list, obj.Meta().Name)
	}
	name := pick(t, list, "revision")
	m.do(t, "ControllerRevision "+name+" deleted", func(sim *daemonsim.Sim) error {
		return sim.Delete(rollout.KindControllerRevision, "default", name, cluster.DeleteOptions{})
	})
}
