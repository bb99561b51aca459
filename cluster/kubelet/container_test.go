package kubelet_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/kubelet"
)

// crew is a pod with several containers, each of an image of its own name.
type crew struct {
	// inits and regular are the names; a sidecar has a + before its name.
	inits, regular string
	shape          func(*cluster.PodSpec)
	images         map[string]kubelet.Behaviour
	finalizers     []string
}

func (c crew) spec() cluster.PodTemplateSpec {
	var t cluster.PodTemplateSpec
	always := cluster.ContainerRestartPolicyAlways
	for _, name := range strings.Fields(c.inits) {
		container := cluster.Container{Name: strings.TrimPrefix(name, "+"), Image: strings.TrimPrefix(name, "+")}
		if container.Name != name {
			container.RestartPolicy = &always
		}
		t.Spec.InitContainers = append(t.Spec.InitContainers, container)
	}
	for _, name := range strings.Fields(c.regular) {
		t.Spec.Containers = append(t.Spec.Containers, cluster.Container{Name: name, Image: name})
	}
	if c.shape != nil {
		c.shape(&t.Spec)
	}
	return t
}

// run has such a pod, and gathers what each change shows of its containers.
func (c crew) run(t *testing.T) (*world, *[]string) {
	w := newWorld(t, kubelet.Config{Images: c.images})
	var told []string
	w.OnChange(func(ch *cluster.Change) {
		if p, ok := ch.After.(*cluster.Pod); ok {
			told = append(told, fmt.Sprint(ch.Time, " ", crewText(p)))
		}
	})
	_, err := w.Create(&cluster.Pod{
		ObjectMeta: cluster.ObjectMeta{Name: "p", Finalizers: c.finalizers},
		Template:   cluster.NewTemplate(c.spec()), NodeName: "a",
	})
	require.NoError(t, err)
	return w, &told
}

// runFor is run, and lets time pass.
func (c crew) runFor(t *testing.T, d time.Duration) (*world, *[]string) {
	w, told := c.run(t)
	require.NoError(t, w.RunFor(d))
	return w, told
}

// crewText is the phase of a pod, what each container does, and which conditions are True.
func crewText(p *cluster.Pod) string {
	words := []string{string(p.Phase())}
	for _, s := range append(p.InitContainerStatuses(), p.ContainerStatuses()...) {
		word := s.Name + "="
		switch {
		case s.State.Running != nil && s.Ready:
			word += "ready"
		case s.State.Running != nil && *s.Started:
			word += "running"
		case s.State.Running != nil:
			word += "starting"
		case s.State.Waiting != nil:
			word += s.State.Waiting.Reason
		default:
			word += fmt.Sprint("exit", s.State.Terminated.ExitCode)
		}
		if s.RestartCount > 0 {
			word += fmt.Sprintf("(%d)", s.RestartCount)
		}
		words = append(words, word)
	}
	for _, c := range p.Conditions() {
		if c.Status == cluster.ConditionTrue && c.Type != cluster.PodScheduled &&
			c.Type != cluster.PodReadyToStartContainers {
			words = append(words, string(c.Type))
		}
	}
	return strings.Join(words, " ")
}

