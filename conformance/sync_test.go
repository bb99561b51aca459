package conformance_test

import (
	"bytes"
	"cmp"
	"errors"
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
	Backoff       []backoffCase
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

type backoffCase struct {
	Node     string
	Failures int
	LastAgo  float64
}

type syncAnswer struct {
	Created                                      []createdAnswer
	Deleted                                      []deletedAnswer
	CreatedCount, DeletedCount                   int
	MustCreate, MayCreate, MustDelete, MayDelete []string
	Determined                                   bool
	Revisions                                    []revisionAnswer
	Adopted, Released, Relabeled                 []string
	Status                                       daemonset.Status
	StatusDetermined, StatusWritten              bool
	Events                                       map[string]int
	RequeueAfter                                 []float64
	SyncError                                    string
}

type createdAnswer struct {
	Node    string `json:"node,omitempty"`
	Current bool   `json:"current"`
	// Tolerations is how many there are.
	Tolerations int    `json:"tolerations"`
	Generation  string `json:"generation,omitempty"`
}

type deletedAnswer struct {
	Pod           string `json:"pod"`
	Node          string `json:"node"`
	TemplateIndex int    `json:"templateIndex"`
}

// exact is the part of an answer that is the same however the controller chooses. Alike is how the created pods
// look where it is not determined which they are.
type exact struct {
	CreatedCount, DeletedCount   int
	Created                      []createdAnswer
	Alike                        []createdAnswer
	Deleted                      []deletedAnswer
	Revisions                    []revisionAnswer
	Adopted, Released, Relabeled []string
	Status                       daemonset.Status
	StatusWritten                bool
	Events                       map[string]int
	RequeueAfter                 []float64
	SyncError                    string
	OutOfBounds                  []string
}

// TestSync puts any state to the controller and lets it reconcile once.
func TestSync(t *testing.T) {
	replay(t, runner[syncCase, syncAnswer]{kind: "sync", check: func(in syncCase, want syncAnswer) []difference {
		w := newScene(&in)
		found := w.found()
		outcome, err := daemonset.Reconcile(found)
		if err != nil {
			return failed(err)
		}
		return diff(want.exact(), w.answer(outcome).within(&want).exact())
	}})
}

const second = time.Second

// present is the time of the sync.
const present = 1_000_000 * second

// scene is a recorded state in daemonsim's terms.
type scene struct {
	in   *syncCase
	set  *daemonset.DaemonSet
	data [][]byte
}

func newScene(in *syncCase) *scene {
	set := in.DaemonSet.object()
	set.UID, set.Generation = 1, in.DaemonSet.Metadata.Generation
	set.Spec.Template = in.Templates[in.Current].Clone()
	set.Default()
	if in.DaemonSet.Metadata.DeletionTimestamp != nil {
		now := present
		set.DeletionTimestamp = &now
	}
	return &scene{in: in, set: set, data: encoded(in.Templates)}
}

// encoded are the templates as revisions hold them.
func encoded(templates []cluster.PodTemplateSpec) [][]byte {
	var list [][]byte
	for _, template := range templates {
		d := &daemonset.DaemonSet{Spec: daemonset.Spec{Template: template.Clone()}}
		d.Default()
		list = append(list, rollout.Encode(&d.Spec.Template))
	}
	return list
}

func (w *scene) found() daemonset.Found {
	found := daemonset.Found{
		Config: daemonset.Config{BurstReplicas: w.in.BurstReplicas},
		Now:    present, DaemonSet: w.set,
	}
	for _, n := range w.in.Nodes {
		found.Nodes = append(found.Nodes, n.object())
	}
	for _, r := range w.in.Revisions {
		found.Revisions = append(found.Revisions, w.revision(r))
	}
	for _, p := range w.in.Pods {
		found.Pods = append(found.Pods, w.pod(p))
	}
	for _, b := range w.in.Backoff {
		found.Backoff = append(found.Backoff, daemonset.NodeBackoff{
			Node: b.Node, Failures: b.Failures, Since: time.Duration(b.LastAgo * float64(second)),
		})
	}
	return found
}

func (w *scene) owner() []cluster.OwnerReference {
	yes := true
	return []cluster.OwnerReference{{
		APIVersion: "apps/v1", Kind: daemonset.Kind, Name: w.set.Name, UID: w.set.UID,
		Controller: &yes, BlockOwnerDeletion: &yes,
	}}
}

func (w *scene) revision(r revisionCase) *rollout.ControllerRevision {
	hashed := r.Template
	if r.HashOf != nil {
		hashed = *r.HashOf
	}
	hash := rollout.Hash(w.data[hashed], r.Collision)
	labels := maps.Clone(w.in.Templates[r.Template].ObjectMeta.Labels)
	if !r.NoHashLabel {
		labels[rollout.HashLabel] = hash
	}
	rev := &rollout.ControllerRevision{
		ObjectMeta: cluster.ObjectMeta{
			Name: w.set.Name + "-" + hash, Namespace: w.set.Namespace, Labels: labels, OwnerReferences: w.owner(),
		},
		Data: w.data[r.Template], Revision: r.Revision,
	}
	if r.Orphan {
		rev.OwnerReferences = nil
	}
	return rev
}

// hash is the one of a template's revision, or the one that it would get.
func (w *scene) hash(template int) string {
	collisions := w.in.DaemonSet.Status.CollisionCount
	for _, r := range w.in.Revisions {
		if r.Template == template && r.HashOf == nil {
			collisions = r.Collision
			break
		}
	}
	return rollout.Hash(w.data[template], collisions)
}

func (w *scene) pod(p podCase) *cluster.Pod {
	index, hash := p.TemplateIndex, "none"
	if index >= 0 {
		hash = w.hash(index)
	}
	template := w.in.Templates[max(0, index)].Clone()
	// The recorded API server takes a deleted pod away at once.
	template.Spec.TerminationGracePeriodSeconds = new(int64)
	labels := map[string]string{}
	maps.Copy(labels, template.ObjectMeta.Labels)
	labels[rollout.HashLabel] = hash
	maps.Copy(labels, p.Labels)
	if p.Generation != nil {
		labels[daemonset.TemplateGenerationLabel] = fmt.Sprint(p.Generation)
	}
	pod := &cluster.Pod{
		ObjectMeta: cluster.ObjectMeta{
			Name: p.Name, Namespace: w.set.Namespace, Labels: labels, OwnerReferences: w.owner(),
			CreationTimestamp: present - time.Duration(p.CreatedAgo)*second,
		},
		Template: cluster.NewTemplate(template), Target: p.Node,
		Status: cluster.PodStatus{Phase: p.Phase, Ready: p.Ready, ReadySince: cluster.UnknownTime},
	}
	switch p.Owner {
	case "none":
		pod.OwnerReferences = nil
	case "other":
		pod.OwnerReferences[0].UID, pod.OwnerReferences[0].Name = 2, "other"
	}
	if !p.Unscheduled {
		pod.NodeName = p.Node
	}
	if p.ReadySince != nil {
		pod.Status.ReadySince = present - time.Duration(*p.ReadySince)*second
	}
	if p.Terminating {
		at, grace := present, int64(30)
		pod.DeletionTimestamp, pod.DeletionGracePeriodSeconds = &at, &grace
	}
	return pod
}

// answer is an outcome in the terms of the recording.
func (w *scene) answer(o *daemonset.Outcome) *syncAnswer {
	a := &syncAnswer{
		CreatedCount: len(o.Created), DeletedCount: len(o.Deleted),
		Adopted: podNames(o.Adopted), Released: podNames(o.Released), Relabeled: podNames(o.Relabelled),
		Status: o.Status, StatusWritten: o.StatusWritten, Events: map[string]int{}, SyncError: errorText(o.Err),
	}
	for _, c := range o.Created {
		a.Created = append(a.Created, createdAnswer{
			c.Node, w.isCurrent(c.Pod, o), len(c.Pod.FullSpec().Tolerations),
			c.Pod.Labels[daemonset.TemplateGenerationLabel],
		})
	}
	for _, d := range o.Deleted {
		i := slices.IndexFunc(w.in.Pods, func(p podCase) bool { return p.Name == d.Pod.Name })
		a.Deleted = append(a.Deleted, deletedAnswer{d.Pod.Name, d.Pod.TargetNode(), w.in.Pods[i].TemplateIndex})
	}
	for _, r := range o.Revisions {
		made := slices.ContainsFunc(o.History, func(h daemonset.RevisionChange) bool {
			return h.Effect == daemonset.RevisionMade && h.Revision.Name == r.Name
		})
		a.Revisions = append(a.Revisions, asAnswer(r, w.data, rollout.Encode(&w.set.Spec.Template), w.set.UID, made))
	}
	for _, e := range o.Events {
		a.Events[string(e.Type)+"/"+e.Reason]++
	}
	for _, delay := range o.Requeued {
		a.RequeueAfter = append(a.RequeueAfter, delay.Seconds())
	}
	return a
}

// isCurrent reports whether a pod carries the hash of the revision that holds the current template.
func (w *scene) isCurrent(p *cluster.Pod, o *daemonset.Outcome) bool {
	data := rollout.Encode(&w.set.Spec.Template)
	return slices.ContainsFunc(o.Revisions, func(r *rollout.ControllerRevision) bool {
		return bytes.Equal(r.Data, data) && r.Hash() == p.Labels[rollout.HashLabel]
	})
}

func podNames(pods []*cluster.Pod) []string {
	var names []string
	for _, p := range pods {
		names = append(names, p.Name)
	}
	return names
}

// nameTaken is what the recorded API server says of a hash collision, without the name.
const nameTaken = "failed to construct revisions of DaemonSet: controllerrevisions.apps NAME already exists"

// errorText is an error as it is recorded. What an API server refuses it says in its own words.
func errorText(err error) string {
	switch {
	case err == nil:
		return ""
	case errors.Is(err, rollout.ErrCollision) && errors.Is(err, cluster.ErrAlreadyExists):
		return nameTaken
	}
	first, _, _ := strings.Cut(err.Error(), "\n")
	return first
}

// within takes over from the recorded answer what is chance, so that only the rest is compared: which pods they
// are, if it is no more than that, and the status that an adopted and deleted pod may or may not count in.
func (a *syncAnswer) within(want *syncAnswer) *syncAnswer {
	a.Determined, a.StatusDetermined = want.Determined, want.StatusDetermined
	a.MustCreate, a.MayCreate = want.MustCreate, want.MayCreate
	a.MustDelete, a.MayDelete = want.MustDelete, want.MayDelete
	return a
}

func (a *syncAnswer) exact() exact {
	e := exact{
		CreatedCount: a.CreatedCount, DeletedCount: a.DeletedCount, Revisions: a.Revisions,
		Adopted: a.Adopted, Released: a.Released, Relabeled: a.Relabeled, StatusWritten: a.StatusWritten,
		Events: a.Events, RequeueAfter: a.RequeueAfter, SyncError: a.SyncError, OutOfBounds: a.outOfBounds(),
	}
	if strings.HasPrefix(e.SyncError, "failed to construct revisions") {
		e.SyncError = nameTaken
	}
	if a.StatusDetermined {
		e.Status = a.Status
	}
	if a.Determined {
		e.Created, e.Deleted = a.Created, a.Deleted
	} else if len(a.Created) > 0 {
		e.Alike = []createdAnswer{a.Created[0]}
		e.Alike[0].Node = ""
	}
	for _, list := range []*[]string{&e.Adopted, &e.Released, &e.Relabeled} {
		slices.Sort(*list)
	}
	slices.Sort(e.RequeueAfter)
	slices.SortFunc(e.Created, func(a, b createdAnswer) int { return cmp.Compare(a.Node, b.Node) })
	slices.SortFunc(e.Deleted, func(a, b deletedAnswer) int { return cmp.Compare(a.Pod, b.Pod) })
	slices.SortFunc(e.Revisions, func(a, b revisionAnswer) int {
		return cmp.Or(cmp.Compare(a.Revision, b.Revision), cmp.Compare(a.Template, b.Template))
	})
	return e
}

// outOfBounds holds what was done against what must and what may be done.
func (a *syncAnswer) outOfBounds() []string {
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
	var created, deleted []string
	for _, c := range a.Created {
		created = append(created, c.Node)
	}
	for _, d := range a.Deleted {
		deleted = append(deleted, d.Pod)
	}
	check("create", created, a.MustCreate, a.MayCreate)
	check("delete", deleted, a.MustDelete, a.MayDelete)
	return list
}
