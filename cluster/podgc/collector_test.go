package podgc_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/podgc"
	"github.com/daemonsim/daemonsim/taints"
)

const s = time.Second

// world is a cluster whose only actor is the collector, and what was told of its pods.
type world struct {
	*cluster.Cluster
	t     *testing.T
	lines []string
}

func newWorld(t *testing.T, config podgc.Config) *world {
	w := &world{t: t, Cluster: cluster.New(cluster.Config{}, podgc.New(config))}
	w.OnChange(func(ch *cluster.Change) {
		if p, ok := ch.Object().(*cluster.Pod); ok && ch.Actor == podgc.Name {
			w.lines = append(w.lines, fmt.Sprintf("t=%v %s %s %s", ch.Time, ch.Verb, p.Name, p.Phase()))
		}
	})
	w.addNode("a")
	return w
}

func (w *world) addNode(name string) {
	w.t.Helper()
	_, err := w.Create(&cluster.Node{ObjectMeta: cluster.ObjectMeta{Name: name}})
	require.NoError(w.t, err)
}

func (w *world) removeNode(name string) {
	w.t.Helper()
	require.NoError(w.t, w.Delete(cluster.KindNode, "", name, cluster.DeleteOptions{}))
}

func (w *world) addPod(name, node string, finalizers ...string) {
	w.t.Helper()
	spec := cluster.PodTemplateSpec{}
	spec.Spec.Containers = []cluster.Container{{Name: "main", Image: "agent:v1"}}
	_, err := w.Create(&cluster.Pod{
		ObjectMeta: cluster.ObjectMeta{Name: name, Finalizers: finalizers},
		Template:   cluster.NewTemplate(spec), NodeName: node,
	})
	require.NoError(w.t, err)
}

func (w *world) delete(pod string) {
	w.t.Helper()
	require.NoError(w.t, w.Delete(cluster.KindPod, "default", pod, cluster.DeleteOptions{}))
}

func (w *world) end(pod string, phase cluster.PodPhase, reason string) {
	w.t.Helper()
	status := cluster.PodStatus{Phase: phase}
	if reason != "" {
		status.Trouble = &cluster.PodTrouble{Reason: reason}
	}
	_, err := w.SetPodStatus(w.Pod("default", pod).UID, status)
	require.NoError(w.t, err)
}

func (w *world) run(until time.Duration) {
	w.t.Helper()
	require.NoError(w.t, w.RunFor(until-w.Now()))
}

func (w *world) want(reason string, want ...string) {
	w.t.Helper()
	got := w.lines
	w.lines = nil
	if diff := cmp.Diff(want, got); diff != "" {
		w.t.Errorf("%s (-want +got):\n%s", reason, diff)
	}
}

// outOfService changes a node so that it is not ready, or is marked as out of service, or both.
func (w *world) outOfService(notReady, marked bool) {
	w.t.Helper()
	n := w.Node("a")
	var err error
	if notReady {
		n, err = w.SetNodeConditions(n.UID, []cluster.NodeCondition{{Type: cluster.NodeReady, Status: cluster.ConditionUnknown}})
		require.NoError(w.t, err)
	}
	if marked {
		_, err = w.SetNodeTaints(n.UID, []taints.Taint{{Key: taints.KeyOutOfService, Value: "x", Effect: taints.EffectNoExecute}})
		require.NoError(w.t, err)
	}
}

