package scheduler_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/scheduler"
	"github.com/daemonsim/daemonsim/taints"
)

// at gives a pod of a snapshot a node, a priority and labels.
func at(node string, priority int32, p *cluster.Pod) *cluster.Pod {
	p.NodeName, p.Priority = node, priority
	p.UID = cluster.UID(nextUID())
	return p
}

// nextUID numbers the pods of snapshots, which no store has given a UID.
var nextUID = func() func() uint64 {
	var n uint64
	return func() uint64 { n++; return n }
}()

func prior(priority int32, p *cluster.Pod) *cluster.Pod {
	p.Priority = priority
	return p
}

func since(t time.Duration, p *cluster.Pod) *cluster.Pod {
	p.Status.ScheduledAt = t
	return p
}

func budget(name string, allowed int32, labels map[string]string) *cluster.PodDisruptionBudget {
	b := &cluster.PodDisruptionBudget{ObjectMeta: cluster.ObjectMeta{Name: name}}
	if labels != nil {
		b.Spec.Selector = &affinity.LabelSelector{MatchLabels: labels}
	}
	b.Status.DisruptionsAllowed = allowed
	return b
}

var (
	cpu1 = requesting("cpu", "1")
	cpu2 = requesting("cpu", "2")
)

// asked is what DefaultPreemption answers about a pod of priority 100 that asks for four cores.
func asked(pod *cluster.Pod, objects ...cluster.Object) (message string) {
	return scheduler.DefaultProfile().Evaluate(pod, scheduler.NewSnapshot(objects...)).Message
}

const (
	found    = "preemption: found a potential placement for pod on node %s, preempting %d victims"
	shortCPU = "0/%d nodes are available: %d Insufficient cpu. "
)

// TestPreemptionAnswers is S-142 and the rules about who may be displaced.
func TestPreemptionAnswers(t *testing.T) {
	four := prior(100, newPod("p", fourCores))
	never := prior(100, newPod("p", fourCores, func(s *cluster.PodSpec) {
		policy := cluster.PreemptNever
		s.PreemptionPolicy = &policy
	}))
	for _, row := range []struct {
		rule, name string
		pod        *cluster.Pod
		objects    []cluster.Object
		want       string
	}{
		{"S-147", "pods of lower priority go", four, []cluster.Object{
			newNode("a"), at("a", 1, newPod("x", cpu2)), at("a", 2, newPod("y", cpu2)),
		}, fmt.Sprintf(shortCPU+found, 1, 1, "a", 2)},
		{"S-147", "pods of the same priority stay", four, []cluster.Object{
			newNode("a"), at("a", 100, newPod("x", cpu1)),
		}, "0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: " +
			"1 No preemption victims found for incoming pod."},
		{"S-147", "removing all that may go is not enough", four, []cluster.Object{
			newNode("a"), at("a", 100, newPod("x", cpu1)), at("a", 1, newPod("y", cpu1)),
		}, "0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: " +
			"1 Insufficient cpu."},
		{"S-144", "policy Never", never, []cluster.Object{newNode("a"), at("a", 1, newPod("x", cpu2))},
			"0/1 nodes are available: 1 Insufficient cpu. preemption: not eligible due to preemptionPolicy=Never."},
		{"S-145", "what nothing can resolve", prior(100, newPod("p", requesting("cpu", "5"))), []cluster.Object{
			newNode("a"), at("a", 1, newPod("x", cpu2)), newNode("b", tainted("k", taints.EffectNoSchedule)),
		}, "0/2 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint(s). " +
			"preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling."},
		{"S-149", "as many as can stay", prior(100, newPod("p", cpu2)), []cluster.Object{
			newNode("a"), at("a", 1, newPod("x", cpu2)), at("a", 1, newPod("y", cpu1)), at("a", 2, newPod("z", cpu1)),
		}, fmt.Sprintf(shortCPU+found, 1, 1, "a", 1)},
		{"S-150", "budgets forbid nothing", four, []cluster.Object{
			newNode("a"), budget("b", 0, map[string]string{"app": "a"}),
			at("a", 1, withLabels(newPod("x", cpu2), "app", "a")),
		}, fmt.Sprintf(shortCPU+found, 1, 1, "a", 1)},
		{"S-170", "a host port", prior(100, newPod("p", takingPort("", "TCP", 80))), []cluster.Object{
			newNode("a"), at("a", 1, newPod("x", takingPort("", "TCP", 80))), at("a", 1, newPod("y")),
		}, "0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports. " +
			fmt.Sprintf(found, "a", 1)},
		{"S-170", "spreading", prior(100, withLabels(newPod("p", spreading(1, "zone", hard)), "app", "a")),
			[]cluster.Object{
				newNode("a", labelled("zone", "a")), newNode("b", labelled("zone", "b"), cordoned),
				at("a", 1, withLabels(newPod("x"), "app", "a")), at("a", 1, withLabels(newPod("y"), "app", "b")),
			}, "0/2 nodes are available: 1 node(s) didn't match pod topology spread constraints, " +
				"1 node(s) were unschedulable. " + fmt.Sprintf(found, "a", 1)},
		{"S-170", "anti-affinity of those who are there", prior(100, withLabels(newPod("p"), "app", "a")),
			[]cluster.Object{
				newNode("a", labelled("zone", "a")), at("a", 1, newPod("x", awayFrom("a"))), at("a", 1, newPod("y")),
			}, "0/1 nodes are available: 1 node(s) didn't satisfy existing pods anti-affinity rules. " +
				fmt.Sprintf(found, "a", 1)},
	} {
		t.Run(row.rule+" "+row.name, func(t *testing.T) {
			require.Equal(t, row.want, asked(row.pod, row.objects...))
		})
	}
}

