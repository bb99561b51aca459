package conformance_test

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/rollout"
)

type revisionAnswer struct {
	Template int   `json:"template"`
	Revision int64 `json:"revision"`
	Current  bool  `json:"current"`
	Owned    bool  `json:"owned"`
	// New is only told of one sync.
	New bool `json:"new,omitempty"`
}

// asAnswer is a revision in the terms of the recording: what it holds, of the templates that there are.
func asAnswer(r *rollout.ControllerRevision, templates [][]byte, current []byte, owner cluster.UID,
	made bool) revisionAnswer {
	ref := r.Controller()
	return revisionAnswer{
		Template: slices.IndexFunc(templates, func(d []byte) bool { return bytes.Equal(d, r.Data) }),
		Revision: r.Revision,
		Current:  bytes.Equal(r.Data, current),
		Owned:    ref != nil && ref.UID == owner,
		New:      made,
	}
}

// TestRevision changes the template step by step and lists the revisions after each. The pods of a step
// are on nodes that do not exist, so the controller leaves them alone.
func TestRevision(t *testing.T) {
	type podCase struct {
		TemplateIndex int              `json:"templateIndex"`
		Phase         cluster.PodPhase `json:"phase"`
		Terminating   bool             `json:"terminating,omitempty"`
	}
	type stepCase struct {
		Template     int       `json:"template"`
		HistoryLimit *int32    `json:"historyLimit,omitempty"`
		Pods         []podCase `json:"pods"`
	}
	type input struct {
		DaemonSet setCase                   `json:"daemonSet"`
		Templates []cluster.PodTemplateSpec `json:"templates"`
		Steps     []stepCase                `json:"steps"`
	}
	type step struct {
		Revisions       []revisionAnswer `json:"revisions"`
		CurrentRevision int64            `json:"currentRevision"`
	}
	type answer struct {
		Steps []step `json:"steps"`
	}
	check := func(in input, want answer) []difference {
		w := newWorld(in.DaemonSet, in.Templates)
		var got answer
		for _, s := range in.Steps {
			w.clear()
			w.set(s.Template, func(d *daemonset.DaemonSet) {
				if s.HistoryLimit != nil {
					d.Spec.RevisionHistoryLimit = s.HistoryLimit
				}
			})
			for i, p := range s.Pods {
				w.pod(p.TemplateIndex, i, p.Phase, p.Terminating)
			}
			if w.err == nil {
				w.err = w.RunFor(time.Second)
			}
			if w.err != nil {
				return failed(w.err)
			}
			revisions := w.revisions()
			next := step{Revisions: revisions}
			for _, r := range revisions {
				if r.Current {
					next.CurrentRevision = r.Revision
				}
			}
			got.Steps = append(got.Steps, next)
		}
		return diff(want, got)
	}
	replay(t, runner[input, answer]{kind: "revision", check: check, part: func(in input, d difference) any {
		// Later steps do not count.
		var i int
		if _, err := fmt.Sscanf(d.path, "steps[%d]", &i); err == nil && i < len(in.Steps) {
			in.Steps = in.Steps[:i+1]
		}
		return in
	}})
}

// failed is the difference that daemonsim fails where it should answer.
func failed(err error) []difference { return []difference{{"error", absent{}, err.Error()}} }

// world is a cluster with nothing but the DaemonSet controller. The first error is kept.
type world struct {
	*cluster.Cluster
	gate      *gate
	templates []cluster.PodTemplateSpec
	data      [][]byte
	first     *daemonset.DaemonSet
	// template is what pods are made from whose template does not matter.
	template *cluster.Template
	err      error
}

func newWorld(set setCase, templates []cluster.PodTemplateSpec) *world {
	w := &world{
		gate:      &gate{Controller: daemonset.New(daemonset.Config{}), open: true},
		templates: templates, data: encoded(templates),
	}
	w.Cluster = cluster.New(cluster.Config{}, w.gate)
	w.first = set.object()
	w.template = cluster.NewTemplate(templates[0])
	return w
}

