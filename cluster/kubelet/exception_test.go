package kubelet_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/kubelet"
)

// fleet is a cluster with two nodes in each of the zones a and b, and a pod of two images on each node.
type fleet struct {
	*cluster.Cluster
	t *testing.T
	k *kubelet.Kubelet
}

func withLabels(t *testing.T, text string) affinity.Selector {
	t.Helper()
	sel, err := affinity.ParseSelector(text)
	require.NoError(t, err)
	return sel
}

func newFleet(t *testing.T, config kubelet.Config) *fleet {
	f := &fleet{t: t, k: kubelet.New(config)}
	f.Cluster = cluster.New(cluster.Config{}, f.k)
	for _, name := range [...]string{"a-1", "a-2", "b-1", "b-2"} {
		_, err := f.Create(&cluster.Node{ObjectMeta: cluster.ObjectMeta{
			Name: name, Labels: map[string]string{"topology.kubernetes.io/zone": name[:1], cluster.LabelHostname: name},
		}})
		require.NoError(t, err)
	}
	return f
}

// place binds a pod of that name to each node, called by its node, with labels and a controller.
func (f *fleet) place(namespace, controller string, labels map[string]string) {
	f.t.Helper()
	template := cluster.NewTemplate(cluster.PodTemplateSpec{Spec: cluster.PodSpec{
		Containers: []cluster.Container{{Name: "c", Image: "agent:v1"}},
	}})
	for n := range f.Nodes() {
		p := &cluster.Pod{
			ObjectMeta: cluster.ObjectMeta{Name: "p-" + n.Name, Namespace: namespace, Labels: labels},
			NodeName:   n.Name, Template: template,
		}
		if controller != "" {
			p.OwnerReferences = []cluster.OwnerReference{{
				APIVersion: "apps/v1", Kind: "DaemonSet", Name: controller, UID: 1 << 40, Controller: new(true),
			}}
		}
		_, err := f.Create(p)
		require.NoError(f.t, err)
	}
}

// starts are the times at which the pods started, by name.
func (f *fleet) starts() map[string]time.Duration {
	f.t.Helper()
	require.NoError(f.t, f.RunFor(time.Hour))
	found := map[string]time.Duration{}
	for p := range f.Pods("") {
		found[p.Name] = p.Status.StartedAt
	}
	return found
}

// TestExceptions says of which pods an exception is one: those start after 9 s, others after 2 s.
func TestExceptions(t *testing.T) {
	late := kubelet.Change{Pull: new(8 * s)}
	everywhere := map[string]time.Duration{"p-a-1": 9 * s, "p-a-2": 9 * s, "p-b-1": 9 * s, "p-b-2": 9 * s}
	nowhere := map[string]time.Duration{"p-a-1": 2 * s, "p-a-2": 2 * s, "p-b-1": 2 * s, "p-b-2": 2 * s}
	for _, row := range []struct {
		name  string
		where kubelet.Exception
		want  map[string]time.Duration
	}{
		{"anything", kubelet.Exception{}, everywhere},
		{"image", kubelet.Exception{Image: "agent:v1"}, everywhere},
		{"another image", kubelet.Exception{Image: "agent:v2"}, nowhere},
		{"zone", kubelet.Exception{Nodes: withLabels(t, "topology.kubernetes.io/zone=b")},
			map[string]time.Duration{"p-a-1": 2 * s, "p-a-2": 2 * s, "p-b-1": 9 * s, "p-b-2": 9 * s}},
		{"node", kubelet.Exception{Nodes: withLabels(t, "kubernetes.io/hostname=a-2")},
			map[string]time.Duration{"p-a-1": 2 * s, "p-a-2": 9 * s, "p-b-1": 2 * s, "p-b-2": 2 * s}},
		{"pod", kubelet.Exception{Pod: "p-b-1"},
			map[string]time.Duration{"p-a-1": 2 * s, "p-a-2": 2 * s, "p-b-1": 9 * s, "p-b-2": 2 * s}},
		{"pod of another namespace", kubelet.Exception{Pod: "p-b-1", Namespace: "default"}, nowhere},
		{"namespace", kubelet.Exception{Namespace: "shop"}, everywhere},
		{"labels", kubelet.Exception{Pods: withLabels(t, "app in (agent)")}, everywhere},
		{"other labels", kubelet.Exception{Pods: withLabels(t, "app=web")}, nowhere},
		{"controller", kubelet.Exception{Controller: "agent"}, everywhere},
		{"another controller", kubelet.Exception{Controller: "web"}, nowhere},
		{"several", kubelet.Exception{Controller: "agent", Image: "agent:v1", Nodes: withLabels(t, "kubernetes.io/hostname=a-1")},
			map[string]time.Duration{"p-a-1": 9 * s, "p-a-2": 2 * s, "p-b-1": 2 * s, "p-b-2": 2 * s}},
	} {
		t.Run(row.name, func(t *testing.T) {
			row.where.Change = late
			f := newFleet(t, kubelet.Config{Default: kubelet.Typical(), Exceptions: []kubelet.Exception{row.where}})
			_, err := f.Create(&cluster.Namespace{ObjectMeta: cluster.ObjectMeta{Name: "shop"}})
			require.NoError(t, err)
			f.place("shop", "agent", map[string]string{"app": "agent"})
			if diff := cmp.Diff(row.want, f.starts()); diff != "" {
				t.Errorf("starts (-want +got):\n%s", diff)
			}
		})
	}
	t.Run("no controller", func(t *testing.T) {
		f := newFleet(t, kubelet.Config{Default: kubelet.Typical(), Exceptions: []kubelet.Exception{
			{Controller: "agent", Change: late}, {Image: "agent:v2", Change: late},
		}})
		f.place("default", "", nil)
		require.Equal(t, nowhere, f.starts())
	})
}