// awayFrom is a required term of anti-affinity to the pods of an app in the same zone.
func awayFrom(app string) podChange {
	return func(s *cluster.PodSpec) {
		s.Affinity = &affinity.Affinity{PodAntiAffinity: &affinity.PodAntiAffinity{
			RequiredDuringSchedulingIgnoredDuringExecution: []affinity.PodAffinityTerm{{
				LabelSelector: &affinity.LabelSelector{MatchLabels: map[string]string{"app": app}},
				TopologyKey:   "zone",
			}},
		}}
	}
}

// outcome is what preemption would do.
type outcome struct {
	Node    string
	Victims []string
}

// spy asks DefaultPreemption and notes what it says.
type spy struct{ *outcome }

func (spy) Name() string { return "DefaultPreemption" }

func (s spy) PostFilter(c *scheduler.Cycle) scheduler.PostFilterResult {
	r := scheduler.DefaultPreemption{}.PostFilter(c)
	*s.outcome = outcome{Node: r.NominatedNode}
	for _, p := range r.Victims {
		s.Victims = append(s.Victims, p.Name)
	}
	return r
}

func preempting(pod *cluster.Pod, objects ...cluster.Object) outcome {
	var o outcome
	scheduler.DefaultProfile().With(spy{&o}).Evaluate(pod, scheduler.NewSnapshot(objects...))
	return o
}

