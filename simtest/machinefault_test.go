package simtest_test

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	"github.com/daemonsim/daemonsim"
	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/cluster/disruption"
	"github.com/daemonsim/daemonsim/cluster/kubelet"
	"github.com/daemonsim/daemonsim/cluster/podsecurity"
	"github.com/daemonsim/daemonsim/cluster/tainteviction"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/rollout"
	"github.com/daemonsim/daemonsim/scheduler"
	"github.com/daemonsim/daemonsim/taints"
)

// What goes wrong around nodes and pods: pressure, processes that stop, namespaces that forbid, caches that fall
// behind, objects that are held, requests that fail.

var components = []string{daemonsim.Scheduler, daemonsim.ControllerManager}

// NodePressed lets a kubelet report a pressure, or that it is over.
func (m *machine) NodePressed(t *rapid.T) {
	m.strained = true
	var answering []string
	for n := range m.sim().Nodes() {
		if _, failed := n.Outage(); !failed {
			answering = append(answering, n.Name)
		}
	}
	name := pick(t, answering, "node")
	kind := rapid.SampledFrom([]string{
		cluster.NodeMemoryPressure, cluster.NodeDiskPressure, cluster.NodePIDPressure, cluster.NodeNetworkUnavailable,
	}).Draw(t, "condition")
	status := rapid.SampledFrom([]string{
		cluster.ConditionTrue, cluster.ConditionFalse,
	}).Draw(t, "status")
	m.do(t, fmt.Sprintf("node %s reports %s=%s", name, kind, status), func(sim *daemonsim.Sim) error {
		return sim.ReportCondition(name, cluster.NodeCondition{Type: kind, Status: status})
	})
}

// circles reports whether pods may come and be evicted without end: a node has a taint that a DaemonSet tolerates for a
// while.
func circles(sim *daemonsim.Sim) bool {
	tainted := false
	for n := range sim.Nodes() {
		tainted = tainted || slices.ContainsFunc(n.Spec.Taints, isOther)
	}
	return tainted && slices.ContainsFunc(daemonset.All(sim.Reader, ""), func(set *daemonset.DaemonSet) bool {
		return slices.ContainsFunc(set.Spec.Template.Spec.Tolerations, func(t taints.Toleration) bool {
			return t.TolerationSeconds != nil
		})
	})
}

func isOther(t taints.Taint) bool { return t.Key == "other" && t.Effect == taints.EffectNoExecute }

// bearable takes the taint from a node that some tolerate for a while.
func bearable(n *cluster.Node) {
	n.Spec.Taints = slices.DeleteFunc(n.Spec.Taints, isOther)
}

// relieve ends all pressures.
func relieve(sim *daemonsim.Sim, n *cluster.Node) error {
	for _, c := range n.Status.Conditions {
		if c.Type == cluster.NodeReady || c.Status == cluster.ConditionFalse {
			continue
		}
		c.Status = cluster.ConditionFalse
		if err := sim.ReportCondition(n.Name, c); err != nil {
			return err
		}
	}
	return nil
}

// hindered reports whether pods cannot come to where they should: a process of the control plane is stopped, or the
// namespace forbids them.
func hindered(sim *daemonsim.Sim) bool {
	ns := sim.Object(cluster.KindNamespace, "", "default")
	return sim.Stopped(scheduler.Name) || sim.Stopped(daemonset.Name) ||
		ns != nil && !slices.Contains([]string{"", "privileged"}, ns.Meta().Labels[podsecurity.LabelEnforce])
}

// ComponentStops ends a process of the control plane.
func (m *machine) ComponentStops(t *rapid.T) {
	component := rapid.SampledFrom(components).Draw(t, "component")
	m.do(t, component+" stops", func(sim *daemonsim.Sim) error {
		return unless(daemonsim.ErrNotRunning, sim.Stop(component))
	})
}

// ComponentStarts begins it anew.
func (m *machine) ComponentStarts(t *rapid.T) {
	component := rapid.SampledFrom(components).Draw(t, "component")
	m.do(t, component+" starts", func(sim *daemonsim.Sim) error {
		return unless(daemonsim.ErrRunning, sim.Start(component))
	})
}