func TestOrphans(t *testing.T) {
	t.Run("D-223 N-73", func(t *testing.T) {
		for _, row := range []struct{ gone, collected time.Duration }{
			{1 * s, 60 * s}, {19 * s, 60 * s}, {20 * s, 60 * s}, {21 * s, 80 * s},
		} {
			w := newWorld(t, podgc.Config{})
			w.addPod("p", "a")
			w.run(row.gone)
			w.removeNode("a")
			w.run(time.Hour)
			w.want(fmt.Sprintf("gone at t=%v: 40 to 60 s later", row.gone),
				fmt.Sprintf("t=%v update p Failed", row.collected), fmt.Sprintf("t=%v delete p Failed", row.collected))
		}
	})
	t.Run("N-75", func(t *testing.T) {
		w := newWorld(t, podgc.Config{})
		w.addPod("p", "a", "example.com/hold")
		w.end("p", cluster.PodRunning, "")
		w.removeNode("a")
		require.NoError(t, w.Settle())
		p := w.Pod("default", "p")
		require.NotNil(t, p, "a finalizer still holds it")
		require.True(t, p.Terminating())
		d, _ := p.Disruption()
		require.Equal(t, cluster.Disruption{
			Reason: "DeletionByPodGC", Message: "PodGC: node no longer exists", At: 40 * s,
		}, d)
		require.Zero(t, *p.DeletionGracePeriodSeconds)
		w.want("once", "t=40s update p Failed", "t=40s update p Failed")
	})
	t.Run("N-75 ended already", func(t *testing.T) {
		w := newWorld(t, podgc.Config{})
		w.addPod("p", "a")
		w.end("p", cluster.PodSucceeded, "")
		w.removeNode("a")
		w.run(time.Hour)
		w.want("a terminal phase never changes", "t=40s delete p Succeeded")
	})
	t.Run("KP-31", func(t *testing.T) {
		w := newWorld(t, podgc.Config{})
		w.addPod("p", "a")
		w.run(s)
		w.removeNode("a")
		w.run(55 * s)
		w.addNode("a")
		w.run(time.Hour)
		w.want("the node reappears first, and nothing happens")
		require.NotNil(t, w.Pod("default", "p"))
	})
	t.Run("N-73 away twice", func(t *testing.T) {
		w := newWorld(t, podgc.Config{})
		w.addPod("p", "a")
		w.run(s)
		w.removeNode("a")
		w.run(30 * s)
		w.addNode("a")
		w.run(50 * s)
		w.removeNode("a")
		w.run(time.Hour)
		w.want("the quarantine of the first time counts", "t=1m0s update p Failed", "t=1m0s delete p Failed")
	})
	t.Run("N-73 away again later", func(t *testing.T) {
		w := newWorld(t, podgc.Config{})
		w.addPod("p", "a")
		w.run(s)
		w.removeNode("a")
		w.run(10 * s)
		w.addNode("a")
		w.run(30 * s)
		w.removeNode("a")
		w.run(time.Hour)
		w.want("the pass did not see it missing", "t=1m20s update p Failed", "t=1m20s delete p Failed")
	})
	t.Run("N-73 a node that never was", func(t *testing.T) {
		w := newWorld(t, podgc.Config{})
		w.run(5 * s)
		w.addPod("p", "ghost")
		w.run(time.Hour)
		w.want("the same", "t=1m0s update p Failed", "t=1m0s delete p Failed")
	})
	t.Run("N-76", func(t *testing.T) {
		w := newWorld(t, podgc.Config{})
		w.addPod("p", "")
		w.removeNode("a")
		w.run(time.Hour)
		w.want("a pod that is not bound is no orphan")
	})
	t.Run("D-223 pods that go first", func(t *testing.T) {
		w := newWorld(t, podgc.Config{})
		w.addPod("p", "a")
		w.removeNode("a")
		require.NoError(t, w.DeletePod(w.Pod("default", "p").UID, cluster.DeleteOptions{GracePeriod: new(time.Duration)}))
		w.run(time.Hour)
		w.want("nothing is left to collect")
	})
}