// TestVictims is the choice of victims on one node, S-148 to S-150.
func TestVictims(t *testing.T) {
	two := func() *cluster.Pod { return prior(100, newPod("p", cpu2)) }
	full := func(pods ...*cluster.Pod) []cluster.Object {
		list := []cluster.Object{newNode("a")}
		for _, p := range pods {
			list = append(list, p)
		}
		return list
	}
	labelled := func(p *cluster.Pod) *cluster.Pod { return withLabels(p, "app", "a") }
	appA := map[string]string{"app": "a"}
	for _, row := range []struct {
		rule, name string
		objects    []cluster.Object
		want       []string
	}{
		{"S-149", "the less important go", full(at("a", 1, newPod("x", cpu2)), at("a", 2, newPod("y", cpu2))),
			[]string{"x"}},
		{"S-148", "of equals those who started later", full(
			since(5*time.Second, at("a", 1, newPod("old", cpu2))), since(9*time.Second, at("a", 1, newPod("new", cpu2))),
		), []string{"new"}},
		{"S-149", "victims are listed by importance", full(
			at("a", 1, newPod("x", cpu1)), at("a", 3, newPod("y", cpu1)), at("a", 5, newPod("z", cpu2)),
		), []string{"y", "x"}},
		{"S-150", "those that a budget protects are put back first", append(full(
			at("a", 5, newPod("free", cpu2)), at("a", 1, labelled(newPod("protected", cpu2))),
		), budget("b", 0, appA)), []string{"free"}},
		{"S-150", "one disruption is allowed", append(full(
			at("a", 1, labelled(newPod("x", cpu2))), at("a", 5, newPod("y", cpu2)),
		), budget("b", 1, appA)), []string{"x"}},
		{"S-150", "a budget that selects nothing protects nothing", append(full(
			at("a", 5, newPod("free", cpu2)), at("a", 1, labelled(newPod("x", cpu2))),
		), budget("b", 0, nil)), []string{"x"}},
	} {
		t.Run(row.rule+" "+row.name, func(t *testing.T) {
			got := preempting(two(), row.objects...)
			require.Empty(t, cmp.Diff(outcome{"a", row.want}, got), "(-want +got)")
		})
	}
}

// TestNodeChoice is S-151 and its table: of two nodes the one where less is lost.
func TestNodeChoice(t *testing.T) {
	four := prior(100, newPod("p", fourCores))
	appA := map[string]string{"app": "a"}
	protected := func(p *cluster.Pod) *cluster.Pod { return withLabels(p, "app", "a") }
	for _, row := range []struct {
		rule, name string
		objects    []cluster.Object
	}{
		{"S-151", "fewer violations of budgets", []cluster.Object{
			budget("b", 0, appA), at("worse", 1, protected(newPod("x", fourCores))), at("better", 50, newPod("y", fourCores)),
		}},
		{"S-151", "a lower highest priority", []cluster.Object{
			at("worse", 10, newPod("x", cpu2)), at("worse", 1, newPod("x2", cpu2)), at("better", 5, newPod("y", fourCores)),
		}},
		{"S-151", "a smaller sum of priorities", []cluster.Object{
			at("worse", 5, newPod("x", cpu2)), at("worse", 5, newPod("x2", cpu2)), at("better", 5, newPod("y", fourCores)),
		}},
		{"S-152", "one victim less, even of negative priority", []cluster.Object{
			at("worse", -5, newPod("x", cpu2)), at("worse", -9, newPod("x2", cpu2)), at("better", -5, newPod("y", fourCores)),
		}},
		{"S-151", "those who have run for less", []cluster.Object{
			since(time.Second, at("worse", 5, newPod("x", fourCores))), since(time.Minute, at("better", 5, newPod("y", fourCores))),
		}},
		{"S-151", "anyone of equals", []cluster.Object{
			at("better", 5, newPod("x", fourCores)), at("worse", 5, newPod("y", fourCores)),
		}},
	} {
		for _, order := range [][]string{{"worse", "better"}, {"better", "worse"}} {
			if row.name == "anyone of equals" && order[0] == "worse" {
				continue // the first of the walk
			}
			t.Run(fmt.Sprint(row.rule, " ", row.name, "/", order), func(t *testing.T) {
				objects := []cluster.Object{newNode(order[0]), newNode(order[1])}
				require.Equal(t, "better", preempting(four, append(objects, row.objects...)...).Node)
			})
		}
	}
}

