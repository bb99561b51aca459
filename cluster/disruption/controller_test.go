package disruption_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/disruption"
	"github.com/daemonsim/daemonsim/cluster/field"
)

// fleet is a controller that has a scale.
type fleet struct {
	cluster.ObjectMeta
	Size int32 `json:"size"`
}

func (f *fleet) Kind() cluster.Kind        { return "Fleet" }
func (f *fleet) APIVersion() string        { return "example.com/v1" }
func (f *fleet) Scope() cluster.Scope      { return cluster.Namespaced }
func (f *fleet) Clone() cluster.Object     { return &fleet{f.CloneMeta(), f.Size} }
func (f *fleet) Default()                  {}
func (f *fleet) Validate() field.ErrorList { return nil }
func (f *fleet) Scale() int32              { return f.Size }

type world struct {
	*cluster.Cluster
	t require.TestingT
}

func newWorld(t require.TestingT) *world {
	return &world{cluster.New(cluster.Config{}, disruption.New()), t}
}

func (w *world) settle() *world {
	require.NoError(w.t, w.Settle())
	return w
}

var template = cluster.NewTemplate(cluster.PodTemplateSpec{Spec: cluster.PodSpec{
	Containers: []cluster.Container{{Name: "c", Image: "x"}},
}})

// pod creates a ready pod with the label app.
func (w *world) pod(name, app string, owners ...cluster.OwnerReference) *cluster.Pod {
	p := &cluster.Pod{Template: template, NodeName: "n"}
	p.Name, p.Namespace, p.Labels, p.OwnerReferences = name, "ns", map[string]string{"app": app}, owners
	require.NoError(w.t, w.CreateOwned(p))
	return w.ready(p.UID, true)
}

func (w *world) ready(uid cluster.UID, ready bool) *cluster.Pod {
	p, err := w.SetPodStatus(uid, cluster.PodStatus{Phase: cluster.PodRunning, Ready: ready})
	require.NoError(w.t, err)
	return p
}

// budget creates a budget for the pods of an app.
func (w *world) budget(name, app string, s spec) {
	s.Selector = &affinity.LabelSelector{MatchLabels: map[string]string{"app": app}}
	b := &cluster.PodDisruptionBudget{Spec: s}
	b.Name, b.Namespace = name, "ns"
	_, err := w.Create(b)
	require.NoError(w.t, err)
}

func (w *world) stored(name string) *cluster.PodDisruptionBudget {
	return w.Object(cluster.KindPodDisruptionBudget, "ns", name).(*cluster.PodDisruptionBudget)
}

// line is a status in short: allowed, healthy/desired of expected, and the condition's reason.
func (w *world) line(name string) string {
	s := w.stored(name).Status
	text := fmt.Sprintf("allowed %d, %d/%d of %d", s.DisruptionsAllowed, s.CurrentHealthy, s.DesiredHealthy, s.ExpectedPods)
	for _, c := range s.Conditions {
		text += ", " + c.Reason
	}
	return text
}

func (w *world) events(name string) []string {
	var list []string
	for e := range w.Events(w.stored(name).UID) {
		list = append(list, fmt.Sprintf("%s %s: %s", e.Type, e.Reason, e.Message))
	}
	return list
}

func owner(apiVersion string, kind cluster.Kind, name string, uid cluster.UID) cluster.OwnerReference {
	return cluster.OwnerReference{APIVersion: apiVersion, Kind: kind, Name: name, UID: uid, Controller: new(true)}
}

// TestBudgetFollowsItsPods is a story about a budget that wants two healthy pods.
func TestBudgetFollowsItsPods(t *testing.T) {
	w := newWorld(t)
	w.budget("b", "a", spec{MinAvailable: number(2)})
	step := func(want string, do func()) {
		t.Helper()
		do()
		require.Equal(t, want, w.settle().line("b"))
	}
	var pods []*cluster.Pod
	step("allowed 0, 0/2 of 0, InsufficientPods", func() {})
	require.Equal(t, []string{"Normal NoPods: No matching pods found"}, w.events("b"))
	step("allowed 1, 3/2 of 3, SufficientPods", func() {
		for _, name := range []string{"p", "q", "r"} {
			pods = append(pods, w.pod(name, "a"))
		}
		w.pod("other", "z")
	})
	step("allowed 0, 2/2 of 3, InsufficientPods", func() { w.ready(pods[0].UID, false) })
	step("allowed 1, 3/2 of 3, SufficientPods", func() { w.ready(pods[0].UID, true) })
	step("allowed 0, 2/2 of 3, InsufficientPods", func() {
		require.NoError(t, w.DeletePod(pods[1].UID, cluster.DeleteOptions{}))
	})
	step("allowed 0, 2/2 of 2, InsufficientPods", func() {
		require.NoError(t, w.DeletePod(pods[1].UID, cluster.DeleteOptions{GracePeriod: new(time.Duration(0))}))
	})
	step("allowed 0, 1/2 of 1, InsufficientPods", func() {
		p := w.PodByUID(pods[2].UID).Clone().(*cluster.Pod)
		p.Labels = map[string]string{"app": "z"}
		_, err := w.Update(p)
		require.NoError(t, err)
	})
	step("allowed 0, 0/2 of 1, InsufficientPods", func() {
		_, err := w.SetPodStatus(pods[0].UID, cluster.PodStatus{Phase: cluster.PodFailed, Ready: true})
		require.NoError(t, err)
	})
	step("allowed 1, 2/1 of 2, SufficientPods", func() {
		b := w.stored("b").Clone().(*cluster.PodDisruptionBudget)
		b.Spec.MinAvailable = number(1)
		b.Spec.Selector = &affinity.LabelSelector{MatchLabels: map[string]string{"app": "z"}}
		_, err := w.Update(b)
		require.NoError(t, err)
	})
	require.EqualValues(t, 2, w.stored("b").Status.ObservedGeneration)
	require.Zero(t, w.settle().Pending(), "nothing is left to do")
}

