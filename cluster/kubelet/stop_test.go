package kubelet_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/kubelet"
)

// shape is a change of a pod that is to be stopped.
type shape func(*cluster.PodSpec)

func graceful(seconds int64) shape {
	return func(s *cluster.PodSpec) { s.TerminationGracePeriodSeconds = &seconds }
}

func hooked(i int, hook cluster.LifecycleHandler) shape {
	return func(s *cluster.PodSpec) { s.Containers[i].Lifecycle = &cluster.Lifecycle{PreStop: &hook} }
}

func running(image string) shape {
	return func(s *cluster.PodSpec) {
		s.Containers = append(s.Containers, cluster.Container{Name: image, Image: image})
	}
}

func withSidecar(image string) shape {
	always := cluster.ContainerRestartPolicyAlways
	return func(s *cluster.PodSpec) {
		s.InitContainers = append(s.InitContainers,
			cluster.Container{Name: image, Image: image, RestartPolicy: &always})
	}
}

func withInit(image string) shape {
	return func(s *cluster.PodSpec) {
		s.InitContainers = append(s.InitContainers, cluster.Container{Name: image, Image: image})
	}
}

// shaped binds pod p to the node, held by a finalizer.
func (w *world) shaped(shapes ...shape) {
	spec := cluster.PodTemplateSpec{}
	spec.Spec.Containers = []cluster.Container{{Name: "c", Image: "agent:v1"}}
	for _, change := range shapes {
		change(&spec.Spec)
	}
	_, err := w.Create(&cluster.Pod{
		ObjectMeta: cluster.ObjectMeta{Name: "p", Finalizers: []string{"example.com/hold"}},
		Template:   cluster.NewTemplate(spec), NodeName: "a",
	})
	require.NoError(w.t, err)
}

var (
	exec  = cluster.LifecycleHandler{Exec: &cluster.ExecAction{Command: []string{"drain"}}}
	sleep = cluster.LifecycleHandler{Sleep: &cluster.SleepAction{Seconds: 12}}
)

// TestStop deletes a pod that runs, and has how long it takes and how it ends.
func TestStop(t *testing.T) {
	hour := kubelet.Behaviour{Stop: time.Hour}
	for _, row := range []struct {
		name   string
		images map[string]kubelet.Behaviour
		pod    []shape
		grace  time.Duration // of the call; none when it is 0
		after  time.Duration
		phase  cluster.PodPhase
		code   int32
		reason string
	}{
		{"N-65", map[string]kubelet.Behaviour{"agent:v1": {PreStop: 5 * s, Stop: 3 * s}}, []shape{hooked(0, exec)}, 0,
			8 * s, cluster.PodSucceeded, 0, "the hook comes first"},
		{"N-65 no hook", map[string]kubelet.Behaviour{"agent:v1": {PreStop: 5 * s, Stop: 3 * s}}, nil, 0,
			3 * s, cluster.PodSucceeded, 0, "only the template says that there is a hook"},
		{"N-65 the hook sleeps", map[string]kubelet.Behaviour{"agent:v1": {PreStop: 5 * s, Stop: 3 * s}},
			[]shape{hooked(0, sleep)}, 0, 15 * s, cluster.PodSucceeded, 0, "it says itself for how long"},
		{"N-65 the hook takes from the grace period", map[string]kubelet.Behaviour{"agent:v1": {PreStop: 25 * s, Stop: time.Hour}},
			[]shape{hooked(0, exec)}, 0, 30 * s, cluster.PodFailed, 137, "SIGKILL at the end of all of it"},
		{"N-65 the hook takes all", map[string]kubelet.Behaviour{"agent:v1": {PreStop: time.Hour, Stop: time.Hour}},
			[]shape{hooked(0, exec)}, 0, 32 * s, cluster.PodFailed, 137, "2 s after the signal at least"},
		{"N-65 the hook takes all, and the container stops at once", map[string]kubelet.Behaviour{"agent:v1": {PreStop: time.Hour, Stop: s}},
			[]shape{hooked(0, exec)}, 0, 31 * s, cluster.PodSucceeded, 0, "the signal comes when the grace is over"},
		{"N-65 SIGKILL", map[string]kubelet.Behaviour{"agent:v1": hour}, []shape{graceful(7)}, 0,
			7 * s, cluster.PodFailed, 137, "as long as the pod says"},
		{"N-65 at least 2 s", map[string]kubelet.Behaviour{"agent:v1": hour}, nil, s,
			2 * s, cluster.PodFailed, 137, "however short the grace"},
		{"N-64 negative", map[string]kubelet.Behaviour{"agent:v1": {Stop: 1500 * time.Millisecond}}, nil, -s,
			1500 * time.Millisecond, cluster.PodSucceeded, 0, "a negative one counts as 1 s, and it has 2 s"},
		{"N-66", map[string]kubelet.Behaviour{"agent:v1": {Stop: s}}, nil, 0,
			s, cluster.PodSucceeded, 0, "all exited 0"},
		{"N-66 non-zero", map[string]kubelet.Behaviour{"agent:v1": {Stop: s, StopCode: 143}}, nil, 0,
			s, cluster.PodFailed, 143, "it did not handle the signal"},
		{"N-66 one of two", map[string]kubelet.Behaviour{"other": {Stop: 4 * s, StopCode: 1}}, []shape{running("other")}, 0,
			4 * s, cluster.PodFailed, 1, "side by side, and the worse counts"},
		{"N-65 sidecars", map[string]kubelet.Behaviour{
			"agent:v1": {Stop: 3 * s}, "first": {Stop: 5 * s}, "last": {Stop: 7 * s}, "once": hour,
		}, []shape{withSidecar("first"), withInit("once"), withSidecar("last")}, 0, 15 * s, cluster.PodSucceeded, 0,
			"after the regular containers, from the last to the first"},
		{"N-65 sidecars in a hurry", map[string]kubelet.Behaviour{
			"agent:v1": hour, "first": hour, "last": hour,
		}, []shape{withSidecar("first"), withSidecar("last"), graceful(10)}, 0, 12 * s, cluster.PodFailed, 137,
			"the signal comes to all sidecars when the grace is over, and they have 2 s"},
	} {
		t.Run(row.name, func(t *testing.T) {
			w := newWorld(t, kubelet.Config{Images: row.images})
			w.shaped(row.pod...)
			require.NoError(t, w.RunFor(10*s))
			if row.grace != 0 {
				w.delete(row.grace)
			} else {
				w.delete()
			}
			require.NoError(t, w.RunFor(row.after-1))
			require.Equal(t, cluster.PodRunning, w.pod().Phase(), row.reason)
			require.NoError(t, w.RunFor(1))
			p := w.pod()
			require.Equal(t, row.phase, p.Phase(), row.reason)
			end := p.ContainerStatuses()[0].State.Terminated
			require.Equal(t, row.code, end.ExitCode, row.reason)
		})
	}
}