// TestManyCandidates is S-146: of many nodes a share is looked at, from a place on that is left open.
func TestManyCandidates(t *testing.T) {
	w := func(chooser cluster.Chooser) *cluster.Cluster {
		c := cluster.New(cluster.Config{Chooser: chooser}, scheduler.New(scheduler.Config{}))
		createAll(t, c, &cluster.PriorityClass{ObjectMeta: cluster.ObjectMeta{Name: "high"}, Value: 100})
		for i := range 150 {
			name := fmt.Sprintf("n%03d", i)
			createAll(t, c, newNode(name), on(name, newPod("on-"+name, fourCores)))
		}
		createAll(t, c, newPod("p", fourCores, prioritized("high")))
		require.NoError(t, c.Settle())
		return c
	}
	t.Run("S-146 the first candidate by default", func(t *testing.T) {
		require.Equal(t, "n000", w(nil).Pod("default", "p").NominatedNodeName())
	})
	t.Run("S-146 a chooser picks where to begin", func(t *testing.T) {
		require.Equal(t, "n149", w(lastOf("preemption-offset")).Pod("default", "p").NominatedNodeName())
	})
	t.Run("S-151 a chooser picks among equals", func(t *testing.T) {
		require.Equal(t, "n099", w(lastOf("preemption-node")).Pod("default", "p").NominatedNodeName())
	})
}

// preemptionWorld is a full node with a pod of low priority, and a critical one that waits for it.
func preemptionWorld(t *testing.T, others ...cluster.Object) *world {
	w := newWorld(t, newNode("a"),
		&cluster.PriorityClass{ObjectMeta: cluster.ObjectMeta{Name: "low"}, Value: -100},
		&cluster.PriorityClass{ObjectMeta: cluster.ObjectMeta{Name: "high"}, Value: 100},
		on("a", newPod("victim", fourCores, prioritized("low"))))
	w.create(others...)
	w.settle()
	w.create(pinned("a", newPod("critical", fourCores, prioritized("system-node-critical"))))
	w.settle()
	return w
}

