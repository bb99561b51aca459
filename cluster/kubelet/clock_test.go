package kubelet_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/kubelet"
)

// stamps are the times in a pod's status that its kubelet has written, by what the clock says that wrote them.
func stamps(p *cluster.Pod, ahead time.Duration) []time.Duration {
	list := []time.Duration{p.Status.ReadySince, p.Status.StartedAt}
	if t := p.Status.Trouble; t != nil {
		list = append(list, t.LastExitAt, t.SandboxAt, t.Disruption.At)
	}
	for i := range list {
		if list[i] != 0 {
			list[i] -= ahead
		}
	}
	return list
}

// TestClocksShiftStamps runs all that becomes of a pod with clocks that are off: it takes place at the same times, and
// only what the kubelets write of it differs, by the same amount everywhere.
func TestClocksShiftStamps(t *testing.T) {
	run := func(t *testing.T, r row, ahead time.Duration) (moments []string, written [][]time.Duration) {
		images := map[string]kubelet.Behaviour{"agent:v1": r.behaviour}
		for image, b := range r.others {
			images[image] = b
		}
		w := newWorld(t, kubelet.Config{Images: images, Clocks: []kubelet.ClockSkew{{Ahead: ahead}}})
		w.OnChange(func(ch *cluster.Change) {
			if p, ok := ch.Object().(*cluster.Pod); ok {
				written = append(written, stamps(p, ahead))
			}
		})
		if r.images == nil {
			r.images = []string{"agent:v1"}
		}
		require.NoError(t, w.RunFor(time.Second))
		w.addPod("p", r.finalizers, r.images...)
		for _, st := range r.steps {
			require.NoError(t, w.RunFor(time.Second+st.at-w.Now()))
			st.do(w)
		}
		require.NoError(t, w.RunFor(time.Second+r.until-w.Now()))
		return w.moments, written
	}
	for _, r := range slices.Concat(starting, crashing, stopping, leaving) {
		t.Run(r.name, func(t *testing.T) {
			moments, written := run(t, r, 0)
			for _, ahead := range [...]time.Duration{37 * time.Minute, -37 * time.Minute} {
				m, w := run(t, r, ahead)
				require.Equal(t, moments, m)
				if diff := cmp.Diff(written, w); diff != "" {
					t.Errorf("%v ahead: (-want +got):\n%s", ahead, diff)
				}
			}
		})
	}
}

// TestClocksShown looks at what people see of a pod and a node whose clock is off.
func TestClocksShown(t *testing.T) {
	for _, ahead := range [...]time.Duration{30 * s, -30 * s, -5 * time.Minute} {
		t.Run("KP-8 "+ahead.String(), func(t *testing.T) {
			w := newWorld(t, kubelet.Config{
				Default: kubelet.Behaviour{Start: 2 * s, ReadyAfter: 5 * s, CrashAfter: 20 * s},
				Clocks:  []kubelet.ClockSkew{{Ahead: ahead}},
			})
			w.addPod("p", nil, "agent:v1")
			require.NoError(t, w.RunFor(10*s))
			conditions := w.pod().Conditions()
			for _, c := range conditions {
				want := time.Duration(0)
				if c.Type == cluster.PodReady || c.Type == cluster.ContainersReady {
					want = 7*s + ahead
				}
				require.Equal(t, want, *c.LastTransitionTime, c.Type)
			}
			require.Equal(t, 2*s+ahead, *w.pod().ContainerStatuses()[0].State.Running.StartedAt)
			require.NoError(t, w.RunFor(15*s))
			last := w.pod().ContainerStatuses()[0].LastTerminationState.Terminated
			require.Equal(t, 22*s+ahead, *last.FinishedAt)
		})
	}
	t.Run("N-19", func(t *testing.T) {
		w := newWorld(t, kubelet.Config{Clocks: []kubelet.ClockSkew{{Ahead: -time.Hour}}})
		w.outage(cluster.Outage{})
		n := w.Node("a")
		o, _ := n.Outage()
		require.Zero(t, o.LastHeartbeat, "a lease counts when it is seen")
		require.NoError(t, w.RunFor(time.Minute))
		list := kubelet.With(n.Status.Conditions, kubelet.NotReady(""), w.Now())
		_, err := w.SetNodeConditions(n.UID, list)
		require.NoError(t, err)
		_, err = w.SetOutage(n.UID, nil)
		require.NoError(t, err)
		require.NoError(t, w.RunFor(time.Second))
		conditions := w.Node("a").Status.Conditions
		i := slices.IndexFunc(conditions, func(c cluster.NodeCondition) bool { return c.Type == cluster.NodeReady })
		require.Equal(t, cluster.ConditionTrue, conditions[i].Status)
		require.Equal(t, time.Minute-time.Hour, conditions[i].LastTransitionTime, "what it reports is by its own clock")
	})
}