func (w *world) do(_ cluster.Object, err error) {
	if w.err == nil {
		w.err = err
	}
}

func (w *world) stored() *daemonset.DaemonSet {
	return daemonset.Get(w.Reader, w.first.Namespace, w.first.Name)
}

// set gives the DaemonSet a template, creating it if need be.
func (w *world) set(template int, edit func(*daemonset.DaemonSet)) {
	d := w.stored()
	write := w.Update
	if d == nil {
		d, write = w.first, w.Create
	}
	next := d.Clone().(*daemonset.DaemonSet)
	next.Spec.Template = w.templates[template].Clone()
	edit(next)
	w.do(write(next))
}

const hold = "example.com/hold"

// clear removes all pods.
func (w *world) clear() {
	for _, p := range slices.Collect(w.Pods("")) {
		if p.Terminating() {
			next := p.Clone().(*cluster.Pod)
			next.Finalizers = nil
			w.do(w.Update(next))
		}
		if w.PodByUID(p.UID) != nil {
			w.do(nil, w.DeletePod(p.UID, cluster.DeleteOptions{GracePeriod: new(time.Duration)}))
		}
	}
}

// pod adds a pod of a template to a node that does not exist. A terminating one stays.
func (w *world) pod(template, node int, phase cluster.PodPhase, terminating bool) {
	hash := "none"
	if template >= 0 {
		hash = rollout.Hash(w.data[template], nil)
	}
	yes := true
	set := w.stored()
	if set == nil {
		return
	}
	labels := maps.Clone(set.Spec.Template.ObjectMeta.Labels)
	labels[rollout.HashLabel] = hash
	name := string(rune('a' + node))
	p := &cluster.Pod{
		ObjectMeta: cluster.ObjectMeta{
			Name: name, Namespace: set.Namespace, Labels: labels,
			OwnerReferences: []cluster.OwnerReference{
				{APIVersion: "apps/v1", Kind: daemonset.Kind, Name: set.Name, UID: set.UID, Controller: &yes},
			},
		},
		Template: w.template, NodeName: "gone-" + name,
	}
	if terminating {
		p.Finalizers = []string{hold}
	}
	w.do(w.Create(p))
	if stored := w.Pod(set.Namespace, name); stored != nil {
		_, err := w.SetPodStatus(stored.UID, cluster.PodStatus{Phase: phase})
		w.do(nil, err)
		if terminating {
			w.do(nil, w.DeletePod(stored.UID, cluster.DeleteOptions{}))
		}
	}
}

// revisions lists the revisions that there are, lowest number first.
func (w *world) revisions() []revisionAnswer {
	set := w.stored()
	current := rollout.Encode(&set.Spec.Template)
	list := []revisionAnswer{}
	for obj := range w.Objects(rollout.KindControllerRevision, "") {
		list = append(list, asAnswer(obj.(*rollout.ControllerRevision), w.data, current, set.UID, false))
	}
	slices.SortFunc(list, func(a, b revisionAnswer) int {
		return cmp.Or(cmp.Compare(a.Revision, b.Revision), cmp.Compare(a.Template, b.Template))
	})
	return list
}

// gate is the controller, held back: while it is closed, syncs wait until they are let through one by
// one.
type gate struct {
	*daemonset.Controller
	open   bool
	held   []cluster.Task
	client *cluster.Client
}

// Fork is not needed here.
func (g *gate) Fork() cluster.Actor {
	return &gate{Controller: g.Controller.Fork().(*daemonset.Controller)}
}

// Run holds syncs back while the gate is closed.
func (g *gate) Run(cl *cluster.Client, task cluster.Task) {
	if !g.open && g.TaskName(task.Kind) == "sync" {
		g.held, g.client = append(g.held, task), cl
		return
	}
	g.Controller.Run(cl, task)
}

// release lets one sync through.
func (g *gate) release() {
	if len(g.held) > 0 {
		task := g.held[0]
		g.held = g.held[1:]
		g.Controller.Run(g.client, task)
	}
}