func TestStuck(t *testing.T) {
	for _, row := range []struct {
		rule             string
		notReady, marked bool
		want             []string
	}{
		{"N-72", true, true, []string{"t=20s update p Failed", "t=20s delete p Failed"}},
		{"N-72 not marked", true, false, nil},
		{"N-72 ready", false, true, nil},
	} {
		t.Run(row.rule+" marked before", func(t *testing.T) {
			w := newWorld(t, podgc.Config{})
			w.addPod("p", "a")
			w.run(s)
			w.outOfService(row.notReady, row.marked)
			w.run(2 * s)
			w.delete("p")
			w.run(time.Hour)
			w.want(row.rule, row.want...)
		})
		t.Run(row.rule+" marked after", func(t *testing.T) {
			w := newWorld(t, podgc.Config{})
			w.addPod("p", "a")
			w.addPod("stays", "a")
			w.run(s)
			w.delete("p")
			w.run(2 * s)
			w.outOfService(row.notReady, row.marked)
			w.run(time.Hour)
			w.want(row.rule, row.want...)
		})
	}
	t.Run("N-72 ready again in time", func(t *testing.T) {
		w := newWorld(t, podgc.Config{})
		w.addPod("p", "a")
		w.outOfService(true, true)
		w.run(s)
		w.delete("p")
		_, err := w.SetNodeConditions(w.Node("a").UID, []cluster.NodeCondition{{Type: cluster.NodeReady, Status: cluster.ConditionTrue}})
		require.NoError(t, err)
		w.run(time.Hour)
		w.want("the pass looks at it as it is then")
	})
	t.Run("N-74", func(t *testing.T) {
		w := newWorld(t, podgc.Config{})
		w.addPod("p", "", "example.com/hold")
		w.run(s)
		w.delete("p")
		require.NoError(t, w.Settle())
		w.want("the finalizer holds it, once and for all", "t=20s update p Failed")
		d, disrupted := w.Pod("default", "p").Disruption()
		require.False(t, disrupted, "%v: only orphans are marked", d)
	})
}

func TestSurplus(t *testing.T) {
	t.Run("N-71", func(t *testing.T) {
		w := newWorld(t, podgc.Config{TerminatedThreshold: 2})
		for i, name := range []string{"d", "c", "b", "a", "e"} {
			w.run(time.Duration(i/2) * s)
			w.addPod(name, "a")
		}
		for _, name := range []string{"a", "b", "c", "d"} {
			w.end(name, cluster.PodFailed, map[string]string{"b": "Evicted"}[name])
		}
		w.run(time.Hour)
		w.want("evicted ones first, then the oldest, then by name", "t=20s delete b Failed", "t=20s delete c Failed")
		w.end("e", cluster.PodSucceeded, "")
		w.run(2 * time.Hour)
		w.want("and again", "t=1h0m0s delete d Failed")
	})
	t.Run("N-71 at the threshold", func(t *testing.T) {
		w := newWorld(t, podgc.Config{TerminatedThreshold: 1})
		w.addPod("p", "a")
		w.end("p", cluster.PodFailed, "")
		w.run(time.Hour)
		w.want("not more than there may be")
	})
	t.Run("N-71 disabled", func(t *testing.T) {
		w := newWorld(t, podgc.Config{TerminatedThreshold: -1})
		w.addPod("p", "a")
		w.end("p", cluster.PodFailed, "")
		w.run(time.Hour)
		w.want("there is no limit")
	})
}