// TestContainers has each container of a pod do something else.
func TestContainers(t *testing.T) {
	probe := func(p *cluster.Probe) *cluster.Probe {
		p.Exec, p.PeriodSeconds, p.FailureThreshold = &cluster.ExecAction{Command: []string{"check"}}, 1, 3
		return p
	}
	for _, tt := range []struct {
		name  string
		crew  crew
		until time.Duration
		want  []string
	}{
		{"N-91 init containers come first, one after the other", crew{
			inits: "i j", regular: "a",
			images: map[string]kubelet.Behaviour{"i": {Pull: s, ExitAfter: 2 * s}, "j": {Start: s}, "a": {Pull: 4 * s}},
		}, time.Minute, []string{
			"0s Pending i=PodInitializing j=PodInitializing a=PodInitializing",
			"1s Pending i=running j=PodInitializing a=PodInitializing",
			"3s Pending i=exit0 j=PodInitializing a=PodInitializing",
			"4s Pending i=exit0 j=running a=PodInitializing",
			"4s Pending i=exit0 j=exit0 a=PodInitializing Initialized",
			"8s Running i=exit0 j=exit0 a=ready Initialized Ready ContainersReady",
		}},
		{"N-91 an init container that fails keeps the pod Pending", crew{
			inits: "i", regular: "a", images: map[string]kubelet.Behaviour{"i": {CrashAfter: s}},
		}, 13 * s, []string{
			"0s Pending i=PodInitializing a=PodInitializing",
			"0s Pending i=running a=PodInitializing",
			"1s Pending i=exit1 a=PodInitializing",
			"1s Pending i=running(1) a=PodInitializing",
			"2s Pending i=CrashLoopBackOff(1) a=PodInitializing",
			"12s Pending i=running(2) a=PodInitializing",
			"13s Pending i=CrashLoopBackOff(2) a=PodInitializing",
		}},
		{"N-94 what comes after a sidecar waits for its startup probe, and its readiness counts", crew{
			inits: "+x", regular: "a", images: map[string]kubelet.Behaviour{"x": {ReadyAfter: 3 * s}},
			shape: func(spec *cluster.PodSpec) {
				spec.InitContainers[0].StartupProbe = probe(&cluster.Probe{})
				spec.InitContainers[0].StartupProbe.FailureThreshold = 9
				spec.InitContainers[0].ReadinessProbe = probe(&cluster.Probe{InitialDelaySeconds: 5})
			},
		}, time.Minute, []string{
			"0s Pending x=PodInitializing a=PodInitializing",
			"0s Pending x=starting a=PodInitializing",
			"3s Pending x=running a=PodInitializing Initialized",
			"3s Running x=running a=ready Initialized",
			"5s Running x=ready a=ready Initialized Ready ContainersReady",
		}},
		{"N-96 each container has its own crashes and its own delays", crew{
			regular: "a b", images: map[string]kubelet.Behaviour{"b": {CrashAfter: 2 * s}},
		}, 16 * s, []string{
			"0s Pending a=ContainerCreating b=ContainerCreating Initialized",
			"0s Pending a=ready b=ContainerCreating Initialized",
			"0s Running a=ready b=ready Initialized Ready ContainersReady",
			"2s Running a=ready b=exit1 Initialized",
			"2s Running a=ready b=ready(1) Initialized Ready ContainersReady",
			"4s Running a=ready b=CrashLoopBackOff(1) Initialized",
			"14s Running a=ready b=ready(2) Initialized Ready ContainersReady",
			"16s Running a=ready b=CrashLoopBackOff(2) Initialized",
		}},
		{"N-91 Pending while one container cannot be pulled, though the others run", crew{
			regular: "a b c", images: map[string]kubelet.Behaviour{"b": {PullError: "gone"}},
		}, 5 * s, []string{
			"0s Pending a=ContainerCreating b=ContainerCreating c=ContainerCreating Initialized",
			"0s Pending a=ready b=ContainerCreating c=ContainerCreating Initialized",
			"0s Pending a=ready b=ErrImagePull c=ContainerCreating Initialized",
			"0s Pending a=ready b=ErrImagePull c=ready Initialized",
			"1s Pending a=ready b=ImagePullBackOff c=ready Initialized",
		}},
		{"N-101 a liveness probe restarts its container alone", crew{
			regular: "a b", images: map[string]kubelet.Behaviour{"b": {HangAfter: 2 * s, Stop: s, StopCode: 3}},
			shape: func(spec *cluster.PodSpec) { spec.Containers[1].LivenessProbe = probe(&cluster.Probe{}) },
		}, 6 * s, []string{
			"0s Pending a=ContainerCreating b=ContainerCreating Initialized",
			"0s Pending a=ready b=ContainerCreating Initialized",
			"0s Running a=ready b=ready Initialized Ready ContainersReady",
			"5s Running a=ready b=exit3 Initialized",
			"5s Running a=ready b=ready(1) Initialized Ready ContainersReady",
		}},
		{"N-92 a pod that is not restarted ends with the last container", crew{
			regular: "a b", shape: func(spec *cluster.PodSpec) { spec.RestartPolicy = cluster.RestartPolicyNever },
			images: map[string]kubelet.Behaviour{"a": {ExitAfter: s}, "b": {CrashAfter: 3 * s}},
		}, time.Minute, []string{
			"0s Pending a=ContainerCreating b=ContainerCreating Initialized",
			"0s Pending a=ready b=ContainerCreating Initialized",
			"0s Running a=ready b=ready Initialized Ready ContainersReady",
			"1s Running a=exit0 b=ready Initialized",
			"3s Failed a=exit0 b=exit1 Initialized",
		}},
		{"N-92 the sidecars stop after the work is done", crew{
			inits: "+x", regular: "a",
			shape:  func(spec *cluster.PodSpec) { spec.RestartPolicy = cluster.RestartPolicyOnFailure },
			images: map[string]kubelet.Behaviour{"a": {ExitAfter: 2 * s}, "x": {Stop: s, StopCode: 143}},
		}, time.Minute, []string{
			"0s Pending x=PodInitializing a=PodInitializing",
			"0s Pending x=ready a=PodInitializing Initialized",
			"0s Running x=ready a=ready Initialized Ready ContainersReady",
			"2s Running x=ready a=exit0 Initialized",
			"3s Succeeded x=exit143 a=exit0 Initialized",
		}},
		{"N-91 an init container that fails for good", crew{
			inits: "i", regular: "a", images: map[string]kubelet.Behaviour{"i": {CrashAfter: s}},
			shape: func(spec *cluster.PodSpec) { spec.RestartPolicy = cluster.RestartPolicyNever },
		}, time.Minute, []string{
			"0s Pending i=PodInitializing a=PodInitializing",
			"0s Pending i=running a=PodInitializing",
			"1s Failed i=exit1 a=PodInitializing",
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w, told := tt.crew.run(t)
			require.NoError(t, w.RunFor(tt.until))
			if diff := cmp.Diff(tt.want, *told); diff != "" {
				t.Errorf("what the API shows (-want +got):\n%s", diff)
			}
		})
	}
}

