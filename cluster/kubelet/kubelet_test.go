package kubelet_test

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/kubelet"
)

// waits runs a pod through its crashes and returns how long it waited after each.
func (w *world) waits(n int) []time.Duration {
	var list []time.Duration
	for len(list) < n {
		crashed := func(r cluster.Reader) bool { return !r.Pod("default", "p").Status.Started }
		require.NoError(w.t, w.RunUntil(crashed, time.Hour))
		at := w.Now()
		running := func(r cluster.Reader) bool { return r.Pod("default", "p").Status.Started }
		require.NoError(w.t, w.RunUntil(running, time.Hour))
		list = append(list, w.Now()-at)
	}
	return list
}

// TestRestartBackOff is the table of N-96.
func TestRestartBackOff(t *testing.T) {
	for _, row := range []struct {
		name       string
		crashAfter time.Duration
		want       []time.Duration
		reason     string
	}{
		{"at once", time.Nanosecond, []time.Duration{0, 10 * s, 20 * s, 40 * s, 80 * s, 160 * s, 300 * s, 300 * s}, "N-96"},
		{"after 600 s", 600 * s, []time.Duration{0, 10 * s, 20 * s, 40 * s}, "N-96: the entry resets after more than 600 s"},
		{"after more", 601 * s, []time.Duration{0, 0, 0}, "N-96: each crash is like the first"},
	} {
		t.Run(row.name, func(t *testing.T) {
			w := newWorld(t, kubelet.Config{Default: kubelet.Behaviour{CrashAfter: row.crashAfter}})
			w.addPod("p", nil, "agent:v1")
			require.NoError(t, w.RunFor(0))
			require.Equal(t, row.want, w.waits(len(row.want)), row.reason)
		})
	}
}

// TestRestartBackOffResets has a good run between two bad spells.
func TestRestartBackOffResets(t *testing.T) {
	w := newWorld(t, kubelet.Config{})
	behaving(kubelet.Behaviour{CrashAfter: s})(w)
	w.addPod("p", nil, "agent:v1")
	require.NoError(t, w.RunFor(0))
	require.Equal(t, []time.Duration{0, 10 * s, 20 * s}, w.waits(3))
	behaving(kubelet.Behaviour{CrashAfter: 700 * s})(w)
	require.Equal(t, []time.Duration{40 * s}, w.waits(1), "this crash was under way")
	behaving(kubelet.Behaviour{CrashAfter: s})(w)
	want := []time.Duration{0, 10 * s, 20 * s}
	require.Equal(t, want, w.waits(3), "N-96: after 700 s of running it begins anew")
	require.EqualValues(t, 7, w.pod().Status.Restarts, "N-97: restartCount goes on")
}

// TestBackOffEvent is N-97.
func TestBackOffEvent(t *testing.T) {
	w := newWorld(t, kubelet.Config{Default: kubelet.Behaviour{CrashAfter: s}})
	w.addPod("p", nil, "agent:v1")
	require.NoError(t, w.RunFor(time.Minute))
	events := slices.Collect(w.Events(w.pod().UID))
	require.Len(t, events, 1)
	e := events[0]
	require.Equal(t, cluster.EventWarning, e.Type)
	require.Equal(t, "BackOff", e.Reason)
	require.Equal(t, "Back-off restarting failed container c0 in pod p_default("+w.pod().UID.String()+")", e.Message)
	require.Equal(t, 3, e.Count, "not for the first crash, after which there is no wait")
	trouble := w.pod().Status.Trouble
	require.Equal(t, cluster.PodTrouble{
		Waiting: "CrashLoopBackOff", LastExitAt: 34 * s, ExitCode: 1,
		WaitingMessage: "back-off 40s restarting failed container=c0 pod=p_default(" + w.pod().UID.String() + ")",
	}, *trouble)
}

// TestCrashLoopDoesNotSettle names the pod that crashes again and again.
func TestCrashLoopDoesNotSettle(t *testing.T) {
	w := newWorld(t, kubelet.Config{Default: kubelet.Behaviour{CrashAfter: s, ReadyAfter: 2 * s}})
	w.addPod("p", nil, "agent:v1")
	err := w.Settle()
	require.ErrorIs(t, err, cluster.ErrUnsettled)
	require.ErrorContains(t, err, "only retries are left, of Pod default/p")
}

// TestForkKeepsBehaviour changes an image in a fork.
func TestForkKeepsBehaviour(t *testing.T) {
	w := newWorld(t, kubelet.Config{Default: kubelet.Typical()})
	fork := w.Fork()
	require.NoError(t, fork.Actor("kubelet").(*kubelet.Kubelet).SetImage("agent:v1", kubelet.Behaviour{}))
	require.Equal(t, kubelet.Typical(), w.kubelet.Image("agent:v1"))
	require.Equal(t, kubelet.Behaviour{}, fork.Actor("kubelet").(*kubelet.Kubelet).Image("agent:v1"))
}

