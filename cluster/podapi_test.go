package cluster_test

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
)

// podOf returns a pod with one init container and one container.
func podOf(t *testing.T, status cluster.PodStatus) *cluster.Pod {
	t.Helper()
	return &cluster.Pod{
		ObjectMeta: cluster.ObjectMeta{Name: "p", Namespace: "ns"},
		Template: cluster.NewTemplate(cluster.PodTemplateSpec{Spec: cluster.PodSpec{
			InitContainers: []cluster.Container{{Name: "i", Image: "x"}},
			Containers:     []cluster.Container{{Name: "c", Image: "x"}},
		}}),
		NodeName: "a", Target: "a", Status: status,
	}
}

func TestConditions_N94(t *testing.T) {
	for _, tt := range []struct {
		name   string
		status cluster.PodStatus
		want   string
	}{
		{"bound", cluster.PodStatus{ScheduledAt: time.Second},
			"PodReadyToStartContainers=True at 1s, " +
				"Initialized=False ContainersNotInitialized at 1s, Ready=False ContainersNotReady at 1s, " +
				"ContainersReady=False ContainersNotReady at 1s, PodScheduled=True at 1s"},
		{"ready", cluster.PodStatus{Phase: cluster.PodRunning, Started: true, Ready: true,
			ScheduledAt: time.Second, StartedAt: 2 * time.Second, ReadySince: 3 * time.Second},
			"PodReadyToStartContainers=True at 1s, " +
				"Initialized=True at 2s, Ready=True at 3s, ContainersReady=True at 3s, PodScheduled=True at 1s"},
		{"succeeded", cluster.PodStatus{Phase: cluster.PodSucceeded, ReadySince: 3 * time.Second},
			"PodReadyToStartContainers=False PodSandboxNotReady at 3s, " +
				"Initialized=True PodCompleted at 0s, Ready=False PodCompleted at 3s, " +
				"ContainersReady=False PodCompleted at 3s, PodScheduled=True at 0s"},
		{"failed", cluster.PodStatus{Phase: cluster.PodFailed, Trouble: &cluster.PodTrouble{ExitCode: 1}},
			"PodReadyToStartContainers=False PodSandboxNotReady at 0s, " +
				"Initialized=True at 0s, Ready=False PodFailed at 0s, " +
				"ContainersReady=False PodFailed at 0s, PodScheduled=True at 0s"},
		{"waits for the network", cluster.PodStatus{ScheduledAt: time.Second, Trouble: &cluster.PodTrouble{NoNetwork: true}},
			"PodReadyToStartContainers=False PodSandboxNotReady at 1s, " +
				"Initialized=False ContainersNotInitialized at 1s, Ready=False ContainersNotReady at 1s, " +
				"ContainersReady=False ContainersNotReady at 1s, PodScheduled=True at 1s"},
		{"has waited for the network", cluster.PodStatus{ScheduledAt: time.Second, Trouble: &cluster.PodTrouble{SandboxAt: 4 * time.Second}},
			"PodReadyToStartContainers=True at 4s, " +
				"Initialized=False ContainersNotInitialized at 1s, Ready=False ContainersNotReady at 1s, " +
				"ContainersReady=False ContainersNotReady at 1s, PodScheduled=True at 1s"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, text(podOf(t, tt.status).Conditions())); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	pod := podOf(t, cluster.PodStatus{})
	pod.NodeName = ""
	require.Empty(t, pod.Conditions(), "nobody has looked at it yet")
	require.Empty(t, pod.ContainerStatuses())
	pod.Status.Trouble = &cluster.PodTrouble{Unschedulable: "0/1 nodes are available"}
	require.Equal(t, "PodScheduled=False Unschedulable at 0s", text(pod.Conditions()))
	pod.Status.Trouble.SchedulerError = true
	require.Equal(t, "PodScheduled=False SchedulerError at 0s", text(pod.Conditions()), "S-143")
}

// TestUnreadyNames_N94 has a pod with an init container, a sidecar and two regular containers.
func TestUnreadyNames_N94(t *testing.T) {
	always := cluster.ContainerRestartPolicyAlways
	pod := podOf(t, cluster.PodStatus{})
	pod.Template = cluster.NewTemplate(cluster.PodTemplateSpec{Spec: cluster.PodSpec{
		InitContainers: []cluster.Container{{Name: "i"}, {Name: "s", RestartPolicy: &always}},
		Containers:     []cluster.Container{{Name: "c"}, {Name: "d"}},
	}})
	messages := make(map[cluster.PodConditionType]string)
	for _, c := range pod.Conditions() {
		messages[c.Type] = c.Message
	}
	require.Equal(t, "containers with incomplete status: [i s]", messages[cluster.PodInitialized])
	require.Equal(t, "containers with unready status: [s c d]", messages[cluster.ContainersReady])
	require.Equal(t, messages[cluster.ContainersReady], messages[cluster.PodReady])
}

// TestAvailable_N95 has a pod that is ready since 10 s.
func TestAvailable_N95(t *testing.T) {
	pod := podOf(t, cluster.PodStatus{Ready: true, ReadySince: 10 * time.Second})
	require.True(t, pod.Available(10*time.Second, 0), "at once")
	require.False(t, pod.Available(14*time.Second, 5*time.Second))
	require.True(t, pod.Available(15*time.Second, 5*time.Second))
	pod.Status.Ready = false
	require.False(t, pod.Available(time.Hour, 0), "not ready")
}

// TestDisruption looks at a pod that is about to make room for another.
func TestDisruption(t *testing.T) {
	victim := cluster.PodStatus{}.WithTrouble(func(t *cluster.PodTrouble) {
		t.Disruption = cluster.Disruption{Reason: "PreemptionByScheduler", Message: "m", At: 3 * time.Second}
		t.NominatedNodeName = "b"
	})
	pod := podOf(t, victim)
	list := pod.Conditions()
	require.Len(t, list, 6)
	require.Equal(t, "DisruptionTarget=True PreemptionByScheduler at 3s", text(list[5:]))
	require.Equal(t, "m", list[5].Message)
	api := string(cluster.JSON(pod, time.Time{}))
	require.Contains(t, api, `"nominatedNodeName":"b"`)
	require.Contains(t, api, `{"type":"DisruptionTarget","status":"True","lastTransitionTime":"0001-01-01T00:00:03Z",`+
		`"reason":"PreemptionByScheduler","message":"m"}`)
	d, ok := pod.Disruption()
	require.True(t, ok)
	require.Equal(t, "PreemptionByScheduler", d.Reason)

	healthy := podOf(t, victim.WithTrouble(func(t *cluster.PodTrouble) { *t = cluster.PodTrouble{} }))
	require.Nil(t, healthy.Status.Trouble, "nothing is left to say")
	require.NotNil(t, victim.Trouble, "and the original is as it was")
	_, ok = healthy.Disruption()
	require.False(t, ok)
	require.Empty(t, healthy.NominatedNodeName())
}

// TestPodIsSmall: what few pods have costs the others nothing.
func TestPodIsSmall(t *testing.T) {
	require.LessOrEqual(t, reflect.TypeFor[cluster.Pod]().Size(), uintptr(288))
}

// text writes conditions on one line.
func text(conditions []cluster.PodCondition) string {
	line := ""
	for i, c := range conditions {
		if i > 0 {
			line += ", "
		}
		line += string(c.Type) + "=" + c.Status
		if c.Reason != "" {
			line += " " + c.Reason
		}
		line += " at " + c.LastTransitionTime.String()
	}
	return line
}

func TestContainerStates_N97(t *testing.T) {
	crashed := func(waiting string) *cluster.PodTrouble {
		return &cluster.PodTrouble{Waiting: waiting, LastExitAt: 5 * time.Second, ExitCode: 1}
	}
	for _, tt := range []struct {
		name, state, last string
		status            cluster.PodStatus
	}{
		{"starting", `{"waiting":{"reason":"PodInitializing"}}`, `{}`, cluster.PodStatus{}},
		{"pulling", `{"waiting":{"reason":"ImagePullBackOff"}}`, `{}`,
			cluster.PodStatus{Trouble: &cluster.PodTrouble{Waiting: "ImagePullBackOff"}}},
		{"running", `{"running":{"startedAt":"0001-01-01T00:00:02Z"}}`, `{}`,
			cluster.PodStatus{Phase: cluster.PodRunning, Started: true, StartedAt: 2 * time.Second}},
		{"crash loop", `{"waiting":{"reason":"CrashLoopBackOff"}}`,
			`{"terminated":{"exitCode":1,"reason":"Error","startedAt":"0001-01-01T00:00:02Z",` +
				`"finishedAt":"0001-01-01T00:00:05Z"}}`,
			cluster.PodStatus{Phase: cluster.PodRunning, StartedAt: 2 * time.Second,
				Trouble: crashed("CrashLoopBackOff")}},
		{"restarted", `{"running":{"startedAt":"0001-01-01T00:00:06Z"}}`,
			`{"terminated":{"exitCode":1,"reason":"Error","finishedAt":"0001-01-01T00:00:05Z"}}`,
			cluster.PodStatus{Phase: cluster.PodRunning, Started: true, Restarts: 1,
				StartedAt: 6 * time.Second, Trouble: crashed("")}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := podOf(t, tt.status).ContainerStatuses()
			require.Len(t, got, 1)
			require.JSONEq(t, tt.state, string(cluster.JSON(got[0].State, time.Time{})))
			require.JSONEq(t, tt.last, string(cluster.JSON(got[0].LastTerminationState, time.Time{})))
		})
	}
}