// TestExceptionsTogether has several exceptions about one pod: for each field the first one counts, and what none
// speaks of is the image's.
func TestExceptionsTogether(t *testing.T) {
	f := newFleet(t, kubelet.Config{
		Images: map[string]kubelet.Behaviour{"agent:v1": {Pull: s, Start: 2 * s, ReadyAfter: 20 * s}},
		Exceptions: []kubelet.Exception{
			{Nodes: withLabels(t, "kubernetes.io/hostname=b-2"), Change: kubelet.Change{Pull: new(3 * s)}},
			{Nodes: withLabels(t, "topology.kubernetes.io/zone=b"),
				Change: kubelet.Change{Pull: new(9 * s), Start: new(5 * s), Slow: new(2)}},
		},
	})
	f.place("default", "", nil)
	want := map[string]time.Duration{"p-a-1": 3 * s, "p-a-2": 3 * s, "p-b-1": 28 * s, "p-b-2": 16 * s}
	require.Equal(t, want, f.starts())
	require.Equal(t, 56*s, f.Pod("default", "p-b-2").Status.ReadySince, "twice as long, too")
}

// TestExceptionsOfAllKinds has one image do all that can be amiss on one node alone.
func TestExceptionsOfAllKinds(t *testing.T) {
	for _, row := range []struct {
		name   string
		change kubelet.Change
		holds  func(p *cluster.Pod) bool
	}{
		{"never ready", kubelet.Change{NeverReady: new(true)}, func(p *cluster.Pod) bool { return !p.Status.Ready && p.Status.Started }},
		{"cannot pull", kubelet.Change{PullError: new("no such image")}, func(p *cluster.Pod) bool {
			return p.Phase() == cluster.PodPending && p.Status.Trouble.FailedPulls > 0
		}},
		{"crashes", kubelet.Change{CrashAfter: new(s)}, func(p *cluster.Pod) bool { return p.Status.Restarts > 0 }},
		{"never ready by chance", kubelet.Change{Random: kubelet.Random{NeverReady: kubelet.Always}},
			func(p *cluster.Pod) bool { return !p.Status.Ready && p.Status.Started }},
		{"starts by chance", kubelet.Change{Random: kubelet.Random{Start: kubelet.Uniform(30*s, 31*s)}},
			func(p *cluster.Pod) bool { return p.Status.StartedAt > 30*s && p.Status.StartedAt < 32*s }},
	} {
		t.Run(row.name, func(t *testing.T) {
			f := newFleet(t, kubelet.Config{Default: kubelet.Typical()})
			require.NoError(t, f.k.SetExceptions(kubelet.Exception{
				Nodes: withLabels(t, "kubernetes.io/hostname=b-1"), Change: row.change,
			}))
			f.place("default", "", nil)
			fork := f.Fork()
			require.NoError(t, f.RunFor(time.Minute))
			require.NoError(t, fork.RunFor(time.Minute))
			require.Equal(t, f.Hash(), fork.Hash(), "a fork has the same exceptions")
			for p := range f.Pods("") {
				require.Equal(t, p.NodeName == "b-1", row.holds(p), p.Name)
			}
		})
	}
	t.Run("network agent", func(t *testing.T) {
		f := newFleet(t, kubelet.Config{Exceptions: []kubelet.Exception{
			{Controller: "network", Change: kubelet.Change{NetworkAgent: new(true)}},
		}})
		require.False(t, f.Node("a-1").Ready(), "N-14: there is no network before its agent runs")
	})
	t.Run("usage", func(t *testing.T) {
		f := newFleet(t, kubelet.Config{Exceptions: []kubelet.Exception{
			{Nodes: withLabels(t, "kubernetes.io/hostname=a-1"), Change: kubelet.Change{Memory: new(int64(1 << 30))}},
		}})
		f.place("default", "", nil)
		require.NoError(t, f.RunFor(s))
		for _, name := range [...]string{"a-1", "b-1"} {
			_, err := f.SetShortage(f.Node(name).UID, cluster.NodeMemoryPressure, &cluster.Shortage{By: 1 << 20})
			require.NoError(t, err)
		}
		require.NoError(t, f.RunFor(time.Minute))
		require.Contains(t, f.Pod("default", "p-a-1").Status.Trouble.Message, "was using 1Gi, request is 0")
		require.NotContains(t, f.Pod("default", "p-b-1").Status.Trouble.Message, "was using")
	})
}

