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

// moment says in a few words what has become of a pod: phase, ready, stopped, why it waits, restarts, and
// until when it may stop.
func moment(ch *cluster.Change) string {
	p, ok := ch.Object().(*cluster.Pod)
	if !ok {
		return ""
	}
	text := fmt.Sprintf("%v %s: ", ch.Time, p.Name)
	if ch.Verb == cluster.Deleted {
		return text + "gone"
	}
	text += string(p.Phase())
	if p.Status.Ready {
		text += " ready"
	}
	if !p.Status.Started && p.Phase() == cluster.PodRunning {
		text += " stopped"
	}
	if t := p.Status.Trouble; t != nil && t.Waiting != "" {
		text += " " + t.Waiting
	}
	if t := p.Status.Trouble; t != nil && t.NoNetwork {
		text += " no network"
	}
	if p.Status.Restarts > 0 {
		text += fmt.Sprintf(" restarts=%d", p.Status.Restarts)
	}
	if p.Terminating() {
		text += fmt.Sprintf(" until %v", *p.DeletionTimestamp)
	}
	return text
}

// world is a cluster with one node, a pod bound to it, and the moments of all pods.
type world struct {
	*cluster.Cluster
	t       *testing.T
	kubelet *kubelet.Kubelet
	moments []string
}

func newWorld(t *testing.T, config kubelet.Config) *world {
	w := &world{t: t, kubelet: kubelet.New(config)}
	w.Cluster = cluster.New(cluster.Config{}, w.kubelet)
	w.OnChange(func(ch *cluster.Change) {
		if m := moment(ch); m != "" {
			w.moments = append(w.moments, m)
		}
	})
	w.addNode()
	return w
}

func (w *world) addNode() { w.addNodes("a") }

func (w *world) addNodes(names ...string) {
	for _, name := range names {
		_, err := w.Create(&cluster.Node{ObjectMeta: cluster.ObjectMeta{Name: name}})
		require.NoError(w.t, err)
	}
}

func (w *world) removeNode() {
	require.NoError(w.t, w.Delete(cluster.KindNode, "", "a", cluster.DeleteOptions{}))
}

// addPod binds a pod with containers of the images to the node.
func (w *world) addPod(name string, finalizers []string, images ...string) {
	w.addPodTo("a", name, finalizers, images...)
}

func (w *world) addPodTo(node, name string, finalizers []string, images ...string) {
	spec := cluster.PodTemplateSpec{}
	for i, image := range images {
		spec.Spec.Containers = append(spec.Spec.Containers, cluster.Container{Name: fmt.Sprint("c", i), Image: image})
	}
	_, err := w.Create(&cluster.Pod{
		ObjectMeta: cluster.ObjectMeta{Name: name, Finalizers: finalizers},
		Template:   cluster.NewTemplate(spec), NodeName: node,
	})
	require.NoError(w.t, err)
}

func (w *world) pod() *cluster.Pod { return w.Pod("default", "p") }

func (w *world) delete(grace ...time.Duration) {
	opts := cluster.DeleteOptions{}
	if len(grace) > 0 {
		opts.GracePeriod = &grace[0]
	}
	require.NoError(w.t, w.Delete(cluster.KindPod, "default", "p", opts))
}

// step is something that happens at a time.
type step struct {
	at time.Duration
	do func(*world)
}

func deleted(grace ...time.Duration) func(*world) {
	return func(w *world) { w.delete(grace...) }
}

func behaving(b kubelet.Behaviour) func(*world) {
	return func(w *world) { require.NoError(w.t, w.kubelet.SetImage("agent:v1", b)) }
}

const s = time.Second

var hold = []string{"example.com/hold"}

// row is one pod and what becomes of it. The pod is bound at t=0.
type row struct {
	name       string
	behaviour  kubelet.Behaviour
	images     []string
	others     map[string]kubelet.Behaviour
	finalizers []string
	steps      []step
	until      time.Duration
	want       []string
	reason     string
}

