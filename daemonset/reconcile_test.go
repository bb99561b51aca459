package daemonset_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/rollout"
)

// moment is a state with nodes, a DaemonSet at rest and one pod of it on each, to be edited. Its pods carry the
// hash of their revision.
type moment struct {
	daemonset.Found
	t testing.TB
}

const noon = 12 * time.Hour

func newMoment(t testing.TB, edit func(*daemonset.DaemonSet), nodes ...string) *moment {
	set := agent(edit)
	set.Default()
	set.Generation, set.Status.ObservedGeneration = 1, 1
	m := &moment{t: t, Found: daemonset.Found{Now: noon, DaemonSet: set}}
	for _, name := range nodes {
		m.Nodes = append(m.Nodes, &cluster.Node{ObjectMeta: cluster.ObjectMeta{Name: name}})
		m.pod("agent-"+name, name)
	}
	return m
}

func ours() []cluster.OwnerReference {
	yes := true
	return []cluster.OwnerReference{{APIVersion: "apps/v1", Kind: daemonset.Kind, Name: "agent", Controller: &yes}}
}

// pod adds a ready pod of the current template.
func (m *moment) pod(name, node string, edits ...made) *cluster.Pod {
	p := &cluster.Pod{
		ObjectMeta: cluster.ObjectMeta{
			Name: name, OwnerReferences: ours(), CreationTimestamp: noon - time.Hour,
			Labels: map[string]string{
				"app": "agent", rollout.HashLabel: rollout.Hash(rollout.Encode(&m.DaemonSet.Spec.Template), nil),
			},
		},
		Template: cluster.NewTemplate(m.DaemonSet.Spec.Template), NodeName: node,
		Status: cluster.PodStatus{Phase: cluster.PodRunning, Ready: true, ReadySince: noon - time.Hour},
	}
	for _, edit := range edits {
		edit(p)
	}
	m.Pods = append(m.Pods, p)
	return p
}

// revision adds a revision of a template, the current one unless it is edited.
func (m *moment) revision(number int64, hash string, edits ...func(*cluster.PodTemplateSpec)) *rollout.ControllerRevision {
	template := m.DaemonSet.Spec.Template.Clone()
	for _, edit := range edits {
		edit(&template)
	}
	r := &rollout.ControllerRevision{
		ObjectMeta: cluster.ObjectMeta{
			Name: "agent-" + hash, OwnerReferences: ours(),
			Labels: map[string]string{"app": "agent", rollout.HashLabel: hash},
		},
		Data: rollout.Encode(&template), Revision: number,
	}
	m.Revisions = append(m.Revisions, r)
	return r
}

func otherImage(t *cluster.PodTemplateSpec) { t.Spec.Containers[0].Image = "agent:other" }

func (m *moment) reconcile() *daemonset.Outcome {
	m.t.Helper()
	o, err := daemonset.Reconcile(m.Found)
	require.NoError(m.t, err)
	return o
}

// did is "create NODE" and "delete POD" in order, and "fail" if the reconcile did.
func did(o *daemonset.Outcome) []string {
	var list []string
	for _, c := range o.Created {
		list = append(list, "create "+c.Node)
	}
	for _, d := range o.Deleted {
		list = append(list, "delete "+d.Pod.Name)
	}
	if o.Err != nil {
		list = append(list, "fail")
	}
	return list
}

func said(o *daemonset.Outcome) []string {
	var list []string
	for _, e := range o.Events {
		list = append(list, e.Reason)
	}
	return list
}

func names(pods []*cluster.Pod) []string {
	var list []string
	for _, p := range pods {
		list = append(list, p.Name)
	}
	return list
}

func hasFailed(p *cluster.Pod) { p.Status = cluster.PodStatus{Phase: cluster.PodFailed} }

