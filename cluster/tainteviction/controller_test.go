package tainteviction_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/kubelet"
	"github.com/daemonsim/daemonsim/cluster/tainteviction"
	"github.com/daemonsim/daemonsim/taints"
)

// world is a cluster with kubelets and the controller, and what was told of its pods and said in Events.
type world struct {
	*cluster.Cluster
	t     *testing.T
	lines []string
}

func newWorld(t *testing.T, nodes ...string) *world {
	w := &world{t: t}
	w.Cluster = cluster.New(cluster.Config{}, kubelet.New(kubelet.Config{}), tainteviction.New())
	w.OnChange(func(ch *cluster.Change) {
		before, _ := ch.Before.(*cluster.Pod)
		switch p, _ := ch.Object().(*cluster.Pod); {
		case p == nil:
		case ch.Verb == cluster.Deleted:
			w.tell("%s gone", p.Name)
		case before != nil && p.Terminating() && !before.Terminating():
			w.tell("%s deleted by %s, %d s of grace", p.Name, ch.Actor, *p.DeletionGracePeriodSeconds)
		}
	})
	w.OnEvent(func(e *cluster.Event) {
		if e.Source == tainteviction.Name {
			w.tell("%s %s %s: %s", e.Name, e.Type, e.Reason, e.Message)
		}
	})
	for _, name := range nodes {
		_, err := w.Create(&cluster.Node{ObjectMeta: cluster.ObjectMeta{Name: name}})
		require.NoError(t, err)
	}
	return w
}

func (w *world) tell(format string, args ...any) {
	w.lines = append(w.lines, fmt.Sprintf("t=%v ", w.Now())+fmt.Sprintf(format, args...))
}

// addPod makes a pod on a node, or without one for "".
func (w *world) addPod(name, node string, tolerations ...taints.Toleration) {
	w.t.Helper()
	spec := cluster.PodTemplateSpec{}
	spec.Spec.Containers = []cluster.Container{{Name: "main", Image: "agent:v1"}}
	spec.Spec.Tolerations = tolerations
	_, err := w.Create(&cluster.Pod{
		ObjectMeta: cluster.ObjectMeta{Name: name}, Template: cluster.NewTemplate(spec), NodeName: node,
	})
	require.NoError(w.t, err)
}

// tolerate gives a pod other tolerations.
func (w *world) tolerate(name string, tolerations ...taints.Toleration) {
	w.t.Helper()
	next := w.Pod("default", name).Clone().(*cluster.Pod)
	spec := cluster.PodTemplateSpec{Spec: next.Spec().Clone()}
	spec.Spec.Tolerations = tolerations
	next.Template = cluster.NewTemplate(spec)
	_, err := w.Update(next)
	require.NoError(w.t, err)
}

func (w *world) taint(node string, list ...taints.Taint) {
	w.t.Helper()
	_, err := w.SetNodeTaints(w.Node(node).UID, list)
	require.NoError(w.t, err)
}

func (w *world) run(until time.Duration) {
	w.t.Helper()
	require.NoError(w.t, w.RunFor(until-w.Now()))
}

func (w *world) want(reason string, want ...string) {
	w.t.Helper()
	if diff := cmp.Diff(want, w.lines); diff != "" {
		w.t.Errorf("%s (-want +got):\n%s", reason, diff)
	}
	w.lines = nil
}

const (
	marking    = "Normal TaintManagerEviction: Marking for deletion Pod default/"
	cancelling = "Normal TaintManagerEviction: Cancelling deletion of Pod default/"
	deleted    = "deleted by taint-eviction-controller, 30 s of grace"
)