var starting = []row{
	{
		name: "zero behaviour", until: s,
		want:   []string{"0s p: Pending", "0s p: Running ready"},
		reason: "ready the moment it is bound",
	}, {
		name: "typical", behaviour: kubelet.Typical(), until: time.Minute,
		want:   []string{"0s p: Pending", "2s p: Running ready"},
		reason: "a second to pull, a second to start; N-100: ready at once",
	}, {
		name:      "ready later",
		behaviour: kubelet.Behaviour{Pull: 3 * s, Start: 2 * s, ReadyAfter: 10 * s}, until: time.Minute,
		want:   []string{"0s p: Pending", "5s p: Running", "15s p: Running ready"},
		reason: "N-101",
	}, {
		name: "never ready", behaviour: kubelet.Behaviour{NeverReady: true, ReadyAfter: s}, until: time.Hour,
		want:   []string{"0s p: Pending", "0s p: Running"},
		reason: "NeverReady wins over ReadyAfter",
	}, {
		name: "several containers", behaviour: kubelet.Behaviour{Pull: 5 * s, Stop: s},
		images: []string{"agent:v1", "slow", "bad"},
		others: map[string]kubelet.Behaviour{
			"slow": {Start: 2 * s, ReadyAfter: 7 * s, Stop: 9 * s}, "bad": {CrashAfter: 30 * s},
		},
		steps: []step{{20 * s, deleted()}}, until: time.Hour,
		want: []string{
			"0s p: Pending", "5s p: Pending", "7s p: Pending", "7s p: Running", "14s p: Running ready",
			"20s p: Running ready until 50s", "29s p: gone",
		},
		reason: "they are pulled and started one after the other",
	}, {
		name: "one of several crashes", images: []string{"agent:v1", "bad"},
		others: map[string]kubelet.Behaviour{"bad": {CrashAfter: 30 * s}}, until: 35 * s,
		want: []string{
			"0s p: Pending", "0s p: Pending", "0s p: Running ready", "30s p: Running stopped",
			"30s p: Running ready restarts=1",
		},
		reason: "the pod is as bad as the worst of them",
	}, {
		name: "one of several is never ready", images: []string{"agent:v1", "bad"},
		others: map[string]kubelet.Behaviour{"bad": {NeverReady: true}}, until: time.Hour,
		want:   []string{"0s p: Pending", "0s p: Pending", "0s p: Running"},
		reason: "N-94: every container has to be ready",
	},
}

var crashing = []row{
	{
		name: "crashes at once after its start", behaviour: kubelet.Behaviour{CrashAfter: 1 * s}, until: 50 * s,
		want: []string{
			"0s p: Pending", "0s p: Running ready",
			"1s p: Running stopped", "1s p: Running ready restarts=1",
			"2s p: Running stopped CrashLoopBackOff restarts=1", "12s p: Running ready restarts=2",
			"13s p: Running stopped CrashLoopBackOff restarts=2", "33s p: Running ready restarts=3",
			"34s p: Running stopped CrashLoopBackOff restarts=3",
		},
		reason: "N-96: 0, 10, 20, 40 s; N-91: the phase stays Running",
	}, {
		name: "crashes before it is ready", behaviour: kubelet.Behaviour{CrashAfter: s, ReadyAfter: 2 * s},
		until: 14 * s,
		want: []string{
			"0s p: Pending", "0s p: Running", "1s p: Running stopped", "1s p: Running restarts=1",
			"2s p: Running stopped CrashLoopBackOff restarts=1", "12s p: Running restarts=2",
			"13s p: Running stopped CrashLoopBackOff restarts=2",
		},
		reason: "what was planned for a crashed container is dropped",
	}, {
		name: "cured between two crashes", behaviour: kubelet.Behaviour{CrashAfter: s},
		steps: []step{{5 * s, behaving(kubelet.Behaviour{ReadyAfter: 4 * s})}}, until: time.Hour,
		want: []string{
			"0s p: Pending", "0s p: Running ready",
			"1s p: Running stopped", "1s p: Running ready restarts=1",
			"2s p: Running stopped CrashLoopBackOff restarts=1",
			"12s p: Running restarts=2", "16s p: Running ready restarts=2",
		},
		reason: "the next start has the new behaviour",
	}, {
		name: "deleted while it waits", behaviour: kubelet.Behaviour{CrashAfter: s, Stop: 5 * s},
		steps: []step{{5 * s, deleted()}}, until: time.Hour,
		want: []string{
			"0s p: Pending", "0s p: Running ready",
			"1s p: Running stopped", "1s p: Running ready restarts=1",
			"2s p: Running stopped CrashLoopBackOff restarts=1",
			"5s p: Running stopped CrashLoopBackOff restarts=1 until 35s", "5s p: gone",
		},
		reason: "nothing runs that would have to be stopped",
	}, {
		name: "deleted while it is to crash", behaviour: kubelet.Behaviour{CrashAfter: 10 * s, Stop: 5 * s},
		steps: []step{{8 * s, deleted()}}, until: time.Hour,
		want: []string{
			"0s p: Pending", "0s p: Running ready", "8s p: Running ready until 38s", "13s p: gone",
		},
		reason: "a terminating pod is not restarted",
	},
}