func TestScaleOfControllers(t *testing.T) {
	w := newWorld(t)
	f := &fleet{Size: 10}
	f.Name, f.Namespace = "f", "ns"
	require.NoError(t, w.CreateOwned(f))
	for _, tt := range []struct {
		rule   string
		spec   spec
		owners []cluster.OwnerReference
		want   string
		event  string
	}{
		{"N-62 DaemonSet", spec{MaxUnavailable: number(1)},
			[]cluster.OwnerReference{owner("apps/v1", "DaemonSet", "d", 1<<40)}, "allowed 0, 0/0 of 0, SyncFailed",
			"Warning CalculateExpectedPodCountFailed: Failed to calculate the number of expected pods: " +
				"daemonsets.apps does not implement the scale subresource"},
		{"N-62 DaemonSet, a percentage", spec{MinAvailable: percent("10%")},
			[]cluster.OwnerReference{owner("apps/v1", "DaemonSet", "d", 1<<40)}, "allowed 0, 0/0 of 0, SyncFailed",
			"Warning CalculateExpectedPodCountFailed: Failed to calculate the number of expected pods: " +
				"daemonsets.apps does not implement the scale subresource"},
		{"N-62 DaemonSet, a number", spec{MinAvailable: number(0)},
			[]cluster.OwnerReference{owner("apps/v1", "DaemonSet", "d", 1<<40)}, "allowed 1, 1/0 of 1, SufficientPods", ""},
		{"mirror pods", spec{MaxUnavailable: number(1)},
			[]cluster.OwnerReference{owner("v1", "Node", "n", 1<<40)}, "allowed 0, 0/0 of 0, SyncFailed",
			"Warning CalculateExpectedPodCountFailed: Failed to calculate the number of expected pods: " +
				"nodes does not implement the scale subresource"},
		{"nobody simulates it", spec{MaxUnavailable: number(1)},
			[]cluster.OwnerReference{owner("apps/v1", "ReplicaSet", "r", 1<<40)}, "allowed 0, 0/0 of 0, SyncFailed",
			"Warning CalculateExpectedPodCountFailed: Failed to calculate the number of expected pods: " +
				`found no controllers for pod "p5"`},
		{"unknown kind", spec{MaxUnavailable: number(1)},
			[]cluster.OwnerReference{owner("example.com/v1", "Gadget", "g", 1<<40)}, "allowed 0, 0/0 of 0, SyncFailed",
			"Warning CalculateExpectedPodCountFailed: Failed to calculate the number of expected pods: " +
				`no matches for kind "Gadget" in version "example.com/v1"`},
		{"with a scale", spec{MaxUnavailable: percent("95%")},
			[]cluster.OwnerReference{owner("example.com/v1", "Fleet", "f", f.UID)}, "allowed 1, 1/0 of 10, SufficientPods", ""},
		{"with a scale, too few", spec{MinAvailable: percent("50%")},
			[]cluster.OwnerReference{owner("example.com/v1", "Fleet", "f", f.UID)}, "allowed 0, 1/5 of 10, InsufficientPods", ""},
		{"N-62 no controller", spec{MaxUnavailable: number(1)}, nil, "allowed 0, 1/0 of 0, InsufficientPods",
			"Warning UnmanagedPods: Pods selected by this PodDisruptionBudget (selector: " +
				"&LabelSelector{MatchLabels:map[string]string{app: a8,},MatchExpressions:[]LabelSelectorRequirement{},}) " +
				"were found to be unmanaged. As a result, the status of the PDB cannot be calculated correctly, which may " +
				`result in undefined behavior. To account for these pods please set ".spec.minAvailable" field of the PDB ` +
				"to an integer value."},
		{"N-62 no controller, a number", spec{MinAvailable: number(1)}, nil, "allowed 0, 1/1 of 1, InsufficientPods", ""},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			i := len(slices.Collect(w.PodDisruptionBudgets("")))
			name, app := fmt.Sprintf("p%d", i+1), fmt.Sprintf("a%d", i)
			w.pod(name, app, tt.owners...)
			w.budget(name, app, tt.spec)
			require.Equal(t, tt.want, w.settle().line(name))
			got := ""
			for _, e := range w.events(name) {
				got = e
			}
			require.Empty(t, cmp.Diff(tt.event, got))
		})
	}
}