// TestExceptionsWithoutNode goes by the labels that a node had when it was deleted.
func TestExceptionsWithoutNode(t *testing.T) {
	f := newFleet(t, kubelet.Config{Default: kubelet.Behaviour{Start: 10 * s}, Exceptions: []kubelet.Exception{
		{Nodes: withLabels(t, "topology.kubernetes.io/zone=a"), Change: kubelet.Change{ReadyAfter: new(30 * s)}},
	}})
	f.place("default", "", nil)
	require.NoError(t, f.RunFor(s))
	require.NoError(t, f.Delete(cluster.KindNode, "", "a-1", cluster.DeleteOptions{}))
	f.starts()
	require.Equal(t, 40*s, f.Pod("default", "p-a-1").Status.ReadySince)
}

// TestChange changes a behaviour field by field.
func TestChange(t *testing.T) {
	b := kubelet.Behaviour{
		Pull: s, Start: 2 * s, CrashAfter: 3 * s, NeverReady: true, StopCode: 3, Usage: kubelet.Usage{Memory: 7},
		Random: kubelet.Random{Pull: kubelet.Memoryless(s), Crash: kubelet.Always / 2, NeverReady: 5},
	}
	require.Equal(t, b, kubelet.Change{}.To(b), "nil leaves a field as it is")
	got := kubelet.Change{
		Pull: new(9 * s), NeverReady: new(false), PullError: new("x"), HangAfter: new(s), PreStop: new(4 * s),
		Stop: new(5 * s), StopCode: new(int32(0)), Disk: new(int64(1)), Processes: new(int64(2)), Slow: new(3),
		Random: kubelet.Random{Start: kubelet.Uniform(0, s), Crash: kubelet.Always},
	}.To(b)
	want := kubelet.Behaviour{
		Pull: 9 * s, Start: 2 * s, CrashAfter: 3 * s, PullError: "x", HangAfter: s, PreStop: 4 * s, Stop: 5 * s, Slow: 3,
		Usage:  kubelet.Usage{Memory: 7, Disk: 1, Processes: 2},
		Random: kubelet.Random{Start: kubelet.Uniform(0, s), Crash: kubelet.Always},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("a fixed delay is not left to chance any more, nor is NeverReady (-want +got):\n%s", diff)
	}
	require.Equal(t, kubelet.Chance(7), kubelet.Change{Random: kubelet.Random{NeverReady: 7}}.To(b).Random.NeverReady)
	require.False(t, kubelet.Change{Random: kubelet.Random{NeverReady: 7}}.To(b).NeverReady)
}

func TestExceptionsRefused(t *testing.T) {
	for _, row := range []struct {
		change kubelet.Change
		want   string
	}{
		{kubelet.Change{Pull: new(-s)}, "exceptions: [1]: Change.Pull: -1s is negative"},
		{kubelet.Change{StopCode: new(int32(300))}, "exceptions: [1]: Change.StopCode: 300 is no exit code"},
		{kubelet.Change{Slow: new(-1)}, "exceptions: [1]: Change.Slow: -1 is negative"},
		{kubelet.Change{Random: kubelet.Random{Stop: kubelet.Uniform(2, 1)}},
			"exceptions: [1]: Change.Random.Stop: p100 is 1ns, less than the 2ns of p0"},
	} {
		k := kubelet.New(kubelet.Config{})
		require.NoError(t, k.SetExceptions(kubelet.Exception{Change: kubelet.Change{Pull: new(s)}}))
		before := string(k.AppendState(nil))
		require.EqualError(t, k.SetExceptions(kubelet.Exception{}, kubelet.Exception{Change: row.change}), row.want)
		require.EqualError(t, kubelet.Config{Exceptions: []kubelet.Exception{{}, {Change: row.change}}}.Validate(), row.want)
		require.Equal(t, before, string(k.AppendState(nil)), "a failed call changes nothing")
	}
}

// TestExceptionsAreOwn writes to what was handed in, and to what came out.
func TestExceptionsAreOwn(t *testing.T) {
	pull := s
	list := []kubelet.Exception{{Change: kubelet.Change{Pull: &pull}}}
	k := kubelet.New(kubelet.Config{Exceptions: list})
	before := string(k.AppendState(nil))
	pull, list[0].Image = 9*s, "x"
	*k.Exceptions()[0].Change.Pull = 7 * s
	require.Equal(t, before, string(k.AppendState(nil)))
	require.NoError(t, k.SetExceptions(k.Exceptions()...))
	require.Equal(t, before, string(k.AppendState(nil)))
	require.NoError(t, k.SetExceptions())
	require.NotEqual(t, before, string(k.AppendState(nil)))
}