// TestPreemption carries it out.
func TestPreemption(t *testing.T) {
	t.Run("S-153 the preemptor is nominated, and waits", func(t *testing.T) {
		w := preemptionWorld(t)
		require.Equal(t, "a", w.pod("critical").NominatedNodeName())
		require.False(t, w.pod("critical").Bound())
		require.Equal(t, "0/1 nodes are available: 1 Insufficient cpu. preemption: found a potential "+
			"placement for pod on node a, preempting 1 victims", w.message("critical"))
	})
	t.Run("S-154 the victim is told why, and goes", func(t *testing.T) {
		w := preemptionWorld(t)
		victim := w.pod("victim")
		require.True(t, victim.Terminating())
		why, told := victim.Disruption()
		require.True(t, told)
		require.Equal(t, "PreemptionByScheduler", why.Reason)
		require.Equal(t, "default-scheduler: preempting to accommodate a higher priority pod", why.Message)
		events := slices.Collect(w.Events(victim.UID))
		require.Equal(t, "Preempted", events[len(events)-1].Reason)
		require.Equal(t, fmt.Sprintf("Preempted by pod %v on node a", w.pod("critical").UID), events[len(events)-1].Message)
	})
	t.Run("S-155 the preemptor is bound when the victim is gone", func(t *testing.T) {
		w := preemptionWorld(t)
		w.force("victim")
		w.settle()
		require.Equal(t, "a", w.pod("critical").NodeName)
		require.Empty(t, w.pod("critical").NominatedNodeName(), "S-133: binding clears the nomination")
	})
	t.Run("S-155 a victim that ends is as good as gone", func(t *testing.T) {
		w := preemptionWorld(t)
		w.setPhase("victim", cluster.PodSucceeded)
		w.settle()
		require.Equal(t, "a", w.pod("critical").NodeName)
	})
	t.Run("S-155 it fails again without new preemption when it is woken early", func(t *testing.T) {
		w := preemptionWorld(t)
		w.create(on("a", newPod("other")))
		w.force("other")
		w.settle()
		require.Equal(t, "0/1 nodes are available: 1 Insufficient cpu. preemption: not eligible due to a "+
			"terminating pod on the nominated node.", w.message("critical"))
		require.Equal(t, "a", w.pod("critical").NominatedNodeName())
	})
	t.Run("S-156 a victim that is going already is left alone", func(t *testing.T) {
		w := newWorld(t, newNode("a"), on("a", newPod("victim", fourCores)))
		w.delete(cluster.KindPod, "default", "victim")
		w.create(pinned("a", newPod("critical", fourCores, prioritized("system-node-critical"))))
		w.settle()
		require.Equal(t, "a", w.pod("critical").NominatedNodeName())
		_, told := w.pod("victim").Disruption()
		require.False(t, told)
	})
	t.Run("S-129 the room is kept from pods of lower priority", func(t *testing.T) {
		w := preemptionWorld(t)
		w.create(newPod("late", fourCores, prioritized("high")))
		w.force("victim")
		w.settle()
		require.Equal(t, "a", w.pod("critical").NodeName)
		require.False(t, w.pod("late").Bound())
	})
	t.Run("S-153 a more important pod takes the nomination over", func(t *testing.T) {
		w := newWorld(t, newNode("a"),
			&cluster.PriorityClass{ObjectMeta: cluster.ObjectMeta{Name: "high"}, Value: 100},
			on("a", newPod("victim", fourCores)), newPod("high", fourCores, prioritized("high")))
		w.settle()
		require.Equal(t, "a", w.pod("high").NominatedNodeName())
		w.create(pinned("a", newPod("critical", fourCores, prioritized("system-node-critical"))))
		w.settle()
		require.Equal(t, "a", w.pod("critical").NominatedNodeName())
		require.Empty(t, w.pod("high").NominatedNodeName())
	})
	t.Run("S-128 the nominated node is tried first", func(t *testing.T) {
		w := newWorld(t, newNode("a"), newNode("b"), on("a", newPod("x", fourCores)), on("b", newPod("y", fourCores)),
			&cluster.PriorityClass{ObjectMeta: cluster.ObjectMeta{Name: "high"}, Value: 100},
			newPod("p", fourCores, prioritized("high")))
		w.settle()
		require.Equal(t, "a", w.pod("p").NominatedNodeName())
		w.force("y")
		w.settle()
		require.Equal(t, "b", w.pod("p").NodeName, "any node that fits is taken if the nominated one does not")
	})
	t.Run("S-157 no way out clears the nomination", func(t *testing.T) {
		w := preemptionWorld(t)
		w.editNode("a", tainted("k", taints.EffectNoSchedule), allocating("cpu", "8", "pods", "10"))
		w.create(on("a", newPod("other")))
		w.force("other")
		w.settle()
		require.Empty(t, w.pod("critical").NominatedNodeName())
	})
	t.Run("S-158 the victim's grace period is honoured", func(t *testing.T) {
		w := preemptionWorld(t)
		require.Equal(t, int64(30), *w.pod("victim").DeletionGracePeriodSeconds)
	})
	t.Run("S-123 a pod that is gone gives up its nomination", func(t *testing.T) {
		w := preemptionWorld(t)
		w.editNode("a", allocating("cpu", "5", "pods", "10"))
		w.create(newPod("late", cpu1, prioritized("low")))
		w.settle()
		require.False(t, w.pod("late").Bound(), "S-129: one core is free, and kept for the nominated pod")
		w.delete(cluster.KindPod, "default", "critical")
		w.settle()
		require.Equal(t, []string{"late on a"}, w.bound)
	})
	t.Run("S-169 without priority a pod displaces those of negative priority only", func(t *testing.T) {
		w := newWorld(t, newNode("a"), newNode("b"),
			&cluster.PriorityClass{ObjectMeta: cluster.ObjectMeta{Name: "low"}, Value: -1},
			on("a", newPod("zero", fourCores)), on("b", newPod("low", fourCores, prioritized("low"))),
			pinned("a", newPod("p", fourCores)), pinned("b", newPod("q", fourCores)))
		w.settle()
		require.Empty(t, w.pod("p").NominatedNodeName())
		require.Equal(t, "b", w.pod("q").NominatedNodeName())
	})
}