// TestOrder has something of every sort at one pass, noticed in another order.
func TestOrder(t *testing.T) {
	t.Run("N-70", func(t *testing.T) {
		w := newWorld(t, podgc.Config{TerminatedThreshold: 1})
		w.addNode("b")
		w.addPod("orphan", "b")
		w.addPod("stuck", "a")
		w.addPod("never", "", "example.com/hold")
		for _, name := range []string{"old", "new"} {
			w.addPod(name, "a")
			w.end(name, cluster.PodFailed, "")
			w.run(w.Now() + s)
		}
		w.removeNode("b")
		w.run(45 * s)
		w.want("the surplus went before, the oldest first", "t=20s delete old Failed")
		w.delete("never")
		w.delete("stuck")
		w.outOfService(true, true)
		w.addPod("late", "a")
		w.end("late", cluster.PodFailed, "")
		w.run(time.Hour)
		w.want("the surplus, what is stuck, orphans, and what never had a node",
			"t=1m0s delete new Failed",
			"t=1m0s update stuck Failed", "t=1m0s delete stuck Failed",
			"t=1m0s update orphan Failed", "t=1m0s delete orphan Failed",
			"t=1m0s update never Failed")
	})
	t.Run("N-70 every 20 s", func(t *testing.T) {
		for _, row := range []struct{ at, want time.Duration }{{s, 20 * s}, {20 * s, 20 * s}, {21 * s, 40 * s}, {119 * s, 120 * s}} {
			w := newWorld(t, podgc.Config{})
			w.addPod("p", "", "example.com/hold")
			w.run(row.at)
			w.delete("p")
			w.run(time.Hour)
			w.want("at the next pass", fmt.Sprintf("t=%v update p Failed", row.want))
		}
	})
	t.Run("N-70 a pod that is gone brings no pass forward", func(t *testing.T) {
		w := newWorld(t, podgc.Config{})
		w.addPod("p", "", "example.com/hold")
		w.addPod("q", "", "example.com/hold")
		w.run(s)
		w.delete("p")
		w.delete("q")
		p := w.Pod("default", "p").Clone().(*cluster.Pod)
		p.Finalizers = nil
		_, err := w.Update(p)
		require.NoError(t, err)
		require.Nil(t, w.Pod("default", "p"))
		w.run(time.Hour)
		w.want("it comes in its time", "t=20s update q Failed")
	})
}

// TestNothingToCollectCostsNothing: there is a pass only when there is something to look at.
func TestNothingToCollectCostsNothing(t *testing.T) {
	w := newWorld(t, podgc.Config{})
	w.addPod("p", "a")
	w.addNode("b")
	w.removeNode("b")
	require.Zero(t, w.Pending(), "a node without pods may go")
	require.NoError(t, w.Settle())
	require.Zero(t, w.Now())
}

// TestOtherPeriods has a collector in a hurry.
func TestOtherPeriods(t *testing.T) {
	w := newWorld(t, podgc.Config{Period: 3 * s, Quarantine: 4 * s})
	w.addPod("p", "a")
	w.run(s)
	w.removeNode("a")
	w.run(time.Hour)
	w.want("noted at 3 s, over at 7 s, seen at 9 s", "t=9s update p Failed", "t=9s delete p Failed")
	require.Equal(t, 9*s, podgc.New(podgc.Config{Period: 3 * s, Quarantine: 4 * s}).Patience())
	require.Equal(t, time.Minute, podgc.New(podgc.Config{}).Patience())
}

// TestAddedLater lets the collector begin where there is something to collect already.
func TestAddedLater(t *testing.T) {
	w := &world{t: t, Cluster: cluster.New(cluster.Config{})}
	w.addNode("a")
	w.addPod("p", "a")
	w.removeNode("a")
	w.AddActor(podgc.New(podgc.Config{}))
	w.addNode("b")
	w.run(time.Hour)
	require.Nil(t, w.Pod("default", "p"))
}

// TestForkCollectsForItself forks a cluster in the middle of a quarantine.
func TestForkCollectsForItself(t *testing.T) {
	w := newWorld(t, podgc.Config{})
	w.addPod("p", "a")
	w.removeNode("a")
	w.run(30 * s)
	fork := w.Fork()
	require.Equal(t, w.Hash(), fork.Hash())
	_, err := fork.Create(&cluster.Node{ObjectMeta: cluster.ObjectMeta{Name: "a"}})
	require.NoError(t, err)
	require.NoError(t, fork.RunFor(time.Hour))
	require.NotNil(t, fork.Pod("default", "p"))
	w.run(time.Hour)
	require.Nil(t, w.Pod("default", "p"))
}

func TestValidate(t *testing.T) {
	require.NoError(t, podgc.Config{}.Validate())
	require.EqualError(t, podgc.Config{Quarantine: -s}.Validate(), "Quarantine: -1s is negative")
}
