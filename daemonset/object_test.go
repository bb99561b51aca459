package daemonset_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/quantity"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/rollout"
	"github.com/daemonsim/daemonsim/taints"
)

// fieldNames are the names that the fields of a struct have in JSON.
func fieldNames(v any) []string {
	var names []string
	for f := range reflect.TypeOf(v).Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		names = append(names, name)
	}
	return names
}

// TestObject is about what a DaemonSet is made of.
func TestObject(t *testing.T) {
	t.Run("D-1", func(t *testing.T) {
		d := agent()
		require.Equal(t, "apps/v1 DaemonSet", d.APIVersion()+" "+string(d.Kind()))
		require.Equal(t, cluster.Namespaced, d.Scope())
		w := newWorld(t, setup{})
		w.create(d)
		next := w.set().Clone().(*daemonset.DaemonSet)
		next.Status.NumberReady, next.Spec.MinReadySeconds = 3, 7
		_, err := w.UpdateStatus(next)
		require.NoError(t, err)
		require.EqualValues(t, 3, w.set().Status.NumberReady, "the status is written separately")
		require.Zero(t, w.set().Spec.MinReadySeconds)
	})
	t.Run("D-2", func(t *testing.T) {
		require.ElementsMatch(t, []string{
			"selector", "template", "updateStrategy", "minReadySeconds", "revisionHistoryLimit",
		}, fieldNames(daemonset.Spec{}))
		require.ElementsMatch(t, []string{"type", "rollingUpdate"}, fieldNames(daemonset.UpdateStrategy{}))
		require.ElementsMatch(t, []string{"maxUnavailable", "maxSurge"}, fieldNames(daemonset.RollingUpdateSpec{}))
	})
	t.Run("D-3", func(t *testing.T) {
		var object struct{ Status map[string]any }
		require.NoError(t, json.Unmarshal(cluster.JSON(agent(), time.Time{}), &object))
		require.Equal(t, map[string]any{
			"currentNumberScheduled": 0.0, "numberMisscheduled": 0.0, "desiredNumberScheduled": 0.0, "numberReady": 0.0,
		}, object.Status)
	})
	t.Run("D-7", checkTemplateDefaults)
	t.Run("D-8", checkPodDefaults)
	t.Run("D-9", checkImpliedRequests)
	t.Run("D-10", checkNoTolerationSeconds)
	t.Run("D-18", checkSelectorIsImmutable)
	t.Run("D-19", checkLongNames)
	t.Run("D-23", checkStatusIsJudged)
	t.Run("D-24", checkRevisionIsJudged)
	t.Run("D-25", checkGenerationsOnCreate)
	t.Run("D-30", func(t *testing.T) {
		w := newWorld(t, setup{})
		_, err := w.Update(agent())
		require.ErrorIs(t, err, cluster.ErrNotFound, "an update creates nothing")
		w.create(agent())
		next := agent(minReady(7))
		require.Zero(t, next.ResourceVersion)
		w.update(next)
		require.EqualValues(t, 7, w.set().Spec.MinReadySeconds, "without a resourceVersion it is unconditional")
	})
	t.Run("D-31", checkObservedGeneration)
}

func checkTemplateDefaults(t *testing.T) {
	d := agent(spec(func(s *cluster.PodSpec) {
		s.ServiceAccountName = "robot"
		s.Containers = []cluster.Container{
			{Name: "tagged", Image: "agent:v1", Ports: []cluster.ContainerPort{{ContainerPort: 80}},
				ReadinessProbe: &cluster.Probe{ProbeHandler: cluster.ProbeHandler{HTTPGet: &cluster.HTTPGetAction{}}}},
			{Name: "latest", Image: "agent:latest"},
			{Name: "untagged", Image: "agent"},
		}
		s.Volumes = []cluster.Volume{{Name: "scratch"}}
	}))
	d.Default()
	s := &d.Spec.Template.Spec
	require.EqualValues(t, "Always", s.RestartPolicy)
	require.EqualValues(t, 30, *s.TerminationGracePeriodSeconds)
	require.EqualValues(t, "ClusterFirst", s.DNSPolicy)
	require.Equal(t, "default-scheduler", s.SchedulerName)
	require.NotNil(t, s.SecurityContext)
	require.Equal(t, "robot", s.DeprecatedServiceAccount)
	require.NotNil(t, s.Volumes[0].EmptyDir)
	first := s.Containers[0]
	require.EqualValues(t, "/dev/termination-log File", first.TerminationMessagePath+" "+string(first.TerminationMessagePolicy))
	require.EqualValues(t, "TCP", first.Ports[0].Protocol)
	probe := first.ReadinessProbe
	require.Equal(t, []int32{1, 10, 1, 3},
		[]int32{probe.TimeoutSeconds, probe.PeriodSeconds, probe.SuccessThreshold, probe.FailureThreshold})
	require.EqualValues(t, "/ HTTP", probe.HTTPGet.Path+" "+string(probe.HTTPGet.Scheme))
	for i, want := range []string{"IfNotPresent", "Always", "Always"} {
		require.EqualValues(t, want, s.Containers[i].ImagePullPolicy)
	}
}