// TestDisruptedPods grants two evictions, one of which nothing comes of.
func TestDisruptedPods(t *testing.T) {
	w := newWorld(t)
	p, q := w.pod("p", "a"), w.pod("q", "a")
	w.budget("b", "a", spec{MinAvailable: number(0)})
	require.NoError(t, w.RunFor(10*time.Second))
	b := w.stored("b").Clone().(*cluster.PodDisruptionBudget)
	b.Status.DisruptedPods = map[string]time.Duration{"p": w.Now(), "q": w.Now(), "nobody": w.Now()}
	_, err := w.UpdateStatus(b)
	require.NoError(t, err)
	require.NoError(t, w.RunFor(time.Second))
	require.Equal(t, "allowed 0, 0/0 of 2, InsufficientPods", w.line("b"))
	require.Equal(t, map[string]time.Duration{"p": 10 * time.Second, "q": 10 * time.Second}, w.stored("b").Status.DisruptedPods)

	require.NoError(t, w.DeletePod(q.UID, cluster.DeleteOptions{}))
	require.NoError(t, w.RunFor(time.Second))
	require.Equal(t, map[string]time.Duration{"p": 10 * time.Second}, w.stored("b").Status.DisruptedPods)

	fork := &world{w.Fork(), t}
	for _, w := range []*world{w, fork} {
		require.NoError(t, w.RunFor(2*time.Minute))
		require.Empty(t, w.stored("b").Status.DisruptedPods, "p is late")
		require.Equal(t, "allowed 1, 1/0 of 2, SufficientPods", w.line("b"))
		events := slices.Collect(w.Events(p.UID))
		require.Len(t, events, 1)
		require.Equal(t, "Pod was expected by PDB ns/ns to be deleted but it wasn't", events[0].Message)
	}
	require.Equal(t, w.Hash(), fork.Hash())
}

// TestWriteFails lets writes of the status fail. A budget whose status cannot be brought up to date allows nothing.
func TestWriteFails(t *testing.T) {
	for _, row := range []struct {
		times   int
		reasons []string
		want    time.Duration
	}{
		{1, []string{"SyncFailed", "SufficientPods"}, 0},
		{2, []string{"SufficientPods"}, 5 * time.Millisecond},
		{5, []string{"SyncFailed", "SufficientPods"}, 15 * time.Millisecond},
		{6, []string{"SufficientPods"}, 35 * time.Millisecond},
	} {
		w := newWorld(t)
		w.pod("p", "a")
		var reasons []string
		w.OnChange(func(ch *cluster.Change) {
			if b, ok := ch.After.(*cluster.PodDisruptionBudget); ok && len(b.Status.Conditions) > 0 {
				reasons = append(reasons, b.Status.Conditions[0].Reason)
			}
		})
		require.NoError(t, w.AddFault(cluster.Fault{
			Actor: "disruption-controller", Verb: cluster.Updated, Kind: cluster.KindPodDisruptionBudget, Times: row.times,
		}))
		w.budget("b", "a", spec{MinAvailable: number(0)})
		require.Equal(t, "allowed 1, 1/0 of 1, SufficientPods", w.settle().line("b"))
		require.Equal(t, row.reasons, reasons, "%d failures", row.times)
		require.Equal(t, row.want, w.Now(), "%d failures", row.times)
	}
}

// TestFarGrant: times beyond the end of time do no harm.
func TestFarGrant(t *testing.T) {
	w := newWorld(t)
	w.pod("p", "a")
	w.budget("b", "a", spec{MinAvailable: number(0)})
	for _, at := range []time.Duration{1<<63 - 1, -1 << 63, 0} {
		b := w.stored("b").Clone().(*cluster.PodDisruptionBudget)
		b.Status.DisruptedPods = map[string]time.Duration{"p": at}
		_, err := w.UpdateStatus(b)
		require.NoError(t, err)
		require.NoError(t, w.RunFor(time.Second))
	}
}