func TestPodJSON(t *testing.T) {
	pod := podOf(t, cluster.PodStatus{Phase: cluster.PodRunning, Started: true, Ready: true,
		ScheduledAt: time.Second})
	var got struct {
		APIVersion, Kind string
		Metadata         struct{ Name string }
		Spec             cluster.PodSpec
		Status           struct {
			Phase, QOSClass, StartTime string
			ContainerStatuses          []struct{ Name string }
		}
	}
	require.NoError(t, json.Unmarshal(cluster.JSON(pod, time.Time{}), &got))
	require.Equal(t, "v1 Pod p", got.APIVersion+" "+got.Kind+" "+got.Metadata.Name)
	require.Equal(t, "Running BestEffort 0001-01-01T00:00:01Z",
		got.Status.Phase+" "+got.Status.QOSClass+" "+got.Status.StartTime)
	require.Equal(t, "c", got.Status.ContainerStatuses[0].Name)
	node, ok := cluster.PinnedNode(&got.Spec)
	require.True(t, ok)
	require.Equal(t, "a", node)
	if diff := cmp.Diff(pod.FullSpec(), got.Spec); diff != "" {
		t.Errorf("spec (-want +got):\n%s", diff)
	}
	require.Nil(t, pod.Spec().Affinity, "the template is shared: it stays as it is")
}

func TestQOSClass(t *testing.T) {
	for spec, want := range map[string]cluster.PodQOSClass{
		`{"containers":[{}]}`: "BestEffort",
		`{"containers":[{"resources":{"requests":{"cpu":"0"}}}]}`:                                   "BestEffort",
		`{"containers":[{"resources":{"requests":{"cpu":"1"}}}]}`:                                   "Burstable",
		`{"containers":[{"resources":{"limits":{"cpu":"1","memory":"1"}}}]}`:                        "Guaranteed",
		`{"containers":[{"resources":{"limits":{"cpu":"1","memory":"1"}}},{}]}`:                     "Burstable",
		`{"resources":{"limits":{"cpu":"1","memory":"1"}},"containers":[{}]}`:                       "Guaranteed",
		`{"containers":[{"resources":{"limits":{"cpu":"2","memory":"1"},"requests":{"cpu":"1"}}}]}`: "Burstable",
		`{"containers":[{"resources":{"requests":{"example.com/gpu":"1"}}}]}`:                       "BestEffort",
	} {
		var s cluster.PodSpec
		require.NoError(t, json.Unmarshal([]byte(spec), &s))
		require.Equal(t, want, cluster.QOSClass(&s), spec)
	}
}
