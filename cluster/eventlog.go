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

// eventsPerObject bounds what is kept for one object: the oldest go first.
const eventsPerObject = 100

// eventTTL is how long the events of an object are kept that is gone.
const eventTTL = time.Hour

// eventLog keeps the latest events of each object.
type eventLog struct {
	byObject *btree.Map[UID, *eventNode]
	// leaving are the objects that are gone and have events, in the order of their last moments. An
	// object is in it again for every event after that.
	leaving []leaving
	// announced are Events about many objects, in the order of these. No object is in two of them.
	announced []announcement
}

// leaving is the moment after which the events of an object are of interest for another eventTTL.
type leaving struct {
	object UID
	at     time.Duration
}

func (l *eventLog) fork() eventLog {
	f := eventLog{announced: slices.Clone(l.announced)}
	if l.byObject == nil {
		return f
	}
	// Neither may append to what the other goes on reading.
	l.leaving = slices.Clip(l.leaving)
	f.byObject, f.leaving = l.byObject.Copy(), l.leaving
	return f
}

// gone notes that an object does not exist at the time, and drops the events of those for which that has
// been so for long enough.
func (l *eventLog) gone(object UID, now time.Duration) {
	if l.byObject == nil {
		return
	}
	for len(l.leaving) > 0 && AddTime(l.leaving[0].at, eventTTL) <= now {
		first := l.leaving[0]
		l.leaving = l.leaving[1:]
		if latest, ok := l.byObject.Get(first.object); ok && latest.seen <= first.at {
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

// record adds an event that has just happened, once, as its recorder would: see [eventNode.fold].
func (l *eventLog) record(e Event) {
	if l.byObject == nil {
		l.byObject = new(btree.Map[UID, *eventNode])
	}
	latest, _ := l.byObject.Get(e.UID)
	l.byObject.Set(e.UID, latest.fold(&e))
}

// warning returns the latest warning about an object, or else the one that is given, whichever is later.
func (l *eventLog) warning(about UID, other *Event) *Event {
	if l.byObject == nil {
		return other
	}
	latest, _ := l.byObject.Get(about)
	for _, e := range slices.Backward(latest.list()) {
		if e.Type == EventWarning {
			if other == nil || e.Last > other.Last {
				return e
			}
			break
		}
	}
	return other
}

// Events walks the Events about the object with that UID, in the order in which they last happened: at
// most the latest 100. UID 0 stands for all objects: then they come object by object. The caller owns
// the Events.
//
// They are what a cluster shows, which is not all that happened: equal Events raise a count, of similar
// ones those after the ninth within ten minutes are combined into one, and of those about one object that
// come too fast some are dropped. OnEvent tells of each.
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

// OnEvent calls f with every Event from now on once it is recorded. It is told as it happened, with the Count
// 1, also when it has been combined with others or dropped from what Events walks. f must not write to the
// cluster. The Event is f's to keep. A fork does not inherit f. A nil f is ignored. That a pod has been bound
// is not recorded but read from the pod, so f does not hear of it, nor of what has been announced.
func (c *Cluster) OnEvent(f func(*Event)) {
	if f != nil {
		c.eventSinks = append(c.eventSinks, f)
	}
}

// tellEvent passes an event on to those who listen.
func (c *Cluster) tellEvent(e Event) {
	for _, f := range c.eventSinks {
		own := e
		f(&own)
	}
}
