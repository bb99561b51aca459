package kubelet_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/kubelet"
)

// probe is one that answers to nothing but its numbers: a delay, a period and two thresholds.
func probe(delay, period, success, failure int32) *cluster.Probe {
	return &cluster.Probe{
		ProbeHandler:        cluster.ProbeHandler{Exec: &cluster.ExecAction{Command: []string{"true"}}},
		InitialDelaySeconds: delay, PeriodSeconds: period, SuccessThreshold: success, FailureThreshold: failure,
	}
}

func readiness(p *cluster.Probe) shape {
	return func(s *cluster.PodSpec) { s.Containers[0].ReadinessProbe = p }
}

func liveness(p *cluster.Probe) shape {
	return func(s *cluster.PodSpec) { s.Containers[0].LivenessProbe = p }
}

func startup(p *cluster.Probe) shape {
	return func(s *cluster.PodSpec) { s.Containers[0].StartupProbe = p }
}

// TestProbes has a pod that runs from 0 s on, and what becomes of it in a minute.
func TestProbes(t *testing.T) {
	pending := "0s p: Pending"
	standard := &cluster.Probe{ProbeHandler: cluster.ProbeHandler{Exec: &cluster.ExecAction{Command: []string{"true"}}}}
	for _, row := range []struct {
		name   string
		b      kubelet.Behaviour
		pod    []shape
		want   []string
		events []string
		reason string
	}{
		{"N-100 no readiness probe", kubelet.Behaviour{}, nil, []string{pending, "0s p: Running ready"}, nil, "as soon as it runs"},
		{"N-100", kubelet.Behaviour{ReadyAfter: 12 * s, HangAfter: 32 * s}, []shape{readiness(standard)},
			[]string{pending, "0s p: Running", "20s p: Running ready", "1m0s p: Running"},
			[]string{"Warning Unhealthy x2: Readiness probe failed: context deadline exceeded"},
			"a delay of 0 s, every 10 s, one success and three failures: at 0, 10 and 20 s, and at 40, 50 and 60 s"},
		{"N-100 no readiness but a startup probe", kubelet.Behaviour{ReadyAfter: 2 * s}, []shape{startup(probe(1, 3, 1, 3))},
			[]string{pending, "0s p: Running", "4s p: Running ready"}, nil, "ready when it has succeeded"},
		{"N-101 at once", kubelet.Behaviour{}, []shape{readiness(probe(0, 10, 1, 3))},
			[]string{pending, "0s p: Running ready"}, nil, "the first attempt succeeds"},
		{"N-101 initial delay", kubelet.Behaviour{}, []shape{readiness(probe(7, 10, 1, 3))},
			[]string{pending, "0s p: Running", "7s p: Running ready"}, nil, "the first attempt is at 7 s"},
		{"N-101 three successes", kubelet.Behaviour{ReadyAfter: 8 * s}, []shape{readiness(probe(7, 5, 3, 3))},
			[]string{pending, "0s p: Running", "22s p: Running ready"},
			[]string{"Warning Unhealthy x1: Readiness probe failed: context deadline exceeded"}, "at 12, 17 and 22 s"},
		{"N-101 after the startup probe", kubelet.Behaviour{ReadyAfter: 8 * s},
			[]shape{startup(probe(0, 3, 1, 9)), readiness(probe(2, 10, 1, 1)), liveness(probe(0, 1, 1, 1))},
			[]string{pending, "0s p: Running", "9s p: Running ready"}, nil, "the others wait until it has succeeded, at 9 s"},
		{"N-101 never ready", kubelet.Behaviour{NeverReady: true}, []shape{readiness(probe(3, 10, 1, 3))},
			[]string{pending, "0s p: Running"}, []string{"Warning Unhealthy x1: Readiness probe failed: context deadline exceeded"}, ""},
		{"N-101 liveness", kubelet.Behaviour{HangAfter: 25 * s, Stop: 2 * s, StopCode: 3}, []shape{liveness(probe(5, 10, 1, 2))},
			[]string{pending, "0s p: Running ready", "37s p: Running stopped", "37s p: Running ready restarts=1"},
			[]string{
				"Normal Killing x1: Container c failed liveness probe, will be restarted",
				"Warning Unhealthy x1: Liveness probe failed: context deadline exceeded",
			}, "it fails at 25 s and at 35 s, and the container takes 2 s to stop"},
		{"N-101 liveness, killed", kubelet.Behaviour{HangAfter: s, Stop: time.Hour}, []shape{liveness(probe(0, 40, 1, 1)), graceful(15)},
			[]string{pending, "0s p: Running ready", "55s p: Running stopped", "55s p: Running ready restarts=1"},
			[]string{
				"Normal Killing x1: Container c failed liveness probe, will be restarted",
				"Warning Unhealthy x1: Liveness probe failed: context deadline exceeded",
			}, "it has the grace of the pod, from 40 s on"},
		{"N-101 startup fails", kubelet.Behaviour{ReadyAfter: 10 * s}, []shape{startup(probe(2, 3, 1, 3))},
			[]string{
				pending, "0s p: Running", "8s p: Running stopped", "8s p: Running restarts=1",
				"16s p: Running stopped CrashLoopBackOff restarts=1", "26s p: Running restarts=2",
				"34s p: Running stopped CrashLoopBackOff restarts=2", "54s p: Running restarts=3",
			},
			[]string{
				"Normal Killing x3: Container c failed startup probe, will be restarted",
				"Warning BackOff x2: Back-off restarting failed container c in pod p_default(UID)",
				"Warning Unhealthy x3: Startup probe failed: context deadline exceeded",
			}, "the third failure is at 8 s, and N-96 says when it is restarted"},
		{"N-102", kubelet.Behaviour{HangAfter: 10*s + 1}, []shape{readiness(probe(0, 10, 1, 3))},
			[]string{pending, "0s p: Running ready", "40s p: Running"},
			[]string{"Warning Unhealthy x1: Readiness probe failed: context deadline exceeded"}, "30 s after it has begun to hang"},
		{"N-101 it hangs before it is ready", kubelet.Behaviour{ReadyAfter: 2 * s, HangAfter: 12 * s}, []shape{readiness(probe(0, 10, 2, 3))},
			[]string{pending, "0s p: Running"}, []string{"Warning Unhealthy x1: Readiness probe failed: context deadline exceeded"},
			"it answers once, at 10 s"},
	} {
		t.Run(row.name, func(t *testing.T) {
			w := newWorld(t, kubelet.Config{Default: row.b})
			w.shaped(row.pod...)
			require.NoError(t, w.RunFor(time.Minute))
			if diff := cmp.Diff(row.want, w.moments); diff != "" {
				t.Errorf("%s (-want +got):\n%s", row.reason, diff)
			}
			for i := range row.events {
				row.events[i] = replaceUID(row.events[i], w.pod().UID)
			}
			require.Equal(t, row.events, told(w), row.reason)
		})
	}
}

