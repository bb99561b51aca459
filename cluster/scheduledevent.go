package cluster

import (
	"fmt"
	"slices"
)

// Nearly every pod is bound once, and has an Event that says so. Kept as others are, these would take more
// memory than the pods do. So they are made when somebody asks, from what the pod says, and kept only for a
// pod that is gone.

// scheduledEvent is the Event of a pod that an actor has bound; nil for other pods, and in a namespace that
// is gone.
func (c *Cluster) scheduledEvent(p *Pod) *Event {
	if p == nil || p.binder == userActor || !c.keepsEvents(p.Namespace) {
		return nil
	}
	at := p.Status.ScheduledAt
	return &Event{
		Kind: KindPod, Namespace: p.Namespace, Name: p.Name, UID: p.UID,
		Type: EventNormal, Reason: "Scheduled", Source: c.clients[p.binder].name,
		Message: fmt.Sprintf("Successfully assigned %s to %s", p.Key(), p.NodeName),
		Count:   1, First: at, Last: at,
	}
}

// withStanding puts an Event that is made when somebody asks to the others about its object, which are in order: after
// those that were before, and after what its source said at the same moment.
func withStanding(events []*Event, bound *Event) []*Event {
	if bound == nil {
		return events
	}
	at := slices.IndexFunc(events, func(e *Event) bool {
		return e.Last > bound.Last || e.Last == bound.Last && e.Source != bound.Source
	})
	if at < 0 {
		at = len(events)
	}
	return slices.Insert(slices.Clone(events), at, bound)
}

// eventsAbout lists the latest Events about one object, the oldest first.
func (c *Cluster) eventsAbout(uid UID) []*Event {
	var latest *eventNode
	if c.events.byObject != nil {
		latest, _ = c.events.byObject.Get(uid)
	}
	events := withStanding(latest.list(), c.scheduledEvent(c.store.pod(uid)))
	events = withStanding(events, c.announcedEvent(c.store.byUID(uid)))
	return events[max(0, len(events)-eventsPerObject):]
}

// objectsWithEvents lists the objects that have any, in the order of their UIDs.
func (c *Cluster) objectsWithEvents() []UID {
	var list []UID
	if c.events.byObject != nil {
		list = c.events.byObject.Keys()
	}
	for p := range c.Pods("") {
		if p.binder != userActor {
			list = append(list, p.UID)
		}
	}
	list = c.announcedObjects(list)
	slices.Sort(list)
	return slices.Compact(list)
}

// keepStanding keeps the Events of an object that is about to go which are made when somebody asks.
func (c *Cluster) keepStanding(obj Object) {
	p, _ := obj.(*Pod)
	defer c.events.unannounce(obj.Meta().UID)
	for _, e := range [...]*Event{c.scheduledEvent(p), c.announcedEvent(obj)} {
		if e == nil {
			continue
		}
		l := &c.events
		if l.byObject == nil {
			l.record(*e)
			continue
		}
		latest, _ := l.byObject.Get(e.UID)
		l.byObject.Set(e.UID, latest.insert(e))
	}
}
