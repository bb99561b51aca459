package kubectl

import (
	"time"

	"github.com/daemonsim/daemonsim/cluster"
)

func describePod(d *describer, obj cluster.Object) {
	p := obj.(*cluster.Pod)
	spec := p.Spec()
	d.line(0, "Name:\t%s", p.Name)
	d.line(0, "Namespace:\t%s", p.Namespace)
	d.line(0, "Priority:\t%d", p.Priority)
	if class := p.PriorityClassName(); class != "" {
		d.line(0, "Priority Class Name:\t%s", class)
	}
	if spec.RuntimeClassName != nil {
		d.line(0, "Runtime Class Name:\t%s", *spec.RuntimeClassName)
	}
	if spec.ServiceAccountName != "" {
		d.line(0, "Service Account:\t%s", spec.ServiceAccountName)
	}
	d.podPlace(p)
	d.pairs("Labels", p.Labels)
	d.annotations("Annotations", p.Annotations)
	d.podPhase(p)
	d.podAddresses(p)
	if owner := p.Controller(); owner != nil {
		d.line(0, "Controlled By:\t%s/%s", owner.Kind, owner.Name)
	}
	if node := p.NominatedNodeName(); node != "" {
		d.line(0, "NominatedNodeName:\t%s", node)
	}
	if len(spec.InitContainers) > 0 {
		d.containers("Init Containers", spec.InitContainers, p)
	}
	d.containers("Containers", spec.Containers, p)
	d.podConditions(p)
	d.volumes("", spec.Volumes)
	d.line(0, "QoS Class:\t%s", cluster.QOSClass(spec))
	d.pairs("Node-Selectors", spec.NodeSelector)
	d.list("Tolerations", tolerationTexts(spec.Tolerations))
	d.spreadConstraints("", spec.TopologySpreadConstraints)
	d.events(p)
}

func (d *describer) podPlace(p *cluster.Pod) {
	if !p.Bound() {
		d.line(0, "Node:\t%s", none)
		return
	}
	address := ""
	if n := d.sim.Node(p.NodeName); n != nil && nodeAddress(n, "InternalIP") != none {
		address = nodeAddress(n, "InternalIP")
	}
	d.line(0, "Node:\t%s/%s", p.NodeName, address)
	if p.Rejected() {
		return
	}
	d.line(0, "Start Time:\t%s", d.stamp(p.Status.ScheduledAt))
}

func (d *describer) podAddresses(p *cluster.Pod) {
	v := view{d.sim}
	address := v.podAddress(p)
	if address == none {
		d.line(0, "IP:\t")
		d.line(0, "IPs:\t%s", none)
		return
	}
	d.line(0, "IP:\t%s", address)
	d.line(0, "IPs:")
	d.line(1, "IP:\t%s", address)
}

func (d *describer) podPhase(p *cluster.Pod) {
	if p.Terminating() && !p.Terminal() {
		v := view{d.sim}
		d.line(0, "Status:\tTerminating (lasts %s)", v.since(*p.DeletionTimestamp))
		if grace := p.DeletionGracePeriodSeconds; grace != nil {
			d.line(0, "Termination Grace Period:\t%ds", *grace)
		}
	} else {
		d.line(0, "Status:\t%s", p.Phase())
	}
	if t := p.Status.Trouble; t != nil {
		if t.Reason != "" {
			d.line(0, "Reason:\t%s", t.Reason)
		}
		if t.Message != "" {
			d.line(0, "Message:\t%s", t.Message)
		}
	}
}

// containerState writes what a container is doing and how it last ended.
func (d *describer) containerState(s *cluster.ContainerStatus) {
	d.state("State", &s.State)
	if s.LastTerminationState.Terminated != nil {
		d.state("Last State", &s.LastTerminationState)
	}
	d.line(2, "Ready:\t%s", titleCase(s.Ready))
	d.line(2, "Restart Count:\t%d", s.RestartCount)
}

func (d *describer) state(title string, s *cluster.ContainerState) {
	switch {
	case s.Running != nil:
		d.line(2, "%s:\tRunning", title)
		d.line(3, "Started:\t%s", d.stampOf(s.Running.StartedAt))
	case s.Waiting != nil:
		d.line(2, "%s:\tWaiting", title)
		if s.Waiting.Reason != "" {
			d.line(3, "Reason:\t%s", s.Waiting.Reason)
		}
	case s.Terminated != nil:
		t := s.Terminated
		d.line(2, "%s:\tTerminated", title)
		if t.Reason != "" {
			d.line(3, "Reason:\t%s", t.Reason)
		}
		d.line(3, "Exit Code:\t%d", t.ExitCode)
		d.line(3, "Started:\t%s", d.stampOf(t.StartedAt))
		d.line(3, "Finished:\t%s", d.stampOf(t.FinishedAt))
	}
}

// stampOf is stamp for a time that may not be known.
func (d *describer) stampOf(t *time.Duration) string {
	if t == nil {
		return "<unknown>"
	}
	return d.stamp(*t)
}

func titleCase(b bool) string {
	if b {
		return "True"
	}
	return "False"
}

func (d *describer) podConditions(p *cluster.Pod) {
	list := p.Conditions()
	if len(list) == 0 {
		return
	}
	d.line(0, "Conditions:")
	d.line(1, "Type\tStatus")
	for _, c := range list {
		d.line(1, "%s \t%s ", c.Type, c.Status)
	}
}
