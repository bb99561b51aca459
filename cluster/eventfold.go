package cluster

import (
	"slices"
	"time"
)

// What the recorders of Kubernetes do with events that are many.
const (
	// foldedFrom is the number of different messages, of one source about one object with one type and
	// reason, from which they are combined into one event.
	foldedFrom = 10
	// foldedWithin is how long such a series may pause without starting anew.
	foldedWithin = 10 * time.Minute
	// eventBurst is how many events of one source and one type there may be about an object at once.
	eventBurst = 25
	// eventRefill is how long it takes until there may be another one.
	eventRefill = 5 * time.Minute

	combinedPrefix = "(combined from similar events): "
)

// eventNode is one link of an object's events, the latest first. Nodes do not change once they are
// linked, so forks share them.
type eventNode struct {
	// Event is what is shown. Its Count is 0 if all of its kind have been dropped so far.
	Event
	older *eventNode
	// length is how many nodes there are from here on.
	length int
	// times is how often it has happened, the last time at seen. Those that were dropped count.
	times int
	seen  time.Duration
	// full is when there may be as many events of its source and type again as at first.
	full time.Duration
	// combined is set for the event that stands for all others of its series, and has the message of the latest;
	// fresh for one of those that count on the way to that.
	combined, fresh bool
}

// fold returns the list with an event that has just happened. One that is there already is counted. The
// tenth of a series, and those after it, are combined. Beyond the burst it is not shown, but counted all
// the same.
func (n *eventNode) fold(e *Event) *eventNode {
	var same, combined, latest *eventNode
	fresh, full := 0, time.Duration(0)
	for o := n; o != nil; o = o.older {
		if o.Source != e.Source || o.Type != e.Type {
			continue
		}
		full = max(full, o.full)
		if o.Reason != e.Reason {
			continue
		}
		if latest == nil {
			latest = o
		}
		switch {
		case o.combined:
			combined = o
		case o.Message == e.Message:
			same = o
		}
		if o.fresh {
			fresh++
		}
	}
	if latest != nil && e.Last-latest.seen > foldedWithin {
		n, same, combined, fresh = n.paused(e, same, combined)
	}
	next := &eventNode{Event: *e, times: 1, seen: e.Last, fresh: true}
	again := same
	if (same == nil || !same.fresh) && fresh == foldedFrom-1 {
		next.combined, next.fresh = true, false
		again = combined
	}
	if again != nil {
		next.times, next.First = again.times+1, again.First
		n = n.without(again)
	}
	next.admit(again, max(full, e.Last))
	return n.prepend(next)
}

// admit counts the event among those of its source and type, and shows it unless there are too many.
// again is what is known of it from earlier.
func (next *eventNode) admit(again *eventNode, full time.Duration) {
	next.full = full
	if full-next.seen <= (eventBurst-1)*eventRefill {
		next.Count, next.full = next.times, AddTime(full, eventRefill)
		return
	}
	if again == nil {
		next.Count = 0
		return
	}
	// What is shown is what was shown.
	next.Event = again.Event
}

// paused returns the list for a series that starts anew, with the nodes of the same event and of the
// combined one in it.
func (n *eventNode) paused(e *Event, same, combined *eventNode) (list, s, c *eventNode, fresh int) {
	var nodes []*eventNode
	for o := n; o != nil; o = o.older {
		nodes = append(nodes, o)
	}
	for _, o := range slices.Backward(nodes) {
		own := *o
		if o.Source == e.Source && o.Type == e.Type && o.Reason == e.Reason {
			own.fresh = false
		}
		list = list.prepend(&own)
		switch o {
		case same:
			s = list
		case combined:
			c = list
		}
	}
	return list, s, c, 0
}

// prepend links a node of the caller's in front of the list. What is beyond the bound is cut off now
// and then, so that it costs little each time.
func (n *eventNode) prepend(o *eventNode) *eventNode {
	if n.len() == 2*eventsPerObject {
		n = n.first(eventsPerObject)
	}
	o.older, o.length = n, n.len()+1
	return o
}

// insert links an event among those that are there already: after those that were before, and after what its
// source said at the same moment.
func (n *eventNode) insert(e *Event) *eventNode {
	if n == nil || n.Last < e.Last || n.Last == e.Last && n.Source == e.Source {
		return &eventNode{Event: *e, older: n, length: n.len() + 1, times: e.Count, seen: e.Last}
	}
	own := *n
	own.older = n.older.insert(e)
	own.length++
	return &own
}

// first returns the list of the latest nodes, at most that many.
func (n *eventNode) first(limit int) *eventNode {
	if n == nil || limit == 0 {
		return nil
	}
	own := *n
	own.older = n.older.first(limit - 1)
	own.length = own.older.len() + 1
	return &own
}

func (n *eventNode) len() int {
	if n == nil {
		return 0
	}
	return n.length
}

// without returns the list without one of its nodes; those before it are copied.
func (n *eventNode) without(gone *eventNode) *eventNode {
	if n == gone {
		return n.older
	}
	own := *n
	own.older = n.older.without(gone)
	own.length--
	return &own
}

// shown is the event as it is read.
func (n *eventNode) shown() *Event {
	if !n.combined {
		return &n.Event
	}
	own := n.Event
	own.Message = combinedPrefix + own.Message
	return &own
}

// list returns the latest events that are shown, at most eventsPerObject of them, by when they were last
// shown.
func (n *eventNode) list() []*Event {
	var events []*Event
	for o := n; o != nil && len(events) < eventsPerObject; o = o.older {
		if o.Count > 0 {
			events = append(events, o.shown())
		}
	}
	slices.Reverse(events)
	slices.SortStableFunc(events, func(a, b *Event) int { return int(min(max(a.Last-b.Last, -1), 1)) })
	return events
}
