package kubelet_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/kubelet"
)

const noSuchImage = "not found"

var bad = kubelet.Behaviour{Pull: 2 * s, Start: s, PullError: noSuchImage}

var pullingRows = []row{
	{
		name: "N-99 image that cannot be pulled", behaviour: bad, until: 40 * s,
		want: []string{
			"0s p: Pending", "2s p: Pending ErrImagePull", "3s p: Pending ImagePullBackOff",
			"14s p: Pending ErrImagePull", "15s p: Pending ImagePullBackOff",
			"36s p: Pending ErrImagePull", "37s p: Pending ImagePullBackOff",
		},
		reason: "the next attempt is made 10, 20, ... s after the last has failed; the phase stays Pending",
	}, {
		name: "N-99 image that can be pulled later", behaviour: bad, until: time.Hour,
		steps: []step{{5 * s, behaving(kubelet.Behaviour{Pull: 2 * s, Start: s})}},
		want: []string{
			"0s p: Pending", "2s p: Pending ErrImagePull", "3s p: Pending ImagePullBackOff", "15s p: Running ready",
		},
		reason: "the kubelet finds out when its delay has passed",
	}, {
		name: "image that can be pulled before the first attempt ends", behaviour: bad, until: time.Hour,
		steps:  []step{{s, behaving(kubelet.Behaviour{Pull: time.Hour, Start: 5 * s})}},
		want:   []string{"0s p: Pending", "7s p: Running ready"},
		reason: "the attempt ends when it would have, and well",
	}, {
		name: "image that vanishes while it is pulled", behaviour: kubelet.Behaviour{Pull: 2 * s}, until: time.Hour,
		steps:  []step{{s, behaving(bad)}},
		want:   []string{"0s p: Pending", "2s p: Running ready"},
		reason: "a delay that has begun is not changed",
	}, {
		name: "N-63 deleted while it waits", behaviour: bad, until: time.Hour, steps: []step{{8 * s, deleted()}},
		want: []string{
			"0s p: Pending", "2s p: Pending ErrImagePull", "3s p: Pending ImagePullBackOff",
			"8s p: Pending ImagePullBackOff until 38s", "8s p: gone",
		},
		reason: "nothing runs that would have to be stopped",
	}, {
		name: "N-91 one of several containers", images: []string{"agent:v1", "bad"}, until: 5 * s,
		others: map[string]kubelet.Behaviour{"bad": bad},
		want:   []string{"0s p: Pending", "0s p: Pending", "2s p: Pending ErrImagePull", "3s p: Pending ImagePullBackOff"},
		reason: "Pending as long as any container has never run",
	}, {
		name: "silent while it backs off", behaviour: bad, until: 65 * s,
		steps: []step{{8 * s, failing(0)}, {60 * s, recovering}},
		want: []string{
			"0s p: Pending", "2s p: Pending ErrImagePull", "3s p: Pending ImagePullBackOff",
			"1m2s p: Pending ErrImagePull", "1m3s p: Pending ImagePullBackOff",
		},
		reason: "one attempt is made when the kubelet is heard of again",
	},
}

func TestPulls(t *testing.T) { testRows(t, pullingRows) }

// pullTimes are the times at which attempts to pull fail.
func pullTimes(w *world, until time.Duration) []time.Duration {
	var list []time.Duration
	w.OnEvent(func(e *cluster.Event) {
		if e.Message == "Error: ErrImagePull" {
			list = append(list, e.Last)
		}
	})
	require.NoError(w.t, w.RunFor(until))
	return list
}

// TestPullBackOff is the other half of N-99: the delays between attempts.
func TestPullBackOff(t *testing.T) {
	t.Run("N-99", func(t *testing.T) {
		w := newWorld(t, kubelet.Config{Default: kubelet.Behaviour{PullError: noSuchImage}})
		w.addPod("p", nil, "agent:v1")
		times := pullTimes(w, 20*time.Minute)
		var got []time.Duration
		for i := range times[1:] {
			got = append(got, times[i+1]-times[i])
		}
		want := []time.Duration{10 * s, 20 * s, 40 * s, 80 * s, 160 * s, 300 * s, 300 * s}
		require.Equal(t, want, got)
		require.ErrorIs(t, w.Settle(), cluster.ErrUnsettled, "it goes on like that")
	})
}