func checkPodDefaults(t *testing.T) {
	negative := int64(-5)
	w := newWorld(t, setup{noScheduler: true}, "n")
	w.create(agent(spec(func(s *cluster.PodSpec) {
		s.HostNetwork, s.TerminationGracePeriodSeconds = true, &negative
		s.Containers[0].Ports = []cluster.ContainerPort{{ContainerPort: 80}}
	})))
	w.settle()
	inTemplate, inPod := w.set().Spec.Template.Spec, w.only("n").FullSpec()
	require.Zero(t, inTemplate.Containers[0].Ports[0].HostPort)
	require.EqualValues(t, 80, inPod.Containers[0].Ports[0].HostPort)
	require.Nil(t, inTemplate.EnableServiceLinks)
	require.True(t, *inPod.EnableServiceLinks)
	require.EqualValues(t, -5, *inTemplate.TerminationGracePeriodSeconds)
	require.EqualValues(t, 1, *inPod.TerminationGracePeriodSeconds)
}

// checkImpliedRequests gives a pod nothing but limits: they are what a scheduler counts.
func checkImpliedRequests(t *testing.T) {
	limits := cluster.ResourceList{"cpu": quantity.New(3)}
	w := newWorld(t, setup{})
	small := node("n", nil)
	small.Status.Allocatable = cluster.ResourceList{"cpu": quantity.New(2), "pods": quantity.New(9)}
	w.create(small)
	w.create(agent(spec(func(s *cluster.PodSpec) { s.Containers[0].Resources.Limits = limits })))
	w.settle()
	require.Empty(t, w.set().Spec.Template.Spec.Containers[0].Resources.Requests)
	require.Equal(t, limits, w.only("n").FullSpec().Containers[0].Resources.Requests)
	require.False(t, w.only("n").Bound(), "3 CPUs do not fit into 2")
}

func checkNoTolerationSeconds(t *testing.T) {
	w := newWorld(t, setup{}, "n")
	w.create(agent())
	w.settle()
	for _, key := range []string{taints.KeyNotReady, taints.KeyUnreachable} {
		matching := 0
		for _, toleration := range w.only("n").FullSpec().Tolerations {
			if toleration.Tolerates(taints.Taint{Key: key, Effect: taints.EffectNoExecute}) {
				matching++
				require.Nil(t, toleration.TolerationSeconds, "it is tolerated for ever")
			}
		}
		require.Equal(t, 1, matching, "nothing has been added for %s", key)
	}
}

// checkLongNames makes a DaemonSet whose revision would have too long a name.
func checkLongNames(t *testing.T) {
	w := newWorld(t, setup{}, "n")
	_, err := w.Create(agent(func(d *daemonset.DaemonSet) { d.Name = strings.Repeat("a", 254) }))
	require.ErrorIs(t, err, cluster.ErrInvalid)
	d := agent()
	d.Default()
	longest := 253 - len("-"+rollout.Hash(rollout.Encode(&d.Spec.Template), nil))
	for _, length := range []int{longest, longest + 1, 253} {
		f := w.fork()
		f.create(agent(func(d *daemonset.DaemonSet) { d.Name = strings.Repeat("a", length) }))
		f.instant()
		require.Equal(t, length == longest, len(f.on("n")) == 1, "%d characters: the revision's name is longer", length)
	}
}

