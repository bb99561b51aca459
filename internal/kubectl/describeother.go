package kubectl

import (
	"cmp"

	"github.com/daemonsim/daemonsim/cluster"
)

// meta writes what all objects have.
func (d *describer) meta(obj cluster.Object) {
	m := obj.Meta()
	d.line(0, "Name:\t%s", m.Name)
	if obj.Scope() == cluster.Namespaced {
		d.line(0, "Namespace:\t%s", m.Namespace)
	}
	d.pairs("Labels", m.Labels)
	d.annotations("Annotations", m.Annotations)
}

func describeNamespace(d *describer, obj cluster.Object) {
	d.meta(obj)
	d.line(0, "Status:\t%s", namespaceStatus(obj.(*cluster.Namespace)))
	d.line(0, "")
	d.line(0, "No resource quota.")
	d.line(0, "")
	d.line(0, "No LimitRange resource.")
}

func describePriorityClass(d *describer, obj cluster.Object) {
	c := obj.(*cluster.PriorityClass)
	d.line(0, "Name:\t%s", c.Name)
	d.line(0, "Value:\t%d", c.Value)
	d.line(0, "GlobalDefault:\t%t", c.GlobalDefault)
	d.line(0, "PreemptionPolicy:\t%s", c.PreemptionPolicy)
	d.line(0, "Description:\t%s", c.Description)
	d.annotations("Annotations", c.Annotations)
	d.events(obj)
}

// describeEvent writes an Event.
func describeEvent(d *describer, obj cluster.Object) {
	e := obj.(*event)
	d.meta(obj)
	d.line(0, "Involved Object:\t%s/%s", e.InvolvedObject.Kind, e.InvolvedObject.Name)
	d.line(0, "Type:\t%s", e.Type)
	d.line(0, "Reason:\t%s", e.Reason)
	d.line(0, "Message:\t%s", e.Message)
	d.line(0, "Source:\t%s", e.Source.Component)
	d.line(0, "Count:\t%d", e.Count)
	d.line(0, "First Timestamp:\t%s", d.stamp(e.First))
	d.line(0, "Last Timestamp:\t%s", d.stamp(e.Last))
}

func compareKeys(a, b cluster.Object) int { return cmp.Compare(a.Meta().Key(), b.Meta().Key()) }
