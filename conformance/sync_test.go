package conformance_test

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/rollout"
)

type syncCase struct {
	Nodes         []nodeCase
	DaemonSet     setCase
	Templates     []cluster.PodTemplateSpec
	Current       int
	Revisions     []revisionCase
	Pods          []podCase
	Backoff       []any
	BurstReplicas int
}

type revisionCase struct {
	Template            int
	Revision            int64
	Collision           *int32
	HashOf              *int
	Orphan, NoHashLabel bool
}

type podCase struct {
	Name, Node    string
	TemplateIndex int
	Phase         cluster.PodPhase
	Ready         bool
	ReadySince    *int64
	CreatedAgo    int64
	Terminating   bool
	Unscheduled   bool
	Owner         string
	Labels        map[string]string
	Generation    any
}

type syncAnswer struct {
	Created                                      []struct{ Node string }
	Deleted                                      []struct{ Pod string }
	CreatedCount, DeletedCount                   int
	MustCreate, MayCreate, MustDelete, MayDelete []string
	Revisions                                    []revisionAnswer
	Adopted, Released, Relabeled                 []string
	Status                                       daemonset.Status
	StatusDetermined, StatusWritten              bool
	Events                                       map[string]int
	SyncError                                    string
}

// outcome is the part of the answer that is exact.
type outcome struct {
	Created, Deleted             int
	Revisions                    []revisionAnswer
	Adopted, Released, Relabeled []string
	Status                       string
	StatusWritten                bool
	Events                       map[string]int
	Bounds                       []string
}

// TestSync builds any state and lets the controller do one sync.
func TestSync(t *testing.T) {
	replay(t, runner[syncCase, syncAnswer]{kind: "sync", check: func(in syncCase, want syncAnswer) []difference {
		if state := unputtable(&in, &want); state != "" {
			return []difference{{"state", absent{}, state}}
		}
		w := newWorld(in.DaemonSet, in.Templates)
		w.gate.open = false
		w.gate.Controller = daemonset.New(daemonset.Config{BurstReplicas: in.BurstReplicas})
		w.build(&in)
		if w.err != nil {
			return failed(w.err)
		}
		got := w.observe()
		got.Bounds = w.outOfBounds(&want)
		// The recorded controller adopts an orphan anew whenever it looks, but not one that it has deleted.
		gone := func(name string) bool { return slices.Contains(w.deleted, name) }
		if !want.StatusDetermined || slices.ContainsFunc(got.Adopted, gone) {
			want.Status, got.Status = daemonset.Status{}, statusText(daemonset.Status{},
				1-in.DaemonSet.Metadata.Generation)
		}
		return diff(want.outcome(in.DaemonSet.Metadata.Generation), got)
	}})
}

// The states that a case may describe and that cannot be put to a cluster.
const (
	refusedState  = "refused by the door"
	backoffState  = "in back-off"
	timelessState = "ready since no time"
	staleState    = "the outcome depends on caches that stand still"
)

// cannotBePut covers the cases of one such state.
func cannotBePut(state string) func(any, difference) bool {
	return func(_ any, d difference) bool { return d.path == "state" && d.got == state }
}

// unputtable says why the state of a case cannot be put; "" when it can.
func unputtable(in *syncCase, want *syncAnswer) string {
	if len(in.Backoff) > 0 {
		return backoffState
	}
	d := in.DaemonSet.object()
	d.Spec.Template = in.Templates[in.Current].Clone()
	d.Default()
	if len(d.Validate()) > 0 {
		return refusedState
	}
	for _, n := range in.Nodes {
		node := n.object()
		if node.Default(); len(node.Validate()) > 0 {
			return refusedState
		}
	}
	for _, p := range in.Pods {
		if p.Ready && p.ReadySince == nil && d.Spec.MinReadySeconds > 0 {
			return timelessState
		}
	}
	if stale(in, want) {
		return staleState
	}
	return ""
}

// stale reports whether the outcome depends on the recorded controller not seeing its own writes: it goes
// on with pods as they were before it relabelled them, and undoes the adoption of a revision that it
// writes once more.
func stale(in *syncCase, want *syncAnswer) bool {
	undone := func(r revisionCase) bool {
		return r.Orphan && slices.ContainsFunc(want.Revisions, func(a revisionAnswer) bool {
			return a.Template == r.Template && !a.Owned && (r.NoHashLabel || a.Revision != r.Revision)
		})
	}
	return len(want.Relabeled) > 0 || slices.ContainsFunc(in.Revisions, undone)
}

const second = time.Second

// present is the time of the sync.
const present = 1_000_000 * second

