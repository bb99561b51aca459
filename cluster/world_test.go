package cluster_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/field"
)

// widget is a kind that this package has never heard of, with a spec, a status and a rule.
type widget struct {
	cluster.ObjectMeta
	Spec   widgetSpec   `json:"spec"`
	Status widgetStatus `json:"status"`
}

type widgetSpec struct {
	Size int `json:"size"`
}

type widgetStatus struct {
	Done int `json:"done"`
}

const kindWidget cluster.Kind = "Widget"

func (w *widget) Kind() cluster.Kind   { return kindWidget }
func (w *widget) APIVersion() string   { return "example.com/v1" }
func (w *widget) Scope() cluster.Scope { return cluster.Namespaced }
func (w *widget) Default()             {}

func (w *widget) Clone() cluster.Object {
	c := *w
	c.ObjectMeta = w.CloneMeta()
	return &c
}

func (w *widget) Validate() field.ErrorList {
	errs := cluster.ValidateMeta(&w.ObjectMeta, cluster.Namespaced, field.NewPath("metadata"))
	if w.Spec.Size < 0 {
		errs = append(errs, field.Invalid(field.NewPath("spec", "size"), w.Spec.Size, "must not be negative"))
	}
	return errs
}

func (w *widget) PrepareCreate() { w.Generation, w.Status = 1, widgetStatus{} }

func (w *widget) PrepareUpdate(old cluster.Object) {
	was := old.(*widget)
	w.Status = was.Status
	if w.Spec != was.Spec {
		w.Generation++
	}
}

func (w *widget) ValidateUpdate(old cluster.Object) field.ErrorList {
	errs := w.Validate()
	if w.Spec.Size < old.(*widget).Spec.Size {
		errs = append(errs, field.Forbidden(field.NewPath("spec", "size"), "may not shrink"))
	}
	return errs
}

func (w *widget) CopyStatus(from cluster.Object) cluster.Object {
	if w.Status == from.(*widget).Status {
		return w
	}
	c := *w
	c.Status = from.(*widget).Status
	return &c
}

// named is the metadata of an object in the default namespace, or in none.
func named(name string) cluster.ObjectMeta { return cluster.ObjectMeta{Name: name} }

func newWidget(name string, owners ...cluster.Object) *widget {
	w := &widget{ObjectMeta: named(name)}
	for _, o := range owners {
		w.OwnerReferences = append(w.OwnerReferences, ownedBy(o, false))
	}
	return w
}

func ownedBy(o cluster.Object, controller bool) cluster.OwnerReference {
	return cluster.OwnerReference{
		APIVersion: o.APIVersion(), Kind: o.Kind(), Name: o.Meta().Name, UID: o.Meta().UID,
		Controller: &controller,
	}
}

func newNode(name string) *cluster.Node { return &cluster.Node{ObjectMeta: named(name)} }

// plainSpec is a pod template that asks for nothing.
func plainSpec() cluster.PodTemplateSpec {
	return cluster.PodTemplateSpec{
		ObjectMeta: cluster.TemplateMeta{Labels: map[string]string{"app": "agent"}},
		Spec:       cluster.PodSpec{Containers: []cluster.Container{{Name: "main", Image: "agent:v1"}}},
	}
}

var plain = cluster.NewTemplate(plainSpec())

// templateWith is the plain template after a change.
func templateWith(change func(*cluster.PodTemplateSpec)) *cluster.Template {
	spec := plainSpec()
	change(&spec)
	return cluster.NewTemplate(spec)
}

func newPod(name string) *cluster.Pod {
	return &cluster.Pod{ObjectMeta: named(name), Template: plain}
}

func newPodOn(name, node string) *cluster.Pod {
	p := newPod(name)
	p.NodeName = node
	return p
}

// create stores an object that is known to be right, and returns it as it is stored.
func create[T cluster.Object](t require.TestingT, c *cluster.Cluster, obj T) T {
	stored, err := c.Create(obj)
	require.NoError(t, err)
	return stored.(T)
}

func update[T cluster.Object](t require.TestingT, c *cluster.Cluster, obj T) T {
	stored, err := c.Update(obj)
	require.NoError(t, err)
	return stored.(T)
}

// edited is a changed copy of a stored object.
func edited[T cluster.Object](obj T, change func(T)) T {
	next := obj.Clone().(T)
	change(next)
	return next
}

// history lists, from the call on, the changes of a cluster as texts.
func history(c *cluster.Cluster) *[]string {
	list := new([]string)
	c.OnChange(func(ch *cluster.Change) { *list = append(*list, ch.String()) })
	return list
}

// keys are the keys of objects, in their order.
func keys[T cluster.Object](objects []T) []string {
	list := make([]string, len(objects))
	for i, obj := range objects {
		list[i] = obj.Meta().Key()
	}
	return list
}

// keysOf are the keys of all objects of a kind.
func keysOf(c *cluster.Cluster, kind cluster.Kind) []string {
	return keys(slices.Collect(c.Objects(kind, "")))
}

func TestReaderFindsNothing(t *testing.T) {
	c := cluster.New(cluster.Config{})
	require.Nil(t, c.Object(cluster.KindNode, "", "a"))
	require.Nil(t, c.Object("Gadget", "", "a"), "a kind that was never met")
	require.Nil(t, c.ByUID(0))
	require.Nil(t, c.ByUID(1<<60))
	require.Nil(t, c.Node("a"))
	require.Nil(t, c.NodeByID(cluster.NoNode))
	require.Nil(t, c.NodeByID(99))
	require.Nil(t, c.Pod("default", "p"))
	require.Nil(t, c.PodByUID(1))
	require.Empty(t, c.NodeName(7))
	require.Zero(t, c.Count("Gadget"))
	require.Empty(t, slices.Collect(c.PodsOn("a")))
	require.Empty(t, slices.Collect(c.Objects("Gadget", "")))
	require.Empty(t, slices.Collect(c.Events(0)))
	require.Nil(t, c.Actor("nobody"))
	require.Equal(t, []cluster.Kind{cluster.KindNode, cluster.KindPod}, c.Kinds())
}

// atOnce is the grace period that leaves no grace.
var atOnce time.Duration