// TestClocksOfNodes asks whose clock is off, and by how much.
func TestClocksOfNodes(t *testing.T) {
	zone := func(name string) affinity.Selector {
		sel, err := affinity.Compile(&affinity.LabelSelector{
			MatchLabels: map[string]string{"topology.kubernetes.io/zone": name},
		})
		require.NoError(t, err)
		return sel
	}
	run := func(seed uint64, list ...kubelet.ClockSkew) map[string]time.Duration {
		a := &airport{t: t, k: kubelet.New(kubelet.Config{})}
		a.Cluster = cluster.New(cluster.Config{Seed: seed}, a.k)
		a.add("a-1", "a-2", "b-1", "b-2", "c-1")
		require.NoError(t, a.k.SetClocks(list...))
		found := map[string]time.Duration{}
		template := cluster.NewTemplate(cluster.PodTemplateSpec{Spec: cluster.PodSpec{
			Containers: []cluster.Container{{Name: "c", Image: "agent:v1"}},
		}})
		for n := range a.Nodes() {
			_, err := a.Create(&cluster.Pod{
				ObjectMeta: cluster.ObjectMeta{Name: n.Name}, NodeName: n.Name, Template: template,
			})
			require.NoError(t, err)
		}
		require.NoError(t, a.RunFor(time.Second))
		for p := range a.Pods("") {
			found[p.Name] = p.Status.ReadySince
		}
		return found
	}
	off := func(drawn map[string]time.Duration, low, high time.Duration) {
		t.Helper()
		seen := map[time.Duration]bool{}
		for name, d := range drawn {
			require.True(t, low <= d && d <= high, "%s: %v", name, d)
			seen[d] = true
		}
		require.Greater(t, len(seen), 3, "each node has a clock of its own")
	}
	require.Equal(t, map[string]time.Duration{"a-1": s, "a-2": s, "b-1": -2 * s, "b-2": -2 * s, "c-1": 0},
		run(0, kubelet.ClockSkew{Nodes: zone("a"), Ahead: s}, kubelet.ClockSkew{Nodes: zone("b"), Ahead: -2 * s},
			kubelet.ClockSkew{Nodes: zone("a"), Ahead: time.Hour}), "the first counts")
	drawn := kubelet.ClockSkew{Ahead: -2 * s, Random: kubelet.Uniform(0, 4*s)}
	one := run(7, drawn)
	off(one, -2*s, 2*s)
	require.Equal(t, one, run(7, drawn), "the same seed")
	require.NotEqual(t, one, run(8, drawn), "another seed")
}

// TestClocksWithoutNode keeps the clock of a host whose Node is gone.
func TestClocksWithoutNode(t *testing.T) {
	w := newWorld(t, kubelet.Config{Default: kubelet.Behaviour{Start: 20 * s}, Clocks: []kubelet.ClockSkew{{Ahead: -s}}})
	w.addPod("p", nil, "agent:v1")
	require.NoError(t, w.RunFor(10*s))
	w.removeNode()
	require.NoError(t, w.RunFor(time.Minute))
	require.Equal(t, 19*s, w.pod().Status.StartedAt)
}

func TestClocksRefused(t *testing.T) {
	for _, row := range []struct {
		skew kubelet.ClockSkew
		want string
	}{
		{kubelet.ClockSkew{Ahead: 1 << 62}, "clocks: [1]: Ahead: 1281023h53m38.427387904s is more than a hundred years"},
		{kubelet.ClockSkew{Random: kubelet.Uniform(2, 1)}, "clocks: [1]: Random: p100 is 1ns, less than the 2ns of p0"},
	} {
		k := kubelet.New(kubelet.Config{})
		require.NoError(t, k.SetClocks(kubelet.ClockSkew{Ahead: s}))
		before := string(k.AppendState(nil))
		require.EqualError(t, k.SetClocks(kubelet.ClockSkew{}, row.skew), row.want)
		require.EqualError(t, kubelet.Config{Clocks: []kubelet.ClockSkew{{}, row.skew}}.Validate(), row.want)
		require.Equal(t, before, string(k.AppendState(nil)))
		require.NoError(t, k.SetClocks())
		require.NotEqual(t, before, string(k.AppendState(nil)))
	}
}
