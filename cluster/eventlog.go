package cluster

import (
	"iter"
	"slices"
	"time"

	"github.com/tidwall/btree"
)

// EventType is the type of an Event.
type EventType string

// The types of events.
const (
	EventNormal  EventType = "Normal"
	EventWarning EventType = "Warning"
)

// Event is a record of something that happened to an object, for people to read. Events tell no
// actor anything.
type Event struct {
	// Kind, Namespace, Name and UID say which object the event is about.
	Kind            Kind
	Namespace, Name string
	UID             UID
	// Type, Reason and Message say what happened; Source, who says so.
	Type                    EventType
	Reason, Message, Source string
	// Count is how often it happened, from First to Last.
	Count       int
	First, Last time.Duration
}

const (
	// eventsPerObject bounds what is kept for one object: the oldest go first.
	eventsPerObject = 100
	// repeatWindow is how many of an object's latest events are searched for the same one.
	repeatWindow = 10
)

// eventTTL is how long the events of an object are kept that is gone.
const eventTTL = time.Hour

// eventLog keeps the latest events of each object.
type eventLog struct {
	byObject *btree.Map[UID, *eventNode]
	// leaving are the objects that are gone and have events, in the order of their last moments. An
	// object is in it again for every event after that.
	leaving []leaving
}

// leaving is the moment after which the events of an object are of interest for another eventTTL.
type leaving struct {
	object UID
	at     time.Duration
}

// eventNode is one link of an object's events, the latest first. Nodes do not change once they are
// linked, so forks share them.
type eventNode struct {
	Event
	older *eventNode
	// length is how many nodes there are from here on.
	length int
}

func (l *eventLog) fork() eventLog {
	if l.byObject == nil {
		return eventLog{}
	}
	// Neither may append to what the other goes on reading.
	l.leaving = slices.Clip(l.leaving)
	return eventLog{l.byObject.Copy(), l.leaving}
}

// gone notes that an object does not exist at the time, and drops the events of those for which that has
// been so for long enough.
func (l *eventLog) gone(object UID, now time.Duration) {
	if l.byObject == nil {
		return
	}
	for len(l.leaving) > 0 && addTime(l.leaving[0].at, eventTTL) <= now {
		first := l.leaving[0]
		l.leaving = l.leaving[1:]
		if latest, ok := l.byObject.Get(first.object); ok && latest.Last <= first.at {
			l.byObject.Delete(first.object)
		}
	}
	if _, ok := l.byObject.Get(object); ok {
		l.leaving = append(l.leaving, leaving{object, now})
	}
}

// keepsEvents reports whether there can be Events in a namespace: they are objects in it, and nothing can be
// made in one that is gone. What belongs to no namespace has its Events in the default one.
func (c *Cluster) keepsEvents(namespace string) bool {
	return namespace == "" || c.store.get(KindNamespace, "", namespace) != nil
}

// forget drops the Events of a namespace that is gone.
func (l *eventLog) forget(namespace string) {
	if l.byObject == nil {
		return
	}
	for _, uid := range l.byObject.Keys() {
		if latest, _ := l.byObject.Get(uid); latest.Namespace == namespace {
			l.byObject.Delete(uid)
		}
	}
}

func (l *eventLog) record(e Event) {
	if l.byObject == nil {
		l.byObject = new(btree.Map[UID, *eventNode])
	}
	latest, _ := l.byObject.Get(e.UID)
	if again := latest.find(&e); again != nil {
		e.Count, e.First = again.Count+1, again.First
		latest = latest.without(again)
	}
	// What is beyond the bound is cut off now and then, so that it costs little each time.
	if latest.len() == 10*eventsPerObject {
		latest = link(latest.list(eventsPerObject))
	}
	l.byObject.Set(e.UID, &eventNode{e, latest, latest.len() + 1})
}

func (n *eventNode) len() int {
	if n == nil {
		return 0
	}
	return n.length
}

// warning returns the latest warning about an object, or else the one that is given, whichever is later.
func (l *eventLog) warning(about UID, other *Event) *Event {
	if l.byObject == nil {
		return other
	}
	latest, _ := l.byObject.Get(about)
	for _, e := range slices.Backward(latest.list(eventsPerObject)) {
		if e.Type == EventWarning {
			if other == nil || e.Last > other.Last {
				return e
			}
			break
		}
	}
	return other
}

// find returns the node among the latest that says the same as e.
func (n *eventNode) find(e *Event) *eventNode {
	for range repeatWindow {
		if n == nil {
			return nil
		}
		if n.Type == e.Type && n.Reason == e.Reason && n.Source == e.Source && n.Message == e.Message {
			return n
		}
		n = n.older
	}
	return nil
}

// without returns the list without one of its nodes; those before it are copied.
func (n *eventNode) without(gone *eventNode) *eventNode {
	if n == gone {
		return n.older
	}
	return &eventNode{n.Event, n.older.without(gone), n.length - 1}
}

// list returns the latest events, at most limit of them, the oldest first.
func (n *eventNode) list(limit int) []*Event {
	var events []*Event
	for ; n != nil && len(events) < limit; n = n.older {
		events = append(events, &n.Event)
	}
	slices.Reverse(events)
	return events
}

// link makes a list of events, the oldest first.
func link(events []*Event) *eventNode {
	var latest *eventNode
	for _, e := range events {
		latest = &eventNode{*e, latest, latest.len() + 1}
	}
	return latest
}

// Events walks the Events about the object with that UID, in the order in which they last happened: at
// most the latest 100. UID 0 stands for all objects: then they come object by object. The caller owns
// the Events.
//
// The Events of an object that is gone are kept for an hour after it went, and at least until the next
// object goes.
func (c *Cluster) Events(about UID) iter.Seq[*Event] {
	return func(yield func(*Event) bool) {
		objects := []UID{about}
		if about == 0 {
			objects = c.objectsWithEvents()
		}
		for _, uid := range objects {
			for _, e := range c.eventsAbout(uid) {
				// The log is shared with forks.
				own := *e
				if !yield(&own) {
					return
				}
			}
		}
	}
}