// TestReadyWhileStopping has a container that would become ready after its pod has been deleted.
func TestReadyWhileStopping(t *testing.T) {
	t.Run("N-65", func(t *testing.T) {
		w := newWorld(t, kubelet.Config{Default: kubelet.Behaviour{ReadyAfter: 12 * s, Stop: 9 * s, CrashAfter: 13 * s}})
		w.addPod("p", nil, "agent:v1")
		require.NoError(t, w.RunFor(10*s))
		w.delete()
		require.NoError(t, w.RunFor(time.Minute))
		require.Equal(t, []string{
			"0s p: Pending", "0s p: Running", "10s p: Running until 40s", "12s p: Running ready until 40s", "19s p: gone",
		}, w.moments, "readiness goes on")
	})
}

// TestEnded has a pod that has stopped and is held by a finalizer.
func TestEnded(t *testing.T) {
	t.Run("N-92", func(t *testing.T) {
		w := newWorld(t, kubelet.Config{Default: kubelet.Behaviour{ReadyAfter: 20 * s, CrashAfter: 25 * s, Stop: s}})
		w.shaped()
		require.NoError(t, w.RunFor(10*s))
		w.delete()
		require.NoError(t, w.RunFor(s))
		require.Equal(t, cluster.PodSucceeded, w.pod().Phase())
		require.NoError(t, w.RunFor(time.Hour))
		require.Equal(t, cluster.PodSucceeded, w.pod().Phase(), "a terminal phase never changes again")
		require.False(t, w.pod().Status.Ready)
		require.Equal(t, "PodCompleted", w.pod().Conditions()[2].Reason)
	})
	t.Run("N-92 Always", func(t *testing.T) {
		w := newWorld(t, kubelet.Config{Default: kubelet.Behaviour{CrashAfter: s}})
		w.addPod("p", nil, "agent:v1")
		require.NoError(t, w.RunFor(time.Hour))
		require.Equal(t, cluster.PodRunning, w.pod().Phase(), "one that crashes is restarted, however often")
	})
}

// TestStoppedWithoutRunning deletes pods whose containers do not run.
func TestStoppedWithoutRunning(t *testing.T) {
	for name, b := range map[string]kubelet.Behaviour{
		"N-66 never ran":        {Pull: time.Hour},
		"N-66 waits to restart": {CrashAfter: 8 * s},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, kubelet.Config{Default: b})
			w.shaped()
			require.NoError(t, w.RunFor(17*s))
			w.delete()
			require.NoError(t, w.RunFor(0))
			require.Equal(t, cluster.PodFailed, w.pod().Phase(), "not known to have succeeded")
		})
	}
}