func (w *world) build(in *syncCase) {
	for _, n := range in.Nodes {
		w.do(w.Create(n.object()))
	}
	if in.DaemonSet.Metadata.DeletionTimestamp != nil {
		w.first.Finalizers = []string{hold}
	}
	w.set(in.Current, func(d *daemonset.DaemonSet) {
		// A stored DaemonSet always has the annotation; this number is on no pod.
		if d.Annotations[daemonset.TemplateGenerationAnnotation] == "" {
			d.Annotations = map[string]string{daemonset.TemplateGenerationAnnotation: "999999"}
		}
	})
	if w.err != nil {
		return
	}
	status := *w.stored()
	status.Status = in.DaemonSet.Status
	status.Status.ObservedGeneration = max(0,
		status.Status.ObservedGeneration+1-in.DaemonSet.Metadata.Generation)
	w.do(w.UpdateStatus(&status))
	for _, r := range in.Revisions {
		w.revision(r)
	}
	list := slices.Clone(in.Pods)
	slices.SortStableFunc(list, func(a, b podCase) int { return cmp.Compare(b.CreatedAgo, a.CreatedAgo) })
	for _, p := range list {
		w.do(nil, w.RunFor(present-time.Duration(p.CreatedAgo)*second-w.Now()))
		w.state(in, p)
	}
	w.do(nil, w.RunFor(present-w.Now()))
	if in.DaemonSet.Metadata.DeletionTimestamp != nil {
		d := w.stored()
		w.do(nil, w.Delete(d.Kind(), d.Namespace, d.Name, cluster.DeleteOptions{}))
	}
	w.do(nil, w.RunFor(0))
}

func (w *world) owner() []cluster.OwnerReference {
	yes := true
	d := w.stored()
	return []cluster.OwnerReference{{
		APIVersion: "apps/v1", Kind: daemonset.Kind, Name: d.Name, UID: d.UID,
		Controller: &yes, BlockOwnerDeletion: &yes,
	}}
}

func (w *world) revision(r revisionCase) {
	hashed := r.Template
	if r.HashOf != nil {
		hashed = *r.HashOf
	}
	hash := rollout.Hash(w.data[hashed], r.Collision)
	labels := maps.Clone(w.templates[r.Template].ObjectMeta.Labels)
	if !r.NoHashLabel {
		labels[rollout.HashLabel] = hash
	}
	obj := &rollout.ControllerRevision{
		ObjectMeta: cluster.ObjectMeta{
			Name: w.first.Name + "-" + hash, Namespace: w.first.Namespace, Labels: labels,
			OwnerReferences: w.owner(),
		},
		Data: w.data[r.Template], Revision: r.Revision,
	}
	if r.Orphan {
		obj.OwnerReferences = nil
	}
	w.do(w.Create(obj))
}

// hash is the one of a template's revision, or the one that it would get.
func (w *world) hash(in *syncCase, template int) string {
	collisions := in.DaemonSet.Status.CollisionCount
	for _, r := range in.Revisions {
		if r.Template == template && r.HashOf == nil {
			collisions = r.Collision
			break
		}
	}
	return rollout.Hash(w.data[template], collisions)
}

// state adds a pod as a case describes it. A finalizer holds it, so that it does not disappear in the
// middle of a sync, as it would not from the recorded controller's cache.
func (w *world) state(in *syncCase, p podCase) {
	index := p.TemplateIndex
	hash := "none"
	labels := map[string]string{}
	if index >= 0 {
		hash = w.hash(in, index)
		maps.Copy(labels, w.templates[index].ObjectMeta.Labels)
	} else {
		maps.Copy(labels, w.templates[0].ObjectMeta.Labels)
		index = 0
	}
	labels[rollout.HashLabel] = hash
	maps.Copy(labels, p.Labels)
	if p.Generation != nil {
		labels[daemonset.TemplateGenerationLabel] = fmt.Sprint(p.Generation)
	}
	template := w.templates[index].Clone()
	template.Spec.NodeName = ""
	obj := &cluster.Pod{
		ObjectMeta: cluster.ObjectMeta{
			Name: p.Name, Namespace: w.first.Namespace, Labels: labels, Finalizers: []string{hold},
			OwnerReferences: w.owner(),
		},
		Template: cluster.NewTemplate(template), Target: p.Node,
	}
	switch p.Owner {
	case "none":
		obj.OwnerReferences = nil
	case "other":
		obj.OwnerReferences[0].UID, obj.OwnerReferences[0].Name = 1<<20, "other"
	}
	if !p.Unscheduled {
		obj.NodeName = p.Node
	}
	w.do(w.Create(obj))
	stored := w.Pod(w.first.Namespace, p.Name)
	if stored == nil {
		return
	}
	status := cluster.PodStatus{Phase: p.Phase, Ready: p.Ready}
	if p.ReadySince != nil {
		status.ReadySince = present - time.Duration(*p.ReadySince)*second
	}
	_, err := w.SetPodStatus(stored.UID, status)
	w.do(nil, err)
	if p.Terminating {
		w.do(nil, w.DeletePod(stored.UID, cluster.DeleteOptions{}))
	}
}