// ComponentRestarts ends a process and begins it anew, at once or after a while.
func (m *machine) ComponentRestarts(t *rapid.T) {
	component := rapid.SampledFrom(components).Draw(t, "component")
	d := rapid.SampledFrom([]time.Duration{0, time.Second, time.Minute}).Draw(t, "time")
	m.do(t, fmt.Sprintf("%s is away for %v", component, d), func(sim *daemonsim.Sim) error {
		return errors.Join(
			unless(daemonsim.ErrNotRunning, sim.Stop(component)), sim.RunFor(d),
			unless(daemonsim.ErrRunning, sim.Start(component)),
		)
	})
}

// unless is an error but for one that is expected.
func unless(expected, err error) error {
	if errors.Is(err, expected) {
		return nil
	}
	return err
}

// LagChanges lets an actor fall behind that kept up, or catch up.
func (m *machine) LagChanges(t *rapid.T) {
	if !m.lags {
		t.Skip("no actor is to lag")
	}
	actor := rapid.SampledFrom([]string{daemonset.Name, "garbage-collector"}).Draw(t, "actor")
	lag := drawLag(t, actor)
	m.do(t, fmt.Sprintf("%s lags by %+v", actor, lag), func(sim *daemonsim.Sim) error {
		return unless(cluster.ErrNotFound, sim.SetLag(actor, lag))
	})
}

// NamespaceDemands has the namespace demand more of its pods, or less.
func (m *machine) NamespaceDemands(t *rapid.T) {
	level := rapid.SampledFrom([]string{"", "privileged", "baseline", "restricted"}).Draw(t, "level")
	m.do(t, fmt.Sprintf("the namespace enforces %q", level), func(sim *daemonsim.Sim) error {
		return enforce(sim, level)
	})
}

func enforce(sim *daemonsim.Sim, level string) error {
	ns, ok := sim.Object(cluster.KindNamespace, "", "default").(*cluster.Namespace)
	if !ok {
		// Nothing has been created in it yet.
		return nil
	}
	ns = ns.Clone().(*cluster.Namespace)
	ns.Labels = relabelled(ns.Labels, podsecurity.LabelEnforce, level)
	_, err := sim.Update(ns)
	return err
}

// failing are the requests that may fail. Those of the pod garbage collector may as well, but then pods of nodes that
// are gone stay for longer than MissingNode has patience.
var failing = []cluster.Fault{
	{Actor: daemonset.Name, Verb: cluster.Created, Kind: cluster.KindPod},
	{Actor: daemonset.Name, Verb: cluster.Updated, Kind: cluster.KindPod},
	{Actor: daemonset.Name, Verb: cluster.Deleted, Kind: cluster.KindPod},
	{Actor: daemonset.Name, Verb: cluster.Updated, Kind: daemonset.Kind},
	{Actor: daemonset.Name, Verb: cluster.Created, Kind: rollout.KindControllerRevision},
	{Actor: daemonset.Name, Verb: cluster.Updated, Kind: rollout.KindControllerRevision},
	{Actor: daemonset.Name, Verb: cluster.Deleted, Kind: rollout.KindControllerRevision},
	{Actor: scheduler.Name, Verb: cluster.Created, Kind: cluster.KindBinding},
	{Actor: tainteviction.Name, Verb: cluster.Updated, Kind: cluster.KindPod},
	{Actor: tainteviction.Name, Verb: cluster.Deleted, Kind: cluster.KindPod},
	{Actor: disruption.Name, Verb: cluster.Updated, Kind: cluster.KindPodDisruptionBudget},
}

// RequestsFail has the API server answer requests with an error, done or not.
func (m *machine) RequestsFail(t *rapid.T) {
	f := rapid.SampledFrom(failing).Draw(t, "request")
	f.Times, f.Applied = rapid.IntRange(1, 3).Draw(t, "times"), rapid.Bool().Draw(t, "applied")
	f.Reason = rapid.SampledFrom([]cluster.FaultReason{
		cluster.FaultTimeout, cluster.FaultInternalError,
	}).Draw(t, "reason")
	m.do(t, fmt.Sprintf("requests fail: %+v", f), func(sim *daemonsim.Sim) error {
		// An actor that is stopped asks for nothing.
		return unless(cluster.ErrNotFound, sim.AddFault(f))
	})
}