// TestConfigIsCopied writes to the images after handing them in.
func TestConfigIsCopied(t *testing.T) {
	images := map[string]kubelet.Behaviour{"agent:v1": {Pull: s}}
	k := kubelet.New(kubelet.Config{Images: images})
	images["agent:v1"] = kubelet.Behaviour{Pull: 9 * s}
	require.Equal(t, kubelet.Behaviour{Pull: s}, k.Image("agent:v1"))
}

func TestValidate(t *testing.T) {
	for _, row := range []struct {
		name   string
		config kubelet.Config
		want   string
		reason string
	}{
		{"zero", kubelet.Config{}, "", "the zero Config is good"},
		{"default", kubelet.Config{Default: kubelet.Behaviour{Pull: -s}}, "default behaviour: Pull: -1s is negative", ""},
		{
			"images",
			kubelet.Config{Images: map[string]kubelet.Behaviour{
				"c": {Start: -s}, "b": {CrashAfter: -s}, "a": {Stop: s},
			}},
			`image "b": CrashAfter: -1s is negative`, "the first by name",
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			if row.want == "" {
				require.NoError(t, row.config.Validate(), row.reason)
				return
			}
			require.EqualError(t, row.config.Validate(), row.want, row.reason)
		})
	}
	k := kubelet.New(kubelet.Config{})
	require.EqualError(t, k.SetImage("x", kubelet.Behaviour{Stop: -s}), `image "x": Stop: -1s is negative`)
	require.Equal(t, kubelet.Behaviour{}, k.Image("x"), "a failed call changes nothing")
}

func Example() {
	kubelets := kubelet.New(kubelet.Config{
		Default: kubelet.Typical(),
		Images:  map[string]kubelet.Behaviour{"agent:v1": {Pull: 20 * time.Second, ReadyAfter: 5 * time.Second}},
	})
	c := cluster.New(cluster.Config{}, kubelets)
	c.OnChange(func(ch *cluster.Change) {
		if p, ok := ch.After.(*cluster.Pod); ok {
			fmt.Println(ch.Time, p.Phase(), p.Status.Ready)
		}
	})
	pod := cluster.NewTemplate(cluster.PodTemplateSpec{
		Spec: cluster.PodSpec{Containers: []cluster.Container{{Name: "main", Image: "agent:v1"}}},
	})
	for _, obj := range []cluster.Object{
		&cluster.Node{ObjectMeta: cluster.ObjectMeta{Name: "a"}},
		&cluster.Pod{ObjectMeta: cluster.ObjectMeta{Name: "p"}, Template: pod, NodeName: "a"},
	} {
		if _, err := c.Create(obj); err != nil {
			fmt.Println(err)
		}
	}
	fmt.Println(c.Settle())
	// Output:
	// 0s Pending false
	// 20s Running false
	// 25s Running true
	// <nil>
}

func TestTaskNameOfAnyKind(t *testing.T) {
	k := kubelet.New(kubelet.Config{})
	require.Equal(t, "start", k.TaskName(1))
	require.Equal(t, "task 0", k.TaskName(0))
	require.Equal(t, "task 255", k.TaskName(255))
}

// TestEndlessPull adds up delays that reach beyond the end of time.
func TestEndlessPull(t *testing.T) {
	c := cluster.New(cluster.Config{}, kubelet.New(kubelet.Config{
		Default: kubelet.Behaviour{Pull: math.MaxInt64, Start: math.MaxInt64},
	}))
	_, err := c.Create(&cluster.Node{ObjectMeta: cluster.ObjectMeta{Name: "a"}})
	require.NoError(t, err)
	spec := cluster.PodTemplateSpec{}
	spec.Spec.Containers = []cluster.Container{{Name: "main", Image: "agent"}}
	_, err = c.Create(&cluster.Pod{
		ObjectMeta: cluster.ObjectMeta{Name: "p"}, Template: cluster.NewTemplate(spec), NodeName: "a",
	})
	require.NoError(t, err)
	require.NoError(t, c.RunFor(time.Hour))
	require.False(t, c.Pod("default", "p").Status.Started)
}

// TestLag has kubelets that are told everything two seconds late. What they do themselves they know at once.
func TestLag(t *testing.T) {
	w := newWorld(t, kubelet.Config{Default: kubelet.Typical()})
	require.NoError(t, w.SetLag("kubelet", cluster.Lag{Delay: 2 * time.Second}))
	w.addPod("p", nil, "agent:v1")
	require.NoError(t, w.Settle())
	w.delete()
	require.NoError(t, w.Settle())
	want := []string{
		"0s p: Pending", "4s p: Running ready", "6s p: Running ready until 36s", "9s p: gone",
	}
	if diff := cmp.Diff(want, w.moments); diff != "" {
		t.Errorf("moments (-want +got):\n%s", diff)
	}
}
