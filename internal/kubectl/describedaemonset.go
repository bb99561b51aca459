package kubectl

import (
	"github.com/daemonsim/daemonsim/affinity"
	"github.com/daemonsim/daemonsim/cluster"
	"github.com/daemonsim/daemonsim/daemonset"
	"github.com/daemonsim/daemonsim/rollout"
)

func describeDaemonSet(d *describer, obj cluster.Object) {
	set := obj.(*daemonset.DaemonSet)
	s := &set.Status
	d.line(0, "Name:\t%s", set.Name)
	d.line(0, "Namespace:\t%s", set.Namespace)
	d.line(0, "Selector:\t%s", formatSelector(set.Spec.Selector))
	d.line(0, "Node-Selector:\t%s", formatLabels(set.Spec.Template.Spec.NodeSelector))
	d.pairs("Labels", set.Labels)
	d.annotations("Annotations", set.Annotations)
	d.line(0, "Desired Number of Nodes Scheduled: %d", s.DesiredNumberScheduled)
	d.line(0, "Current Number of Nodes Scheduled: %d", s.CurrentNumberScheduled)
	d.line(0, "Number of Nodes Scheduled with Up-to-date Pods: %d", s.UpdatedNumberScheduled)
	d.line(0, "Number of Nodes Scheduled with Available Pods: %d", s.NumberAvailable)
	d.line(0, "Number of Nodes Misscheduled: %d", s.NumberMisscheduled)
	d.podPhases(set)
	d.podTemplate(&set.Spec.Template)
	d.events(set)
}

// podPhases counts the DaemonSet's pods by phase, those that terminate included.
func (d *describer) podPhases(set *daemonset.DaemonSet) {
	selector, err := affinity.Compile(set.Spec.Selector)
	if err != nil {
		selector = affinity.Nothing() // a stored DaemonSet has been validated
	}
	count := make(map[cluster.PodPhase]int)
	for p := range d.sim.PodsOwnedBy(set.Namespace, set.UID) {
		if selector.Matches(p.Labels) {
			count[p.Phase()]++
		}
	}
	d.line(0, "Pods Status:\t%d Running / %d Waiting / %d Succeeded / %d Failed",
		count[cluster.PodRunning], count[cluster.PodPending],
		count[cluster.PodSucceeded], count[cluster.PodFailed])
}

// podTemplate writes the part that rollout history shows as well.
func (d *describer) podTemplate(t *cluster.PodTemplateSpec) {
	spec := &t.Spec
	d.line(0, "Pod Template:")
	d.pairs("  Labels", t.ObjectMeta.Labels)
	if len(t.ObjectMeta.Annotations) > 0 {
		d.annotations("  Annotations", t.ObjectMeta.Annotations)
	}
	if spec.ServiceAccountName != "" {
		d.line(1, "Service Account:\t%s", spec.ServiceAccountName)
	}
	if len(spec.InitContainers) > 0 {
		d.containers("Init Containers", spec.InitContainers, nil)
	}
	d.containers("Containers", spec.Containers, nil)
	d.volumes("  ", spec.Volumes)
	d.spreadConstraints("  ", spec.TopologySpreadConstraints)
	if spec.PriorityClassName != "" {
		d.line(1, "Priority Class Name:\t%s", spec.PriorityClassName)
	}
	d.pairs("  Node-Selectors", spec.NodeSelector)
	d.list("  Tolerations", tolerationTexts(spec.Tolerations))
}

func describeRevision(d *describer, obj cluster.Object) {
	d.meta(obj)
	r := obj.(*rollout.ControllerRevision)
	d.line(0, "API Version:\t%s", r.APIVersion())
	d.line(0, "Kind:\t%s", r.Kind())
	d.line(0, "Revision:\t%d", r.Revision)
	d.events(obj)
}