// told are the events about the pod in short.
func told(w *world) []string {
	var list []string
	for e := range w.Events(w.pod().UID) {
		list = append(list, fmt.Sprintf("%s %s x%d: %s", e.Type, e.Reason, e.Count, e.Message))
	}
	slices.Sort(list)
	return list
}

// TestPullEvents has what a kubelet says, in Events and of the containers.
func TestPullEvents(t *testing.T) {
	t.Run("N-99", func(t *testing.T) {
		w := newWorld(t, kubelet.Config{Images: map[string]kubelet.Behaviour{"bad": {PullError: noSuchImage}}})
		w.addPod("p", nil, "agent:v1", "bad")
		require.NoError(t, w.RunFor(15*s))
		want := []string{
			`Normal BackOff x2: Back-off pulling image "bad"`,
			`Normal Pulling x2: Pulling image "bad"`,
			`Warning Failed x2: Error: ErrImagePull`,
			`Warning Failed x2: Error: ImagePullBackOff`,
			`Warning Failed x2: Failed to pull image "bad": not found`,
		}
		if diff := cmp.Diff(want, told(w)); diff != "" {
			t.Errorf("events (-want +got):\n%s", diff)
		}
		statuses := w.pod().ContainerStatuses()
		require.NotNil(t, statuses[0].State.Running, "the others run")
		require.Equal(t, &cluster.ContainerStateWaiting{
			Reason: "ImagePullBackOff", Message: `Back-off pulling image "bad": ErrImagePull: not found`,
		}, statuses[1].State.Waiting)
	})
}

// TestPullPolicies has a node with an image, and containers that ask for it in different ways.
func TestPullPolicies(t *testing.T) {
	for _, row := range []struct {
		policy cluster.PullPolicy
		image  string
		want   []string
		reason string
	}{
		{cluster.PullIfNotPresent, "there", []string{"0s p: Pending", "1s p: Running ready"}, "not pulled"},
		{cluster.PullNever, "there", []string{"0s p: Pending", "1s p: Running ready"}, "not pulled"},
		{cluster.PullAlways, "there", []string{"0s p: Pending", "2s p: Pending ErrImagePull", "3s p: Pending ImagePullBackOff"}, "pulled all the same"},
		{cluster.PullIfNotPresent, "elsewhere", []string{"0s p: Pending", "2s p: Pending ErrImagePull", "3s p: Pending ImagePullBackOff"}, "pulled"},
		{cluster.PullNever, "elsewhere", []string{"0s p: Pending", "0s p: Pending ErrImageNeverPull"}, "neither there nor pulled"},
	} {
		t.Run(fmt.Sprintf("N-99 %s %s", row.policy, row.image), func(t *testing.T) {
			w := newWorld(t, kubelet.Config{Default: bad})
			n := w.Node("a").Clone().(*cluster.Node)
			n.Status.Images = []cluster.ContainerImage{{Names: []string{"docker.io/library/there:latest"}}}
			_, err := w.UpdateStatus(n)
			require.NoError(t, err)
			spec := cluster.PodTemplateSpec{}
			spec.Spec.Containers = []cluster.Container{{Name: "c", Image: row.image, ImagePullPolicy: row.policy}}
			_, err = w.Create(&cluster.Pod{
				ObjectMeta: cluster.ObjectMeta{Name: "p"}, Template: cluster.NewTemplate(spec), NodeName: "a",
			})
			require.NoError(t, err)
			require.NoError(t, w.RunFor(5*s))
			if diff := cmp.Diff(row.want, w.moments); diff != "" {
				t.Errorf("%s (-want +got):\n%s", row.reason, diff)
			}
		})
	}
}

