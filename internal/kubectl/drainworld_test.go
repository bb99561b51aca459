package kubectl_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/field"
	"github.com/daemonsim/daemonsim/daemonset"
)

// fleet is a controller of pods that are made by hand.
type fleet struct{ cluster.ObjectMeta }

func (f *fleet) Kind() cluster.Kind        { return "Fleet" }
func (f *fleet) APIVersion() string        { return "example.com/v1" }
func (f *fleet) Scope() cluster.Scope      { return cluster.Namespaced }
func (f *fleet) Clone() cluster.Object     { return &fleet{f.CloneMeta()} }
func (f *fleet) Default()                  {}
func (f *fleet) Validate() field.ErrorList { return nil }

// drainWorld is two nodes with the DaemonSet agent, and on n1 pods of other kinds.
type drainWorld struct {
	*daemonsim.Sim
	t     *testing.T
	fleet cluster.Object
}

func newDrainWorld(t *testing.T) *drainWorld {
	w := &drainWorld{Sim: newShell().sim, t: t}
	require.NoError(t, w.AddNodes("n1", "n2"))
	owner, err := w.Create(&fleet{cluster.ObjectMeta{Name: "web"}})
	require.NoError(t, err)
	w.fleet = owner
	return w
}

// withAgents adds the DaemonSet, whose pods have these names.
func (w *drainWorld) withAgents() (n1 string) {
	w.t.Helper()
	require.NoError(w.t, w.ApplyYAML("agent.yaml", agentManifest))
	require.NoError(w.t, w.Settle())
	for p := range w.PodsOn("n1") {
		if p.Labels["app"] == "agent" {
			return p.Name
		}
	}
	w.t.Fatal("no agent on n1")
	return ""
}

// pod puts a pod on n1: one of the fleet that is labelled app=web, unless edit says something else.
func (w *drainWorld) pod(name string, edit func(*cluster.Pod, *cluster.PodTemplateSpec)) *cluster.Pod {
	w.t.Helper()
	p := &cluster.Pod{ObjectMeta: cluster.ObjectMeta{Name: name, Labels: map[string]string{"app": "web"}}, NodeName: "n1"}
	p.OwnerReferences = []cluster.OwnerReference{{
		APIVersion: "example.com/v1", Kind: "Fleet", Name: "web", UID: w.fleet.Meta().UID, Controller: new(true),
	}}
	var spec cluster.PodTemplateSpec
	spec.Spec.Containers = []cluster.Container{{Name: "main", Image: "img:v1"}}
	if edit != nil {
		edit(p, &spec)
	}
	p.Template = cluster.NewTemplate(spec)
	stored, err := w.Create(p)
	require.NoError(w.t, err)
	return stored.(*cluster.Pod)
}

func bare(p *cluster.Pod, _ *cluster.PodTemplateSpec) { p.OwnerReferences = nil }

func scratch(_ *cluster.Pod, s *cluster.PodTemplateSpec) {
	s.Spec.Volumes = []cluster.Volume{{Name: "data", VolumeSource: cluster.VolumeSource{EmptyDir: &cluster.EmptyDirVolumeSource{}}}}
}

func both(p *cluster.Pod, s *cluster.PodTemplateSpec) {
	bare(p, s)
	scratch(p, s)
}

func mirror(p *cluster.Pod, s *cluster.PodTemplateSpec) {
	both(p, s)
	p.Annotations = map[string]string{"kubernetes.io/config.mirror": "x"}
}

// orphaned is a pod of a DaemonSet that is gone. The collector keeps it, as its owner has the UID of the fleet.
func orphaned(p *cluster.Pod, _ *cluster.PodTemplateSpec) {
	p.OwnerReferences[0].APIVersion, p.OwnerReferences[0].Kind, p.OwnerReferences[0].Name = "apps/v1", daemonset.Kind, "late"
}

// foreign is a pod of a controller that has the kind of another group.
func foreign(p *cluster.Pod, _ *cluster.PodTemplateSpec) { p.OwnerReferences[0].Kind = daemonset.Kind }

// budget wants so many pods of the fleet healthy.
func (w *drainWorld) budget(minAvailable int32) {
	w.t.Helper()
	b := &cluster.PodDisruptionBudget{ObjectMeta: cluster.ObjectMeta{Name: "web"}}
	share := cluster.FromInt(minAvailable)
	b.Spec.MinAvailable = &share
	b.Spec.Selector = &affinity.LabelSelector{MatchLabels: map[string]string{"app": "web"}}
	_, err := w.Create(b)
	require.NoError(w.t, err)
}

func (w *drainWorld) settle() {
	w.t.Helper()
	require.NoError(w.t, w.Settle())
}

// drain drains n1 and compares what is printed.
func (w *drainWorld) drain(code int, flags, want string) {
	w.t.Helper()
	got := run(w.t, w.Sim, code, append([]string{"drain", "n1"}, strings.Fields(flags)...)...)
	same(w.t, strings.TrimPrefix(want, "\n"), got)
}

// left are the pods that are on n1.
func (w *drainWorld) left() (names []string) {
	for p := range w.PodsOn("n1") {
		names = append(names, p.Name)
	}
	slices.Sort(names)
	return names
}

func (w *drainWorld) wantNothingDone(pods ...string) {
	w.t.Helper()
	require.Equal(w.t, pods, w.left())
	for p := range w.PodsOn("n1") {
		require.False(w.t, p.Terminating(), p.Name)
	}
	require.True(w.t, w.Node("n1").Spec.Unschedulable, "the node stays cordoned")
}