func TestWhatIsLookedAt(t *testing.T) {
	a := execute("a")
	t.Run("N-42 a node's taints", func(t *testing.T) {
		w := newWorld(t, "n", "other")
		w.addPod("p", "n")
		w.addPod("q", "other")
		w.run(s)
		w.taint("n", taints.Taint{Key: "a", Effect: taints.EffectNoSchedule}, taints.Taint{Key: "b", Effect: taints.EffectPreferNoSchedule})
		w.run(time.Hour)
		w.want("other effects do not matter")
		w.taint("n", a)
		w.run(2 * time.Hour)
		w.want("at once, and there alone", "t=1h0m0s p "+marking+"p", "t=1h0m0s p "+deleted, "t=1h0m0s p gone")
	})
	t.Run("N-42 a pod that comes", func(t *testing.T) {
		w := newWorld(t, "n")
		w.taint("n", a)
		w.addPod("born", "n")
		w.addPod("bound", "")
		w.run(s)
		w.want("it is created there, and its kubelet turns it away", "t=0s born "+marking+"born", "t=0s born gone")
		_, err := w.Bind(w.Pod("default", "bound").UID, "n")
		require.NoError(t, err)
		w.run(time.Hour)
		w.want("it is bound there", "t=1s bound "+marking+"bound", "t=1s bound gone")
	})
	t.Run("N-42 a pod's tolerations", func(t *testing.T) {
		w := newWorld(t, "n")
		w.addPod("p", "n", lasting("a", 100))
		w.taint("n", a)
		w.run(10 * s)
		w.tolerate("p", forever("b"), lasting("a", 100))
		w.run(20 * s)
		w.want("one that makes no difference")
		w.tolerate("p", forever("a"), forever("b"), lasting("a", 100))
		w.run(time.Hour)
		w.want("one that comes first and lasts for ever", "t=20s p "+cancelling+"p")
	})
	t.Run("N-42 status changes", func(t *testing.T) {
		w := newWorld(t, "n")
		w.addPod("p", "n", lasting("a", 100))
		w.taint("n", a)
		w.run(50 * s)
		_, err := w.SetPodStatus(w.Pod("default", "p").UID, w.Pod("default", "p").Status.WithoutNode(50*s))
		require.NoError(t, err)
		w.run(99 * s)
		w.want("they are no reason to look again")
	})
}

func TestEviction(t *testing.T) {
	a, b := execute("a"), execute("b")
	t.Run("N-45", func(t *testing.T) {
		w := newWorld(t, "n")
		w.taint("n", a)
		w.run(100 * s)
		w.addPod("p", "n", lasting("a", 60))
		w.run(time.Hour)
		w.want("from when the controller learns of the pod, not from the taint",
			"t=2m40s p "+marking+"p", "t=2m40s p "+deleted, "t=2m40s p gone")
	})
	t.Run("N-45 a late controller", func(t *testing.T) {
		w := newWorld(t, "n")
		require.NoError(t, w.SetLag(tainteviction.Name, cluster.Lag{Delay: 7 * s}))
		w.addPod("p", "n", lasting("a", 60))
		w.taint("n", a)
		w.run(time.Hour)
		w.want("it learns late", "t=1m7s p "+marking+"p", "t=1m7s p "+deleted, "t=1m7s p gone")
	})
	t.Run("N-46", func(t *testing.T) {
		for _, row := range []struct {
			reason string
			then   []taints.Taint
			want   []string
		}{
			{"a longer time changes nothing", []taints.Taint{b}, []string{"t=1m0s p " + marking + "p", "t=1m0s p " + deleted, "t=1m0s p gone"}},
			{"a shorter time neither", []taints.Taint{execute("c")}, []string{"t=1m0s p " + marking + "p", "t=1m0s p " + deleted, "t=1m0s p gone"}},
			{"no time neither", []taints.Taint{a, execute("z")}, []string{"t=1m0s p " + marking + "p", "t=1m0s p " + deleted, "t=1m0s p gone"}},
			{"for ever", []taints.Taint{execute("e")}, []string{"t=30s p " + cancelling + "p"}},
			{"not at all", []taints.Taint{a, execute("u")},
				[]string{"t=30s p " + cancelling + "p", "t=30s p " + marking + "p", "t=30s p " + deleted, "t=30s p gone"}},
		} {
			w := newWorld(t, "n")
			w.addPod("p", "n", lasting("a", 60), lasting("b", 300), lasting("c", 5), lasting("z", 0), forever("e"))
			w.taint("n", a)
			w.run(30 * s)
			w.taint("n", row.then...)
			w.run(time.Hour)
			w.want(row.reason, row.want...)
			require.Zero(t, w.Pending(), "%s: nothing is left on the agenda", row.reason)
		}
	})
	t.Run("N-46 the same instant", func(t *testing.T) {
		w := newWorld(t, "n")
		w.addPod("p", "n", lasting("a", 60), lasting("b", 10))
		w.taint("n", a)
		w.run(0)
		w.taint("n", a, execute("c"), b)
		w.tolerate("p", lasting("a", 60), lasting("b", 10), forever("c"))
		w.run(time.Hour)
		w.want("another plan takes its place", "t=0s p "+cancelling+"p", "t=10s p "+marking+"p", "t=10s p "+deleted, "t=10s p gone")
	})
}