// TestRestartPullsAnew has an image that is pulled for every start and vanishes after the first.
func TestRestartPullsAnew(t *testing.T) {
	for policy, want := range map[cluster.PullPolicy][]string{
		cluster.PullAlways: {
			"0s p: Pending", "0s p: Running ready", "5s p: Running stopped", "5s p: Running stopped ErrImagePull",
			"6s p: Running stopped ImagePullBackOff", "15s p: Running ready restarts=1",
		},
		cluster.PullIfNotPresent: {
			"0s p: Pending", "0s p: Running ready", "5s p: Running stopped", "5s p: Running ready restarts=1",
		},
	} {
		t.Run("N-91 "+string(policy), func(t *testing.T) {
			w := newWorld(t, kubelet.Config{Default: kubelet.Behaviour{CrashAfter: 5 * s}})
			spec := cluster.PodTemplateSpec{}
			spec.Spec.Containers = []cluster.Container{{Name: "c", Image: "agent:v1", ImagePullPolicy: policy}}
			_, err := w.Create(&cluster.Pod{
				ObjectMeta: cluster.ObjectMeta{Name: "p"}, Template: cluster.NewTemplate(spec), NodeName: "a",
			})
			require.NoError(t, err)
			require.NoError(t, w.RunFor(s))
			behaving(kubelet.Behaviour{PullError: noSuchImage})(w)
			require.NoError(t, w.RunFor(9*s))
			behaving(kubelet.Behaviour{})(w)
			require.NoError(t, w.RunFor(time.Hour))
			if diff := cmp.Diff(want, w.moments); diff != "" {
				t.Errorf("a pod that has run is Running (-want +got):\n%s", diff)
			}
		})
	}
}

// TestPullsOneAtATime has pods that come to a node together.
func TestPullsOneAtATime(t *testing.T) {
	t.Run("N-99 pulls on a node happen one at a time", func(t *testing.T) {
		w := newWorld(t, kubelet.Config{
			Default: kubelet.Behaviour{Pull: 5 * s, Start: s},
			Images: map[string]kubelet.Behaviour{
				"bad": {Pull: 3 * s, PullError: noSuchImage}, "there:v1": {Pull: time.Hour, Start: 2 * s},
			},
		})
		w.addNodes("b")
		w.change(func(n *cluster.Node) { n.Status.Images = []cluster.ContainerImage{{Names: []string{"there:v1"}}} })
		w.addPodTo("a", "first", nil, "agent:v1")
		w.addPodTo("a", "bad", nil, "bad")
		w.addPodTo("a", "gone", nil, "agent:v1")
		w.addPodTo("a", "last", nil, "agent:v1")
		w.addPodTo("a", "there", nil, "there:v1")
		w.addPodTo("b", "elsewhere", nil, "agent:v1")
		w.moments = nil
		require.NoError(t, w.RunFor(6*s))
		require.NoError(t, w.DeletePod(w.Pod("default", "gone").UID, cluster.DeleteOptions{GracePeriod: new(0 * s)}))
		fork := w.Fork()
		require.NoError(t, w.RunFor(16*s))
		want := []string{
			"2s there: Running ready", "6s first: Running ready", "6s elsewhere: Running ready", "6s gone: gone",
			"8s bad: Pending ErrImagePull", "9s bad: Pending ImagePullBackOff",
			"19s last: Running ready", "21s bad: Pending ErrImagePull", "22s bad: Pending ImagePullBackOff",
		}
		if diff := cmp.Diff(want, w.moments); diff != "" {
			t.Errorf("the node pulls also for a pod that is gone (-want +got):\n%s", diff)
		}
		require.NoError(t, fork.RunFor(16*s))
		require.Equal(t, w.Hash(), fork.Hash())
	})
	t.Run("a node that is switched off", func(t *testing.T) {
		w := newWorld(t, kubelet.Config{Default: kubelet.Behaviour{Pull: 100 * s}})
		w.addPodTo("a", "first", nil, "agent:v1")
		w.addPodTo("a", "second", nil, "agent:v1")
		require.NoError(t, w.RunFor(10*s))
		w.outage(cluster.Outage{Off: true, End: 20 * s})
		w.moments = nil
		require.NoError(t, w.RunFor(500*s))
		require.Contains(t, w.moments, "2m0s first: Running ready", "it begins anew")
		require.Contains(t, w.moments, "3m40s second: Running ready")
		require.Len(t, w.moments, 4, "%v", w.moments)
	})
}