// TestLateComer adds the controller to a cluster that has budgets already.
func TestLateComer(t *testing.T) {
	w := &world{cluster.New(cluster.Config{}), t}
	w.pod("p", "a")
	w.budget("b", "a", spec{MinAvailable: number(0)})
	w.AddActor(disruption.New())
	w.pod("q", "a")
	require.Equal(t, "allowed 2, 2/0 of 2, SufficientPods", w.settle().line("b"))
}

// TestBooksAreRight compares with a count from scratch, whatever happens, on forks and behind a lag.
func TestBooksAreRight(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t)
		require.NoError(t, w.SetLag("disruption-controller", cluster.Lag{
			Delay: time.Duration(rapid.IntRange(0, 3).Draw(t, "lag")) * time.Millisecond,
		}))
		f := &fleet{Size: 4}
		f.Name, f.Namespace = "f", "ns"
		require.NoError(t, w.CreateOwned(f))
		apps := rapid.SampledFrom([]string{"a", "b"})
		for i := range rapid.IntRange(5, 40).Draw(t, "steps") {
			if rapid.IntRange(0, 9).Draw(t, "fork") == 0 {
				w = &world{w.Fork(), t}
			}
			w.randomStep(t, i, f.UID, apps)
			if rapid.Bool().Draw(t, "run") {
				require.NoError(t, w.RunFor(time.Millisecond))
			}
		}
		w.settle()
		for b := range w.PodDisruptionBudgets("") {
			var tally disruption.Tally
			for p := range w.Pods("ns") {
				if b.Selects(p) {
					tally.Add(p)
				}
			}
			want, err := disruption.Expect(&b.Spec, &tally, func(*cluster.OwnerReference) (int32, error) { return 4, nil })
			require.NoError(t, err)
			if diff := cmp.Diff(disruption.Status(b, tally.Healthy, want, nil, w.Now()), b.Status,
				cmpopts.IgnoreFields(cluster.Condition{}, "LastTransitionTime")); diff != "" {
				t.Fatalf("%s (-want +got):\n%s", b.Name, diff)
			}
		}
	})
}

// randomStep creates, changes or deletes a pod or a budget.
func (w *world) randomStep(t *rapid.T, i int, owned cluster.UID, apps *rapid.Generator[string]) {
	var pods []*cluster.Pod
	for p := range w.Pods("ns") {
		pods = append(pods, p)
	}
	kind := rapid.IntRange(0, 5).Draw(t, "step")
	if len(pods) == 0 {
		kind = min(kind, 1)
	}
	switch app := apps.Draw(t, "app"); kind {
	case 0:
		shares := []spec{{MinAvailable: number(2)}, {MinAvailable: percent("50%")}, {MaxUnavailable: number(1)}, {}}
		w.budget(fmt.Sprint("b", i), app, rapid.SampledFrom(shares).Draw(t, "spec"))
	case 1:
		var owners []cluster.OwnerReference
		if rapid.Bool().Draw(t, "owned") {
			owners = append(owners, owner("example.com/v1", "Fleet", "f", owned))
		}
		w.pod(fmt.Sprint("p", i), app, owners...)
	case 2:
		p := rapid.SampledFrom(pods).Draw(t, "pod")
		w.ready(p.UID, rapid.Bool().Draw(t, "ready"))
	case 3:
		p := rapid.SampledFrom(pods).Draw(t, "pod")
		grace := time.Duration(rapid.IntRange(0, 1).Draw(t, "grace")) * time.Second
		require.NoError(t, w.DeletePod(p.UID, cluster.DeleteOptions{GracePeriod: &grace}))
	case 4:
		p := rapid.SampledFrom(pods).Draw(t, "pod").Clone().(*cluster.Pod)
		p.Labels = map[string]string{"app": app}
		_, err := w.Update(p)
		require.NoError(t, err)
	case 5:
		for b := range w.PodDisruptionBudgets("") {
			if rapid.Bool().Draw(t, "delete") {
				require.NoError(t, w.Delete(b.Kind(), b.Namespace, b.Name, cluster.DeleteOptions{}))
				return
			}
			next := b.Clone().(*cluster.PodDisruptionBudget)
			next.Spec.Selector.MatchLabels["app"] = app
			_, err := w.Update(next)
			require.NoError(t, err)
			return
		}
	}
}

// BenchmarkPodChange is one pod that gets ready, or not, among others: the work does not grow with them.
func BenchmarkPodChange(b *testing.B) {
	for _, n := range []int{100, 10_000} {
		b.Run(fmt.Sprintf("pods=%d", n), func(b *testing.B) {
			w := newWorld(b)
			w.budget("b", "a", spec{MinAvailable: number(2)})
			var last *cluster.Pod
			for i := range n {
				last = w.pod(fmt.Sprint("p", i), "a")
			}
			w.settle()
			b.ReportAllocs()
			for ready := false; b.Loop(); ready = !ready {
				w.ready(last.UID, ready)
				w.settle()
			}
		})
	}
}