// observe lets one sync through and says what it did.
func (w *world) observe() outcome {
	got := outcome{Events: map[string]int{}}
	w.created, w.deleted = nil, nil
	before := w.stored().Status
	uid := w.stored().UID
	w.OnChange(func(ch *cluster.Change) {
		p, ok := ch.Object().(*cluster.Pod)
		if !ok {
			return
		}
		was, _ := ch.Before.(*cluster.Pod)
		switch {
		case ch.Verb == cluster.Created:
			w.created = append(w.created, p.TargetNode())
		case p.Terminating() && !was.Terminating():
			w.deleted = append(w.deleted, p.Name)
		case was.Controller() == nil && p.Controller() != nil:
			got.Adopted = append(got.Adopted, p.Name)
		case was.Controller() != nil && p.Controller() == nil:
			got.Released = append(got.Released, p.Name)
		case was.Labels[rollout.HashLabel] != p.Labels[rollout.HashLabel]:
			got.Relabeled = append(got.Relabeled, p.Name)
		}
	})
	w.gate.release()
	for e := range w.Events(uid) {
		got.Events[string(e.Type)+"/"+e.Reason] += e.Count
		if name, ok := strings.CutPrefix(e.Message, "Deleted pod: "); ok && !slices.Contains(w.deleted, name) {
			w.deleted = append(w.deleted, name)
		}
	}
	if len(w.created)+len(w.deleted) > 90 {
		// The log of events keeps the latest hundred only.
		got.Events = nil
	}
	got.Created, got.Deleted = len(w.created), len(w.deleted)
	got.Revisions = w.revisions()
	for _, list := range []*[]string{&got.Adopted, &got.Released, &got.Relabeled} {
		slices.Sort(*list)
	}
	status := w.stored().Status
	got.StatusWritten = status != before
	got.Status = statusText(status, 0)
	return got
}

func statusText(s daemonset.Status, shift int64) string {
	collisions := "nil"
	if s.CollisionCount != nil {
		collisions = fmt.Sprint(*s.CollisionCount)
	}
	return fmt.Sprintf("desired %d current %d misscheduled %d ready %d updated %d available %d unavailable %d "+
		"observed %d collisions %s", s.DesiredNumberScheduled, s.CurrentNumberScheduled, s.NumberMisscheduled,
		s.NumberReady, s.UpdatedNumberScheduled, s.NumberAvailable, s.NumberUnavailable,
		s.ObservedGeneration+shift, collisions)
}

// outcome is what is exact in the answer, in the terms of observe.
func (a *syncAnswer) outcome(generation int64) outcome {
	want := outcome{
		Created: a.CreatedCount, Deleted: a.DeletedCount, Revisions: a.Revisions,
		Adopted: a.Adopted, Released: a.Released, Relabeled: a.Relabeled,
		Status: statusText(a.Status, 1-generation), StatusWritten: a.StatusWritten, Events: a.Events,
	}
	for _, list := range []*[]string{&want.Adopted, &want.Released, &want.Relabeled} {
		slices.Sort(*list)
	}
	if want.Events == nil {
		want.Events = map[string]int{}
	}
	if a.CreatedCount+a.DeletedCount > 90 {
		want.Events = nil
	}
	if want.Revisions == nil {
		want.Revisions = []revisionAnswer{}
	}
	slices.SortFunc(want.Revisions, func(a, b revisionAnswer) int {
		return cmp.Or(cmp.Compare(a.Revision, b.Revision), cmp.Compare(a.Template, b.Template))
	})
	return want
}

// outOfBounds holds what was done against what must and what may be done.
func (w *world) outOfBounds(want *syncAnswer) []string {
	var list []string
	check := func(what string, got, must, may []string) {
		for _, name := range must {
			if !slices.Contains(got, name) {
				list = append(list, "must "+what+" "+name)
			}
		}
		for _, name := range got {
			if !slices.Contains(may, name) && !slices.Contains(must, name) {
				list = append(list, "may not "+what+" "+name)
			}
		}
	}
	check("create", w.created, want.MustCreate, want.MayCreate)
	check("delete", w.deleted, want.MustDelete, want.MayDelete)
	return list
}