func checkStatusIsJudged(t *testing.T) {
	w := newWorld(t, setup{})
	w.create(agent())
	write := func(edit func(*daemonset.Status)) []string {
		next := *w.set()
		edit(&next.Status)
		_, err := w.UpdateStatus(&next)
		return messages(err)
	}
	const negative = ": Invalid value: -1: must be greater than or equal to 0"
	for _, tt := range []struct {
		name string
		edit func(*daemonset.Status)
	}{
		{"currentNumberScheduled", func(s *daemonset.Status) { s.CurrentNumberScheduled = -1 }},
		{"numberMisscheduled", func(s *daemonset.Status) { s.NumberMisscheduled = -1 }},
		{"desiredNumberScheduled", func(s *daemonset.Status) { s.DesiredNumberScheduled = -1 }},
		{"numberReady", func(s *daemonset.Status) { s.NumberReady = -1 }},
		{"observedGeneration", func(s *daemonset.Status) { s.ObservedGeneration = -1 }},
		{"updatedNumberScheduled", func(s *daemonset.Status) { s.UpdatedNumberScheduled = -1 }},
		{"numberAvailable", func(s *daemonset.Status) { s.NumberAvailable = -1 }},
		{"numberUnavailable", func(s *daemonset.Status) { s.NumberUnavailable = -1 }},
		{"collisionCount", func(s *daemonset.Status) { s.CollisionCount = ptr(int32(-1)) }},
	} {
		before := w.Hash()
		require.Equal(t, []string{"status." + tt.name + negative}, write(tt.edit))
		require.Equal(t, before, w.Hash(), "nothing is written")
	}
	require.Empty(t, write(func(s *daemonset.Status) { s.CollisionCount = ptr(int32(2)) }))
	require.Equal(t, []string{"status.collisionCount: Invalid value: 1: cannot be decremented"},
		write(func(s *daemonset.Status) { s.CollisionCount = ptr(int32(1)) }))
	require.Equal(t, []string{"status.collisionCount: Invalid value: 0: cannot be decremented"},
		write(func(s *daemonset.Status) { s.CollisionCount = nil }))
}

func checkRevisionIsJudged(t *testing.T) {
	w := newWorld(t, setup{}, "n")
	made := func(edit func(*rollout.ControllerRevision)) *rollout.ControllerRevision {
		r := &rollout.ControllerRevision{
			ObjectMeta: cluster.ObjectMeta{Name: "r", Namespace: "default"}, Data: []byte(`{"a":1}`), Revision: 1,
		}
		edit(r)
		return r
	}
	for _, tt := range []struct {
		name string
		edit func(*rollout.ControllerRevision)
	}{
		{"no object", func(r *rollout.ControllerRevision) { r.Data = []byte(`[1]`) }},
		{"no JSON", func(r *rollout.ControllerRevision) { r.Data = []byte(`{`) }},
		{"no data", func(r *rollout.ControllerRevision) { r.Data = nil }},
		{"negative", func(r *rollout.ControllerRevision) { r.Revision = -1 }},
	} {
		_, err := w.Create(made(tt.edit))
		require.ErrorIs(t, err, cluster.ErrInvalid, tt.name)
	}
	w.create(made(func(*rollout.ControllerRevision) {}))
	w.update(made(func(r *rollout.ControllerRevision) { r.Revision = 9 }))
	_, err := w.Update(made(func(r *rollout.ControllerRevision) { r.Data = []byte(`{"a":2}`) }))
	require.ErrorContains(t, err, "field is immutable")
}

// checkObservedGeneration looks at how far a sync must get to raise it.
func checkObservedGeneration(t *testing.T) {
	for _, tt := range []struct {
		name string
		edit func(*daemonset.DaemonSet)
		want int64
	}{
		{"a sync that does all", minReady(1), 1},
		{"manage fails", spec(func(s *cluster.PodSpec) { s.PriorityClassName = "later" }), 1},
		{"history fails", func(d *daemonset.DaemonSet) { d.Name = strings.Repeat("a", 250) }, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, setup{}, "n")
			d := w.create(agent(tt.edit)).(*daemonset.DaemonSet)
			w.instant()
			require.Equal(t, tt.want, daemonset.Get(w.Reader, "default", d.Name).Status.ObservedGeneration)
		})
	}
}
