package cluster

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// announcement is an Event about each of some objects that were created one after the other, in the same words. It is
// kept for all of them together, and told of each that is there once its time has come.
type announcement struct {
	first, last             UID
	at                      time.Duration
	source, reason, message string
}

// Announce says that a Normal Event about an object happens at a time that may be yet to come, unless the object is
// gone by then or the actor stopped. In its message {name} stands for the name of the object. It is for what is said of
// every object of a kind: announcements at one time about objects that were created one after the other take no memory
// for each. An object is announced once, by one actor; another announcement, and one about an object in a
// namespace, is ignored, and the result false.
//
// Events walks these Events like others. OnEvent does not tell of them.
func (cl *Client) Announce(about Object, at time.Duration, reason, message string) bool {
	if isNil(about) || about.Meta().Namespace != "" {
		return false
	}
	l, uid := &cl.c.events, about.Meta().UID
	i := l.announcementAfter(uid)
	if i > 0 {
		before := &l.announced[i-1]
		switch {
		case uid <= before.last:
			return false
		case uid == before.last+1 && before.at == at && before.source == cl.name &&
			before.reason == reason && before.message == message:
			before.last = uid
			return true
		}
	}
	l.announced = slices.Insert(l.announced, i, announcement{uid, uid, at, cl.name, reason, message})
	return true
}

// announcementAfter is the place of the first announcement about objects that were created after one.
func (l *eventLog) announcementAfter(uid UID) int {
	i, _ := slices.BinarySearchFunc(l.announced, uid, func(a announcement, uid UID) int {
		if a.first <= uid {
			return -1
		}
		return cmp.Compare(a.first, uid)
	})
	return i
}

// retract drops what an actor has announced for a time after now.
func (l *eventLog) retract(source string, now time.Duration) {
	l.announced = slices.DeleteFunc(l.announced, func(a announcement) bool { return a.source == source && a.at > now })
}

// unannounce drops what is announced about an object that goes, if that frees memory or costs nothing.
func (l *eventLog) unannounce(uid UID) {
	i := l.announcementAfter(uid) - 1
	if i < 0 {
		return
	}
	switch a := &l.announced[i]; {
	case a.first == uid && a.last == uid:
		l.announced = slices.Delete(l.announced, i, i+1)
	case a.first == uid:
		a.first++
	case a.last == uid:
		a.last--
	}
}

// announcedEvent is the Event that has been announced about an object; nil when there is none, or its time is yet to
// come.
func (c *Cluster) announcedEvent(obj Object) *Event {
	if isNil(obj) {
		return nil
	}
	m := obj.Meta()
	i := c.events.announcementAfter(m.UID) - 1
	if i < 0 || m.UID > c.events.announced[i].last || c.events.announced[i].at > c.now {
		return nil
	}
	a := &c.events.announced[i]
	return &Event{
		Kind: obj.Kind(), Name: m.Name, UID: m.UID, Type: EventNormal, Reason: a.reason, Source: a.source,
		Message: strings.ReplaceAll(a.message, "{name}", m.Name), Count: 1, First: a.at, Last: a.at,
	}
}

// announcedObjects appends the objects that are there and have been announced.
func (c *Cluster) announcedObjects(list []UID) []UID {
	for i := range c.events.announced {
		a := &c.events.announced[i]
		for uid := a.first; uid <= a.last && a.at <= c.now; uid++ {
			if c.store.byUID(uid) != nil {
				list = append(list, uid)
			}
		}
	}
	return list
}