// TestReconcile puts states to the controller that it gets into seldom, or never by itself.
func TestReconcile(t *testing.T) {
	t.Run("D-68", checkStandingView)
	t.Run("D-86", checkGivenBackOff)
	t.Run("D-115", func(t *testing.T) {
		m := newMoment(t, onDelete, "a")
		m.Pods = nil
		m.Expected = daemonset.Expected{Creations: 1, Since: 5 * time.Minute}
		m.DaemonSet.Generation = 2
		o := m.reconcile()
		require.Empty(t, did(o))
		require.True(t, o.StatusWritten)
		require.Equal(t, "1/0/0/0/0/0/1", counts(o.Status))
		require.EqualValues(t, 1, o.Status.ObservedGeneration)
		require.Len(t, o.History, 1, "history is kept all the same")
		m.Expected.Since++
		require.Equal(t, []string{"create a"}, did(m.reconcile()), "it waits for five minutes and no longer")
	})
	t.Run("D-129", func(t *testing.T) {
		m := newMoment(t, minReady(1), "a", "b", "c")
		m.Pods[0].Status.ReadySince = cluster.UnknownTime
		m.Pods[1].Status.ReadySince = noon - time.Second
		m.Pods[2].Status.ReadySince = noon - time.Second + 1
		o := m.reconcile()
		require.Equal(t, "3/3/0/3/3/1/2", counts(o.Status), "nobody knows for how long")
		require.Equal(t, []time.Duration{time.Second}, o.Requeued, "D-124")
		m.DaemonSet.Spec.MinReadySeconds = 0
		m.Pods[2].Status.ReadySince = noon + time.Hour
		require.Equal(t, "3/3/0/3/3/3/0", counts(m.reconcile().Status), "no matter since when")
	})
	t.Run("D-132", func(t *testing.T) {
		m := newMoment(t, budget("0", "0"), "a", "b")
		for _, p := range m.Pods {
			p.Labels[rollout.HashLabel] = "old"
		}
		o := m.reconcile()
		require.Len(t, o.Deleted, 1)
		require.Equal(t, "within the budget", o.Deleted[0].String())
		require.Zero(t, o.Deleted[0].Reason)
		m.DaemonSet.Spec.UpdateStrategy.RollingUpdate.MaxUnavailable = &cluster.IntOrString{IsString: true, Str: "all"}
		o = m.reconcile()
		require.Empty(t, o.Deleted)
		require.EqualError(t, o.Err, "couldn't get unavailable numbers: invalid value for MaxUnavailable: "+
			"invalid value for IntOrString: invalid type: string is not a percentage")
		require.Equal(t, 5*time.Millisecond, o.Retry)
		require.True(t, o.StatusWritten, "D-66: the status is written all the same")
	})
	t.Run("D-201", func(t *testing.T) {
		m := newMoment(t, func(d *daemonset.DaemonSet) { d.Spec.Selector = &affinity.LabelSelector{} }, "a")
		o := m.reconcile()
		require.Equal(t, []daemonset.Event{{
			Type: cluster.EventWarning, Reason: "SelectingAll",
			Message: "This daemon set is selecting all pods. A non-empty selector is required.",
		}}, o.Events)
		require.Empty(t, o.History)
		require.False(t, o.StatusWritten, "D-194")
	})
	t.Run("D-203", func(t *testing.T) {
		m := newMoment(t, onDelete, "a", "b", "c")
		m.Config.BurstReplicas = 1
		hasFailed(m.Pods[1])
		hasFailed(m.Pods[2])
		m.Pods[2].Status.Phase = cluster.PodSucceeded
		m.pod("twin", "a")
		o := m.reconcile()
		require.Equal(t, []string{"delete agent-b"}, did(o))
		require.Equal(t, []string{"FailedDaemonPod", "SucceededDaemonPod", "SuccessfulDelete"}, said(o))
	})
}