func replaceUID(text string, uid cluster.UID) string {
	const mark = "(UID)"
	if i := len(text) - len(mark); i >= 0 && text[i:] == mark {
		return text[:i] + fmt.Sprintf("(%v)", uid)
	}
	return text
}

// TestProbesOfTheDead deletes a pod whose liveness probe is about to fail.
func TestProbesOfTheDead(t *testing.T) {
	t.Run("N-65", func(t *testing.T) {
		w := newWorld(t, kubelet.Config{Default: kubelet.Behaviour{HangAfter: 5 * s, Stop: 20 * s}})
		w.shaped(liveness(probe(0, 10, 1, 1)), readiness(probe(0, 10, 1, 1)))
		require.NoError(t, w.RunFor(8*s))
		w.delete()
		require.NoError(t, w.RunFor(time.Minute))
		require.Equal(t, []string{
			"0s p: Pending", "0s p: Running ready", "8s p: Running ready until 38s", "10s p: Running until 38s",
			"28s p: Succeeded until 38s", "28s p: Succeeded until 8s",
		}, w.moments, "the liveness probe has stopped, the readiness probe has not")
	})
}

// TestRecreatedPod has a pod that crashes and is made anew.
func TestRecreatedPod(t *testing.T) {
	t.Run("N-98", func(t *testing.T) {
		w := newWorld(t, kubelet.Config{Default: kubelet.Behaviour{CrashAfter: time.Nanosecond}})
		w.addPod("p", nil, "agent:v1")
		require.NoError(t, w.RunFor(0))
		require.Equal(t, []time.Duration{0, 10 * s, 20 * s}, w.waits(3))
		w.delete(0)
		w.addPod("p", nil, "agent:v1")
		require.NoError(t, w.RunFor(0))
		require.Equal(t, []time.Duration{0, 10 * s}, w.waits(2), "it starts afresh")
	})
}