// TestContainersStop ends a pod one of whose containers has failed.
func TestContainersStop(t *testing.T) {
	w, told := crew{
		regular: "a b", finalizers: []string{"example.com/keep"},
		images: map[string]kubelet.Behaviour{"b": {CrashAfter: 2 * s}, "a": {Stop: s}},
	}.run(t)
	require.NoError(t, w.RunFor(5*s))
	*told = nil
	w.delete()
	require.NoError(t, w.RunFor(time.Minute))
	require.Equal(t, []string{
		"5s Running a=ready b=CrashLoopBackOff(1) Initialized",
		"6s Failed a=exit0 b=exit1(1) Initialized",
		"6s Failed a=exit0 b=exit1(1) Initialized",
	}, *told, "N-92: Failed unless all have ended without an error")
}

// TestContainersReboot switches the node of a pod with init containers off and on.
func TestContainersReboot(t *testing.T) {
	w, told := crew{
		inits: "i", regular: "a b",
		images: map[string]kubelet.Behaviour{"i": {ExitAfter: 2 * s}, "a": {Start: s}},
	}.run(t)
	require.NoError(t, w.RunFor(100*s))
	*told = nil
	w.outage(cluster.Outage{Off: true, End: 130 * s})
	require.NoError(t, w.RunFor(time.Hour))
	require.Equal(t, []string{
		"2m10s Running i=exit0 a=exit255 b=exit255 Initialized",
		"2m10s Pending i=running(1) a=exit255 b=exit255 Initialized",
		"2m12s Running i=exit0(1) a=exit255 b=exit255 Initialized",
		"2m13s Running i=exit0(1) a=ready(1) b=exit255 Initialized",
		"2m13s Running i=exit0(1) a=ready(1) b=ready(1) Initialized Ready ContainersReady",
	}, compact(*told), "N-109: everything starts once more, the init containers first")
}

// compact leaves out what says the same as what comes before it.
func compact(list []string) []string {
	var short []string
	for i, text := range list {
		if i == 0 || text != list[i-1] {
			short = append(short, text)
		}
	}
	return short
}

// TestReadinessGates opens and closes the gate of a pod.
func TestReadinessGates(t *testing.T) {
	const gate = "example.com/attached"
	w, told := crew{regular: "a", shape: func(spec *cluster.PodSpec) {
		spec.ReadinessGates = []cluster.PodReadinessGate{{ConditionType: gate}}
	}}.run(t)
	report := func(status string) {
		_, err := w.SetPodCondition(w.pod().UID, cluster.PodCondition{Type: gate, Status: status})
		require.NoError(t, err)
	}
	require.NoError(t, w.RunFor(5*s))
	ready := w.pod().Conditions()[2]
	require.Equal(t, "ReadinessGatesNotReady", ready.Reason, "N-94")
	require.Equal(t, `corresponding condition of pod readiness gate "example.com/attached" does not exist.`, ready.Message)
	report(cluster.ConditionTrue)
	require.NoError(t, w.RunFor(5*s))
	report(cluster.ConditionFalse)
	require.NoError(t, w.RunFor(5*s))
	ready = w.pod().Conditions()[2]
	require.Equal(t, 10*s, *ready.LastTransitionTime)
	require.Equal(t, `the status of pod readiness gate "example.com/attached" is not "True", but False`, ready.Message)
	require.Equal(t, 0*s, *w.pod().Conditions()[3].LastTransitionTime, "the containers have been ready all along")
	require.Equal(t, []string{
		"0s Pending a=ContainerCreating Initialized",
		"0s Running a=ready Initialized ContainersReady",
		"5s Running a=ready Initialized ContainersReady " + gate,
		"5s Running a=ready Initialized Ready ContainersReady " + gate,
		"10s Running a=ready Initialized Ready ContainersReady",
		"10s Running a=ready Initialized ContainersReady",
	}, *told, "the kubelet finds out, and says so")

	t.Run("silent", func(t *testing.T) {
		w.outage(cluster.Outage{})
		report(cluster.ConditionTrue)
		require.NoError(t, w.RunFor(time.Minute))
		require.False(t, w.pod().Status.Ready, "nobody looks")
		_, err := w.SetOutage(w.Node("a").UID, nil)
		require.NoError(t, err)
		require.NoError(t, w.RunFor(time.Minute))
		require.True(t, w.pod().Status.Ready)
	})
	t.Run("misuse", func(t *testing.T) {
		for _, c := range []cluster.PodCondition{
			{Type: "Ready", Status: "True"}, {Type: gate, Status: "Yes"}, {Type: "no type", Status: "True"}, {},
		} {
			_, err := w.SetPodCondition(w.pod().UID, c)
			require.ErrorIs(t, err, cluster.ErrInvalid)
		}
		_, err := w.SetPodCondition(0, cluster.PodCondition{Type: gate, Status: "True"})
		require.ErrorIs(t, err, cluster.ErrNotFound)
	})
}