var stopping = []row{
	{
		name: "stops at once", behaviour: kubelet.Behaviour{Start: s}, steps: []step{{10 * s, deleted()}},
		until:  time.Hour,
		want:   []string{"0s p: Pending", "1s p: Running ready", "10s p: Running ready until 40s", "10s p: gone"},
		reason: "N-66: gone when the containers have stopped",
	}, {
		name: "stops slowly", behaviour: kubelet.Behaviour{Stop: 8 * s}, steps: []step{{10 * s, deleted()}},
		until:  time.Hour,
		want:   []string{"0s p: Pending", "0s p: Running ready", "10s p: Running ready until 40s", "18s p: gone"},
		reason: "N-65",
	}, {
		name: "does not stop in time", behaviour: kubelet.Behaviour{Stop: time.Hour},
		steps: []step{{10 * s, deleted()}}, until: time.Hour,
		want:   []string{"0s p: Pending", "0s p: Running ready", "10s p: Running ready until 40s", "40s p: gone"},
		reason: "N-65: killed at the end of the grace period",
	}, {
		name: "grace of the call", behaviour: kubelet.Behaviour{Stop: time.Hour},
		steps: []step{{10 * s, deleted(3 * s)}}, until: time.Hour,
		want:   []string{"0s p: Pending", "0s p: Running ready", "10s p: Running ready until 13s", "13s p: gone"},
		reason: "N-63",
	}, {
		name: "grace shortened", behaviour: kubelet.Behaviour{Stop: time.Hour},
		steps: []step{{10 * s, deleted()}, {15 * s, deleted(9 * s)}}, until: time.Hour,
		want: []string{
			"0s p: Pending", "0s p: Running ready", "10s p: Running ready until 40s",
			"15s p: Running ready until 19s", "24s p: gone",
		},
		reason: "N-64: the time counts from the original start, but the kubelet begins anew with the new grace",
	}, {
		name: "grace shortened below what has passed", behaviour: kubelet.Behaviour{Stop: time.Hour},
		steps: []step{{10 * s, deleted()}, {35 * s, deleted(9 * s)}}, until: time.Hour,
		want: []string{
			"0s p: Pending", "0s p: Running ready", "10s p: Running ready until 40s",
			"35s p: Running ready until 19s", "40s p: gone",
		},
		reason: "N-64: the first grace is over before the new one",
	}, {
		name: "deleted before it runs", behaviour: kubelet.Behaviour{Pull: time.Minute, Stop: 5 * s},
		steps: []step{{10 * s, deleted()}}, until: time.Hour,
		want:   []string{"0s p: Pending", "10s p: Pending until 40s", "10s p: gone"},
		reason: "nothing runs that would have to be stopped",
	}, {
		name: "force", behaviour: kubelet.Behaviour{Stop: 8 * s}, steps: []step{{10 * s, deleted(0)}},
		until:  time.Hour,
		want:   []string{"0s p: Pending", "0s p: Running ready", "10s p: gone"},
		reason: "N-64: the API server does not wait for the kubelet",
	}, {
		name: "held by a finalizer", behaviour: kubelet.Behaviour{Stop: 8 * s}, finalizers: hold,
		steps: []step{{10 * s, deleted()}, {time.Minute, func(w *world) {
			next := w.pod().Clone().(*cluster.Pod)
			next.Finalizers = nil
			_, err := w.Update(next)
			require.NoError(w.t, err)
		}}},
		until: time.Hour,
		want: []string{
			"0s p: Pending", "0s p: Running ready", "10s p: Running ready until 40s",
			"18s p: Succeeded until 40s", "18s p: Succeeded until 10s", "1m0s p: Succeeded until 10s", "1m0s p: gone",
		},
		reason: "N-66: the terminal phase is set, and the finalizer holds the object",
	}, {
		name: "held before it ran", behaviour: kubelet.Behaviour{Pull: time.Minute}, finalizers: hold,
		steps: []step{{10 * s, deleted()}}, until: time.Hour,
		want: []string{
			"0s p: Pending", "10s p: Pending until 40s", "10s p: Failed until 40s", "10s p: Failed until 10s",
		},
		reason: "N-66: Failed when the containers are not known to have succeeded",
	},
}