func TestCancelled(t *testing.T) {
	a, b := execute("a"), execute("b")
	evicted := func(at string) []string {
		return []string{"t=" + at + " p " + marking + "p", "t=" + at + " p " + deleted}
	}
	begin := func(t *testing.T, list ...taints.Taint) *world {
		w := newWorld(t, "n")
		w.addPod("p", "n", lasting("a", 60), lasting("b", 60))
		w.taint("n", list...)
		w.run(30 * s)
		w.want("it is planned")
		return w
	}
	t.Run("N-47 no taint is left", func(t *testing.T) {
		w := begin(t, a, b)
		w.taint("n")
		require.NoError(t, w.Settle())
		w.want("cancelled", "t=30s p "+cancelling+"p")
		require.Equal(t, 30*s, w.Now(), "a cluster at rest does not wait for it")
		w.taint("n", a)
		w.run(85 * s)
		w.want("a new taint starts anew")
		w.run(time.Hour)
		w.want("", append(evicted("1m30s"), "t=1m30s p gone")...)
	})
	t.Run("N-47 one of two taints goes", func(t *testing.T) {
		w := begin(t, a, b)
		w.taint("n", b)
		w.run(time.Hour)
		w.want("not cancelled", append(evicted("1m0s"), "t=1m0s p gone")...)
	})
	t.Run("N-47 one taint replaces another", func(t *testing.T) {
		w := begin(t, a)
		w.taint("n", b)
		w.run(time.Hour)
		w.want("the time does not start anew", append(evicted("1m0s"), "t=1m0s p gone")...)
	})
	t.Run("N-47 the pod goes", func(t *testing.T) {
		w := begin(t, a)
		require.NoError(t, w.Delete(cluster.KindPod, "default", "p", cluster.DeleteOptions{}))
		w.run(time.Hour)
		w.want("cancelled when the object is gone", "t=30s p deleted by user, 30 s of grace", "t=30s p gone", "t=30s p "+cancelling+"p")
	})
	t.Run("N-47 the node goes", func(t *testing.T) {
		w := begin(t, a)
		require.NoError(t, w.Delete(cluster.KindNode, "", "n", cluster.DeleteOptions{}))
		w.run(time.Hour)
		w.want("not cancelled", append(evicted("1m0s"), "t=1m0s p gone")...)
	})
	t.Run("N-47 the node comes back without the taint", func(t *testing.T) {
		w := begin(t, a)
		require.NoError(t, w.Delete(cluster.KindNode, "", "n", cluster.DeleteOptions{}))
		w.run(40 * s)
		_, err := w.Create(&cluster.Node{ObjectMeta: cluster.ObjectMeta{Name: "n"}})
		require.NoError(t, err)
		w.run(time.Hour)
		w.want("cancelled", "t=40s p "+cancelling+"p")
	})
}

func TestWhatAnEvictionDoes(t *testing.T) {
	a := execute("a")
	t.Run("N-48", func(t *testing.T) {
		w := newWorld(t, "n")
		w.addPod("p", "n")
		w.run(5 * s)
		_, err := w.SetOutage(w.Node("n").UID, &cluster.Outage{})
		require.NoError(t, err)
		w.taint("n", a)
		w.run(time.Hour)
		w.want("nobody confirms, so it stays", "t=5s p "+marking+"p", "t=5s p "+deleted)
		d, ok := w.Pod("default", "p").Disruption()
		require.True(t, ok)
		require.Equal(t, cluster.Disruption{
			Reason: "DeletionByTaintManager", Message: "Taint manager: deleting due to NoExecute taint", At: 5 * s,
		}, d)
		require.Equal(t, 35*s, *w.Pod("default", "p").DeletionTimestamp)
	})
	t.Run("N-48 a pod that is about to go for another reason", func(t *testing.T) {
		w := newWorld(t, "n")
		w.addPod("p", "n")
		_, err := w.SetOutage(w.Node("n").UID, &cluster.Outage{})
		require.NoError(t, err)
		p := w.Pod("default", "p")
		_, err = w.SetPodStatus(p.UID, p.Status.WithTrouble(func(t *cluster.PodTrouble) {
			t.Disruption = cluster.Disruption{Reason: "PreemptionByScheduler", At: 1}
		}))
		require.NoError(t, err)
		w.run(s)
		require.NoError(t, w.Delete(cluster.KindPod, "default", "p", cluster.DeleteOptions{}))
		w.run(2 * s)
		w.taint("n", a)
		w.run(time.Hour)
		w.want("the first deletion stands", "t=1s p deleted by user, 30 s of grace", "t=2s p "+marking+"p")
		d, _ := w.Pod("default", "p").Disruption()
		require.Equal(t, "DeletionByTaintManager", d.Reason)
		require.EqualValues(t, 1, d.At, "it has been True since then")
		require.Equal(t, 31*s, *w.Pod("default", "p").DeletionTimestamp)
	})
	t.Run("N-49", func(t *testing.T) {
		w := newWorld(t, "n")
		w.addPod("p", "n")
		_, err := w.SetOutage(w.Node("n").UID, &cluster.Outage{})
		require.NoError(t, err)
		w.taint("n", a)
		w.run(10 * s)
		w.want("deleted", "t=0s p "+marking+"p", "t=0s p "+deleted)
		w.taint("n", a, execute("b"))
		w.run(20 * s)
		w.taint("n")
		w.run(time.Hour)
		w.want("not once more, and there is nothing to cancel")
	})
}

