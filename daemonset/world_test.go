package daemonset_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/kubelet"
	"github.com/daemonsim/daemonsim/cluster/podgc"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/scheduler"
	"github.com/daemonsim/daemonsim/taints"
)

// world is a cluster with the DaemonSet controller, a scheduler and kubelets, and a record of what
// became of the pods.
type world struct {
	*cluster.Cluster
	t       testing.TB
	pods    *kubelet.Kubelet
	control *daemonset.Controller
	// actions are the creations and deletions of pods by the controller, in order.
	actions []string
}

// setup says how a world is made. The zero setup has pods that are ready when they are bound.
type setup struct {
	config daemonset.Config
	pods   kubelet.Behaviour
	// noScheduler leaves the scheduler out, so that pods stay unbound.
	noScheduler bool
	// noKubelet leaves the kubelets and the collector of pods out, so that the test says what becomes of pods.
	noKubelet bool
	chooser   cluster.Chooser
	lags      map[string]cluster.Lag
	// hide, when set, is what the controller is told instead of a change.
	hide func(*cluster.Change) *cluster.Change
}

func newWorld(t testing.TB, s setup, nodes ...string) *world {
	w := &world{
		t:       t,
		pods:    kubelet.New(kubelet.Config{Default: s.pods}),
		control: daemonset.New(s.config),
	}
	actors := []cluster.Actor{w.control}
	if s.hide != nil {
		actors[0] = &hiding{w.control, s.hide}
	}
	if !s.noKubelet {
		actors = append(actors, w.pods, podgc.New(podgc.Config{}))
	}
	if !s.noScheduler {
		actors = append(actors, scheduler.New(scheduler.Config{}))
	}
	w.Cluster = cluster.New(cluster.Config{Seed: 1, Chooser: s.chooser, Lags: s.lags}, actors...)
	w.OnChange(w.record)
	w.join(nodes...)
	return w
}

// fork is a fork of the world, with a record of its own that starts empty.
func (w *world) fork() *world {
	f := &world{Cluster: w.Fork(), t: w.t}
	f.control = f.Actor(daemonset.Name).(*daemonset.Controller)
	f.pods, _ = f.Actor(w.pods.Name()).(*kubelet.Kubelet)
	f.OnChange(f.record)
	return f
}

func (w *world) record(ch *cluster.Change) {
	p, ok := ch.Object().(*cluster.Pod)
	if !ok || ch.Actor != daemonset.Name {
		return
	}
	before, _ := ch.Before.(*cluster.Pod)
	switch {
	case ch.Verb == cluster.Created:
		w.actions = append(w.actions, fmt.Sprintf("%v create %s", ch.Time, p.TargetNode()))
	case ch.Verb == cluster.Deleted, p.Terminating() && !before.Terminating():
		w.actions = append(w.actions, fmt.Sprintf("%v delete %s", ch.Time, p.TargetNode()))
	}
}

// take returns the actions since the last call.
func (w *world) take() []string {
	list := w.actions
	w.actions = nil
	return list
}

func (w *world) join(names ...string) {
	for _, name := range names {
		w.create(&cluster.Node{ObjectMeta: cluster.ObjectMeta{Name: name}})
	}
}

func (w *world) create(obj cluster.Object) cluster.Object {
	w.t.Helper()
	stored, err := w.Create(obj)
	require.NoError(w.t, err)
	return stored
}

func (w *world) update(obj cluster.Object) {
	w.t.Helper()
	_, err := w.Update(obj)
	require.NoError(w.t, err)
}

func (w *world) settle() {
	w.t.Helper()
	require.NoError(w.t, w.Settle())
}

func (w *world) run(d time.Duration) {
	w.t.Helper()
	require.NoError(w.t, w.RunFor(d))
}

// instant runs what is due now, without moving the time.
func (w *world) instant() {
	w.t.Helper()
	w.run(0)
}

func (w *world) node(name string, change func(*cluster.Node)) {
	w.t.Helper()
	next := w.Node(name).Clone().(*cluster.Node)
	change(next)
	w.update(next)
}

func (w *world) taint(name string, list ...taints.Taint) {
	w.t.Helper()
	w.node(name, func(n *cluster.Node) { n.Spec.Taints = list })
}

func (w *world) removeNode(name string) {
	w.t.Helper()
	require.NoError(w.t, w.Delete(cluster.KindNode, "", name, cluster.DeleteOptions{}))
}

func (w *world) set() *daemonset.DaemonSet { return daemonset.Get(w.Reader, "default", "agent") }

func (w *world) change(edit func(*daemonset.DaemonSet)) {
	w.t.Helper()
	next := w.set().Clone().(*daemonset.DaemonSet)
	edit(next)
	w.update(next)
}

func (w *world) image(image string) {
	w.t.Helper()
	w.change(func(d *daemonset.DaemonSet) { d.Spec.Template.Spec.Containers[0].Image = image })
}