// checkStandingView makes the controller write what it reads later in the same sync: it goes on with what it
// saw at first.
func checkStandingView(t *testing.T) {
	m := newMoment(t, unavailable("1"), "a", "b")
	for _, p := range m.Pods {
		p.Labels[rollout.HashLabel] = "first"
	}
	m.revision(1, "first")
	m.revision(2, "second")
	o := m.reconcile()
	require.Equal(t, []string{"agent-a", "agent-b"}, names(o.Relabelled))
	require.Equal(t, []string{"delete agent-a"}, did(o), "to the rollout the pods are still old")
	require.EqualValues(t, 0, o.Status.UpdatedNumberScheduled)
	require.Equal(t, "first", m.Pods[0].Labels[rollout.HashLabel], "what is handed in stays as it is")

	for _, tt := range []struct {
		version uint64
		owned   bool
		reason  string
	}{
		{7, true, "the number is based on a version without the owner, so it is refused"},
		{0, false, "without a version nobody notices that it takes the owner away again"},
	} {
		m := newMoment(t, onDelete)
		r := m.revision(1, "first")
		r.OwnerReferences, r.ResourceVersion = nil, tt.version
		m.revision(5, "fifth", otherImage)
		o := m.reconcile()
		require.Equal(t, daemonset.RevisionAdopted, o.History[0].Effect)
		i := slices.IndexFunc(o.Revisions, func(r *rollout.ControllerRevision) bool { return r.Name == "agent-first" })
		require.Equal(t, tt.owned, o.Revisions[i].Controller() != nil, tt.reason)
		if tt.owned {
			require.ErrorIs(t, o.Err, cluster.ErrConflict)
			require.EqualValues(t, 1, o.Revisions[i].Revision)
		} else {
			require.NoError(t, o.Err)
			require.EqualValues(t, 6, o.Revisions[i].Revision)
		}
	}
}

// checkGivenBackOff hands in what the controller remembers of a node whose pod has failed.
func checkGivenBackOff(t *testing.T) {
	for _, tt := range []struct {
		failures int
		since    time.Duration
		delay    time.Duration
	}{
		{0, 0, 0},
		{1, time.Second - 1, time.Second},
		{1, time.Second, 0},
		{4, 0, 8 * time.Second},
		{10, 8 * time.Minute, 512 * time.Second},
		{11, 14 * time.Minute, 15 * time.Minute},
		{50, 15 * time.Minute, 0},
	} {
		t.Run(fmt.Sprint(tt.failures, " failures, ", tt.since), func(t *testing.T) {
			m := newMoment(t, onDelete, "a")
			hasFailed(m.Pods[0])
			m.Backoff = []daemonset.NodeBackoff{{Node: "a", Failures: tt.failures, Since: tt.since}, {Node: "gone", Failures: 1}}
			o := m.reconcile()
			if tt.delay == 0 {
				require.Equal(t, []string{"delete agent-a"}, did(o))
				require.Equal(t, daemonset.Failed, o.Deleted[0].Reason)
				require.Empty(t, o.Requeued)
				return
			}
			require.Empty(t, did(o))
			require.Empty(t, o.Events)
			require.Equal(t, []time.Duration{tt.delay}, o.Requeued)
		})
	}
}