var leaving = []row{
	{
		name: "N-69 node removed", behaviour: kubelet.Behaviour{Stop: 8 * s},
		steps: []step{{10 * s, (*world).removeNode}}, until: time.Hour,
		want:   []string{"0s p: Pending", "0s p: Running ready"},
		reason: "deleting a Node does not stop what runs there",
	}, {
		name: "N-69 node removed while the pod starts", behaviour: kubelet.Behaviour{Start: 20 * s, ReadyAfter: s},
		steps: []step{{10 * s, (*world).removeNode}}, until: time.Hour,
		want:   []string{"0s p: Pending", "20s p: Running", "21s p: Running ready"},
		reason: "nor what is about to run",
	}, {
		name: "N-69 node removed while the pod stops", behaviour: kubelet.Behaviour{Stop: 8 * s},
		steps: []step{{10 * s, deleted()}, {12 * s, (*world).removeNode}}, until: time.Hour,
		want:   []string{"0s p: Pending", "0s p: Running ready", "10s p: Running ready until 40s", "18s p: gone"},
		reason: "the kubelet sees its pods deleted, and kills them",
	}, {
		name: "N-69 pod deleted after its node", behaviour: kubelet.Behaviour{Stop: 8 * s},
		steps: []step{{10 * s, (*world).removeNode}, {12 * s, deleted()}}, until: time.Hour,
		want:   []string{"0s p: Pending", "0s p: Running ready", "12s p: Running ready until 42s", "20s p: gone"},
		reason: "also those that are deleted later",
	}, {
		name: "node removed and back at once", behaviour: kubelet.Behaviour{Start: 20 * s},
		steps: []step{{10 * s, func(w *world) {
			w.removeNode()
			w.addNode()
		}}},
		until:  time.Hour,
		want:   []string{"0s p: Pending", "20s p: Running ready"},
		reason: "N-73: the node has reappeared in time, and nothing happens",
	}, {
		name: "running pod on a node that is back at once",
		steps: []step{{10 * s, func(w *world) {
			w.removeNode()
			w.addNode()
		}}},
		until:  time.Hour,
		want:   []string{"0s p: Pending", "0s p: Running ready"},
		reason: "N-73: the node has reappeared in time, and nothing happens",
	}, {
		name: "KP-31 node back later", behaviour: kubelet.Behaviour{Start: s},
		steps: []step{{10 * s, (*world).removeNode}, {20 * s, (*world).addNode}, {30 * s, func(w *world) {
			w.addPod("q", nil, "agent:v1")
		}}},
		until:  time.Hour,
		want:   []string{"0s p: Pending", "1s p: Running ready", "30s q: Pending", "31s q: Running ready"},
		reason: "a new node under the old name has the old pods, and gets new ones",
	}, {
		name: "pod bound before its node exists", behaviour: kubelet.Behaviour{Start: s},
		steps: []step{{0, deleted(0)}, {5 * s, func(w *world) { w.addPodTo("b", "q", nil, "agent:v1") }},
			{10 * s, func(w *world) { w.addNodes("b") }}},
		until:  time.Hour,
		want:   []string{"0s p: Pending", "0s p: gone", "5s q: Pending", "11s q: Running ready"},
		reason: "without a node nothing happens to a pod",
	}, {
		name: "behaviour changed while it starts", behaviour: kubelet.Behaviour{Start: 10 * s},
		steps: []step{{5 * s, behaving(kubelet.Behaviour{Start: time.Hour, ReadyAfter: 3 * s})}}, until: time.Hour,
		want:   []string{"0s p: Pending", "10s p: Running", "13s p: Running ready"},
		reason: "a delay that has begun is not changed, the next one is",
	}, {
		name: "behaviour changed while it stops", behaviour: kubelet.Behaviour{Stop: 10 * s},
		steps: []step{{5 * s, deleted()}, {6 * s, behaving(kubelet.Behaviour{Stop: s})}}, until: time.Hour,
		want:   []string{"0s p: Pending", "0s p: Running ready", "5s p: Running ready until 35s", "15s p: gone"},
		reason: "a delay that has begun is not changed",
	},
}

func TestTimelines(t *testing.T) { testRows(t, slices.Concat(starting, crashing, stopping, leaving)) }

func testRows(t *testing.T, rows []row) {
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			images := map[string]kubelet.Behaviour{"agent:v1": r.behaviour}
			for image, b := range r.others {
				images[image] = b
			}
			w := newWorld(t, kubelet.Config{Images: images})
			if r.images == nil {
				r.images = []string{"agent:v1"}
			}
			w.addPod("p", r.finalizers, r.images...)
			for _, st := range r.steps {
				require.NoError(t, w.RunFor(st.at-w.Now()))
				st.do(w)
			}
			require.NoError(t, w.RunFor(r.until-w.Now()))
			if diff := cmp.Diff(r.want, w.moments); diff != "" {
				t.Errorf("%s (-want +got):\n%s", r.reason, diff)
			}
		})
	}
}