// TestRestart starts the controller anew: what it had planned is lost, and what it finds counts from then.
func TestRestart(t *testing.T) {
	w := newWorld(t, "n", "m")
	w.addPod("p", "n", lasting("a", 60))
	w.addPod("q", "m", lasting("a", 60))
	w.taint("n", execute("a"))
	w.run(30 * s)
	require.NoError(t, w.Stop(tainteviction.Name))
	w.run(100 * s)
	w.want("nobody is there to do it")
	require.NoError(t, w.Start(tainteviction.New()))
	w.run(time.Hour)
	w.want("a minute from the start", "t=2m40s p "+marking+"p", "t=2m40s p "+deleted, "t=2m40s p gone")
}

// TestAddedLater adds the controller to a cluster that has a tainted node.
func TestAddedLater(t *testing.T) {
	w := newWorld(t, "n")
	require.NoError(t, w.Stop(tainteviction.Name))
	w.addPod("p", "n")
	w.taint("n", execute("a"))
	w.run(s)
	w.Cluster.AddActor(renamed{tainteviction.New()})
	w.want("it is told of nothing yet")
	_, err := w.Create(&cluster.Node{ObjectMeta: cluster.ObjectMeta{Name: "m"}})
	require.NoError(t, err)
	w.run(time.Hour)
	w.want("it looks at what it finds when it is first told of something", "t=1s p deleted by added, 30 s of grace", "t=1s p gone")
}

// renamed is the controller under another name.
type renamed struct{ *tainteviction.Controller }

func (renamed) Name() string { return "added" }

// TestForks forks at every change: what the fork does then is what the original does.
func TestForks(t *testing.T) {
	w := newWorld(t, "n")
	w.addPod("now", "n")
	w.addPod("later", "n", lasting("a", 60))
	w.addPod("stays", "n", forever("a"))
	w.run(s)
	var forks []*cluster.Cluster
	w.OnChange(func(*cluster.Change) { forks = append(forks, w.Cluster.Fork()) })
	w.taint("n", execute("a"))
	forks = append(forks, w.Cluster.Fork())
	w.run(time.Hour)
	require.Len(t, forks, 1+2*3+1, "the taint, three changes of each pod, and the one between")
	for _, f := range forks {
		require.NoError(t, f.RunFor(time.Hour-f.Now()))
		require.Nil(t, f.Pod("default", "now"))
		require.Nil(t, f.Pod("default", "later"))
		require.NotNil(t, f.Pod("default", "stays"))
		require.Zero(t, f.Pending())
	}
}

// TestCostsNothing has a cluster without taints: no task, and nothing kept.
func TestCostsNothing(t *testing.T) {
	w := newWorld(t, "n")
	w.addPod("p", "n")
	w.run(time.Hour)
	steps := 0
	fork := w.Cluster.Fork()
	fork.OnChange(func(*cluster.Change) { steps++ })
	node := fork.Node("n").Clone().(*cluster.Node)
	node.Labels["x"] = "y"
	_, err := fork.Update(node)
	require.NoError(t, err)
	require.Zero(t, fork.Pending(), "a change of the node is no reason to look")
	_, err = fork.SetNodeTaints(fork.Node("n").UID, []taints.Taint{{Key: "a", Effect: taints.EffectNoSchedule}})
	require.NoError(t, err)
	require.Zero(t, fork.Pending(), "nor are taints of other effects")
	require.Empty(t, tainteviction.New().AppendState(nil))
}