// TestReconcileOutcome looks at all that an Outcome says about pods and revisions.
func TestReconcileOutcome(t *testing.T) {
	m := newMoment(t, func(d *daemonset.DaemonSet) { d.UID, d.Spec.RevisionHistoryLimit = 77, ptr(int32(0)) }, "a", "b")
	m.Nodes = append(m.Nodes, &cluster.Node{ObjectMeta: cluster.ObjectMeta{Name: "c"}})
	m.Pods[0].OwnerReferences = nil
	m.Pods[1].OwnerReferences[0].UID = 77
	m.Pods[1].Labels = map[string]string{"app": "other"}
	m.pod("stranger", "c", func(p *cluster.Pod) { p.OwnerReferences[0].UID = 78 })
	current := m.Pods[0].Labels[rollout.HashLabel]
	m.revision(1, current).OwnerReferences[0].UID = 77
	m.revision(3, "third", otherImage).OwnerReferences[0].UID = 77
	o := m.reconcile()
	require.NoError(t, o.Err)
	require.Equal(t, []*cluster.Pod{m.Pods[0]}, o.Adopted)
	require.Equal(t, []*cluster.Pod{m.Pods[1]}, o.Released)
	require.Equal(t, []string{"create b", "create c"}, did(o))
	p := o.Created[0].Pod
	require.Equal(t, "b", p.FullSpec().Affinity.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution.
		NodeSelectorTerms[0].MatchFields[0].Values[0])
	require.Len(t, p.FullSpec().Tolerations, 6)
	require.Equal(t, current, p.Labels[rollout.HashLabel])
	require.EqualValues(t, 77, p.Controller().UID, "the caller's number")
	require.Zero(t, o.Created[0].Rollout)
	var effects []string
	for _, h := range o.History {
		effects = append(effects, string(h.Effect)+" "+h.Revision.Name)
	}
	require.Equal(t, []string{"renumbered agent-" + current, "deleted agent-third"}, effects)
	require.Len(t, o.Revisions, 1)
	require.EqualValues(t, 4, o.Revisions[0].Revision)
	require.EqualValues(t, 77, o.Revisions[0].Controller().UID)
	again := m.reconcile()
	require.Equal(t, o, again, "equal states have equal outcomes")
}

// TestReconcileRefusals hands in states that make no sense.
func TestReconcileRefusals(t *testing.T) {
	for _, tt := range []struct {
		name string
		edit func(*daemonset.Found)
		want string
	}{
		{"no DaemonSet", func(f *daemonset.Found) { f.DaemonSet = nil }, "reconcile: invalid: there is no DaemonSet"},
		{"no node", func(f *daemonset.Found) { f.Nodes[0] = nil }, "reconcile: node 0: invalid: it is nil"},
		{"no pod", func(f *daemonset.Found) { f.Pods[0] = nil }, "reconcile: pod 0: invalid: it is nil"},
		{"no revision", func(f *daemonset.Found) { f.Revisions = []*rollout.ControllerRevision{nil} },
			"reconcile: revision 0: invalid: it is nil"},
		{"no template", func(f *daemonset.Found) { f.Pods[0].Template = nil },
			`reconcile: pod 0: restore Pod "agent-a": invalid: it has no template`},
		{"twice", func(f *daemonset.Found) { f.Pods[1] = f.Pods[0] },
			`reconcile: pod 1: restore Pod "agent-a": already exists`},
		{"before time", func(f *daemonset.Found) { f.Now = -1 }, "reconcile: invalid: the present is -1ns, before the start"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := newMoment(t, onDelete, "a", "b")
			tt.edit(&m.Found)
			_, err := daemonset.Reconcile(m.Found)
			require.EqualError(t, err, tt.want)
		})
	}
}

// TestFind lets a running controller say what it would do next, and then do it.
func TestFind(t *testing.T) {
	w := newWorld(t, setup{}, "a", "b", "c", "d")
	_, ok := w.control.Find(w.ViewOf(daemonset.Name), w.Now(), "default", "agent")
	require.False(t, ok)
	w.create(agent(unavailable("2")))
	w.settle()
	w.fail(w.only("d"))
	w.instant()
	w.run(10 * time.Millisecond)
	w.fail(w.only("d"))
	w.take()
	w.image("agent:v2")
	found, ok := w.control.Find(w.ViewOf(daemonset.Name), w.Now(), "default", "agent")
	require.True(t, ok)
	require.Equal(t, []daemonset.NodeBackoff{{Node: "d", Failures: 1, Since: 10 * time.Millisecond}}, found.Backoff)
	o, err := daemonset.Reconcile(found)
	require.NoError(t, err)
	require.NoError(t, o.Err)
	var next []string
	for _, d := range o.Deleted {
		next = append(next, fmt.Sprintf("%v delete %s", w.Now(), d.Pod.TargetNode()))
	}
	require.Len(t, next, 2, "the failed pod and one more")
	require.Empty(t, w.take(), "it was only asked")
	w.instant()
	require.Subset(t, w.take(), next)
}