// touch makes the controller look at the DaemonSet once more.
func (w *world) touch() {
	w.t.Helper()
	w.change(func(d *daemonset.DaemonSet) {
		d.Labels = map[string]string{"touched": w.set().Labels["touched"] + "x"}
	})
	w.instant()
}

// on returns the pods whose target is the node.
func (w *world) on(node string) []*cluster.Pod {
	var list []*cluster.Pod
	for p := range w.Pods("") {
		if p.TargetNode() == node {
			list = append(list, p)
		}
	}
	return list
}

// only returns the one pod whose target is the node.
func (w *world) only(node string) *cluster.Pod {
	w.t.Helper()
	list := w.on(node)
	require.Len(w.t, list, 1)
	return list[0]
}

// status sets the status of a pod as its kubelet might.
func (w *world) status(p *cluster.Pod, change func(*cluster.PodStatus)) {
	w.t.Helper()
	status := w.PodByUID(p.UID).Status
	change(&status)
	_, err := w.SetPodStatus(p.UID, status)
	require.NoError(w.t, err)
}

// ready makes a pod ready, or not, as of now.
func (w *world) ready(p *cluster.Pod, ready bool) {
	w.t.Helper()
	w.status(p, func(s *cluster.PodStatus) {
		s.Phase, s.Started, s.Ready, s.ReadySince = cluster.PodRunning, true, ready, w.Now()
	})
}

// remove takes a pod away at once.
func (w *world) remove(p *cluster.Pod) {
	w.t.Helper()
	require.NoError(w.t, w.DeletePod(p.UID, cluster.DeleteOptions{GracePeriod: new(time.Duration)}))
}

func (w *world) fail(p *cluster.Pod) {
	w.t.Helper()
	w.status(p, func(s *cluster.PodStatus) { s.Phase, s.Ready = cluster.PodFailed, false })
}

// events lists "Type Reason Message" of the events about the DaemonSet.
func (w *world) events() []string {
	var list []string
	for e := range w.Events(w.set().UID) {
		list = append(list, fmt.Sprintf("%s %s %s", e.Type, e.Reason, e.Message))
	}
	return list
}

// agent is a DaemonSet with the defaults of Kubernetes.
func agent(edits ...func(*daemonset.DaemonSet)) *daemonset.DaemonSet {
	labels := map[string]string{"app": "agent"}
	set := &daemonset.DaemonSet{
		ObjectMeta: cluster.ObjectMeta{Name: "agent", Namespace: "default"},
		Spec: daemonset.Spec{
			Selector: &affinity.LabelSelector{MatchLabels: labels},
			Template: cluster.PodTemplateSpec{
				ObjectMeta: cluster.TemplateMeta{Labels: labels},
				Spec: cluster.PodSpec{
					Containers: []cluster.Container{{Name: "main", Image: "agent:v1"}},
				},
			},
		},
	}
	for _, edit := range edits {
		edit(set)
	}
	return set
}

func unavailable(text string) func(*daemonset.DaemonSet) { return budget(text, "0") }

func surge(text string) func(*daemonset.DaemonSet) { return budget("0", text) }

func budget(unavailable, surge string) func(*daemonset.DaemonSet) {
	return func(d *daemonset.DaemonSet) {
		m, s := amount(unavailable), amount(surge)
		d.Spec.UpdateStrategy = daemonset.UpdateStrategy{
			Type:          daemonset.RollingUpdate,
			RollingUpdate: &daemonset.RollingUpdateSpec{MaxUnavailable: &m, MaxSurge: &s},
		}
	}
}

func amount(text string) cluster.IntOrString {
	var n int32
	if _, err := fmt.Sscanf(text, "%d", &n); err == nil && fmt.Sprint(n) == text {
		return cluster.FromInt(n)
	}
	return cluster.FromString(text)
}

func onDelete(d *daemonset.DaemonSet) { d.Spec.UpdateStrategy.Type = daemonset.OnDelete }

func minReady(seconds int32) func(*daemonset.DaemonSet) {
	return func(d *daemonset.DaemonSet) { d.Spec.MinReadySeconds = seconds }
}

func spec(edit func(*cluster.PodSpec)) func(*daemonset.DaemonSet) {
	return func(d *daemonset.DaemonSet) { edit(&d.Spec.Template.Spec) }
}

func noSchedule(key string) taints.Taint {
	return taints.Taint{Key: key, Value: "v", Effect: taints.EffectNoSchedule}
}

func noExecute(key string) taints.Taint {
	return taints.Taint{Key: key, Value: "v", Effect: taints.EffectNoExecute}
}

// counts is desired/current/misscheduled/ready/updated/available/unavailable of a status.
func counts(s daemonset.Status) string {
	return fmt.Sprintf("%d/%d/%d/%d/%d/%d/%d", s.DesiredNumberScheduled, s.CurrentNumberScheduled,
		s.NumberMisscheduled, s.NumberReady, s.UpdatedNumberScheduled, s.NumberAvailable,
		s.NumberUnavailable)
}