// BudgetChanges creates, replaces or deletes the disruption budget of one app.
func (m *machine) BudgetChanges(t *rapid.T) {
	app := rapid.SampledFrom(names).Draw(t, "app")
	spec := cluster.PodDisruptionBudgetSpec{
		Selector: &affinity.LabelSelector{MatchLabels: map[string]string{"app": app}},
	}
	limit := rapid.SampledFrom([]cluster.IntOrString{
		cluster.FromInt(0), cluster.FromInt(2), cluster.FromString("50%"),
	}).Draw(t, "limit")
	how := rapid.SampledFrom([]string{"minAvailable", "maxUnavailable", "none"}).Draw(t, "how")
	switch how {
	case "minAvailable":
		spec.MinAvailable = &limit
	case "maxUnavailable":
		spec.MaxUnavailable = &limit
	}
	m.do(t, fmt.Sprintf("budget of %s: %s %v", app, how, limit), func(sim *daemonsim.Sim) error {
		err := sim.Delete(cluster.KindPodDisruptionBudget, "default", app, cluster.DeleteOptions{})
		if err = unless(cluster.ErrNotFound, err); err != nil || how == "none" {
			return err
		}
		_, err = sim.Create(&cluster.PodDisruptionBudget{
			ObjectMeta: cluster.ObjectMeta{Name: app, Namespace: "default"}, Spec: spec,
		})
		return err
	})
}

// PodEvicted asks for a pod to go, as a drain does.
func (m *machine) PodEvicted(t *rapid.T) {
	p := m.pod(t)
	m.do(t, "pod "+p.Name+" evicted", func(sim *daemonsim.Sim) error {
		_, err := sim.Evict(p.Namespace, p.Name, disruption.EvictOptions{})
		return unless(cluster.ErrTooManyRequests, err)
	})
}

// PodHeld gives a pod a finalizer, or takes it away.
func (m *machine) PodHeld(t *rapid.T) {
	p := m.pod(t)
	if p.Terminating() && len(p.Finalizers) == 0 {
		t.Skip("too late for a finalizer")
	}
	var finalizers []string
	if len(p.Finalizers) == 0 {
		finalizers = []string{"example.com/hold"}
	}
	m.do(t, fmt.Sprintf("pod %s is held by %v", p.Name, finalizers), func(sim *daemonsim.Sim) error {
		return hold(sim, p, finalizers)
	})
}

func hold(sim *daemonsim.Sim, p *cluster.Pod, finalizers []string) error {
	next := sim.Pod(p.Namespace, p.Name).Clone().(*cluster.Pod)
	next.Finalizers = finalizers
	_, err := sim.Update(next)
	return err
}

// ImageCannotBePulled has a registry refuse an image.
func (m *machine) ImageCannotBePulled(t *rapid.T) {
	image := drawImage(t)
	b := kubelet.Typical()
	b.PullError = "not found"
	m.do(t, image+" cannot be pulled", func(sim *daemonsim.Sim) error {
		return sim.SetImageBehaviour(image, b)
	})
}

// mend ends all of these troubles.
func (m *machine) mend(t *rapid.T) {
	for _, component := range components {
		m.do(t, component+" starts", func(sim *daemonsim.Sim) error {
			return unless(daemonsim.ErrRunning, sim.Start(component))
		})
	}
	m.do(t, "nothing is forbidden, pressed or held", func(sim *daemonsim.Sim) error {
		sim.ClearFaults()
		if err := enforce(sim, ""); err != nil {
			return err
		}
		for n := range sim.Nodes() {
			if err := errors.Join(relieve(sim, n), sim.UpdateNode(n.Name, bearable)); err != nil {
				return err
			}
		}
		for p := range sim.Pods("") {
			if len(p.Finalizers) == 0 {
				continue
			}
			if err := hold(sim, p, nil); err != nil {
				return err
			}
		}
		return nil
	})
}

// WatchBreaks has an actor begin its watch for a kind anew.
func (m *machine) WatchBreaks(t *rapid.T) {
	actor := rapid.SampledFrom([]string{daemonset.Name, "garbage-collector"}).Draw(t, "actor")
	kind := rapid.SampledFrom([]cluster.Kind{
		cluster.KindPod, daemonset.Kind, rollout.KindControllerRevision,
	}).Draw(t, "kind")
	m.do(t, fmt.Sprintf("%s begins its watch for %s anew", actor, kind), func(sim *daemonsim.Sim) error {
		// A process that is stopped watches nothing, and a kind may not have been there yet.
		return unless(cluster.ErrNotFound, sim.Relist(actor, kind))
	})
}
